"""The error over some rows with its interval, and the difference of two models on the same rows.

    error_interval(row_losses(y, predicted), is_share=True)      # of wrong rows, Wilson's interval
    difference_interval(losses_a, losses_b, is_share=False)      # of two RMSE, rows drawn again in pairs

All are 95 % intervals: they say how much the answer would change with other rows of the same kind.
"""

import numpy as np

from shared.errors import InputError
from shared.stats import Interval, bootstrap_interval, paired_share_interval, share_interval


def error_interval(losses: np.ndarray, *, is_share: bool, seed: int = 0) -> Interval:
    """Give the error that people read, and its interval.

    Args:
        losses: (n,) of `shared.forest.fit.row_losses`: 0 or 1 for classes, else squared errors.
        is_share: the error is the share of wrong rows; else it is the root of the mean loss.
        seed: of the bootstrap, which a share does not need.

    Raises:
        InputError: there are no rows.
    """
    losses = _check(losses)
    if is_share:
        return share_interval(float(losses.sum()), len(losses))
    return bootstrap_interval(losses[:, None], lambda means: np.sqrt(means[:, 0]), seed=seed)


def difference_interval(first: np.ndarray, second: np.ndarray, *, is_share: bool, seed: int = 0) -> Interval:
    """Give the error of the first model minus that of the second, and the interval of this difference.

    Both answer the same rows, so rows are compared, or drawn, in pairs: much that is hard about a row is hard
    for both, and cancels.

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
    losses = np.column_stack([_check(first), second])
    if is_share:
        return paired_share_interval(int((second > first).sum()), int((first > second).sum()), len(losses))
    return bootstrap_interval(losses, lambda means: np.sqrt(means[:, 0]) - np.sqrt(means[:, 1]), seed=seed)


def _check(losses: np.ndarray) -> np.ndarray:
    if not len(losses):
        raise InputError("An error needs at least one row.")
    return losses
