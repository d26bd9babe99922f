"""How the error falls with the number of trees, and how far the trees of one forest are apart.

Everything comes from ONE fitted forest: its trees answer one after the other, and the mean of the first k is
the answer that a forest of k trees gives. A row is out of bag for the trees that did not draw it, so their
mean is an honest answer for a training row.

    curves = error_curves(forest, X, y, valid=(X_valid, y_valid))
    curves["out-of-bag"].error     # (c,) after curves["out-of-bag"].trees, with low and high
    spread_over_trees(forest, X_valid).std     # (n,) confidence row by row

Follows fastai book, chapter 9 ("Out-of-Bag Error", "Tree Variance for Prediction Confidence").
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_matrix, check_seed, check_whole
from shared.forest.fit import row_losses, score_of, spread_classes
from shared.limits import MAX_FOREST_CURVE_POINTS, MAX_FOREST_RESAMPLES
from shared.stats import ENDS, share_interval

if TYPE_CHECKING:
    from shared.forest.fit import Forest

DRAWN_AT_A_TIME = 2_000_000  # rows of all resamples together: 32 MB


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """The error of the first k trees, RMSE or the share of wrong rows.

    Attributes:
        trees: (c,) numbers of trees, k.
        error: (c,) NaN while no row has an answer, which happens out of bag.
        low: (c,) lower end of the 95 % interval: Wilson's, or of an RMSE from drawing the rows again.
        high: (c,) its upper end. It covers the chance of having these rows, not that of another forest.
        n_rows: (c,) how many rows have an answer.
    """

    trees: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Spread:
    """What the trees of a forest say about each row.

    Attributes:
        mean: (n,) the forest's answer: the number, or the share of one class.
        std: (n,) standard deviation over the trees, in the same unit (divided by n, as numpy does).
    """

    mean: np.ndarray
    std: np.ndarray


def tree_predictions(forest: "Forest", X: np.ndarray) -> Iterator[np.ndarray]:
    """Let one tree after the other answer.

    Args:
        forest: a fitted one.
        X: (n, p).

    Yields:
        (n, 1) means, or (n, n_classes) shares, with a class at its own index.
    """
    X = check_matrix(X).astype(np.float32)
    for tree in forest.estimators_:
        values = tree.tree_.predict(X).reshape(len(X), -1)
        yield spread_classes(values, forest.classes_) if hasattr(forest, "classes_") else values


def spread_over_trees(forest: "Forest", X: np.ndarray, *, of_class: int = 1) -> Spread:
    """Measure how far apart the trees are on each row.

    Args:
        forest: a fitted one.
        X: (n, p).
        of_class: for classification, the class whose share is looked at.

    Raises:
        InputError: X is no table of numbers, or the forest knows no such class.
    """
    column = 0
    if hasattr(forest, "classes_"):
        column = check_whole("The class", of_class, low=0, high=int(forest.classes_.max()))
    mean, squares = np.zeros(len(X)), np.zeros(len(X))
    for count, answers in enumerate(tree_predictions(forest, X), 1):  # Welford's way: no tree is kept
        step = answers[:, column] - mean
        mean += step / count
        squares += step * (answers[:, column] - mean)
    return Spread(mean, np.sqrt(squares / len(forest.estimators_)))


def error_curves(
    forest: "Forest",
    X: np.ndarray,
    y: np.ndarray,
    *,
    valid: tuple[np.ndarray, np.ndarray] | None = None,
    n_points: int = 60,
    n_resamples: int = 200,
    seed: int = 0,
) -> dict[str, ErrorCurve]:
    """Work out the error for growing numbers of trees.

    Args:
        forest: fitted on X and y.
        X: (n, p) the rows it was fitted on, in that order.
        y: (n,) their targets.
        valid: (m, p) rows that it has not seen, and their (m,) targets.
        n_points: at most so many numbers of trees, dense at the beginning, where most happens.
        n_resamples: bootstrap samples of the rows behind each interval.
        seed: of these samples.

    Returns:
        "training" and "out-of-bag", and "validation" when there are such rows.

    Raises:
        InputError: these are not the rows of the forest, or a number is out of range.
    """
    n_points = check_whole("The number of points", n_points, low=2, high=MAX_FOREST_CURVE_POINTS)
    n_resamples = check_whole("The number of resamples", n_resamples, low=20, high=MAX_FOREST_RESAMPLES)
    trees = np.unique(np.round(np.geomspace(1, len(forest.estimators_), n_points)).astype(int))  # (c,)
    losses = _training_losses(forest, X, y, trees)
    if valid is not None:
        losses["validation"] = _fresh_losses(forest, *valid, trees)
    is_share = hasattr(forest, "classes_")
    return {
        name: _with_intervals(trees, table, is_share=is_share, n_resamples=n_resamples, seed=check_seed(seed))
        for name, table in losses.items()
    }


def predict_out_of_bag(forest: "Forest", X: np.ndarray) -> np.ndarray:
    """Answer each training row with the trees that did not draw it.

    Args:
        forest: a fitted one.
        X: (n, p) the rows it was fitted on, in that order.

    Returns:
        (n,) means, or (n, n_classes) shares; NaN for a row that every tree drew.

    Raises:
        InputError: these are not the rows of the forest.
    """
    total: np.ndarray | float = 0.0
    n_trees = np.zeros(len(X))
    for answers, outside in zip(tree_predictions(forest, X), _outside_bags(forest, len(X)), strict=True):
        total = total + answers * outside[:, None]
        n_trees += outside
    with np.errstate(invalid="ignore"):
        means = total / n_trees[:, None]
    return means if hasattr(forest, "classes_") else means[:, 0]


def score_out_of_bag(forest: "Forest", X: np.ndarray, y: np.ndarray) -> float:
    """Give R2 or accuracy of the out-of-bag answers, over the rows that have one; NaN when none has.

    Args:
        forest: fitted on X and y.
        X: (n, p) the rows it was fitted on, in that order.
        y: (n,) their targets.

    Raises:
        InputError: these are not the rows of the forest.
    """
    predicted = predict_out_of_bag(forest, X)
    known = ~np.isnan(predicted if predicted.ndim == 1 else predicted[:, 0])
    return score_of(y[known], predicted[known]) if known.any() else math.nan


def _outside_bags(forest: "Forest", n: int) -> Iterator[np.ndarray]:
    """For each tree, which of the n rows it did not draw."""
    for drawn in forest.estimators_samples_:
        if drawn.max() >= n:
            raise InputError("These are not the rows that the forest was fitted on: fit it again.")
        outside = np.ones(n, dtype=bool)
        outside[drawn] = False
        yield outside


def _training_losses(
    forest: "Forest", X: np.ndarray, y: np.ndarray, trees: np.ndarray
) -> dict[str, np.ndarray]:
    """Loss of each training row after each number of trees, (n, c): with all trees, and out of bag."""
    total: np.ndarray | float = 0.0
    outside_total: np.ndarray | float = 0.0
    n_outside = np.zeros(len(y))
    training, out_of_bag = [], []
    wanted = set(trees.tolist())
    pairs = zip(tree_predictions(forest, X), _outside_bags(forest, len(X)), strict=True)
    for count, (answers, outside) in enumerate(pairs, 1):
        total = total + answers
        outside_total = outside_total + answers * outside[:, None]
        n_outside += outside
        if count in wanted:
            training.append(_losses(forest, y, total / count))
            means = outside_total / np.maximum(n_outside, 1)[:, None]
            out_of_bag.append(np.where(n_outside > 0, _losses(forest, y, means), np.nan))
    return {"training": np.column_stack(training), "out-of-bag": np.column_stack(out_of_bag)}


def _fresh_losses(forest: "Forest", X: np.ndarray, y: np.ndarray, trees: np.ndarray) -> np.ndarray:
    """Loss of each row that the forest has not seen, after each number of trees: (n, c)."""
    total: np.ndarray | float = 0.0
    table, wanted = [], set(trees.tolist())
    for count, answers in enumerate(tree_predictions(forest, X), 1):
        total = total + answers
        if count in wanted:
            table.append(_losses(forest, y, total / count))
    return np.column_stack(table)


def _losses(forest: "Forest", y: np.ndarray, means: np.ndarray) -> np.ndarray:
    return row_losses(y, means if hasattr(forest, "classes_") else means[:, 0])


def _with_intervals(
    trees: np.ndarray, losses: np.ndarray, *, is_share: bool, n_resamples: int, seed: int
) -> ErrorCurve:
    """Average the losses (n, c) over the rows; the interval of an RMSE draws them with replacement."""
    known = ~np.isnan(losses)
    n_rows = known.sum(axis=0)
    if is_share:
        return ErrorCurve(trees, *share_interval(np.nansum(losses, axis=0), n_rows), n_rows)
    filled = np.where(known, losses, 0.0)
    n, rng = len(losses), np.random.default_rng(seed)
    # Of fresh rows all are known, and then one number counts them.
    known_as_number = np.ones((n, 1)) if known.all() else known.astype(float)

    def error(weights: np.ndarray) -> np.ndarray:
        n_known = weights @ known_as_number
        return np.sqrt(np.where(n_known > 0, weights @ filled / np.maximum(n_known, 1), np.nan))

    def draw(times: int) -> np.ndarray:
        drawn = rng.integers(0, n, (times, n)) + n * np.arange(times)[:, None]
        return error(np.bincount(drawn.ravel(), minlength=times * n).reshape(times, n))

    at_a_time = max(1, min(n_resamples, DRAWN_AT_A_TIME // n))
    draws = np.concatenate(
        [draw(min(at_a_time, n_resamples - done)) for done in range(0, n_resamples, at_a_time)]
    )
    low, high = np.full((2, len(trees)), np.nan)
    low[n_rows > 0], high[n_rows > 0] = np.nanpercentile(draws[:, n_rows > 0], ENDS, axis=0)
    return ErrorCurve(trees, error(np.ones(n)), low, high, n_rows)
