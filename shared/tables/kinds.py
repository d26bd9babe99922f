"""What is in a column of text: numbers, categories or dates? And the same, read.

    column = factorise("price", ["EUR 5", "EUR 7", "", "EUR 5"])
    column.values, column.codes         # ("EUR 5", "EUR 7", ""), [0, 1, 2, 0]
    understood = understand_column(column)
    understood.kind, understood.note    # ("number", "EUR was taken off.")
    read_numbers(column, understood)    # [5., 7., nan, 5.]

Everything looks at the different values of a column only, so a long column costs no more than its variety.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress, product
from typing import Literal, get_args

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_ERROR_VALUE_CHARACTERS, MAX_TABLE_VALUE
from shared.tables.dates import find_date_format, parse_dates
from shared.tables.missing_words import ENOUGH, MISSING, find_missing_words, find_repeated_texts
from shared.tables.number_columns import find_other_reading, parse_numbers
from shared.tables.numbers import find_decimal_comma, write_number

Kind = Literal["number", "category", "date"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# The same in small letters, large ones or both: looked up so, cells need no copy in small letters.
_MISSING_WRITTEN = frozenset(
    "".join(letters)
    for word in MISSING
    for letters in product(*((letter, letter.upper()) for letter in word))
) | {"None"}
_DASHES = frozenset(("-", "--", "."))  # nothing as well, unless the column says + and - (as labels do)
_N_EXAMPLES = 3
_FEW_TEXTS = 10  # in a column of numbers: words for no value, perhaps; more of them are names or codes
_CODE = re.compile(r"0\d+")
_MOST_ASKED = 1_000  # different values that are asked for their decimal mark


@dataclass(frozen=True, eq=False)
class RawColumn:
    """A column as it is written.

    Attributes:
        name: unique in its table.
        values: its different cells, in the order they come; "" where a cell is blank.
        codes: (n_rows,) int32, the place in `values` of each cell.
    """

    name: str
    values: tuple[str, ...]
    codes: np.ndarray

    def take(self, rows: np.ndarray) -> "RawColumn":
        """Keep some rows, and of the values only those that occur in them."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        return RawColumn(self.name, tuple(self.values[code] for code in used), codes.astype(np.int32))

    def text(self, row: int) -> str:
        """Give what is written in one row."""
        return self.values[self.codes[row]]

    def count_rows(self) -> np.ndarray:
        """Count the rows of each value: (len(values),)."""
        return np.bincount(self.codes, minlength=len(self.values))

    @cached_property
    def is_missing(self) -> np.ndarray:
        """Which values mean that there is none: (len(values),) boolean."""
        gone = _MISSING_WRITTEN if "+" in self.values else _MISSING_WRITTEN | _DASHES
        is_gone = np.zeros(len(self.values), dtype=bool)
        is_gone[[self.values.index(value) for value in gone.intersection(self.values)]] = True
        return is_gone

    @cached_property
    def present(self) -> tuple[str, ...]:
        """The values that are not missing."""
        return tuple(compress(self.values, ~self.is_missing)) if self.is_missing.any() else self.values

    @cached_property
    def decimal_comma(self) -> bool | None:
        """Whether it writes decimal commas; None where it does not tell."""
        return find_decimal_comma(_sample_numbers(self))


@dataclass(frozen=True)
class UnderstoodColumn:
    """What a column was understood to be.

    Attributes:
        name: of the column.
        kind: "number", "category" or "date".
        examples: up to three of its values.
        n_missing: rows without a value of this kind.
        n_levels: different values.
        note: what was decided, in sentences; often "".
        decimal_comma: whether 1,5 is one and a half in it.
        date_format: how it writes dates, for `pandas.to_datetime`; "" where it has none.
        missing_words: texts in a column of numbers or dates that stand for no value, such as "k. A.".
        n_numbers: of a category with few different texts, its cells that are numbers all the same.
    """

    name: str
    kind: Kind
    examples: tuple[str, ...]
    n_missing: int
    n_levels: int
    note: str = ""
    decimal_comma: bool = False
    date_format: str = ""
    missing_words: tuple[str, ...] = ()
    n_numbers: int = 0


