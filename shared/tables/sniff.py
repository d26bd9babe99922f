"""Before a table is read: what kind of file is this, how long is it, and how is it written?

One pass over the file, a megabyte at a time, so a file that is far too long is refused before it fills
memory. What programs call a CSV comes with four separators and half a dozen encodings; what is no CSV at all,
whatever its name says, is refused with the way to make one.

    with open_bytes("table.csv", Path("table.csv")) as stream:
        written = sniff("table.csv", stream)
    written.encoding, written.separator, written.n_lines  # ("utf-8-sig", ";", 1001)
"""

import codecs
import csv
import io
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shared.errors import InputError
from shared.limits import (
    MAX_ERROR_VALUE_CHARACTERS,
    MAX_TABLE_LINE_CHARACTERS,
    MAX_TABLE_LINES,
    MAX_TABLE_MB,
    MB,
)
from shared.tables.dates import is_number_or_date

# Of those that fit equally well the first is taken: "1,5;2,5" is two cells.
SEPARATORS = ("\t", ";", "|", ",")
SPACES = " "  # one or more; only where somebody may have typed the table
SEPARATOR_NAMES = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas", SPACES: "spaces"}
_CHUNK_BYTES = 1 << 20
_HEAD_CHARACTERS = 1 << 16  # enough to see how a table is written
_HEAD_ROWS = 100

_IN_PANDAS = "in pandas, df.to_csv('table.csv', index=False)"
_IN_EXCEL = "in Excel, choose Save as, then CSV UTF-8"
# What a file says of itself in its first bytes, whatever its name says.
_OTHER_KINDS = (
    (b"\x1f\x8b", "is compressed with gzip. Unpack it, and send the CSV inside"),
    (b"BZh", "is compressed with bzip2. Unpack it, and send the CSV inside"),
    (b"\xfd7zXZ\0", "is compressed with xz. Unpack it, and send the CSV inside"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd. Unpack it, and send the CSV inside"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive. Unpack it, and send the CSV inside"),
    (b"Rar!", "is a RAR archive. Unpack it, and send the CSV inside"),
    (b"PK\x03\x04", f"is an Excel workbook or a zip. Save the table as CSV: {_IN_EXCEL}"),
    (b"PK\x05\x06", "is an empty zip. Send a CSV"),
    (b"\xd0\xcf\x11\xe0", f"is an old Excel workbook. Save the table as CSV: {_IN_EXCEL}"),
    (b"PAR1", f"is a Parquet file. Save the table as CSV: {_IN_PANDAS}"),
    (b"ARROW1", f"is a Feather file. Save the table as CSV: {_IN_PANDAS}"),
    (b"\x89HDF", f"is an HDF5 file. Save the table as CSV: {_IN_PANDAS}"),
    (b"\x93NUMPY", "is a numpy file. Save it as CSV: numpy.savetxt('table.csv', array, delimiter=',')"),
    (b"SQLite format 3\0", "is a database. Export one table of it as CSV"),
    (b"%PDF", "is a PDF. Send the table as CSV"),
    (b"\x89PNG", "is a picture. Send the table as CSV"),
    (b"\xff\xd8\xff", "is a picture. Send the table as CSV"),
    (b"GIF8", "is a picture. Send the table as CSV"),
)
# Protocols 2 to 5 begin with a byte of their own; protocol 0 is text, with these beginnings.
_PICKLE = re.compile(rb"\x80[\x02-\x05]|\(?[dl]p\d+\r?\n|c[\w.]+\r?\n\w+\r?\n(p\d+|\()")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a page, or a piece of one, begins with. A column may be called <script>: names are only shown.
_MARKUP = re.compile(r"\s*<(!doctype|!--|\?xml|(html|head|body|table|tr|ul|ol|svg)[\s/>])", re.IGNORECASE)
_JSON = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class Written:
    r"""How a file is written.

    Attributes:
        encoding: a codec's name, for `open`.
        separator: "," ";" "|" or a tab; SPACES where they may separate.
        n_lines: lines in the file, blank ones and the header among them.
        has_separator_line: whether its first line is the "sep=;" that Excel adds.
        notes: what was decided, one sentence each.
    """

    encoding: str
    separator: str
    n_lines: int
    has_separator_line: bool = False
    notes: tuple[str, ...] = ()


