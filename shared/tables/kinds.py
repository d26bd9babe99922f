"""What is in a column of text: numbers, categories or dates? And the same, read.

    column = factorise("price", ["EUR 5", "EUR 7", "", "EUR 5"])
    column.values, column.codes         # ("EUR 5", "EUR 7", ""), [0, 1, 2, 0]
    understood = understand_column(column)
    understood.kind, understood.note    # ("number", "EUR was taken off.")
    read_numbers(column, understood)    # [5., 7., nan, 5.]

Everything looks at the different values of a column only, so a long column costs no more than its variety.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_ERROR_VALUE_CHARACTERS, MAX_TABLE_VALUE
from shared.tables.dates import find_date_format, parse_dates
from shared.tables.missing_words import ENOUGH, find_missing_words, find_repeated_texts
from shared.tables.numbers import find_decimal_comma, parse_number, write_number

Kind = Literal["number", "category", "date"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# How programs write that there is nothing, in small letters.
MISSING = frozenset(
    {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "nat", "null"}
    | {"#null!", "#div/0!", "#value!", "#ref!"}
)
_DASHES = frozenset(("-", "--", "."))  # nothing as well, unless the column says + and - (as labels do)
_N_EXAMPLES = 3
_FEW_TEXTS = 10  # in a column of numbers: words for no value, perhaps; more of them are names or codes
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
        gone = MISSING if "+" in self.values else MISSING | _DASHES
        return np.array([value.lower() in gone or value == "None" for value in self.values], dtype=bool)


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
    stripped = {cell: cell.strip() for cell in dict.fromkeys(cells)}
    places = {value: place for place, value in enumerate(dict.fromkeys(stripped.values()))}
    codes_of = {cell: places[value] for cell, value in stripped.items()}
    codes = np.fromiter(map(codes_of.__getitem__, cells), np.int32, len(cells))
    codes.flags.writeable = False
    return RawColumn(name, tuple(places), codes)


def find_table_comma(columns: Sequence[RawColumn], *, separator: str) -> bool:
    """Say whether a table writes decimal commas, for its columns that do not tell, such as "1,234".

    Programs that write decimal commas separate cells by semicolons.
    """
    votes, has_commas = [], False
    for column in columns:
        if numbers := _sample_numbers(column):
            votes.append(find_decimal_comma(numbers))
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
    present = _present(column)
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
    own_comma = find_decimal_comma(_sample_numbers(column))
    return _as_numbers(
        column, found, is_forced=kind == "number", comma=decimal_comma if own_comma is None else own_comma
    )


def read_numbers(column: RawColumn, understood: UnderstoodColumn) -> np.ndarray:
    """Give a column's numbers: (n_rows,) float64, NaN where there is none that can be used."""
    values = np.array(
        [parse_number(value, decimal_comma=understood.decimal_comma)[0] for value in column.values],
        dtype=float,
    )
    return np.where(np.isfinite(values), values, np.nan)[column.codes]


def read_dates(column: RawColumn, understood: UnderstoodColumn) -> np.ndarray:
    """Give a column's dates: (n_rows,) datetime64, NaT where there is none."""
    return parse_dates(column.values, understood.date_format)[column.codes]


def read_levels(column: RawColumn) -> tuple[str, ...]:
    """Give a category's levels in the order of their codes: numbers by size, all others by letters."""
    present = _present(column)
    numbers = [parse_number(value)[0] for value in present]
    if all(map(math.isfinite, numbers)):
        return tuple(value for _, value in sorted(zip(numbers, present, strict=True)))
    return tuple(sorted(present))


def shorten(text: object) -> str:
    """Make a value short and printable enough for a message."""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(text)).strip()
    if len(printable) <= MAX_ERROR_VALUE_CHARACTERS:
        return printable
    return f"{printable[: MAX_ERROR_VALUE_CHARACTERS - 1]}…"


def _shorten_some(column: RawColumn, is_wanted: np.ndarray) -> tuple[str, ...]:
    return tuple(shorten(column.values[place]) for place in np.flatnonzero(is_wanted)[:_N_EXAMPLES])


def _present(column: RawColumn) -> list[str]:
    return [value for value, gone in zip(column.values, column.is_missing, strict=True) if not gone]


def _sample_numbers(column: RawColumn) -> list[str]:
    """Take some values of a column of numbers with commas or dots in them; none of any other column."""
    present = _present(column)
    sample = present[:: 1 + len(present) // _MOST_ASKED]
    if not any("," in value or "." in value for value in sample):
        return []
    n_numbers = sum(
        any(not math.isnan(parse_number(value, decimal_comma=comma)[0]) for comma in (False, True))
        for value in sample
    )
    return sample if n_numbers >= ENOUGH * len(sample) else []


def _as_dates(
    column: RawColumn, found: UnderstoodColumn, *, is_forced: bool, day_first: bool | None
) -> UnderstoodColumn | None:
    present = _present(column)
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
    parsed = [parse_number(value, decimal_comma=comma) for value in column.values]
    numbers = np.array([number for number, _ in parsed], dtype=float)
    is_number, is_usable = ~np.isnan(numbers), np.isfinite(numbers)
    units = sorted({unit for (_, unit), good in zip(parsed, is_usable, strict=True) if unit and good})
    n_present, n_numbers = int(rows[~gone].sum()), int(rows[is_number].sum())
    if is_forced and not is_usable.any():
        raise InputError(f'"{found.name}" cannot be read as numbers{_such_as(_present(column))}.')
    words = find_missing_words(column, is_number)
    n_words = _count_cells(column, words)
    n_present -= n_words
    if not is_forced:
        if any(value.isdecimal() and value[0] == "0" and len(value) > 1 for value in column.values):
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
    for value, number, good in zip(column.values, numbers, is_usable, strict=True):
        other, _ = parse_number(value, decimal_comma=not comma)
        if good and math.isfinite(other) and other != number:
            notes.append(f"{shorten(value)} was read as {number:.15g}, and not as {other:.15g}.")
            break
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