def factorise(name: str, cells: Sequence[str]) -> RawColumn:
    """Number the different cells of a column; spaces around them do not count."""
    # Cells come row by row; side by side in memory they are read twice as fast.
    joined = "\n".join(cells)
    if joined.count("\n") == len(cells) - 1:
        cells = joined.split("\n")
    stripped = list(map(str.strip, cells))
    values = tuple(dict.fromkeys(stripped))
    if len(values) == len(stripped):
        codes = np.arange(len(stripped), dtype=np.int32)
    else:
        places = dict(zip(values, range(len(values)), strict=True))
        codes = np.fromiter(map(places.__getitem__, stripped), np.int32, len(stripped))
    codes.flags.writeable = False
    return RawColumn(name, values, codes)


def find_table_comma(columns: Sequence[RawColumn], *, separator: str) -> bool:
    """Say whether a table writes decimal commas, for its columns that do not tell, such as "1,234".

    Programs that write decimal commas separate cells by semicolons.
    """
    votes, has_commas = [], False
    for column in columns:
        if numbers := _sample_numbers(column):
            votes.append(column.decimal_comma)
            has_commas = has_commas or any("," in number for number in numbers)
    told = [vote for vote in votes if vote is not None]
    return any(told) or (separator == ";" and has_commas and not told)


def understand_column(
    column: RawColumn, *, kind: Kind | None = None, decimal_comma: bool = False, day_first: bool | None = None
) -> UnderstoodColumn:
    """Find out what a column holds, or read it as somebody says.

    Args:
        column: what is written.
        kind: how to read it; None to find out.
        decimal_comma: how to read "1,234" when the column does not tell.
        day_first: how to read 03/04/2024 when the column does not tell.

    Raises:
        InputError: there is no such kind, or not one cell can be read as that kind.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(f'A column is a number, a category or a date, not "{shorten(kind)}".')
    present = column.present
    found = UnderstoodColumn(
        column.name,
        "category",
        _shorten_some(column, ~column.is_missing),
        n_missing=int(column.count_rows()[column.is_missing].sum()),
        n_levels=len(present),
    )
    if kind == "category" or (kind is None and not present):
        return found
    if kind != "number" and (
        dated := _as_dates(column, found, is_forced=kind == "date", day_first=day_first)
    ):
        return dated
    if kind == "date":
        raise InputError(f'"{column.name}" cannot be read as dates{_such_as(present)}. Write 2024-01-31.')
    own_comma = column.decimal_comma
    return _as_numbers(
        column, found, is_forced=kind == "number", comma=decimal_comma if own_comma is None else own_comma
    )


def read_numbers(column: RawColumn, understood: UnderstoodColumn) -> np.ndarray:
    """Give a column's numbers: (n_rows,) float64, NaN where there is none that can be used."""
    values = parse_numbers(column.values, decimal_comma=understood.decimal_comma).values
    return np.where(np.isfinite(values), values, np.nan)[column.codes]


def read_dates(column: RawColumn, understood: UnderstoodColumn) -> np.ndarray:
    """Give a column's dates: (n_rows,) datetime64, NaT where there is none."""
    return parse_dates(column.values, understood.date_format)[column.codes]


def read_levels(column: RawColumn) -> tuple[str, ...]:
    """Give a category's levels in the order of their codes: numbers by size, all others by letters."""
    present = column.present
    numbers = parse_numbers(present).values
    if np.isfinite(numbers).all():
        return tuple(value for _, value in sorted(zip(numbers.tolist(), present, strict=True)))
    return tuple(sorted(present))


def shorten(text: object) -> str:
    """Make a value short and printable enough for a message."""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(text)).strip()
    if len(printable) <= MAX_ERROR_VALUE_CHARACTERS:
        return printable
    return f"{printable[: MAX_ERROR_VALUE_CHARACTERS - 1]}…"


def _shorten_some(column: RawColumn, is_wanted: np.ndarray) -> tuple[str, ...]:
    return tuple(shorten(column.values[place]) for place in np.flatnonzero(is_wanted)[:_N_EXAMPLES])


