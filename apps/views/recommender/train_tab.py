"""*Train*: fit the recommender's model on MovieLens or on the visitor's own ratings; see what it is worth.

The training runs in a process of its own (`shared/collab/train_stream.py`); this tab starts it, shows it a
few times a second, and ends it when the visitor stops it or leaves.

    with gr.Tab("Train"):
        build_train(load_recommender())
"""

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr

from apps.views.recommender import train_words as words
from apps.views.recommender.train_words import MOVIELENS, OWN, RunSummary
from shared.collab.data import PACKAGED
from shared.collab.model import Recommender
from shared.collab.own_ratings import read_own_ratings
from shared.collab.train import TrainOptions
from shared.collab.train_plots import plot_curve, plot_errors
from shared.collab.train_request import (
    FASTAI_MISSING,
    METHODS,
    RANGES,
    TrainRequest,
    is_installed,
    read_request,
)
from shared.collab.train_stream import RunResult, TrainingRun, TrainProgress, start_training
from shared.errors import InputError
from shared.limits import HEAVY_CONCURRENCY, MAX_SHOWN_RUNS
from shared.ui.guard import as_message, friendly
from shared.ui.page import (
    big_number,
    big_number_html,
    controls_and_picture,
    explain,
    notice_html,
    piece,
    try_this,
    try_this_html,
)
from shared.ui.progress import progress_html


def summarise(request: TrainRequest, progress: TrainProgress, number: int) -> RunSummary:
    """Keep of a finished run what the tab shows of it later."""
    data = MOVIELENS if request.ratings is None else OWN
    return RunSummary(number, data, request.options.filled(), progress)


def draw_curve(progress: TrainProgress | None) -> Any:
    """Draw the curve of a run, or the empty figure that it will fill."""
    if progress is None:
        return plot_curve([], n_epochs=TrainOptions().filled().epochs, message=words.EMPTY_CURVE)
    return plot_curve(progress.history, n_epochs=progress.n_epochs, baselines=progress.baselines)


def preview_file(path: str | None) -> str:
    """Read an uploaded file, and write what was understood or why it cannot be used."""
    if not path:
        return words.CSV_NEEDED
    try:
        return words.describe_data(read_own_ratings(path).facts)
    except InputError as error:
        return notice_html(str(error)) + words.CSV_NEEDED


def show_method(method: str) -> tuple[Any, Any, Any, str]:
    """Give the sliders a method's own defaults and ranges."""
    key = METHODS[method]
    ranges, defaults = RANGES[key], TrainOptions(method=key).filled()
    return (
        gr.update(maximum=ranges.max_factors, value=defaults.factors),
        gr.update(maximum=ranges.max_epochs, value=defaults.epochs),
        gr.update(
            maximum=ranges.max_decay,
            step=ranges.decay_step,
            value=defaults.weight_decay,
            info=ranges.decay_hint,
        ),
        "" if is_installed(key) else notice_html(FASTAI_MISSING),
    )


def stop_training(run: TrainingRun | None, runs: list[RunSummary]) -> str:
    """End the visitor's run; earlier ones stay."""
    if run is None or not run.is_running:
        return progress_html(words.IDLE, detail="You are not in the queue.")
    run.stop()
    return progress_html("Stopped", detail=words.describe_rest(runs))


