"""A tab that the server draws: its verdict, which a phone shows above the controls, and its picture."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from shared.options import Options
from shared.ui.options import controls
from shared.ui.page import controls_and_picture
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

CSS = "apps/views/matmul/matmul.css"
Drawn = dict[str, Any]


def draw(name: str, **values: Any) -> Drawn:
    """Fill both parts of a tab's template."""
    path = f"apps/views/matmul/{name}.html"
    return {part: render(path, part=part, **values) for part in ("verdict", "picture")}


def build_drawn(
    demo: gr.Blocks, tab: str, model: type[Options], function: Callable[..., Drawn], **more: dict[str, Any]
) -> dict[str, Any]:
    """Lay out verdict, controls and picture, draw anew whenever a control changes, and keep it in the link.

    Args:
        demo: the page.
        tab: the tab's id.
        model: declares the options.
        function: from the options to what `draw` made.
        more: further arguments of a control, by the option's name.

    Returns:
        The controls by name.
    """
    first = function(model())
    verdict = show(
        first["verdict"], css=CSS, elem_id=f"{tab}-verdict", elem_classes=["look-piece", "look-answer"]
    )
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left, gr.Row():
            boxes = controls(model, **more)
        with right:
            picture = show(first["picture"], css=CSS, elem_id=f"{tab}-picture")
    fills = {"verdict": verdict, "picture": picture}
    wire([box.change for box in boxes.values()], function, model, boxes, fills)
    keep_in_address(tab, model, boxes, demo)
    return boxes
