"""From a table of text to ratings: which export it is, which columns count, and what each row says.

rows, kind, notes = read_rows(table)
kind            # "a Letterboxd export"
rows[0].stars   # 4.5, or None with rows[0].problem saying why
"""

import re
from dataclasses import dataclass

from shared.collab.answers import WrittenRow
from shared.collab.import_files import Table
from shared.collab.ratings_input import ALLOWED, check_stars, shown_text, shown_value
from shared.collab.titles import split_year
from shared.errors import InputError
from shared.limits import MAX_TITLE_CHARACTERS

_TITLES = ("title", "name", "film", "movie", "movie title", "film title")
_YEARS = ("year", "release year")
_RATINGS = ("rating", "your rating", "my rating", "stars", "score")
_IDS = ("movie_id", "movieid", "movie id")
_USERS = ("userid", "user_id", "user id", "user")
_IMDB_RATINGS = ("your rating", "you rated")
_EXPECTED = (
    "Letterboxd's ratings.csv has Name, Year and Rating; IMDb's has Title, Year and Your Rating; MovieLens' "
    "has movieId and rating; any other CSV needs title and rating, and year if there is one"
)
_NOT_FILMS = frozenset(
    ["tvseries", "tvminiseries", "tvepisode", "videogame", "musicvideo", "podcastseries", "podcastepisode"]
)
_NO_FILM = "This is no film but "
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_YEAR = re.compile(r"\b(?:18|19|20)\d\d\b", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One rating as written, and what it means; `problem` says why `stars` is None."""

    line: int
    title: str = ""
    year: int = 0
    written: str = ""
    stars: float | None = None
    problem: str = ""
    movie_id: int | None = None
    also: tuple[str, ...] = ()

    def as_written(self) -> WrittenRow:
        """Give what the visitor recognises the row by."""
        title = self.title or (f"Film number {self.movie_id}" if self.movie_id is not None else "")
        return {"row": self.line, "title": title, "year": self.year or None, "rating": self.written}


@dataclass(frozen=True)
class _Layout:
    """Which export it is and where its columns are; None where there is none."""

    kind: str
    rating: int
    title: int | None = None
    year: int | None = None
    movie_id: int | None = None
    original_title: int | None = None
    title_type: int | None = None
    of_ten: bool = False


def read_rows(table: Table) -> tuple[list[Row], str, list[str]]:
    """Read every row of an export.

    Returns:
        The rows in their order, what kind of export it is, and notes.

    Raises:
        InputError: the columns are those of no export, or it holds the ratings of several people.
    """
    layout = _find_layout(table)
    _refuse_many_users(table)
    rows = [_read_row(line, cells, len(table.columns), layout) for line, cells in table.rows]
    notes = ["IMDb's 1 to 10 were halved to 0.5 to 5 stars."] if layout.of_ten else []
    if n_others := sum(row.problem.startswith(_NO_FILM) for row in rows):
        notes.append(f"No films, so not matched: {n_others:,} (series, episodes, games).")
    return rows, layout.kind, notes


def _find_layout(table: Table) -> _Layout:
    def place(*names: str) -> int | None:
        for name in names:
            if table.columns.count(name) > 1:
                raise InputError(
                    f"{table.name} has two columns called {shown_text(name)}. Remove one of them."
                )
            if name in table.columns:
                return table.columns.index(name)
        return None

    title, year, rating = place(*_TITLES), place(*_YEARS), place(*_RATINGS)
    if place(*_IMDB_RATINGS) is not None or place("const") is not None:
        rating = place(*_IMDB_RATINGS)
        _require(table, "an IMDb export", {"Title": place("title"), "Year": year, "Your Rating": rating})
        assert rating is not None  # _require saw to it
        return _Layout(
            "an IMDb export",
            rating,
            place("title"),
            year,
            original_title=place("original title"),
            title_type=place("title type"),
            of_ten=True,
        )
    if place("letterboxd uri") is not None:
        _require(table, "a Letterboxd export", {"Name": place("name"), "Year": year, "Rating": rating})
        assert rating is not None  # _require saw to it
        return _Layout("a Letterboxd export", rating, place("name"), year)
    movie_id = place(*_IDS)
    if rating is not None and movie_id is not None:
        return _Layout("a MovieLens export", rating, place("title"), year, movie_id)
    if rating is not None and title is not None:
        return _Layout("a list of titles and ratings", rating, title, year)
    raise InputError(
        f"{table.name} has the columns {_list_columns(table)}, which is no export known here. {_EXPECTED}."
    )


def _require(table: Table, kind: str, needed: dict[str, int | None]) -> None:
    if missing := [name for name, place in needed.items() if place is None]:
        raise InputError(
            f"{table.name} looks like {kind}, but lacks {' and '.join(missing)}. "
            f"It needs {', '.join(needed)}: send the file of ratings as it was exported."
        )


def _list_columns(table: Table) -> str:
    return shown_text(", ".join(column for column in table.columns if column)) or "without names"


def _refuse_many_users(table: Table) -> None:
    for name in _USERS:
        if name in table.columns:
            at = table.columns.index(name)
            n_users = len({cells[at] for _, cells in table.rows if at < len(cells)})
            if n_users > 1:
                raise InputError(f"{table.name} holds the ratings of {n_users:,} people. Send those of one.")


def _read_row(line: int, cells: list[str], n_columns: int, layout: _Layout) -> Row:
    def cell(at: int | None) -> str:
        return cells[at] if at is not None and at < len(cells) else ""

    title, year = cell(layout.title), _read_year(cell(layout.year))
    if not year:
        title, year = split_year(title)
    number = cell(layout.movie_id).removesuffix(".0")
    movie_id = int(number) if _WHOLE.fullmatch(number) else None
    written = cell(layout.rating)
    original = cell(layout.original_title)
    stars, problem = None, ""
    kind = cell(layout.title_type).casefold().replace(" ", "").replace("-", "")
    if any(cells[n_columns:]):
        problem = "The row has more cells than the header. Put titles with commas in quotation marks."
    elif "\n" in title or "\r" in title or "\n" in written:
        n_lines = 1 + title.count("\n") + written.count("\n")
        problem = f"The row runs over {n_lines:,} lines. A quotation mark may not be closed."
    elif kind in _NOT_FILMS:
        problem = f"{_NO_FILM}of the type {shown_text(cell(layout.title_type))}."
    elif not title and movie_id is None:
        problem = "The row has no title."
    else:
        stars, problem = _read_stars(written, of_ten=layout.of_ten)
    return Row(
        line=line,
        title=" ".join(title.split())[:MAX_TITLE_CHARACTERS],
        year=year,
        written=shown_text(written),
        stars=stars,
        problem=problem,
        movie_id=movie_id,
        also=(original,) if original and original != title else (),
    )


def _read_year(text: str) -> int:
    found = _YEAR.search(text)
    return int(found[0]) if found else 0


def _read_stars(written: str, *, of_ten: bool) -> tuple[float | None, str]:
    """Read a rating cell: the stars, or the reason why there are none."""
    if not written:
        return None, "The row has no rating."
    if not _NUMBER.fullmatch(written):
        allowed = "whole numbers from 1 to 10" if of_ten else ALLOWED
        return None, f"{shown_value(written)} is not a rating here: use {allowed}."
    number = float(written.replace(",", "."))
    if of_ten:
        if number not in range(1, 11):
            return None, f"{number:g} is not a rating of IMDb: use whole numbers from 1 to 10."
        return number / 2, ""
    try:
        return check_stars(number), ""
    except InputError as error:
        return None, str(error)
