"""*Why bother*: the memory of a training step against the micro-batch, estimated, and measured here."""

from typing import Any

import gradio as gr

from apps.views.losses.entropy import CSS, TEXTS
from shared.image_models.memory import Memory, load_rows
from shared.image_models.memory_worker import Measured, measure_apart
from shared.limits import HEAVY_CONCURRENCY
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, explanation, try_this
from shared.ui.tabbed import action
from shared.ui.templates import render
from shared.ui.wire import keep_in_address, wire, wire_in_browser

QUEUE = {"concurrency_id": "memory", "concurrency_limit": HEAVY_CONCURRENCY}  # two would disturb each other


def give_rows(_value: Any) -> list[dict[str, Any]]:
    """Give the page the table of counted networks."""
    return [row._asdict() for row in load_rows().values()]


def show_measured(options: Memory) -> dict[str, Any]:
    """Measure the steps of a network, and hand them to words and picture."""
    found: Measured = measure_apart(options.architecture, options.optimiser)
    words = render(
        "apps/views/losses/memory.html", found=found, last=found.steps[-1], optimiser=options.optimiser
    )
    steps = [step._asdict() for step in found.steps]
    measured = {"row": found.row._asdict(), "steps": steps, "optimiser": options.optimiser}
    return {"words": words, "picture": {**options.model_dump(), "measured": measured}}


def build_memory(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this(
        "How many photos at a time fit into your GPU? Halve its memory. Then measure: does the estimate hold?"
    )
    go, words = action("Measure it here", css=CSS, elem_id="memory-words")
    with controls_and_picture(sticky=False) as (left, right):
        with left:
            listed: dict[str, Any] = {"choices": [*load_rows()], "allow_custom_value": True}
            boxes = controls(Memory, architecture=listed)
        with right:
            picture = module(
                "apps/views/losses/memory.js",
                Memory().model_dump(),
                functions=[give_rows],
                css=CSS,
                elem_id="memory-picture",
            )
    explanation(TEXTS["memory"])
    more = {"show_progress": "full", "show_progress_on": [words], **QUEUE}
    wire([go.click], show_measured, Memory, boxes, {"words": words, "picture": picture}, **more)
    wire_in_browser([box.change for box in boxes.values()], Memory, boxes, picture)
    keep_in_address("memory", Memory, boxes, demo)
