r"""Open a file, or a text, as rows of cells: what every reader of a visitor's table begins with.

    with open_table(b"size;price\n50;1,5\n70;2,5\n", "flats.csv") as opened:
        opened.written.separator        # ";"
        list(opened.rows)               # [(1, ["size", "price"]), (2, ["50", "1,5"]), (3, ["70", "2,5"])]

What is no table, whatever its name says, is refused here, in one sentence: a picture, a workbook, a pickle, a
web page; a row whose quotation mark is not closed, while the rows pass by.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike

from shared.limits import MAX_TABLE_LINES, MAX_TABLE_MB
from shared.tables.rows import Row, iterate_rows
from shared.tables.sniff import Written, open_bytes, shown_name, sniff

Source = bytes | str | PathLike[str]


@dataclass(frozen=True)
class OpenTable:
    """A file that is open.

    Attributes:
        name: what messages call it.
        written: how it is written.
        rows: one after the other, the header among them, blank ones left out; read while the file is open.
    """

    name: str
    written: Written
    rows: Iterator[Row]


@contextmanager
def open_table(
    source: Source,
    name: str = "",
    *,
    separator: str | None = None,
    may_be_spaced: bool = False,
    max_mb: int = MAX_TABLE_MB,
    max_lines: int = MAX_TABLE_LINES,
) -> Iterator[OpenTable]:
    """Open a table, and find out how it is written.

    Args:
        source: the file's bytes, or its path.
        name: what it is called where it comes from.
        separator: between cells; None to find out.
        may_be_spaced: whether spaces may separate cells, as in what people paste.
        max_mb: of the file.
        max_lines: of the file.

    Raises:
        InputError: the file is no table, is damaged, or is over a limit.
    """
    shown = shown_name(source, name)
    with open_bytes(shown, source, max_mb=max_mb) as stream:
        written = sniff(shown, stream, separator=separator, may_be_spaced=may_be_spaced, max_lines=max_lines)
        stream.seek(0)
        errors = "replace" if written.encoding == "cp1252" else "strict"
        with io.TextIOWrapper(stream, encoding=written.encoding, errors=errors, newline="") as lines:
            if written.has_separator_line:
                next(lines)
            before = int(written.has_separator_line)
            rows = iterate_rows(shown, lines, written.separator, lines_before=before)
            yield OpenTable(shown, written, rows)


def encode_text(text: str) -> bytes:
    """Give the bytes of a text, pasted or sent as JSON, which may hold halves of characters."""
    return text.encode("utf-8", errors="replace")
