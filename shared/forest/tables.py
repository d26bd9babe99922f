"""The tables that come with the project, and a table as pandas holds it.

    table = load_table("titanic")                   # 891 passengers, in the lesson's order
    choice = choose(table, target=NAMED_TABLES["titanic"].target)
    to_frame(load_table("ames"))["Neighborhood"]    # a pandas categorical

They lie in `data/` as the CSV files they are, compressed; `data/NOTICE` says where they come from. They are
read by the same reader as a visitor's own table.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shared.errors import InputError
from shared.forest.meanings import read_meaning
from shared.forest.target import understand
from shared.forest.titanic_lesson import prepare_titanic
from shared.tables.kinds import read_dates, read_levels, read_numbers, shorten
from shared.tables.read_table import Table, read_table

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class NamedTable:
    """A table that comes with the project.

    Attributes:
        title: what people read.
        target: the column that the lessons predict.
        log_target: whether its logarithm is usually predicted.
        source: where it comes from.
    """

    title: str
    target: str
    log_target: bool
    source: str


NAMED_TABLES: dict[str, NamedTable] = {
    "titanic": NamedTable(
        "Titanic: who survived?",
        "Survived",
        False,
        "the lesson's training table, from Kaggle's Titanic competition",
    ),
    "titanic_lesson": NamedTable(
        "Titanic, as the lesson prepares it",
        "Survived",
        False,
        "the Titanic table with its gaps filled and the logarithm of the fare, as lesson 6 does it",
    ),
    "ames": NamedTable(
        "Ames: what does a house cost?",
        "Sale_Price",
        True,
        "De Cock, Journal of Statistics Education 19 (3), 2011",
    ),
}


def load_table(name: str) -> Table:
    """Read a table that comes with the project; it is read once per process.

    Args:
        name: "titanic" (891 rows, 12 columns), "titanic_lesson" (the lesson's 7 columns of it and Survived)
            or "ames" (2,930 rows, 73 columns and Sale_Price).

    Raises:
        InputError: there is no such table.
    """
    if name not in tuple(NAMED_TABLES):  # a list, which a program may send, has no hash
        raise InputError(f'There is no table "{shorten(name)}". Choose {" or ".join(NAMED_TABLES)}.')
    return _load(name)


@cache
def _load(name: str) -> Table:
    if name == "titanic_lesson":
        return replace(prepare_titanic(_load("titanic")), meaning=read_meaning("titanic"))
    table = read_table(gzip.decompress((_FOLDER / f"{name}.csv.gz").read_bytes()), f"{name}.csv")
    return replace(table, meaning=read_meaning(name))


def to_frame(table: Table, *, kinds: Mapping[str, str] | None = None) -> "pd.DataFrame":
    """Give a table as pandas holds it: float64, datetime64, and categoricals with levels in our order.

    Args:
        table: what was read.
        kinds: see `shared.forest.target.understand`.

    Raises:
        InputError: `kinds` cannot be used.
    """
    import pandas as pd

    made = {}
    for name, reading in understand(table, kinds).items():
        column = table[name]
        if reading.kind == "number":
            made[name] = pd.Series(read_numbers(column, reading))
        elif reading.kind == "date":
            made[name] = pd.Series(read_dates(column, reading))
        else:
            levels = read_levels(column)
            places = {level: place for place, level in enumerate(levels)}
            gone = column.is_missing
            codes = [
                -1 if is_gone else places[value] for value, is_gone in zip(column.values, gone, strict=True)
            ]
            made[name] = pd.Series(
                pd.Categorical.from_codes(np.array(codes, dtype=int)[column.codes], categories=list(levels))
            )
    return pd.DataFrame(made)
