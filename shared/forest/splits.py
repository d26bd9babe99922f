"""One binary split: the lesson's score, the best threshold of every column at once, and the OneR baseline.

    curve = score_thresholds(X[:, 0], y)              # the score of every threshold of one column
    best_splits(X, y, task="classification")          # the best of each column, None where there is none
    rule = fit_one_r(X, y, task="classification")     # the best of all, used as a model
    error_of(y, predict_one_r(rule, X))               # shared.forest.fit

A split sends the rows with `value <= threshold` to one side and the others to the other. Thresholds are
values of the column, as in the lesson; scikit-learn takes midpoints, which part the same rows. The score is
the mean of the two sides' standard deviations (with n - 1), weighted by their rows; a side of one row counts
as 0.

Follows "How random forests really work", lesson 6 of Practical Deep Learning for Coders; OneR after Holte
(1993), "Very simple classification rules perform well on most commonly used datasets".
"""

from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_choice, check_matrix, check_number, check_table
from shared.forest.encoded import Column
from shared.forest.impurity import MEASURES, entropy, gini
from shared.tables.numbers import write_value

# Sums are rounded, so two scores are one when they differ by less than this share of the largest.
_TIE = 1e-9


@dataclass(frozen=True, eq=False)
class SplitCurve:
    """Every threshold of one column.

    Attributes:
        thresholds: (m,) the column's values but the largest, ascending: m is 0 for a constant column.
        scores: (m,) lower is better.
        n_below: (m,) rows at or below each threshold.
    """

    thresholds: np.ndarray
    scores: np.ndarray
    n_below: np.ndarray


@dataclass(frozen=True)
class BestSplit:
    """The best threshold of a column.

    Attributes:
        column: its index.
        threshold: rows with `value <= threshold` are below. The lowest, when several are equally good.
        score: lower is better.
        n_below: rows at or below the threshold.
        ties: the other thresholds of this column with the same score.
    """

    column: int
    threshold: float
    score: float
    n_below: int
    ties: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class OneR:
    """The best single split as a model.

    Attributes:
        split: where; None when no column can be split, and every row gets the same answer.
        below: what rows at or below the threshold get: (1,) the mean, or (n_classes,) shares.
        above: what the others get, of the same shape.
        n_classes: 0 for regression.
    """

    split: BestSplit | None
    below: np.ndarray
    above: np.ndarray
    n_classes: int


def score_split(x: np.ndarray, y: np.ndarray, threshold: float) -> float:
    """Give the lesson's score of one split, `score(col, y, split)` in its notebook.

    Args:
        x: (n,) one column.
        y: (n,) targets, at least one.
        threshold: any number.

    Raises:
        InputError: the threshold is not a number.
    """
    below = x <= check_number("The threshold", threshold, low=-np.finfo(float).max, high=np.finfo(float).max)
    return sum(
        float(np.std(side, ddof=1)) * len(side) for side in (y[below], y[~below]) if len(side) > 1
    ) / len(y)


def score_thresholds(x: np.ndarray, y: np.ndarray, *, measure: str = "std", n_classes: int = 0) -> SplitCurve:
    """Score all thresholds of one column, from running sums over the sorted rows.

    Args:
        x: (n,) one column.
        y: (n,) targets.
        measure: a key of `shared.forest.impurity.MEASURES`.
        n_classes: needed by "gini" and "entropy"; 0 for a regression target.

    Raises:
        InputError: the measure does not apply to the target.
    """
    _check_measure(measure, n_classes)
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    ends = np.flatnonzero(x[1:] > x[:-1])  # (m,) the last row of each value but the largest
    n_below = ends + 1
    n_above = len(x) - n_below
    if measure == "std":
        below, above = _running_std(y, ends)
    else:
        impurity = {"gini": gini, "entropy": entropy}[measure]
        counts = np.cumsum(y[:, None] == np.arange(n_classes), axis=0, dtype=np.int32)  # (n, n_classes)
        below, above = impurity(counts[ends]), impurity(counts[-1] - counts[ends])
    return SplitCurve(x[ends], (below * n_below + above * n_above) / max(len(x), 1), n_below)


def best_splits(
    X: np.ndarray, y: np.ndarray, *, task: str, measure: str | None = None
) -> list[BestSplit | None]:
    """Find the best threshold of each column.

    Of thresholds with the same score (to 1e-9 of the largest score, because sums are rounded) the lowest is
    taken, and the others are named. The notebook takes the one it meets first, in the order of the rows.

    Args:
        X: (n, p).
        y: (n,) targets, class indices for classification.
        task: "regression" or "classification".
        measure: a key of `MEASURES`; the lesson's for numbers and two classes, else Gini.

    Returns:
        One for each column; None for a column with only one value.

    Raises:
        InputError: the numbers cannot be used, or the measure does not apply to the target.
    """
    X, y = check_table(X, y, task=task)
    n_classes = int(y.max()) + 1 if task == "classification" else 0
    measure = measure or ("std" if n_classes <= 2 else "gini")
    curves = (score_thresholds(x, y, measure=measure, n_classes=n_classes) for x in X.T)
    return [_best_of(column, curve) for column, curve in enumerate(curves)]


