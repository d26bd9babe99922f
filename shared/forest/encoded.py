"""The table as a forest sees it: only numbers, none missing, and what each column means.

    encoded = choose(load_table("titanic"), target="Survived").encoded
    encoded.X.shape                # (891, 7)
    encoded.columns[1].levels      # ("female", "male"): codes 0 and 1
    encoded.task, encoded.classes  # ("classification", ("0", "1"))

A category is one column of codes, not one column for each level, as fastai does it for forests (fastai book,
chapter 9): a tree can reach any group of levels by splitting several times. A missing number becomes the
median of its column, and one more column says 0 or 1 for where that was done.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.tables.meaning import NOTHING, Meaning

ColumnKind = Literal["number", "category", "missing", "date part"]
Task = Literal["regression", "classification"]
UNKNOWN_CODE = -1  # of a category that is missing, or was not in the table


@dataclass(frozen=True, eq=False)
class Column:
    """One column of `Encoded.X`.

    Attributes:
        name: what people read, different for each column.
        kind: "number"; "category" (codes); "missing" (1 where the source has no value, else 0); or
            "date part" (a number made of a date, such as its month).
        source: the column of the table that it comes from.
        levels: of a category, in the order of their codes 0, 1, 2, ...; empty for all others.
    """

    name: str
    kind: ColumnKind
    source: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Encoded:
    """Rows to learn from.

    Attributes:
        X: (n, p), float64, without NaN. Categories are codes, -1 for one that is missing.
        y: (n,), float64; the class's index in `classes` for classification.
        columns: p, what the columns of `X` are.
        target: what `y` is called, with "log" in front of it when it is the natural logarithm.
        task: "regression" or "classification".
        classes: the names of the classes; empty for regression.
        log_of: the column of the table whose natural logarithm y is; "" where y is the target itself.
        meaning: what is known of the table beyond its cells.
    """

    X: np.ndarray
    y: np.ndarray
    columns: tuple[Column, ...]
    target: str
    task: Task
    classes: tuple[str, ...] = ()
    log_of: str = ""
    meaning: Meaning = NOTHING

    @property
    def asked(self) -> str:
        """The column of the table that is predicted."""
        return self.log_of or self.target

    @property
    def unit(self) -> str:
        """The sign in front of the target's own numbers, such as "$"; often ""."""
        return self.meaning.units.get(self.asked, "")

    def explain(self, column: Column) -> str:
        """Say what a column is; "" where nobody knows."""
        known = self.meaning.explain(column.source)
        return f"Whether the table lacks the value. {known}" if known and column.kind == "missing" else known

    def name_class(self, place: int) -> str:
        """Name a class: "survived" where it is known what it stands for, else as the table has it."""
        return self.meaning.verb(self.target, self.classes[place]) or self.classes[place]

    def say_class(self, place: int, *, most: int = 60) -> str:
        """Say what rows of a class did or have, after "37.9 %": "survived", "have Survived = 1"."""
        known = self.meaning.verb(self.target, self.classes[place])
        return known or f"have {_cut(self.target, most)} = {_cut(self.classes[place], most)}"

    def title_share(self, place: int) -> str:
        """Name the share of a class: "share that survived", "share of Survived = 1"."""
        known = self.meaning.verb(self.target, self.classes[place])
        return f"share that {known}" if known else f"share of {self.target} = {self.classes[place]}"

    @property
    def names(self) -> list[str]:
        """The names of the columns of `X`, in order."""
        return [column.name for column in self.columns]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
