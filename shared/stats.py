"""How sure is a share, a mean, a difference? Every interval of the project is made here.

    share_interval(0, 45)                       # 0.0, 0.0 to 0.079: no wrong row in 45 does not prove none
    mean_interval(values)                       # over the first axis: mean, low, high
    root_mean_interval(squared_errors)          # of an RMSE
    paired_share_interval(9, 2, 48)             # of the difference of two errors on the same rows
    bootstrap_interval(losses, statistic)       # of anything that is made of the means of rows
    best_interval(train_errors, true_errors)    # of the run that was chosen among several
    correlation_interval(0.4, 50)

All are 95 % intervals: Wilson's (1927) for shares, Student's t for means, Bonett and Price's (2012) for
paired shares, Fisher's z for correlations, and percentiles of the bootstrap for the rest.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

ENDS = (2.5, 97.5)  # percentiles between which 95 % lie
RESAMPLES = 400  # bootstrap samples of the rows
_TAIL = 0.975
_FEWEST_RUNS = 5  # that can tell how much was luck
_NORMAL = 1.959964  # standard deviations on either side of 95 % of a normal distribution


class Interval(NamedTuple):
    """A number and its ends: numbers, or arrays of one shape."""

    mean: Any
    low: Any
    high: Any


def share_interval(count: np.ndarray | float, n: np.ndarray | float) -> Interval:
    """Give a share and Wilson's interval: it stays inside 0 and 1, and none is ever of no width.

    Args:
        count: how many; need not be whole, where a tie counts as a half.
        n: of how many; where it is 0, share and ends are NaN.
    """
    counts, sizes = np.asarray(count, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, spread = counts / sizes, _NORMAL**2 / sizes
        middle = (share + spread / 2) / (1 + spread)
        half = _NORMAL / (1 + spread) * np.sqrt(share * (1 - share) / sizes + spread / (4 * sizes))
    # Rounding must not push an end beyond the share itself.
    low = np.where(counts == 0, 0.0, np.maximum(middle - half, 0.0))
    high = np.where(counts == sizes, 1.0, np.minimum(middle + half, 1.0))
    ends = (np.where(sizes > 0, end, np.nan)[()] for end in (low, high))  # numbers where numbers came in
    return Interval(share, *ends)


def mean_interval(values: np.ndarray) -> Interval:
    """Give the mean over the first axis, and where it would lie with more of the same kind.

    Args:
        values: (f, ...), at least one along the first axis; of one alone the ends are infinite, because it
            says nothing of its spread.
    """
    from scipy.special import stdtrit  # a hundred times faster to import than scipy.stats

    values = np.asarray(values, dtype=float)
    n, mean = len(values), values.mean(axis=0)
    if n < 2:
        return Interval(mean, mean - np.inf, mean + np.inf)
    half = stdtrit(n - 1, _TAIL) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)


def root_mean_interval(squares: np.ndarray) -> Interval:
    """Give the root of a mean, such as an RMSE of squared errors: the roots of the mean and of its ends.

    Args:
        squares: (n,) numbers from 0, at least one.
    """
    return Interval(*(np.sqrt(np.maximum(end, 0.0)) for end in mean_interval(squares)))


def paired_share_interval(n_better: int, n_worse: int, n: int) -> Interval:
    """Give by how much an error grew on the same rows, and Bonett and Price's interval.

    Only rows whose answer changed say anything. One row more is counted as better and one as worse, so it
    stays honest when few answers changed or none.

    Args:
        n_better: rows that were wrong before and are right after.
        n_worse: rows that were right before and are wrong after.
        n: all rows, at least one.
    """
    better, worse = (n_better + 1) / (n + 2), (n_worse + 1) / (n + 2)
    middle = worse - better
    half = _NORMAL * math.sqrt((worse + better - middle**2) / (n + 2))
    ends = max(middle - half, -1.0), min(middle + half, 1.0)
    return Interval(*map(np.float64, ((n_worse - n_better) / n, *ends)))


def bootstrap_interval(
    losses: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], *, seed: int = 0
) -> Interval:
    """Draw the rows again and again, and give the ends of what a statistic makes of their means.

    Args:
        losses: (n, k) of n rows, at least one; drawing whole rows keeps pairs together.
        statistic: from (m, k) means to (m,) numbers.
        seed: of the draws.
    """
    rng, n = np.random.default_rng(seed), len(losses)
    means = np.array([np.bincount(rng.integers(0, n, n), minlength=n) @ losses / n for _ in range(RESAMPLES)])
    low, high = np.percentile(statistic(means), ENDS)
    return Interval(statistic(losses.mean(axis=0)[None])[0], low, high)


def best_interval(scores: np.ndarray, values: np.ndarray) -> Interval:
    """Give the value of the run with the lowest score, and how much of it was the luck of the runs.

    That is the bootstrap's interval, without drawing: among n runs drawn anew with replacement, the r-th best
    of all (counted from 0) is the best with probability (1 - r/n)^n - (1 - (r + 1)/n)^n. Each end is the
    value of one of the runs.

    Args:
        scores: (n,) by which a run is chosen, such as training errors.
        values: (n,) what is shown of it. Of fewer than five runs the ends are infinite.
    """
    n, order = len(scores), np.argsort(scores, kind="stable")
    best = values[order[0]]
    if n < _FEWEST_RUNS:
        return Interval(best, -np.inf, np.inf)
    chances = -np.diff((1 - np.arange(n + 1) / n) ** n)  # (n,) of each rank
    by_value = np.argsort(values[order], kind="stable")
    so_far = np.cumsum(chances[by_value])
    ends = np.minimum(np.searchsorted(so_far, [1 - _TAIL, _TAIL]), n - 1)
    return Interval(best, *values[order][by_value][ends])


def correlation_interval(r: float, n: int) -> Interval:
    """Give the interval of Pearson's correlation of n pairs, more than three; none for a perfect one."""
    if abs(r) >= 1:
        return Interval(*map(np.float64, (r, r, r)))
    z, half = math.atanh(r), _NORMAL / math.sqrt(n - 3)
    return Interval(*map(np.float64, (r, math.tanh(z - half), math.tanh(z + half))))
