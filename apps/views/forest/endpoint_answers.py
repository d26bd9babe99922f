"""What the endpoints answer, as plain JSON: names instead of numbers of columns, null instead of NaN.

describe_fit(explorer)["errors"]["validation"]   # {"error": 0.197, "low": 0.148, "high": 0.247, "rows": 223}
"""

from dataclasses import asdict
from typing import Any

import numpy as np

from apps.views.forest.answer_types import (
    CurveAnswer,
    ErrorAnswer,
    FitFacts,
    Gain,
    ImportancesAnswer,
    LearnedColumn,
    OneRAnswer,
    Predictions,
    Split,
    Understood,
    Value,
    Why,
)
from shared.forest.contributions import Contributions
from shared.forest.curve import spread_over_trees
from shared.forest.domain import outside_range
from shared.forest.encoded import Column, Encoded
from shared.forest.explorer import Explorer
from shared.forest.fit import row_losses
from shared.forest.importances import KINDS, Importances
from shared.forest.partial_dependence import Dependence
from shared.forest.splits import BestSplit, OneR, describe_side, predict_one_r
from shared.plotting import as_lists
from shared.stats import root_mean_interval, share_interval
from shared.tables.read_table import Table


def name_error(encoded: Encoded) -> str:
    """Say what the error of a forest is, with its unit."""
    if encoded.task == "classification":
        return "share of wrong rows"
    return f"RMSE, in units of {encoded.target}"


def describe_fit(explorer: Explorer) -> FitFacts:
    """Say what was fitted on what, and the error on each kind of rows with its 95 % interval."""
    encoded, choice = explorer.encoded, explorer.choice
    errors = {
        name: {
            "error": curve.error[-1],
            "low": curve.low[-1],
            "high": curve.high[-1],
            "rows": curve.n_rows[-1],
        }
        for name, curve in explorer.curves().items()
    }
    return as_lists(
        {
            "target": choice.target,
            "predicted": encoded.target,
            "task": encoded.task,
            "classes": encoded.classes,
            "settings": asdict(explorer.options),
            "rows": len(encoded.y),
            "training_rows": len(explorer.train),
            "error_is": name_error(encoded),
            "errors": errors,
        }
    )


def describe_columns(encoded: Encoded) -> list[LearnedColumn]:
    """List the columns that were learned from."""
    return [
        {"name": column.name, "kind": column.kind, "source": column.source, "levels": list(column.levels)}
        for column in encoded.columns
    ]


def describe_gains(explorer: Explorer) -> list[Gain]:
    """Say what the splits on each column gained in this very forest, a share of all gains; the most first."""
    gains = explorer.forest.feature_importances_
    return [
        {"column": explorer.encoded.names[place], "impurity": float(gains[place])}
        for place in np.argsort(-gains, kind="stable")
    ]


def describe_understood(table: Table) -> Understood:
    """Say what was understood of a table, before anybody's wishes."""
    return {
        "summary": table.understood.summary,
        "is_sample": table.understood.is_sample,
        "rows_kept": table.understood.n_kept,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "examples": list(column.examples),
                "missing": column.n_missing,
                "different": column.n_levels,
                "note": column.note,
                "missing_words": list(column.missing_words),
            }
            for column in table.understood.columns
        ],
    }


def describe_predictions(explorer: Explorer, X: np.ndarray, predicted: np.ndarray) -> Predictions:
    """Give a class and the shares for each row, or a number and how far the trees are apart.

    Args:
        explorer: the forest.
        X: (n, p).
        predicted: (n,) numbers or (n, n_classes) shares.
    """
    encoded = explorer.encoded
    classes = encoded.classes
    answer: dict[str, Any] = {
        "predicted": encoded.target,
        "task": encoded.task,
        "predictions": [classes[place] for place in predicted.argmax(axis=1)] if classes else predicted,
        "shares": [dict(zip(classes, row, strict=True)) for row in predicted] if classes else None,
        "standard_deviation_of_trees": None if classes else spread_over_trees(explorer.forest, X).std,
        "in_units": np.exp(predicted) if is_log(explorer) else None,
    }
    return as_lists(answer)


