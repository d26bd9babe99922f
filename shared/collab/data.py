"""Ratings to train on: MovieLens small from a package, a GroupLens archive, or anybody's own CSV.

Inside, users and films are numbered 0, 1, 2, ... in the order of their ids; the ids of users go no further
than this module, and no timestamp is ever read.

    table = read_ratings()                                  # MovieLens small
    table = read_ratings("ml-25m.zip")                      # a GroupLens archive, by path or URL
    table = read_ratings("my_ratings.csv")                  # columns user,item,rating
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn
from urllib.parse import urlparse

import numpy as np

from shared.collab.catalogue import Catalogue, build_catalogue
from shared.collab.import_files import ZIP_MAGIC
from shared.collab.ratings_archive import YEAR_AT_END, download, read_archive
from shared.collab.ratings_files import read_csv
from shared.collab.stars import HIGHEST_STARS, LOWEST_STARS
from shared.datasets.movielens import load_movielens
from shared.errors import InputError
from shared.limits import MAX_ERROR_VALUE_CHARACTERS, MAX_TRAINING_RATINGS
from shared.tables.sniff import shown_name
from shared.words import count

if TYPE_CHECKING:
    import pandas as pd

PACKAGED = "movielens-small"


@dataclass(frozen=True, eq=False)
class RatingsTable:
    """Ratings as three equally long arrays, and the films they are about.

    Attributes:
        users: (n,) user numbers, 0 to n_users - 1.
        films: (n,) places in the catalogue.
        stars: (n,) float64.
        catalogue: all films, with counts and means over these ratings.
        n_users: number of users, those without a rating left included.
        source: where the ratings come from, for the model card.
    """

    users: np.ndarray
    films: np.ndarray
    stars: np.ndarray
    catalogue: Catalogue
    n_users: int
    source: str = PACKAGED

    def __len__(self) -> int:
        return len(self.stars)

    @property
    def n_films(self) -> int:
        """Number of films in the catalogue, rated here or not."""
        return len(self.catalogue)

    def take(self, rows: np.ndarray) -> "RatingsTable":
        """Keep some ratings; users and films keep their numbers, and the films' counts are counted anew."""
        films, stars = self.films[rows], self.stars[rows]
        n_ratings, means = _count(films, stars, self.n_films)
        catalogue = replace(self.catalogue, n_ratings=n_ratings, mean_ratings=means)
        return replace(self, users=self.users[rows], films=films, stars=stars, catalogue=catalogue)

    def by_user(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield (rows, films, stars) of each user who has ratings."""
        order = np.argsort(self.users, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(self.users[order])) + 1):
            if len(rows):
                yield rows, self.films[rows], self.stars[rows]


def read_ratings(source: str | Path | None = None, *, max_rows: int = MAX_TRAINING_RATINGS) -> RatingsTable:
    """Read ratings from the packaged set (None), a CSV, or a GroupLens archive by path or URL.

    Args:
        source: None or PACKAGED; a path; or an address that begins with http.
        max_rows: a file with more ratings is refused.

    Raises:
        InputError: the file is missing, is no table of ratings, or is too large.
    """
    if source is None or str(source) == PACKAGED:
        return _packaged()
    url = urlparse(str(source))
    if url.scheme in ("http", "https"):
        name = shown_name(url.path)  # no more of the address: it may hold a key, and goes into the model card
        return _from_archive(io.BytesIO(download(str(source))), name, max_rows)
    path = Path(source)
    name = shown_name(path.name)
    if not path.is_file():
        raise InputError(f'There is no file "{name}"; give the path of a CSV or of a GroupLens zip.')
    with path.open("rb") as file:
        is_archive = file.read(4).startswith(ZIP_MAGIC)
        file.seek(0)
        if is_archive:
            return _from_archive(file, name, max_rows)
    rows = read_csv(path, max_rows=max_rows)
    if rows.is_cut:
        raise InputError(f"{name} has more than {max_rows:,} rows. Train on a part of them.")
    if not len(rows.frame):
        raise InputError(f"{name} has a header but no ratings under it.")
    return table_from_frame(rows.frame, source=name)


def table_from_frame(
    ratings: "pd.DataFrame", films: "pd.DataFrame | None" = None, *, source: str = "own ratings"
) -> RatingsTable:
    """Number the users and films of a frame of ratings.

    Args:
        ratings: columns user, item, rating, one row a rating; of the same user and item the last one counts.
        films: columns movie_id, title, year, genres; without it the items themselves are the titles.
        source: named in the model card.

    Raises:
        InputError: a rating is no number between 0.5 and 5, or there is too little to learn from.
    """
    import pandas as pd

    if len(ratings) > MAX_TRAINING_RATINGS:
        raise InputError(f"There are more than {MAX_TRAINING_RATINGS:,} ratings; train on a part of them.")
    ratings = ratings.assign(user=_tidy_ids(ratings["user"]), item=_tidy_ids(ratings["item"]))
    if unnamed := int(ratings[["user", "item"]].isna().any(axis=1).sum()):
        raise InputError(
            f"The user or the item is missing in {count(unnamed, 'row')}; fill in or remove them."
        )
    stars = pd.to_numeric(ratings["rating"], errors="coerce")
    wrong = ~stars.between(LOWEST_STARS, HIGHEST_STARS)
    if wrong.any():
        _refuse_rating(*(ratings.loc[wrong, name].iloc[0] for name in ("item", "rating")))
    ratings = ratings.assign(rating=stars.astype(float)).drop_duplicates(["user", "item"], keep="last")
    users, user_ids = ratings["user"].factorize(sort=True)
    items, item_ids = ratings["item"].factorize(sort=True)
    if len(user_ids) < 2 or len(item_ids) < 2:
        raise InputError("Ratings of at least two users and two items are needed to learn from.")
    values = ratings["rating"].to_numpy()
    if films is None:
        films = _films_from_items(item_ids)
    else:
        films = films.drop_duplicates("movie_id").set_index("movie_id").reindex(item_ids)
        films = films.rename_axis("movie_id").reset_index()
    n_ratings, means = _count(items, values, len(item_ids))
    catalogue = build_catalogue(films.assign(n_ratings=n_ratings, mean_rating=means))
    return RatingsTable(users, items, values, catalogue, len(user_ids), source)


def _from_archive(file: IO[bytes], name: str, max_rows: int) -> RatingsTable:
    ratings, films, called = read_archive(file, name, max_rows=max_rows)
    return table_from_frame(ratings, films, source=called)


def _tidy_ids(ids: "pd.Series") -> "pd.Series":
    """Ids as whole numbers where all of them are, otherwise as text; what is blank is missing."""
    import pandas as pd

    kind = ids.dtype
    if pd.api.types.is_signed_integer_dtype(kind):
        return ids
    if pd.api.types.is_float_dtype(kind):  # whole numbers with gaps are read as 1.0, 2.0, NaN
        known = ids.dropna()
        if len(known) == len(ids) and (known % 1 == 0).all() and (known.abs() < 2**53).all():
            return ids.astype("int64")
    text = ids.astype("str").str.strip()
    return text.mask(ids.isna() | (text == ""))


def _refuse_rating(item: object, value: object) -> NoReturn:
    """Name the first wrong rating, its film, and what to do; never the person."""
    film, rating = (str(text).strip()[:MAX_ERROR_VALUE_CHARACTERS] for text in (item, value))
    if rating in ("", "nan", "None"):
        raise InputError(f'A rating of "{film}" is empty; fill in or remove such rows.')
    raise InputError(
        f'The rating "{rating}" of "{film}" is not between {LOWEST_STARS} and {HIGHEST_STARS:g} stars; '
        "change such rows (halve a scale of 1 to 10) or remove them."
    )


def _films_from_items(item_ids: "pd.Index") -> "pd.DataFrame":
    """Make a table of films out of bare items: numbers stay ids, texts become titles."""
    import pandas as pd

    titles = pd.Series(item_ids.astype(str))
    years = titles.str.extract(YEAR_AT_END, expand=False)
    is_number = pd.api.types.is_integer_dtype(item_ids.dtype)
    return pd.DataFrame(
        {
            "movie_id": item_ids if is_number else np.arange(1, len(item_ids) + 1),
            "title": ("Item " + titles) if is_number else titles.str.replace(YEAR_AT_END, "", regex=True),
            "year": pd.to_numeric(years, errors="coerce"),
            "genres": "",
        }
    )


def _count(films: np.ndarray, stars: np.ndarray, n_films: int) -> tuple[np.ndarray, np.ndarray]:
    """(n_films,) number of ratings and (n_films,) mean stars, NaN without ratings."""
    n_ratings = np.bincount(films, minlength=n_films)
    with np.errstate(invalid="ignore"):
        means = np.bincount(films, stars, minlength=n_films) / n_ratings
    return n_ratings, means


def _packaged() -> RatingsTable:
    """Read MovieLens small."""
    ratings, films = load_movielens()
    return table_from_frame(ratings, films, source=PACKAGED)
