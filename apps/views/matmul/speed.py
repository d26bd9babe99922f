"""*Why GPUs*: one product timed here, from plain loops to torch, on a log scale with its spread."""

from typing import Any

import gradio as gr

from apps.views.matmul.multiply import TEXTS
from shared.limits import HEAVY_CONCURRENCY
from shared.matmul.timing import Benchmark, compare, fastest_rate
from shared.matmul.timing_plots import HEIGHT_PX, plot_timings
from shared.matmul.timing_worker import time_apart
from shared.ui.figure import empty_figure
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, explanation, try_this
from shared.ui.tabbed import action
from shared.ui.templates import render
from shared.ui.wire import keep_in_address, wire

# Two at a time would disturb each other.
QUEUE = {"concurrency_id": "benchmark", "concurrency_limit": HEAVY_CONCURRENCY}


def draw_times(options: Benchmark) -> dict[str, Any]:
    """Time all methods, and draw them."""
    timings, machine = time_apart(largest=options.largest, repeats=options.repeats)
    words = render(
        "apps/views/matmul/speed.html",
        compared=compare(timings),
        rate=fastest_rate(timings),
        machine=machine,
        methods=" ".join(timing.method for timing in timings),
    )
    return {"figure": plot_timings(timings), "words": words}


def build_speed(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Guess first: how many times faster is `a @ b` than three loops? Then press the button.")
    go, words = action("Time it here", elem_id="speed-words")
    with controls_and_picture(sticky=False) as (left, right):
        with left:
            boxes = controls(Benchmark)
        with right:
            figure = empty_figure("speed-figure", height=HEIGHT_PX, message="Press “Time it here”.")
            explanation(TEXTS["speed"])
    more = {"show_progress": "full", "show_progress_on": [figure], **QUEUE}
    keep_in_address("speed", Benchmark, boxes, demo)
    wire([go.click], draw_times, Benchmark, boxes, {"figure": figure, "words": words}, **more)
