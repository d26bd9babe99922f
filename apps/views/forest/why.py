"""*Why*: one prediction taken apart, for a validation row or for a row edited in a form; a table scored.

with gr.Tab("Why") as tab:
    build_why(state, tab)

The maths is in `shared/forest/one_row.py` and what that imports, the form in `why_form.py`.
"""

import random
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from apps.views.forest import why_words as words
from apps.views.forest.session import HEAVY, find_explorer, find_table
from apps.views.forest.why_form import N_SLOTS, form_updates, lay_out_form, make_slots, read_changes
from shared.errors import InputError
from shared.forest.checks import check_whole
from shared.forest.explorer import Explorer
from shared.forest.labels import Answer, class_choices, for_class
from shared.forest.one_row import change_row, explain_row
from shared.forest.own_table import read_own_table
from shared.forest.scored import score_table
from shared.forest.shap_values import shap_values
from shared.forest.why_plots import WATERFALL_HEIGHT, plot_waterfall
from shared.tables.read_table import Table
from shared.ui.figure import empty_figure
from shared.ui.guard import friendly
from shared.ui.page import big_number, controls_and_picture, explain, notice, piece, section, try_this

_N_PICTURE = 6  # outputs of `draw_row`


def show_row(
    state: dict[str, Any], number: float | None, class_name: str | None, with_shap: bool, request: gr.Request
) -> list[Any]:
    """Show one validation row as the table has it: the form is filled, and everything drawn."""
    explorer, table = for_class(find_explorer(state, request), class_name), find_table(state, request)
    number, place = _find_place(explorer, number)
    slots = make_slots(explorer, table, place)
    classes = explorer.encoded.classes
    return [
        gr.Number(value=number, maximum=len(explorer.valid), info=f"1 to {len(explorer.valid):,}"),
        gr.Dropdown(
            choices=class_choices(explorer),
            value=classes[explorer.of_class] if classes else None,
            visible=len(classes) > 1,
        ),
        {"of": state, "place": place},
        *form_updates(slots),
        *draw_row(explorer, table, place, {}, with_shap=with_shap),
    ]


def open_tab(
    state: dict[str, Any],
    number: float | None,
    class_name: str | None,
    with_shap: bool,
    row: dict[str, Any] | None,
    request: gr.Request,
) -> list[Any]:
    """Show the tab: the first row of another table, or nothing new where the visitor left it.

    SHAP is left to the event that follows: its package takes a second to import.
    """
    if row is not None and row["of"] == state:
        return [gr.skip()] * (3 + 2 * N_SLOTS + _N_PICTURE)
    return show_row(state, 1, class_name, False, request)


def show_what_if(
    state: dict[str, Any],
    class_name: str | None,
    with_shap: bool,
    row: dict[str, Any] | None,
    *arguments: Any,
    request: gr.Request,
) -> list[Any]:
    """Explain the row in the form.

    Raises:
        InputError: a value cannot be read, or the form is of another table.
    """
    explorer, table = for_class(find_explorer(state, request), class_name), find_table(state, request)
    if row is None or row["of"] != state:
        raise InputError("The table or the forest has changed. Choose a row again.")
    changes = read_changes(make_slots(explorer, table, row["place"]), arguments)
    return draw_row(explorer, table, row["place"], changes, with_shap=with_shap)


def draw_row(
    explorer: Explorer, table: Table, place: int, changes: dict[str, object], *, with_shap: bool
) -> list[Any]:
    """Give the large number, the sum, the warning, the waterfall, SHAP's table and the neighbours."""
    made = change_row(explorer, table, place, changes)
    about, answer = explain_row(explorer, made.X), Answer.of(explorer.choice, of_class=explorer.of_class)
    shap = shap_values(explorer, about.X) if with_shap else None
    truth = "" if changes else words.truth_text(explorer, answer, place)
    return [
        words.prediction_html(about, answer, truth),
        words.warning_html(explorer, about, made.notes, changes),
        plot_waterfall(about.why, about.X, explorer.encoded.columns, answer=answer, shap=shap),
        words.sum_html(about, answer),
        words.shap_html(explorer, about, answer, shap),
        words.neighbours_html(explorer, about, answer),
    ]


