"""*One split*: a column, a threshold, two groups, their score; then the best split of every column, and OneR.

with gr.Tab("One split") as tab:
    build_split(state, tab, used=build_table(state, tabs))

The values of a column go to the browser, which scores every threshold while the slider moves (`split.js`).
"""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from apps.views.forest.erratum import show_erratum
from apps.views.forest.rows import find_rows
from apps.views.forest.split_words import ERRATUM, EXPLANATION, MACHINE
from apps.views.forest.threshold import threshold_html
from shared.forest.encoded import Encoded
from shared.forest.error_scale import error_scale
from shared.forest.hunt import (
    Hunt,
    OneRTrial,
    RankedSplit,
    column_data,
    pick_column,
    rank_columns,
    short_side,
    try_one_r,
)
from shared.forest.impurity import MEASURES
from shared.forest.labels import Answer
from shared.tables.numbers import write_score
from shared.ui.guard import friendly
from shared.ui.page import (
    big_number_html,
    controls_and_picture,
    errata,
    escape,
    explain,
    marked,
    piece,
    section,
    table_html,
    term,
    try_this_html,
)
from shared.words import count

MOST_RANKED = 10  # columns of the table that is open; the others wait behind a line
_HERE = Path(__file__).parent
_SCRIPTS = ("split_maths.js", "split_picture.js", "split.js")
_TOOL_HTML = threshold_html(
    "Threshold",
    """<div class="look-number"><span class="look-label split-name">Score</span>
    <output><b style="min-width:6ch">…</b></output><span class="look-hint"></span></div>
  <div class="split-buttons">
    <button type="button" data-do="all" aria-pressed="false">Show every score</button>
    <button type="button" data-do="best">Go to the best</button>
  </div>""",
)
_PICTURE_HTML = (
    '<div class="split-picture"><div class="split-legend"></div><div class="split-drawing"></div></div>'
)


def show_column(hunt: Hunt, index: object) -> dict[str, Any]:
    """Give the browser a column; when the index is None, the one to begin with."""
    if index is None:
        index = pick_column(hunt)
    return column_data(hunt, index)  # type: ignore[arg-type]  # checked there


def show_ranking(hunt: Hunt) -> str:
    """Write the best split of each column, the best column first."""
    ranked = rank_columns(hunt)
    measure = MEASURES[hunt.measure].split(" (")[0]
    measure = measure if measure == "Gini" else measure.lower()  # a person's name
    caption = (
        f"The best threshold of each column, by weighted {measure}. It learns from {_describe_rows(hunt)}."
    )
    first, rest = ranked[:MOST_RANKED], ranked[MOST_RANKED:]
    shown = _ranking_table(hunt, first, caption)
    if not rest:
        return shown
    return (
        f'{shown}<details class="split-more"><summary>The other {len(rest):,} columns</summary>'
        f"{_ranking_table(hunt, rest, '')}</details>"
    )


def show_one_r(hunt: Hunt) -> str:
    """Write what OneR says, and its error on the validation rows beside that of a constant."""
    trial = try_one_r(hunt)
    scale = error_scale(hunt.encoded)
    number = big_number_html(
        f"OneR: {'error' if scale.is_share else scale.name} on validation rows",
        scale.number(trial.error.mean),
        unit=scale.unit,
        hint=f"95 % interval {scale.interval(trial.error.low, trial.error.high)}, {trial.n_valid:,} rows",
    )
    return f'{number}<p class="split-note">{marked(_rule_words(hunt, trial))}</p>'


def answer_words(hunt: Hunt, answer: Any) -> str:
    """Write what one side says: "74.2 % survived" of a class, or "typically $154,800"."""
    encoded = hunt.encoded
    if not encoded.classes:
        return f"{mean_name(encoded)} {Answer.about(encoded).text(float(answer))}"
    most = 1 if len(encoded.classes) == 2 else int(answer.argmax())
    return f"{100 * float(answer[most]):.1f} % {encoded.say_class(most, most=28)}"


def about_html(encoded: Encoded, index: int) -> str:
    """Write what the chosen column is, where it is known."""
    sentence = encoded.explain(encoded.columns[index])
    return f'<p class="look-label">{escape(sentence)}</p>' if sentence else ""


def mean_name(encoded: Encoded) -> str:
    """Name the mean of the target: that of logarithms, turned back, is no mean of the numbers themselves."""
    return "typically" if encoded.log_of else "mean"


