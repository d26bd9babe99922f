"""Curves of single rows, and maps of two columns: what a partial dependence curve is the average of.

An average can hide that a column pushes some rows up and others down. Individual curves (individual
conditional expectation, ICE) show each row's own; a two-way map shows the average over the values of two
columns together.

    individual_curves(flat, X, column=3, grid=grid, rows=[0, 7, 12])       # (3, n_grid)
    two_way(flat, X, columns=(3, 5), grids=(grid, other)).average          # (n_first, n_second)

Exact, by the idea of `shared.forest.partial_dependence`. Goldstein et al., "Peeking Inside the Black Box"
(2015); scikit-learn's `partial_dependence(kind="individual")` gives the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.forest import kernels
from shared.forest.checks import as_numbers
from shared.forest.flat import FlatForest, check_column, check_rows
from shared.forest.grids import check_grid, count_joint_support, cut_nodes
from shared.limits import MAX_FOREST_ICE_ROWS, MAX_FOREST_MAP_CELLS


@dataclass(frozen=True, eq=False)
class TwoWay:
    """The map of two columns.

    Attributes:
        columns: their numbers in the table.
        grids: (n_first,) and (n_second,) values, ascending.
        average: (n_first, n_second) mean prediction if all rows had these two values.
        support: (n_first, n_second) how many rows are near both.
    """

    columns: tuple[int, int]
    grids: tuple[np.ndarray, np.ndarray]
    average: np.ndarray
    support: np.ndarray


def individual_curves(
    flat: FlatForest,
    X: np.ndarray,
    *,
    column: int,
    grid: Sequence[float] | np.ndarray,
    rows: Sequence[int] | np.ndarray | None = None,
) -> np.ndarray:
    """Work out what the forest says of chosen rows at each value of one column.

    Args:
        flat: the forest.
        X: (n_rows, n_features) the table, without gaps.
        column: the column that is changed.
        grid: its values, ascending.
        rows: which rows, up to MAX_FOREST_ICE_ROWS; all by default.

    Returns:
        (n_chosen, n_grid). The mean over all rows is the partial dependence.

    Raises:
        InputError: when the table, the column, the grid or a row number cannot be used.
    """
    column, values = check_column(flat, column), check_grid(grid)
    chosen = check_rows(flat, X)
    if rows is not None:
        chosen = chosen[_row_numbers(rows, len(chosen))]
    if not 0 < len(chosen) <= MAX_FOREST_ICE_ROWS:
        raise InputError(f"Individual curves are drawn for 1 to {MAX_FOREST_ICE_ROWS:,} rows. Choose fewer.")
    loops = kernels.current()
    cut = cut_nodes(flat, {column: values})
    sums = np.zeros((len(chosen), len(values) + 1))

    def work(start: int, stop: int) -> None:
        loops.add_curves(
            flat.nodes,
            flat.value,
            flat.roots,
            flat.depth,
            column,
            cut,
            len(values),
            chosen[start:stop],
            sums[start:stop],
        )

    kernels.share_out(work, len(chosen))
    return np.cumsum(sums, axis=1)[:, :-1] / flat.n_trees


def two_way(
    flat: FlatForest,
    X: np.ndarray,
    *,
    columns: tuple[int, int],
    grids: tuple[Sequence[float] | np.ndarray, Sequence[float] | np.ndarray],
) -> TwoWay:
    """Work out the map of two columns.

    Args:
        flat: the forest.
        X: (n_rows, n_features) the rows to ask, without gaps.
        columns: two different columns.
        grids: their values, ascending; up to MAX_FOREST_MAP_CELLS pairs.

    Raises:
        InputError: when the rows, the columns or the grids cannot be used.
    """
    if len(columns) != 2 or len(grids) != 2:
        raise InputError("A two-way map needs two columns and the grid of each.")
    first, second = (check_column(flat, column) for column in columns)
    if first == second:
        raise InputError("A two-way map needs two different columns. Choose another second one.")
    one, other = (check_grid(grid) for grid in grids)
    if len(one) * len(other) > MAX_FOREST_MAP_CELLS:
        raise InputError(
            f"This map would have {len(one) * len(other):,} cells; the limit is {MAX_FOREST_MAP_CELLS:,}. "
            "Choose fewer grid values, or another column."
        )
    XT = np.ascontiguousarray(check_rows(flat, X).T)
    loops = kernels.current()
    cut = cut_nodes(flat, {first: one, second: other})

    def work(start: int, stop: int) -> np.ndarray:
        sums = np.zeros((len(one) + 1, len(other) + 1))
        loops.add_surface(
            flat.nodes,
            flat.value,
            flat.roots[start:stop],
            flat.depth,
            first,
            second,
            cut,
            len(one),
            len(other),
            XT,
            sums,
        )
        return sums

    sums = np.sum(kernels.share_out(work, flat.n_trees), axis=0)
    average = np.cumsum(np.cumsum(sums, axis=0), axis=1)[:-1, :-1] / (XT.shape[1] * flat.n_trees)
    pairs = np.asarray(X, dtype=float)[:, [first, second]]
    return TwoWay((first, second), (one, other), average, count_joint_support((one, other), pairs))


def _row_numbers(rows: Sequence[int] | np.ndarray, n_rows: int) -> np.ndarray:
    numbers = as_numbers("The list of rows", rows)
    if numbers.ndim != 1 or not ((numbers >= 0) & (numbers < n_rows) & (numbers == np.floor(numbers))).all():
        raise InputError(f"A row is named by its number, from 0 to {n_rows - 1:,}.")
    return numbers.astype(int)
