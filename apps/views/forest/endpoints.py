"""The endpoints that programs call: plain JSON in and out, for Python, TypeScript and assistants (MCP).

    client = Client("http://127.0.0.1:7860")
    fitted = client.predict("ames", trees=40, api_name="/fit")
    client.predict(fitted["model"], api_name="/importances")

The functions' docstrings are the documentation that callers see. A fitted forest is for the session that
fitted it: anybody else's id answers like an unknown one. A table that was sent is kept for an hour after it
was last asked about; a forest may go sooner, and is fitted again when it is asked for.
"""

import functools
from collections.abc import Callable
from typing import Any, cast

import gradio as gr
import numpy as np

from apps.views.forest import endpoint_answers as answers
from apps.views.forest.answer_types import (
    DependenceAnswer,
    ExplainAnswer,
    FitAnswer,
    GiniAnswer,
    ImportancesAnswer,
    PredictAnswer,
    SplitsAnswer,
    Suggestion,
)
from apps.views.forest.endpoint_input import (
    check_columns,
    find_leaf_rows,
    find_model,
    flat_of_class,
    read_rows,
    read_sent_table,
    read_task,
    read_wishes,
    score_wished,
)
from apps.views.forest.session import (
    ASK,
    FITS,
    HEAVY,
    Fit,
    Wishes,
    explorer_of,
    keep_table,
    leaks_of,
    owner_of,
)
from shared.errors import InputError
from shared.forest.checks import check_choice, check_whole
from shared.forest.choose import choose, encode_rows
from shared.forest.cluster import on_cluster
from shared.forest.contributions import contributions
from shared.forest.fit import ForestOptions, predict_forest
from shared.forest.importances import (
    KINDS,
    Importances,
    fit_with_noise,
    measure_drop,
    measure_impurity,
    measure_permutation,
)
from shared.forest.impurity import MEASURES, describe_gini, entropy
from shared.forest.impurity import gini as gini_impurity
from shared.forest.partial_dependence import partial_dependence as exact_dependence
from shared.forest.remarks import find_remarks, suggest_changes
from shared.forest.splits import best_splits as find_best_splits
from shared.forest.splits import fit_one_r
from shared.limits import MAX_FOREST_CLASS_COUNTS, MAX_FOREST_REPEATS, MAX_FOREST_SEEDS, MAX_REQUEST_MB
from shared.plotting import as_lists
from shared.ui.endpoint import add_endpoint


def build_endpoints() -> None:
    """Add the public endpoints to the Blocks that is open."""
    for box in add_endpoint(fit, body_mb=MAX_REQUEST_MB, **HEAVY):  # a whole table
        if box.label in ForestOptions.__dataclass_fields__:  # nobody waits in line to read that it is wrong
            box.check_option = functools.partial(_check_forest_option, box.label)
    add_endpoint(importances, **HEAVY)
    add_endpoint(predict, body_mb=MAX_REQUEST_MB, **ASK)  # a whole table, too
    questions: tuple[Callable[..., Any], ...] = (explain, partial_dependence, best_splits)
    for function in questions:
        add_endpoint(function, **ASK)
    add_endpoint(gini)


