"""*Train*: fit the recommender's model on MovieLens or on the visitor's own ratings; see what it is worth.

The training runs in a process of its own and goes on when the page is closed (`shared/collab/train_runs.py`).
The browser keeps the token of its run; this tab asks once a second how far it is, and finds it again later.

    saved = kept_training()                    # outside the tabs
    with gr.Tab("Train"):
        find_on_load = build_train(load_recommender(), saved)
    find_on_load(demo)
"""

import json
import logging
from collections.abc import Callable
from typing import Any

import gradio as gr

from apps.views.recommender import train_words as words
from apps.views.recommender.train_form import build_form
from apps.views.recommender.train_kept import OWN, RunSummary, keep, saved_runs, saved_token
from shared.collab.data import PACKAGED
from shared.collab.model import Recommender
from shared.collab.train import TrainOptions
from shared.collab.train_plots import plot_curve, plot_errors
from shared.collab.train_request import (
    read_request,
)
from shared.collab.train_runs import RatingRuns, TrainProgress, rating_runs
from shared.errors import InputError
from shared.limits import MAX_SHOWN_RUNS
from shared.ui.guard import FAULT_MESSAGE, friendly
from shared.ui.page import (
    big_number,
    big_number_html,
    controls_and_picture,
    explain,
    notice,
    notice_html,
    piece,
    try_this,
    try_this_html,
)

TICK_SECONDS = 1.0
_log = logging.getLogger("lessons")


def draw_curve(progress: TrainProgress | None) -> Any:
    """Draw the curve of a run, or the empty figure that it will fill."""
    if progress is None:
        return plot_curve([], n_epochs=TrainOptions().filled().epochs, message=words.EMPTY_CURVE)
    return plot_curve(progress.history, n_epochs=progress.n_epochs, baselines=progress.baselines)


