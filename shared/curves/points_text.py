r"""From bytes to text, and from text to numbers: what `points_file` must know of how programs write tables.

as_text(b"x,y\n1,2\n")                       # ("x,y\n1,2\n", []): the text, and what was decided
read_numbers(["1,5", "2"], separator=";")    # ([1.5, 2.0], ["Decimal commas were read ..."])
"""

import math
import re
from collections.abc import Sequence

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_POINTS_VALUE

# What a file says of itself in its first bytes, whatever its name says.
_OTHER_KINDS = (
    (b"\x1f\x8b", "is compressed with gzip. Unpack it, and send the CSV inside"),
    (b"BZh", "is compressed with bzip2. Unpack it, and send the CSV inside"),
    (b"\xfd7zXZ\0", "is compressed with xz. Unpack it, and send the CSV inside"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd. Unpack it, and send the CSV inside"),
    (b"PK\x03\x04", "is an Excel workbook or a zip. In Excel, choose Save as, then CSV"),
    (b"PK\x05\x06", "is an empty zip. Send a CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook. In Excel, choose Save as, then CSV"),
    (b"PAR1", "is a Parquet file. Save it as CSV: in pandas, df.to_csv('points.csv', index=False)"),
    (b"SQLite format 3\0", "is a database. Export the table as CSV"),
    (b"%PDF", "is a PDF. Send the numbers as CSV"),
    (b"\x89PNG", "is a picture. Send the numbers as CSV"),
    (b"\xff\xd8\xff", "is a picture. Send the numbers as CSV"),
    (b"GIF8", "is a picture. Send the numbers as CSV"),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05]")

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")  # 1,234 and 1,234.5
_COMMA = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)?,\d+(e[+-]?\d+)?", re.IGNORECASE)  # 1,5 and 1.234,5
# How programs write that a number is missing or without end. Such a row is skipped; it is no header.
_NO_VALUE = {"nan", "na", "n/a", "null", "inf", "-inf", "+inf", "infinity", "-infinity", "#n/a"}


def as_text(table: bytes | str) -> tuple[str, list[str]]:
    r"""Give the text of a file: UTF-8, UTF-16, else Western European as old exports and Excel write it.

    Args:
        table: the bytes of a file, or a text that is one already.

    Returns:
        The text, with line breaks as "\n", and notes on what was decided.

    Raises:
        InputError: the bytes are empty or of another kind, such as a workbook or a pickle.
    """
    notes: list[str] = []
    if isinstance(table, bytes):
        table, notes = _decode(table)
    text = table.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise InputError("There is nothing in this table. Send one point a row: x, then y.")
    if "\0" in text:
        raise InputError("This is no text. Send the points as a CSV file.")
    return text, notes


def _decode(data: bytes) -> tuple[str, list[str]]:
    for magic, what in _OTHER_KINDS:
        if data.startswith(magic):
            raise InputError(f"This file {what}.")
    if _PICKLE.match(data):
        raise InputError(
            "This file is a Python pickle, which can run code and is never read. "
            "Save it as CSV: in pandas, df.to_csv('points.csv', index=False)."
        )
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data[:40]:  # UTF-16 without its mark: every second byte of a digit is 0
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise InputError("This file is no text, or is damaged. Send the points as a CSV file.") from error
    note = "The file is not UTF-8: it was read as Western European text."
    return data.decode("cp1252", errors="replace"), [note]


def is_number(cell: str) -> bool:
    """Say whether a cell holds a number, or what programs write for one that is missing or without end."""
    written = _as_written(cell)
    return written.lower() in _NO_VALUE or any(
        pattern.fullmatch(written) for pattern in (_PLAIN, _THOUSANDS, _COMMA)
    )


def read_numbers(cells: Sequence[str], *, separator: str) -> tuple[list[float], list[str]]:
    """Read the numbers of a table, whichever way it writes the decimal point.

    "1,5" is one and a half, and "1,234.5" is more than a thousand. "1,234" alone could be either. It counts
    as one and a bit where columns are separated by semicolons, because programs do that when they use decimal
    commas, or where another number of the table has one.

    Args:
        cells: what is written.
        separator: between the columns.

    Returns:
        A number for each cell, NaN where it holds none that can be used; and notes on what was decided.
    """
    commas = [written for cell in cells if "," in (written := _as_written(cell))]
    decimal = [cell for cell in commas if _COMMA.fullmatch(cell)]
    grouped = [cell for cell in commas if _THOUSANDS.fullmatch(cell)]
    unclear = [cell for cell in decimal if cell in grouped]
    is_decimal = len(decimal) > len(unclear) or (
        bool(unclear) and len(grouped) == len(unclear) and separator == ";"
    )
    notes = []
    if is_decimal:
        notes.append("Decimal commas were read as decimal points.")
    elif unclear:
        notes.append(f"{unclear[0]} was read as {unclear[0].replace(',', '')}: its comma marks thousands.")
    return [_read_number(_as_written(cell), is_decimal) for cell in cells], notes


def _read_number(cell: str, is_decimal: bool) -> float:
    if is_decimal and _COMMA.fullmatch(cell):
        cell = cell.replace(".", "").replace(",", ".")
    elif not is_decimal and _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    value = float(cell) if _PLAIN.fullmatch(cell) else math.nan
    return value if abs(value) <= MAX_POINTS_VALUE else math.nan


def _as_written(cell: str) -> str:
    return cell.replace("\N{MINUS SIGN}", "-")


def as_number(value: float, digits: int = 6) -> str:
    """Write a number for people: so many digits that say something, and never an exponent, 12,345.6.

    Args:
        value: the number.
        digits: that say something.
    """
    text = np.format_float_positional(float(f"{value:.{digits}g}"), trim="-")
    whole, _, rest = text.partition(".")
    if len(whole.lstrip("-")) > 4:  # four digits may be a year
        whole = f"{int(whole):,}"
    return f"{whole}.{rest}" if rest else whole
