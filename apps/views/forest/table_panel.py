"""The table above the tabs: one that comes with the project or a visitor's CSV, and how it is to be learned.

    state = gr.State(start_state())
    used = build_table(state, tabs)    # "Use this table" fits a forest, and the state names both

What the visitor looks at before that is a draft, a small dictionary: {"table": ..., "own": {...}, "kinds":
{...}}. The tabs go on with the earlier table until the button is pressed.
"""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from apps.views.forest import table_words as words
from apps.views.forest.session import (
    HEAVY,
    START_TABLE,
    Fit,
    Wishes,
    find_explorer,
    find_table,
    keep_table,
    leaks_of,
)
from shared.errors import InputError
from shared.forest.own_table import read_own_table
from shared.forest.remarks import find_remarks, suggest_leave_out
from shared.forest.tables import NAMED_TABLES
from shared.forest.target import guess_target, read_target, understand
from shared.tables.kinds import KINDS
from shared.ui.guard import friendly
from shared.ui.page import notice, notice_html, piece

# Known without reading the table, so that the app starts sooner; a test reads it.
START_LINE = words.line_html(NAMED_TABLES[START_TABLE].title, "891 rows", 8, NAMED_TABLES[START_TABLE].target)
_NAMED_CHOICES = [(known.title, name) for name, known in NAMED_TABLES.items()]
FIRST_TAB = "split"  # opens with another table
Draft = dict[str, Any]
Updates = tuple[Any, ...]  # for the outputs `_shown`, in the order in which `build_table` lists them
_N_SHOWN = 9
_NOTICE_PLACE, _UNDERSTOOD_PLACE = 2, 3
_HERE = Path(__file__).parent


