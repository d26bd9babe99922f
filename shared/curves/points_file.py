r"""A visitor's own points: a CSV file or a pasted table becomes x and y, with a word on everything decided.

The table is read as every table here is (`shared.tables`), whatever wrote it; what is pasted may have spaces
between its columns, too. The first two columns of numbers are x and y. Where there is one such column alone,
a column of dates is x: days since 1970. Rows without two numbers are left out and counted. What was
understood comes back beside the points, so that a page can show it before they replace others.

    found = read_points(b"2001;1,5\n2002;2,5")
    found.x, found.y             # [2001, 2002] and [1.5, 2.5]
    found.notes                  # ("Decimal commas were read as decimal points.",)
"""

import math
import re
from dataclasses import dataclass

import numpy as np

from shared.curves.points_dates import has_dates_in_words
from shared.errors import InputError
from shared.limits import (
    MAX_CURVE_POINTS,
    MAX_POINTS_FILE_MB,
    MAX_POINTS_NAME_CHARACTERS,
    MAX_POINTS_ROWS,
    MAX_POINTS_VALUE,
    MB,
)
from shared.tables.kinds import UnderstoodColumn, read_dates, read_numbers, understand_column
from shared.tables.number_columns import parse_numbers
from shared.tables.numbers import find_decimal_comma
from shared.tables.open_table import encode_text
from shared.tables.read_table import DECIMAL_COMMAS, Table, read_table
from shared.tables.rows import NO_HEADER

_MOST_NAMED = 3  # rows left out that are named
_ENOUGH = 0.5  # share of what is written in a column that must be numbers, or dates
_ABOUT_MISSING = re.compile(r" ?[\d,]+ cells? (is|are) (no|infinite) .*")  # such rows are named as skipped
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class FoundPoints:
    """What was understood of a table.

    Attributes:
        x: (n,), as written in the table, finite; days since 1970-01-01 for dates.
        y: (n,).
        x_name: heading of the column that x comes from; "" in a table without headings.
        y_name: the same for y.
        n_skipped: rows that hold something, but no two numbers.
        notes: what was decided on the way, one sentence each.
        has_dates: whether x are dates.
    """

    x: np.ndarray
    y: np.ndarray
    x_name: str = ""
    y_name: str = ""
    n_skipped: int = 0
    notes: tuple[str, ...] = ()
    has_dates: bool = False


def read_points(table: bytes | str) -> FoundPoints:
    """Read points from the bytes of a file, or from a text.

    Raises:
        InputError: it is too large, empty, of another kind, or holds no points or too many.
    """
    if len(table) > MAX_POINTS_FILE_MB * MB:
        raise InputError(
            f"This file is larger than {MAX_POINTS_FILE_MB} MB. Send at most {MAX_CURVE_POINTS:,} rows of it."
        )
    if not table.strip():
        raise InputError("There is nothing in this table. Send one point a row: x, then y.")
    read = read_table(
        table if isinstance(table, bytes) else encode_text(table),
        "This file" if isinstance(table, bytes) else "This table",
        may_be_spaced=True,
        least_columns=1,
        max_rows=MAX_POINTS_ROWS,
        may_sample=False,
        max_lines=2 * MAX_POINTS_ROWS,
    )
    columns = _find_columns(read)
    numbers = [column for column in columns if column.kind == "number"][:2]
    if not numbers:
        raise InputError(
            "There are no numbers in this table. Send one point a row, such as 1.5, 2: first x, then y."
        )
    dates = [column for column in columns if column.kind == "date"][: 2 - len(numbers)]
    used = dates + numbers
    if len(used) == 1:
        _refuse_dates_in_words(read)
    pairs = np.column_stack([_read(read, column) for column in used])  # (rows, 1 or 2)
    good = np.isfinite(pairs).all(axis=1)
    _check_count(int(good.sum()))
    if not good.any():
        raise InputError("No row of this table holds two numbers. Write one point a row, such as 1.5, 2.")
    notes = [note for note in read.understood.notes if note != NO_HEADER]
    if DECIMAL_COMMAS not in notes and any(_has_commas(read, column) for column in used):
        notes.append(DECIMAL_COMMAS)
    notes += filter(None, (_ABOUT_MISSING.sub("", column.note) for column in used))
    names = [_name(read, column) for column in used]
    notes += _describe_columns(read, used, names)
    if not good.all():
        what = "usable date and number" if dates else "two usable numbers"
        notes.append(_describe_skipped([read.lines[row] for row in np.flatnonzero(~good)], what))
    y = pairs[good, -1]
    x = pairs[good, 0] if len(used) == 2 else np.arange(1.0, len(y) + 1)
    x_name = names[0] if len(used) == 2 else ""
    return FoundPoints(x, y, x_name, names[-1], int((~good).sum()), tuple(notes), bool(dates))


