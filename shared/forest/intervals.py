"""How sure is a mean, a share, or a difference, and which seeds to measure it over.

    mean_interval(values)              # over the first axis: mean, low, high
    share_interval(102, 200)           # 0.441, 0.578
    next_seeds(42, 5)                  # [42, 43, 44, 45, 46]

All are 95 % intervals: Student's t for means, Wilson's for shares (Wilson 1927).
"""

from typing import NamedTuple

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_FOREST_SEED

_CONFIDENCE_TAIL = 0.975
_NORMAL_QUANTILE = 1.959964  # of the same tail


class Interval(NamedTuple):
    """A mean and its ends: numbers, or arrays of one shape."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def mean_interval(values: np.ndarray) -> Interval:
    """Give the mean over the first axis, and where it would lie with more of the same kind.

    Args:
        values: (f, ...), at least two along the first axis.

    Raises:
        InputError: there are fewer than two, which say nothing about their spread.
    """
    from scipy.special import stdtrit  # a hundred times faster to import than scipy.stats

    values = np.asarray(values, dtype=float)
    n = len(values)
    if n < 2:
        raise InputError("An interval needs at least 2 repeats: use 2 or more.")
    mean = values.mean(axis=0)
    half = stdtrit(n - 1, _CONFIDENCE_TAIL) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)


def share_interval(count: float, n: int) -> tuple[float, float]:
    """Give Wilson's interval for a share of `count` out of `n`, at least 1."""
    z, share = _NORMAL_QUANTILE, count / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def next_seeds(seed: int, count: int) -> list[int]:
    """Give a seed and those that follow it, from 0 again after the largest that is allowed."""
    return [(seed + step) % (MAX_FOREST_SEED + 1) for step in range(count)]
