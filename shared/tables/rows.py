"""From the lines of a CSV to rows of equally many cells: quotation marks, header, ragged rows, a sample.

rows = iterate_rows("table.csv", lines, ",")   # (line number, cells), blank rows left out
head = list(itertools.islice(rows, 200))
names, notes = find_columns("table.csv", head, has_header=seems_header(head))
keeper = RowKeeper("table.csv", len(names), max_rows=20_000)
keeper.add_rows(itertools.chain(head[1:], rows))
keeper.take_columns()                          # one tuple of cells for each column

Python's own csv module cuts the lines. Its parser is C, as fast as pandas' where cells are wanted as text; it
says on which line a row ends and whether a quotation mark is closed, and nothing has to be imported for it.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from shared.errors import InputError
from shared.limits import MAX_TABLE_COLUMNS, MAX_TABLE_NAME_CHARACTERS
from shared.tables.dates import is_number_or_date
from shared.tables.missing_words import MISSING
from shared.tables.sniff import SPACES
from shared.words import count

SAMPLE_SEED = 42  # the same file gives the same sample
NO_HEADER = "The first row is no header, so the columns are called column 1, column 2 and so on."
_MOST_NAMED = 3  # lines that are named

Row = tuple[int, list[str]]  # the line it ends on, counted from 1; its cells


def iterate_rows(name: str, lines: Iterable[str], separator: str, *, lines_before: int = 0) -> Iterator[Row]:
    """Cut lines into cells, one row after the other; blank rows are left out.

    Args:
        name: what messages call the file.
        lines: of the file.
        separator: between cells.
        lines_before: how many lines of the file were taken off before.

    Raises:
        InputError: a quotation mark is not closed, or a cell is longer than the csv module reads.
    """
    if separator == SPACES:
        yield from (
            (line, cells) for line, text in enumerate(lines, lines_before + 1) if (cells := text.split())
        )
        return
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    line = lines_before
    try:
        for cells in reader:
            line = lines_before + reader.line_num
            if cells and (cells[0] or any(cells)):
                yield line, cells
    except csv.Error as error:
        raise InputError(
            f"{name}: a quotation mark in the row that begins on line {line + 1:,} is not closed, or stands "
            f"inside a cell. Close it, or take it out."
        ) from error


def seems_header(head: Sequence[Row]) -> bool:
    """Say whether the first row names the columns.

    It does where none of its cells is a number or a date, unless they come again as values below. It also
    does where some are (columns named 2019 and 2020), but another stands above a column of numbers.
    """
    if not head:
        return False
    first = [cell.strip() for cell in head[0][1]]
    is_value = [is_number_or_date(cell) or cell.lower() in MISSING - {""} for cell in first]
    columns = [[get_cell(row, at).strip() for _, row in head[1:]] for at in range(len(first))]
    below = [list(filter(None, cells)) for cells in columns]
    if not any(is_value):
        n_again = sum(cell in cells for cell, cells in zip(first, below, strict=True) if cell)
        return 2 * n_again <= sum(map(bool, first))
    return any(
        cell and not value and cells and sum(map(is_number_or_date, cells)) >= 0.9 * len(cells)
        for cell, value, cells in zip(first, is_value, below, strict=True)
    )


def find_columns(
    name: str, head: Sequence[Row], *, has_header: bool, least: int = 2
) -> tuple[list[str], list[str], list[str]]:
    """Name the columns: each one differently, and none blank.

    Args:
        name: what messages call the file.
        head: its first rows.
        has_header: whether the first of them names the columns.
        least: how many columns are needed.

    Returns:
        The names; what the header really says, "" where it says nothing; and notes on what was decided.

    Raises:
        InputError: there are too many columns, only one, or no rows under the header.
    """
    body = [cells for _, cells in (head[1:] if has_header else head)]
    if not body:
        raise InputError(f"{name} has a header and no rows under it. Add one row for each case.")
    usual = Counter(map(len, body)).most_common(1)[0][0]
    header = [_printable(cell) for cell in head[0][1]] if has_header else [""] * usual
    if has_header and all(len(cells) == len(header) + 1 for cells in body):
        header.insert(0, "")  # R's row names have no heading
    while len(header) > 1 and not header[-1] and not any(get_cell(cells, len(header) - 1) for cells in body):
        header.pop()  # a separator at the end of each line
    if len(header) > MAX_TABLE_COLUMNS:
        raise InputError(
            f"{name} has {len(header):,} columns, and at most {MAX_TABLE_COLUMNS:,} are read. "
            "Leave out those that do not matter."
        )
    if len(header) < least:
        raise InputError(
            f"{name} has one column only. Send at least two, separated "
            "by comma, semicolon, tab or vertical bar."
        )
    names = make_unique([cell or f"column {at + 1}" for at, cell in enumerate(header)])
    notes = []
    if not has_header:
        notes.append(NO_HEADER)
    elif n_blank := sum(not cell for cell in header):
        notes.append(f"{count(n_blank, 'column')} without a name: called by the place, such as column 3.")
    if has_header and len(set(filter(None, header))) < sum(map(bool, header)):
        notes.append('Columns of the same name were told apart: "x" and "x (2)".')
    return names, header, notes


class RowKeeper:
    """Keeps all rows of a table that is not too long, else a random sample of them in the file's order.

    The sample is drawn as rows pass by (reservoir sampling, Vitter's algorithm R): each row has the same
    chance, and no more than the sample is ever in memory.

    Attributes:
        n_rows: rows that passed by, without those left out.
    """

    def __init__(self, name: str, n_columns: int, *, max_rows: int, may_sample: bool = True) -> None:
        self.n_rows = 0
        self._name, self._n_columns, self._max_rows = name, n_columns, max_rows
        self._may_sample = may_sample
        self._kept: list[list[str]] = []
        self._lines: list[int] = []  # of the rows kept
        self._random = random.Random(SAMPLE_SEED)
        self._short_lines: list[int] = []
        self._long_lines: list[int] = []

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Let rows pass by.

        Raises:
            InputError: most rows have too many cells, or there are too many rows and none may be left out.
        """
        n_columns, max_rows, kept, lines = self._n_columns, self._max_rows, self._kept, self._lines
        draw = self._random.random
        for line, cells in rows:
            if len(cells) != n_columns:
                if len(cells) < n_columns:
                    self._short_lines.append(line)
                    cells += [""] * (n_columns - len(cells))
                elif any(map(str.strip, cells[n_columns:])):
                    self._long_lines.append(line)
                    continue
                else:
                    del cells[n_columns:]
            place = self.n_rows
            self.n_rows += 1
            if place < max_rows:
                kept.append(cells)
                lines.append(line)
                continue
            if not self._may_sample:
                raise InputError(
                    f"{self._name} has more than {max_rows:,} rows, which is the limit for a table of "
                    f"{n_columns:,} columns. Send it in parts."
                )
            chosen = int(draw() * self.n_rows)
            if chosen < max_rows:
                kept[chosen], lines[chosen] = cells, line
        if len(self._long_lines) > self.n_rows:
            raise InputError(
                f"{self._name}: most rows have more cells than the header has names, the first on line "
                f"{self._long_lines[0]:,}. Put cells that hold a separator in quotation marks."
            )

    def take_columns(self) -> tuple[list[tuple[str, ...]], list[int]]:
        """Give the kept rows as columns, one tuple of cells for each; and the lines on which rows end."""
        in_order = sorted(range(len(self._kept)), key=self._lines.__getitem__)
        columns = list(zip(*map(self._kept.__getitem__, in_order), strict=True))
        return columns, list(map(self._lines.__getitem__, in_order))

    def describe(self) -> list[str]:
        """Say in sentences what happened to rows that were not as the others."""
        notes = []
        if len(self._kept) < self.n_rows:
            notes.append(
                f"The table has {self.n_rows:,} rows. A random sample of {len(self._kept):,} rows was taken "
                "to fit on, and all figures below are of this sample."
            )
        if self._short_lines:
            notes.append(
                f"{count(len(self._short_lines), 'row')} with too few cells ({_lines(self._short_lines)}): "
                "the rest counts as missing."
            )
        if self._long_lines:
            notes.append(
                f"{count(len(self._long_lines), 'row')} with more cells than the header "
                f"({_lines(self._long_lines)}): left out."
            )
        return notes


def get_cell(cells: Sequence[str], at: int) -> str:
    """Give a cell of a row that may be short."""
    return cells[at] if at < len(cells) else ""


def _printable(cell: str) -> str:
    kept = "".join(letter if letter.isprintable() else " " for letter in cell)
    return " ".join(kept.split())[:MAX_TABLE_NAME_CHARACTERS]


def make_unique(names: Sequence[str]) -> list[str]:
    """Number the names that come again: x, x (2), x (3)."""
    taken, found = set(names), []
    seen: set[str] = set()
    for name in names:
        unique, number = name, 2
        while unique in seen or (number > 2 and unique in taken):
            unique, number = f"{name} ({number})", number + 1
        seen.add(unique)
        found.append(unique)
    return found


def _lines(lines: Sequence[int]) -> str:
    named = ", ".join(f"{line:,}" for line in lines[:_MOST_NAMED])
    return f"line{'s' if len(lines) > 1 else ''} {named}{' and others' if len(lines) > _MOST_NAMED else ''}"
