"""A table to take away, safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with =, +, - or @ as a formula. Text that does gets an apostrophe in
front, which makes it text again; numbers stay numbers.

    safe_csv(["name", "price"], [["=1+2", -4.5], ["Ann", "-3"]])   # name,price / '=1+2,-4.5 / Ann,-3
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence

from shared.forest.numbers import parse_number

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV; None becomes an empty cell. Encode it as utf-8-sig for Excel's sake."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_neutralise(column) for column in columns])
    writer.writerows([_neutralise(cell) for cell in row] for row in rows)
    return text.getvalue()


def _neutralise(cell: object) -> object:
    if not isinstance(cell, str) or not cell.lstrip(" ").startswith(_FORMULA_STARTS):
        return cell
    number, unit = parse_number(cell)
    return cell if math.isfinite(number) and not unit else f"'{cell}"
