"""The hunt for one split: what the browser scores, the best of each column, and OneR beside a constant.

    hunt = start_hunt(encoded, train, valid)
    column_data(hunt, 1)          # one column as the browser takes it
    rank_columns(hunt)            # the best split of each column, the best column first
    try_one_r(hunt)               # its error on the validation rows, with an interval

A column is sorted once here; the browser keeps running sums and scores each threshold itself. Follows "How
random forests really work", lesson 6 of Practical Deep Learning for Coders.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.forest.checks import check_whole
from shared.forest.date_words import END_PART, name_part, part_of
from shared.forest.encoded import Column, Encoded
from shared.forest.fit import row_losses
from shared.forest.row_errors import error_interval
from shared.forest.splits import BestSplit, OneR, best_splits, fit_one_r, predict_one_r
from shared.limits import MAX_FOREST_HUNT_ROWS
from shared.stats import Interval
from shared.tables.numbers import write_value

_SEED = 42  # of the sample of a long table
_FEW_LEVELS = 3  # of a category that are named in a short text
_FEW_THRESHOLDS = 10  # with no more than so many, all of them are tried at once
_LONGEST_NAME = 28  # characters of a column or level in a short text


@dataclass(frozen=True, eq=False)
class Hunt:
    """The rows to look for a split in.

    Attributes:
        encoded: the table.
        train: (n,) rows to split, at most MAX_FOREST_HUNT_ROWS.
        valid: (m,) rows to measure the error on.
        n_train: how many training rows there are, more than `train` when that is a sample.
    """

    encoded: Encoded
    train: np.ndarray
    valid: np.ndarray
    n_train: int

    @property
    def n_classes(self) -> int:
        """0 for a regression target."""
        return len(self.encoded.classes)

    @property
    def measure(self) -> str:
        """The score to lower: the lesson's, or Gini where three or more classes have no deviation."""
        return pick_measure(self.n_classes)


@dataclass(frozen=True, eq=False)
class RankedSplit:
    """The best split of one column.

    Attributes:
        column: what the column is.
        split: where, and its score.
        n_above: rows above the threshold.
        answers: what the target is below and above: (2,) means, or (2, n_classes) shares.
    """

    column: Column
    split: BestSplit
    n_above: int
    answers: np.ndarray


@dataclass(frozen=True, eq=False)
class OneRTrial:
    """OneR on the validation rows, beside the answer that ignores all columns.

    Attributes:
        rule: the best single split as a model.
        error: of OneR: RMSE, or the share of wrong rows.
        constant: error of "always the training mean", or "always the most frequent class".
        n_valid: rows that both are measured on.
    """

    rule: OneR
    error: Interval
    constant: Interval
    n_valid: int


def pick_measure(n_classes: int) -> str:
    """Choose the score for a target: a key of `shared.forest.impurity.MEASURES`."""
    return "gini" if n_classes > 2 else "std"


def start_hunt(encoded: Encoded, train: np.ndarray, valid: np.ndarray) -> Hunt:
    """Take the training rows, or a random sample of them where there are more than the browser can hold.

    Args:
        encoded: the table.
        train: (n_train,) indices of the training rows.
        valid: (m,) indices of the validation rows.
    """
    rows = train
    if len(train) > MAX_FOREST_HUNT_ROWS:
        rows = np.random.default_rng(_SEED).choice(train, MAX_FOREST_HUNT_ROWS, replace=False)
    return Hunt(encoded, rows, valid, len(train))