def shown_name(source: bytes | str | os.PathLike, name: str = "") -> str:
    """Give what messages call a file: the last part of its name, short and printable."""
    written = name or ("" if isinstance(source, bytes) else os.fspath(source))
    last = written.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in last if letter.isprintable())
    return printable[:MAX_ERROR_VALUE_CHARACTERS] or "The file"


def open_bytes(name: str, source: bytes | str | os.PathLike, *, max_mb: int = MAX_TABLE_MB) -> BinaryIO:
    """Open a file, or bytes as if they were one, when it is not too large.

    Raises:
        InputError: it is larger than `max_mb`, empty, or cannot be opened.
    """
    try:
        size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
        if 0 < size <= max_mb * MB:
            return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")
    except (OSError, ValueError) as error:
        raise InputError(f"{name} could not be opened. Send the file again.") from error
    if not size:
        raise InputError(f"{name} is empty. Send a CSV with a header and one row for each case.")
    raise InputError(
        f"{name} has {size / MB:,.0f} MB, and at most {max_mb} MB are read. "
        "Send fewer rows, or leave out columns."
    )


def sniff(
    name: str,
    stream: BinaryIO,
    *,
    separator: str | None = None,
    may_be_spaced: bool = False,
    max_lines: int = MAX_TABLE_LINES,
) -> Written:
    """Find out how a file is written, and refuse one that is no CSV or too long.

    Args:
        name: what messages call the file.
        stream: the file, open at its beginning; it is left somewhere else.
        separator: what separates cells, when somebody knows it.
        may_be_spaced: whether spaces may separate cells, as in what people paste.
        max_lines: a longer file is refused.

    Raises:
        InputError: the file is of another kind, damaged, or over a limit.
    """
    head = stream.read(_HEAD_CHARACTERS)
    _refuse_other_kinds(name, head)
    encoding, notes = _guess_encoding(head), []
    try:
        n_lines, text = _scan(name, stream, encoding, max_lines)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise InputError(f"{name} is damaged, or no text. Save the table as CSV in UTF-8.") from error
        encoding = "cp1252"
        notes.append("The file is not UTF-8: it was read as Western European text. Look at the accents.")
        n_lines, text = _scan(name, stream, encoding, max_lines)
    _refuse_other_text(name, text)
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?', first.strip(" \r"), re.IGNORECASE)
    if told:
        text = rest
    if not separator:
        separator = told[1] if told and told[1] in SEPARATORS else guess_separator(text)
    if may_be_spaced and is_spaced(text, separator):
        separator = SPACES
    elif separator not in SEPARATORS:
        raise InputError("Cells can be separated by comma, semicolon, tab or vertical bar only.")
    return Written(encoding, separator, n_lines, bool(told), tuple(notes))


def _refuse_other_kinds(name: str, head: bytes) -> None:
    for magic, what in _OTHER_KINDS:
        if head.startswith(magic):
            raise InputError(f"{name} {what}.")
    if _PICKLE.match(head):
        raise InputError(
            f"{name} is a Python pickle, which can run code and is never read. "
            f"Save the table as CSV: {_IN_PANDAS}."
        )


def _refuse_other_text(name: str, text: str) -> None:
    if not text.strip():
        raise InputError(f"{name} is empty. Send a CSV with a header and one row for each case.")
    if "\0" in text or len(_CONTROL.findall(text)) > len(text) / 100:
        raise InputError(f"{name} is no text. Save the table as CSV.")
    if _MARKUP.match(text):
        raise InputError(f"{name} is a web page or XML. Save the table as CSV.")
    if _JSON.match(text):
        raise InputError(f"{name} looks like JSON. Save the table as CSV: {_IN_PANDAS}.")


