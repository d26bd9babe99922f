"""*fastai's way*: TabularPandas, the learning-rate finder and a run at each of its suggestions, `test_dl`."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr
import numpy as np

from apps.views.titanic.hand import TEXTS
from shared.jobs import Job
from shared.options import check
from shared.stats import mean_interval
from shared.tabular.fastai_worker import NEEDED, FastaiOptions, FastaiProgress, fastai_job, fastai_runs
from shared.tabular.plots import CURVES_PX, plot_fastai, plot_finder, plot_schedule
from shared.ui.figure import empty_figure
from shared.ui.missing import say_missing
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, explanation, piece, table_html, try_this
from shared.ui.training import Training
from shared.ui.training_panel import TrainingPanel
from shared.ui.wire import keep_in_address
from shared.words import percent

_RUNS = ("Suggestion", "Learning rate", "Runs", "Loss, held out", "Right, of 178")
_RUNS_CAPTION = "At the end: means over the seeds, 95 % intervals"
_CARRIED = ("Column", "As it came", "What the net gets", "Learned from the 713 training rows")
_CARRIED_CAPTION = "`test_dl` of a man of unknown age who boarded at B, Belfast, as nobody else did."


class FastaiTraining(Training[FastaiProgress]):
    """What a run of fastai's way says and shows."""

    idle, reading = "Press Start. It takes half a minute.", "Starting fastai"

    def job(self, *values: Any) -> Job[FastaiProgress]:
        """Check the form."""
        return fastai_job(check(FastaiOptions, dict(zip(FastaiOptions.model_fields, values, strict=True))))

    def describe(self, progress: FastaiProgress) -> str:
        """Say how many runs are over."""
        return f"{len(progress.runs)} runs" if progress.runs else ""

    def figures(self, progress: FastaiProgress | None) -> Mapping[str, tuple[Any, Callable[[], Any]]]:
        """What is known so far: the finder, then the runs, at the end what `test_dl` carries."""
        if progress is None or progress.found is None:
            return {}
        made: dict[str, tuple[Any, Callable[[], Any]]] = {}
        made["finder"] = 1, functools.partial(plot_finder, progress.found)
        if progress.runs:
            n = len(progress.runs)
            made["losses"] = n, functools.partial(plot_fastai, progress.runs)
            made["words"] = n, functools.partial(describe_runs, progress)
            made["schedule"] = 1, functools.partial(plot_schedule, progress.runs[0])
        if progress.carried:
            made["carried"] = 1, functools.partial(describe_carried, progress.carried)
        return made


def describe_runs(progress: FastaiProgress) -> str:
    """Write what came of each suggestion so far: loss and accuracy on the rows held out, with intervals."""
    assert progress.found is not None
    rows = []
    for name, rate in progress.found["suggested"].items():
        ends = [(run["valid"][-1], 100 * run["right"][-1]) for run in progress.runs if run["name"] == name]
        if len(ends) > 1:
            loss, right = zip(*mean_interval(np.array(ends)), strict=True)
            told = ("{:.3f} ({:.3f} to {:.3f})".format(*loss), "{:.1f} % ({:.1f} to {:.1f})".format(*right))
            rows.append((name, f"{rate:.2g}", len(ends), *told))
    return table_html(_RUNS, rows, caption=_RUNS_CAPTION, numeric=range(1, 5)) if rows else ""


def describe_carried(carried: Mapping[str, Any]) -> str:
    """Write what `test_dl` makes of a passenger whom nobody has seen."""
    said = f"{_CARRIED_CAPTION} The net says: {percent(carried['chance'])}."
    return table_html(_CARRIED, carried["rows"], caption=said, numeric=[2])


def build_fastai(demo: gr.Blocks, *, saved: gr.BrowserState) -> None:
    """Lay out the tab and wire it.

    Args:
        demo: the page.
        saved: `kept_training("titanic")`, made outside the tabs.
    """
    panel = TrainingPanel(FastaiTraining(fastai_runs()), saved)
    parts = panel.parts
    say_missing("fastai's way", *NEEDED)
    try_this("Guess first: which of the four rates ends best? Press *Start*, then try *fit*.")
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left:
            panel.buttons()
            panel.bar()
            boxes = controls(FastaiOptions)
        with right:
            parts["finder"] = empty_figure("fastai-finder", height=CURVES_PX, message="Press “Start”.")
            parts["words"] = piece()
            parts["losses"] = empty_figure(
                "fastai-losses", height=CURVES_PX, message="Then the runs at each rate."
            )
            parts["schedule"] = empty_figure(
                "fastai-schedule", height=CURVES_PX, message="And the schedule of a run."
            )
            parts["carried"] = piece()
    explanation(TEXTS["fastai"])
    panel.wire(demo, [*boxes.values()])
    keep_in_address("fastai", FastaiOptions, boxes, demo)