def column_data(hunt: Hunt, index: int) -> dict[str, Any]:
    """Give one column as the browser takes it.

    Args:
        hunt: the rows.
        index: of the column.

    Returns:
        Plain values: "name", "source", "kind", "part" (of a date), "levels", "target", "unit", "is_log",
        "classes", "says" and "share" (a class in words), "measure", and "x" (ascending) with "y".

    Raises:
        InputError: there is no such column.
    """
    encoded = hunt.encoded
    index = check_whole("The column", index, low=0, high=len(encoded.columns) - 1)
    column, x, y = encoded.columns[index], encoded.X[hunt.train, index], encoded.y[hunt.train]
    order = np.argsort(x, kind="stable")
    return {
        "name": column.name,
        "source": column.source,
        "kind": column.kind,
        "part": part_of(column),
        "levels": list(column.levels),
        "target": encoded.asked,
        "unit": encoded.unit,
        "is_log": bool(encoded.log_of),
        "classes": list(map(encoded.name_class, range(hunt.n_classes))),
        "says": [encoded.say_class(place, most=22) for place in range(hunt.n_classes)],
        "share": encoded.title_share(1) if hunt.n_classes == 2 else "",
        "measure": hunt.measure,
        "x": x[order].tolist(),
        "y": y[order].tolist(),
    }


def rank_columns(hunt: Hunt) -> list[RankedSplit]:
    """Find the best split of each column, the lowest score first; columns with a single value are left out.

    Raises:
        InputError: the target is the same in all of these rows.
    """
    encoded = hunt.encoded
    X, y = encoded.X[hunt.train], encoded.y[hunt.train]
    found = best_splits(X, y, task=encoded.task, measure=hunt.measure)
    ranked = []
    for split in found:
        if split is not None:
            below = X[:, split.column] <= split.threshold
            answers = np.array([_answer(y[below], hunt.n_classes), _answer(y[~below], hunt.n_classes)])
            ranked.append(RankedSplit(encoded.columns[split.column], split, len(y) - split.n_below, answers))
    return sorted(ranked, key=lambda one: one.split.score)


def pick_column(hunt: Hunt) -> int:
    """Choose a column to begin with: the best of those with several thresholds, so that there is a hunt."""
    ranked = rank_columns(hunt)
    indices = [one.split.column for one in ranked]
    long = [i for i in indices if len(np.unique(hunt.encoded.X[hunt.train, i])) > _FEW_THRESHOLDS]
    return (long or indices or [0])[0]


def try_one_r(hunt: Hunt) -> OneRTrial:
    """Fit OneR on the training rows, and measure it on the validation rows.

    Raises:
        InputError: the target is the same in all training rows.
    """
    encoded, is_share = hunt.encoded, hunt.encoded.task == "classification"
    X, y = encoded.X[hunt.train], encoded.y[hunt.train]
    X_valid, y_valid = encoded.X[hunt.valid], encoded.y[hunt.valid]
    rule = fit_one_r(X, y, task=encoded.task, n_classes=hunt.n_classes)
    always = np.array([_answer(y, hunt.n_classes)] * len(y_valid))

    def measure(predicted: np.ndarray) -> Interval:
        return error_interval(row_losses(y_valid, predicted), is_share=is_share)

    return OneRTrial(rule, measure(predict_one_r(rule, X_valid)), measure(always), len(y_valid))


def short_side(column: Column, threshold: float, *, above: bool = False) -> str:
    """Say which rows are on one side of a split, shorter than `shared.forest.splits.describe_side`.

    Of a category at most three levels are named, and long names are cut.

    Args:
        column: what the column is.
        threshold: of the split.
        above: the side of the larger values.
    """
    name = _cut(column.name)
    if column.kind == "category":
        levels = [level for code, level in enumerate(column.levels) if (code > threshold) == above]
        named = ", ".join(map(_cut, levels[:_FEW_LEVELS])) or "missing"
        more = len(levels) - _FEW_LEVELS
        return f"{name}: {named}{f' and {more:,} more' if more > 0 else ''}"
    if column.kind == "missing":
        return f"{_cut(column.source)} is {'missing' if above else 'known'}"
    if part_of(column) == END_PART:
        return f"{name}: {'yes' if above else 'no'}"
    return f"{name} {'>' if above else '≤'} {name_part(column, threshold) or write_value(threshold)}"


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _answer(y: np.ndarray, n_classes: int) -> np.ndarray | float:
    if not n_classes:
        return float(y.mean())
    return np.bincount(y.astype(int), minlength=n_classes) / len(y)
