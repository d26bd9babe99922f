r"""A visitor's own points: a CSV file or a pasted table becomes x and y, with a word on everything decided.

The table is read as it is, whatever wrote it: comma, semicolon, tab or spaces between the columns, decimal
comma, UTF-8, UTF-16 or Latin-1, with a header or without. The first two columns of numbers are x and y. Where
there is one such column alone, a column of dates is x: days since 1970. Rows without two numbers are left out
and counted. What was understood comes back beside the points, so that a page can show it before they replace
others.

    found = read_points(b"2001;1,5\n2002;2,5")
    found.x, found.y             # [2001, 2002] and [1.5, 2.5]
    found.notes                  # ("Decimal commas were read as decimal points.",)
"""

import csv
import io
import math
from dataclasses import dataclass

import numpy as np

from shared.curves.points_dates import has_dates_in_words, read_dates
from shared.curves.points_text import as_text, is_number, read_numbers
from shared.errors import InputError
from shared.limits import (
    MAX_CURVE_POINTS,
    MAX_POINTS_COLUMNS,
    MAX_POINTS_FILE_MB,
    MAX_POINTS_LINE_CHARACTERS,
    MAX_POINTS_NAME_CHARACTERS,
    MAX_POINTS_ROWS,
    MB,
)

# Of those that give equally many numbers the first is taken: "1,5;2,5" is two numbers, not three.
_SEPARATORS = ("\t", ";", " ", ",")
_SAMPLE_ROWS = 200  # enough to see what separates the columns, and which of them hold numbers
_MOST_NAMED = 3  # rows left out that are named


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
    text, notes = as_text(table)
    rows = _split(text)
    columns = _number_columns(rows)
    if not columns:
        raise InputError(
            "There are no numbers in this table. Send one point a row, such as 1.5, 2: first x, then y."
        )
    dates_at = _date_column(rows) if len(columns) == 1 else None
    if len(columns) == 1 and dates_at is None:
        _refuse_dates_in_words(rows)
    has_header = _is_header(rows[0], columns)
    names = [_name(rows[0], at) if has_header else "" for at in columns]
    body = rows[1:] if has_header else rows
    if not body:
        raise InputError("This table has a header and no rows under it. Add one point a row: x, y.")
    cells = [[row.cell(at) for at in columns] for row in body]
    numbers, how = read_numbers([value for pair in cells for value in pair], separator=rows[0].separator)
    notes += how
    pairs = np.array(numbers).reshape(len(body), len(columns))  # (rows, 1 or 2), NaN where there is no number
    dates = None if dates_at is None else read_dates([row.cell(dates_at) for row in body])
    if dates_at is not None and dates is not None:
        pairs = np.column_stack([dates.days, pairs])
        columns, names = [dates_at, *columns], [_name(rows[0], dates_at) if has_header else "", *names]
        notes += dates.notes
    good = np.isfinite(pairs).all(axis=1)
    _check_count(int(good.sum()))
    if not good.any():
        raise InputError("No row of this table holds two numbers. Write one point a row, such as 1.5, 2.")
    notes += _describe_columns(rows, columns, names)
    if not good.all():
        what = "two usable numbers" if dates is None else "usable date and number"
        skipped = [row for row, is_good in zip(body, good, strict=True) if not is_good]
        notes.append(_describe_skipped(skipped, what))
    y = pairs[good, -1]
    x = pairs[good, 0] if len(columns) == 2 else np.arange(1.0, len(y) + 1)
    x_name = names[0] if len(columns) == 2 else ""
    return FoundPoints(x, y, x_name, names[-1], int((~good).sum()), tuple(notes), dates is not None)


@dataclass(frozen=True)
class _Row:
    line: int  # where it ends, counted from 1
    cells: list[str]
    separator: str

    def cell(self, at: int) -> str:
        return self.cells[at] if at < len(self.cells) else ""


def _check_count(n_points: int) -> None:
    if n_points > MAX_CURVE_POINTS:
        place = math.ceil(n_points / MAX_CURVE_POINTS)
        ordinal = {2: "second", 3: "third"}.get(place, f"{place:,}th")
        raise InputError(
            f"There are {n_points:,} points and {MAX_CURVE_POINTS:,} fit. "
            f"Keep every {ordinal} row, for example."
        )


