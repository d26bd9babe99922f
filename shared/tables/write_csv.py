"""Every CSV that a visitor takes away, safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with =, +, - or @ as a formula, wherever the text came from. Text that
does gets an apostrophe in front, which makes it text again; numbers stay numbers, also as they were written
in a visitor's own table (`Number`). Every cell stands in quotes, so no separator or line end of another
program cuts it in two.

    write_csv(["name", "price"], [["=1+2", -4.5], ["+1", Number("-3")]])
    # "name","price" / "'=1+2","-4.5" / "'+1","-3"
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# The wide forms are read like the narrow ones where people write Chinese or Japanese.
_FORMULA_STARTS = tuple("=+-@|%\t\r\n＝＋－＠")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


class Number(str):
    """A cell of a column that was read as numbers; where it is none, it is text like any other."""

    __slots__ = ()


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV; None becomes an empty cell. Encode it as utf-8-sig for Excel's sake."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(map(_neutralise, columns))
    writer.writerows(map(_neutralise, row) for row in rows)
    return text.getvalue()


def _neutralise(cell: object) -> object:
    if not isinstance(cell, str) or not cell.lstrip(" ").startswith(_FORMULA_STARTS):
        return cell
    return cell if isinstance(cell, Number) and _PLAIN.fullmatch(cell) else f"'{cell}"
