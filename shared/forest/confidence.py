"""Does a forest know when it is wrong? Rows grouped by how far its trees are apart, and each group's error.

groups = group_by_spread(row_spread(explorer), row_errors(explorer), is_share=True)
groups.std, groups.error, groups.low, groups.high     # (g,) from the rows the trees agree on to the others

Follows fastai book, chapter 9 ("Tree Variance for Prediction Confidence"), which shows the spread alone.
"""

from dataclasses import dataclass

import numpy as np

from shared.forest.curve import tree_predictions
from shared.forest.explorer import Explorer
from shared.stats import mean_interval, share_interval

_MOST_GROUPS = 8
_GROUP_ROWS = 10  # at least so many in a group, where there are enough for two


@dataclass(frozen=True, eq=False)
class Groups:
    """Validation rows in groups of about equal size.

    Attributes:
        std: (g,) mean standard deviation over the trees in each group, rising.
        error: (g,) mean absolute error, or the share of wrong rows.
        low: (g,) lower end of its 95 % interval over rows; NaN for a group of one row.
        high: (g,) its upper end.
        n_rows: (g,) rows in each group.
        rank_correlation: Spearman's, of spread and error over all rows; NaN when one of them is constant.
    """

    std: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_rows: np.ndarray
    rank_correlation: float


def row_spread(explorer: Explorer) -> np.ndarray:
    """Say how far apart the trees are on each validation row, (n_valid,), as a standard deviation.

    For numbers and for two classes that of the trees' answers. Of several classes, in each row that of the
    votes for the class that the forest says.
    """
    if len(explorer.encoded.classes) <= 2:
        return explorer.spread().std
    return _spread_and_said(explorer)[0]


def row_errors(explorer: Explorer) -> np.ndarray:
    """Say how wrong the forest is on each validation row, (n_valid,).

    For numbers the absolute error; for classes 1 where the forest says another class than the row's, else 0.
    """
    y = explorer.rows(explorer.valid)[1]
    if explorer.encoded.task == "regression":
        return np.abs(y - explorer.spread().mean)
    if len(explorer.encoded.classes) <= 2:
        return ((explorer.spread().mean > 0.5) != (y == explorer.of_class)).astype(float)
    return (_spread_and_said(explorer)[1] != y).astype(float)


def _spread_and_said(explorer: Explorer) -> tuple[np.ndarray, np.ndarray]:
    def measure() -> tuple[np.ndarray, np.ndarray]:
        known = explorer.forest.classes_.astype(int)
        X = explorer.rows(explorer.valid)[0]
        shares, squares = (np.zeros((len(X), int(known.max()) + 1)) for _ in range(2))
        n_trees = len(explorer.forest.estimators_)
        for votes in tree_predictions(explorer.forest, X):  # (n_valid, n_classes)
            shares += votes / n_trees
            squares += votes**2 / n_trees
        said = known[np.argmax(shares[:, known], axis=1)]
        std = np.sqrt(np.maximum(squares - shares**2, 0.0))
        return std[np.arange(len(X)), said], said

    return explorer.once("spread and said", measure)


def group_by_spread(std: np.ndarray, errors: np.ndarray, *, is_share: bool) -> Groups:
    """Group rows by the spread of the trees.

    Args:
        std: (n,) standard deviation over the trees.
        errors: (n,) how wrong each row is; only 0 and 1 for a share.
        is_share: whether the interval is that of a share.
    """
    order = np.argsort(std, kind="stable")
    n_groups = max(1, min(_MOST_GROUPS, len(std) // _GROUP_ROWS))
    groups = np.array_split(order, n_groups)
    intervals = np.array([_interval(errors[group], is_share=is_share) for group in groups])
    return Groups(
        std=np.array([std[group].mean() for group in groups]),
        error=intervals[:, 0],
        low=intervals[:, 1],
        high=intervals[:, 2],
        n_rows=np.array([len(group) for group in groups]),
        rank_correlation=_rank_correlation(std, errors),
    )


def _interval(errors: np.ndarray, *, is_share: bool) -> tuple[float, float, float]:
    mean = float(errors.mean())
    if is_share:
        _, low, high = share_interval(float(errors.sum()), len(errors))
        return mean, float(low), float(high)
    if len(errors) < 2:
        return mean, float("nan"), float("nan")
    low, high = mean_interval(errors)[1:]
    return mean, max(0.0, float(low)), float(high)


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    from scipy.stats import rankdata

    x, y = rankdata(a), rankdata(b)
    if x.std() == 0 or y.std() == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])