def _find_columns(table: Table) -> list[UnderstoodColumn]:
    """Say what each column holds, as for every table; but here half of its cells are enough."""
    return [
        _understand_half(table, column) if column.kind == "category" else column
        for column in table.understood.columns
    ]


def _understand_half(table: Table, column: UnderstoodColumn) -> UnderstoodColumn:
    """Read a column as numbers, or dates, where at least half of what is written in it is that."""
    raw = table[column.name]
    rows = raw.count_rows()
    n_written = int(rows[~raw.is_missing].sum())
    if not n_written:
        return column
    comma = find_decimal_comma(raw.present)
    if comma is None:
        comma = table.understood.decimal_comma or table.understood.separator == ";"
    is_number = np.isfinite(parse_numbers(raw.values, decimal_comma=comma).values)
    if rows[is_number].sum() >= _ENOUGH * n_written:
        return understand_column(raw, kind="number", decimal_comma=comma)
    try:
        return understand_column(raw, kind="date")
    except InputError:
        return column


def _has_commas(table: Table, column: UnderstoodColumn) -> bool:
    return column.decimal_comma and any("," in value for value in table[column.name].values)


def _read(table: Table, column: UnderstoodColumn) -> np.ndarray:
    """Give a column's numbers, days since 1970-01-01 for dates; NaN where there is none that can be used."""
    raw = table[column.name]
    if column.kind == "date":
        return (read_dates(raw, column) - np.datetime64(0, "D")) / _DAY
    numbers = read_numbers(raw, column)
    return np.where(np.abs(numbers) <= MAX_POINTS_VALUE, numbers, np.nan)


def _check_count(n_points: int) -> None:
    if n_points > MAX_CURVE_POINTS:
        place = math.ceil(n_points / MAX_CURVE_POINTS)
        ordinal = {2: "second", 3: "third"}.get(place, f"{place:,}th")
        raise InputError(
            f"There are {n_points:,} points and {MAX_CURVE_POINTS:,} fit. "
            f"Keep every {ordinal} row, for example."
        )


def _refuse_dates_in_words(table: Table) -> None:
    """Refuse dates that nobody here can read: x would count the rows, and nobody would see why."""
    n_rows = table.n_rows
    in_words = sum(has_dates_in_words(" ".join(table.row(place).values())) for place in range(n_rows))
    if 2 * in_words >= n_rows:
        raise InputError(
            "The dates of this table are in words. Write them as 2024-01-31, then they become x."
        )


def _name(table: Table, column: UnderstoodColumn) -> str:
    return column.name[:MAX_POINTS_NAME_CHARACTERS] if table.understood.has_header else ""


def _describe_columns(table: Table, used: list[UnderstoodColumn], names: list[str]) -> list[str]:
    if len(used) == 1:
        return ["There is one column of numbers: it became y, and x counts the rows: 1, 2, 3 and so on."]
    if len(table.columns) > 2:
        shown = [f'"{name}"' if name else column.name for name, column in zip(names, used, strict=True)]
        return [f"x is {shown[0]} and y is {shown[1]}. To use others, paste those two columns alone."]
    return []


def _describe_skipped(skipped: list[int], what: str) -> str:
    lines = ", ".join(f"{line:,}" for line in skipped[:_MOST_NAMED])
    if len(skipped) == 1:
        return f"1 row was skipped because it holds no {what}: line {lines}."
    more = " and others" if len(skipped) > _MOST_NAMED else ""
    return f"{len(skipped):,} rows were skipped because they hold no {what}: lines {lines}{more}."
