"""What to know of a table before a forest is fitted: IDs, constants, columns that give the target away.

    for remark in find_remarks(table) + find_leaks(table, target="price"):
        print(remark.text)
    # Every row has another value in "address": a forest can only learn them by heart.
    # "price in EUR" alone nearly determines the target: ...

How a column is scored alone: nine tenths of the rows set the mean target (or the shares of the classes) of
each value, and the last tenth is predicted from the values on both sides, along a straight line between them.
So is each tenth in its turn. Where the target is noisy, means of about five rows with neighbouring values do
better than those of one value: the better of both is the score. 1 is perfect, 0 is no better than the mean
(or the commonest class) of all rows. Categories are scored as the forest sees them, by their codes.

In a table of few rows two things could mislead. Where a handful of rows carries nearly all of the spread, any
column may suit them by chance: nothing is said then. And rows beside the border of two classes can fall on
the wrong side though the column is exact, so a column along which the classes (or a few numbers) lie one
after the other, without overlap, determines the target whatever its score.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.forest.encoded import Task
from shared.forest.recipe import apply_recipe, fit_recipe
from shared.forest.target import read_target, understand
from shared.limits import MAX_TABLE_LEVELS
from shared.tables.kinds import RawColumn, UnderstoodColumn, read_numbers, shorten
from shared.tables.read_table import Table

LEAK_SCORE = 0.95  # from here on a column alone nearly determines the target
_FEWEST_IDS = 20  # rows; fewer can all be different by chance
_MANY_LEVELS = 20  # values of a category that are many when they are more than half of the rows
_GROUP_ROWS = (1, 5)
_N_PARTS = 10
_FEWEST_ROWS = 5  # rows that carry the spread of the target; with fewer, a column fits by chance
_MOST_SCORED_ROWS = 5_000
_SEED = 42
_ID_NAME = re.compile(r"(?i:(^|[\W_])(id|uuid|guid|index|row ?(number|names?)?)$)|[a-z](Id|ID)$")
_YEARS = (1500, 2200)  # whole numbers in a row that are no count of rows


@dataclass(frozen=True)
class Remark:
    """One thing that is worth knowing.

    Attributes:
        column: of the table.
        what: "empty", "constant", "id", "levels", "date", "word", "text" or "leak".
        text: a sentence or two for people.
        leave_out: whether `choose` leaves the column out unless told otherwise.
        suggests: what to do about it: leave the column out, or read it as another kind; "" for nothing.
        score: of a leak, the score of the column alone; see the module.
    """

    column: str
    what: Literal["empty", "constant", "id", "levels", "date", "word", "text", "leak"]
    text: str
    leave_out: bool
    suggests: Literal["", "leave out", "number", "date", "category"] = ""
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
    found: list[Remark | None] = []
    for column in table.columns:
        known = understood[column.name]
        found += [_remark_on_text(known, table.understood[column.name]), _remark_on(column, known)]
    return tuple(remark for remark in found if remark)


def suggest_changes(remarks: Iterable[Remark]) -> list[dict[str, object]]:
    """Give what remarks suggest as a program can do it: a change of `kinds` or of `leave_out`."""
    return [
        {
            "column": remark.column,
            "because": remark.text,
            "kinds": {} if remark.suggests == "leave out" else {remark.column: remark.suggests},
            "leave_out": [remark.column] if remark.suggests == "leave out" else [],
        }
        for remark in remarks
        if remark.suggests
    ]


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
        trials = [_try_alone(x, y, wanted.task) for x in apply_recipe(recipe, part).T]
        scores = [trial.score for trial in trials if trial.is_leak]
        if scores:
            text = _describe_leak(column.name, target, max(scores), wanted.task)
            found.append(Remark(column.name, "leak", text, False, "leave out", score=max(scores)))
    return tuple(sorted(found, key=lambda remark: -(remark.score or 0)))


def score_alone(x: np.ndarray, y: np.ndarray, *, task: Task) -> float:
    """Score one column by itself, on rows that it was not fitted on; the module says how.

    Args:
        x: (n,) the column, without NaN.
        y: (n,) the target; class indices for classification.
        task: "regression" or "classification".

    Returns:
        R² for regression. For classification, which share of the errors of always saying the commonest class
        is avoided. 1 is perfect, 0 is no use.
    """
    return _try_alone(x, y, task).score


@dataclass(frozen=True)
class _Trial:
    """How a column does alone."""

    score: float
    is_leak: bool


def _try_alone(x: np.ndarray, y: np.ndarray, task: Task) -> _Trial:
    is_share = task == "classification"
    n_classes = int(y.max()) + 1 if is_share else 0
    targets = np.eye(n_classes)[y.astype(int)] if is_share else y[:, None]  # (n, n_classes) or (n, 1)
    parts = np.arange(len(y)) % _N_PARTS
    np.random.default_rng(_SEED).shuffle(parts)
    best = _Trial(0.0, is_leak=False)
    for group_rows in _GROUP_ROWS:
        predicted = np.full(targets.shape, np.nan)
        for part in range(_N_PARTS):
            fitted, tested = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
            if not len(fitted):
                continue
            # Of a row beyond the values that were seen, nothing can be said.
            tested = tested[(x[tested] >= x[fitted].min()) & (x[tested] <= x[fitted].max())]
            predicted[tested] = _predict(x[tested], x[fitted], targets[fitted], group_rows)
        inside = ~np.isnan(predicted[:, 0])
        if inside.any():
            judge = _judge_classes if is_share else _judge_numbers
            best = max(best, judge(y[inside], predicted[inside]), key=lambda trial: trial.score)
    is_exact = _parts_values(x, y) and _count_others(y) >= _FEWEST_ROWS
    return _Trial(best.score, is_leak=best.is_leak or is_exact)


def _predict(x: np.ndarray, seen: np.ndarray, targets: np.ndarray, group_rows: int) -> np.ndarray:
    """Predict along lines between the means of groups of rows with neighbouring values.

    Args:
        x: (m,) values to predict from.
        seen: (n,) values of the rows that are learned from.
        targets: (n, k) of these rows.
        group_rows: about so many rows in a group; all rows of one value are in the same.

    Returns:
        (m, k) predictions.
    """
    values, group = np.unique(seen, return_inverse=True)
    n_groups = max(2, len(seen) // group_rows)
    if len(values) > n_groups:
        ends = np.unique(np.quantile(seen, np.arange(n_groups) / n_groups))
        _, group = np.unique(np.searchsorted(ends, seen, side="right"), return_inverse=True)
    sizes = np.bincount(group)
    middles = np.bincount(group, seen) / sizes
    means = (np.bincount(group, target) / sizes for target in targets.T)
    return np.column_stack([np.interp(x, middles, mean) for mean in means])


def _judge_numbers(y: np.ndarray, predicted: np.ndarray) -> _Trial:
    squares = (y - y.mean()) ** 2
    spread = float(squares.sum())
    if not spread:
        return _Trial(0.0, is_leak=False)
    score = 1 - float(((y - predicted[:, 0]) ** 2).sum()) / spread
    n_carrying = spread**2 / float((squares**2).sum())  # n rows that are equally far from the mean give n
    return _Trial(score, is_leak=score >= LEAK_SCORE and n_carrying >= _FEWEST_ROWS)


def _judge_classes(y: np.ndarray, predicted: np.ndarray) -> _Trial:
    n_others = _count_others(y)
    if not n_others:
        return _Trial(0.0, is_leak=False)
    score = 1 - int((predicted.argmax(axis=1) != y).sum()) / n_others
    return _Trial(score, is_leak=score >= LEAK_SCORE and n_others >= _FEWEST_ROWS)


def _count_others(y: np.ndarray) -> int:
    """Count the rows that are not of the commonest class, or have not the commonest number."""
    return len(y) - int(np.unique(y, return_counts=True)[1].max())


def _parts_values(x: np.ndarray, y: np.ndarray) -> bool:
    """Say whether each class, or each of a few numbers, has a range of its own along the column."""
    n_values = len(np.unique(y))
    if n_values * _FEWEST_ROWS > len(y):
        return False
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    is_border = y[1:] != y[:-1]
    return bool(is_border.sum() == n_values - 1 and not (is_border & (x[1:] == x[:-1])).any())


def _remark_on_text(known: UnderstoodColumn, read_first: UnderstoodColumn) -> Remark | None:
    """Say what was made of the text in a column of numbers, and offer the other reading."""
    name = known.name
    if words := read_first.missing_words:
        word = shorten(words[0])
        if known.kind == "category":
            text = f'"{name}" is read as a category, and "{word}" as one of its values.'
            return Remark(name, "word", text, False, read_first.kind)
        text = f'"{word}" in "{name}" is read as no value: all others are {known.kind}s.'
        return Remark(name, "word", text, False, "category")
    if known.kind == "category" and read_first.n_numbers:
        text = (
            f'{read_first.n_numbers:,} cells of "{name}" are numbers, and the others text. If the text means '
            "that there is no value, read the column as numbers."
        )
        return Remark(name, "text", text, False, "number")
    return None


def _remark_on(column: RawColumn, understood: UnderstoodColumn) -> Remark | None:
    what, text = _look_at(column, understood)
    if not what:
        return None
    if what == "date":
        return Remark(column.name, what, text, leave_out=False)
    return Remark(column.name, what, text, True, "leave out")


def _look_at(
    column: RawColumn, understood: UnderstoodColumn
) -> tuple[Literal["", "empty", "constant", "id", "levels", "date"], str]:
    name, n_rows = column.name, len(column.codes)
    n_present = n_rows - understood.n_missing
    if not n_present:
        return "empty", f'"{name}" has no value at all.'
    if understood.n_levels == 1 and not understood.n_missing:
        return "constant", f'"{name}" is {understood.examples[0]} in every row, so it tells nothing.'
    if understood.kind == "date":
        return (
            "date",
            f'"{name}" holds dates: they become numbers such as the year, the month and the weekday.',
        )
    is_unique = understood.n_levels == n_present >= _FEWEST_IDS
    if understood.kind == "number":
        if is_unique and _counts_rows(name, read_numbers(column, understood)):
            return "id", (
                f'"{name}" looks like an ID: a whole number that is different in every row. What a forest '
                "finds in it is the order of the rows."
            )
        return "", ""
    if is_unique:
        return "id", f'Every row has another value in "{name}": a forest can only learn them by heart.'
    is_sparse = understood.n_levels > max(_MANY_LEVELS, n_present / 2)
    if is_sparse or understood.n_levels > MAX_TABLE_LEVELS:
        text = f'"{name}" has {understood.n_levels:,} different values in {n_present:,} rows'
        text += ", too few rows for each." if is_sparse else f"; at most {MAX_TABLE_LEVELS:,} can be used."
        return "levels", text
    return "", ""


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
