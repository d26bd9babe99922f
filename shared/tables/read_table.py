r"""Read any CSV carefully: a table of text, and what was understood of it, before anything is fitted.

    table = read_table(b"size;price\n50;1,5\n70;2,5\n", "flats.csv")
    table.understood.separator                  # ";"
    [c.kind for c in table.understood.columns]  # ["number", "number"]
    table["price"].values                       # ("1,5", "2,5"), as written

The file is read as a stream. Of a long one a random sample of rows is kept, and `understood` says so: memory
is bounded whatever comes.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.errors import InputError
from shared.limits import MAX_TABLE_CELLS, MAX_TABLE_LINES, MAX_TABLE_MB, MAX_TABLE_SAMPLE_ROWS
from shared.tables.kinds import (
    RawColumn,
    UnderstoodColumn,
    factorise,
    find_table_comma,
    shorten,
    understand_column,
)
from shared.tables.meaning import NOTHING, Meaning
from shared.tables.open_table import Source, open_table
from shared.tables.rows import RowKeeper, find_columns, seems_header
from shared.tables.sniff import SEPARATOR_NAMES, Written
from shared.tables.write_csv import Number

DECIMAL_COMMAS = "Decimal commas were read as decimal points."
_HEAD_ROWS = 200  # enough to see how wide the table is, and whether it has a header

_ENCODING_NAMES = {"utf-8-sig": "UTF-8", "cp1252": "Western European"}

_Named = TypeVar("_Named", RawColumn, UnderstoodColumn)


@dataclass(frozen=True)
class Understood:
    """What was understood of a file.

    Attributes:
        n_rows: rows of data in the file.
        n_kept: rows that are kept: all, or a random sample.
        separator: between cells.
        encoding: of the file, as Python's codecs call it.
        has_header: whether the first row names the columns.
        decimal_comma: how numbers are read where a column does not tell.
        day_first: how dates are read where a column does not tell; None for the usual way.
        columns: one for each column of the table. Of a sample, they count the rows kept.
        notes: what was decided for the whole file, one sentence each.
    """

    n_rows: int
    n_kept: int
    separator: str
    encoding: str
    has_header: bool
    decimal_comma: bool
    day_first: bool | None
    columns: tuple[UnderstoodColumn, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_sample(self) -> bool:
        """Whether rows of the file were left out because there are too many."""
        return self.n_kept < self.n_rows

    @property
    def summary(self) -> str:
        """The whole in one sentence, to show before anything is fitted."""
        encoding = _ENCODING_NAMES.get(self.encoding, self.encoding.upper())
        names = "the first row names the columns" if self.has_header else "without a header"
        return (
            f"{self.n_rows:,} rows and {len(self.columns):,} columns, separated by "
            f"{SEPARATOR_NAMES[self.separator]}, {encoding} text, {names}."
        )

    def __getitem__(self, name: str) -> UnderstoodColumn:
        return _find(self.columns, name)


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it is written, and what was understood of it.

    Attributes:
        name: what messages call it.
        columns: as written.
        understood: as read.
        meaning: what is known of it beyond its cells; nothing of a visitor's.
        lines: of the file, on which the rows end; empty for a table that was made otherwise.
    """

    name: str
    columns: tuple[RawColumn, ...]
    understood: Understood
    meaning: Meaning = NOTHING
    lines: tuple[int, ...] = ()

    @property
    def n_rows(self) -> int:
        """How many rows are here; the file may have more."""
        return self.understood.n_kept

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]

    def __getitem__(self, name: str) -> RawColumn:
        return _find(self.columns, name)

    def row(self, place: int) -> dict[str, str]:
        """Give one row as it is written, from column to cell: a what-if form begins with it."""
        return {column.name: column.text(place) for column in self.columns}

    def cells(self) -> list[list[str]]:
        """Give all cells as they are written, column by column, for a table to take away."""
        kinds = {column.name: self.understood[column.name].kind for column in self.columns}
        made = [
            list(map(Number, column.values)) if kinds[column.name] == "number" else column.values
            for column in self.columns
        ]
        return [
            list(map(values.__getitem__, column.codes.tolist()))
            for values, column in zip(made, self.columns, strict=True)
        ]


def read_table(
    source: Source,
    name: str = "",
    *,
    separator: str | None = None,
    has_header: bool | None = None,
    day_first: bool | None = None,
    max_rows: int = MAX_TABLE_SAMPLE_ROWS,
    max_cells: int = MAX_TABLE_CELLS,
    may_sample: bool = True,
    may_be_spaced: bool = False,
    least_columns: int = 2,
    max_mb: int = MAX_TABLE_MB,
    max_lines: int = MAX_TABLE_LINES,
) -> Table:
    """Read a CSV.

    Args:
        source: the file's bytes, or its path.
        name: what it is called where it comes from.
        separator: between cells; None to find out.
        has_header: whether the first row names the columns; None to find out.
        day_first: whether 03/04/2024 is the 3rd of April; None to find out.
        max_rows: rows that are kept.
        max_cells: rows times columns that are kept: wide tables keep fewer rows.
        may_sample: whether rows of a longer table are drawn at random; it is refused otherwise.
        may_be_spaced: see `open_table`.
        least_columns: a table of fewer is refused.
        max_mb: of the file.
        max_lines: of the file.

    Raises:
        InputError: the file is no CSV, is damaged, is over a limit, or holds no rows to learn from.
    """
    with open_table(
        source, name, separator=separator, may_be_spaced=may_be_spaced, max_mb=max_mb, max_lines=max_lines
    ) as opened:
        shown, written, rows = opened.name, opened.written, opened.rows
        head = list(itertools.islice(rows, _HEAD_ROWS))
        if has_header is None:
            has_header = seems_header(head)
        names, _, notes = find_columns(shown, head, has_header=has_header, least=least_columns)
        max_rows = min(max_rows, max_cells // len(names))
        keeper = RowKeeper(shown, len(names), max_rows=max_rows, may_sample=may_sample)
        keeper.add_rows(itertools.chain(head[1:] if has_header else head, rows))
    cells, lines = keeper.take_columns()
    columns = tuple(map(factorise, names, cells))
    return Table(
        shown,
        columns,
        _understand(
            columns,
            written,
            n_rows=keeper.n_rows,
            has_header=has_header,
            day_first=day_first,
            notes=[*notes, *keeper.describe()],
        ),
        lines=tuple(lines),
    )


def _understand(
    columns: tuple[RawColumn, ...],
    written: Written,
    *,
    n_rows: int,
    has_header: bool,
    day_first: bool | None,
    notes: Sequence[str],
) -> Understood:
    comma = find_table_comma(columns, separator=written.separator)
    understood = tuple(
        understand_column(column, decimal_comma=comma, day_first=day_first) for column in columns
    )
    has_commas = any(
        any("," in value for value in column.values)
        for column, found in zip(columns, understood, strict=True)
        if found.decimal_comma
    )
    return Understood(
        n_rows=n_rows,
        n_kept=len(columns[0].codes),
        separator=written.separator,
        encoding=written.encoding,
        has_header=has_header,
        decimal_comma=comma,
        day_first=day_first,
        columns=understood,
        notes=(
            *written.notes,
            *([DECIMAL_COMMAS] if has_commas else []),
            *notes,
        ),
    )


def _find(columns: Sequence[_Named], name: str) -> _Named:
    for column in columns:
        if column.name == name:
            return column
    names = ", ".join(f'"{column.name}"' for column in columns[:10])
    more = " and others" if len(columns) > 10 else ""
    raise InputError(f'There is no column "{shorten(name)}". The columns are {names}{more}.')
