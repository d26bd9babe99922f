"""The Titanic's passengers as arrays, and the lesson's split of them.

people = load_passengers()           # 891 rows
train, valid = split_rows()          # 713 and 178 row numbers, as RandomSplitter(seed=42) has them
people.take(valid).survived.mean()
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from shared.datasets.titanic import load_titanic
from shared.options import Options
from shared.tabular.draws import Draws

LESSON_SPLIT = 42
VALID_SHARE = 0.2
UNUSED = ("name", "ticket", "cabin")  # by the lesson's steps


@dataclass(frozen=True)
class Passengers:
    """Columns of the table, shape (n_rows,) each. A missing number is NaN, a missing text is empty."""

    age: np.ndarray
    sibsp: np.ndarray
    parch: np.ndarray
    fare: np.ndarray
    sex: np.ndarray
    pclass: np.ndarray
    embarked: np.ndarray
    name: np.ndarray
    ticket: np.ndarray
    cabin: np.ndarray
    survived: np.ndarray  # 0.0 or 1.0

    def __len__(self) -> int:
        return len(self.survived)

    def take(self, rows: np.ndarray) -> "Passengers":
        """Give some of the rows."""
        return Passengers(*(getattr(self, field.name)[rows] for field in fields(self)))


@cache
def load_passengers() -> Passengers:
    """Read the table, in its own order; once per process."""
    written = {name.lower(): read_column(name) for name in load_titanic().names}
    texts = {name: np.array(written[name]) for name in ("sex", "embarked", *UNUSED)}
    numbers = {
        one.name: np.array([float(text or "nan") for text in written[one.name]])
        for one in fields(Passengers)
        if one.name not in texts
    }
    return Passengers(**texts, **numbers)


def read_column(name: str) -> list[str]:
    """Give the cells of a column as they are written; a missing one is empty."""
    column = load_titanic()[name]
    return ["" if column.is_missing[code] else column.values[code] for code in column.codes.tolist()]


def split_often(seeds: Iterable[int], n: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Split the rows once for each seed: numbers of rows, (n_splits, 713) and (n_splits, 178)."""
    train, valid = zip(*(split_rows(seed, n) for seed in seeds), strict=True)
    return np.array(train), np.array(valid)


def split_rows(seed: int = LESSON_SPLIT, n: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Split the rows as fastai's `RandomSplitter(seed=seed)` does.

    Args:
        seed: of the shuffle.
        n: how many rows; None for the passengers.

    Returns:
        Numbers of the rows to train on and of those held out; of the passengers 713 and 178.
    """
    order = Draws(seed).randperm(n or len(load_passengers()))
    cut = int(VALID_SHARE * len(order))
    return order[cut:], order[:cut]


class Person(Options):
    """Somebody who might have been aboard, and what is known of them."""

    sex: Annotated[Literal["female", "male"], Field(title="Sex")] = "female"
    pclass: Annotated[Literal[1, 2, 3], Field(title="Class", description="Of the ticket")] = 2
    age: Annotated[float, Field(ge=0, le=100, title="Age", json_schema_extra={"unit": "years"})] = 30
    sibsp: Annotated[int, Field(ge=0, le=8, title="Brothers, sisters, spouse aboard")] = 0
    parch: Annotated[int, Field(ge=0, le=9, title="Parents, children aboard")] = 0
    fare: Annotated[
        float, Field(ge=0, le=600, title="Fare", json_schema_extra={"unit": "pounds of 1912"})
    ] = 20
    embarked: Annotated[
        Literal["C", "Q", "S"],
        Field(title="Port", description="C Cherbourg, Q Queenstown, S Southampton"),
    ] = "S"

    def as_passengers(self) -> Passengers:
        """Give them as a table of one row."""
        known = {name: np.array([getattr(self, name)]) for name in Person.model_fields}
        texts = {name: np.array([""]) for name in UNUSED}
        return Passengers(**known, **texts, survived=np.zeros(1))
