"""*Failure map*: the deep net from a hundred seeds at once, and what keeps it from failing."""

from typing import Any

import gradio as gr

from apps.views.titanic.hand import CSS, TEXTS
from shared.limits import HEAVY_CONCURRENCY
from shared.tabular.failures import FIXES, Settings, map_failures
from shared.tabular.plots import FAILURES_PX, plot_failures
from shared.ui.figure import empty_figure
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, errata, explain, try_this
from shared.ui.tabbed import action
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

TEMPLATE = "apps/views/titanic/failure.html"
QUEUE = {"concurrency_id": "titanic-nets", "concurrency_limit": HEAVY_CONCURRENCY}


def draw_failures(settings: Settings) -> dict[str, Any]:
    """Train the hundred, and draw where they end."""
    found = map_failures(settings)
    published = map_failures(Settings(first_seed=settings.first_seed))
    words = render(TEMPLATE, part="words", found=found)
    return {"words": words, "figure": plot_failures(found, published)}


def draw_fixes(settings: Settings) -> dict[str, Any]:
    """Try each fix alone, and all of them, on the same seeds."""
    seeds = {"first_seed": settings.first_seed}
    rows = [(name, map_failures(fix.model_copy(update=seeds))) for name, fix in FIXES.items()]
    return {"fixes": render(TEMPLATE, part="fixes", first=settings.first_seed, rows=rows)}


def build_failure(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Guess first: how many of 100 seeds fail? Then press the button, choose *kaiming*, press again.")
    go, words = action("Train 100 nets", css=CSS, elem_id="failure-words")
    with controls_and_picture(sticky=False) as (left, right):
        with left:
            boxes = controls(Settings)
        with right:
            figure = empty_figure("failure-figure", height=FAILURES_PX, message="Press “Train 100 nets”.")
            each = gr.Button("Try each fix alone")
            fixes = show(css=CSS, elem_id="failure-fixes")
    with explain("Why do they fail, and what helps?", TEXTS["failure"]):
        errata(
            "The deep net ends at 82.6 %, like the others.",
            "From seed 442 it does. From 96 of the seeds 0 to 99 it learns nothing.",
            why="The lesson says that it took some fiddling with the first weights, not how often it fails.",
            source="Linear model and neural net from scratch",
        )
    wait = {"show_progress": "full", **QUEUE}
    fills = {"words": words, "figure": figure}
    wire([go.click], draw_failures, Settings, boxes, fills, show_progress_on=[figure], **wait)
    wire([each.click], draw_fixes, Settings, boxes, {"fixes": fixes}, show_progress_on=[each], **wait)
    keep_in_address("failure", Settings, boxes, demo)
