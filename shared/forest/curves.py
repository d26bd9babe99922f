"""What the tab of partial dependence asks of one explorer: which columns first, curves of rows, a map.

columns_by_range(explorer)                  # numbers of the columns, the widest curve first
sample_curves(explorer, 3)                  # (50, n_grid) curves of 50 rows
find_map(explorer, 3, 5)                    # a TwoWay on a coarser grid
find_own_impossible(explorer, 3)            # an Impossible, or None
"""

import numpy as np

from shared.errors import InputError
from shared.forest.encoded import Encoded
from shared.forest.explorer import Explorer
from shared.forest.grids import make_number_grid
from shared.forest.ice import TwoWay, individual_curves, two_way
from shared.forest.impossible import Impossible, find_impossible
from shared.forest.partial_plots import MOST_LEVELS, measure_range
from shared.tables.kinds import shorten

SAMPLED_ROWS = 50  # with a curve of their own: more hide each other
MAP_VALUES = 20  # of a number on each side of a map: enough rows are left near each cell


def columns_by_range(explorer: Explorer) -> list[int]:
    """Order the columns by how far their curves go, the widest first."""
    ranges = explorer.once(
        "ranges", lambda: np.array([measure_range(curve) for curve in explorer.dependence()])
    )
    return np.argsort(-ranges, kind="stable").tolist()


def find_column(encoded: Encoded, name: object) -> int:
    """Give the number of a column.

    Raises:
        InputError: there is no such column.
    """
    if not isinstance(name, str) or name not in encoded.names:
        raise InputError(f'This forest has no column "{shorten(name)}". Choose one from the list.')
    return encoded.names.index(name)


def sample_curves(explorer: Explorer, column: int, *, seed: int = 0) -> np.ndarray:
    """Give the curves of some rows, drawn at random, at the values of the column's grid.

    Returns:
        (n, n_grid), n being SAMPLED_ROWS or all rows of a smaller table.
    """
    n_rows = len(explorer.encoded.X)
    rows = np.random.default_rng(seed).choice(n_rows, min(SAMPLED_ROWS, n_rows), replace=False)
    return individual_curves(
        explorer.flat, explorer.encoded.X, column=column, grid=explorer.grids()[column], rows=rows
    )


def find_own_impossible(explorer: Explorer, column: int) -> Impossible | None:
    """Measure how many rows of a column's curve cannot exist; worked out once."""
    return explorer.once(
        f"impossible {column}",
        lambda: find_impossible(explorer.encoded, column=column, grid=explorer.grids()[column]),
    )


def find_map(explorer: Explorer, first: int, second: int) -> TwoWay:
    """Work out the map of two columns: numbers at MAP_VALUES values, categories at their commonest levels.

    Raises:
        InputError: it is twice the same column.
    """
    X = explorer.encoded.X
    grids = (_coarse_grid(explorer, first), _coarse_grid(explorer, second))
    return two_way(explorer.flat, X, columns=(first, second), grids=grids)


def _coarse_grid(explorer: Explorer, column: int) -> np.ndarray:
    values = explorer.encoded.X[:, column]
    if explorer.encoded.columns[column].kind != "category":
        return make_number_grid(values, resolution=MAP_VALUES)
    levels, n_rows = np.unique(values, return_counts=True)
    return np.sort(levels[np.argsort(-n_rows, kind="stable")[:MOST_LEVELS]])
