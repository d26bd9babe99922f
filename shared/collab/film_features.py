"""What is known of a film before anybody rated it: genres, year, and how many people rated it.

Both models use it. The star model expects a film with few ratings to be like other films of its genres and
years; the list model counts a genre or a period as one more user who watched all its films.

    features = film_features(catalogue)        # (n_films, n_features), for the star model
    rows = side_rows(catalogue)                # (n_genres + n_periods, n_films), for the list model
    kinds = kind_features(catalogue)           # (n_films, 1 + n_genres + n_periods), for its rare films
"""

import numpy as np

from shared.collab.catalogue import Catalogue

_PERIODS = range(1930, 2020, 5)  # a film counts as near a point of time up to 2 years either side
_GENRE_WEIGHT, _YEAR_WEIGHT = 5.0, 8.0  # rating-stars that one such row is worth; from a coarse search
_FULL_RATINGS = 10  # a film with fewer is in those rows only faintly, or rare films would fill every list


def genre_matrix(catalogue: Catalogue) -> np.ndarray:
    """(n_films, n_genres) 1.0 where the film has the genre; genres in alphabetical order."""
    genres = sorted({genre for film in catalogue.genres for genre in film})
    column = {genre: at for at, genre in enumerate(genres)}
    matrix = np.zeros((len(catalogue), len(genres)))
    for row, film in enumerate(catalogue.genres):
        matrix[row, [column[genre] for genre in film]] = 1.0
    return matrix


def film_features(catalogue: Catalogue) -> np.ndarray:
    """(n_films, n_features) a constant, genres, year, and the logarithm of the number of ratings."""
    years = _filled_years(catalogue) / 20  # in steps of twenty years around the mean
    fame = np.log1p(catalogue.n_ratings) - 1.5
    columns = [np.ones(len(catalogue)), *genre_matrix(catalogue).T, years, years**2, fame, fame**2]
    return np.stack(columns, axis=1)


def side_rows(catalogue: Catalogue) -> np.ndarray:
    """(n_genres + n_periods, n_films) genres and five-year periods as if they were users."""
    faint = np.minimum(1.0, (catalogue.n_ratings + 0.3) / (_FULL_RATINGS + 0.3)) ** 2
    rows = [_GENRE_WEIGHT * genre_matrix(catalogue).T, _YEAR_WEIGHT * _period_matrix(catalogue).T]
    return np.vstack(rows) * faint


def kind_features(catalogue: Catalogue) -> np.ndarray:
    """(n_films, 1 + n_genres + n_periods) a constant, genres and five-year periods."""
    return np.hstack([np.ones((len(catalogue), 1)), genre_matrix(catalogue), _period_matrix(catalogue)])


def _period_matrix(catalogue: Catalogue) -> np.ndarray:
    """(n_films, n_periods) 1.0 where the film was made around that year."""
    return np.array([np.abs(catalogue.years - start) <= 2 for start in _PERIODS], dtype=float).T


def _filled_years(catalogue: Catalogue) -> np.ndarray:
    """(n_films,) years from the mean year; 0 where unknown."""
    known = catalogue.years > 0
    mean = catalogue.years[known].mean() if known.any() else 0.0
    return np.where(known, catalogue.years - mean, 0.0)
