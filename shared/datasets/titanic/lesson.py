"""The Titanic table as the lesson prepares it: a table like any other, so that all of the app works with it.

    table = prepare_titanic(load_titanic())      # 891 passengers, 7 columns and Survived

Missing values become the most frequent value of their column over all rows, those kept for validation among
them, as published: Age 24, Embarked S. `LogFare` is log(1 + Fare): the 1 is there because some fares are 0,
not because any is missing, as the published text has it. Sex and Embarked become codes, A to Z, when the
table is encoded.

Follows "How random forests really work", lesson 6 of Practical Deep Learning for Coders.
"""

import numpy as np

from shared.errors import InputError
from shared.tables.kinds import read_numbers
from shared.tables.read_table import Table, read_table
from shared.tables.write_csv import write_csv

TARGET = "Survived"
SOURCES = ("Sex", "Embarked", "Age", "SibSp", "Parch", "Fare", "Pclass")  # in the lesson's order
LOG_FARE = "LogFare"
_NUMBERS = ("Age", "SibSp", "Parch", "Fare", "Pclass")


def prepare_titanic(table: Table) -> Table:
    """Fill what is missing, take the log of the fare, and keep the lesson's columns.

    Args:
        table: with columns Survived, Pclass, Sex, Age, SibSp, Parch, Fare and Embarked.

    Returns:
        Sex, Embarked, Age, SibSp, Parch, LogFare, Pclass and Survived.

    Raises:
        InputError: a column is missing.
    """
    missing = [name for name in (*SOURCES, TARGET) if name not in table.names]
    if missing:
        raise InputError(
            f"The lesson's table needs the column {missing[0]}: send the Titanic training table."
        )
    columns: dict[str, list] = {}
    for name in SOURCES:
        read = _numbers if name in _NUMBERS else _texts
        columns[LOG_FARE if name == "Fare" else name] = read(table, name)
    survived = table[TARGET]
    columns[TARGET] = [survived.text(row) for row in range(table.n_rows)]
    written = write_csv(list(columns), zip(*columns.values(), strict=True))
    return read_table(written.encode(), "titanic_lesson.csv")


def _numbers(table: Table, name: str) -> list:
    values = read_numbers(table[name], table.understood[name])
    if name == "Fare":
        return np.log1p(np.nan_to_num(values)).tolist()
    # Of equally frequent values the smallest, as pandas' mode has it.
    present, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return np.where(np.isnan(values), present[counts.argmax()], values).tolist()


def _texts(table: Table, name: str) -> list:
    column = table[name]
    counts = {
        value: int(count)
        for value, count, gone in zip(column.values, column.count_rows(), column.is_missing, strict=True)
        if not gone
    }
    most = min(counts, key=lambda value: (-counts[value], value))
    return [most if column.is_missing[code] else column.values[code] for code in column.codes.tolist()]
