"""The visitor's choice, and the numbers it gives: target, kinds, columns left out.

choice = choose(load_table("titanic"), target="Survived")
choice.encoded.X                                  # (891, 8)
choice.notes                                      # what was left out, and why
encode_rows(choice, {"Sex": "female", ...})       # a what-if row: X (1, 8), and notes
encode_rows(choice, read_own_table("new.csv", to_score=True))
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.errors import InputError
from shared.forest.encoded import Encoded, Task
from shared.forest.recipe import (
    Recipe,
    apply_recipe,
    find_missing_rows,
    find_unseen,
    fit_recipe,
    with_comma,
    with_format,
)
from shared.forest.remarks import find_remarks
from shared.forest.target import read_target, understand
from shared.limits import MAX_TABLE_LEVELS, MAX_TABLE_SCORED_ROWS
from shared.tables.dates import find_date_format
from shared.tables.kinds import RawColumn, factorise, shorten
from shared.tables.missing_words import says_missing
from shared.tables.numbers import write_value
from shared.tables.read_table import Table
from shared.tables.rows import make_unique

_MOST_NAMED = 3  # values that are named in a note


@dataclass(frozen=True, eq=False)
class Choice:
    """A table as the visitor wants it learned.

    Attributes:
        encoded: the numbers.
        rows: (n,) the place in the table of each row of `encoded`.
        recipes: how each column became numbers, in the order of `encoded.columns`.
        target: the column of the table; `encoded.target` may have "log" in front of it.
        notes: what was decided, one sentence each.
    """

    encoded: Encoded
    rows: np.ndarray
    recipes: tuple[Recipe, ...]
    target: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows to predict.

    Attributes:
        X: (n, p), the columns of `Choice.encoded`.
        notes: unseen categories, filled gaps and ignored columns, one sentence each.
    """

    X: np.ndarray
    notes: tuple[str, ...] = ()


def choose(
    table: Table,
    *,
    target: str,
    kinds: Mapping[str, str] | None = None,
    leave_out: Sequence[str] | None = None,
    task: Task | None = None,
    log_target: bool = False,
) -> Choice:
    """Turn a table into numbers to learn from.

    Args:
        table: what was read.
        target: the column to predict.
        kinds: from a column to "number", "category" or "date", where it is to be read so.
        leave_out: columns that are not learned from; None for those that are no use, see `suggest_leave_out`.
        task: "regression" or "classification"; None to decide by the target.
        log_target: predict the natural logarithm of the target.

    Raises:
        InputError: a column or kind does not exist, the target cannot be used, or no column is left.
    """
    found = read_target(table, target, kinds=kinds, task=task, log_target=log_target)
    understood = understand(table, kinds)
    reasons = {
        remark.column: remark.text
        for remark in find_remarks(table, kinds=kinds)
        if remark.leave_out and remark.column != target
    }
    left_out = set(reasons) if leave_out is None else {table[name].name for name in leave_out}
    notes = [*found.notes, *(f"Left out: {reason}" for name, reason in reasons.items() if name in left_out)]
    recipes, blocks = [], []
    for column in table.columns:
        if column.name in left_out or column.name == target:
            continue
        part, reading = column.take(found.rows), understood[column.name]
        if reading.kind == "category" and reading.n_levels > MAX_TABLE_LEVELS:
            raise InputError(
                f'"{column.name}" has {reading.n_levels:,} different values, and a category has at most '
                f"{MAX_TABLE_LEVELS:,}. Leave it out, or read it as a number."
            )
        recipe = fit_recipe(part, reading)
        if not recipe.columns:
            notes.append(f'Left out: "{column.name}" has no value that could tell rows apart.')
            continue
        recipes.append(recipe)
        blocks.append(apply_recipe(recipe, part))
    if not blocks:
        raise InputError("No column is left to learn from. Leave out fewer columns.")
    columns = [column for recipe in recipes for column in recipe.columns]
    names = make_unique([column.name for column in columns])
    encoded = Encoded(
        X=np.column_stack(blocks),
        y=found.y,
        columns=tuple(replace(column, name=name) for column, name in zip(columns, names, strict=True)),
        target=found.name,
        task=found.task,
        classes=found.classes,
        log_of=target if found.name != target else "",
        meaning=table.meaning,
    )
    return Choice(encoded, found.rows, tuple(recipes), target, tuple(notes))


