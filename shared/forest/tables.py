"""The tables that the explorer comes with, by name.

table = load_table("titanic")                   # 891 passengers, in the lesson's order
choice = choose(table, target=NAMED_TABLES["titanic"].target)
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.datasets.ames import load_ames
from shared.datasets.titanic import load_titanic, load_titanic_lesson
from shared.errors import InputError
from shared.tables.kinds import shorten
from shared.tables.read_table import Table


@dataclass(frozen=True)
class NamedTable:
    """A table that comes with the project.

    Attributes:
        load: reads it, once per process.
        title: what people read.
        target: the column that the lessons predict.
        log_target: whether its logarithm is usually predicted.
        source: where it comes from.
    """

    load: Callable[[], Table]
    title: str
    target: str
    log_target: bool
    source: str


NAMED_TABLES: dict[str, NamedTable] = {
    "titanic": NamedTable(
        load_titanic,
        "Titanic: who survived?",
        "Survived",
        False,
        "the lesson's training table, from Kaggle's Titanic competition",
    ),
    "titanic_lesson": NamedTable(
        load_titanic_lesson,
        "Titanic, as the lesson prepares it",
        "Survived",
        False,
        "the Titanic table with its gaps filled and the logarithm of the fare, as lesson 6 does it",
    ),
    "ames": NamedTable(
        load_ames,
        "Ames: what does a house cost?",
        "Sale_Price",
        True,
        "De Cock, Journal of Statistics Education 19 (3), 2011",
    ),
}


def load_table(name: str) -> Table:
    """Read a table that comes with the project.

    Args:
        name: "titanic" (891 rows, 12 columns), "titanic_lesson" (the lesson's 7 columns of it and Survived)
            or "ames" (2,930 rows, 73 columns and Sale_Price).

    Raises:
        InputError: there is no such table.
    """
    if name not in tuple(NAMED_TABLES):  # a list, which a program may send, has no hash
        raise InputError(f'There is no table "{shorten(name)}". Choose {" or ".join(NAMED_TABLES)}.')
    return NAMED_TABLES[name].load()
