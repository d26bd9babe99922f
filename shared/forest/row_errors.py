"""The error over some rows with its interval, and the difference of two models on the same rows.

    error_interval(row_losses(y, predicted), is_share=True)      # of wrong rows, Wilson's interval
    difference_interval(losses_a, losses_b, is_share=False)      # of two RMSE, rows drawn again in pairs

All are 95 % intervals: they say how much the answer would change with other rows of the same kind.
"""

from collections.abc import Callable

import numpy as np

from shared.errors import InputError
from shared.forest.intervals import Interval, share_interval

RESAMPLES = 400  # bootstrap samples of the rows
_ENDS = (2.5, 97.5)  # percentiles of what they give


def error_interval(losses: np.ndarray, *, is_share: bool, seed: int = 0) -> Interval:
    """Give the error that people read, and its interval.

    Args:
        losses: (n,) of `shared.forest.fit.row_losses`: 0 or 1 for classes, else squared errors.
        is_share: the error is the share of wrong rows; else it is the root of the mean loss.
        seed: of the bootstrap, which a share does not need.

    Raises:
        InputError: there are no rows.
    """
    mean = _error(_check(losses), is_share)
    if is_share:
        low, high = share_interval(float(losses.sum()), len(losses))
        return Interval(mean, np.asarray(low), np.asarray(high))
    return Interval(mean, *_ends(losses[:, None], lambda means: np.sqrt(means[:, 0]), seed))


def difference_interval(first: np.ndarray, second: np.ndarray, *, is_share: bool, seed: int = 0) -> Interval:
    """Give the error of the first model minus that of the second, and the interval of this difference.

    Both answer the same rows, so each bootstrap sample draws rows for both: much that is hard about a row is
    hard for both, and cancels.

    Args:
        first: (n,) losses of one model, as `error_interval` takes them.
        second: (n,) losses of the other, of the same rows in the same order.
        is_share: see `error_interval`.
        seed: of the bootstrap.

    Raises:
        InputError: there are no rows, or not the same number.
    """
    if len(first) != len(second):
        raise InputError(f"Both models must answer the same rows: {len(first):,} are not {len(second):,}.")
    mean = _error(_check(first), is_share) - _error(second, is_share)
    return Interval(
        mean,
        *_ends(
            np.column_stack([first, second]),
            lambda means: _of_means(means[:, 0], is_share) - _of_means(means[:, 1], is_share),
            seed,
        ),
    )


def _check(losses: np.ndarray) -> np.ndarray:
    if not len(losses):
        raise InputError("An error needs at least one row.")
    return losses


def _error(losses: np.ndarray, is_share: bool) -> np.ndarray:
    return _of_means(losses.mean(), is_share)


def _of_means(means: np.ndarray, is_share: bool) -> np.ndarray:
    return np.asarray(means if is_share else np.sqrt(means))


def _ends(
    losses: np.ndarray, work: Callable[[np.ndarray], np.ndarray], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the rows again and again, (RESAMPLES, k) mean losses, and give the ends of what `work` makes."""
    rng, n = np.random.default_rng(seed), len(losses)
    means = np.array([np.bincount(rng.integers(0, n, n), minlength=n) @ losses / n for _ in range(RESAMPLES)])
    low, high = np.percentile(work(means), _ENDS)
    return low, high
