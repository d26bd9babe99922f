"""At which values of a column a curve is worked out, and how many rows speak for each of them.

A numeric column gets scikit-learn's grid: all its values when they are few, else evenly spaced ones from the
5th to the 95th percentile. A category gets every level.

    grids = make_grids(encoded, resolution=50)
    grids[3].shape                                # (50,)
    count_support(grids[3], encoded.X[:, 3])      # (50,) rows near each value

Follows `sklearn.inspection.partial_dependence`; course lesson 6 draws such curves.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.errors import InputError
from shared.forest.checks import as_numbers, check_whole
from shared.forest.encoded import Encoded
from shared.forest.flat import FlatForest
from shared.limits import MAX_FOREST_GRID, MAX_TABLE_LEVELS

PERCENTILES = (0.05, 0.95)


def make_grids(encoded: Encoded, *, resolution: int = 50) -> list[np.ndarray]:
    """Make the grid of every column of a table, in order.

    Args:
        encoded: the table.
        resolution: how many values a numeric column gets.

    Raises:
        InputError: when the resolution is out of range.
    """
    return [
        make_level_grid(values, n_levels=len(column.levels))
        if column.kind == "category"
        else make_number_grid(values, resolution=resolution)
        for column, values in zip(encoded.columns, encoded.X.T, strict=True)
    ]


def make_number_grid(values: np.ndarray, *, resolution: int = 50) -> np.ndarray:
    """Make scikit-learn's grid of a numeric column.

    Where scikit-learn gives up, because nearly all rows have one and the same value, the grid is picked
    evenly from the different values that there are.

    Args:
        values: (n_rows,) the column.
        resolution: how many values, 2 to MAX_FOREST_GRID; a column with fewer different ones gives them all.

    Returns:
        (n_grid,) ascending.

    Raises:
        InputError: when the resolution is out of range.
    """
    resolution = check_whole("The number of grid values", resolution, low=2, high=MAX_FOREST_GRID)
    values = np.sort(np.asarray(values, dtype=float))
    different = values[np.concatenate([[True], values[1:] > values[:-1]])]
    if len(different) < resolution:
        return different
    low, high = (_percentile(values, share) for share in PERCENTILES)
    if np.allclose(low, high):  # scikit-learn's own test
        return different[np.linspace(0, len(different) - 1, resolution).round().astype(int)]
    return np.linspace(low, high, resolution)


def make_level_grid(values: np.ndarray, *, n_levels: int) -> np.ndarray:
    """Make the grid of a category: the codes of all levels, and -1 when rows have none.

    Args:
        values: (n_rows,) codes.
        n_levels: how many levels there are, also those that no row has.
    """
    return np.union1d(np.arange(n_levels, dtype=float), np.asarray(values, dtype=float))


def check_grid(grid: Sequence[float] | np.ndarray) -> np.ndarray:
    """See that a grid can be used, and give it as an array.

    Raises:
        InputError: when it is empty, too long, not ascending, or not of finite numbers.
    """
    values = as_numbers("The grid", grid)
    if values.ndim != 1 or not 0 < len(values) <= MAX_TABLE_LEVELS + 1:  # one more: rows without a level
        raise InputError(f"A grid has 1 to {MAX_TABLE_LEVELS + 1:,} values. Choose fewer.")
    if not np.isfinite(values).all() or not (np.diff(values) > 0).all():
        raise InputError("The grid's values must be finite and ascend. Sort them, and name each once.")
    return values


def count_support(grid: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Count the rows near each grid value: not farther from it than half the way to the next one.

    At both ends the half way inside is taken on the outside too, so the rows beyond a numeric grid, a tenth
    of all, do not speak for its ends. Where the grid holds all of a column's values, each is counted alone.

    Args:
        grid: (n_grid,) ascending.
        values: (n_rows,) the column.

    Returns:
        (n_grid,) whole numbers.
    """
    edges = _edges(grid)
    # A row half way between two values counts for the upper one; one at the very end still counts.
    places = np.where(values == edges[-1], len(grid), np.searchsorted(edges, values, side="right"))
    return np.bincount(places, minlength=len(grid) + 2)[1 : len(grid) + 1]


def count_joint_support(grids: tuple[np.ndarray, np.ndarray], values: np.ndarray) -> np.ndarray:
    """Count the rows near each pair of two grids' values, (n_first, n_second); `values` is (n_rows, 2)."""
    counts, _, _ = np.histogram2d(values[:, 0], values[:, 1], bins=[_edges(grid) for grid in grids])
    return counts.astype(int)


def cut_nodes(flat: FlatForest, grids: Mapping[int, np.ndarray]) -> np.ndarray:
    """Count for each node how many values of its column's grid go left there.

    Args:
        flat: the forest.
        grids: column -> grid; nodes of other columns get 0.

    Returns:
        (n_nodes,) int32.
    """
    cut = np.zeros(len(flat.feature), dtype=np.int32)
    for column, grid in grids.items():
        nodes = flat.nodes_of_column[column]
        seen = grid.astype(np.float32).astype(float)  # what the forest would see of it
        cut[nodes] = np.searchsorted(seen, flat.threshold[nodes], side="right")
    return cut


def _edges(grid: np.ndarray) -> np.ndarray:
    """Find the borders between the neighbourhoods of grid values, (n_grid + 1,)."""
    if len(grid) == 1:
        return np.array([grid[0] - 0.5, grid[0] + 0.5])
    middles = grid[:-1] + np.diff(grid) / 2
    return np.concatenate([[2 * grid[0] - middles[0]], middles, [2 * grid[-1] - middles[-1]]])


def _percentile(ordered: np.ndarray, share: float) -> float:
    """Find the quantile of scipy's `mquantiles` (its alphap and betap are 0.4), which scikit-learn takes."""
    n = len(ordered)
    place = n * share + 0.4 + share * 0.2  # counted from 1, between two of the values
    below = int(np.clip(np.floor(place), 1, n - 1))
    weight = float(np.clip(place - below, 0, 1))
    return float((1 - weight) * ordered[below - 1] + weight * ordered[below])
