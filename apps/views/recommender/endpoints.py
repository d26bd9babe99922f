"""The endpoints that programs call: plain JSON in and out, for Python, TypeScript and assistants (MCP).

    client = Client("http://127.0.0.1:7860")
    client.predict([{"title": "Heat (1995)", "rating": 4.5}], api_name="/recommend")

The functions' docstrings are the documentation that callers see. Nothing is kept between two calls.
"""

from math import ceil
from pathlib import Path
from typing import Any, TypedDict

import gradio as gr

from shared.collab import imports
from shared.collab.answers import (
    Biases,
    Explanation,
    Film,
    MatchedRow,
    PredictedFilm,
    Rated,
    Recommended,
    SimilarFilm,
    UnmatchedRow,
)
from shared.collab.model import Recommender
from shared.collab.numbers import check_whole
from shared.collab.ratings_input import parse_ratings, shown_value
from shared.collab.search import search_titles
from shared.errors import InputError
from shared.limits import MAX_IMPORT_MB, MAX_LISTED_FILMS, MAX_RATINGS, MAX_TITLE_CHARACTERS, MB
from shared.ui.endpoint import add_endpoint, add_file_endpoint

ORDERS = ("list", "stars")


class Recommendation(Recommended):
    """A list of films, and what was decided about the ratings."""

    notes: list[str]


class ExplanationWithNotes(Explanation):
    """An explanation, and what was decided about the ratings."""

    notes: list[str]


class Imported(TypedDict):
    """What became of the rows of an export."""

    ratings: list[Rated]
    matched: list[MatchedRow]
    unmatched: list[UnmatchedRow]
    notes: list[str]


_RATINGS_MB = ceil(MAX_RATINGS * (MAX_TITLE_CHARACTERS + 100) / MB)  # by title; by id it is a tenth
_EXPORT_MB = MAX_IMPORT_MB + 4  # what JSON adds to the text of a file


def build_endpoints(recommender: Recommender) -> None:
    """Add the public endpoints to the Blocks that is open."""
    catalogue = recommender.catalogue

    def search(query: str, n: int = 10) -> list[Film]:
        """Find films while their title is being typed; accents, case, articles and small slips do not matter.

        Args:
            query: a few letters of the title; a year narrows, as in "heat 1995".
            n: how many films at most, 1 to 100.
        """
        return [recommender.film(place) for place in search_titles(catalogue, query, n=check_count(n))]

    def recommend(
        ratings: list[dict],
        n: int = 10,
        genres: list[str] = [],  # noqa: B006  (Gradio shows the default to callers, and nobody changes it)
        years: list[int] = [],  # noqa: B006
        popularity: float = 0.0,
        order: str = "list",
    ) -> Recommendation:
        """Recommend films for somebody's ratings. Nothing is trained and nothing is kept.

        Args:
            ratings: a list of {"movie_id": 318, "rating": 4.5} or {"title": "Heat (1995)", "rating": 4}; 0.5
                to 5 stars in half steps. Empty gives the most-rated films.
            n: how many films, 1 to 100.
            genres: keep films with at least one of these genres, as in ["Comedy", "Crime"]; all when empty.
            years: the first and the last year to keep, as in [1990, 1999]; all when empty.
            popularity: -1 leans to hidden gems, 1 to crowd-pleasers, 0 leaves the model alone.
            order: "list" for what this person is likely to pick and like, "stars" for the highest predicted
                stars.
        """
        parsed, notes = parse_ratings(ratings, catalogue)
        answer = recommender.recommend(
            parsed,
            n=check_count(n),
            genres=check_genres(genres, recommender),
            years=check_years(years),
            popularity=check_popularity(popularity),
            order=check_order(order),
        )
        return {**answer, "notes": notes}

    def explain(
        ratings: list[dict], movie_id: int, popularity: float = 0.0, order: str = "list"
    ) -> ExplanationWithNotes:
        """Say why a film gets its stars and its place in the list: exact sums, one part for each rating.

        Args:
            ratings: as for /recommend.
            movie_id: the film to explain.
            popularity: as for /recommend.
            order: as for /recommend.
        """
        parsed, notes = parse_ratings(ratings, catalogue)
        why = recommender.explain(
            parsed, check_id(movie_id), popularity=check_popularity(popularity), order=check_order(order)
        )
        return {**why, "notes": notes}

    def similar(movie_id: int, n: int = 10, min_ratings: int = 20) -> list[SimilarFilm]:
        """Find the films nearest to one film in factor space, by cosine.

        Args:
            movie_id: the film.
            n: how many, 1 to 100.
            min_ratings: leave out films with fewer ratings than this.
        """
        return recommender.similar(check_id(movie_id), n=check_count(n), min_ratings=check_min(min_ratings))

    def predict(ratings: list[dict], movie_ids: list[int]) -> list[PredictedFilm]:
        """Predict somebody's stars for named films, each with its 80 % interval (low to high).

        Args:
            ratings: as for /recommend.
            movie_ids: the films, at most 100.
        """
        parsed, _ = parse_ratings(ratings, catalogue)
        if not isinstance(movie_ids, list) or len(movie_ids) > MAX_LISTED_FILMS:
            raise InputError(f"movie_ids must be a list of at most {MAX_LISTED_FILMS} film ids.")
        return recommender.predict(parsed, [check_id(movie_id) for movie_id in movie_ids])

    def bias(n: int = 15, min_ratings: int = 50) -> Biases:
        """List the films with the highest and the lowest bias: liked or not, whatever their raters' tastes.

        Args:
            n: how many at either end, 1 to 100.
            min_ratings: leave out films with fewer ratings than this.
        """
        return recommender.bias(n=check_count(n), min_ratings=check_min(min_ratings))

    def import_ratings_text(text: str) -> Imported:
        """Match the text of somebody's ratings export (Letterboxd, IMDb, MovieLens, or any CSV) to films.

        Args:
            text: the content of the CSV file, with its header line.
        """
        if not isinstance(text, str):
            raise InputError("text must be the content of a CSV file.")
        data = text.encode("utf-8", errors="replace")  # JSON may hold halves of characters
        return import_answer(("the text", data), recommender)

    for small in (search, similar, bias):
        add_endpoint(small)
    for of_ratings in (recommend, explain, predict):
        add_endpoint(of_ratings, body_mb=_RATINGS_MB)
    add_endpoint(import_ratings_text, body_mb=_EXPORT_MB)
    _import_endpoint(recommender)


