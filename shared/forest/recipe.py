"""From one column of a table to columns of numbers, in a way that can be repeated for new rows.

    recipe = fit_recipe(column, understood)
    recipe.columns                  # (Column("Age", "number", ...), Column("Age is missing", "missing", ...))
    apply_recipe(recipe, column)    # (n, 2)

What is learned from the table (levels, medians, whether anything was missing) stays as it is for a what-if
row: it gets the same columns as the rows the forest was fitted on.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from shared.forest.encoded import UNKNOWN_CODE, Column
from shared.tables.dates import split_dates
from shared.tables.kinds import RawColumn, UnderstoodColumn, read_dates, read_levels, read_numbers
from shared.tables.numbers import parse_number


@dataclass(frozen=True, eq=False)
class Recipe:
    """How one column of a table becomes columns of numbers.

    Attributes:
        understood: how it is read.
        columns: what it becomes; none when it says nothing, such as a date that never changes.
        medians: (len(columns),) what a missing value becomes; NaN where that has another answer.
    """

    understood: UnderstoodColumn
    columns: tuple[Column, ...]
    medians: np.ndarray

    @property
    def name(self) -> str:
        """The column of the table."""
        return self.understood.name


def fit_recipe(column: RawColumn, understood: UnderstoodColumn) -> Recipe:
    """Learn the levels, the median and whether anything is missing.

    Args:
        column: the rows to learn from.
        understood: how to read it.
    """
    name = column.name
    if understood.kind == "category":
        levels = read_levels(column)
        made = (Column(name, "category", name, levels),) if levels else ()
        return Recipe(understood, made, np.full(len(made), np.nan))
    values: dict[str, np.ndarray]
    if understood.kind == "number":
        values, kind = {name: read_numbers(column, understood)}, "number"
    else:
        parts = split_dates(read_dates(column, understood))
        values, kind = {f"{name} {part}": numbers for part, numbers in parts.items()}, "date part"
        values = {part: numbers for part, numbers in values.items() if _varies(numbers)}
    values = {part: numbers for part, numbers in values.items() if not np.isnan(numbers).all()}
    columns = [Column(part, kind, name) for part in values]  # type: ignore[arg-type]
    medians = [float(np.nanmedian(numbers)) for numbers in values.values()]
    if values and np.isnan(next(iter(values.values()))).any():
        columns.append(Column(f"{name} is missing", "missing", name))
        medians.append(math.nan)
    return Recipe(understood, tuple(columns), np.array(medians))


def apply_recipe(recipe: Recipe, column: RawColumn) -> np.ndarray:
    """Make the columns of numbers for some rows: (n, len(recipe.columns)) float64, without NaN.

    A category that the recipe does not know becomes `UNKNOWN_CODE`.
    """
    understood = recipe.understood
    if not recipe.columns:
        return np.empty((len(column.codes), 0))
    if understood.kind == "category":
        return _codes(recipe.columns[0].levels, column)[column.codes][:, None]
    if understood.kind == "number":
        values = [read_numbers(column, understood)]
        is_missing = np.isnan(values[0])
    else:
        dates = read_dates(column, understood)
        parts = split_dates(dates)
        names = [made.name.removeprefix(f"{recipe.name} ") for made in recipe.columns]
        values = [parts[name] for name in names if name in parts]
        is_missing = np.isnat(dates)
    made = [np.where(is_missing, median, x) for x, median in zip(values, recipe.medians, strict=False)]
    if len(made) < len(recipe.columns):
        made.append(is_missing.astype(float))
    return np.column_stack(made)


def find_missing_rows(recipe: Recipe, column: RawColumn) -> np.ndarray:
    """Say which rows have no value that can be used: (n,) boolean. Unseen categories are not missing."""
    if recipe.understood.kind == "number":
        return np.isnan(read_numbers(column, recipe.understood))
    if recipe.understood.kind == "date":
        return np.isnat(read_dates(column, recipe.understood))
    return column.is_missing[column.codes]


def find_unseen(recipe: Recipe, column: RawColumn) -> list[str]:
    """List the values of a category that the recipe does not know, missing ones not among them."""
    if recipe.understood.kind != "category":
        return []
    is_unseen = (_codes(recipe.columns[0].levels, column) == UNKNOWN_CODE) & ~column.is_missing
    return [value for value, unseen in zip(column.values, is_unseen, strict=True) if unseen]


def with_comma(recipe: Recipe, decimal_comma: bool) -> Recipe:
    """Read numbers another way than the table did, because another file writes them so."""
    return replace(recipe, understood=replace(recipe.understood, decimal_comma=decimal_comma))


def with_format(recipe: Recipe, date_format: str) -> Recipe:
    """Read dates another way than the table did."""
    return replace(recipe, understood=replace(recipe.understood, date_format=date_format))


def _codes(levels: tuple[str, ...], column: RawColumn) -> np.ndarray:
    """Find the code of each different value: (len(column.values),)."""
    places = {level: place for place, level in enumerate(levels)}
    # The level "3" may be sent as 3.0. What is no number is NaN here, which equals nothing.
    numbers = {_number(level): place for place, level in enumerate(levels)}
    codes = [
        UNKNOWN_CODE if is_missing else places.get(value, numbers.get(_number(value), UNKNOWN_CODE))
        for value, is_missing in zip(column.values, column.is_missing, strict=True)
    ]
    return np.array(codes, dtype=float)


def _number(text: str) -> float:
    number, unit = parse_number(text)
    return number if math.isfinite(number) and not unit else float("nan")


def _varies(values: np.ndarray) -> bool:
    present = values[~np.isnan(values)]
    return len(present) > 0 and bool((present != present[0]).any())