def fit_one_r(X: np.ndarray, y: np.ndarray, *, task: str, n_classes: int = 0) -> OneR:
    """Make a model of the best split of all columns; of equally good columns the first.

    Args:
        X: (n, p).
        y: (n,) targets, class indices for classification.
        task: "regression" or "classification".
        n_classes: for classification, how many classes there are when these rows may lack the last ones.

    Raises:
        InputError: the numbers cannot be used.
    """
    found = [split for split in best_splits(X, y, task=task) if split is not None]
    n_classes = max(n_classes, int(np.max(y)) + 1) if task == "classification" else 0
    if not found:
        answer = _answer(y, n_classes)
        return OneR(None, answer, answer, n_classes)
    lowest = min(split.score for split in found)
    tolerance = _TIE * max(split.score for split in found)
    split = next(split for split in found if split.score <= lowest + tolerance)
    below = np.asarray(X)[:, split.column] <= split.threshold
    return OneR(split, _answer(y[below], n_classes), _answer(y[~below], n_classes), n_classes)


def predict_one_r(rule: OneR, X: np.ndarray) -> np.ndarray:
    """Apply the rule: (n,) means, or (n, n_classes) shares.

    Args:
        rule: a fitted one.
        X: (n, p), the columns it was fitted on.

    Raises:
        InputError: X is no table of numbers.
    """
    X = check_matrix(X)
    below = np.ones(len(X), bool) if rule.split is None else X[:, rule.split.column] <= rule.split.threshold
    answers = np.where(below[:, None], rule.below, rule.above)
    return answers if rule.n_classes else answers[:, 0]


def describe_side(column: Column, threshold: float, *, above: bool = False) -> str:
    """Say which rows are on one side of a split: "Age <= 6", or "Sex: female" for a category.

    A category that is missing or was never seen has the code -1, so it goes with the first levels, unnamed.

    Args:
        column: what the column is.
        threshold: of the split.
        above: the side of the larger values.
    """
    if column.kind == "category":
        levels = [level for code, level in enumerate(column.levels) if (code > threshold) == above]
        return f"{column.name}: {', '.join(levels) or 'missing'}"
    if column.kind == "missing":
        return f"{column.source} is {'missing' if above else 'known'}"
    return f"{column.name} {'>' if above else '<='} {write_value(threshold)}"


def _best_of(column: int, curve: SplitCurve) -> BestSplit | None:
    if not len(curve.scores):
        return None
    best = np.flatnonzero(curve.scores <= curve.scores.min() + _TIE * curve.scores.max())
    first, ties = int(best[0]), curve.thresholds[best[1:]]
    return BestSplit(
        column=column,
        threshold=float(curve.thresholds[first]),
        score=float(curve.scores[first]),
        n_below=int(curve.n_below[first]),
        ties=tuple(ties.tolist()),
    )


def _running_std(y: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation (n - 1) of the rows up to and including each end, and of those after it."""
    centre = y.mean() if len(y) else 0.0
    if (y == np.round(y)).all():
        centre = np.round(centre)  # sums of whole numbers are exact, so a pure group gives exactly 0
    y = y - centre
    sums, squares = np.cumsum(y), np.cumsum(y**2)
    n = np.arange(1, len(y) + 1)

    def std(total: np.ndarray, square: np.ndarray, count: np.ndarray) -> np.ndarray:
        spread = np.maximum(square - total**2 / np.maximum(count, 1), 0.0)
        return np.sqrt(spread / np.maximum(count - 1, 1)) * (count > 1)

    below = std(sums[ends], squares[ends], n[ends])
    return below, std(sums[-1:] - sums[ends], squares[-1:] - squares[ends], len(y) - n[ends])


def _answer(y: np.ndarray, n_classes: int) -> np.ndarray:
    if not n_classes:
        return np.array([y.mean()])
    return np.bincount(y.astype(int), minlength=n_classes) / len(y)


def _check_measure(measure: str, n_classes: int) -> None:
    check_choice("The measure", measure, tuple(MEASURES))
    if measure != "std" and not n_classes:
        raise InputError(f"{MEASURES[measure]} needs classes: for a number, use the standard deviation.")
    if measure == "std" and n_classes > 2:
        raise InputError("The standard deviation needs numbers or two classes: use Gini or entropy.")
