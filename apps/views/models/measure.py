"""*Measure*: any architecture timed here. *Use it*: its lines of code, and the way to train it."""

from typing import Annotated, Any, TypedDict

import gradio as gr
from pydantic import Field

from apps.views.models.plot import CSS, TEXTS, send_table
from shared.image_models.measure import Measurement
from shared.image_models.measure_worker import time_apart
from shared.limits import HEAVY_CONCURRENCY
from shared.options import Options
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, explain, try_this
from shared.ui.wire import keep_in_address, wire, wire_in_browser

QUEUE = {"concurrency_id": "measure", "concurrency_limit": HEAVY_CONCURRENCY}  # two would disturb each other
_Name = Field(max_length=100, title="Model", description="As the table calls it, with its weights or without")


class Use(Options):
    """Which model."""

    name: Annotated[str, _Name] = "convnext_tiny"


class Measured(TypedDict):
    """Answer of `/measure`: milliseconds of one photo, the mean and its 95 % interval."""

    architecture: str
    size: int
    parameters: float
    mean: float
    low: float
    high: float
    repeats: int
    machine: str


def measure(options: Measurement) -> Measured:
    """Time one timm architecture on the app's own machine, with random weights, in a process of its own."""
    timing = time_apart(options.architecture, size=options.size)
    answer: Any = timing._asdict() | {"repeats": len(timing.seconds)}
    answer |= {end: float(value) for end, value in timing.milliseconds()._asdict().items()}
    del answer["seconds"]
    return answer


def show_measured(options: Measurement) -> dict[str, Any]:
    """Time it, and hand it to the page."""
    return {"piece": measure(options)}


def build_measure(demo: gr.Blocks, *, address: gr.HTML) -> None:
    """Lay out the tab and wire it."""
    try_this("How much slower than an RTX 3090 is this machine? Guess first.")
    path, about = "apps/views/models/measure.js", {"css": CSS, "elem_id": "measure-answer"}
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left:
            boxes = controls(Measurement, architecture={"info": None})
            go = gr.Button("Measure it here", variant="primary", elem_id="measure-go")
        with right:
            piece = module(path, functions=[send_table], **about)
            with explain(text=TEXTS["measure"]):
                pass
    more = {"show_progress": "full", "show_progress_on": [piece], **QUEUE}
    wire([go.click], show_measured, Measurement, boxes, {"piece": piece}, **more)
    keep_in_address("measure", Measurement, boxes, demo, address=address)


def build_use(demo: gr.Blocks, *, address: gr.HTML) -> None:
    """Lay out the tab and wire it."""
    try_this("Copy the three lines into a notebook. Only the name in quotes is new.")
    boxes, about = controls(Use), {"css": CSS, "elem_id": "use-code"}
    piece = module("apps/views/models/use.js", Use().model_dump(), functions=[send_table], **about)
    with explain("Before you train", TEXTS["use"]):
        pass
    wire_in_browser([box.change for box in boxes.values()], Use, boxes, piece)
    keep_in_address("use", Use, boxes, demo, address=address)