def _import_endpoint(recommender: Recommender) -> None:
    """The endpoint that takes a file: Gradio itself checks that it is one the caller has uploaded."""

    def import_ratings(file: str | None) -> Imported:
        """Match somebody's ratings export (Letterboxd's zip or CSV, IMDb, MovieLens, or any CSV) to films.

        Args:
            file: the export as it was downloaded.
        """
        if not file:
            raise InputError("There is no file; send the CSV or zip of a ratings export.")
        try:
            return import_answer(Path(file), recommender)
        finally:
            Path(file).unlink(missing_ok=True)  # what was sent is not kept

    add_file_endpoint(import_ratings, [gr.File(visible=False, label="file")])


def import_answer(file: Path | tuple[str, bytes], recommender: Recommender) -> Imported:
    """What an import found: ratings to send to /recommend, what matched how, what did not and why."""
    result = imports.import_ratings(file, recommender.catalogue)
    return {
        "ratings": [{"movie_id": movie_id, "rating": stars} for movie_id, stars in result.ratings.items()],
        "matched": result.matched,
        "unmatched": result.unmatched,
        "notes": result.notes,
    }


def check_count(value: object) -> int:
    """How many films are asked for."""
    return check_whole("n", value, low=1, high=MAX_LISTED_FILMS)


def check_min(value: object) -> int:
    """The least number of ratings."""
    return check_whole("min_ratings", value, low=0, high=10**9)


def check_id(value: object) -> int:
    """A film's id; whether there is such a film is told later."""
    return check_whole("movie_id", value, low=0, high=2**62)


def check_popularity(value: object) -> float:
    """From -1, hidden gems, to 1, crowd-pleasers."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1 <= value <= 1:
        raise InputError("popularity must be a number from -1 (hidden gems) to 1 (crowd-pleasers).")
    return float(value)


def check_order(value: object) -> Any:
    """How the list is sorted."""
    if value not in ORDERS:
        raise InputError('order must be "list" or "stars".')
    return value


def check_genres(value: object, recommender: Recommender) -> list[str]:
    """Genres that the catalogue has."""
    known = recommender.genres()
    wrong = [genre for genre in value if genre not in known] if isinstance(value, list) else [value]
    if wrong and value is not None:
        raise InputError(f"There is no genre {shown_value(wrong[0])}; choose from {', '.join(known)}.")
    return list(value or []) if isinstance(value, list) else []


def check_years(value: object) -> tuple[int, int] | None:
    """A first and a last year, or nothing."""
    if value is None or value == []:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise InputError("years must be the first and the last year, as in [1990, 1999].")
    first, last = (check_whole("A year", year, low=1800, high=2200) for year in value)
    if first > last:
        raise InputError(f"years must begin with the earlier year; use [{last}, {first}].")
    return first, last
