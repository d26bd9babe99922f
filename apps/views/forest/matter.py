"""*Which matter*: three kinds of importance beside a column of noise, and columns that say the same thing.

with gr.Tab("Which matter") as tab:
    build_matter(state, tab)
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from apps.views.forest import matter_words as words
from apps.views.forest.alike import build_alike
from apps.views.forest.erratum import show_erratum
from apps.views.forest.long_jobs import IDLE_HTML, LONG, WAITING_HTML, stop_work
from apps.views.forest.matter_work import (
    DROP_TREES,
    N_FORESTS,
    all_names,
    drop_order,
    is_measured,
    measure,
)
from apps.views.forest.session import HEAVY, find_explorer
from shared.forest.drop_columns import drop_one_by_one, dropped_so_far
from shared.forest.explorer import Explorer
from shared.forest.importance_plots import FEW_COLUMNS, IMPORTANCES_HEIGHT, plot_importances
from shared.forest.importances import Importances
from shared.plotting import plot_message
from shared.ui.figure import empty_figure
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, errata, explain, piece, try_this
from shared.ui.progress import progress_html

SHOWN = {f"The first {FEW_COLUMNS}": FEW_COLUMNS, "All columns": 10_000}
HOW_MANY = {"The first 10": 10, "The first 20": 20, "All columns": 10_000}
FIRST_MEASURE, FIRST_SHOWN, FIRST_MANY = next(iter(words.MEASURES)), next(iter(SHOWN)), next(iter(HOW_MANY))


def draw_importances(
    explorer: Explorer, importances: Importances | None, shown: str, n_forests: int
) -> list[Any]:
    """Draw importances, and say which columns do not beat the noise."""
    if importances is None:
        return [
            plot_message("Press Leave columns out.", height=IMPORTANCES_HEIGHT),
            words.label_html(words.NO_DROP),
        ]
    names = all_names(explorer)
    encoded = explorer.encoded
    about = [encoded.explain(column) for column in encoded.columns]
    figure = plot_importances(importances, names, task=encoded.task, most=SHOWN[shown], about=about)
    return [figure, words.label_html(words.describe_importances(importances, names, n_forests))]


def drop_trees(explorer: Explorer) -> int:
    """Say how many trees the forests get that are fitted again and again."""
    return min(DROP_TREES, explorer.options.trees)


@friendly
def show_measure(
    state: dict[str, Any], measure_name: str, n_forests: float, shown: str, request: gr.Request
) -> Iterator[list[Any]]:
    """Show one kind of importance; what takes a moment is said first."""
    kind, explorer, n = words.MEASURES[measure_name], find_explorer(state, request), int(n_forests)
    if kind == "drop":
        found = dropped_so_far(explorer, trees=drop_trees(explorer), n_forests=n)
        yield [gr.update(visible=True), "", *draw_importances(explorer, found, shown, n)]
        return
    if not is_measured(explorer, kind, n):
        waiting = progress_html(f"Fitting {n} forests with a column of noise", share=0.3)
        yield [gr.update(visible=False), waiting, gr.skip(), gr.skip()]
    yield [
        gr.update(visible=False),
        "",
        *draw_importances(explorer, measure(explorer, kind, n), shown, n),
    ]


@friendly
def leave_out_each(
    state: dict[str, Any], how_many: str, n_forests: float, shown: str, request: gr.Request
) -> Iterator[list[Any]]:
    """Fit again without each column, and show how it stands after each."""
    try:
        explorer, n, began = find_explorer(state, request), int(n_forests), time.monotonic()
        trees = drop_trees(explorer)
        detail = f"{n} forests of {trees} trees each; your forest has {explorer.options.trees}"
        yield [progress_html("Which columns come first?", detail=detail), gr.skip(), gr.skip()]
        columns = drop_order(explorer, n)[: HOW_MANY[how_many]]
        for so_far in drop_one_by_one(explorer, columns=columns, trees=trees, n_forests=n):
            is_over = so_far.done >= so_far.total
            status = progress_html(
                "All are left out" if is_over else f"Column {so_far.done} of {so_far.total}, noise included",
                share=so_far.done / so_far.total,
                seconds=time.monotonic() - began,
                detail=detail,
            )
            drawn = (
                [gr.skip()] * 2
                if so_far.importances is None
                else draw_importances(explorer, so_far.importances, shown, n)
            )
            yield [status, *drawn]
    except Exception:
        yield [IDLE_HTML, gr.skip(), gr.skip()]
        raise


def build_matter(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        state: of the visitor, see `session`.
        tab: which is filled when it is chosen.
    """
    # Layout
    try_this(words.TRY_FIRST)
    with controls_and_picture(sticky=False) as (controls, picture):
        with controls:
            measure_radio = gr.Radio(
                list(words.MEASURES), value=FIRST_MEASURE, label="Importance by", elem_id="matter-measure"
            )
            forests_slider = gr.Slider(
                3, 20, N_FORESTS, step=1, label="Forests", info="Other seeds, for the intervals"
            )
            shown_radio = gr.Radio(list(SHOWN), value=FIRST_SHOWN, label="Show")
            status = piece()
            with gr.Column(visible=False) as drop_column:
                many_dropdown = gr.Dropdown(
                    list(HOW_MANY), value=FIRST_MANY, label="Columns to leave out, one at a time"
                )
                with gr.Row():
                    drop_button = gr.Button(
                        "Leave columns out", variant="primary", min_width=120, scale=2, elem_id="matter-drop"
                    )
                    stop_button = gr.Button("Stop", min_width=90, scale=1, elem_id="matter-stop")
                drop_status = piece(IDLE_HTML)
        with picture:
            plot = empty_figure("matter-plot", height=IMPORTANCES_HEIGHT, message="Importances come here.")
            finding = piece()
    with explain("How is importance measured?", text=words.EXPLANATION):
        pass
    erratum = errata(
        "The importances that the notebook plots are those of `m`, the one tree with at least 50 rows in a "
        "leaf: Sex .70, Pclass .19, LogFare .06, Age .04.",
        "Those of the forest, `rf.feature_importances_`: Sex .44, LogFare .19, Age .14, Pclass .13.",
        why="The forest is not that tree: its trees grow on to 5 rows in a leaf, and choose from fewer "
        "columns at each split, so `LogFare` and `Age` get their turn. By impurity they also gain from "
        "having many values.",
        source="Lesson 6, How random forests really work",
    )
    build_alike(state, tab)

    # Wiring
    tab.select(show_erratum, state, erratum, api_visibility="private", show_progress="hidden")
    inputs = [state, measure_radio, forests_slider, shown_radio]
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", **HEAVY}
    gr.on(
        [tab.select, measure_radio.input, forests_slider.release, forests_slider.input, shown_radio.input],
        show_measure,
        inputs,
        [drop_column, status, plot, finding],
        trigger_mode="always_last",
        **private,
    )
    # First, because the browser works through a click's events in order.
    drop_button.click(None, None, drop_status, js=f"() => {json.dumps(WAITING_HTML)}", queue=False)
    dropping = drop_button.click(
        leave_out_each,
        [state, many_dropdown, forests_slider, shown_radio],
        [drop_status, plot, finding],
        show_progress="hidden",
        **LONG,
    )
    stopping: dict[str, Any] = {
        "cancels": [dropping],
        "queue": False,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    stop_button.click(stop_work, None, drop_status, **stopping)
    # Another measure: the picture is not that of drop-column any more.
    measure_radio.input(lambda: IDLE_HTML, None, drop_status, **stopping)
