"""What the recommender answers, as plain dicts: their keys and types, once for the page and for programs.

film: PredictedFilm = recommender.predict({318: 5.0}, [858])[0]
film["stars"], film["low"], film["high"]  # with an 80 % interval
"""

from typing import Literal, TypedDict

Order = Literal["list", "stars"]


class Film(TypedDict):
    """A film's plain facts."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    n_ratings: int


class PredictedFilm(Film):
    """A film with somebody's stars, and their 80 % interval."""

    stars: float
    low: float
    high: float


class RankedFilm(PredictedFilm):
    """A film of a list, the best first."""

    rank: int


class SimilarFilm(Film):
    """A film near another one."""

    cosine: float


class BiasFilm(Film):
    """A film with its bias, and the 80 % interval of that."""

    bias: float
    low: float
    high: float
    mean_rating: float


class WithoutRating(Film):
    """A rated film, and where the explained one would stand if it were not."""

    rating: float
    rank: int


class Part(TypedDict):
    """One bar of a waterfall."""

    label: str
    value: float
    movie_id: int | None


class Recommended(TypedDict):
    """A list of films."""

    basis: Literal["list", "stars", "popular"]
    n_well_known: int
    films: list[RankedFilm]


class Explanation(PredictedFilm):
    """Why a film has its stars and its place in the list."""

    order: Order
    parts: list[Part]
    raw: float
    list_parts: list[Part] | None
    list_score: float | None
    rank: int
    without: list[WithoutRating]


class Biases(TypedDict):
    """The films that are liked most and least."""

    highest: list[BiasFilm]
    lowest: list[BiasFilm]


class Rated(TypedDict):
    """One film with its stars."""

    movie_id: int
    rating: float


class WrittenRow(TypedDict):
    """A row of an export, as its owner knows it."""

    row: int
    title: str
    year: int | None
    rating: str


class MatchedRow(WrittenRow):
    """A row with its film; `kept` is false when a later row rates the same film."""

    movie_id: int
    label: str
    stars: float
    how: str
    note: str
    kept: bool


class Suggestion(TypedDict):
    """A film that a row may mean."""

    movie_id: int
    label: str


class UnmatchedRow(WrittenRow):
    """A row without a film, and why."""

    reason: str
    suggestions: list[Suggestion]
