"""The target: which column is to be predicted, whether it is a number or a class, and which rows have it.

found = read_target(load_table("titanic"), "Survived")
found.task, found.classes   # ("classification", ("0", "1")): two values are two classes
found.y, found.rows         # (891,) class indices; (891,) places in the table
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from shared.errors import InputError
from shared.forest.encoded import Task
from shared.limits import MAX_FOREST_CLASSES, MIN_TABLE_ROWS
from shared.tables.kinds import UnderstoodColumn, read_levels, read_numbers, shorten, understand_column
from shared.tables.numbers import write_value
from shared.tables.read_table import Table


@dataclass(frozen=True, eq=False)
class Target:
    """What is to be predicted.

    Attributes:
        name: of the column, with "log" in front of it when y is the natural logarithm.
        task: "regression" or "classification".
        y: (n,) float64, for rows that have a target; the index in `classes` for classification.
        rows: (n,) their places in the table.
        classes: names of the classes; empty for regression.
        notes: what was decided, one sentence each.
    """

    name: str
    task: Task
    y: np.ndarray
    rows: np.ndarray
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def understand(table: Table, kinds: Mapping[str, str] | None = None) -> dict[str, UnderstoodColumn]:
    """Give what was understood of each column, changed where somebody says otherwise.

    Args:
        table: what was read.
        kinds: from a column to "number", "category" or "date", for those that are to be read so.

    Raises:
        InputError: there is no such column or kind, or the column cannot be read so.
    """
    if not isinstance(kinds, Mapping | None):
        raise InputError("Send the kinds as an object, from the name of a column to its kind.")
    known = {column.name: column for column in table.understood.columns}
    for name, kind in (kinds or {}).items():
        raw = table[name]
        if kind != known[name].kind:
            known[name] = understand_column(
                raw,
                kind=kind,  # type: ignore[arg-type]  # checked there
                decimal_comma=table.understood.decimal_comma,
                day_first=table.understood.day_first,
            )
    return known


def guess_target(table: Table, *, leave_out: Sequence[str] = ()) -> str:
    """Propose a target: the last column that is a number or a category of few levels, as most tables have it.

    Args:
        table: what was read.
        leave_out: columns that are no use, such as an ID.
    """
    usable = [
        column.name
        for column in table.understood.columns
        if column.name not in leave_out
        and (column.kind == "number" or (column.kind == "category" and column.n_levels <= MAX_FOREST_CLASSES))
        and column.n_levels > 1
    ]
    return usable[-1] if usable else table.columns[-1].name


def read_target(
    table: Table,
    target: str,
    *,
    kinds: Mapping[str, str] | None = None,
    task: Task | None = None,
    log_target: bool = False,
) -> Target:
    """Read the target, and leave out the rows that have none.

    Args:
        table: what was read.
        target: the column to predict.
        kinds: see `understand`.
        task: None to decide: a category, or a number of two values, is classified.
        log_target: predict the natural logarithm, as the lessons do with prices.

    Raises:
        InputError: there is no such column, it is constant, a date, has too many classes, or too few rows
            have a value.
    """
    if task is not None and task not in get_args(Task):
        raise InputError(f'The task is "regression" or "classification", not "{shorten(task)}".')
    column, understood = table[target], understand(table, kinds)[target]
    if understood.kind == "date":
        raise InputError(f'"{target}" is a date. Choose a number or a category as the target.')
    is_number = understood.kind == "number"
    numbers = read_numbers(column, understood) if is_number else np.empty(0)
    rows = np.flatnonzero(~np.isnan(numbers) if is_number else ~column.is_missing[column.codes])
    if len(rows) < MIN_TABLE_ROWS:
        raise InputError(
            f'{len(rows):,} rows have a value of the target "{target}", and at least {MIN_TABLE_ROWS} are '
            "needed. Choose another target, or send more rows."
        )
    notes = _describe_rows(table, target, len(rows))
    present = numbers[rows] if is_number else column.take(rows).codes
    if (present == present[0]).all():
        raise InputError(
            f'The target "{target}" is {shorten(column.text(rows[0]))} in every row: there is nothing to '
            "predict. Choose another target."
        )
    if task is None and is_number and len(np.unique(present)) == 2:
        notes.append(f'"{target}" has two values, so it is taken as two classes.')
        task = "classification"
    task = task or ("regression" if is_number else "classification")
    if task == "regression":
        if not is_number:
            raise InputError(f'"{target}" is no number, so it can be classified only.')
        found = Target(target, task, present.astype(float), rows, notes=tuple(notes))
        return _take_log(found) if log_target else found
    if log_target:
        raise InputError(
            f'"{target}" is classified, and classes have no logarithm. Switch the logarithm off.'
        )
    if is_number:
        values, y = np.unique(present, return_inverse=True)
        classes = tuple(f"{value:.15g}" for value in values)
    else:
        kept = column.take(rows)
        classes = read_levels(kept)
        places = {level: place for place, level in enumerate(classes)}
        y = np.array([places[value] for value in kept.values])[kept.codes]
    if len(classes) > MAX_FOREST_CLASSES:
        raise InputError(
            f'The target "{target}" has {len(classes):,} different values, and at most {MAX_FOREST_CLASSES} '
            "classes are possible. Choose another target."
        )
    return Target(target, task, y.astype(float), rows, classes, tuple(notes))


def _describe_rows(table: Table, target: str, n_rows: int) -> list[str]:
    n_missing = table.n_rows - n_rows
    if not n_missing:
        return []
    rows = "1 row has" if n_missing == 1 else f"{n_missing:,} rows have"
    return [f'{rows} no value of the target "{target}": left out.']


def _take_log(target: Target) -> Target:
    if target.y.min() <= 0:
        raise InputError(
            f'"{target.name}" is {write_value(target.y.min())} somewhere, and only numbers above 0 have a '
            "logarithm. Switch the logarithm off."
        )
    note = f'The natural logarithm of "{target.name}" is predicted: equal ratios count as equal errors.'
    return replace(target, name=f"log {target.name}", y=np.log(target.y), notes=(*target.notes, note))
