"""A CSV of ratings to train on, under any of the usual column names: from the page or at the command line.

Every file is taken for what its bytes say, not its name; what cannot be read is refused with one sentence
that says why and what to give instead. Only the columns of user, item and rating are looked at, never a time.

    rows = read_csv(Path("my_ratings.csv"), max_rows=200_000)
    rows.frame                             # columns user, item, rating
    rows.is_cut, rows.notes                # whether there are more rows; what was decided on the way
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import InputError
from shared.limits import MAX_IMPORT_COLUMNS, MAX_RATINGS_FILE_MB, MAX_TRAINING_RATINGS
from shared.tables.number_columns import parse_numbers
from shared.tables.numbers import find_decimal_comma
from shared.tables.open_table import open_table
from shared.tables.rows import Row
from shared.tables.sniff import shown_name

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# The first name that a header has is taken.
COLUMN_NAMES = {
    "user": ("user", "user_id", "userid", "user id", "reader", "person"),
    "item": ("item", "item_id", "itemid", "movie_id", "movieid", "title", "movie", "film", "book", "name"),
    "rating": ("rating", "stars", "score"),
}
_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
_BATCH_ROWS = 1 << 12
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True, eq=False)
class RatingRows:
    """The rows of a CSV.

    Attributes:
        frame: columns user, item, rating; blank cells are missing, and rows blank in all three are left out.
            Users and items are whole numbers where all of them are; ratings are numbers where all are.
        is_cut: whether the file has more rows than were asked for.
        notes: what was decided on the way, one sentence each.
        lines: of the file, on which the rows end that the frame's index names.
    """

    frame: "pd.DataFrame"
    is_cut: bool
    notes: tuple[str, ...]
    lines: "array[int]"


def read_csv(path: Path, *, max_rows: int, name: str = "", as_written: bool = False) -> RatingRows:
    """Read the user, item and rating columns of a CSV.

    The file is read as a stream, and of each column every different cell is kept once: tens of millions of
    rows take little memory.

    Args:
        path: the file.
        max_rows: rows that are read.
        name: what messages call the file, its own name when empty.
        as_written: for a page, which shows what it understood: cells stay as they are written, but for
            decimal commas of ratings, and a header may lack.

    Raises:
        InputError: the file is empty, of another kind, or lacks a column.
    """
    import pandas as pd

    name = name or shown_name(path.name)
    with open_table(path, name, max_mb=MAX_RATINGS_FILE_MB, max_lines=2 * MAX_TRAINING_RATINGS) as opened:
        notes = opened.written.notes
        first = next(opened.rows, (0, []))
        names = [cell.strip().casefold() for cell in first[1]]
        rows: Iterable[Row] = opened.rows
        if as_written and len(names) >= 3 and _NUMBER.fullmatch(names[2]):
            rows = chain([first], rows)
            roles = dict(zip(COLUMN_NAMES, range(3), strict=True))
            notes += ("There is no header. The columns were read as user, item, rating.",)
        else:
            roles = _find_columns(name, names)
        lines = array("i")
        columns = {role: _Column() for role in COLUMN_NAMES}
        n_needed = max(roles.values()) + 1
        wanted = islice(rows, max_rows + 1)
        while batch := list(islice(wanted, _BATCH_ROWS)):
            lines.extend(map(itemgetter(0), batch))
            rows_of_cells = list(map(itemgetter(1), batch))
            if min(map(len, rows_of_cells)) < n_needed:
                rows_of_cells = [cells + [""] * (n_needed - len(cells)) for cells in rows_of_cells]
            for role, at in roles.items():
                columns[role].add(map(itemgetter(at), rows_of_cells))
    frame = pd.DataFrame({role: column.read(role, as_written) for role, column in columns.items()})
    return RatingRows(frame.dropna(how="all"), len(lines) > max_rows, notes, lines)


class _Column:
    """A column whose different cells are kept once."""

    def __init__(self) -> None:
        self._places: defaultdict[str, int] = defaultdict(count().__next__)
        self._codes = array("i")

    def add(self, cells: Iterable[str]) -> None:
        self._codes.extend(map(self._places.__getitem__, cells))

    def read(self, role: str, as_written: bool) -> "pd.Series":
        """Give the cells: numbers where all of them are and they are not wanted as written, else text."""
        import numpy as np
        import pandas as pd

        written = [cell.strip() for cell in self._places]
        if role == "rating":
            values = _read_stars(written, as_written)
        elif not as_written and written and all(map(_WHOLE.fullmatch, written)):
            values = np.array(list(map(int, written)))
        else:
            values = np.array([cell or None for cell in written], dtype=object)
        column = values[np.frombuffer(self._codes, dtype=np.int32)] if written else values
        return pd.Series(column, dtype=None if column.dtype != object else "str")


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


def _read_stars(written: list[str], as_written: bool) -> "np.ndarray":
    """Read ratings: 4,5 is four and a half where they are written so."""
    import numpy as np

    comma = bool(find_decimal_comma(written))
    numbers, units = parse_numbers(written, decimal_comma=comma)
    is_number = np.isfinite(numbers)
    are_numbers = all(good or not cell for cell, good in zip(written, is_number, strict=True))
    if not as_written and not units and are_numbers:
        return numbers
    texts = [
        cell.replace(",", ".") if comma and good else cell
        for cell, good in zip(written, is_number, strict=True)
    ]
    return np.array([text or None for text in texts], dtype=object)
