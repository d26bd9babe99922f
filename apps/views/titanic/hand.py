"""*By hand*: the steps as switches and the coefficients as sliders, computed and drawn in the browser."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import gradio as gr
from pydantic import Field

from shared.plotting import as_lists
from shared.tabular.draws import Draws
from shared.tabular.passengers import load_passengers
from shared.tabular.steps import Steps
from shared.tabular.train import LESSON_SEED
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, errata, explain, explanation
from shared.ui.wire import keep_in_address, wire_in_browser

CSS = "apps/views/titanic/titanic.css"
TEXTS = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
COLUMNS = ("age", "sibsp", "parch", "fare", "sex", "pclass", "embarked", "survived")  # what the page needs
MOST_COLUMNS = 12


class ByHand(Steps):
    """The steps, what the model does with the sums, and how far a step goes."""

    sigmoid: Annotated[bool, Field(title="Sigmoid at the end")] = False
    rate: Annotated[Literal["0.1", "1", "10", "100"], Field(title="Learning rate of a step")] = "0.1"


@cache
def give_table(_value: Any) -> dict[str, Any]:
    """Give the page the passengers, and the coefficients that the lesson starts from."""
    people = load_passengers()
    columns = {name: as_lists(getattr(people, name)) for name in COLUMNS}
    return {"people": columns, "start": as_lists(Draws(LESSON_SEED).rand(MOST_COLUMNS) - 0.5)}


def build_hand(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left:
            boxes = controls(ByHand)
        with right:
            picture = module(
                "apps/views/titanic/hand.js",
                ByHand().model_dump(),
                functions=[give_table],
                css=CSS,
                elem_id="hand-picture",
            )
    with explain("Why these steps?", TEXTS["steps"]):
        errata(
            "Add 1 to the fares, because some of them are missing.",
            "Add 1 to the fares, because some of them are 0: log(0) is minus infinity.",
            why="Missing values were filled with the mode one step earlier. No fare is missing here.",
            source="Linear model and neural net from scratch",
        )
    with explain("Where does the lesson have its 0.495 from?"):
        errata(
            "After one step at a rate of 0.1 the loss falls from 0.5382 to 0.4945.",
            "It falls to 0.5197. A step three times as long leads to 0.4945.",
            why="`backward()` adds to the gradient until `zero_()` is called. It was called three times.",
            source="Linear model and neural net from scratch",
        )
    explanation(TEXTS["sigmoid"], "Why the mean absolute error, and why the sigmoid?")
    wire_in_browser([box.change for box in boxes.values()], ByHand, boxes, picture)
    keep_in_address("hand", ByHand, boxes, demo)
