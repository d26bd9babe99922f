"""What to know of a table before a forest is fitted: IDs, constants, columns that give the target away.

    for remark in find_remarks(table) + find_leaks(table, target="price"):
        print(remark.text)
    # Every row has another value in "address": a forest can only learn them by heart.
    # "price in EUR" alone nearly determines the target: ...

How a column is scored alone: half of the rows, drawn at random, set the mean target (or the commonest
class) of each value, or of groups of about five rows with neighbouring values; the other half is predicted
with that. Then the halves change places, and the mean is the score. 1 is perfect, 0 is no better than the
mean (or the commonest class) of all rows. Categories are scored as the forest sees them, by their codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.forest.encoded import Task
from shared.forest.kinds import RawColumn, UnderstoodColumn, read_numbers
from shared.forest.read_table import Table
from shared.forest.recipe import apply_recipe, fit_recipe
from shared.forest.target import read_target, understand
from shared.limits import MAX_TABLE_LEVELS

LEAK_SCORE = 0.95  # from here on a column alone nearly determines the target
_FEWEST_IDS = 20  # rows; fewer can all be different by chance
_MANY_LEVELS = 20  # values of a category that are many when they are more than half of the rows
_GROUP_ROWS = 5
_MOST_SCORED_ROWS = 5_000
_SEED = 42
_ID_NAME = re.compile(r"(?i:(^|[\W_])(id|uuid|guid|index|row ?(number|names?)?)$)|[a-z](Id|ID)$")
_YEARS = (1500, 2200)  # whole numbers in a row that are no count of rows


@dataclass(frozen=True)
class Remark:
    """One thing that is worth knowing.

    Attributes:
        column: of the table.
        what: "empty", "constant", "id", "levels", "date" or "leak".
        text: a sentence or two for people.
        leave_out: whether `choose` leaves the column out unless told otherwise.
        score: of a leak, the score of the column alone; see the module.
    """

    column: str
    what: Literal["empty", "constant", "id", "levels", "date", "leak"]
    text: str
    leave_out: bool
    score: float | None = None


def find_remarks(table: Table, *, kinds: Mapping[str, str] | None = None) -> tuple[Remark, ...]:
    """Look at each column by itself; whatever the target is.

    Args:
        table: what was read.
        kinds: see `shared.forest.target.understand`.

    Raises:
        InputError: `kinds` cannot be used.
    """
    understood = understand(table, kinds)
    found = (_remark_on(column, understood[column.name]) for column in table.columns)
    return tuple(remark for remark in found if remark)


def suggest_leave_out(table: Table, *, kinds: Mapping[str, str] | None = None) -> list[str]:
    """List the columns that are no use to a forest; see `find_remarks`."""
    return [remark.column for remark in find_remarks(table, kinds=kinds) if remark.leave_out]


def find_leaks(
    table: Table, *, target: str, kinds: Mapping[str, str] | None = None, task: Task | None = None
) -> tuple[Remark, ...]:
    """Find the columns that nearly determine the target alone, those that are left out among them.

    Args:
        table: what was read.
        target: the column to predict.
        kinds: see `shared.forest.target.understand`.
        task: see `shared.forest.target.read_target`.

    Returns:
        A remark for each such column, the highest score first.

    Raises:
        InputError: the target or `kinds` cannot be used.
    """
    wanted, understood = read_target(table, target, kinds=kinds, task=task), understand(table, kinds)
    kept = np.arange(len(wanted.rows))
    if len(kept) > _MOST_SCORED_ROWS:
        kept = np.sort(np.random.default_rng(_SEED).choice(len(kept), _MOST_SCORED_ROWS, replace=False))
    rows, y = wanted.rows[kept], wanted.y[kept]
    found = []
    for column in table.columns:
        part = column.take(rows)
        if column.name == target:
            continue
        recipe = fit_recipe(part, understood[column.name])
        scores = [score_alone(x, y, task=wanted.task) for x in apply_recipe(recipe, part).T]
        if scores and max(scores) >= LEAK_SCORE:
            text = _describe_leak(column.name, target, max(scores), wanted.task)
            found.append(Remark(column.name, "leak", text, leave_out=False, score=max(scores)))
    return tuple(sorted(found, key=lambda remark: -(remark.score or 0)))


def score_alone(x: np.ndarray, y: np.ndarray, *, task: Task) -> float:
    """Score one column by itself, on rows that it was not fitted on; the module says how.

    Args:
        x: (n,) the column, without NaN.
        y: (n,) the target; class indices for classification.
        task: "regression" or "classification".

    Returns:
        R² for regression. For classification, which share of the errors of always saying the commonest class
        is avoided. 1 is perfect, 0 or less is no use.
    """
    order = np.random.default_rng(_SEED).permutation(len(y))
    first, second = order[::2], order[1::2]
    return (_score_half(x, y, first, second, task) + _score_half(x, y, second, first, task)) / 2


def _score_half(x: np.ndarray, y: np.ndarray, fitted: np.ndarray, tested: np.ndarray, task: Task) -> float:
    ends = np.unique(x[fitted])
    n_groups = max(2, len(fitted) // _GROUP_ROWS)
    if len(ends) > n_groups:
        ends = np.unique(np.quantile(x[fitted], np.arange(n_groups) / n_groups))
    # A value that was not seen belongs to the group below it.
    group = np.maximum(np.searchsorted(ends, x, side="right") - 1, 0)
    if task == "regression":
        sizes = np.bincount(group[fitted], minlength=len(ends))
        sums = np.bincount(group[fitted], y[fitted], minlength=len(ends))
        predicted = (sums / np.maximum(sizes, 1))[group[tested]]
        spread = ((y[tested] - y[tested].mean()) ** 2).sum()
        return 1 - float(((y[tested] - predicted) ** 2).sum() / spread) if spread else 0.0
    n_classes = int(y.max()) + 1
    cells = group[fitted] * n_classes + y[fitted].astype(int)
    counts = np.bincount(cells, minlength=len(ends) * n_classes).reshape(-1, n_classes)
    wrong = np.mean(counts.argmax(axis=1)[group[tested]] != y[tested])
    baseline = np.mean(counts.sum(axis=0).argmax() != y[tested])
    return 1 - float(wrong / baseline) if baseline else 0.0


def _remark_on(column: RawColumn, understood: UnderstoodColumn) -> Remark | None:
    name, n_rows = column.name, len(column.codes)
    n_present = n_rows - understood.n_missing
    if not n_present:
        return Remark(name, "empty", f'"{name}" has no value at all.', leave_out=True)
    if understood.n_levels == 1 and not understood.n_missing:
        value = understood.examples[0]
        return Remark(
            name, "constant", f'"{name}" is {value} in every row, so it tells nothing.', leave_out=True
        )
    if understood.kind == "date":
        text = f'"{name}" holds dates: they become numbers such as the year, the month and the weekday.'
        return Remark(name, "date", text, leave_out=False)
    is_unique = understood.n_levels == n_present >= _FEWEST_IDS
    if understood.kind == "number":
        if is_unique and _counts_rows(name, read_numbers(column, understood)):
            text = (
                f'"{name}" looks like an ID: a whole number that is different in every row. What a forest '
                "finds in it is the order of the rows."
            )
            return Remark(name, "id", text, leave_out=True)
        return None
    if is_unique:
        text = f'Every row has another value in "{name}": a forest can only learn them by heart.'
        return Remark(name, "id", text, leave_out=True)
    is_sparse = understood.n_levels > max(_MANY_LEVELS, n_present / 2)
    if is_sparse or understood.n_levels > MAX_TABLE_LEVELS:
        text = f'"{name}" has {understood.n_levels:,} different values in {n_present:,} rows'
        text += ", too few rows for each." if is_sparse else f"; at most {MAX_TABLE_LEVELS:,} can be used."
        return Remark(name, "levels", text, leave_out=True)
    return None


def _counts_rows(name: str, numbers: np.ndarray) -> bool:
    """Say whether different numbers look like a count of rows rather than an amount."""
    present = numbers[~np.isnan(numbers)]
    if (present != np.floor(present)).any():
        return False
    if _ID_NAME.search(name):
        return True
    is_dense = present.max() - present.min() == len(present) - 1
    return is_dense and not _YEARS[0] <= present.min() <= present.max() <= _YEARS[1]


def _describe_leak(name: str, target: str, score: float, task: Task) -> str:
    share = f"{100 * score:.0f} % of the "
    share += "spread of the target is explained" if task == "regression" else "errors are avoided"
    return (
        f'"{name}" alone nearly determines the target "{target}": with nothing else, {share} on rows that '
        "were kept out. Will it be known before the target is? If not, leave it out."
    )
