"""Columns that say the same thing, and what the forest loses without some: part of the tab *Which matter*.

build_alike(state, tab)
"""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from apps.views.forest import matter_words as words
from apps.views.forest.long_jobs import LONG, table_key
from apps.views.forest.matter_work import (
    N_FORESTS,
    all_names,
    below_noise,
    clusters_of,
    retry,
    weaker_twins,
)
from apps.views.forest.session import HEAVY, find_explorer
from shared.errors import InputError
from shared.forest.cluster_plots import CLUSTERS_HEIGHT, MOST_ALIKE, most_alike, plot_clusters
from shared.forest.explorer import Explorer
from shared.forest.redundancy import cluster_columns, similar_groups
from shared.plotting import plot_message
from shared.ui.figure import empty_figure
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, explain, piece, section
from shared.ui.progress import progress_html

LIKENESS = 0.7
SHOWN = {"The most alike": MOST_ALIKE, "All columns": 10_000}
FIRST_SHOWN = next(iter(SHOWN))
_MOST_RETRIES = 10  # lines of the table
_IDLE = progress_html("Nothing is running", detail="Fitting again takes a few seconds.")


def draw_alike(explorer: Explorer, at_least: float, shown: str) -> list[Any]:
    """Draw the dendrogram, name the groups, and choose the weaker twins to be left out."""
    names = all_names(explorer)
    if len(names) < 2:
        message = "There is one column only: nothing to compare."
        return [plot_message(message, height=CLUSTERS_HEIGHT), "", gr.update(choices=names, value=[])]
    clusters = clusters_of(explorer)
    groups = similar_groups(clusters, at_least=at_least)
    chosen = most_alike(clusters, most=SHOWN[shown])
    drawn = clusters
    if len(chosen) < len(names):
        drawn = cluster_columns(explorer.rows(explorer.train)[0][:, chosen])
    return [
        plot_clusters(drawn, [names[column] for column in chosen], at_least=at_least),
        words.label_html(words.describe_groups(clusters, groups, names, at_least)),
        gr.update(choices=names, value=[names[column] for column in weaker_twins(explorer, groups)]),
    ]


@friendly
def show_alike(state: dict[str, Any], at_least: float, shown: str, request: gr.Request) -> list[Any]:
    """Show which columns are alike."""
    return draw_alike(find_explorer(state, request), at_least, shown)


@friendly
def clear_other(
    state: dict[str, Any], shown_key: str | None, rows: list[words.RetryRow], request: gr.Request
) -> list[Any]:
    """Empty the table of retries when it is of another table than the visitor's."""
    explorer = find_explorer(state, request)
    key = table_key(state, explorer)
    kept = rows if shown_key in (None, key) else []
    return [key, kept, words.retry_table(kept, explorer.encoded.task)]


@friendly
def retry_chosen(
    state: dict[str, Any], names: list[str] | None, rows: list[words.RetryRow], request: gr.Request
) -> Iterator[list[Any]]:
    """Fit again without the chosen columns, and add a line to the table."""
    yield from _retry(find_explorer(state, request), list(names or []), rows)


@friendly
def retry_below(
    state: dict[str, Any], rows: list[words.RetryRow], request: gr.Request
) -> Iterator[list[Any]]:
    """Fit again without all columns that do not beat the noise, and add a line to the table."""
    explorer = find_explorer(state, request)
    yield [progress_html("Which columns beat the noise?", share=0.1), gr.skip(), gr.skip()]
    names = all_names(explorer)
    yield from _retry(explorer, [names[column] for column in below_noise(explorer)], rows)


def _retry(explorer: Explorer, names: list[str], rows: list[words.RetryRow]) -> Iterator[list[Any]]:
    yield [progress_html(f"Fitting {2 * N_FORESTS} forests", share=0.4), gr.skip(), gr.skip()]
    try:
        if not names:
            raise InputError("No column is chosen. Choose at least one to leave out.")
        row = words.retry_row(retry(explorer, names), all_names(explorer))
    except Exception:
        yield [_IDLE, gr.skip(), gr.skip()]
        raise
    rows = [*rows, row][-_MOST_RETRIES:]
    yield [_IDLE, rows, words.retry_table(rows, explorer.encoded.task)]


def build_alike(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire this part, inside whatever block is open.

    Args:
        state: of the visitor, see `session`.
        tab: around it; its figure is drawn when it is chosen.
    """
    # Layout
    shown_key, rows_state = gr.State(None), gr.State([])
    section(
        "Columns that say the same thing",
        "Leave a twin out and fit again. Does the out-of-bag score notice?",
    )
    with controls_and_picture(sticky=False) as (controls, picture):
        with controls:
            likeness_slider = gr.Slider(
                0.3, 1, LIKENESS, step=0.05, label="Alike from", info="Rank correlation, either sign"
            )
            shown_radio = gr.Radio(list(SHOWN), value=FIRST_SHOWN, label="Show")
            names_dropdown = gr.Dropdown(
                [],
                value=[],
                multiselect=True,
                label="Columns to leave out",
                info="The weaker twins are chosen already",
                elem_id="alike-names",
            )
            retry_button = gr.Button("Leave out and fit again", variant="primary", elem_id="alike-retry")
            below_button = gr.Button("Leave out all that do not beat the noise", elem_id="alike-below")
            status = piece(_IDLE)
        with picture:
            plot = empty_figure("alike-plot", height=CLUSTERS_HEIGHT, message="The dendrogram comes here.")
            finding = piece()
    table = piece(words.NO_RETRY)
    with explain("How are columns compared?", text=words.ALIKE_EXPLANATION):
        pass

    # Wiring
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    gr.on(
        [tab.select, likeness_slider.input, likeness_slider.release, shown_radio.input],
        show_alike,
        [state, likeness_slider, shown_radio],
        [plot, finding, names_dropdown],
        trigger_mode="always_last",
        **private,
        **HEAVY,
    )
    tab.select(
        clear_other, [state, shown_key, rows_state], [shown_key, rows_state, table], **private, **HEAVY
    )
    shown = [status, rows_state, table]
    retry_button.click(
        retry_chosen, [state, names_dropdown, rows_state], shown, show_progress="hidden", **LONG
    )
    below_button.click(retry_below, [state, rows_state], shown, show_progress="hidden", **LONG)
