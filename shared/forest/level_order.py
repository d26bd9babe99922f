"""An order for the levels of a category: those whose rows are alike in all other columns stand side by side.

Accumulated effects go from one level to the next, so they need an order in which the next one is not far.

    order_levels(X, categories=[5, 8])[5]      # (n_levels,) codes of column 5

As in Apley and Zhu's package ALEPlot: the distance of two levels is added up over the other columns, the
largest gap between the two cumulative distributions for a numeric one (Kolmogorov and Smirnov), half the
difference of the level shares for a category; multidimensional scaling lays the levels along a line.
"""

from collections.abc import Collection

import numpy as np

_N_POINTS = 100  # quantiles of a numeric column at which its distributions are compared


def order_levels(X: np.ndarray, *, categories: Collection[int]) -> dict[int, np.ndarray]:
    """Order the codes that occur in each category.

    Args:
        X: (n_rows, n_features), without gaps.
        categories: the columns whose numbers are codes; the others are compared by their size.

    Returns:
        For each of `categories`, the codes that some row has, (n_levels,). The end with the smaller code
        comes first; one or two levels stay in the order of their codes.
    """
    bins = [_bin(values, is_category=column in categories) for column, values in enumerate(X.T)]
    return {column: _order(X[:, column], column, bins, categories) for column in categories}


def _bin(values: np.ndarray, *, is_category: bool) -> np.ndarray:
    """Number the rows' levels, or the steps between quantiles that their values lie in: (n_rows,)."""
    if is_category:
        return np.unique(values, return_inverse=True)[1]
    points = np.unique(np.quantile(values, np.linspace(0, 1, _N_POINTS), method="inverted_cdf"))
    return np.searchsorted(points, values, side="left")


def _order(
    values: np.ndarray, column: int, bins: list[np.ndarray], categories: Collection[int]
) -> np.ndarray:
    codes, counts = np.unique(values, return_counts=True)
    if len(codes) < 3:
        return codes
    distance = np.zeros((len(codes), len(codes)))
    for other, other_bins in enumerate(bins):
        if other != column:
            distance += _distance(other_bins, bins[column], counts, is_category=other in categories)
    order = np.argsort(_line_up(distance), kind="stable")
    return codes[order if order[0] < order[-1] else order[::-1]]


def _distance(bins: np.ndarray, place: np.ndarray, counts: np.ndarray, *, is_category: bool) -> np.ndarray:
    """Compare the levels' rows in one other column, (n_levels, n_levels)."""
    n_bins = int(bins.max()) + 1
    table = np.bincount(place * n_bins + bins, minlength=len(counts) * n_bins).reshape(len(counts), n_bins)
    shares = table / counts[:, None]  # (n_levels, n_bins)
    compared = shares if is_category else np.cumsum(shares, axis=1)
    gaps = (np.abs(compared - own) for own in compared)  # (n_levels, n_bins) each
    return np.array([gap.sum(axis=1) / 2 if is_category else gap.max(axis=1) for gap in gaps])


def _line_up(distance: np.ndarray) -> np.ndarray:
    """Find the classical multidimensional scaling of a distance matrix in one dimension."""
    n = len(distance)
    centre = np.eye(n) - 1 / n
    _, vectors = np.linalg.eigh(-0.5 * centre @ distance**2 @ centre)
    return vectors[:, -1]
