"""A tour of one rule of thumb: how many factors fastai gives each category column.

`min(600, round(1.6 * n ** 0.56))` for a column with `n` entries in its embedding table. fastai keeps one
entry more than the column has different values: `#na#`, for values that are missing or were never seen.

    emb_sz_rule(672)                                        # 61
    get_emb_sz([CategoryColumn("user", 671)])               # one EmbeddingSize: 672 entries, 61 factors
    columns = read_category_columns("my table.csv")         # every column that could be a category

Follows lesson 7 of Practical Deep Learning for Coders; the tests compare it with `fastai.tabular.model`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from numbers import Real
from pathlib import Path

from shared.errors import InputError
from shared.limits import (
    MAX_CATEGORY_COLUMNS,
    MAX_CATEGORY_FILE_MB,
    MAX_CATEGORY_LEVELS,
    MAX_CATEGORY_ROWS,
    MAX_TEXT_CHARACTERS,
    MB,
)
from shared.tables.open_table import open_table

MAX_CARD = 20  # as in fastai's cont_cat_split: whole numbers with more different values are measurements
_MISSING = {"", "na", "n/a", "nan", "null", "none"}


@dataclass(frozen=True)
class CategoryColumn:
    """A column and the number of different values in it, missing ones not counted."""

    name: str
    n_levels: int
    likely: bool = True  # whether it looks like a category rather than a measurement


@dataclass(frozen=True)
class EmbeddingSize:
    """The embedding table that one column gets."""

    name: str
    n_levels: int
    n_entries: int  # rows of the embedding: the levels and `#na#`
    n_factors: int  # columns of the embedding

    @property
    def n_numbers(self) -> int:
        """How many numbers training has to find for this column."""
        return self.n_entries * self.n_factors


def emb_sz_rule(n_cat: int) -> int:
    """Work out fastai's rule of thumb for a table of `n_cat` entries.

    Raises:
        InputError: when `n_cat` is not a whole number of 1 or more.
    """
    if isinstance(n_cat, bool) or not isinstance(n_cat, Real) or not 1 <= n_cat <= MAX_CATEGORY_LEVELS + 1:
        raise InputError(f"The number of different values must be from 1 to {MAX_CATEGORY_LEVELS:,}.")
    if n_cat != int(n_cat):
        raise InputError("The number of different values must be a whole number.")
    return min(600, round(1.6 * n_cat**0.56))


def get_emb_sz(columns: Iterable[CategoryColumn]) -> list[EmbeddingSize]:
    """Give every column its embedding size, with the extra `#na#` entry, as fastai's `get_emb_sz` does."""
    return [
        EmbeddingSize(column.name, column.n_levels, column.n_levels + 1, emb_sz_rule(column.n_levels + 1))
        for column in columns
    ]


def parse_counts(text: str) -> list[CategoryColumn]:
    """Read columns typed as `user 671, film 9066`, separated by commas, semicolons or new lines.

    Raises:
        InputError: when a part has no whole number at its end, or there are too many parts.
    """
    if not isinstance(text, str) or len(text) > MAX_TEXT_CHARACTERS:
        raise InputError(f"Type at most {MAX_TEXT_CHARACTERS:,} characters, such as: user 671, film 9066")
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    if not parts:
        raise InputError("Type a name and a number of different values, such as: user 671, film 9066")
    _check_n_columns(len(parts))
    columns = []
    for position, part in enumerate(parts, start=1):
        match = re.fullmatch(r"(?:(.*?)[\s:=]+)?(\d{1,12})", part, flags=re.ASCII)
        if not match or not 1 <= int(match[2]) <= MAX_CATEGORY_LEVELS:
            raise InputError(
                f"“{part[:40]}” needs a name and then a whole number from 1 to {MAX_CATEGORY_LEVELS:,}, "
                "such as: film 9066"
            )
        columns.append(CategoryColumn((match[1] or "").strip()[:60] or f"column {position}", int(match[2])))
    return columns


def read_category_columns(path: str | Path) -> list[CategoryColumn]:
    """Read a CSV file and count the different values of each column that could be a category.

    Text is a likely category; so are whole numbers with at most `MAX_CARD` different values, and those whose
    column is called `id` or ends in `id`. Other whole numbers are listed as unlikely; columns with decimals
    are left out.

    Args:
        path: a CSV file; comma, semicolon or tab; UTF-8, UTF-16 or Latin-1.

    Raises:
        InputError: when the file is no CSV, is too large, or has no usable column.
    """
    rows = _read_rows(Path(path))
    header = next(rows, None)
    if header is None:
        raise InputError("This file is empty. Choose a CSV file with a line of column names and some rows.")
    _check_n_columns(len(header))
    names = _unique_names(header)
    levels: list[set[str]] = [set() for _ in names]
    n_rows = 0
    for row in rows:
        if not row:
            continue
        n_rows += 1
        if n_rows > MAX_CATEGORY_ROWS:
            raise InputError(f"This table has more than {MAX_CATEGORY_ROWS:,} rows. Upload a part of it.")
        if len(row) > len(names):
            raise InputError(f"Row {n_rows} has {len(row)} cells, but there are {len(names)} column names.")
        for seen, cell in zip(levels, row, strict=False):
            if cell.strip().lower() not in _MISSING:
                seen.add(cell.strip())
    if n_rows == 0:
        raise InputError("This file has column names but no rows. Add some rows and upload it again.")
    columns = [column for name, seen in zip(names, levels, strict=True) if (column := _describe(name, seen))]
    if not columns:
        raise InputError("No column here is a category: they hold decimal numbers or nothing at all.")
    return columns


def _describe(name: str, levels: set[str]) -> CategoryColumn | None:
    if not levels:
        return None
    if all(re.fullmatch(r"[+-]?\d+", level, flags=re.ASCII) for level in levels):
        n_levels = len({level.lstrip("+") for level in levels})
        return CategoryColumn(name, n_levels, likely=n_levels <= MAX_CARD or name.lower().endswith("id"))
    if all(
        re.fullmatch(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?|[+-]?inf", level.lower()) for level in levels
    ):
        return None
    return CategoryColumn(name, len(levels))


def _read_rows(path: Path) -> Iterator[list[str]]:
    size = path.stat().st_size
    if size > MAX_CATEGORY_FILE_MB * MB:
        raise InputError(f"This file is larger than {MAX_CATEGORY_FILE_MB} MB. Upload a part of it.")
    with open_table(path, "This file") as opened:
        yield from (cells for _, cells in opened.rows)


def _unique_names(header: list[str]) -> list[str]:
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = cell.strip()[:60] or f"column {position}"
        names.append(f"{name} ({position})" if name in names else name)
    return names


def _check_n_columns(n_columns: int) -> None:
    if n_columns > MAX_CATEGORY_COLUMNS:
        raise InputError(
            f"There are {n_columns:,} columns. Keep the {MAX_CATEGORY_COLUMNS} that matter most."
        )