def fit(
    request: gr.Request,
    table: str | list[dict] = "titanic",
    target: str = "",
    trees: int = 100,
    min_samples_leaf: int = 5,
    max_features: float | str = "sqrt",
    max_samples: float = 1.0,
    seed: int | None = 42,
    leave_out: list[str] | None = None,
    kinds: dict[str, str] = {},  # noqa: B006  (Gradio shows the default to callers, and nobody changes it)
    task: str = "",
    log_target: bool | None = None,
    bootstrap: bool = True,
) -> FitAnswer:
    """Fit a random forest on three quarters of a table, and measure its error with a 95 % interval.

    The answer's "model" is what the other endpoints take, in the same session (session_hash) only.

    Args:
        request: whose call it is.
        table: "titanic", "titanic_lesson" (as the lesson prepares it) or "ames"; or the text of a CSV with
            its header line; or a list of rows such as {"age": 22, "sex": "female", "survived": 0}.
        target: the column to predict. Empty means the lesson's for titanic and ames, and for another table
            its last number or category of few values.
        trees: how many, 1 to 1,000.
        min_samples_leaf: rows that every leaf must keep, 1 to 100,000.
        max_features: columns that a split may choose from: a share above 0 and up to 1, "sqrt" or "log2".
        max_samples: rows drawn with replacement for each tree, a share above 0 and up to 1.
        seed: the same seed gives the same forest, 0 to 999,999. Null goes on with the random numbers that the
            split into training and validation rows has left, as the lesson's notebook does.
        leave_out: columns that are not learned from. Null means those that are no use, such as an ID.
        kinds: from a column to "number", "category" or "date", where it is to be read so. A text that is read
            as no value in a column of numbers, such as "k. A.", is a value again when it is a "category".
        task: "regression" or "classification"; empty to decide by the target.
        log_target: true predicts the natural logarithm of the target. Null means as the lesson does: true
            for the prices of ames.
        bootstrap: whether each tree draws its rows. False lets every tree learn from all of them: with trees
            = 1 and max_features = 1.0 that is one decision tree.
    """
    options = ForestOptions(trees, min_samples_leaf, max_features, max_samples, seed, bootstrap)
    sent, usual = read_sent_table(table)
    wished = read_wishes(sent, usual, target=target, leave_out=leave_out, log_target=log_target)
    wished_task = read_task(task)
    choice = choose(sent, kinds=kinds, task=wished_task, **wished)
    key = str(table) if usual else keep_table(sent, request)
    fitted = Fit(key, Wishes.of(kinds=kinds, task=wished_task, **wished), options)
    explorer = explorer_of(fitted, request, choice=choice)
    leaks = leaks_of(key, sent, target=choice.target, kinds=kinds, task=wished_task)
    remarks = (*find_remarks(sent, kinds=kinds), *leaks)
    return {
        "model": str(FITS.keep(fitted, owner=owner_of(request))),
        **answers.describe_fit(explorer),
        "columns": answers.describe_columns(explorer.encoded),
        "importances": answers.describe_gains(explorer),
        "understood": answers.describe_understood(sent),
        "notes": [*sent.understood.notes, *choice.notes],
        "remarks": [remark.text for remark in remarks],
        "suggestions": [cast("Suggestion", one) for one in suggest_changes(remarks)],
    }


def predict(request: gr.Request, rows: list[dict] | str, model: str = "titanic") -> PredictAnswer:
    """Predict rows: a number each, or the share of each class.

    Args:
        request: whose call it is.
        rows: a list of rows, each with a value for every column that was learned from, or null where it is
            not known; or the text of a CSV.
        model: what /fit answered; or "titanic" or "ames", whose forest needs no fit.
    """
    explorer = find_model(model, request)
    new = encode_rows(explorer.choice, read_rows(rows))
    predicted = predict_forest(explorer.forest, new.X, n_classes=len(explorer.encoded.classes))
    return {**answers.describe_predictions(explorer, new.X, predicted), "notes": list(new.notes)}


def explain(request: gr.Request, row: dict, model: str = "titanic", of_class: str = "") -> ExplainAnswer:
    """Say why a row gets its prediction: bias + the sum of the contributions = prediction, exactly.

    Args:
        request: whose call it is.
        row: as for /predict, one of them.
        model: as for /predict.
        of_class: whose share is explained; empty means the second class, such as "1" of 0 and 1.
    """
    explorer = find_model(model, request)
    if not isinstance(row, dict):
        raise InputError("row must be an object, from the name of each column to its value.")
    new = encode_rows(explorer.choice, row)
    flat, told = flat_of_class(explorer, of_class)
    why = contributions(flat, new.X)
    return {**answers.describe_why(explorer, new.X[0], why), "of_class": told, "notes": list(new.notes)}


def partial_dependence(
    request: gr.Request,
    model: str = "titanic",
    columns: list[str] = [],  # noqa: B006
    of_class: str = "",
) -> DependenceAnswer:
    """Say what the forest predicts on average if all rows had this value of a column, then that; exact.

    Args:
        request: whose call it is.
        model: as for /predict.
        columns: names, as /fit tells them under "columns"; all of them when empty.
        of_class: as for /explain.
    """
    explorer = find_model(model, request)
    places = check_columns(explorer, columns)
    flat, told = flat_of_class(explorer, of_class)
    curves = (
        explorer.dependence()
        if flat is explorer.flat
        else exact_dependence(flat, explorer.encoded.X, explorer.grids())
    )
    return {
        "target": explorer.encoded.target,
        "of_class": told,
        "curves": [answers.describe_curve(explorer.encoded, curves[place]) for place in places],
    }


