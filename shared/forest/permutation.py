"""Permutation importance: what the score loses when one column is shuffled.

The definition and the shuffles are scikit-learn's, so the same seed gives the same numbers as
`sklearn.inspection.permutation_importance(forest, X, y, random_state=seed)`, only sooner. (A forest with
`n_jobs` above 1 adds its trees up in any order, and tied votes may fall either way there.)

    importance = permutation_importance(forest, X_valid, y_valid, n_repeats=5, seed=0)
    importance.mean, importance.sd          # (n_features,) each
    importance.drops                        # (n_features, n_repeats) what the score loses each time

Ask rows that the forest did not learn from: on its own, noise looks important too. Breiman (2001); lesson 6
of Practical Deep Learning for Coders.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.errors import InputError
from shared.forest.changes import changed_predictions
from shared.forest.checks import as_numbers, check_choice, check_seed, check_whole
from shared.forest.contributions import predict
from shared.forest.flat import FlatForest, as_flat, check_rows
from shared.limits import MAX_FOREST_REPEATS

_TIE = 1e-9  # shares this close are added up again: the order of adding may decide who wins
_TIED_ROWS = 4096  # of them that are predicted at a time
_SMALLEST_SHARE = float(np.finfo(float).eps)  # for the logarithm, as scikit-learn has it

# What a score is made of: a loss of each row, from y (or the place of the row's class) and the prediction.
_ROW_LOSSES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "r2": lambda y, predicted: (y - predicted[..., 0]) ** 2,
    "neg_mean_squared_error": lambda y, predicted: (y - predicted[..., 0]) ** 2,
    "neg_root_mean_squared_error": lambda y, predicted: (y - predicted[..., 0]) ** 2,
    "neg_mean_absolute_error": lambda y, predicted: np.abs(y - predicted[..., 0]),
    "accuracy": lambda place, shares: shares.argmax(axis=-1) != place,
    "neg_log_loss": lambda place, shares: -np.log(_share_of(place, shares)),
}
REGRESSION_SCORES = tuple(_ROW_LOSSES)[:4]
CLASSIFICATION_SCORES = tuple(_ROW_LOSSES)[4:]


@dataclass(frozen=True, eq=False)
class PermutationImportance:
    """What shuffling each column costs.

    Attributes:
        scoring: the score, by scikit-learn's name; more is better.
        baseline: the score of the rows as they are.
        drops: (n_features, n_repeats), the baseline minus the score with that column shuffled.
    """

    scoring: str
    baseline: float
    drops: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """The mean over the shuffles, (n_features,)."""
        return self.drops.mean(axis=1)

    @property
    def sd(self) -> np.ndarray:
        """The standard deviation between the shuffles, (n_features,); over n, as scikit-learn has it."""
        return self.drops.std(axis=1)


def permutation_importance(
    forest: Any,
    X: np.ndarray,
    y: np.ndarray,
    *,
    scoring: str | None = None,
    n_repeats: int = 5,
    seed: int = 0,
    permutations: np.ndarray | None = None,
) -> PermutationImportance:
    """Shuffle one column after the other, and see what the score loses.

    Args:
        forest: a fitted forest of scikit-learn, or a flat one.
        X: (n_rows, n_features), without gaps.
        y: (n_rows,) targets, or the classes as the forest knows them.
        scoring: one of REGRESSION_SCORES or CLASSIFICATION_SCORES; R2 or accuracy by default.
        n_repeats: shuffles of each column.
        seed: of the shuffles; not used when `permutations` are given.
        permutations: (n_repeats, n_rows): in repeat r, row i gets the value of row `permutations[r, i]`.

    Raises:
        InputError: when the rows, the targets, the score or the permutations cannot be used.
    """
    flat = as_flat(forest)
    rows = check_rows(flat, X)
    known = REGRESSION_SCORES if flat.classes is None else CLASSIFICATION_SCORES
    scoring = check_choice("The score", scoring or known[0], known)
    y = _check_targets(flat, y, len(rows))
    if permutations is None:
        n_repeats = check_whole("The number of shuffles", n_repeats, low=1, high=MAX_FOREST_REPEATS)
        permutations = draw_permutations(len(rows), n_repeats=n_repeats, seed=check_seed(seed))
    orders = _check_permutations(permutations, len(rows))

    def shuffled(at: slice) -> np.ndarray:
        return rows[orders[:, at]].transpose(1, 2, 0)  # (n, n_features, n_repeats)

    row_loss = _ROW_LOSSES[scoring]
    loss, losses = 0.0, np.zeros((flat.n_features, len(orders)))
    blocks = changed_predictions(flat, rows, shuffled, n_variants=len(orders), outputs=flat.outputs)
    for at, before, after in blocks:
        if scoring == "accuracy":
            _settle_ties(flat, rows[at], shuffled(at), before, after)
        loss += float(row_loss(y[at], before).sum())
        losses += row_loss(y[at, None, None], after).sum(axis=0)
    baseline = _score_of(scoring, np.array(loss / len(rows)), y)
    drops = baseline - _score_of(scoring, losses / len(rows), y)
    return PermutationImportance(scoring, float(baseline), drops)


def draw_permutations(n_rows: int, *, n_repeats: int, seed: int) -> np.ndarray:
    """Draw the shuffles that scikit-learn draws with this seed: the same for every column.

    Each shuffle is of the column as the one before left it, so the orders build on each other.

    Args:
        n_rows: how many rows.
        n_repeats: how many shuffles.
        seed: `random_state` there.

    Returns:
        (n_repeats, n_rows).
    """
    own_seed = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    rng = np.random.RandomState(own_seed)
    shuffle, order, orders = np.arange(n_rows), np.arange(n_rows), []
    for _ in range(n_repeats):
        rng.shuffle(shuffle)
        order = order[shuffle]
        orders.append(order)
    return np.array(orders)


def _score_of(scoring: str, mean_loss: np.ndarray, y: np.ndarray) -> np.ndarray:
    if scoring == "accuracy":
        return 1 - mean_loss
    if scoring == "neg_root_mean_squared_error":
        return -np.sqrt(mean_loss)
    if scoring == "r2":
        variance = float(np.var(y))
        return 1 - mean_loss / variance if variance > 0 else np.full_like(mean_loss, math.nan)
    return -mean_loss


def _settle_ties(
    flat: FlatForest, rows: np.ndarray, tried: np.ndarray, before: np.ndarray, after: np.ndarray
) -> None:
    """Add up the shares of near ties tree by tree, as scikit-learn does, so that rounding picks its winner.

    Args:
        flat: a forest of classes.
        rows: (n, n_features) as they are.
        tried: (n, n_features, n_repeats) the values that were tried.
        before: (n, n_outputs) shares as they are, added up in that order already.
        after: (n, n_features, n_repeats, n_outputs) with one column changed; near ties are replaced.
    """
    near_top = after > after.max(axis=-1, keepdims=True) - _TIE
    changed_at_all = (after != before[:, None, None]).any(axis=-1)
    row, column, repeat = np.nonzero((near_top.sum(axis=-1) > 1) & changed_at_all)
    for start in range(0, len(row), _TIED_ROWS):
        i, j, k = (index[start : start + _TIED_ROWS] for index in (row, column, repeat))
        changed = rows[i]
        changed[np.arange(len(i)), j] = tried[i, j, k]
        after[i, j, k] = predict(flat, changed)


def _share_of(place: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Find what each row's own class got; a class that the forest never saw (-1) got nothing."""
    places = np.broadcast_to(place, shares.shape[:-1])
    own = np.take_along_axis(shares, np.maximum(places, 0)[..., None], axis=-1)[..., 0]
    return np.clip(np.where(places < 0, 0.0, own), _SMALLEST_SHARE, 1 - _SMALLEST_SHARE)


