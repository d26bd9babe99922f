"""*Train your own*: a classifier of the visitor's photos; what it gets wrong, and the model to take away.

The training runs in a process of its own and goes on when the page is closed (`shared/vision/train_runs.py`).
The browser keeps the token of its run; this tab asks once a second how far it is, and finds it again later.

    saved = kept_training()                    # outside the tabs
    with gr.Tab("Train your own"):
        find_on_load = build_train(load_classifier(), saved)
    find_on_load(demo)
"""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr

from apps.views.bears import train_words as words
from apps.views.bears.kept import saved_token
from apps.views.bears.train_form import build_form
from apps.views.bears.train_matrix import (
    cell_heading,
    clicked_cell,
    confusion_widget,
    matrix_html,
    photo_grid,
    photos_html,
)
from apps.views.bears.train_push import build_push
from apps.views.bears.train_try import build_try
from shared.errors import InputError
from shared.ui.guard import FAULT_MESSAGE, friendly
from shared.ui.missing import say_missing
from shared.ui.page import (
    big_number_html,
    controls_and_picture,
    explain,
    marked,
    notice,
    notice_html,
    piece,
    try_this,
    try_this_html,
)
from shared.vision.model import Classifier
from shared.vision.train_plots import plot_finder, plot_losses
from shared.vision.train_progress import RunProgress, RunResult
from shared.vision.train_results import held_out, in_cell
from shared.vision.train_runs import NEEDED, TrainingRuns, training_runs
from shared.vision.zips import DamagedZipError

TICK_SECONDS = 1.0
TOP_LOSSES = 8
START_CONCURRENCY = 2  # photo sets that are unpacked and looked over at a time
_log = logging.getLogger("lessons")
_FOCUS_PHOTOS = "() => document.querySelector('#train-cell h3')?.focus()"


