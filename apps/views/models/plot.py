"""*Speed* and *Robust*: every model that the filters let through, drawn in the browser."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import gradio as gr
from pydantic import Field

from shared.image_models.notebook import write_notebook
from shared.image_models.rank import Filters
from shared.image_models.table import HARDWARE, columns, load_models
from shared.options import Options, check
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, explain, try_this
from shared.ui.templates import show
from shared.ui.wire import keep_in_address, wire_in_browser

CSS = "apps/views/models/models.css"
TEXTS = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
Hardware = Annotated[Literal["rtx3090", "rtx4090", "rtx5090", "i7", "i9", "here"], Field(title="Hardware")]
MACHINES = [*((label, key) for key, label in HARDWARE.items()), ("This machine, as measured", "here")]
_SETS = Literal["ImageNet-A", "ImageNet-R", "ImageNet-Sketch", "ImageNet-V2", "Cleaned labels"]
# Small ones two in a row, so that on a phone the picture stays near them.
WIDE, _NARROW = {"min_width": 260, "info": None}, {"min_width": 130, "info": None}
LAYOUT: dict[str, dict[str, Any]] = {
    "hardware": {"choices": MACHINES, **WIDE},
    "max_ms": {**_NARROW, "info": "0 for any"},
    "max_mb": {**_NARROW, "info": "0 for any"},
    "max_size": WIDE,
    "family": _NARROW,
    "name": {"placeholder": "convnext", **_NARROW},
    "dataset": WIDE,
}


class Speed(Filters):
    """The filters of *Speed*."""

    hardware: Hardware = "rtx3090"  # type: ignore[assignment]  # one choice more


class Robust(Filters):
    """Those of *Robust*, and the photos that are compared with ImageNet."""

    hardware: Hardware = "rtx5090"  # type: ignore[assignment]  # every model was timed on it
    dataset: Annotated[_SETS, Field(title="Other test photos")] = "ImageNet-A"


def send_table(_value: Any) -> dict[str, list[Any]]:
    """Give the whole table to the page, which asks for it once."""
    return columns()


def take_notebook(value: Any) -> dict[str, Any]:
    """Write the notebook of the models that the page shows."""
    given = value if isinstance(value, dict) else {}
    wanted = check(Filters, {name: given[name] for name in Filters.model_fields if name in given})
    return write_notebook(load_models(), wanted)


def fold(boxes: dict[str, Any], label: str, *names: str) -> None:
    """Put controls that were made with `render=False` where they open on demand."""
    with gr.Accordion(label, open=False), gr.Row():
        for name in names:
            boxes[name].render()


def build_speed(demo: gr.Blocks, *, address: gr.HTML) -> None:
    """Lay out *Speed* and wire it."""
    try_this("Which model on the line would you take? Then choose a CPU: is it still there?")
    _build("speed", Speed, demo, address)


def build_robust(demo: gr.Blocks, *, address: gr.HTML) -> None:
    """Lay out *Robust* and wire it."""
    try_this("All points above 80 %: whose answers hold on photos of another kind? Press one of them.")
    _build("robust", Robust, demo, address)


def _build(tab: str, model: type[Options], demo: gr.Blocks, address: gr.HTML) -> None:
    more: dict[str, Any] = {
        "css": CSS,
        "elem_id": f"{tab}-picture",
        "elem_classes": ["look-piece", "im-tall"],
    }
    with controls_and_picture() as (left, right):
        with left, gr.Row():
            layout = {name: LAYOUT[name] for name in model.model_fields}
            act = "dataset" if "dataset" in layout else "hardware"
            layout[act] = {**layout[act], "elem_classes": "look-act"}
            boxes = controls(model, **layout)
        with right:
            value, functions = model().model_dump(), [send_table, take_notebook]
            piece = module("apps/views/models/plot.js", value, functions=functions, **more)
    show(css=CSS, elem_id=f"{tab}-list")  # plot.js fills it: on a phone it must not stay in view
    with explain(text=TEXTS[tab]):
        pass
    wire_in_browser([box.change for box in boxes.values()], model, boxes, piece)
    keep_in_address(tab, model, boxes, demo, address=address)
