"""A visitor's own ratings to train on: one CSV with a user, an item and a rating in each row.

The file is read as it is, whatever wrote it: comma, semicolon or tab, decimal comma, UTF-8, UTF-16 or
Latin-1, with a header or without. What was understood comes back beside the table, so that a page can show it
before any fit.

    own = read_own_ratings("ratings.csv")
    own.facts.n_users, own.facts.mean          # 671, 3.54
    own.table                                  # a RatingsTable, ready for shared.collab.train
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared.collab.data import RatingsTable, table_from_frame
from shared.collab.ratings_files import RatingRows, read_csv
from shared.collab.stars import HIGHEST_STARS, LOWEST_STARS
from shared.errors import InputError
from shared.limits import (
    MAX_ERROR_VALUE_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_UPLOADED_ITEMS,
    MAX_UPLOADED_RATINGS,
    MAX_UPLOADED_RATINGS_MB,
    MAX_UPLOADED_USERS,
    MB,
)
from shared.words import count

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "own ratings"  # in the model card; the file's name stays with the visitor
MIN_RATINGS = 50  # fewer say nothing about anybody's taste
N_EXAMPLES = 4


@dataclass(frozen=True)
class RatingFacts:
    """What was understood of a file.

    Attributes:
        n_ratings: ratings that count; of the same user and item only the last one does.
        n_users: different users.
        n_items: different items.
        mean: of the ratings, in stars.
        examples: the first rows as (user, item, rating).
        notes: what was decided on the way, one sentence each.
    """

    n_ratings: int
    n_users: int
    n_items: int
    mean: float
    examples: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class OwnRatings:
    """A visitor's ratings, and what was understood of their file."""

    table: RatingsTable
    facts: RatingFacts


def read_own_ratings(path: str | Path) -> OwnRatings:
    """Read a CSV of users, items and ratings.

    Raises:
        InputError: the file is gone, too large, no table of ratings, or too small to learn from.
    """
    path = Path(path)
    _check_size(path)
    rows = read_csv(path, max_rows=MAX_UPLOADED_RATINGS, name="This file", as_written=True)
    if rows.is_cut:
        raise InputError(
            f"This file has more than {MAX_UPLOADED_RATINGS:,} ratings. Send a part of them, or "
            "train at the command line."
        )
    frame = rows.frame.dropna()
    notes = list(rows.notes)
    if n_incomplete := len(rows.frame) - len(frame):
        notes.append(
            count(n_incomplete, "row lacks", "rows lack") + " a user, an item or a rating: left out."
        )
    stars = _read_stars(rows, frame["rating"])
    if len(stars) < MIN_RATINGS:
        raise InputError(
            f"{count(len(stars), 'rating is', 'ratings are')} too few to learn from. Send at least "
            f"{MIN_RATINGS}."
        )
    users, items = (frame[name].str[:MAX_TITLE_CHARACTERS] for name in ("user", "item"))
    are_ids = items.str.fullmatch("[0-9]{1,18}").all()  # anything else is a title
    table = table_from_frame(
        frame.assign(user=users, item=items.astype("int64") if are_ids else items, rating=stars),
        source=SOURCE,
    )
    if table.n_users > MAX_UPLOADED_USERS or table.n_films > MAX_UPLOADED_ITEMS:
        raise InputError(
            f"There are {table.n_users:,} users and {table.n_films:,} items. Send at most "
            f"{MAX_UPLOADED_USERS:,} users and {MAX_UPLOADED_ITEMS:,} items."
        )
    if n_repeated := len(stars) - len(table):
        notes.append(count(n_repeated, "row rates", "rows rate") + " an item again. The last one counts.")
    facts = RatingFacts(
        n_ratings=len(table),
        n_users=table.n_users,
        n_items=table.n_films,
        mean=float(table.stars.mean()),
        examples=tuple(
            (user, item, f"{star:g}")
            for user, item, star in zip(users[:N_EXAMPLES], items, stars, strict=False)
        ),
        notes=tuple(notes),
    )
    return OwnRatings(table, facts)


def _check_size(path: Path) -> None:
    try:
        n_bytes = path.stat().st_size
    except OSError as error:
        raise InputError("The file is no longer here. Upload it again.") from error
    if n_bytes > MAX_UPLOADED_RATINGS_MB * MB:
        raise InputError(
            f"This file is larger than {MAX_UPLOADED_RATINGS_MB} MB. Send a part of the ratings, "
            f"at most {MAX_UPLOADED_RATINGS:,}."
        )


def _read_stars(rows: RatingRows, written: "pd.Series") -> "pd.Series":
    import pandas as pd

    stars = pd.to_numeric(written, errors="coerce").astype(float)
    wrong = ~stars.between(LOWEST_STARS, HIGHEST_STARS)
    if wrong.any():
        row = wrong.idxmax()
        shown = written[row][:MAX_ERROR_VALUE_CHARACTERS]
        raise InputError(
            f'Line {rows.lines[row]}: the rating "{shown}" is not a number '
            f"from {LOWEST_STARS} to {HIGHEST_STARS:g} stars. Change such rows, or remove them."
        )
    return stars
