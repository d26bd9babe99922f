"""Accumulated local effects (ALE): a curve like partial dependence, but only from rows that exist.

Partial dependence gives every row every value, also a cottage the floor space of a villa. ALE moves each row
only to the two borders of the small interval that it lies in, averages these differences over the rows of the
interval, and adds them up along the column. Beside a partial dependence curve it shows what the curve owes to
rows that cannot exist. Its mean over the rows is 0.

    effects = accumulated_effects(flat, encoded.X, categories=category_columns(encoded))
    effects[3].grid, effects[3].effect      # (k + 1,) borders and the effect there
    effects[3].n_rows                       # (k,) rows in each interval

Apley and Zhu, "Visualizing the Effects of Predictor Variables in Black Box Supervised Learning Models"
(2020), as their package ALEPlot does it. All columns at once, exactly: see `shared.forest.changes`.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from shared.forest.changes import changed_predictions
from shared.forest.checks import check_whole
from shared.forest.encoded import Encoded
from shared.forest.flat import FlatForest, check_column, check_rows
from shared.forest.level_order import order_levels
from shared.limits import MAX_FOREST_GRID


@dataclass(frozen=True, eq=False)
class Effect:
    """The curve of one column.

    Attributes:
        column: its number in the table.
        grid: (k + 1,) borders of the intervals, ascending; for a category its levels' codes, those with
            similar rows beside each other.
        effect: (k + 1,) how far the prediction is from its mean there: units of y, or a share of the class.
        n_rows: (k,) rows in each interval; for a category (k + 1,), rows of each level.
    """

    column: int
    grid: np.ndarray
    effect: np.ndarray
    n_rows: np.ndarray


@dataclass(frozen=True, eq=False)
class _Steps:
    """The two values that each row of one column is moved to, and which step of the grid that measures."""

    grid: np.ndarray
    n_rows: np.ndarray
    up: np.ndarray  # (n_rows,) the value after the step
    down: np.ndarray  # (n_rows,) the value before it
    up_step: np.ndarray  # (n_rows,) the step from the row's place up; -1 for none
    down_step: np.ndarray  # (n_rows,) the same down
    is_category: bool


def category_columns(encoded: Encoded) -> list[int]:
    """List the columns whose numbers are codes."""
    return [number for number, column in enumerate(encoded.columns) if column.kind == "category"]


def accumulated_effects(
    flat: FlatForest, X: np.ndarray, *, categories: Collection[int] = (), resolution: int = 50
) -> list[Effect]:
    """Work out the curves of all columns.

    Args:
        flat: the forest; its `value` is what is averaged.
        X: (n_rows, n_features) the rows to ask, without gaps.
        categories: columns whose numbers are codes without an order.
        resolution: most borders of a column, which are quantiles of its values; 2 to MAX_FOREST_GRID.

    Returns:
        One curve for each column, in order; a column with one value has one border, with effect 0.

    Raises:
        InputError: when the rows, a column number or the resolution cannot be used.
    """
    rows = check_rows(flat, X)
    resolution = check_whole("The number of borders", resolution, low=2, high=MAX_FOREST_GRID)
    coded = {check_column(flat, column) for column in categories}
    values = np.asarray(X, dtype=float)
    orders = order_levels(values, categories=coded)
    all_steps = [
        _level_steps(values[:, column], orders[column])
        if column in coded
        else _number_steps(values[:, column], resolution)
        for column in range(flat.n_features)
    ]

    def borders(at: slice) -> np.ndarray:
        return np.stack([np.stack([s.up[at], s.down[at]], axis=1) for s in all_steps], axis=1)

    sums = [np.zeros(len(steps.grid)) for steps in all_steps]  # over the rows of each step; one too many
    blocks = changed_predictions(flat, rows, borders, n_variants=2, outputs=flat.value[:, None].copy())
    for at, before, after in blocks:
        for column, steps in enumerate(all_steps):
            _add_steps(sums[column], steps, at, before[:, 0], after[:, column, :, 0])
    return [_finish(column, steps, sums[column]) for column, steps in enumerate(all_steps)]


def _number_steps(values: np.ndarray, resolution: int) -> _Steps:
    """Part a column at its quantiles; an interval holds its upper border, the first one both."""
    shares = np.linspace(0, 1, resolution)
    grid = np.unique(np.quantile(values, shares, method="inverted_cdf"))
    if len(grid) == 1:
        step = np.full(len(values), -1)
        return _Steps(grid, np.zeros(0, dtype=int), values, values, step, step, False)
    step = np.maximum(np.searchsorted(grid, values, side="left") - 1, 0)
    n_rows = np.bincount(step, minlength=len(grid) - 1)
    return _Steps(grid, n_rows, grid[step + 1], grid[step], step, step, False)


def _level_steps(values: np.ndarray, grid: np.ndarray) -> _Steps:
    """Move each row to the level after its own and to the one before it."""
    sorter = np.argsort(grid)
    place = sorter[np.searchsorted(grid, values, sorter=sorter)]
    last = len(grid) - 1
    return _Steps(
        grid,
        np.bincount(place, minlength=len(grid)),
        grid[np.minimum(place + 1, last)],
        grid[np.maximum(place - 1, 0)],
        np.where(place < last, place, -1),
        place - 1,
        True,
    )


def _add_steps(sums: np.ndarray, steps: _Steps, at: slice, before: np.ndarray, after: np.ndarray) -> None:
    """Add what the rows' steps change; `before` (n,) are the rows as they are, `after` (n, 2) up and down."""
    if not steps.is_category:
        np.add.at(sums, steps.up_step[at], after[:, 0] - after[:, 1])
        return
    for step, change in (
        (steps.up_step[at], after[:, 0] - before),
        (steps.down_step[at], before - after[:, 1]),
    ):
        there = step >= 0
        np.add.at(sums, step[there], change[there])


def _finish(column: int, steps: _Steps, sums: np.ndarray) -> Effect:
    """Average each step, add the steps up, and move the curve so that its mean over the rows is 0."""
    n_steps = len(steps.grid) - 1
    # A step between two levels is measured by the rows of both.
    n_each = steps.n_rows[:-1] + steps.n_rows[1:] if steps.is_category else steps.n_rows
    effect = np.concatenate([[0.0], np.cumsum(sums[:n_steps] / n_each)])
    if n_steps:
        where = effect if steps.is_category else (effect[:-1] + effect[1:]) / 2
        effect = effect - np.average(where, weights=steps.n_rows)
    return Effect(column, steps.grid, effect, steps.n_rows)