def encode_rows(
    choice: Choice, rows: Table | Mapping[str, object] | Sequence[Mapping[str, object]]
) -> NewRows:
    """Turn new rows into the numbers that the forest was fitted on.

    An unseen category counts as missing, a gap in a column of numbers becomes its median; both are said.
    A table is read by its own decimal marks and dates. In rows that a person or a program sends, what should
    be a number and is none is refused.

    Args:
        choice: what was learned from.
        rows: one what-if row or several, from column to text, number or None; or a table.

    Raises:
        InputError: a column is missing, a value cannot be read, or there are no rows or too many.
    """
    notes, blocks = [], []
    if isinstance(rows, Table):
        names = rows.names
        pairs = [_adapt(recipe, rows) for recipe in choice.recipes]
    else:
        listed = _check_rows(rows)
        names = list(dict.fromkeys(name for row in listed for name in row))
        pairs = [_collect(recipe, listed) for recipe in choice.recipes]
    for recipe, column in pairs:
        notes += _describe(recipe, column)
        blocks.append(apply_recipe(recipe, column))
    known = {recipe.name for recipe in choice.recipes} | {choice.target}
    extra = [str(name) for name in names if name not in known]
    if extra:
        notes.append(f"Not used: {_quote(extra)}.")
    return NewRows(np.column_stack(blocks), tuple(notes))


def _check_rows(rows: object) -> list[Mapping[str, object]]:
    listed = [rows] if isinstance(rows, Mapping) else rows
    if not isinstance(listed, Sequence) or isinstance(listed, str | bytes):
        raise InputError("Send a row as an object, from the name of each column to its value.")
    if not listed or len(listed) > MAX_TABLE_SCORED_ROWS:
        raise InputError(f"Send 1 to {MAX_TABLE_SCORED_ROWS:,} rows; these are {len(listed):,}.")
    if not all(isinstance(row, Mapping) for row in listed):
        raise InputError("Send each row as an object, from the name of each column to its value.")
    return list(listed)


def _collect(recipe: Recipe, rows: Sequence[Mapping[str, object]]) -> tuple[Recipe, RawColumn]:
    """Collect what is sent for one column, as text; dates may come in the table's way or as 2024-01-31."""
    name = recipe.name
    for row in rows:
        if name not in row:
            raise InputError(f'"{name}" is missing. Send a value for it, or null when it is not known.')
    column = factorise(name, [_as_text(name, row[name], recipe.understood.decimal_comma) for row in rows])
    first_bad = _find_bad(recipe, column)
    if first_bad is not None and recipe.understood.kind == "date":
        recipe = with_format(recipe, "ISO8601")
        first_bad = _find_bad(recipe, column)
    if first_bad is not None:
        what = "a number of ordinary size" if recipe.understood.kind == "number" else "a date"
        such_as, written = recipe.understood.examples[0], shorten(column.text(first_bad))
        raise InputError(f'"{name}" must be {what}, such as {such_as}, and not "{written}".')
    return recipe, column


def _find_bad(recipe: Recipe, column: RawColumn) -> int | None:
    """Find the first row whose value is not of the right kind, missing ones aside."""
    words = recipe.understood.missing_words
    is_gone = column.is_missing | np.array([says_missing(value, words) for value in column.values])
    bad = find_missing_rows(recipe, column) & ~is_gone[column.codes]
    return int(bad.argmax()) if bad.any() else None


def _as_text(name: str, value: object, decimal_comma: bool) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | float | np.integer | np.floating):
        written = repr(float(value)) if isinstance(value, float | np.floating) else str(value)
        return written.replace(".", ",") if decimal_comma else written
    raise InputError(f'"{name}" must be a text, a number or null.')


def _adapt(recipe: Recipe, table: Table) -> tuple[Recipe, RawColumn]:
    """Read a column as its own file writes it: 1,5 in one may be 1.5 in the other."""
    if recipe.name not in table.names:
        raise InputError(
            f'The column "{recipe.name}" is missing. Send a table with all that was learned from.'
        )
    column, reading = table[recipe.name], table.understood[recipe.name]
    if recipe.understood.kind == "number" and reading.kind == "number":
        return with_comma(recipe, reading.decimal_comma), column
    if recipe.understood.kind == "date":
        present = [value for value, gone in zip(column.values, column.is_missing, strict=True) if not gone]
        day_first = {"%d": True, "%m": False}.get(recipe.understood.date_format[:2])
        if written := find_date_format(present, day_first=day_first):
            return with_format(recipe, written.format), column
    return recipe, column


def _describe(recipe: Recipe, column: RawColumn) -> list[str]:
    name, notes = recipe.name, []
    if unseen := find_unseen(recipe, column):
        notes.append(f'"{name}" was never {_quote(unseen)} in what was learned from: that counts as missing.')
    n_missing = int(find_missing_rows(recipe, column).sum())
    if n_missing and recipe.understood.kind != "category":
        rows = "in 1 row" if n_missing == 1 else f"in {n_missing:,} rows"
        median = (
            f"the median {write_value(recipe.medians[0])} was"
            if recipe.understood.kind == "number"
            else "medians were"
        )
        notes.append(f'"{name}" has no value {rows}: {median} taken.')
    return notes


def _quote(values: Sequence[str]) -> str:
    named = ", ".join(f'"{shorten(value)}"' for value in values[:_MOST_NAMED])
    return f"{named} and {len(values) - _MOST_NAMED:,} more" if len(values) > _MOST_NAMED else named
