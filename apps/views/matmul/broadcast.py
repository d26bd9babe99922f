"""*Broadcast*: two shapes held against each other from the right, and the copies that nobody makes."""

from typing import Annotated, Any, Literal

import gradio as gr
import numpy as np
from markupsafe import Markup
from pydantic import Field

from apps.views.matmul.multiply import CSS, TEXTS
from shared.matmul.hidden import load_net
from shared.matmul.shapes import CAN_BE, MAX_RANK, Fit, fit, ghosts, numbered, parse_shape, written
from shared.options import Options
from shared.ui.drawn import Drawn, build_drawn, draw
from shared.ui.page import explain, explanation, try_this
from shared.ui.templates import render, show

Shape = tuple[int, ...]
_SHAPE = {"wanted": CAN_BE}
_SIGNS = {"add": ("+", np.add), "multiply": ("×", np.multiply)}
EXAMPLES = {  # what the button says -> left, right
    "One row for all": ("3, 4", "4"),
    "vec[:, None]": ("3, 1", "4"),
    "One number": ("2, 3", ""),
    "Break it": ("3, 2", "3"),
}


class Shapes(Options):
    """Two arrays."""

    left: Annotated[str, Field(max_length=40, title="Left shape", json_schema_extra=_SHAPE)] = "3, 1"
    right: Annotated[str, Field(max_length=40, title="Right shape", json_schema_extra=_SHAPE)] = "4"
    operation: Annotated[Literal["add", "multiply"], Field(title="Operation")] = "add"


def read_shapes(options: Shapes) -> tuple[Shape, Shape, Fit]:
    """Read both shapes and hold them against each other."""
    left, right = parse_shape("left", options.left), parse_shape("right", options.right)
    return left, right, fit(left, right)


def draw_broadcast(options: Shapes) -> Drawn:
    """Draw the two arrays, their ghost copies and the result."""
    left, right, found = read_shapes(options)
    sign, apply = _SIGNS[options.operation]
    a, b = numbered(left), numbered(right, start=10, step=10)
    pictures = [("left", a, left), ("right", b, right)]
    if found.shape is not None:
        pictures.append((f"left {sign} right", apply(a, b), found.shape))
    drawn = [_picture(name, values, shape, found.shape or shape) for name, values, shape in pictures]
    shapes = {"left": written(left), "right": written(right), "result": written(found.shape or ())}
    return draw("apps/views/matmul/broadcast.html", found=found, sign=sign, pictures=drawn, shapes=shapes)


def draw_sums() -> Markup:
    """Draw `(x * w).sum(1)` beside `x @ w`, for three passengers and the four numbers of the lesson."""
    net = load_net()
    x = np.array([one.values[:4] for one in net.passengers[:3]]).round(2)
    w = np.array([-0.5, -0.3, 0.1, 0.8])
    products = x * w  # (3, 4)
    made = {"x": x, "w": w, "products": products, "sums": products.sum(1), "at": x @ w}
    numbers = {name: values.round(3).tolist() for name, values in made.items()}
    return render("apps/views/matmul/sums.html", columns=net.columns[:4], **numbers)


def _picture(name: str, values: np.ndarray, shape: Shape, result: Shape) -> dict[str, Any]:
    """Give one array as layers of rows of (number, whether it is a copy)."""
    full = np.broadcast_to(values, result)
    pairs = np.stack([full, ghosts(shape, result)], axis=-1)
    layers = pairs.reshape((1,) * (MAX_RANK - len(result)) + (*result, 2)).tolist()
    return {"name": name, "shape": written(shape), "layers": layers, "rank": len(shape)}


def build_broadcast(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Press *Break it*. Then mend the right shape, so that the two go together again.")
    with gr.Row():
        acts = {"Break it": "look-act"}
        buttons = [
            gr.Button(text, size="lg", min_width=140, elem_classes=acts.get(text)) for text in EXAMPLES
        ]
    narrow = {"min_width": 120}
    boxes = build_drawn(demo, "broadcast", Shapes, draw_broadcast, css=CSS, left=narrow, right=narrow)
    with explain("A sum of products is a matrix product: (x * w).sum(1) beside x @ w"):
        show(draw_sums(), css=CSS)
    explanation(TEXTS["misfits"], "Shapes that do not fit")
    for button, shapes in zip(buttons, EXAMPLES.values(), strict=True):
        button.click(None, None, [boxes["left"], boxes["right"]], js=f"() => {list(shapes)}", queue=False)