def build_train(recommender: Recommender) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        recommender: the app's own model, whose published errors stand beside the visitor's.
    """
    is_movielens = recommender.config["data"]["source"] == PACKAGED
    published = recommender.config["metrics"] if is_movielens else None
    published_list = published["list"] if published else None
    ranges, defaults = RANGES["als"], TrainOptions().filled()

    def train_model(runs: list[RunSummary], *controls: Any) -> Iterator[dict[Any, Any]]:
        yield {status_html: progress_html("Starting")}
        try:
            data, path, *numbers = controls
            request = read_request(path, *numbers, is_own=data == OWN)
            with start_training(request) as run:
                yield from watch_run(run, request, runs)
        except Exception as error:
            yield {
                status_html: progress_html("Not finished", detail=words.describe_rest(runs)),
                run_state: None,
                curve_plot: draw_curve(runs[-1].progress if runs else None),
            }
            if not isinstance(error, InputError):
                raise
            # A warning, because an error would cover the curve of the run before.
            gr.Warning(as_message(error), title="Please check")

    def watch_run(
        run: TrainingRun, request: TrainRequest, runs: list[RunSummary]
    ) -> Iterator[dict[Any, Any]]:
        drawn = None
        for progress in run.watch():
            shown: dict[Any, Any] = {status_html: words.describe_progress(progress), run_state: run}
            if progress.baselines and drawn != len(progress.history):
                drawn = len(progress.history)
                shown[curve_plot] = draw_curve(progress)
            if progress.is_stopped:
                shown[status_html] = progress_html("Stopped", detail=words.describe_rest(runs))
            if progress.result:
                number = runs[-1].number + 1 if runs else 1
                runs = [*runs, summarise(request, progress, number)][-MAX_SHOWN_RUNS:]
                shown |= show_result(progress.result, runs)
            yield shown

    def show_result(result: RunResult, runs: list[RunSummary]) -> dict[Any, Any]:
        same_data = published if runs[-1].data == MOVIELENS else None
        return {
            run_state: None,
            runs_state: runs,
            number_html: big_number_html(**words.describe_error(result)),
            errors_plot: plot_errors(words.error_rows(result, same_data)),
            list_piece: words.list_html(result.metrics["list"]),
            finding_piece: words.finding_html(result.metrics["list"]),
            runs_piece: words.runs_html(runs),
            download_button: gr.update(value=result.zip_path, interactive=True),
            try_html: try_this_html(words.suggest_next(runs)),
        }

    def show_data(data: str) -> tuple[Any, Any]:
        return gr.update(visible=data == MOVIELENS), gr.update(visible=data == OWN)

    run_state = gr.State(None)
    runs_state = gr.State([])
    try_html = try_this(words.suggest_next([]))
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            data_radio = gr.Radio([MOVIELENS, OWN], value=MOVIELENS, label="Ratings to learn from")
            movielens_piece = piece(
                words.describe_movielens(recommender.config["data"])
                if is_movielens
                else "<p>The ratings of the lesson.</p>"
            )
            with gr.Column(visible=False) as own_column:
                ratings_file = gr.File(
                    label="CSV of ratings",
                    file_types=[".csv", ".tsv", ".txt"],
                    height=120,
                    elem_id="train-file",
                )
                preview_piece = piece(words.CSV_NEEDED)
            method_radio = gr.Radio(list(METHODS), value=next(iter(METHODS)), label="Method")
            method_piece = piece()
            factors_slider = gr.Slider(
                1,
                ranges.max_factors,
                value=defaults.factors,
                step=1,
                label="Factors",
                info="Numbers that describe a film",
            )
            epochs_slider = gr.Slider(
                1,
                ranges.max_epochs,
                value=defaults.epochs,
                step=1,
                label="Epochs",
                info="How often it goes through all ratings",
            )
            decay_slider = gr.Slider(
                0,
                ranges.max_decay,
                value=defaults.weight_decay,
                step=ranges.decay_step,
                label="Weight decay",
                info=ranges.decay_hint,
            )
            with gr.Row():
                train_button = gr.Button(
                    "Train", variant="primary", min_width=120, scale=2, elem_id="train-go"
                )
                stop_button = gr.Button("Stop", min_width=90, scale=1, elem_id="train-stop")
        with picture:
            status_html = piece(progress_html(words.IDLE))
            curve_plot = gr.Plot(
                draw_curve(None),
                show_label=False,
                elem_id="train-curve",
            )
            number_html = big_number(**words.describe_error(None))
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            errors_plot = gr.Plot(
                plot_errors(words.error_rows(None, published)),
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

    data_radio.input(
        friendly(show_data),
        data_radio,
        [movielens_piece, own_column],
        show_progress="hidden",
        api_visibility="private",
    )
    gr.on(
        [ratings_file.upload, ratings_file.clear],
        friendly(preview_file),
        ratings_file,
        preview_piece,
        api_visibility="private",
    )
    method_radio.input(
        friendly(show_method),
        method_radio,
        [factors_slider, epochs_slider, decay_slider, method_piece],
        show_progress="hidden",
        api_visibility="private",
    )
    # First, because the browser works through a click's events in order.
    waiting = progress_html(words.WAITING, detail="One training runs at a time.")
    train_button.click(None, None, status_html, js=f"() => {json.dumps(waiting)}", queue=False)
    training = train_button.click(
        friendly(train_model),
        [
            runs_state,
            data_radio,
            ratings_file,
            method_radio,
            factors_slider,
            epochs_slider,
            decay_slider,
        ],
        [
            run_state,
            runs_state,
            status_html,
            curve_plot,
            number_html,
            errors_plot,
            list_piece,
            finding_piece,
            runs_piece,
            download_button,
            try_html,
        ],
        concurrency_limit=HEAVY_CONCURRENCY,
        concurrency_id="train",
        show_progress="minimal",
        show_progress_on=curve_plot,  # where the place in the queue is shown
        api_visibility="private",
    )
    stop_button.click(
        friendly(stop_training),
        [run_state, runs_state],
        status_html,
        cancels=[training],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
