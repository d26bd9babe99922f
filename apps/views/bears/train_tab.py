"""*Train your own*: a classifier of the visitor's photos; what it gets wrong, and the model to take away.

The training runs in a process of its own and goes on when the page is closed (`shared/vision/train_runs.py`).

    saved = kept_training("bears")             # outside the tabs
    with gr.Tab("Train your own"):
        build_train(load_classifier(), saved, demo)
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from apps.views.bears import train_words as words
from apps.views.bears.train_form import build_form, read_form
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
from shared.jobs import Job, Runs
from shared.ui.guard import friendly
from shared.ui.missing import say_missing
from shared.ui.page import (
    big_number_html,
    controls_and_picture,
    explain,
    marked,
    piece,
    try_this,
    try_this_html,
)
from shared.ui.training import Shown, Training
from shared.ui.training_panel import TrainingPanel
from shared.vision.model import Classifier
from shared.vision.train_plots import plot_finder, plot_losses
from shared.vision.train_progress import RunProgress
from shared.vision.train_results import held_out, in_cell
from shared.vision.train_runs import NEEDED, photo_job, photo_runs
from shared.vision.zips import DamagedZipError

TOP_LOSSES = 8
_FOCUS_PHOTOS = "() => document.querySelector('#train-cell h3')?.focus()"


class BearTraining(Training[RunProgress]):
    """What a training on photos says and shows."""

    reading = "Reading your photos"
    gone = "its photos, its model and its figures"
    describe = staticmethod(words.describe_batch)

    def job(self, *values: Any) -> Job[RunProgress]:
        """Check the form."""
        wish = read_form(values)
        return photo_job(wish.options, wish.fill)

    def figures(self, progress: RunProgress | None) -> Mapping[str, tuple[Any, Callable[[], Any]]]:
        """The losses and the learning-rate finder."""
        run = progress or RunProgress()
        draw_losses = functools.partial(plot_losses, run.batches, run.history, n_epochs=run.n_epochs)
        return {
            "losses": ([len(run.batches), len(run.history)], draw_losses),
            "finder": (run.finder is not None, functools.partial(plot_finder, run.finder)),
        }

    def show_state(self, progress: RunProgress) -> Shown:
        """What to try next, and whether damaged files may be left out."""
        line = try_this_html(words.suggest_next(progress), done=progress.result is not None)
        if isinstance(progress.error, DamagedZipError):
            return {"try": line, "keep_good": gr.update(visible=True)}
        return {"try": line}

    def show_result(self, progress: RunProgress) -> Shown:
        """The accuracy, the confusion matrix, the largest losses and the zip."""
        result = progress.result
        assert result is not None
        worst = held_out(result)[:TOP_LOSSES]
        return {
            "result": gr.update(visible=True),
            "number": big_number_html(**words.describe_accuracy(result.metrics)),
            "run": words.describe_run(result.metrics, result.seconds),
            "matrix": matrix_html(result.metrics),
            "cell": "",
            "worst": photos_html(worst, heading="The largest losses: sure and wrong, or not sure"),
            "zip": gr.update(value=result.zip_path),
        }

    def show_cell(self, saved: Any, event: gr.EventData) -> str:
        """The photos behind one cell of the matrix."""
        result = self.result(saved)
        vocab = result.metrics["vocab"]
        actual, predicted = (vocab[at] for at in clicked_cell(event, len(vocab)))
        photos = in_cell(held_out(result), actual=actual, predicted=predicted)
        return photos_html(photos, heading=cell_heading(actual, predicted, len(photos)))


def build_train(
    classifier: Classifier,
    saved: gr.BrowserState,
    demo: gr.Blocks,
    runs: Runs[RunProgress] | None = None,
) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        classifier: the app's own model, which answers beside the visitor's.
        saved: `kept_training("bears")`, made outside the tabs.
        demo: the page.
        runs: where trainings run; by default those of this server.
    """
    training = BearTraining(runs or photo_runs())
    panel = TrainingPanel(training, saved)
    parts = panel.parts
    say_missing("Training", *NEEDED)
    parts["try"] = try_this(words.suggest_next(None))
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            inputs, parts["keep_good"] = build_form(demo)
            panel.buttons()
            piece(f'<p class="look-label">{words.DATA_SENTENCE}</p>')
        with picture:
            panel.bar()
            piece(f'<p class="look-label">{words.LOSSES_LABEL}</p>')
            parts["losses"] = gr.Plot(show_label=False, elem_id="train-losses")
            piece(f'<p class="look-label">{words.FINDER_LABEL}</p>')
            parts["finder"] = gr.Plot(show_label=False, elem_id="train-finder")
    with gr.Column(visible=False, elem_id="train-result") as parts["result"]:
        with gr.Row():
            with gr.Column(scale=1, min_width=280):
                parts["number"] = piece()
                parts["run"] = piece()
                parts["zip"] = gr.DownloadButton("Download the model", elem_id="train-download")
                piece(f"<p>{marked(words.HOW_TO_RUN)}</p>")
            with gr.Column(scale=2, min_width=280):
                parts["matrix"] = confusion_widget()
                parts["cell"] = photo_grid("train-cell")
        parts["worst"] = photo_grid("train-worst")
        build_try(training, saved, classifier)
        build_push(training, saved)
    with explain(text=words.EXPLANATION):
        pass

    panel.wire(demo, inputs)
    opened = parts["matrix"].open(
        friendly(training.show_cell), saved, parts["cell"], api_visibility="private", show_progress="hidden"
    )
    opened.then(None, js=_FOCUS_PHOTOS)
