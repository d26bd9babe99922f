"""The split lottery of the tab *Forest*: OneR, a small tree and the forest on one random split after another.

build_lottery(state)
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from apps.views.forest import forest_words as words
from apps.views.forest.long_jobs import IDLE_HTML, LONG, WAITING_HTML, stop_work, table_key
from apps.views.forest.session import HEAVY, find_explorer
from shared.forest.cluster import describe_cluster, iterate_on_cluster
from shared.forest.error_scale import error_scale, guess_error
from shared.forest.explorer import Explorer
from shared.forest.lottery import Draw, run_lottery, summarise_lottery
from shared.forest.lottery_plots import DRAWS_HEIGHT, WINS_HEIGHT, plot_draws, plot_wins
from shared.plotting import plot_message
from shared.ui.figure import empty_figure
from shared.ui.guard import friendly
from shared.ui.page import explain, piece, section, try_this, try_this_html
from shared.ui.progress import progress_html

N_SPLITS, N_LEAVES = 100, 4
NO_DRAWS, NO_WINS = "Every draw comes here.", "Who wins how often."
_SHOW_SECONDS = 0.3  # between two redraws: more are too quick to read


def show_draws(explorer: Explorer, draws: list[Draw], n_splits: int, seconds: float) -> list[Any]:
    """Show what is known after some draws: progress, both figures, the table, and the line on top."""
    encoded, summary = explorer.encoded, summarise_lottery(draws)
    scale = error_scale(encoded)
    is_over = len(draws) >= n_splits
    done_each_time = f"A forest of {explorer.options.trees} trees and a tree of {N_LEAVES} leaves each time."
    status = progress_html(
        "All splits are drawn" if is_over else f"Split {len(draws)} of {n_splits}",
        share=len(draws) / n_splits,
        seconds=seconds,
        detail=" ".join(filter(None, [done_each_time, describe_cluster()])),
    )
    guess = guess_error(encoded.y, encoded.y, task=encoded.task)
    return [
        status,
        plot_draws(draws, scale=scale, guess=guess),
        plot_wins(summary),
        words.lottery_table(summary, scale),
        try_this_html(words.lottery_finding(summary), done=is_over) if len(draws) >= 5 else gr.skip(),
    ]


@friendly
def draw_splits(state: dict[str, Any], n_splits: float, request: gr.Request) -> Iterator[list[Any]]:
    """Draw one split after the other, and show how it stands a few times a second."""
    yield [progress_html("Drawing the first split"), *[gr.skip()] * 4]
    try:
        explorer = find_explorer(state, request)
        encoded, began, shown = explorer.encoded, time.monotonic(), 0.0
        draws: list[Draw] = []

        def start() -> Iterator[Draw]:
            return run_lottery(
                encoded.X,
                encoded.y,
                task=encoded.task,
                options=explorer.options,
                n_splits=n_splits,  # type: ignore[arg-type]  # checked there
                n_leaves=N_LEAVES,
            )

        for draw in iterate_on_cluster(start):
            draws.append(draw)
            now = time.monotonic()
            if now - shown >= _SHOW_SECONDS or len(draws) == n_splits:
                shown = now
                yield show_draws(explorer, draws, int(n_splits), now - began)
    except Exception:
        yield [IDLE_HTML, *[gr.skip()] * 4]
        raise


@friendly
def clear_other(state: dict[str, Any], shown_key: str | None, request: gr.Request) -> list[Any]:
    """Empty the lottery when it shows another table than the visitor's."""
    key = table_key(state, find_explorer(state, request))
    if shown_key in (None, key):
        return [key, *[gr.skip()] * 5]
    draws, wins = plot_message(NO_DRAWS, height=DRAWS_HEIGHT), plot_message(NO_WINS, height=WINS_HEIGHT)
    return [key, IDLE_HTML, draws, wins, words.NO_LOTTERY, try_this_html(words.LOTTERY_TRY)]


def build_lottery(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the lottery, inside whatever block is open.

    Args:
        state: of the visitor, see `session`.
        tab: around it; when it is chosen, the lottery of another table goes.
    """
    # Layout
    shown_key = gr.State(None)
    section("The split lottery", "One split proves little. Draw many.")
    next_line = try_this(words.LOTTERY_TRY)
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            splits_slider = gr.Slider(
                10,
                200,
                value=N_SPLITS,
                step=10,
                label="Splits",
                info="Random splits into training and validation",
            )
            with gr.Row():
                draw_button = gr.Button(
                    "Draw splits", variant="primary", min_width=120, scale=2, elem_id="lottery-go"
                )
                stop_button = gr.Button("Stop", min_width=90, scale=1, elem_id="lottery-stop")
            status = piece(IDLE_HTML)
        with gr.Column(scale=2, min_width=280):
            draws_plot = empty_figure("lottery-draws", height=DRAWS_HEIGHT, message=NO_DRAWS)
            wins_plot = empty_figure("lottery-wins", height=WINS_HEIGHT, message=NO_WINS)
    table = piece(words.NO_LOTTERY)
    with explain("What does the lottery say?", text=words.LOTTERY_EXPLANATION):
        pass

    # Wiring
    lottery = [status, draws_plot, wins_plot, table, next_line]
    tab.select(
        clear_other,
        [state, shown_key],
        [shown_key, *lottery],
        show_progress="hidden",
        api_visibility="private",
        **HEAVY,
    )
    # First, because the browser works through a click's events in order.
    draw_button.click(None, None, status, js=f"() => {json.dumps(WAITING_HTML)}", queue=False)
    drawing = draw_button.click(
        draw_splits,
        [state, splits_slider],
        lottery,
        show_progress="hidden",
        **LONG,
    )
    stop_button.click(
        stop_work,
        None,
        status,
        cancels=[drawing],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
