"""*Train*: fit the recommender's model on MovieLens or on the visitor's own ratings; see what it is worth.

The training runs in a process of its own and goes on when the page is closed (`shared/collab/train_runs.py`).

    saved = kept_training("recommender")       # outside the tabs
    with gr.Tab("Train"):
        build_train(load_recommender(), saved, demo)
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from apps.views.recommender import train_words as words
from apps.views.recommender.train_form import build_form
from apps.views.recommender.train_kept import OWN, RunSummary, read_runs
from shared.collab.data import PACKAGED
from shared.collab.model import Recommender
from shared.collab.train import TrainOptions
from shared.collab.train_plots import plot_curve, plot_errors
from shared.collab.train_request import read_request
from shared.collab.train_runs import TrainProgress, rating_job, rating_runs
from shared.jobs import Job, Runs
from shared.limits import MAX_SHOWN_RUNS
from shared.ui.page import (
    big_number,
    big_number_html,
    controls_and_picture,
    explain,
    piece,
    try_this,
    try_this_html,
)
from shared.ui.training import Kept, Shown, Training
from shared.ui.training_panel import TrainingPanel


class RatingTraining(Training[TrainProgress]):
    """What a training on ratings says and shows."""

    idle = "Press Train. It takes less than a minute."
    reading = "Looking at what you chose"
    describe = staticmethod(words.describe_epoch)
    stays = "The table of your runs and what you downloaded are still yours."

    def __init__(self, runs: Runs[TrainProgress], published: Mapping[str, Any] | None) -> None:
        """Take the runs of this server, and the metrics of the app's own model, if that is on MovieLens."""
        super().__init__(runs)
        self.published = published

    def job(self, data: str, path: str | None, *numbers: Any) -> Job[TrainProgress]:
        """Check the form."""
        return rating_job(read_request(path, *numbers, is_own=data == OWN))

    def figures(self, progress: TrainProgress | None) -> Mapping[str, tuple[Any, Callable[[], Any]]]:
        """The curve, as soon as the baselines in it are known; an earlier one stays until then."""
        if progress is None:
            n_epochs = TrainOptions().filled().epochs
            rows = words.error_rows(None, self.published)
            return {
                "curve": (0, lambda: plot_curve([], n_epochs=n_epochs, message=words.EMPTY_CURVE)),
                "errors": (0, lambda: plot_errors(rows)),
            }
        draw = functools.partial(
            plot_curve, progress.history, n_epochs=progress.n_epochs, baselines=progress.baselines
        )
        return {"curve": (len(progress.history), draw)} if progress.baselines else {}

    def show_kept(self, kept: Kept) -> Shown:
        """The table of runs, and what to try next."""
        runs = read_runs(kept.runs)
        if not runs:
            return {}
        return {"runs": words.runs_html(runs), "try": try_this_html(words.suggest_next(runs))}

    def add_result(self, kept: Kept, progress: TrainProgress) -> Kept:
        """Add a line to the table of runs."""
        runs = read_runs(kept.runs)
        runs.append(RunSummary.of(progress, runs[-1].number + 1 if runs else 1))
        return kept.now(runs=tuple(run.model_dump() for run in runs[-MAX_SHOWN_RUNS:]))

    def show_result(self, progress: TrainProgress) -> Shown:
        """The error beside the baselines, the lists and the zip."""
        result = progress.result
        assert result is not None
        is_same = progress.request is not None and progress.request.ratings is None
        return {
            "number": big_number_html(**words.describe_error(result)),
            "errors": plot_errors(words.error_rows(result, self.published if is_same else None)),
            "list": words.list_html(result.metrics["list"]),
            "finding": words.finding_html(result.metrics["list"]),
            "zip": gr.update(value=result.zip_path, interactive=True),
        }


def build_train(
    recommender: Recommender,
    saved: gr.BrowserState,
    demo: gr.Blocks,
    runs: Runs[TrainProgress] | None = None,
) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        recommender: the app's own model, whose published errors stand beside the visitor's.
        saved: `kept_training("recommender")`, made outside the tabs.
        demo: the page.
        runs: where trainings run; by default those of this server.
    """
    is_movielens = recommender.config["data"]["source"] == PACKAGED
    published = recommender.config["metrics"] if is_movielens else None
    published_list = published["list"] if published else None
    panel = TrainingPanel(RatingTraining(runs or rating_runs(), published), saved)
    parts = panel.parts
    parts["try"] = try_this(words.suggest_next([]))
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            inputs = build_form(recommender.config["data"] if is_movielens else None)
            panel.buttons("Train")
        with picture:
            panel.bar()
            parts["curve"] = gr.Plot(show_label=False, elem_id="train-curve")
            parts["number"] = big_number(**words.describe_error(None))
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            parts["errors"] = gr.Plot(
                show_label=False,
                elem_id="train-errors",
                elem_classes="look-words-in-figure",
            )
        with gr.Column(scale=1, min_width=280):
            parts["list"] = piece(words.list_html(published_list) if published_list else "")
            parts["finding"] = piece(words.finding_html(published_list, whose="this app's model"))
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            parts["zip"] = gr.DownloadButton(
                "Download the model", interactive=False, elem_id="train-download"
            )
        with gr.Column(scale=2, min_width=280):
            gr.Markdown(words.HOW_TO_RUN, elem_classes="look-prose")
    parts["runs"] = piece()
    with explain(text=words.EXPLANATION):
        pass

    panel.wire(demo, inputs)