def build_table(state: gr.State, tabs: gr.Tabs) -> Dependency:
    """Lay out and wire the panel, inside whatever block is open.

    Args:
        state: which table and forest the tabs show.
        tabs: below the panel; with another table FIRST_TAB opens; the others are drawn anew when they are.

    Returns:
        The event of using another table: FIRST_TAB, which may be open already, is drawn anew after it.
    """
    line_piece = piece(START_LINE)
    draft = gr.State(None)
    with gr.Accordion("Change the table", open=False, elem_id="forest-table") as accordion:
        with gr.Row():
            with gr.Column(min_width=260):
                table_dropdown = gr.Dropdown(
                    _NAMED_CHOICES, value=START_TABLE, label="Table", elem_id="forest-table-name"
                )
                piece(f'<p class="look-label">{words.UPLOAD_HINT}</p>')
            with gr.Column(min_width=260):
                # No file types: the reader says of an Excel file how to save it, Gradio would only refuse it.
                file = gr.File(label=words.UPLOAD_LABEL, height=140, elem_id="forest-table-file")
        notice_piece = notice()
        understood_piece = gr.HTML(
            "",
            html_template="${value}",
            css_template=(_HERE / "remarks.css").read_text(encoding="utf-8"),
            js_on_load=(_HERE / "remarks.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            elem_id="forest-understood",
            elem_classes="look-piece",
        )
        with gr.Row():
            with gr.Column(min_width=260):
                target_dropdown = gr.Dropdown([], label="Target", info="The column to predict")
                log_checkbox = gr.Checkbox(
                    False,
                    label="Predict its logarithm",
                    info="Equal ratios count as equal errors, as with prices",
                    visible=False,
                )
                leave_out_dropdown = gr.Dropdown(
                    [], multiselect=True, label="Columns left out", info="The forest does not see them"
                )
            with gr.Column(min_width=260):
                column_dropdown = gr.Dropdown(
                    [], label="Read a column otherwise", info="Choose the column, then what it holds"
                )
                kind_radio = gr.Radio(list(KINDS), label="It holds", show_label=True)
        use_button = gr.Button("Use this table", variant="primary", elem_id="forest-table-use")

    shown = [
        draft,
        table_dropdown,
        notice_piece,
        understood_piece,
        target_dropdown,
        log_checkbox,
        leave_out_dropdown,
        column_dropdown,
        kind_radio,
    ]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    heavy: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal", **HEAVY}
    accordion.expand(open_panel, draft, shown, **quiet)
    table_dropdown.input(choose_table, [table_dropdown, draft], shown, **quiet)
    file.upload(read_upload, [file, draft], [*shown, file], **heavy)
    target_dropdown.input(change_target, [target_dropdown, leave_out_dropdown, draft], shown, **quiet)
    column_dropdown.input(show_kind, [column_dropdown, draft], [kind_radio, notice_piece], **quiet)
    kind_radio.input(
        change_kind, [kind_radio, column_dropdown, target_dropdown, leave_out_dropdown, draft], shown, **quiet
    )
    leave_out_dropdown.input(
        change_leave_out, [leave_out_dropdown, target_dropdown, draft], understood_piece, **quiet
    )
    understood_piece.act(do_suggested, [target_dropdown, leave_out_dropdown, draft], shown, **quiet)
    return use_button.click(
        use_table,
        [draft, target_dropdown, leave_out_dropdown, log_checkbox, state, table_dropdown],
        [state, line_piece, notice_piece, accordion, tabs],
        **heavy,
    )


@friendly
def open_panel(draft: Draft | None, request: gr.Request) -> Updates:
    """Show the table that everybody starts with, the first time the panel is opened."""
    return _unchanged() if draft else _show(_new_draft(START_TABLE), request)


@friendly
def choose_table(name: str, draft: Draft | None, request: gr.Request) -> Updates:
    """Show another table: one that comes with the project, or the one that was uploaded."""
    try:
        return _show(_new_draft(name, (draft or {}).get("own")), request)
    except InputError as error:
        return _unchanged(str(error))


@friendly
def read_upload(path: str | None, draft: Draft | None, request: gr.Request) -> Updates:
    """Read a visitor's file and delete it; one that cannot be read changes nothing."""
    if not path:
        return *_unchanged(), None
    try:
        table = read_own_table(path, Path(path).name)
        name = keep_table(table, request)
        return *_show(_new_draft(name, {"id": name, "name": table.name}), request), None
    except InputError as error:
        return *_unchanged(str(error)), None
    finally:
        Path(path).unlink(missing_ok=True)


@friendly
def change_target(
    target: str, leave_out: list[str] | None, draft: Draft | None, request: gr.Request
) -> Updates:
    """Look for columns that give the new target away, and offer its logarithm."""
    try:
        return _show(draft or _new_draft(START_TABLE), request, target=target, leave_out=leave_out or [])
    except InputError as error:
        return _unchanged(str(error))


@friendly
def show_kind(column: str, draft: Draft | None, request: gr.Request) -> tuple[Any, str]:
    """Say how a column is read."""
    draft = draft or _new_draft(START_TABLE)
    try:
        return understand(find_table(draft, request), draft["kinds"])[column].kind, ""
    except (InputError, KeyError):
        return None, notice_html("This column is not in the table. Choose another.")


@friendly
def change_kind(
    kind: str,
    column: str | None,
    target: str | None,
    leave_out: list[str] | None,
    draft: Draft | None,
    request: gr.Request,
) -> Updates:
    """Read a column otherwise."""
    draft = draft or _new_draft(START_TABLE)
    try:
        if not column:
            raise InputError("Choose a column first, then what it holds.")
        return _read_as(kind, column, target, leave_out or [], draft, request)
    except InputError as error:
        # The button shows again what the column is still read as.
        kept = show_kind(column, draft, request)[0] if column else None
        return *_unchanged(str(error))[:-1], kept


@friendly
def change_leave_out(
    leave_out: list[str] | None, target: str | None, draft: Draft | None, request: gr.Request
) -> Any:
    """Let the remarks' buttons say what is left out now."""
    draft = draft or _new_draft(START_TABLE)
    return _show(draft, request, target=target, leave_out=leave_out or [])[_UNDERSTOOD_PLACE]


@friendly
def do_suggested(
    target: str | None,
    leave_out: list[str] | None,
    draft: Draft | None,
    request: gr.Request,
    event: gr.EventData,
) -> Updates:
    """Do what a remark suggests, or take it back."""
    draft, sent = draft or _new_draft(START_TABLE), event._data if isinstance(event._data, dict) else {}
    act, column, others = sent.get("act"), sent.get("column"), leave_out or []
    try:
        if not isinstance(column, str) or column not in find_table(draft, request).names:
            raise InputError("This column is not in the table. Choose another.")
        if act in KINDS:
            return _read_as(act, column, target, others, draft, request)
        others = [name for name in others if name != column] + [column] * (act == "leave out")
        return _show(draft, request, target=target, leave_out=others)
    except InputError as error:
        return _unchanged(str(error))


@friendly
def use_table(
    draft: Draft | None,
    target: str | None,
    leave_out: list[str] | None,
    log_target: bool,
    state: dict[str, Any],
    name: str,
    request: gr.Request,
) -> tuple[Any, ...]:
    """Fit a forest on the table as it was chosen; gives state, line, notice, accordion and tabs."""
    draft, leave_out, logs = draft or _new_draft(START_TABLE), leave_out or [], bool(log_target)
    if name != draft["table"]:  # pressed before the panel has shown the table that was just chosen
        draft, target = _new_draft(name, draft.get("own")), None
        leave_out, logs = None, name in NAMED_TABLES and NAMED_TABLES[name].log_target
    try:
        table, key, kinds = find_table(draft, request), draft["table"], draft["kinds"]
        known = NAMED_TABLES.get(key)
        leave_out = suggest_leave_out(table) if leave_out is None else leave_out
        target = target or (known.target if known else guess_target(table, leave_out=leave_out))
        is_usual = (
            known is not None
            and (target, logs, kinds) == (known.target, known.log_target, {})
            and set(leave_out) == set(suggest_leave_out(table))
        )
        if is_usual:  # everybody shares that forest
            state = {**state, "table": key, "model": None}
        else:
            wishes = Wishes.of(target, kinds=kinds, leave_out=leave_out, log_target=logs)
            state = {**state, "table": key, "model": Fit(key, wishes)}
        explorer = find_explorer(state, request)
    except InputError as error:
        return gr.skip(), gr.skip(), notice_html(str(error)), gr.skip(), gr.skip()
    line = words.line_html(
        known.title if known else f"{table.name}:",
        words.rows_text(table),
        len(explorer.encoded.columns),
        explorer.choice.target,
        words.error_text(explorer),
    )
    used = words.used_html(explorer)
    return state, line, used, gr.update(open=False), gr.Tabs(selected=FIRST_TAB)


def _new_draft(name: str, own: dict[str, str] | None = None) -> Draft:
    return {"table": name, "own": own, "kinds": {}}


def _read_as(
    kind: str, column: str, target: str | None, leave_out: list[str], draft: Draft, request: gr.Request
) -> Updates:
    """Read a column otherwise; whether it is left out follows, unless the visitor had decided otherwise."""
    table, kinds = find_table(draft, request), {**draft["kinds"], column: kind}
    was, now = (
        column in suggest_leave_out(table, kinds=some) for some in (draft["kinds"], kinds)
    )  # of no use, as it was read and as it will be
    if was != now and was == (column in leave_out):
        leave_out = [name for name in leave_out if name != column] + [column] * now
    return _show({**draft, "kinds": kinds}, request, target=target, leave_out=leave_out, column=column)


def _unchanged(message: str = "") -> Updates:
    """Leave everything as it is, but for a sentence on what was wrong."""
    updates = [gr.skip() for _ in range(_N_SHOWN)]
    if message:
        updates[_NOTICE_PLACE] = notice_html(message)
    return tuple(updates)


def _show(
    draft: Draft,
    request: gr.Request,
    *,
    target: str | None = None,
    leave_out: list[str] | None = None,
    column: str | None = None,
) -> Updates:
    """Fill the panel from a draft; a target that cannot be used is said, and another may be chosen.

    Args:
        draft: what to show.
        request: whose draft it is.
        target: the column to predict; None for the usual one.
        leave_out: columns left out; None for those that are no use.
        column: the one whose kind is being changed.

    Raises:
        InputError: the table is gone, or a kind cannot be used.
    """
    table, kinds, own = find_table(draft, request), draft["kinds"], draft.get("own")
    known = NAMED_TABLES.get(draft["table"])
    columns, remarks = understand(table, kinds), find_remarks(table, kinds=kinds)
    if leave_out is None:
        leave_out = [remark.column for remark in remarks if remark.leave_out]
    if target is None:
        target = known.target if known else guess_target(table, leave_out=leave_out)
    problem, is_number, logs = "", False, bool(known and known.log_target and target == known.target)
    try:
        is_number = read_target(table, target, kinds=kinds).task == "regression"
        remarks = (*leaks_of(draft["table"], table, target=target, kinds=kinds), *remarks)
    except InputError as error:
        problem = str(error)
    shown_remarks = [remark for remark in remarks if remark.column != target]
    names = table.names
    others = [name for name in names if name != target]
    return (
        draft,
        gr.update(
            choices=[*_NAMED_CHOICES, *([(own["name"], own["id"])] if own else [])], value=draft["table"]
        ),
        notice_html(problem),
        words.understood_html(table, columns, shown_remarks, target=target, leave_out=leave_out),
        gr.update(choices=names, value=target),
        # While a column's kind is changed, what the visitor has ticked stays.
        gr.update(visible=True)
        if column and is_number
        else gr.update(visible=is_number, value=is_number and logs),
        gr.update(choices=others, value=[name for name in leave_out if name in others]),
        gr.update(choices=names, value=column),
        columns[column].kind if column else None,
    )