def build_split(state: gr.State, tab: gr.Tab, *, used: Dependency) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        state: names the visitor's table and forest.
        tab: the tab around it; it is filled whenever it is opened.
        used: another table is used, and the tab may be open already.
    """
    css = (_HERE / "split.css").read_text(encoding="utf-8")
    js = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)

    # Layout
    try_text = "Move the threshold. Where is the score lowest?"
    piece(f'<div id="split-try">{try_this_html(try_text)}</div>')
    with controls_and_picture() as (controls, picture):
        with controls:
            column_dropdown = gr.Dropdown(
                [],
                label="Column",
                info="Type to search",
                elem_id="split-column",
                filterable=True,
            )
            about_piece = piece()
            tool = gr.HTML(
                None,
                html_template=_TOOL_HTML,
                css_template=css,
                js_on_load=js,
                apply_default_css=False,
                elem_id="split-tool",
                elem_classes="look-piece",
            )
        with picture:
            _styled(_PICTURE_HTML, css, elem_id="split-picture")
    _styled('<div id="split-measures"></div>', css)
    erratum = errata(**ERRATUM)
    section("What the machine finds", MACHINE)
    one_r_piece, ranking_piece = (
        _styled("", css, elem_id="split-one-r"),
        _styled("", css, elem_id="split-ranking"),
    )
    with explain(text=EXPLANATION):
        pass

    # Wiring
    @friendly
    def show_all(state: dict[str, Any], request: gr.Request) -> list[Any]:
        hunt = find_rows(state, request)
        data = show_column(hunt, None)
        choices = [(name, index) for index, name in enumerate(hunt.encoded.names)]
        chosen = hunt.encoded.names.index(data["name"])
        dropdown = gr.Dropdown(choices=choices, value=chosen)
        about = about_html(hunt.encoded, chosen)
        return [dropdown, about, data, show_one_r(hunt), show_ranking(hunt), show_erratum(state)]

    @friendly
    def change_column(state: dict[str, Any], index: object, request: gr.Request) -> list[Any]:
        hunt = find_rows(state, request)
        data = show_column(hunt, index)  # refuses a column that does not exist
        return [data, about_html(hunt.encoded, int(index))]  # type: ignore[call-overload]  # checked there

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    shown = [column_dropdown, about_piece, tool, one_r_piece, ranking_piece, erratum]
    for happens in (tab.select, used.success):
        happens(show_all, state, shown, trigger_mode="always_last", **quiet)
    column_dropdown.input(
        change_column, [state, column_dropdown], [tool, about_piece], trigger_mode="always_last", **quiet
    )


def _styled(value: str, css: str, *, elem_id: str | None = None) -> gr.HTML:
    """Make a piece of the page that the tab's own style sheet reaches."""
    return gr.HTML(
        value,
        html_template="${value}",
        css_template=css,
        js_on_load=None,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="look-piece",
    )


def _ranking_table(hunt: Hunt, ranked: list[RankedSplit], caption: str) -> str:
    rows = [
        (
            term(one.column.name, hunt.encoded.explain(one.column)),
            short_side(one.column, one.split.threshold),
            write_score(one.split.score),
            f"{count(one.split.n_below, 'row')}, {answer_words(hunt, one.answers[0])}",
            f"{count(one.n_above, 'row')}, {answer_words(hunt, one.answers[1])}",
        )
        for one in ranked
    ]
    heads = ["Column", "Left side", "Score", "● Left", "◆ Right"]
    return table_html(heads, rows, caption=caption, numeric=[2])


def _rule_words(hunt: Hunt, trial: OneRTrial) -> str:
    scale, rule = error_scale(hunt.encoded), trial.rule
    always = "the most frequent class" if scale.is_share else "the training mean"
    constant = (
        f"Always {always}: {scale.write(trial.constant.mean)} "
        f"({scale.interval(trial.constant.low, trial.constant.high)})."
    )
    if rule.split is None:
        return f"No column can be split. {constant}"
    column = hunt.encoded.columns[rule.split.column]
    sides = [short_side(column, rule.split.threshold, above=above) for above in (False, True)]
    said = [answer_words(hunt, answer) for answer in _answers(trial)]
    return f"The rule: {sides[0]} → {said[0]}; {sides[1]} → {said[1]}. {constant}"


def _answers(trial: OneRTrial) -> tuple[Any, Any]:
    rule = trial.rule
    return (rule.below, rule.above) if rule.n_classes else (rule.below[0], rule.above[0])


def _describe_rows(hunt: Hunt) -> str:
    if len(hunt.train) < hunt.n_train:
        return f"{len(hunt.train):,} of {hunt.n_train:,} training rows, drawn at random"
    return f"the {hunt.n_train:,} training rows"
