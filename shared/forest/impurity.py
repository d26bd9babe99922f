"""How mixed is a group of rows? Gini, entropy, and the standard deviation that the lesson scores splits with.

    gini([81, 233])                # 0.3828: women on the Titanic, 233 of 314 survived
    describe_gini([81, 233])       # the sentence that says what this number is
    compare_measures(y, X[:, 0] <= 0.5, n_classes=2).score    # {"std": ..., "gini": ..., "entropy": ...}

The published lesson calls Gini "how likely is it to pick the same item twice in a row". It is the opposite:
the formula 1 - p^2 - (1 - p)^2 is the chance that two draws with replacement DIFFER, 0 for a pure group. For
two classes it is twice the variance, so all three measures agree on what is pure and what is most mixed.

Follows "How random forests really work", lesson 6 of Practical Deep Learning for Coders.
"""

from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.forest.checks import as_numbers

MEASURES = {
    "std": "Standard deviation (the lesson's score)",
    "gini": "Gini",
    "entropy": "Entropy (bits)",
}
_LARGEST_COUNT = 1e15  # a larger one is no longer exact


@dataclass(frozen=True)
class Group:
    """One group of rows.

    Attributes:
        n: how many rows.
        mean: of the target, NaN for an empty group and for three or more classes.
        shares: of the classes; empty for a regression target or an empty group.
        std: standard deviation with n - 1, as pandas has it; 0 for fewer than two rows; None for three or
            more classes, whose numbers mean nothing.
        gini: None for a regression target.
        entropy: in bits; None for a regression target.
    """

    n: int
    mean: float
    shares: tuple[float, ...]
    std: float | None
    gini: float | None
    entropy: float | None


@dataclass(frozen=True)
class SplitImpurity:
    """What a split does to a group, by every measure.

    Attributes:
        whole: the group before.
        below: the rows at or below the threshold.
        above: the others.
        score: for each of `MEASURES` that applies, the mean of the two sides weighted by their rows: lower
            is better.
    """

    whole: Group
    below: Group
    above: Group
    score: dict[str, float]


def gini(counts: object) -> np.ndarray:
    """Compute Gini impurity, 1 - sum of squared shares: the chance that two draws with replacement differ.

    Args:
        counts: (..., k) rows of each class; shares work as well.

    Returns:
        (...): 0 for a pure or empty group, at most 1 - 1/k.

    Raises:
        InputError: the counts are not numbers from 0 up.
    """
    shares = _shares(counts)
    empty = shares.sum(axis=-1) == 0
    return np.where(empty, 0.0, 1 - (shares**2).sum(axis=-1))


def entropy(counts: object) -> np.ndarray:
    """Compute entropy in bits: how many yes-no questions it takes to learn the class of a row, on average.

    Args:
        counts: (..., k) rows of each class; shares work as well.

    Returns:
        (...): 0 for a pure or empty group, at most log2(k).

    Raises:
        InputError: the counts are not numbers from 0 up.
    """
    shares = _shares(counts)
    logs = np.log2(np.where(shares > 0, shares, 1.0))
    return 0.0 - (shares * logs).sum(axis=-1)  # a pure group is 0, not -0


def describe_gini(counts: object, *, what: str = "this group") -> str:
    """Say in words what the Gini impurity of one group is.

    Args:
        counts: (k,) rows of each class, or their shares.
        what: what the group is called, inside the sentence.

    Raises:
        InputError: the counts are not numbers from 0 up, or all 0.
    """
    shares = _shares(counts)
    if shares.ndim != 1 or shares.sum() == 0:
        raise InputError(
            "Gini needs the number of rows of each class of one group, at least one of them > 0."
        )
    value = float(gini(shares))
    return (
        f"Draw a row of {what}, put it back and draw again: the two differ in class with a chance of "
        f"{value:.4f}. That is Gini; 0 means that all rows are of one class. The chance to pick the same "
        f"class twice in a row is {1 - value:.4f}."
    )


def class_counts(y: np.ndarray, *, n_classes: int) -> np.ndarray:
    """Count the rows of each class: (n_classes,)."""
    return np.bincount(y.astype(int), minlength=n_classes)


def describe_group(y: np.ndarray, *, n_classes: int = 0) -> Group:
    """Measure one group.

    Args:
        y: (n,) targets.
        n_classes: 0 for a regression target.
    """
    n = len(y)
    is_number = n_classes <= 2
    std = float(np.std(y, ddof=1)) if n > 1 else 0.0
    mean = float(y.mean()) if n and is_number else float("nan")
    if not n_classes:
        return Group(n, mean, (), std, None, None)
    counts = class_counts(y, n_classes=n_classes)
    return Group(
        n=n,
        mean=mean,
        shares=tuple((counts / n).tolist()) if n else (),
        std=std if is_number else None,
        gini=float(gini(counts)),
        entropy=float(entropy(counts)),
    )


def compare_measures(y: np.ndarray, is_below: np.ndarray, *, n_classes: int = 0) -> SplitImpurity:
    """Score one split by every measure that applies to the target.

    Args:
        y: (n,) targets, at least one.
        is_below: (n,) booleans, which rows are on the lower side.
        n_classes: 0 for a regression target.
    """
    whole, below, above = (
        describe_group(part, n_classes=n_classes) for part in (y, y[is_below], y[~is_below])
    )
    score = {}
    for measure in MEASURES:
        left, right = getattr(below, measure), getattr(above, measure)
        if left is not None and right is not None:
            score[measure] = (left * below.n + right * above.n) / whole.n
    return SplitImpurity(whole, below, above, score)


def _shares(counts: object) -> np.ndarray:
    numbers = np.atleast_1d(as_numbers("The counts", counts))
    if numbers.shape[-1] == 0 or not ((numbers >= 0) & (numbers <= _LARGEST_COUNT)).all():
        raise InputError(f"The counts of the classes must be numbers from 0 to {_LARGEST_COUNT:g}.")
    total = numbers.sum(axis=-1, keepdims=True)
    return numbers / np.where(total > 0, total, 1.0)
