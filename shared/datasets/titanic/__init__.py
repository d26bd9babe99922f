"""The Titanic: who survived? The training table of Kaggle's competition, which the lessons use.

load_titanic().names          # ("PassengerId", "Survived", "Pclass", "Name", ...)
load_titanic_lesson().names   # ("Sex", "Embarked", "Age", "SibSp", "Parch", "LogFare", "Pclass", "Survived")
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

from shared.datasets.bundled import read_bundled
from shared.datasets.titanic.lesson import prepare_titanic
from shared.tables.read_table import Table


@cache
def load_titanic() -> Table:
    """Read the table: 891 rows, 12 columns, in the lesson's order; once per process."""
    return read_bundled(Path(__file__).parent)


@cache
def load_titanic_lesson() -> Table:
    """Give it as the lesson prepares it: 7 columns and Survived."""
    return replace(prepare_titanic(load_titanic()), meaning=load_titanic().meaning)
