"""What must be changed in a column's cells so that pandas alone reads them as we do.

    cleaning = clean_numbers(column, understood)
    cleaning.write_lines()     # ["table['price'] = table['price'].str.replace(...)"]; often []

Most columns need nothing. Others need one rule, such as taking thousands marks off; what is left over is put
right cell by cell. So the result is exact for any table that was read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shared.tables.dates import parse_dates
from shared.tables.kinds import RawColumn, UnderstoodColumn
from shared.tables.numbers import parse_number

if TYPE_CHECKING:
    import pandas as pd

# Code that follows `table[name]`, from the simplest on, and the same as a function.
_NUMBER_RULES: "dict[str, Callable[[pd.Series], pd.Series]]" = {
    "": lambda cells: cells,
    '.str.replace(",", "")': lambda cells: cells.str.replace(",", ""),
    '.str.replace(".", "").str.replace(",", ".")': lambda cells: _turn_commas(cells),
    '.str.replace(r"[^0-9.,+-]", "", regex=True).str.replace(",", "")': (
        lambda cells: _take_units(cells).str.replace(",", "")
    ),
    '.str.replace(r"[^0-9.,+-]", "", regex=True).str.replace(".", "").str.replace(",", ".")': (
        lambda cells: _turn_commas(_take_units(cells))
    ),
}


@dataclass(frozen=True)
class Cleaning:
    """What to do with one column.

    Attributes:
        name: of the column.
        rule: code that follows `table[name]`; "" for none.
        fixes: from a cell, as the rule leaves it, to what it should be; "" is a missing value.
    """

    name: str
    rule: str = ""
    fixes: dict[str, str] = field(default_factory=dict)

    def write_lines(self) -> list[str]:
        """Write the lines of code; none where nothing is to be done."""
        place, lines = f"table[{self.name!r}]", []
        if self.rule:
            lines.append(f"{place} = {place}{self.rule}")
        if self.fixes:
            gone = [cell for cell, fixed in self.fixes.items() if not fixed]
            changed = {cell: fixed for cell, fixed in self.fixes.items() if fixed}
            lines += [f'{place} = {place}.replace({gone!r}, "")'] if gone else []
            lines += [f"{place} = {place}.replace({changed!r})"] if changed else []
        return lines


def clean_numbers(column: RawColumn, understood: UnderstoodColumn) -> Cleaning:
    """Find the rule that leaves the fewest cells to put right.

    Args:
        column: the rows that are learned from.
        understood: how we read it.
    """
    values = list(column.values)
    parsed = [parse_number(value, decimal_comma=understood.decimal_comma)[0] for value in values]
    wanted = np.where(np.isfinite(parsed), parsed, np.nan)
    best: Cleaning | None = None
    for rule in _NUMBER_RULES:
        found = _fix_numbers(column.name, rule, values, wanted)
        if found is not None and (best is None or len(found.fixes) < len(best.fixes)):
            best = found
    assert best is not None  # without a rule no two cells become one
    return best


def clean_dates(column: RawColumn, understood: UnderstoodColumn) -> Cleaning:
    """Empty the cells that pandas takes for dates and we do not, such as the year 0001."""
    import pandas as pd

    values = pd.Series(list(column.values), dtype=str)
    read = pd.to_datetime(values, format=understood.date_format, errors="coerce", utc=True)
    ours = np.isnat(parse_dates(column.values, understood.date_format))
    return Cleaning(column.name, fixes=dict.fromkeys(values[read.notna().to_numpy() & ours], ""))


def clean_category(column: RawColumn) -> Cleaning:
    """Empty the cells that say that there is no value, such as NA and ?."""
    gone = [value for value, missing in zip(column.values, column.is_missing, strict=True) if missing]
    return Cleaning(column.name, fixes=dict.fromkeys(filter(None, gone), ""))


def _fix_numbers(name: str, rule: str, values: Sequence[str], wanted: np.ndarray) -> Cleaning | None:
    """Find the cells that a rule does not put right; None where it makes one of two that differ."""
    import pandas as pd

    cells = _NUMBER_RULES[rule](pd.Series(list(values), dtype=str))
    read = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    is_right = np.isclose(read, wanted, rtol=1e-12, atol=0, equal_nan=True)
    meant: dict[str, str] = {}
    for cell, number in zip(cells, wanted.tolist(), strict=True):
        text = "" if np.isnan(number) else repr(number)
        if meant.setdefault(cell, text) != text:
            return None
    wrong = dict.fromkeys(cells[~is_right])
    return Cleaning(name, rule, {cell: meant[cell] for cell in wrong})


def _turn_commas(cells: "pd.Series") -> "pd.Series":
    return cells.str.replace(".", "").str.replace(",", ".")


def _take_units(cells: "pd.Series") -> "pd.Series":
    return cells.str.replace(r"[^0-9.,+-]", "", regex=True)
