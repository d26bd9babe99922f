"""*Multiply* and *Gradient*: own sizes and numbers, computed and drawn in the browser."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import gradio as gr
from pydantic import Field

from shared.matmul.notebook import write_notebook
from shared.matmul.products import MAX_NUMBER, MAX_SIZE
from shared.options import Options, check
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, explanation, try_this
from shared.ui.wire import keep_in_address, wire_in_browser

CSS = "apps/views/matmul/matmul.css"
TEXTS = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
_ROWS = {"wanted": f"1 to {MAX_SIZE} rows of 1 to {MAX_SIZE} numbers each, such as [[1, 2], [3, 4]]"}
_Side = Field(ge=1, le=MAX_SIZE)
_Number = Annotated[float, Field(strict=True, ge=-MAX_NUMBER, le=MAX_NUMBER)]
Rows = list[list[_Number]]
_A: Rows = [[1, 2], [3, 4]]
_B: Rows = [[5], [6]]


# Two in a row, so that on a phone they stay near the picture.
NARROW = {"min_width": 130, "info": None}


class Sizes(Options):
    """What the two matrices are like; the sizes may disagree, which is an exercise."""

    a_rows: Annotated[int, Field(title="Rows of A"), _Side] = 3
    a_columns: Annotated[int, Field(title="Columns of A", description="As many as B has rows"), _Side] = 2
    b_rows: Annotated[int, Field(title="Rows of B", description="As many as A has columns"), _Side] = 2
    b_columns: Annotated[int, Field(title="Columns of B"), _Side] = 2
    numbers: Annotated[Literal["whole", "decimal"], Field(title="Numbers")] = "whole"
    seed: Annotated[int, Field(ge=0, le=999, title="Seed", description="Same seed, same numbers")] = 11


class Pair(Options):
    """Two matrices, as programs send them."""

    a: Annotated[Rows, Field(title="A", description="Left matrix", json_schema_extra=_ROWS)] = _A
    b: Annotated[Rows, Field(title="B", description="Right matrix", json_schema_extra=_ROWS)] = _B


def take_notebook(value: Any) -> dict[str, Any]:
    """Write the notebook of the page's two matrices."""
    pair = check(Pair, value if isinstance(value, dict) else {})
    return write_notebook(pair.a, pair.b)


def build_multiply(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    with controls_and_picture(sticky=False) as (left, right):
        with left, gr.Row():
            alike = dict.fromkeys(("a_rows", "a_columns", "b_rows", "b_columns"), NARROW)
            boxes = controls(Sizes, **alike, numbers={"min_width": 260}, seed={"min_width": 260})
        with right:
            picture = module(
                "apps/views/matmul/multiply.js",
                Sizes().model_dump(),
                functions=[take_notebook],
                css=CSS,
                elem_id="multiply-picture",
            )
            explanation(TEXTS["multiply"])
    wire_in_browser([box.change for box in boxes.values()], Sizes, boxes, picture)
    keep_in_address("multiply", Sizes, boxes, demo)


def build_gradient(_demo: gr.Blocks) -> None:
    """Lay out the tab; it follows the matrices of *Multiply*."""
    try_this("Step to the first number of dA. Then choose B: which of the two matrices is turned over now?")
    module("apps/views/matmul/gradient.js", Sizes().model_dump(), css=CSS, elem_id="gradient-picture")
    explanation(TEXTS["gradient"], "Where does it come from?")