def _guess_encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    start = head[:200]
    if 4 * start[1::2].count(0) > len(start):  # UTF-16 without its mark: every second byte of a letter is 0
        return "utf-16-le"
    if 4 * start[0::2].count(0) > len(start):
        return "utf-16-be"
    return "utf-8-sig"


def _scan(name: str, stream: BinaryIO, encoding: str, max_lines: int) -> tuple[int, str]:
    """Count lines and check every character; gives the count and the file's beginning."""
    # cp1252 leaves five bytes undefined; a table is not refused for one of them.
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace" if encoding == "cp1252" else "strict")
    stream.seek(0)
    n_lines, line_length, head = 0, 0, ""
    while True:
        chunk = stream.read(_CHUNK_BYTES)
        text = decoder.decode(chunk, final=not chunk)
        if not head:
            head = text[:_HEAD_CHARACTERS]
        first = text.find("\n")
        line_length += len(text) if first < 0 else first
        if line_length > MAX_TABLE_LINE_CHARACTERS:
            raise InputError(
                f"{name} has a line of more than {MAX_TABLE_LINE_CHARACTERS:,} characters. "
                "Send a CSV with one row a line."
            )
        if first >= 0:
            line_length = len(text) - text.rfind("\n") - 1
        n_lines += text.count("\n")
        if n_lines > max_lines:
            raise InputError(
                f"{name} has more than {max_lines:,} lines, which is the limit. "
                "Send fewer rows, for example every tenth."
            )
        if not chunk:
            return n_lines + (line_length > 0), head


def guess_separator(text: str) -> str:
    """Find the separator that cuts most of the first rows into equally many cells, at least two."""
    scores = {mark: _agreement(text, mark) for mark in SEPARATORS}
    best = max(scores.values())
    # A comma that is no separator can fit by chance ("1,5;2,5"), so nearly as good is as good.
    return next(mark for mark, score in scores.items() if score >= 0.95 * best) if best else ","


def is_spaced(text: str, separator: str) -> bool:
    """Say whether spaces separate the cells: each of most lines has several and a number or a date is among
    them, and `separator` cuts into one cell alone, or into some that are no numbers where spaces do better.
    """
    lines = [line for line in text.split("\n")[:_HEAD_ROWS] if line.strip()]
    body = lines[1:] or lines  # the first line may be a header
    by_spaces = [line.split() for line in body]
    usual = Counter(map(len, by_spaces)).most_common(1)[0][0] if body else 1
    if usual < 2:
        return False
    by_mark = [line.split(separator) for line in body]
    if 2 * sum(len(cells) > 1 for cells in by_mark) < len(body):
        return 2 * sum(any(map(_is_value, cells)) for cells in by_spaces) > len(body)
    return all(all(map(_is_value, cells)) for cells in by_spaces) and not all(
        all(map(_is_value, cells)) for cells in by_mark
    )


def _is_value(cell: str) -> bool:
    return not cell.strip() or is_number_or_date(cell.strip())


def _agreement(text: str, separator: str) -> float:
    """Give the share of rows that have the usual number of cells; the header's word counts for half."""
    lines = io.StringIO(text, newline="")
    counts = []
    try:
        for cells in csv.reader(lines, delimiter=separator, skipinitialspace=True):
            if any(cells):
                counts.append(len(cells))
            if len(counts) > _HEAD_ROWS:
                break
    except csv.Error:
        pass  # what came before it tells enough
    if len(counts) > 2 and len(counts) <= _HEAD_ROWS and len(text) == _HEAD_CHARACTERS:
        counts.pop()  # the text ends in the middle of this row
    n_cells, n_rows = Counter(counts).most_common(1)[0] if counts else (1, 0)
    if n_cells < 2:
        return 0.0
    # A header may be one cell short (R's row names) or one too long, but a header of one cell was not cut.
    is_header_cut = counts[0] >= 2 and abs(counts[0] - n_cells) <= 1
    return (1.0 if is_header_cut else 0.5) * n_rows / len(counts)
