"""*Beyond*: what a forest says where it saw no rows, and whether new rows are like the training rows.

with gr.Tab("Beyond") as tab:
    build_beyond(state, tab)

The maths is in `shared/forest/domain.py` and `new_rows.py`.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from apps.views.forest import beyond_words as words
from apps.views.forest.session import HEAVY, find_explorer
from shared.forest.beyond_plots import (
    LINE_HEIGHT,
    TELLERS_HEIGHT,
    plot_example,
    plot_line,
    plot_tellers,
)
from shared.forest.checks import check_whole
from shared.forest.choose import encode_rows
from shared.forest.curves import find_column
from shared.forest.domain import FlatLine, extend_line, flat_line_example
from shared.forest.explorer import Explorer
from shared.forest.labels import Answer
from shared.forest.new_rows import compare_rows
from shared.forest.own_table import read_own_table
from shared.ui.figure import empty_figure
from shared.ui.guard import friendly
from shared.ui.page import big_number, controls_and_picture, explain, notice, piece, section, try_this
from shared.ui.progress import progress_html

EXAMPLE = "The book's example"
_MOST_POINTS = 300  # training rows that are drawn


def number_columns(explorer: Explorer) -> list[str]:
    """Name the columns that have a range, the most important first."""
    importances = explorer.forest.feature_importances_
    columns = explorer.encoded.columns
    order = np.argsort(-importances, kind="stable")
    return [columns[place].name for place in order if columns[place].kind in ("number", "date part")]


def open_tab(
    state: dict[str, Any], name: str | None, number: float | None, reach: float, request: gr.Request
) -> list[Any]:
    """Fill the lists from the visitor's table, and draw the line."""
    explorer = find_explorer(state, request)
    names = [EXAMPLE, *number_columns(explorer)]
    name = name if name in names else EXAMPLE
    number = min(int(number or 1), len(explorer.valid))
    return [
        gr.Dropdown(choices=names, value=name),
        gr.Number(value=number, maximum=len(explorer.valid), info=f"1 to {len(explorer.valid):,}"),
        *draw_line(explorer, name, number, reach),
    ]


def show_line(
    state: dict[str, Any], name: str, number: float | None, reach: float, request: gr.Request
) -> list[Any]:
    """Draw the line of one validation row along one column."""
    return draw_line(find_explorer(state, request), name, number, reach)


def draw_line(explorer: Explorer, name: str, number: float | None, reach: float) -> list[Any]:
    """Give the large number and the figure of a line.

    Raises:
        InputError: there is no such column or row, or the reach is out of range.
    """
    if name == EXAMPLE:
        example = _example()
        last = words.example_html(float(example.y[-1]), float(example.predicted[-1]))
        return [last, plot_example(example)]
    place, encoded = find_column(explorer.encoded, name), explorer.encoded
    number = check_whole("The validation row", number, low=1, high=len(explorer.valid))
    answer = Answer.of(explorer.choice, of_class=explorer.of_class)
    line = extend_line(
        explorer.forest,
        encoded.X[explorer.train],
        encoded.X[explorer.valid[number - 1]],
        column=place,
        reach=reach,
        of_class=explorer.of_class,
    )
    rng, train = np.random.default_rng(0), explorer.train
    some = rng.choice(train, min(_MOST_POINTS, len(train)), replace=False)
    column = encoded.columns[place]
    return [
        words.line_html(line, column, answer),
        plot_line(line, column, answer=answer, seen=(encoded.X[some, place], encoded.y[some])),
    ]


def compare(state: dict[str, Any], path: str | None, request: gr.Request) -> Iterator[list[Any]]:
    """Compare the training rows with the validation rows, or with an uploaded table, which is deleted.

    Raises:
        InputError: the file cannot be used, or there are too few rows.
    """
    yield [gr.skip(), progress_html(words.BUSY, share=0.3), *[gr.skip()] * 3]
    try:
        explorer, X_new = find_explorer(state, request), None
        notes: tuple[str, ...] = ()
        if path:
            new = encode_rows(explorer.choice, read_own_table(path, Path(path).name, to_score=True))
            X_new, notes = new.X, new.notes
        compared = compare_rows(explorer, X_new)
    except Exception:
        yield [None, "", *[gr.skip()] * 3]
        raise
    finally:
        if path:
            Path(path).unlink(missing_ok=True)
    yield [
        None,
        "",
        words.verdict_html(compared, "your rows" if path else "validation rows"),
        words.meaning_html(explorer, compared, notes),
        plot_tellers(compared.domain, explorer.encoded.names),
    ]


@cache
def _example() -> FlatLine:
    return flat_line_example()


def build_beyond(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside it.

    Args:
        state: which table and forest the visitor looks at.
        tab: drawn when it is opened.
    """
    # Layout
    try_this(words.TRY)
    with controls_and_picture() as (controls, picture):
        with controls:
            column_dropdown = gr.Dropdown(
                choices=[EXAMPLE], value=EXAMPLE, label="Along which column?", elem_id="beyond-column"
            )
            row_number = gr.Number(
                value=1, label="Validation row", minimum=1, precision=0, elem_id="beyond-row"
            )
            reach_slider = gr.Slider(
                0.1,
                3,
                value=0.5,
                step=0.1,
                label="How far beyond (widths of the range)",
                elem_id="beyond-reach",
            )
            edge_number = big_number("Beyond the range", "–", hint="of the column")
        with picture:
            line_plot = empty_figure("beyond-line", height=LINE_HEIGHT, message="The line comes here.")
    section("Are new rows different?", words.TELL)
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            valid_button = gr.Button("Compare the validation rows", variant="primary", elem_id="beyond-valid")
            new_file = gr.File(
                label="Or your own rows (CSV)",
                file_types=[".csv", ".tsv", ".txt"],
                height=150,
                elem_id="beyond-file",
            )
            piece(f"<p>{words.UPLOAD}</p>")
            status = piece()
            verdict = big_number("Told apart (AUC)", "–", hint="0.5 is guessing, 1 is certain.")
        with picture:
            meaning = notice()
            tellers_plot = empty_figure(
                "beyond-tellers", height=TELLERS_HEIGHT, message="Press Compare the validation rows."
            )
    with explain(text=words.EXPLANATION):
        pass

    # Wiring
    @friendly
    def compare_valid(state: dict[str, Any], request: gr.Request) -> Iterator[list[Any]]:
        yield from compare(state, None, request)

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    asked = [state, column_dropdown, row_number, reach_slider]
    drawn = [edge_number, line_plot]
    told = [new_file, status, verdict, meaning, tellers_plot]
    tab.select(friendly(open_tab), asked, [column_dropdown, row_number, *drawn], **private)
    gr.on(
        [column_dropdown.input, row_number.input, reach_slider.input],
        friendly(show_line),
        asked,
        drawn,
        trigger_mode="always_last",
        **private,
    )
    valid_button.click(compare_valid, state, told, **private, **HEAVY)
    new_file.upload(friendly(compare), [state, new_file], told, **private, **HEAVY)