def build_train(
    classifier: Classifier, saved: gr.BrowserState, runs: TrainingRuns | None = None
) -> Callable[[gr.Blocks], None]:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        classifier: the app's own model, which answers beside the visitor's.
        saved: `kept_training()`, made outside the tabs.
        runs: where trainings run; by default those of this server.

    Returns:
        a function that finds the visitor's run again when the page loads; call it with the Blocks.
    """
    registry = runs or training_runs()
    readers = ThreadPoolExecutor(START_CONCURRENCY, thread_name_prefix="read-photos")

    # Layout
    drawn = gr.State({})  # what this page shows already: its run, its result, how much of the curves
    timer = gr.Timer(TICK_SECONDS, active=False)
    lost_notice = notice()
    say_missing("Training", *NEEDED)
    try_line = try_this(words.suggest_next(None))
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            form = build_form()
            with gr.Row():
                start_button = gr.Button(
                    "Start", variant="primary", min_width=120, scale=2, elem_id="train-start"
                )
                stop_button = gr.Button("Stop", min_width=90, interactive=False, elem_id="train-stop")
            end_notice = notice()
            continue_button = gr.Button("Continue", visible=False, elem_id="train-continue")
            piece(f'<p class="look-label">{words.DATA_SENTENCE}</p>')
        with picture:
            status_html = piece(words.IDLE)
            piece(f'<p class="look-label">{words.LOSSES_LABEL}</p>')
            losses_plot = gr.Plot(show_label=False, elem_id="train-losses")
            piece(f'<p class="look-label">{words.FINDER_LABEL}</p>')
            finder_plot = gr.Plot(show_label=False, elem_id="train-finder")
    with gr.Column(visible=False, elem_id="train-result") as result_column:
        with gr.Row():
            with gr.Column(scale=1, min_width=280):
                number_html = piece()
                run_piece = piece()
                download_button = gr.DownloadButton("Download the model", elem_id="train-download")
                piece(f"<p>{marked(words.HOW_TO_RUN)}</p>")
            with gr.Column(scale=2, min_width=280):
                matrix = confusion_widget()
                cell_photos = photo_grid("train-cell")
        losses_photos = photo_grid("train-worst")
        build_try(registry, saved, classifier)
        build_push(registry, saved)
    with explain(text=words.EXPLANATION):
        pass

    # Wiring
    def show_run(tokens: Any, seen: dict[str, Any]) -> dict[Any, Any]:
        """What has changed since the page was last told."""
        token = saved_token(tokens, "run")
        progress = registry.look(token)
        if progress is None:
            return {timer: gr.update(active=False), drawn: {**seen, "state": None}}
        mark = {
            "state": progress.state,
            "losses": [token, len(progress.batches), len(progress.history)],
            "finder": [token, progress.finder is not None],
        }
        shown: dict[Any, Any] = {
            status_html: words.describe_progress(progress),
            timer: gr.update(active=not progress.is_over),
            drawn: {**seen, **mark},
        }
        if seen.get("losses") != mark["losses"]:
            shown[losses_plot] = plot_losses(progress.batches, progress.history, n_epochs=progress.n_epochs)
        if seen.get("finder") != mark["finder"]:
            shown[finder_plot] = plot_finder(progress.finder)
        if seen.get("state") != progress.state:
            shown |= show_state(progress)
        if progress.result is not None and saved_token(tokens, "result") != token:
            shown[saved] = {"run": token, "result": token}
            shown |= show_result(progress.result)
        return shown

    def show_state(progress: RunProgress) -> dict[Any, Any]:
        is_going = not progress.is_over
        return {
            start_button: gr.update(interactive=not is_going),
            stop_button: gr.update(interactive=is_going),
            continue_button: gr.update(visible=progress.state == "ended"),
            end_notice: notice_html(words.describe_end(progress)),
            try_line: try_this_html(words.suggest_next(progress), done=progress.result is not None),
        }

    def show_result(result: RunResult) -> dict[Any, Any]:
        worst = held_out(result)[:TOP_LOSSES]
        return {
            result_column: gr.update(visible=True),
            number_html: big_number_html(**words.describe_accuracy(result.metrics)),
            run_piece: words.describe_run(result.metrics, result.seconds),
            matrix: matrix_html(result.metrics),
            cell_photos: "",
            losses_photos: photos_html(worst, heading="The largest losses: sure and wrong, or not sure"),
            download_button: gr.update(value=result.zip_path),
        }

    @friendly
    def start_training(tokens: Any, *values: Any) -> Iterator[dict[Any, Any]]:
        shown: dict[Any, Any] = {status_html: words.NOT_STARTED}
        try:
            earlier = registry.look(saved_token(tokens, "run"))
            if earlier is not None and not earlier.is_over:
                raise InputError("Your training is still going on. Stop it first, or wait for its end.")
            wish = form.read(values)
            token = registry.prepare(wish.options)
            kept = {"run": token, "result": saved_token(tokens, "result")}
            # Read aside, whatever becomes of the page: one that is loaded meanwhile finds the run.
            reading = readers.submit(registry.read, token, wish.fill)
            yield {saved: kept, status_html: words.READING}
            shown[saved] = tokens
            reading.result()
            shown = {lost_notice: "", **show_run(kept, {}), saved: kept}
        except InputError as error:
            shown[end_notice] = notice_html(str(error))
            if isinstance(error, DamagedZipError):
                shown[form.keep_good] = gr.update(visible=True)
        except Exception:
            _log.exception("a training could not be started")
            shown[end_notice] = notice_html(FAULT_MESSAGE)
        yield shown

    @friendly
    def follow(tokens: Any, seen: dict[str, Any]) -> dict[Any, Any]:
        if registry.look(saved_token(tokens, "run")) is None:
            return {**show_lost(), **show_run({}, {})}
        return show_run(tokens, seen)

    @friendly
    def stop_run(tokens: Any, seen: dict[str, Any]) -> dict[Any, Any]:
        registry.stop(saved_token(tokens, "run"))
        return show_run(tokens, seen)

    @friendly
    def continue_run(tokens: Any, seen: dict[str, Any]) -> dict[Any, Any]:
        try:
            registry.go_on(saved_token(tokens, "run"))
        except InputError as error:
            return {end_notice: notice_html(str(error))}
        return show_run(tokens, seen)

    @friendly
    def find_again(tokens: Any) -> dict[Any, Any]:
        """What a page shows that has just been opened."""
        run, last = saved_token(tokens, "run"), saved_token(tokens, "result")
        # The empty figures are drawn here: an app that starts does not wait for Plotly.
        empty = {losses_plot: plot_losses((), (), n_epochs=1), finder_plot: plot_finder(None)}
        if run is None:
            return {timer: gr.update(active=False), **empty}
        result = (registry.look(last) or RunProgress()).result
        shown: dict[Any, Any] = {saved: {"run": run, "result": last}, **empty}
        if (result is None and last is not None) or registry.look(run) is None:
            shown |= show_lost()
        if result is not None:
            shown |= show_result(result)
        return {**shown, **show_run(shown[saved], {})}

    def show_lost() -> dict[Any, Any]:
        return {
            lost_notice: notice_html(words.LOST),
            saved: {},
            status_html: words.IDLE,
            start_button: gr.update(interactive=True),
            stop_button: gr.update(interactive=False),
            continue_button: gr.update(visible=False),
        }

    @friendly
    def show_cell(tokens: Any, event: gr.EventData) -> str:
        progress = registry.look(saved_token(tokens, "result"))
        if progress is None or progress.result is None:
            raise InputError(words.LOST)
        vocab = progress.result.metrics["vocab"]
        actual, predicted = (vocab[at] for at in clicked_cell(event, len(vocab)))
        photos = in_cell(held_out(progress.result), actual=actual, predicted=predicted)
        return photos_html(photos, heading=cell_heading(actual, predicted, len(photos)))

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    run_outputs = [
        saved,
        drawn,
        timer,
        lost_notice,
        try_line,
        start_button,
        stop_button,
        continue_button,
        end_notice,
        status_html,
        losses_plot,
        finder_plot,
        result_column,
        number_html,
        run_piece,
        matrix,
        cell_photos,
        losses_photos,
        download_button,
    ]
    start_button.click(None, None, status_html, js=f"() => {json.dumps(words.READING)}", queue=False)
    start_button.click(
        start_training,
        [saved, *form.inputs],
        [*run_outputs, form.keep_good],
        concurrency_limit=START_CONCURRENCY,
        **private,
    )
    timer.tick(follow, [saved, drawn], run_outputs, concurrency_limit=None, **private)
    stop_button.click(stop_run, [saved, drawn], run_outputs, **private)
    continue_button.click(continue_run, [saved, drawn], run_outputs, **private)
    matrix.open(show_cell, saved, cell_photos, **private).then(None, js=_FOCUS_PHOTOS)

    def find_on_load(demo: gr.Blocks) -> None:
        demo.load(find_again, saved, run_outputs, **private)

    return find_on_load
