"""The films a model knows: ids, titles, years, genres, and how many ratings each has.

Films are named inside by their place in the catalogue, 0 to n - 1, which is also their row in the model's
arrays. The catalogue travels in the artifact as a gzipped CSV that anyone can open; reading the 9,066 films
of MovieLens small takes about 20 ms and no pandas.

    catalogue = build_catalogue(frame)       # one row per film
    data = catalogue_to_bytes(catalogue)     # the artifact's catalogue.csv.gz
    catalogue_from_bytes(data).label(0)      # "Toy Story (1995)"
"""

import csv
import gzip
import io
import zlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shared.collab.titles import split_title
from shared.limits import MAX_CATALOGUE_MB, MB

if TYPE_CHECKING:
    import pandas as pd

CATALOGUE_FILE = "catalogue.csv.gz"
COLUMNS = ("movie_id", "title", "aliases", "year", "genres", "n_ratings", "mean_rating")
NO_GENRES = "(no genres listed)"
_JOINT = "|"  # between the genres, and between the aliases, of one film; no title has it


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The films in the order of the model's rows. Compared, and cached, by identity.

    Attributes:
        movie_ids: (n,) int64, MovieLens' ids, or the visitor's own.
        titles: as people read them: "The Matrix", not "Matrix, The".
        years: (n,) int64, 0 where the year is unknown.
        genres: a tuple per film, empty where none is listed.
        n_ratings: (n,) int64, how many training ratings each film has.
        mean_ratings: (n,) float64, their mean in stars; NaN where there is none.
        aliases: a tuple per film of its other titles.
    """

    movie_ids: np.ndarray
    titles: list[str]
    years: np.ndarray
    genres: list[tuple[str, ...]]
    n_ratings: np.ndarray
    mean_ratings: np.ndarray
    aliases: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        set_field = object.__setattr__  # the dataclass is frozen from here on
        for name, kind in (("movie_ids", "i8"), ("years", "i8"), ("n_ratings", "i8"), ("mean_ratings", "f8")):
            set_field(self, name, np.asarray(getattr(self, name), dtype=kind))
        if not self.aliases:
            set_field(self, "aliases", [()] * len(self.titles))
        lengths = {name: len(getattr(self, name)) for name in self.__dataclass_fields__}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"The columns of a catalogue must be equally long, not {lengths}.")
        if len(self._places) != len(self):
            repeated = Counter(self.movie_ids.tolist()).most_common(1)[0][0]
            raise ValueError(f"Film {repeated} is in the catalogue more than once.")

    def __len__(self) -> int:
        return len(self.titles)

    def index_of(self, movie_id: int) -> int | None:
        """Find a film's place by its id; None when the catalogue does not have it."""
        return self._places.get(movie_id)

    def label(self, index: int) -> str:
        """Name a film for people: "Heat (1995)". No two films have the same label."""
        label = self._plain_label(index)
        if self._label_owners[label] == index:
            return label
        return f"{label}, no. {self.movie_ids[index]}"

    def is_named(self, index: int) -> bool:
        """Say whether the film's title is known; a film without one is not searched for or matched."""
        return bool(self.titles[index] != untitled(int(self.movie_ids[index])))

    @cached_property
    def _places(self) -> dict[int, int]:
        return {movie_id: at for at, movie_id in enumerate(self.movie_ids.tolist())}

    @cached_property
    def _label_owners(self) -> dict[str, int]:
        """Give each plain label to the most-rated film of those that share it."""
        owners: dict[str, int] = {}
        for index in np.argsort(-self.n_ratings, kind="stable").tolist():
            owners.setdefault(self._plain_label(index), index)
        return owners

    def _plain_label(self, index: int) -> str:
        year = int(self.years[index])
        return f"{self.titles[index]} ({year})" if year else self.titles[index]


def untitled(movie_id: int) -> str:
    """Name a film whose title is missing in the data."""
    return f"Untitled film {movie_id}"


