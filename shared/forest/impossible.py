"""How many rows of a partial dependence curve cannot exist.

For each value of its grid, a curve gives every row that value and keeps the rest: a house of 60 m² gets
ten rooms. Here each of these (row, grid value) pairs is looked up among the rows that there are.

    found = find_impossible(encoded, column=3, grid=grid)
    found.partner, found.share          # the column most tied to it, and the share of impossible pairs
    found.by_value                      # (n_grid,) the same for each grid value

How it is measured. Numbers are put into up to 10 groups of about as many rows, fewer in a small table;
categories keep their levels.
The partner is the other column with the strongest association: Cramér's V of the two groupings, 0 to 1,
corrected for chance (Bergsma 2013), which does for numbers and categories alike. A pair is called impossible
when no row has its two groups together, although at least `EXPECTED_ROWS` rows would if the columns had
nothing to do with each other. Fewer prove nothing, so the share is rather too small than too large; and it
looks at one partner only. scikit-learn's user guide warns of such rows ("absurd data points").
"""

from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_whole
from shared.forest.encoded import Encoded
from shared.forest.grids import check_grid

MAX_GROUPS = 10  # of a number
EXPECTED_ROWS = 3  # by chance there is none of 3 expected in 1 of 20 cells


@dataclass(frozen=True, eq=False)
class Impossible:
    """What was found for one column.

    Attributes:
        column: its number in the table.
        partner: the number of the column it is most tied to.
        association: of the two, 0 (none) to 1 (one tells the other's group).
        share: of all (row, grid value) pairs, those that cannot exist.
        by_value: (n_grid,) the share of the rows, for each grid value.
    """

    column: int
    partner: int
    association: float
    share: float
    by_value: np.ndarray


def find_impossible(encoded: Encoded, *, column: int, grid: np.ndarray) -> Impossible | None:
    """Measure how many rows of a column's curve cannot exist.

    Args:
        encoded: the rows whose values the curve changes.
        column: the column that is changed.
        grid: (n_grid,) its values, ascending.

    Returns:
        None when the table has no other column.

    Raises:
        InputError: there is no such column, or the grid cannot be used.
    """
    X, values = encoded.X, check_grid(grid)
    column = check_whole("The column's number", column, low=0, high=X.shape[1] - 1)
    if X.shape[1] < 2:
        return None
    own, own_edges = _group(encoded, column)
    best, partner, table = -1.0, -1, np.empty((0, 0), dtype=int)
    for other in range(X.shape[1]):
        if other == column:
            continue
        groups, edges = _group(encoded, other)
        counts = np.bincount(
            own * (len(edges) + 1) + groups, minlength=(len(own_edges) + 1) * (len(edges) + 1)
        ).reshape(len(own_edges) + 1, len(edges) + 1)
        if (strength := measure_association(counts)) > best:
            best, partner, table = strength, other, counts
    at_value = np.searchsorted(own_edges, values, side="right")  # the group of each grid value
    n_own, n_other = table.sum(axis=1), table.sum(axis=0)
    cannot = (table == 0) & (np.outer(n_own, n_other) >= EXPECTED_ROWS * len(X))
    by_group = (cannot * n_other).sum(axis=1) / len(X)  # the rows that have the partner's groups
    by_value = by_group[at_value]
    if encoded.columns[column].kind == "category":  # of a level without rows nothing is known
        by_value[~np.isin(values, X[:, column])] = 0.0
    return Impossible(column, partner, best, float(by_value.mean()), by_value)


def measure_association(counts: np.ndarray) -> float:
    """Give Cramér's V of a table of counts, corrected for chance: 0 for none, 1 when one tells the other.

    Args:
        counts: (n_first, n_second) rows of each pair of groups.

    Raises:
        InputError: it counts no rows.
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0].astype(float)
    n, (rows, columns) = counts.sum(), counts.shape
    if n < 2:
        raise InputError("An association needs at least 2 rows. Send more.")
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    mean_square = float(((counts - expected) ** 2 / expected).sum() / n)
    by_chance = (rows - 1) * (columns - 1) / (n - 1)
    most = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(1.0, max(0.0, mean_square - by_chance) / most))) if most > 0 else 0.0


def _group(encoded: Encoded, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Put a column into groups: (n_rows,) the group of each row, and the borders between groups."""
    values = encoded.X[:, column]
    different = np.unique(values)
    n_groups = int(np.clip(np.sqrt(len(values) / 5), 2, MAX_GROUPS))
    if encoded.columns[column].kind == "category" or len(different) <= n_groups:
        edges = different[1:]  # each level begins a group
    else:
        shares = np.linspace(0, 1, n_groups + 1)[1:-1]
        edges = np.unique(np.quantile(values, shares, method="inverted_cdf"))
        edges = edges[edges > different[0]]  # a value that many rows share may be several quantiles
    return np.searchsorted(edges, values, side="right"), edges
