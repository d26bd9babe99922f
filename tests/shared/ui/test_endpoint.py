"""Endpoints described by their docstrings, and what their callers may send."""

import gradio as gr
import pytest

from shared.errors import InputError
from shared.ui.endpoint import add_endpoint
from shared.ui.gradio_patches.argument_texts import argument_texts, describe
from shared.ui.incoming import GuardedBlocks, check_value


def rate(films: list[dict], stars: float = 3.0) -> list[dict]:
    """Rate films,
    all at once.

    Args:
        films: a list such as [{"movie_id": 1}]; at most
            a hundred, stars: included.
        stars: 0.5 to 5.

    Returns:
        films: the same.

    Raises:
        InputError: never.
    """
    return [{**film, "stars": stars} for film in films]


def undocumented(x: int) -> int:
    return x


def test_texts_of_arguments_are_whole() -> None:
    texts = {
        "films": 'a list such as [{"movie_id": 1}]; at most a hundred, stars: included.',
        "stars": "0.5 to 5.",
    }
    assert argument_texts(rate) == texts
    assert argument_texts(describe(rate)) == texts
    assert argument_texts(undocumented) == {"x": ""}


def test_descriptions_reach_those_who_call() -> None:
    with GuardedBlocks() as demo:
        add_endpoint(rate)
        add_endpoint(undocumented)
    endpoints = demo.get_api_info()["named_endpoints"]
    films, stars = endpoints["/rate"]["parameters"]
    assert endpoints["/rate"]["description"] == "Rate films, all at once."
    assert films["label"] == films["parameter_name"] == "films"
    assert films["python_type"]["description"].endswith("at most a hundred, stars: included.")
    assert films["type"]["type"] == "array"
    assert stars["parameter_default"] == 3.0


def whose(request: gr.Request, x: int, y: int = 2) -> str:
    """Say whose call it is.

    Args:
        request: of the caller; it is filled in,
            y: and not sent.
        x: a number.
        y: another.
    """
    return f"{request.session_hash} {x} {y}"


def test_a_request_is_filled_in_and_hidden_from_callers() -> None:
    assert argument_texts(whose) == {"x": "a number.", "y": "another."}
    with GuardedBlocks() as demo:
        add_endpoint(whose, concurrency_id="heavy", concurrency_limit=1)
    endpoint = demo.get_api_info()["named_endpoints"]["/whose"]
    assert [one["parameter_name"] for one in endpoint["parameters"]] == ["x", "y"]
    assert [one["label"] for one in endpoint["parameters"]] == ["x", "y"]
    assert "request" not in endpoint["description"]
    event = next(event for event in demo.fns.values() if event.api_name == "whose")
    assert (event.concurrency_id, event.concurrency_limit) == ("heavy", 1)
    assert len(event.inputs) == 2


NAN, FILE = float("nan"), {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize(
    ("make", "value", "message"),
    [
        (lambda: gr.Slider(0, 5, label="Rate"), NAN, "Rate must be a number from 0 to 5."),
        (lambda: gr.Slider(0, 5, label="Rate"), None, "Rate must be a number from 0 to 5."),
        (lambda: gr.Slider(0, 5), True, "A value must be a number from 0 to 5."),
        (lambda: gr.Slider(0, 5), 10**400, "must be a number"),
        (lambda: gr.Number(label="Steps"), float("inf"), "Steps must be a number."),
        (lambda: gr.Number(label="Steps"), "7", "Steps must be a number."),
        (lambda: gr.Checkbox(label="On"), 1, "On must be true or false."),
        (lambda: gr.CheckboxGroup(["a"], label="Columns"), None, "Columns must be a list"),
        (lambda: gr.Textbox(label="Name"), 5, "Name must be a text."),
        (
            lambda: gr.Radio(["a", "b"], value="a", label="Order"),
            None,
            "Order has no value: choose one of a, b.",
        ),
        (lambda: gr.Dropdown(["a", "b"], value="a", label="Year"), None, "choose one of a, b."),
        (lambda: gr.JSON(label="Data"), [{"deep": [FILE]}], "Data takes no files."),
        (lambda: gr.HTML(), FILE, "takes no files."),
        (lambda: gr.File(), FILE, "Only a file that was uploaded here"),
    ],
)
def test_a_value_that_no_control_sends_is_refused(make, value, message) -> None:
    with GuardedBlocks():
        block = make()
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        check_value(block, value)


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda: gr.Slider(0, 5), 5),
        (lambda: gr.Number(), None),
        (lambda: gr.Radio(["a", "b"]), None),
        (lambda: gr.Dropdown(["a", "b"], value=["a"], multiselect=True), None),
        (lambda: gr.Textbox(), None),
        (lambda: gr.JSON(), {"meta": 1, "path": "x"}),
    ],
)
def test_what_controls_do_send_passes(make, value) -> None:
    with GuardedBlocks():
        check_value(make(), value)