def build_catalogue(frame: "pd.DataFrame") -> Catalogue:
    """Build the catalogue from one row per film, in the order of the rows.

    Args:
        frame: columns movie_id, title (as MovieLens writes it), year (may be NaN), genres ("Drama|Romance"),
            n_ratings, mean_rating.

    Raises:
        ValueError: a column is missing, or a film is there twice.
    """
    if missing := [name for name in COLUMNS if name != "aliases" and name not in frame.columns]:
        raise ValueError(f"The table of films lacks the columns {', '.join(missing)}.")
    known = frame["title"].notna()
    names = [
        split_title(str(title)) if is_known and str(title).strip() else (untitled(int(movie_id)), ())
        for movie_id, title, is_known in zip(frame["movie_id"], frame["title"], known, strict=True)
    ]
    return Catalogue(
        movie_ids=frame["movie_id"].to_numpy(),
        titles=[title for title, _ in names],
        years=frame["year"].fillna(0).to_numpy(),
        genres=[_split(genres) for genres in frame["genres"].fillna("").astype(str)],
        n_ratings=frame["n_ratings"].to_numpy(),
        mean_ratings=frame["mean_rating"].to_numpy(dtype="f8"),
        aliases=[aliases for _, aliases in names],
    )


def catalogue_to_bytes(catalogue: Catalogue) -> bytes:
    """Write the catalogue as a gzipped CSV; the same catalogue gives the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        zip(
            catalogue.movie_ids.tolist(),
            catalogue.titles,
            (_JOINT.join(aliases) for aliases in catalogue.aliases),
            catalogue.years.tolist(),
            (_JOINT.join(genres) for genres in catalogue.genres),
            catalogue.n_ratings.tolist(),
            (f"{mean:.4g}" for mean in catalogue.mean_ratings.tolist()),
            strict=True,
        )
    )
    return gzip.compress(text.getvalue().encode(), mtime=0)


def catalogue_from_bytes(data: bytes) -> Catalogue:
    """Read what `catalogue_to_bytes` wrote.

    Raises:
        ValueError: the bytes are something else, are damaged, or unpack to more than MAX_CATALOGUE_MB.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(MAX_CATALOGUE_MB * MB + 1)
        if len(unpacked) > MAX_CATALOGUE_MB * MB:
            raise ValueError(f"it unpacks to more than {MAX_CATALOGUE_MB} MB")
        rows = csv.reader(io.StringIO(unpacked.decode(), newline=""))
        header = tuple(next(rows, ()))
        columns = list(zip(*rows, strict=True))
    except (OSError, EOFError, zlib.error, csv.Error, ValueError) as error:
        raise ValueError(f"This is no catalogue of films, or it is damaged: {error}.") from error
    if header != COLUMNS or (columns and len(columns) != len(COLUMNS)):
        raise ValueError(f"A catalogue of films has the columns {', '.join(COLUMNS)}.")
    ids, titles, aliases, years, genres, n_ratings, means = columns or [()] * len(COLUMNS)
    return Catalogue(
        movie_ids=np.array(ids, dtype="i8"),
        titles=list(titles),
        years=np.array(years, dtype="i8"),
        genres=_split_all(genres),
        n_ratings=np.array(n_ratings, dtype="i8"),
        mean_ratings=np.array(means, dtype="f8"),
        aliases=_split_all(aliases),
    )


def read_catalogue(path: Path) -> Catalogue:
    """Read the catalogue file of an artifact.

    Raises:
        ValueError: as `catalogue_from_bytes`.
        OSError: there is no such file.
    """
    return catalogue_from_bytes(path.read_bytes())


def _split(joined: str) -> tuple[str, ...]:
    return tuple(part for part in joined.split(_JOINT) if part and part != NO_GENRES)


def _split_all(joined: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Split every film's genres or aliases; most texts occur often, so each is split once."""
    parts = {text: _split(text) for text in set(joined)}
    return [parts[text] for text in joined]
