"""Controls and endpoints that follow from options: kinds, bounds, what is asked first, what programs read."""

import inspect
import math
from typing import Annotated, Literal, TypedDict

import gradio as gr
import pytest
from pydantic import Field

from shared.errors import InputError
from shared.options import Options
from shared.ui.incoming import check_value
from shared.ui.launch import new_blocks
from shared.ui.options import add_options_endpoint, controls, over


class Sizes(Options):
    rows: Annotated[int, Field(ge=1, le=8, title="Rows", description="Of A")] = 3
    rate: Annotated[float, Field(json_schema_extra={"unit": "s", "step": 0.1}, ge=0)] = 0.5
    kind: Literal["whole", "decimal"] = "whole"
    size: Literal[1, 2, 3, 4, 5] = 2
    exact: bool = False
    name: str = "A"


class Answer(TypedDict):
    total: float


def work(sizes: Sizes) -> Answer:
    """Add up.

    More of it.
    """
    return {"total": sizes.rows + sizes.rate}


def test_each_kind_of_option_gets_its_control():
    with gr.Blocks():
        boxes = controls(Sizes, rows={"info": None, "elem_id": "rows"})
    kinds = [gr.Slider, gr.Number, gr.Radio, gr.Dropdown, gr.Checkbox, gr.Textbox]
    assert [type(box) for box in boxes.values()] == kinds
    rows, rate = boxes["rows"], boxes["rate"]
    assert (rows.minimum, rows.maximum, rows.step, rows.value, rows.label) == (1, 8, 1, 3, "Rows")
    assert (rows.info, rows.elem_id) == (None, "rows")
    assert (rate.label, rate.step, rate.minimum) == ("Rate (s)", 0.1, 0)
    assert boxes["size"].choices[1] == ("2", 2)


def test_names_for_the_values_of_a_number_make_a_list():
    with gr.Blocks():
        box = controls(Sizes, rows={"choices": [("three", 3), ("four", 4)]})["rows"]
    assert isinstance(box, gr.Dropdown)
    check_value(box, 4)
    with pytest.raises(InputError, match="Rows must be"):
        check_value(box, 9)


def test_the_guard_asks_the_option_before_gradios_own_bounds():
    with gr.Blocks():
        boxes = controls(Sizes)
    check_value(boxes["rows"], 8)
    for value in (math.nan, 9, "3", None, {"path": "/etc/passwd"}):
        with pytest.raises(InputError, match="Rows must be a whole number from 1 to 8"):
            check_value(boxes["rows"], value)


def test_a_function_of_a_model_takes_its_values_one_by_one():
    call = over(Sizes, work)
    assert call(2, rate=0.25) == {"total": 2.25}
    assert list(inspect.signature(call).parameters) == list(Sizes.model_fields)
    assert inspect.signature(call).return_annotation is Answer
    assert call.__doc__.startswith("Add up.\n\nArgs:\n    rows: Of A: a whole number from 1 to 8.")
    with pytest.raises(InputError, match="Rows must be"):
        call(0)


def test_programs_read_meaning_default_and_exact_answer():
    with new_blocks("sizes") as demo:
        add_options_endpoint(Sizes, work)
    told = demo.get_api_info()["named_endpoints"]["/work"]
    rows = told["parameters"][0]
    assert (rows["parameter_name"], rows["parameter_default"]) == ("rows", 3)
    assert rows["type"]["description"] == "Of A: a whole number from 1 to 8."
    assert "maximum" not in rows["type"]  # an assistant would refuse 9 with a sentence of its own
    assert told["returns"][0]["type"]["properties"] == {"total": {"type": "number"}}