def importances(
    request: gr.Request, model: str = "titanic", kind: str = "permutation", forests: int = 5, repeats: int = 5
) -> ImportancesAnswer:
    """Say which columns matter, with 95 % intervals over several forests, beside a column of random noise.

    Args:
        request: whose call it is.
        model: as for /predict. Forests like it are fitted, each with a noise column of its own.
        kind: "permutation" for what shuffling a column costs on rows kept out of training, "impurity" for
            what its splits gained, "drop" for what leaving it out costs (slow: forests are fitted again).
        forests: how many, 2 to 50.
        repeats: shuffles of each column in each forest, 1 to 50; for "permutation" only.
    """
    explorer = find_model(model, request)
    kind = check_choice("kind", kind, tuple(KINDS))
    forests = check_whole("forests", forests, low=2, high=MAX_FOREST_SEEDS)
    repeats = check_whole("repeats", repeats, low=1, high=MAX_FOREST_REPEATS)

    def measure() -> Importances:
        (X, y), task = explorer.rows(explorer.train), explorer.encoded.task
        valid = explorer.rows(explorer.valid)
        if kind == "drop":
            return measure_drop(X, y, task=task, valid=valid, options=explorer.options, n_forests=forests)
        noisy = fit_with_noise(X, y, task=task, options=explorer.options, n_forests=forests)
        return (
            measure_impurity(noisy)
            if kind == "impurity"
            else measure_permutation(noisy, *valid, n_repeats=repeats)
        )

    def work() -> Importances:
        with on_cluster():
            return measure()

    found = explorer.once(f"importances {kind} {forests} {repeats}", work)
    return answers.describe_importances(explorer.encoded, found)


def best_splits(
    request: gr.Request,
    model: str = "titanic",
    measure: str = "",
    leaf: list[dict] = [],  # noqa: B006
    thresholds: dict[str, float] = {},  # noqa: B006
) -> SplitsAnswer:
    """Find the best binary split of each column on the training rows, and OneR: the best of them as a model.

    Args:
        request: whose call it is.
        model: as for /predict; its rows are split, not its trees.
        measure: "std" for the lesson's score, "gini" or "entropy" for classes; empty means the lesson's, and
            Gini for three classes or more.
        leaf: look only at rows on one side of earlier splits, as in
            [{"column": "Sex", "threshold": 0, "above": true}]; all rows when empty.
        thresholds: score these splits too, from a column to a threshold, as in {"LogFare": 2.7}.
    """
    explorer = find_model(model, request)
    if measure != "":
        measure = check_choice("measure", measure, tuple(MEASURES))
    encoded = explorer.encoded
    train, valid = (rows[find_leaf_rows(explorer, rows, leaf)] for rows in (explorer.train, explorer.valid))
    X, y = explorer.rows(train)
    if not len(y):
        raise InputError("No training row lies in this leaf. Use another side or another threshold.")
    splits = find_best_splits(X, y, task=encoded.task, measure=measure or None)
    one_r = fit_one_r(X, y, task=encoded.task, n_classes=len(encoded.classes))
    found = sorted((split for split in splits if split), key=lambda split: split.score)
    return {
        "measure": measure or ("std" if len(encoded.classes) <= 2 else "gini"),
        "rows": len(y),
        "splits": [answers.describe_split(encoded, split) for split in found],
        "scores": score_wished(explorer, X, y, thresholds, measure),
        "one_r": answers.describe_one_r(explorer, one_r, valid),
    }


def _check_forest_option(name: str, value: Any) -> None:
    ForestOptions(**{name: value})


def gini(counts: list[float]) -> GiniAnswer:
    """Compute the Gini impurity of a group of rows, and say in words what it is; entropy beside it.

    Args:
        counts: how many rows are of each class, such as [81, 233]; at most 1,000 classes.
    """
    if not isinstance(counts, list):
        raise InputError("counts must be a list of numbers, such as [81, 233].")
    if len(counts) > MAX_FOREST_CLASS_COUNTS:
        raise InputError(
            f"There are {len(counts):,} counts, and {MAX_FOREST_CLASS_COUNTS:,} at most are read."
        )
    said = describe_gini(counts)
    shares = np.asarray(counts, dtype=float)
    return as_lists(
        {
            "gini": gini_impurity(counts).item(),
            "entropy_bits": entropy(counts).item(),
            "shares": shares / shares.sum(),
            "said": said,
        }
    )
