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
    """

    X: np.ndarray
    y: np.ndarray
    columns: tuple[Column, ...]
    target: str
    task: Task
    classes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of the columns of `X`, in order."""
        return [column.name for column in self.columns]
