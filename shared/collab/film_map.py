"""A map of the films: the two directions in which their factors differ most, and where a visitor stands.

A film has as many factors as the model has; a picture has two directions. Principal component analysis (PCA)
finds the two along which the films are spread widest. The factors are learned from ratings, starting from
genres, year and number of ratings; nobody told the model what each one means. So an axis is named by what it
measurably goes with: year, a genre, number of ratings or mean rating, whichever correlates most. Part of the
correlation with a genre, the year or the number of ratings is built in.

    film_map = make_film_map(recommender.star_model, recommender.catalogue, n_films=250)
    film_map.axes[0].name                       # "more-rated films", or None when nothing goes with it
    spot = place_visitor(film_map, recommender.star_model, recommender.fold_in({318: 5.0}))

Follows lesson 7 and fastbook chapter 8, "Interpreting Embeddings and Biases", which draws this map and leaves
the naming of its axes to the reader.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from shared.collab.catalogue import Catalogue
from shared.collab.numbers import check_whole
from shared.collab.stars import StarModel, Taste
from shared.errors import InputError
from shared.stats import correlation_interval

LEAST_FILMS, MOST_FILMS = 100, 600  # the ends of the slider
NAMED_FROM = 0.3  # |r| from which an axis takes a name
ELLIPSE_SHARE = 0.80  # probability that the visitor's true place is inside the ellipse
_FEWEST_FILMS = 10  # with fewer films there is no map; a genre with fewer films names no axis
_SMALL = 1e-9


@dataclass(frozen=True)
class Link:
    """How an axis goes with something known of the films: Pearson's r and its 95 % interval.

    Attributes:
        label: what was compared: "Year", "Horror".
        towards: what the films are at the end where it is high: "newer films", "Horror".
        r: the correlation.
        low: lower end of the interval.
        high: upper end of the interval.
        n_films: how many films it was measured on.
    """

    label: str
    towards: str
    r: float
    low: float
    high: float
    n_films: int


@dataclass(frozen=True)
class Axis:
    """One direction of the map.

    Attributes:
        share: of all the spread of the factors, 0 to 1.
        links: what it goes with, strongest first. The axis is turned so that the first r is positive.
    """

    share: float
    links: tuple[Link, ...]

    @property
    def name(self) -> str | None:
        """Where the axis points; None when nothing goes with it well enough."""
        return self.links[0].towards if self.links and abs(self.links[0].r) >= NAMED_FROM else None


@dataclass(frozen=True, eq=False)
class FilmMap:
    """Films in two dimensions. The unit of each axis is one standard deviation of these films.

    Attributes:
        films: (n,) places in the catalogue, most-rated first.
        positions: (n, 2) where each film lies.
        axes: the two axes.
        directions: (2, k) unit vectors in factor space.
    """

    films: np.ndarray
    positions: np.ndarray
    axes: tuple[Axis, Axis]
    directions: np.ndarray


@dataclass(frozen=True, eq=False)
class Spot:
    """Where a visitor stands on the map, and how sure that is.

    Attributes:
        position: (2,) in standard deviations of users, drawn as as many standard deviations of films.
        covariance: (2, 2) of the position.
        n_ratings: how many ratings it rests on.
    """

    position: np.ndarray
    covariance: np.ndarray
    n_ratings: int


def make_film_map(model: StarModel, catalogue: Catalogue, *, n_films: object = 250) -> FilmMap:
    """Map the most-rated films.

    Args:
        model: has the factors.
        catalogue: its films.
        n_films: how many films, LEAST_FILMS to MOST_FILMS; all when there are fewer.

    Raises:
        InputError: n_films is out of range, or the model has too few films or factors for a map.
    """
    n_shown = check_whole("The number of films on the map", n_films, low=LEAST_FILMS, high=MOST_FILMS)
    if model.n_factors < 2:
        raise InputError("A map needs two directions. Train the model with 2 factors or more.")
    films = np.argsort(-catalogue.n_ratings, kind="stable")[:n_shown]
    if len(films) < _FEWEST_FILMS:
        raise InputError(f"A map needs {_FEWEST_FILMS} films or more. This model knows {len(films)}.")

    centred = model.factors[films].astype(float)
    centred -= centred.mean(0)  # (n, k)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    if lengths[1] <= _SMALL * max(lengths[0], _SMALL):
        raise InputError("The films of this model differ in one direction only, so there is no map.")
    directions = directions[:2]  # (2, k)
    scores = centred @ directions.T  # (n, 2)
    shares = lengths[:2] ** 2 / (lengths**2).sum()

    candidates = _candidates(catalogue, films)
    axes = []
    for at in range(2):
        links = measure_links(scores[:, at], candidates)
        if links and links[0].r < 0:  # PCA leaves the sign open
            directions[at] *= -1
            scores[:, at] *= -1
            links = measure_links(scores[:, at], candidates)
        axes.append(Axis(float(shares[at]), links))
    return FilmMap(films, scores / scores.std(0), (axes[0], axes[1]), directions)


def measure_links(scores: np.ndarray, candidates: dict[str, tuple[str, np.ndarray]]) -> tuple[Link, ...]:
    """Correlate an axis with everything known of the films.

    Args:
        scores: (n,) the films along the axis.
        candidates: label: (what its high end is called, (n,) values with NaN where unknown).

    Returns:
        One link each, strongest first; what is the same for all films has none.
    """
    links = []
    for label, (towards, values) in candidates.items():
        known = np.isfinite(values)
        if known.sum() < _FEWEST_FILMS:
            continue
        x, y = scores[known] - scores[known].mean(), values[known] - values[known].mean()
        scale = math.sqrt(float(x @ x) * float(y @ y))
        if scale > _SMALL:
            r = float(np.clip(x @ y / scale, -1, 1))
            _, low, high = map(float, correlation_interval(r, int(known.sum())))
            links.append(Link(label, towards, r, low, high, int(known.sum())))
    return tuple(sorted(links, key=lambda link: -abs(link.r)))


def place_visitor(film_map: FilmMap, model: StarModel, taste: Taste) -> Spot:
    """Put a visitor on the map.

    Along every direction users spread around a typical user as films spread around a typical film. Both
    become the same length: one standard deviation of users is drawn as one standard deviation of the films.

    Args:
        film_map: the map.
        model: knows the typical user and the spread of users.
        taste: the visitor's.
    """
    of_users = np.linalg.inv(model.user_precision)[:-1, :-1]  # (k, k)
    directions = film_map.directions
    spread = np.sqrt(np.einsum("ai,ij,aj->a", directions, of_users, directions))  # (2,)
    to_map = directions / spread[:, None]  # (2, k)
    return Spot(
        position=to_map @ (taste.mean[:-1] - model.user_mean[:-1]),
        covariance=to_map @ taste.covariance[:-1, :-1] @ to_map.T,
        n_ratings=taste.n_ratings,
    )


def trace_ellipse(spot: Spot, *, share: float = ELLIPSE_SHARE, n_points: int = 61) -> np.ndarray:
    """Trace the line inside which the visitor's place lies with a given probability.

    Returns:
        (n_points, 2), closed.
    """
    radius = math.sqrt(-2 * math.log(1 - share))  # of a normal distribution in two dimensions
    angles = np.linspace(0, 2 * math.pi, n_points)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (n_points, 2)
    return spot.position + radius * circle @ np.linalg.cholesky(spot.covariance).T


def _candidates(catalogue: Catalogue, films: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """Everything known of the films that might name an axis.

    A film of two genres counts as half of each.
    """
    years = catalogue.years[films].astype(float)
    years[years <= 0] = np.nan
    candidates = {
        "Year": ("newer films", years),
        "Number of ratings (log)": ("films with many ratings", np.log1p(catalogue.n_ratings[films])),
        "Mean rating": ("higher-rated films", catalogue.mean_ratings[films]),
    }
    genres = [catalogue.genres[film] for film in films.tolist()]
    for genre, n_films in sorted(Counter(genre for film in genres for genre in film).items()):
        if n_films >= _FEWEST_FILMS:
            share = np.array([1 / len(film) if genre in film else 0.0 for film in genres])
            candidates[genre] = (genre, share)
    return candidates