def _sample_numbers(column: RawColumn) -> Sequence[str]:
    """Take some values of a column of numbers with commas or dots in them; none of any other column."""
    present = column.present
    sample = present[:: 1 + len(present) // _MOST_ASKED]
    if not {",", "."}.intersection("".join(sample)):
        return []
    is_number = ~np.isnan(parse_numbers(sample).values)
    if not is_number.all():
        is_number |= ~np.isnan(parse_numbers(sample, decimal_comma=True).values)
    return sample if is_number.sum() >= ENOUGH * len(sample) else []


def _as_dates(
    column: RawColumn, found: UnderstoodColumn, *, is_forced: bool, day_first: bool | None
) -> UnderstoodColumn | None:
    present = column.present
    written = find_date_format(present, day_first=day_first, at_least=0.5 if is_forced else ENOUGH)
    if written is None:
        return None
    dated = replace(found, kind="date", date_format=written.format)
    is_date = ~np.isnat(read_dates(column, dated))
    notes = []
    if written.other:
        read_as, other = ("month", "day") if written.format.startswith("%m") else ("day", "month")
        notes.append(f"The {read_as} was read as coming first; the {other} first would fit as well.")
    is_value = ~np.isnat(parse_dates(column.values, written.format))
    words = find_missing_words(column, is_value)
    n_words = _count_cells(column, words)
    if words:
        notes.append(_describe_word(words[0], n_words, "dates"))
    n_bad = len(column.codes) - found.n_missing - int(is_date.sum()) - n_words
    if n_bad:
        notes.append(f"{_cells(n_bad)} no date: {_missing(n_bad)}.")
    return replace(
        dated,
        examples=_shorten_some(column, is_value),
        n_missing=int((~is_date).sum()),
        note=" ".join(notes),
        missing_words=words or (find_repeated_texts(column, is_value) if is_forced else ()),
    )


def _as_numbers(
    column: RawColumn, found: UnderstoodColumn, *, is_forced: bool, comma: bool
) -> UnderstoodColumn:
    gone, rows = column.is_missing, column.count_rows()
    numbers = np.full(len(column.values), np.nan)
    numbers[~gone], units = parse_numbers(column.present, decimal_comma=comma)
    is_number, is_usable = ~np.isnan(numbers), np.isfinite(numbers)
    n_present, n_numbers = int(rows[~gone].sum()), int(rows[is_number].sum())
    if is_forced and not is_usable.any():
        raise InputError(f'"{found.name}" cannot be read as numbers{_such_as(column.present)}.')
    words = find_missing_words(column, is_number)
    n_words = _count_cells(column, words)
    n_present -= n_words
    if not is_forced:
        if any(map(_CODE.fullmatch, (value for value in column.present if value[0] == "0"))):
            return replace(found, note="Its numbers begin with zeros, so they are codes and not amounts.")
        if len(units) > 1 and n_numbers >= ENOUGH * n_present:
            return replace(found, note=f"Its numbers have different units: {', '.join(units)}.")
        if n_numbers < ENOUGH * n_present or not is_usable.any():
            if 2 * n_numbers <= n_present:
                return found
            share = f"{100 * n_numbers / n_present:.0f} % of its cells are numbers; the others are text."
            has_few_texts = (~is_number & ~gone).sum() <= _FEW_TEXTS
            return replace(found, note=share, n_numbers=n_numbers if has_few_texts else 0)
    notes = [f"{' and '.join(units)} {'were' if len(units) > 1 else 'was'} taken off."] if units else []
    if unclear := find_other_reading(column.present, decimal_comma=comma):
        value, number, other = unclear
        notes.append(f"{shorten(value)} was read as {number:.15g}, and not as {other:.15g}.")
    if words:
        notes.append(_describe_word(words[0], n_words, "numbers"))
    if n_bad := n_present - n_numbers:
        bad = [
            value
            for value, text in zip(column.values, ~is_number & ~gone, strict=True)
            if text and value not in words
        ]
        notes.append(f'{_cells(n_bad)} no number, such as "{shorten(bad[0])}": {_missing(n_bad)}.')
    if n_large := n_numbers - int(rows[is_usable].sum()):
        notes.append(
            f"{_cells(n_large)} infinite or larger than {write_number(MAX_TABLE_VALUE)}: {_missing(n_large)}."
        )
    return replace(
        found,
        kind="number",
        examples=_shorten_some(column, is_usable),
        n_missing=int(rows[~is_usable].sum()),
        n_levels=len(np.unique(numbers[is_usable])),
        note=" ".join(notes),
        decimal_comma=comma,
        missing_words=words or (find_repeated_texts(column, is_number) if is_forced else ()),
    )


def _count_cells(column: RawColumn, values: Sequence[str]) -> int:
    return int(column.count_rows()[[column.values.index(value) for value in values]].sum()) if values else 0


def _describe_word(word: str, count: int, what: str) -> str:
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    return f'"{shorten(word)}" in {cells} counts as missing: without it, it is a column of {what}.'


def _cells(count: int) -> str:
    return "1 cell is" if count == 1 else f"{count:,} cells are"


def _missing(count: int) -> str:
    return "it counts as missing" if count == 1 else "they count as missing"


def _such_as(present: Sequence[str]) -> str:
    return f': such as "{shorten(present[0])}"' if present else ": it is empty"
