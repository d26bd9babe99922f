"""*Choose*: what I have and need, to a short list with reasons. *Score*: the course's formula with its 80."""

from typing import Any

import gradio as gr

from apps.views.models.plot import CSS, LAYOUT, MACHINES, TEXTS, WIDE, fold, send_table
from shared.image_models.rank import Machine, Milliseconds, Needs, Scoring, recommend
from shared.image_models.table import load_models, milliseconds
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, errata, explain, try_this
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire, wire_in_browser

_FOLDED = (
    "min_accuracy",
    "max_size",
    "family",
    "name",
)  # so that on a phone the list begins on the first screen


class Wishes(Needs):
    """The needs, with an exercise to begin with."""

    hardware: Machine = "i7"
    max_ms: Milliseconds = 50


def draw_choice(needs: Wishes) -> dict[str, Any]:
    """Draw the short list."""
    n_fitting, picks = recommend(load_models(), needs)
    given = {"n_fitting": n_fitting, "picks": picks, "hardware": needs.hardware, "milliseconds": milliseconds}
    return {part: render("apps/views/models/choose.html", part=part, **given) for part in ("said", "list")}


def build_choose(demo: gr.Blocks, *, address: gr.HTML) -> None:
    """Lay out *Choose* and wire it."""
    try_this("What is the best for a laptop in 50 ms? Then ask for 20 MB.")
    layout = {**LAYOUT, "min_accuracy": WIDE, "priority": WIDE}
    layout |= {name: {**layout[name], "render": False} for name in _FOLDED}
    layout["hardware"] = {"choices": MACHINES[:-1], "elem_classes": "look-act", **WIDE}
    start = draw_choice(Wishes())
    # Above the controls: on a phone it must be seen while they move.
    said = show(start["said"], css=CSS, elem_id="choose-said")
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left, gr.Row():
            boxes = controls(Wishes, **layout)
            fold(boxes, "More wishes", *_FOLDED)
        with right:
            picks = show(start["list"], css=CSS, elem_id="choose-list")
            with explain("How are they chosen?", TEXTS["choose"]):
                pass
    wire([box.change for box in boxes.values()], draw_choice, Wishes, boxes, {"said": said, "list": picks})
    keep_in_address("choose", Wishes, boxes, demo, address=address)


def build_score(demo: gr.Blocks, *, address: gr.HTML) -> None:
    """Lay out *Score* and wire it."""
    try_this("Move the constant from 80 to 20, then to 300. How often does the winner change?")
    start = Scoring().model_dump()
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left:
            boxes = controls(Scoring, weight={"elem_classes": "look-act"})
        with right:
            path = "apps/views/models/score.js"
            piece = module(path, start, functions=[send_table], css=CSS, elem_id="score-list")
            with explain("Where do error and time come from?", TEXTS["score"]):
                pass
    errata(**TEXTS["files"])
    wire_in_browser([box.change for box in boxes.values()], Scoring, boxes, piece)
    keep_in_address("score", Scoring, boxes, demo, address=address)
