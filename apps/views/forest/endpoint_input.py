"""What the endpoints are sent, checked: tables, rows, models, columns and classes.

read_sent_table("ames")            # (the table, NAMED_TABLES["ames"])
find_model("titanic", request)     # the forest that everybody starts with, or the caller's own by its id
"""

from typing import Any

import gradio as gr
import numpy as np

from apps.views.forest.answer_types import Score
from apps.views.forest.session import FITS, UNKNOWN, explorer_of, owner_of, usual_fit
from shared.errors import InputError
from shared.forest.encoded import Task
from shared.forest.explorer import Explorer
from shared.forest.flat import FlatForest, flatten
from shared.forest.hunt import pick_measure
from shared.forest.own_table import read_own_rows, read_own_table
from shared.forest.remarks import suggest_leave_out
from shared.forest.splits import score_thresholds
from shared.forest.tables import NAMED_TABLES, NamedTable, load_table
from shared.forest.target import guess_target
from shared.tables.kinds import shorten
from shared.tables.open_table import encode_text
from shared.tables.read_table import Table

_SENT = "The table"
_LEAF = 'leaf must be a list of splits, such as [{"column": "Sex", "threshold": 0, "above": true}].'


def read_sent_table(table: object) -> tuple[Table, NamedTable | None]:
    """Find out what was sent as a table; returns it, and what is known of it when it comes with the project.

    Raises:
        InputError: it is no table.
    """
    if isinstance(table, str):
        if table in NAMED_TABLES:
            return load_table(table), NAMED_TABLES[table]
        if not table.strip():
            raise InputError(f"table is empty. Send {_named()}, the text of a CSV, or a list of rows.")
        if "\n" not in table and "\r" not in table:
            known = f"Send {_named()}, the text of a CSV, or a list of rows."
            raise InputError(f'There is no table "{shorten(table)}". {known}')
        return read_own_table(encode_text(table), _SENT), None
    if isinstance(table, list):
        return read_own_rows(table), None
    raise InputError(f"table must be {_named()}, the text of a CSV, or a list of rows.")


def read_wishes(
    table: Table, usual: NamedTable | None, *, target: object, leave_out: object, log_target: object
) -> dict[str, Any]:
    """Give the arguments of `shared.forest.choose.choose`, with what is usual where nothing was wished.

    Raises:
        InputError: one of them is of another kind.
    """
    if not isinstance(target, str | None):
        raise InputError("target must be the name of a column.")
    if not isinstance(leave_out, list | None) or not all(isinstance(name, str) for name in leave_out or ()):
        raise InputError("leave_out must be a list of names of columns, or null.")
    if not isinstance(log_target, bool | None):
        raise InputError("log_target must be true, false or null.")
    target = target or (usual.target if usual else guess_target(table, leave_out=suggest_leave_out(table)))
    if log_target is None:
        log_target = usual is not None and usual.log_target and target == usual.target
    return {"target": target, "leave_out": leave_out, "log_target": log_target}


def read_task(task: object) -> Task | None:
    """Give the task; None when the target is to decide. `choose` says what is wrong with another word."""
    return None if task in ("", None) else task  # type: ignore[return-value]


def read_rows(rows: object) -> Any:
    """Give rows to predict as `encode_rows` takes them: as they are, or a CSV read."""
    return read_own_table(encode_text(rows), "The text", to_score=True) if isinstance(rows, str) else rows


def find_model(model: object, request: gr.Request) -> Explorer:
    """Find a forest by what /fit answered, or by the name of a table that comes with the project.

    Raises:
        InputError: there is none for this caller.
    """
    if isinstance(model, str) and model in NAMED_TABLES:
        return explorer_of(usual_fit(model), request)
    fit = FITS.find(model, owner=owner_of(request))
    if fit is None:
        raise InputError(UNKNOWN)
    return explorer_of(fit, request)


def check_columns(explorer: Explorer, columns: object) -> list[int]:
    """Find columns by their names; all of them when none is named.

    Raises:
        InputError: there is no such column.
    """
    names = explorer.encoded.names
    if not isinstance(columns, list | None) or not all(isinstance(name, str) for name in columns or ()):
        raise InputError('columns must be a list of names, such as ["Sex"].')
    if missing := [name for name in columns or () if name not in names]:
        known = ", ".join(f'"{name}"' for name in names[:10]) + (" and others" if len(names) > 10 else "")
        raise InputError(f'The forest knows no column "{shorten(missing[0])}". It knows {known}.')
    places = {name: place for place, name in enumerate(names)}
    return [places[name] for name in dict.fromkeys(columns or names)]


def flat_of_class(explorer: Explorer, of_class: object) -> tuple[FlatForest, str | None]:
    """Give the forest whose value is the share of a class, and the class's name; None for a regression.

    Raises:
        InputError: there is no such class, or the forest never saw it.
    """
    classes = explorer.encoded.classes
    if of_class in ("", None):
        return explorer.flat, classes[explorer.of_class] if classes else None
    if not classes:
        raise InputError("The forest predicts a number, so it has no classes. Leave of_class empty.")
    if not isinstance(of_class, str) or of_class not in classes:
        known = ", ".join(f'"{name}"' for name in classes[:10]) + (" and others" if len(classes) > 10 else "")
        raise InputError(f'There is no class "{shorten(of_class)}". There are {known}.')
    place = classes.index(of_class)
    if place == explorer.of_class:
        return explorer.flat, of_class
    return flatten(explorer.forest, of_class=place), of_class  # not kept: a hundred of them would fill memory


def find_leaf_rows(explorer: Explorer, rows: np.ndarray, leaf: object) -> np.ndarray:
    """Say which of some rows lie in a leaf, named by the splits above it: (len(rows),) boolean.

    Raises:
        InputError: a split is not understood.
    """
    inside = np.ones(len(rows), dtype=bool)
    if not isinstance(leaf, list | None):
        raise InputError(_LEAF)
    for split in leaf or ():
        if not isinstance(split, dict) or not isinstance(split.get("above"), bool):
            raise InputError(_LEAF)
        (column,) = check_columns(explorer, [split.get("column")])
        threshold = _check_threshold(split.get("threshold"))
        inside &= (explorer.encoded.X[rows, column] > threshold) == split["above"]
    return inside


def score_wished(
    explorer: Explorer, X: np.ndarray, y: np.ndarray, thresholds: object, measure: str
) -> list[Score]:
    """Score the splits that a caller names, on these rows.

    Raises:
        InputError: a column or a threshold is wrong.
    """
    if not isinstance(thresholds, dict | None):
        raise InputError('thresholds must be an object, from a column to a number, such as {"Age": 6}.')
    n_classes = len(explorer.encoded.classes)
    scores: list[Score] = []
    for name, threshold in (thresholds or {}).items():
        (column,) = check_columns(explorer, [name])
        at = _check_threshold(threshold)
        curve = score_thresholds(
            X[:, column], y, measure=measure or pick_measure(n_classes), n_classes=n_classes
        )
        place = int(np.searchsorted(curve.thresholds, at, side="right")) - 1
        if place < 0 or X[:, column].max() <= at:
            raise InputError(f"{name} leaves all rows on one side of {at:g}. Use another threshold.")
        scores.append(
            {
                "column": name,
                "threshold": at,
                "score": float(curve.scores[place]),
                "rows_below": int(curve.n_below[place]),
            }
        )
    return scores


def _check_threshold(threshold: object) -> float:
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not np.isfinite(threshold):
        raise InputError("A threshold must be a number, such as 2.7.")
    return float(threshold)


def _named() -> str:
    return " or ".join(f'"{name}"' for name in NAMED_TABLES)
