"""Train the list model: a ridge regression of every film on all others, solved for all films at once.

    model = fit_lists(read_ratings())
    model.score(film_indices, stars)

Follows EASE (Steck, WWW 2019): the inverse of one films x films matrix holds the weights of all films. Here
genres and years are added as further rows (`film_features.side_rows`), and films with very few ratings are
left out: both make the list better (see the README for the figures), and the second makes it small.
"""

import numpy as np

from shared.collab.data import RatingsTable
from shared.collab.film_features import side_rows
from shared.collab.lists import ListModel
from shared.limits import MAX_LIST_FILMS

RATING_FLOOR = 1.25  # stars; a film rated less than this speaks against similar films
RIDGE = 1_000.0
MIN_RATINGS = 10  # a film needs so many to get weights of its own
_CHUNK_USERS = 4_096  # users whose ratings are laid out as a dense table at a time


def fit_lists(
    table: RatingsTable,
    *,
    ridge: float = RIDGE,
    rating_floor: float = RATING_FLOOR,
    min_ratings: int = MIN_RATINGS,
    use_side_rows: bool = True,
) -> ListModel:
    """Work out the item-item weights.

    Args:
        table: the training ratings.
        ridge: the penalty on the weights.
        rating_floor: a rating counts as `stars - rating_floor`.
        min_ratings: films with fewer ratings get no weights, and the number of films is capped as well.
        use_side_rows: whether genres and years count as further users.
    """
    counts = table.catalogue.n_ratings
    by_fame = np.argsort(-counts, kind="stable")[:MAX_LIST_FILMS]
    films = np.sort(by_fame[counts[by_fame] >= min(min_ratings, counts.max())])
    gram = _gram(table, films, rating_floor)
    if use_side_rows:
        rows = side_rows(table.catalogue)[:, films].astype(np.float32)
        gram += rows.T @ rows
    gram[np.diag_indices_from(gram)] += ridge
    precision = np.linalg.inv(gram.astype(np.float64))
    weights = -precision / np.diag(precision)[None, :]  # (n_list, n_list)
    np.fill_diagonal(weights, 0.0)  # a film may not recommend itself
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127
    return ListModel(films, np.rint(weights / scales).astype(np.int8), scales, rating_floor, table.n_films)


def _gram(table: RatingsTable, films: np.ndarray, rating_floor: float) -> np.ndarray:
    """(n_list, n_list) sum over users of products of their weighted ratings, a chunk of users at a time."""
    column_of = np.full(table.n_films, -1)
    column_of[films] = np.arange(len(films))
    columns = column_of[table.films]
    order = np.argsort(table.users, kind="stable")
    order = order[columns[order] >= 0]
    users, columns, values = table.users[order], columns[order], table.stars[order] - rating_floor
    gram = np.zeros((len(films), len(films)), np.float32)
    for start in range(0, table.n_users, _CHUNK_USERS):
        low, high = np.searchsorted(users, [start, start + _CHUNK_USERS])
        dense = np.zeros((min(_CHUNK_USERS, table.n_users - start), len(films)), np.float32)
        dense[users[low:high] - start, columns[low:high]] = values[low:high]
        gram += dense.T @ dense
    return gram
