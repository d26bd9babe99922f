"""Train the list model: a ridge regression of every film on all others, solved for all films at once.

    model = fit_lists(read_ratings())
    model.score(film_indices, stars)

Follows EASE (Steck, WWW 2019): with the inverse P = (X'X + ridge)^-1, the weight of film i for film j is
-P[i, j] / P[j, j]. X has a row for every user, and here one for every genre and period as well
(`film_features.side_rows`). It has far fewer rows than films, so P is never written out: by the Woodbury
identity, P = (1 - X'S) / ridge with S = (XX' + ridge)^-1 X, and the weights are the product of X' and S, each
column divided by ridge * P[j, j]. That product is then cut to its strongest factors.
"""

from typing import TYPE_CHECKING

import numpy as np

from shared.collab.data import RatingsTable
from shared.collab.film_features import kind_features, side_rows
from shared.collab.lists import WELL_KNOWN, ListModel
from shared.limits import MAX_LIST_FACTORS, MAX_LIST_ROWS

if TYPE_CHECKING:
    import scipy.sparse as sp

RATING_FLOOR = 1.25  # stars; a film rated less than this speaks against similar films
RIDGE = 1_400.0
_KIND_RIDGE = 30.0  # of the regression that says what a film's kind is worth
_CHUNK_USERS = 4_096  # users whose ratings are multiplied at a time
_PASSES = 2  # over the ratings, to find the rows that stand for very many users


def fit_lists(
    table: RatingsTable,
    *,
    ridge: float = RIDGE,
    rating_floor: float = RATING_FLOOR,
    n_factors: int = MAX_LIST_FACTORS,
    use_side_rows: bool = True,
) -> ListModel:
    """Work out the item-item weights.

    Args:
        table: the training ratings.
        ridge: the penalty on the weights.
        rating_floor: a rating counts as `stars - rating_floor`.
        n_factors: numbers that are kept of each film, twice.
        use_side_rows: whether genres and years count as further users.
    """
    rows = _rows(table, rating_floor, use_side_rows=use_side_rows)  # (m, n_films)
    gram = (rows @ rows.T).astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    solved = np.linalg.inv(gram).astype(np.float32) @ rows  # (m, n_films)
    left, right = rows.T, solved.T / (1 - np.einsum("mn,mn->n", rows, solved))[:, None]
    del solved
    left, right = _cut(left, right, n_factors)
    left, left_scales = _to_bytes(left)
    right, right_scales = _to_bytes(right)

    kinds = kind_features(table.catalogue)
    known = table.catalogue.n_ratings >= WELL_KNOWN
    normal = kinds[known].T @ kinds[known] + _KIND_RIDGE * np.eye(kinds.shape[1])
    target = kinds[known].T @ (left[known] * left_scales[known, None])
    return ListModel(
        left=left,
        right=right,
        left_scales=left_scales,
        right_scales=right_scales,
        kind_weights=np.linalg.solve(normal, target).astype(np.float32),
        rating_floor=rating_floor,
        catalogue=table.catalogue,
    )


def _rows(table: RatingsTable, rating_floor: float, *, use_side_rows: bool) -> np.ndarray:
    """(m, n_films) float32 the ridge regression's rows: users, genres and periods.

    Beyond MAX_LIST_ROWS, so many rows stand for all of them: those whose products of films are nearest.
    """
    import scipy.sparse as sp

    values = (table.stars - rating_floor).astype(np.float32)
    rows = sp.csr_matrix((values, (table.users, table.films)), (table.n_users, table.n_films))
    if use_side_rows:
        rows = sp.vstack([rows, sp.csr_matrix(side_rows(table.catalogue).astype(np.float32))], format="csr")
    rows = rows[rows.getnnz(axis=1) > 0]
    return rows.toarray() if rows.shape[0] <= MAX_LIST_ROWS else _condense(rows, MAX_LIST_ROWS)


def _condense(rows: "sp.csr_matrix", n: int) -> np.ndarray:
    """(n or fewer, n_films) rows B with B'B near X'X: its strongest directions, by subspace iteration.

    Halko, Martinsson and Tropp, "Finding structure with randomness" (2011).
    """
    n_films = rows.shape[1]
    basis = np.random.default_rng(0).standard_normal((n_films, min(n, n_films)), np.float32)
    for _ in range(_PASSES):
        basis, _ = np.linalg.qr(_gram_times(rows, basis))
    inner = basis.T @ _gram_times(rows, basis)  # (n, n), of X'X in the basis
    strengths, directions = np.linalg.eigh((inner + inner.T).astype(np.float64) / 2)
    return (np.sqrt(np.maximum(strengths, 0)).astype(np.float32) * (basis @ directions.astype(np.float32))).T


def _gram_times(rows: "sp.csr_matrix", basis: np.ndarray) -> np.ndarray:
    """(n_films, k) X'X times a basis, a chunk of users at a time."""
    product = np.zeros_like(basis)
    for start in range(0, rows.shape[0], _CHUNK_USERS):
        chunk = rows[start : start + _CHUNK_USERS]
        product += chunk.T @ (chunk @ basis)
    return product


def _cut(left: np.ndarray, right: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two (n_films, n or fewer) matrices with the product nearest to left @ right.T, of like size."""
    left_basis, left_inner = np.linalg.qr(left)
    right_basis, right_inner = np.linalg.qr(right)
    one, strengths, other = np.linalg.svd(left_inner @ right_inner.T)
    roots = np.sqrt(strengths[:n])
    return left_basis @ (one[:, :n] * roots), right_basis @ (other[:n].T * roots)


def _to_bytes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One byte a number, and what its steps are worth in each row."""
    scales = np.maximum(np.abs(values).max(axis=1), 1e-12) / 127
    return np.rint(values / scales[:, None]).astype(np.int8), scales.astype(np.float32)
