"""From rows to numbers, each step of the lesson a switch.

    recipe = fit_recipe(people, Steps())     # what is learned from the table: fill values, largest values
    x = recipe.apply(people)                 # (891, 12)
    recipe.apply(one)                        # the same for anybody else, as fastai's test_dl does

Follows "Linear model and neural net from scratch": missing values become the most frequent one of their
column, `LogFare` is log(Fare + 1), texts and classes become dummy variables, each column is divided by its
largest value. The 1 is added because some fares are 0, not because any is missing. As published, all rows
have a say in it, those that are held out too. `maths.js` does the same for the page.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field

from shared.options import Options
from shared.tabular.passengers import Passengers, load_passengers

LEVELS: dict[str, tuple] = {  # of the dummy variables, in the lesson's order
    "sex": ("male", "female"),
    "pclass": (1, 2, 3),
    "embarked": ("C", "Q", "S"),
}
_NAMES = {"sex": "Sex", "pclass": "Pclass", "embarked": "Embarked"}
Scale = Annotated[
    Literal["none", "max", "standardise"],
    Field(title="Scale each column", description="max: divide by the largest"),
]


class Steps(Options):
    """What is done to the table."""

    fill: Annotated[bool, Field(title="Fill missing values with the mode")] = True
    log: Annotated[bool, Field(title="log(Fare + 1)")] = True
    dummies: Annotated[bool, Field(title="Dummy variables for Sex, Pclass, Embarked")] = True
    scale: Scale = "max"


@dataclass(frozen=True)
class Recipe:
    """What the steps learned from a table.

    Attributes:
        steps: which ones.
        names: of the columns that come out, (n_columns,).
        fills: what stands for a missing age, fare and port; NaN and "" where nothing does.
        shift: taken from each column, (n_columns,).
        divisor: each column is then divided by it, (n_columns,).
    """

    steps: Steps
    names: tuple[str, ...]
    fills: tuple[float, float, str]
    shift: np.ndarray
    divisor: np.ndarray

    def apply(self, people: Passengers) -> np.ndarray:
        """Give people as numbers, shape (n_rows, n_columns)."""
        _, x = _columns(people, self.steps, self.fills)
        return (x - self.shift) / self.divisor


class Table(NamedTuple):
    """The lesson's table as numbers.

    Attributes:
        x: (891, n_columns) float32.
        y: (891,) float32, who survived.
        recipe: how it was made.
    """

    x: np.ndarray
    y: np.ndarray
    recipe: Recipe


@cache
def prepare_table(scale: Scale = "max") -> Table:
    """Give the table after the lesson's steps; once per process."""
    people = load_passengers()
    recipe = fit_recipe(people, Steps(scale=scale))
    return Table(recipe.apply(people).astype(np.float32), people.survived.astype(np.float32), recipe)


def fit_recipe(people: Passengers, steps: Steps) -> Recipe:
    """Learn from a table what the steps need: modes, largest values, means and deviations."""
    fills: tuple[float, float, str] = (np.nan, np.nan, "")
    if steps.fill:
        fills = (float(mode(people.age)), float(mode(people.fare)), str(mode(people.embarked)))
    names, x = _columns(people, steps, fills)
    shift, divisor = np.zeros(len(names)), np.ones(len(names))
    if steps.scale == "max":
        divisor = x.max(axis=0)
    elif steps.scale == "standardise":
        shift, divisor = x.mean(axis=0), x.std(axis=0)
    return Recipe(steps, names, fills, shift, divisor)


def mode(values: np.ndarray) -> float | str:
    """Give the most frequent value; of equally frequent ones the smallest, as pandas does."""
    known = values[values != ""] if values.dtype.kind == "U" else values[~np.isnan(values)]
    present, counts = np.unique(known, return_counts=True)
    return present[counts.argmax()].item()


def _columns(
    people: Passengers, steps: Steps, fills: tuple[float, float, str]
) -> tuple[tuple[str, ...], np.ndarray]:
    """Give names and numbers before they are scaled."""
    age, fare = (
        np.where(np.isnan(values), fill, values)
        for values, fill in zip((people.age, people.fare), fills[:2], strict=True)
    )
    port = np.where(people.embarked == "", fills[2], people.embarked)
    made = {"Age": age, "SibSp": people.sibsp, "Parch": people.parch}
    made |= {"LogFare": np.log(fare + 1)} if steps.log else {"Fare": fare}
    for source, values in (("sex", people.sex), ("pclass", people.pclass), ("embarked", port)):
        name, levels = _NAMES[source], LEVELS[source]
        if steps.dummies:
            made |= {f"{name}_{level}": (values == level).astype(float) for level in levels}
        elif source == "pclass":
            made[name] = values
        else:  # codes from A to Z, none for a missing one
            codes = {level: float(code) for code, level in enumerate(sorted(levels))}
            made[name] = np.array([codes.get(value, np.nan) for value in values.tolist()])
    return tuple(made), np.stack(list(made.values()), axis=1)
