"""A CSV of ratings to train on, under any of the usual column names: from the page or at the command line.

Every file is taken for what its bytes say, not its name; what cannot be read is refused with one sentence
that says why and what to give instead. Only the columns of user, item and rating are looked at, never a time.

    rows = read_csv(Path("my_ratings.csv"), max_rows=200_000)
    rows.frame                             # columns user, item, rating
    rows.is_cut, rows.notes                # whether there are more rows; what was decided on the way
"""

import csv
import io
import re
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from shared.collab.import_files import SEPARATORS, decode_text, shown_name
from shared.errors import InputError
from shared.limits import MAX_IMPORT_COLUMNS, MAX_UPLOAD_MB, MB

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterable

    import pandas as pd

# The first name that a header has is taken.
COLUMN_NAMES = {
    "user": ("user", "user_id", "userid", "user id", "reader", "person"),
    "item": ("item", "item_id", "itemid", "movie_id", "movieid", "title", "movie", "film", "book", "name"),
    "rating": ("rating", "stars", "score"),
}
_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
_HEAD_BYTES = 1 << 16  # enough for a header and to tell what a file is


@dataclass(frozen=True, eq=False)
class RatingRows:
    """The rows of a CSV.

    Attributes:
        frame: columns user, item, rating; blank cells are missing, and rows blank in all three are left out.
        is_cut: whether the file has more rows than were asked for.
        notes: what was decided on the way, one sentence each.
    """

    frame: "pd.DataFrame"
    is_cut: bool
    notes: tuple[str, ...]
    _text: str
    _header: "_Header"

    def line_of(self, row: int) -> int:
        """Find the line, from 1, of a row that the frame's index names; for a file read `as_written`."""
        reader = _reader(_body(self._text, self._header), self._header.separator)
        rows = (reader.line_num for cells in reader if len(cells) > 1 or "".join(cells).strip())
        return self._header.end + next(islice(rows, row, None))


def read_csv(path: Path, *, max_rows: int, name: str = "", as_written: bool = False) -> RatingRows:
    """Read the user, item and rating columns of a CSV.

    Separator and encoding are found out for files up to MAX_UPLOAD_MB; larger ones must be UTF-8, and are
    never in memory as a whole.

    Args:
        path: the file.
        max_rows: rows that are read.
        name: what messages call the file, its own name when empty.
        as_written: for a page, which shows what it understood: cells stay as they are written, a header may
            lack, and a stray quotation mark is refused, not guessed. Only for files up to MAX_UPLOAD_MB.

    Raises:
        InputError: the file is empty, of another kind, or lacks a column.
    """
    import pandas as pd

    name = name or shown_name(path.name)
    try:
        is_small = path.stat().st_size <= MAX_UPLOAD_MB * MB
        with path.open("rb") as file:
            data = file.read() if is_small else file.read(_HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{name} cannot be opened ({error.strerror}). Check the file.") from error
    if not data.strip():
        raise InputError(f"{name} is empty. Give a CSV with the columns user, item and rating.")
    text, notes = decode_text(name, data, remedy="Save the table as CSV")
    header = _read_header(text)
    if as_written and len(header.names) >= 3 and _NUMBER.fullmatch(header.names[2]):
        header = header._replace(end=header.start)
        roles = dict(zip(COLUMN_NAMES, range(3), strict=True))
        notes += ("There is no header. The columns were read as user, item, rating.",)
    else:
        roles = _find_columns(name, header.names)
    try:
        if as_written and '"' in text:  # pandas takes a stray quotation mark, and rows with it
            for _ in _reader(_body(text, header), header.separator, strict=True):
                pass
        with _body(text, header) if is_small else _body(path, header) as body:
            frame = pd.read_csv(
                body,
                sep=header.separator,
                header=None,
                names=range(max(roles.values()) + 1),  # rows may be shorter than the header, or longer
                usecols=list(roles.values()),
                dtype=str if as_written else None,
                index_col=False,  # a separator at the end of each row shifts nothing
                nrows=max_rows + 1,
                keep_default_na=False,  # "NA", "None" and "Null" may be titles
                na_values=[""],
                skipinitialspace=True,
                low_memory=False,  # one type for the whole column
            )
    except (ValueError, csv.Error) as error:  # pandas' own errors and UnicodeDecodeError are ValueErrors
        raise InputError(
            f"{name} cannot be read as CSV: a quotation mark is not closed, or the rows have other columns "
            "than the header. Save it as CSV in UTF-8."
        ) from error
    is_cut = len(frame) > max_rows
    frame = frame.rename(columns={at: role for role, at in roles.items()})[list(COLUMN_NAMES)]
    if as_written:
        frame = frame.apply(lambda cells: cells.str.strip())
        frame = frame.mask(frame == "")
    frame = frame.dropna(how="all")
    if not pd.api.types.is_numeric_dtype(frame["rating"].dtype):  # perhaps a decimal comma: "4,5"
        frame["rating"] = frame["rating"].str.strip().str.replace(r"^(\d),(\d{1,2})$", r"\1.\2", regex=True)
    return RatingRows(frame, is_cut, notes if is_small else (), text if as_written else "", header)


class _Header(NamedTuple):
    """Where the first row that counts stands, and what it says."""

    start: int  # lines before it
    end: int  # lines before the rows
    separator: str
    names: list[str]  # in small letters


def _read_header(text: str) -> _Header:
    head = io.StringIO(text[:_HEAD_BYTES], newline="")
    for start, line in enumerate(head):
        if line.strip("\ufeff \r\n") and not line.lower().startswith("sep="):  # a line that Excel adds
            separator = max(SEPARATORS, key=line.count)
            reader = _reader(chain([line.lstrip("\ufeff")], head), separator)
            names = [cell.strip().casefold() for cell in next(reader, [])]
            return _Header(start, start + reader.line_num, separator, names)
    return _Header(0, 1, ",", [])


def _find_columns(name: str, header: list[str]) -> dict[str, int]:
    """Which column holds the user, the item and the rating."""
    if len(header) > MAX_IMPORT_COLUMNS:
        raise InputError(f"{name} has more than {MAX_IMPORT_COLUMNS} columns. Keep user, item and rating.")
    roles = {}
    for role, candidates in COLUMN_NAMES.items():
        found = next((candidate for candidate in candidates if candidate in header), None)
        if found is None:
            raise InputError(
                f'{name} has no column "{role}". Its first line must name the columns user, item and rating.'
            )
        if header.count(found) > 1:
            raise InputError(f'{name} has more than one column "{found}". Remove or rename the others.')
        roles[role] = header.index(found)
    return roles


def _body(source: str | Path, header: _Header) -> TextIO:
    """The rows of a text or a file, without what stands above them."""
    body: TextIO
    if isinstance(source, str):
        body = io.StringIO(source, newline="")
    else:
        body = source.open(encoding="utf-8-sig", newline="")
    for _ in range(header.end):
        body.readline()
    return body


def _reader(lines: "Iterable[str]", separator: str, *, strict: bool = False) -> "Reader":
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)