def build_train(
    recommender: Recommender, saved: gr.BrowserState, runs: RatingRuns | None = None
) -> Callable[[gr.Blocks], None]:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        recommender: the app's own model, whose published errors stand beside the visitor's.
        saved: `kept_training()`, made outside the tabs.
        runs: where trainings run; by default those of this server.

    Returns:
        a function that finds the visitor's run again when the page loads; call it with the Blocks.
    """
    is_movielens = recommender.config["data"]["source"] == PACKAGED
    published = recommender.config["metrics"] if is_movielens else None
    published_list = published["list"] if published else None
    registry = runs or rating_runs()

    # Layout
    drawn = gr.State({})  # what this page shows already
    timer = gr.Timer(TICK_SECONDS, active=False)
    lost_notice = notice()
    try_html = try_this(words.suggest_next([]))
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            inputs = build_form(recommender.config["data"] if is_movielens else None)
            with gr.Row():
                train_button = gr.Button(
                    "Train", variant="primary", min_width=120, scale=2, elem_id="train-go"
                )
                stop_button = gr.Button(
                    "Stop", min_width=90, scale=1, interactive=False, elem_id="train-stop"
                )
            end_notice = notice()
        with picture:
            status_html = piece(words.IDLE)
            curve_plot = gr.Plot(show_label=False, elem_id="train-curve")
            number_html = big_number(**words.describe_error(None))
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            errors_plot = gr.Plot(
                show_label=False,
                elem_id="train-errors",
                elem_classes="look-words-in-figure",
            )
        with gr.Column(scale=1, min_width=280):
            list_piece = piece(words.list_html(published_list) if published_list else "")
            finding_piece = piece(words.finding_html(published_list, whose="this app's model"))
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            download_button = gr.DownloadButton(
                "Download the model", interactive=False, elem_id="train-download"
            )
        with gr.Column(scale=2, min_width=280):
            gr.Markdown(words.HOW_TO_RUN, elem_classes="look-prose")
    runs_piece = piece()
    with explain(text=words.EXPLANATION):
        pass

    # Wiring
    def show_run(tokens: Any, seen: dict[str, Any]) -> dict[Any, Any]:
        """What has changed since the page was last told."""
        token, earlier = saved_token(tokens, "run"), saved_runs(tokens)
        progress = registry.look(token)
        if progress is None:
            return {timer: gr.update(active=False), drawn: {**seen, "state": None}}
        mark = {"state": [token, progress.state], "curve": [token, len(progress.history)]}
        shown: dict[Any, Any] = {
            status_html: words.describe_progress(progress, earlier),
            timer: gr.update(active=not progress.is_over),
            drawn: {**seen, **mark},
        }
        if progress.baselines and seen.get("curve") != mark["curve"]:
            shown[curve_plot] = draw_curve(progress)
        if seen.get("state") != mark["state"]:
            shown |= show_buttons(not progress.is_over)
            shown[end_notice] = notice_html(words.describe_end(progress))
        if progress.result is not None and saved_token(tokens, "result") != token:
            number = earlier[-1].number + 1 if earlier else 1
            now = [*earlier, RunSummary.of(progress, number)][-MAX_SHOWN_RUNS:]
            shown[saved] = keep(run=token, result=token, runs=now)
            shown |= show_result(progress, now)
        return shown

    def show_buttons(is_going: bool) -> dict[Any, Any]:
        return {
            train_button: gr.update(interactive=not is_going),
            stop_button: gr.update(interactive=is_going),
        }

    def show_result(progress: TrainProgress, now: list[RunSummary]) -> dict[Any, Any]:
        result = progress.result
        is_same = progress.request is not None and progress.request.ratings is None
        return {
            number_html: big_number_html(**words.describe_error(result)),
            errors_plot: plot_errors(words.error_rows(result, published if is_same else None)),
            list_piece: words.list_html(result.metrics["list"]),
            finding_piece: words.finding_html(result.metrics["list"]),
            download_button: gr.update(value=result.zip_path, interactive=True),
            **show_runs(now),
        }

    def show_runs(now: list[RunSummary]) -> dict[Any, Any]:
        return {runs_piece: words.runs_html(now), try_html: try_this_html(words.suggest_next(now))}

    @friendly
    def start_training(tokens: Any, data: str, path: str | None, *numbers: Any) -> dict[Any, Any]:
        try:
            earlier = registry.look(saved_token(tokens, "run"))
            if earlier is not None and not earlier.is_over:
                raise InputError("Your training is still going on. Stop it first, or wait for its end.")
            token = registry.start(read_request(path, *numbers, is_own=data == OWN))
        except InputError as error:
            return {status_html: words.NOT_STARTED, end_notice: notice_html(str(error))}
        except Exception:
            _log.exception("a training could not be started")
            return {status_html: words.NOT_STARTED, end_notice: notice_html(FAULT_MESSAGE)}
        now = keep(run=token, result=saved_token(tokens, "result"), runs=saved_runs(tokens))
        return {lost_notice: "", **show_run(now, {}), saved: now}

    @friendly
    def follow(tokens: Any, seen: dict[str, Any]) -> dict[Any, Any]:
        if registry.look(saved_token(tokens, "run")) is None:
            return {**show_lost(tokens), **show_run({}, {})}
        return show_run(tokens, seen)

    @friendly
    def stop_training(tokens: Any, seen: dict[str, Any]) -> dict[Any, Any]:
        registry.stop(saved_token(tokens, "run"))
        return show_run(tokens, seen)

    @friendly
    def find_again(tokens: Any) -> dict[Any, Any]:
        """What a page shows that has just been opened."""
        run, last, now = saved_token(tokens, "run"), saved_token(tokens, "result"), saved_runs(tokens)
        # The empty figures are drawn here: an app that starts does not wait for Plotly.
        shown: dict[Any, Any] = {
            curve_plot: draw_curve(None),
            errors_plot: plot_errors(words.error_rows(None, published)),
            timer: gr.update(active=False),
        }
        if now:
            shown |= show_runs(now)
        if run is None:
            return shown
        result = registry.look(last)
        if result is not None and result.result is not None:
            shown |= {curve_plot: draw_curve(result), **show_result(result, now)}
        if (result is None and last is not None) or registry.look(run) is None:
            shown |= show_lost(tokens)
        return {**shown, **show_run(tokens, {})}

    def show_lost(tokens: Any) -> dict[Any, Any]:
        return {
            lost_notice: notice_html(words.LOST),
            saved: keep(run=None, result=None, runs=saved_runs(tokens)),
            status_html: words.IDLE,
            **show_buttons(False),
        }

    run_outputs = [
        saved,
        drawn,
        timer,
        lost_notice,
        try_html,
        train_button,
        stop_button,
        end_notice,
        status_html,
        curve_plot,
        number_html,
        errors_plot,
        list_piece,
        finding_piece,
        runs_piece,
        download_button,
    ]
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    # First, because the browser works through a click's events in order.
    train_button.click(None, None, status_html, js=f"() => {json.dumps(words.READING)}", queue=False)
    train_button.click(start_training, [saved, *inputs], run_outputs, **private)
    timer.tick(follow, [saved, drawn], run_outputs, concurrency_limit=None, **private)
    stop_button.click(stop_training, [saved, drawn], run_outputs, **private)

    def find_on_load(demo: gr.Blocks) -> None:
        demo.load(find_again, saved, run_outputs, **private)

    return find_on_load
