"""A tab that the server draws: its verdict, which a phone shows above the controls, and its picture.

    def draw_shapes(options: Shapes) -> Drawn:
        return draw("apps/views/matmul/shapes.html", **compute(options))

    boxes = build_drawn(demo, "shapes", Shapes, draw_shapes, css=CSS)

The template has both parts: `{% if part == "verdict" %}...{% else %}...{% endif %}`.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr

from shared.options import Options
from shared.ui.options import controls
from shared.ui.page import controls_and_picture
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

Drawn = dict[str, Any]


def draw(path: str, **values: Any) -> Drawn:
    """Fill both parts of a tab's template, which lies at this path from the root of the project."""
    return {part: render(path, part=part, **values) for part in ("verdict", "picture")}


def build_drawn(
    demo: gr.Blocks,
    tab: str,
    model: type[Options],
    function: Callable[..., Drawn],
    *,
    css: str,
    **more: dict[str, Any],
) -> dict[str, Any]:
    """Lay out verdict, controls and picture, draw anew whenever a control changes, and keep it in the link.

    Args:
        demo: the page.
        tab: the tab's id.
        model: declares the options.
        function: from the options to what `draw` made.
        css: the path of the style sheet of both parts.
        more: further arguments of a control, by the option's name.

    Returns:
        The controls by name.
    """
    first = function(model())
    verdict = show(
        first["verdict"], css=css, elem_id=f"{tab}-verdict", elem_classes=["look-piece", "look-answer"]
    )
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left, gr.Row():
            boxes = controls(model, **more)
        with right:
            picture = show(first["picture"], css=css, elem_id=f"{tab}-picture")
    fills = {"verdict": verdict, "picture": picture}
    wire([box.change for box in boxes.values()], function, model, boxes, fills)
    keep_in_address(tab, model, boxes, demo)
    return boxes
