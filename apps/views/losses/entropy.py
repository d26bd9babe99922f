"""*Cross-entropy*: logits by slider or typed, then exp, softmax, log and loss, all in the browser."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import gradio as gr
from pydantic import Field

from shared.losses.entropy import FARTHEST, LESSON_LOGITS, MOST_CLASSES, Batch, Kind, Smoothing, Temperature
from shared.losses.notebook import write_notebook
from shared.losses.torch_forms import FORMS, run_apart
from shared.options import Options, check
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, errata, explain
from shared.ui.wire import keep_in_address, wire_in_browser

CSS = "apps/views/losses/losses.css"
TEXTS = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
_MOST_NAMES = 200  # characters of all names together
_Names = Field(
    max_length=_MOST_NAMES, title="Classes", description=f"2 to {MOST_CLASSES}, with commas between"
)
_Rate = Field(ge=0.1, le=20, title="Learning rate of a step", json_schema_extra={"step": 0.1})


class Setting(Options):
    """What is set beside the logits."""

    classes: Annotated[str, _Names] = "cat, dog, plane, fish, building"
    kind: Kind = "softmax"
    temperature: Temperature = 1
    smoothing: Smoothing = 0
    rate: Annotated[float, _Rate] = 1


def _as_batch(value: Any) -> Batch:
    return check(Batch, value if isinstance(value, dict) else {})


def run_in_torch(value: Any) -> list[tuple[str, float]]:
    """Compute the page's loss in every form that PyTorch has."""
    return run_apart(_as_batch(value))


def take_notebook(value: Any) -> dict[str, Any]:
    """Write the notebook of the page's logits; "names" are those of the classes."""
    given = dict(value) if isinstance(value, dict) else {}
    names = str(given.pop("names", "")).split("\n")
    return write_notebook(_as_batch(given), [name[:_MOST_NAMES] for name in names])


def give_start(_value: Any) -> dict[str, Any]:
    """Give the page the lesson's logits, how far they may go, and PyTorch's forms of the loss."""
    return {"logits": LESSON_LOGITS, "farthest": FARTHEST, "most": MOST_CLASSES, "forms": FORMS}


def build_entropy(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    with controls_and_picture(sticky=False) as (left, right):
        with left:
            boxes = controls(Setting)
        with right:
            picture = module(
                "apps/views/losses/entropy.js",
                Setting().model_dump(),
                functions=[give_start, run_in_torch, take_notebook],
                css=CSS,
                elem_id="entropy-picture",
                elem_classes=["look-piece", "lo-tall"],
            )
    errata(
        "The spreadsheet takes the logarithm with `LOG`, which is that of base 10: the loss is 0.05892.",
        "PyTorch takes the natural logarithm, `LN` in a spreadsheet: the loss is 0.13566.",
        why="One is 2.3026 times the other: the best weights are the same, a step is 2.3 times as long.",
        source="entropy_example.xlsx",
    )
    for name, label in (
        ("steps", "What is each column for?"),
        ("sigmoid", "Softmax or sigmoid?"),
        ("tuning", "Temperature, label smoothing, class weights"),
        ("forms", "A class or a function of PyTorch?"),
    ):
        with explain(label, TEXTS[name]):
            pass
    wire_in_browser([box.change for box in boxes.values()], Setting, boxes, picture)
    keep_in_address("entropy", Setting, boxes, demo)