def score_upload(
    state: dict[str, Any], path: str | None, class_name: str | None, folder: str, request: gr.Request
) -> list[Any]:
    """Predict an uploaded table; the upload is gone afterwards, whatever happens.

    Raises:
        InputError: the file cannot be used.
    """
    if not path:
        return [gr.skip(), gr.skip(), gr.skip()]
    try:
        explorer = for_class(find_explorer(state, request), class_name)
        scored = score_table(explorer, read_own_table(path, Path(path).name, to_score=True))
    finally:
        Path(path).unlink(missing_ok=True)
    file = save_bytes_to_cache(scored.csv.encode("utf-8-sig"), "predictions.csv", folder)
    return [None, words.scored_html(scored), gr.DownloadButton(value=file, interactive=True)]


def build_why(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside it.

    Args:
        state: which table and forest the visitor looks at.
        tab: drawn when it is opened.
    """
    # Layout
    try_this(words.TRY)
    row_state = gr.State(None)
    with controls_and_picture(sticky=False) as (controls, picture):
        with controls:
            row_number = gr.Number(value=1, label="Validation row", minimum=1, precision=0, elem_id="why-row")
            another_button = gr.Button("Another row", elem_id="why-another")
            class_dropdown = gr.Dropdown(choices=[], label="Class", visible=False, elem_id="why-class")
            shap_check = gr.Checkbox(value=True, label="SHAP values beside it", elem_id="why-shap")
            prediction = big_number("Prediction", "–", hint="of one row")
            section("What if?", "The columns that matter most.")
            form = lay_out_form()
            back_button = gr.Button("Back to the row as it was", elem_id="why-back")
        with picture:
            warning = notice()
            waterfall_plot = empty_figure(
                "why-plot", height=WATERFALL_HEIGHT, message="The waterfall comes here."
            )
            sum_piece, shap_piece = piece(), piece()
    near_piece = piece()
    piece(f"<p>{words.NEAR}</p>")
    with explain("Predict a table of your own"):
        gr.Markdown(words.SCORE, elem_classes="look-prose")
        score_file = gr.File(
            label="CSV with the same columns",
            file_types=[".csv", ".tsv", ".txt"],
            height=150,
            elem_id="why-file",
        )
        score_piece = piece()
        score_button = gr.DownloadButton(
            "Download the predictions", interactive=False, elem_id="why-download"
        )
    with explain(text=words.EXPLANATION):
        pass

    # Wiring
    @friendly
    def score(
        state: dict[str, Any], path: str | None, class_name: str | None, request: gr.Request
    ) -> list[Any]:
        return score_upload(state, path, class_name, score_button.GRADIO_CACHE, request)

    @friendly
    def what_if(
        state: dict[str, Any],
        class_name: str | None,
        with_shap: bool,
        row: Any,
        request: gr.Request,
        *values: Any,
    ) -> list[Any]:
        return show_what_if(state, class_name, with_shap, row, *values, request=request)

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    controls_of_form = [control for pair in form for control in pair]
    drawn = [prediction, warning, waterfall_plot, sum_piece, shap_piece, near_piece]
    everything = [row_number, class_dropdown, row_state, *controls_of_form, *drawn]
    asked = [state, row_number, class_dropdown, shap_check]
    edited = [state, class_dropdown, shap_check, row_state, *controls_of_form]
    tab.select(friendly(open_tab), [*asked, row_state], everything, **private).success(
        what_if, edited, drawn, **private
    )
    gr.on(
        [row_number.input, back_button.click],
        friendly(show_row),
        asked,
        everything,
        trigger_mode="always_last",
        **private,
    )
    another_button.click(friendly(_another), [state], row_number, **private).success(
        friendly(show_row), asked, everything, **private
    )
    gr.on(
        [*(control.input for control in controls_of_form), shap_check.input, class_dropdown.input],
        what_if,
        edited,
        drawn,
        trigger_mode="always_last",
        **private,
    )
    score_file.upload(
        score,
        [state, score_file, class_dropdown],
        [score_file, score_piece, score_button],
        api_visibility="private",
        show_progress="minimal",
        **HEAVY,
    )


def _another(state: dict[str, Any], request: gr.Request) -> int:
    return random.randrange(len(find_explorer(state, request).valid)) + 1


def _find_place(explorer: Explorer, number: float | None) -> tuple[int, int]:
    """Find a validation row by its number from 1: that number, and its place in the encoded table."""
    number = check_whole("The validation row", number, low=1, high=len(explorer.valid))
    return number, int(explorer.valid[number - 1])