def describe_why(explorer: Explorer, x: np.ndarray, why: Contributions) -> Why:
    """Give the parts of one prediction, the largest first, whatever their sign.

    Args:
        explorer: the forest.
        x: (p,) the row.
        why: of this row alone.
    """
    encoded = explorer.encoded
    outside = outside_range(encoded.X[explorer.train], x[None])[0]
    parts = [
        {
            "column": column.name,
            "value": show_value(column, x[place]),
            "contribution": why.values[0, place],
            "outside_training_range": bool(outside[place]),
        }
        for place, column in enumerate(encoded.columns)
    ]
    parts.sort(key=lambda part: -abs(part["contribution"]))
    answer = {
        "predicted": encoded.target,
        "bias": why.bias,
        "contributions": parts,
        "prediction": why.prediction[0],
        "in_units": np.exp(why.prediction[0]) if is_log(explorer) else None,
    }
    return as_lists(answer)


def describe_curve(encoded: Encoded, curve: Dependence) -> CurveAnswer:
    """Give one curve; a category's grid is the names of its levels, null for rows without one."""
    column = encoded.columns[curve.column]
    return as_lists(
        {
            "column": column.name,
            "kind": column.kind,
            "grid": [show_value(column, value) for value in curve.grid],
            "average": curve.average,
            "rows_near": curve.support,
        }
    )


def describe_importances(encoded: Encoded, found: Importances) -> ImportancesAnswer:
    """Give one measure of all columns, the most important first."""
    columns = [
        {
            "column": encoded.columns[place].name,
            "mean": found.mean[place],
            "low": found.low[place],
            "high": found.high[place],
            "below_noise": found.below_noise[place],
        }
        for place in np.argsort(-found.mean, kind="stable")
    ]
    lost = "accuracy" if encoded.task == "classification" else "R2"
    return as_lists(
        {
            "kind": found.kind,
            "meaning": KINDS[found.kind],
            "unit": "share of all gains" if found.kind == "impurity" else f"loss of {lost}",
            "forests": len(found.values),
            "columns": columns,
            "noise": {"mean": found.noise_mean, "low": found.noise_low, "high": found.noise_high},
        }
    )


def describe_split(encoded: Encoded, split: BestSplit) -> Split:
    """Give one column's best split, in numbers and in words."""
    column = encoded.columns[split.column]
    return {
        "column": column.name,
        "threshold": split.threshold,
        "score": split.score,
        "rows_below": split.n_below,
        "below": describe_side(column, split.threshold),
        "above": describe_side(column, split.threshold, above=True),
        "equally_good": list(split.ties),
    }


def describe_one_r(explorer: Explorer, rule: OneR, valid: np.ndarray) -> OneRAnswer:
    """Give the rule, what it answers on each side, and its error on some of the validation rows."""
    encoded = explorer.encoded
    X, y = explorer.rows(valid)

    def answer(side: np.ndarray) -> Any:
        return dict(zip(encoded.classes, side, strict=True)) if encoded.classes else side[0]

    return as_lists(
        {
            "split": describe_split(encoded, rule.split) if rule.split else None,
            "answer_below": answer(rule.below),
            "answer_above": answer(rule.above),
            "error_is": name_error(encoded),
            "validation": _error_with_interval(y, predict_one_r(rule, X)) if len(y) else None,
        }
    )


def _error_with_interval(y: np.ndarray, predicted: np.ndarray) -> ErrorAnswer:
    losses = row_losses(y, predicted)
    found = share_interval(losses.sum(), len(y)) if predicted.ndim == 2 else root_mean_interval(losses)
    return {"error": found.mean, "low": found.low, "high": found.high, "rows": len(y)}


def show_value(column: Column, value: float) -> Value:
    """Write a value as people know it: a category by its name, None where it is unknown."""
    if column.kind != "category":
        return float(value)
    return column.levels[int(value)] if 0 <= value < len(column.levels) else None


def is_log(explorer: Explorer) -> bool:
    """Say whether the forest predicts the logarithm of the target."""
    return explorer.encoded.target != explorer.choice.target