def _split(text: str) -> list[_Row]:
    """Split a text into rows that hold something, by the separator that gives most numbers."""
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep="):  # a line that Excel adds
        text = "\n" + rest  # line numbers stay right
    n_lines = text.count("\n")
    if n_lines > MAX_POINTS_ROWS:  # before millions of rows fill the memory
        _check_count(n_lines)
    lines = text.split("\n")
    if max(map(len, lines)) > MAX_POINTS_LINE_CHARACTERS:
        raise InputError(
            f"A line has more than {MAX_POINTS_LINE_CHARACTERS:,} characters. Write one point a row: x, y."
        )
    counts = {mark: sum(_count_numbers(line, mark) for line in lines[:_SAMPLE_ROWS]) for mark in _SEPARATORS}
    separator = max(counts, key=counts.__getitem__) if any(counts.values()) else ","
    rows = _split_by_spaces(text) if separator == " " else _split_csv(text, separator)
    if not rows:
        raise InputError("There is nothing in this table. Send one point a row: x, then y.")
    return rows


def _count_numbers(line: str, separator: str) -> int:
    """Count the numbers of a line, up to the two that are needed."""
    try:
        rows = _split_by_spaces(line) if separator == " " else _split_csv(line, separator)
    except InputError:
        return 0  # a cell that goes on in the next line
    return min(sum(map(is_number, rows[0].cells)), 2) if rows else 0


def _split_by_spaces(text: str) -> list[_Row]:
    lines = enumerate(text.split("\n"), 1)
    return [_Row(at, cells[:MAX_POINTS_COLUMNS], " ") for at, line in lines if (cells := line.split())]


def _split_csv(text: str, separator: str) -> list[_Row]:
    rows = []
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells[:MAX_POINTS_COLUMNS]]
            if any(stripped):
                rows.append(_Row(reader.line_num, stripped, separator))
    except csv.Error as error:
        where = f" after line {rows[-1].line:,}" if rows else ""
        raise InputError(
            f"A quotation mark{where} is not closed, or stands inside a cell. Take the quotation marks out."
        ) from error
    return rows


def _number_columns(rows: list[_Row]) -> list[int]:
    """Find the first two columns in which at least half of what is written is a number."""
    sample = rows[1 : _SAMPLE_ROWS + 1] or rows  # the first row may be a header
    found = []
    for at in range(max(len(row.cells) for row in sample)):
        written = [cell for row in sample if (cell := row.cell(at))]
        numbers, _ = read_numbers(written, separator=rows[0].separator)
        if 2 * sum(map(is_number, written)) >= len(written) and any(map(math.isfinite, numbers)):
            found.append(at)
        if len(found) == 2:
            break
    return found


def _date_column(rows: list[_Row]) -> int | None:
    """Find the first column in which at least half of what is written is a date."""
    sample = rows[1 : _SAMPLE_ROWS + 1] or rows
    width = max(len(row.cells) for row in sample)
    return next((at for at in range(width) if read_dates([row.cell(at) for row in sample])), None)


def _refuse_dates_in_words(rows: list[_Row]) -> None:
    """Refuse dates that nobody here can read: x would count the rows, and nobody would see why."""
    in_words = sum(has_dates_in_words(" ".join(row.cells)) for row in rows[:_SAMPLE_ROWS])
    if 2 * in_words >= len(rows[:_SAMPLE_ROWS]):
        raise InputError(
            "The dates of this table are in words. Write them as 2024-01-31, then they become x."
        )


def _is_header(row: _Row, columns: list[int]) -> bool:
    """Say whether the first row names the columns; one bad number in it does not make it a header."""
    return not any(is_number(row.cell(at)) for at in columns)


def _name(header: _Row, at: int) -> str:
    printable = "".join(letter for letter in header.cell(at) if letter.isprintable())
    return printable[:MAX_POINTS_NAME_CHARACTERS] or f"column {at + 1}"


def _describe_columns(rows: list[_Row], columns: list[int], names: list[str]) -> list[str]:
    shown = [f'"{name}"' if name else f"column {at + 1}" for name, at in zip(names, columns, strict=True)]
    if len(columns) == 1:
        return ["There is one column of numbers: it became y, and x counts the rows: 1, 2, 3 and so on."]
    if max(len(row.cells) for row in rows[:_SAMPLE_ROWS]) > 2:
        return [f"x is {shown[0]} and y is {shown[1]}. To use others, paste those two columns alone."]
    return []


def _describe_skipped(rows: list[_Row], what: str) -> str:
    lines = ", ".join(f"{row.line:,}" for row in rows[:_MOST_NAMED])
    if len(rows) == 1:
        return f"1 row was skipped because it holds no {what}: line {lines}."
    more = " and others" if len(rows) > _MOST_NAMED else ""
    return f"{len(rows):,} rows were skipped because they hold no {what}: lines {lines}{more}."