def _check_targets(flat: FlatForest, y: np.ndarray, n_rows: int) -> np.ndarray:
    if flat.classes is not None and not np.issubdtype(flat.classes.dtype, np.number):
        y = np.asarray(y)
    else:
        y = as_numbers("The target", y)
        if not np.isfinite(y).all():
            raise InputError("The target has missing or infinite values. Leave those rows out.")
    if y.shape != (n_rows,):
        raise InputError(f"There are {n_rows:,} rows but {y.size:,} values of the target: send one a row.")
    if flat.classes is None:
        return y
    places = np.minimum(np.searchsorted(flat.classes, y), len(flat.classes) - 1)  # classes_ is sorted
    return np.where(flat.classes[places] == y, places, -1)


def _check_permutations(permutations: np.ndarray, n_rows: int) -> np.ndarray:
    orders = as_numbers("The permutations", permutations)
    if orders.ndim != 2 or orders.shape[1] != n_rows or not 1 <= len(orders) <= MAX_FOREST_REPEATS:
        raise InputError(f"The permutations must be 1 to {MAX_FOREST_REPEATS} orders of {n_rows:,} rows.")
    if not (np.sort(orders, axis=1) == np.arange(n_rows)).all():
        raise InputError("Every permutation must name each row once, counted from 0.")
    return orders.astype(int)
