"""What a visitor takes away besides the notebook: the forest without a pickle, and tables.

    save_forest(explorer)                   # bytes for forest.skops
    skops.io.loads(_, trusted=TRUSTED)      # gives them back; this app itself never loads one
    table_csv(table)                        # the rows as they were read: the notebook starts from them
    importances_csv(explorer, measures)
    curves_of(explorer), predictions_csv(explorer)

skops (https://skops.readthedocs.io) writes a scikit-learn model as JSON and arrays. A pickle runs code when
it is loaded; skops builds only types that are known or named. Trees must be named: scikit-learn does not
check their node numbers, so a forged file could crash the process that predicts with it.
"""

import sys
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from shared.errors import InputError
from shared.forest.curve import spread_over_trees
from shared.forest.curves_csv import curves_csv
from shared.forest.explorer import Explorer
from shared.forest.fit import predict_forest
from shared.forest.importances import NOISE_NAME, Importances
from shared.forest.labels import Answer, for_class
from shared.limits import MAX_SAVED_FOREST_NODES
from shared.tables.read_table import Table
from shared.tables.write_csv import write_csv

TRUSTED = ("sklearn.tree._tree.Tree",)  # to be named where a saved forest is loaded


def save_forest(explorer: Explorer) -> bytes:
    """Save the forest with what its columns mean.

    Returns:
        A file of skops: a dictionary with "forest" and, for each of its columns, "columns" (names), "kinds",
        "levels" (of categories, in the order of the codes from 0 on) and "medians" (what a missing number
        becomes, else None); "target", "task" and "classes".

    Raises:
        InputError: the forest is too large.
    """
    dumps = _import_skops().dumps
    n_nodes = sum(tree.tree_.node_count for tree in explorer.forest.estimators_)
    if n_nodes > MAX_SAVED_FOREST_NODES:
        raise InputError(
            f"The forest has {n_nodes:,} nodes, and at most {MAX_SAVED_FOREST_NODES:,} are saved. Use fewer "
            "trees, or more rows in each leaf."
        )
    encoded = explorer.encoded
    medians = [
        None if np.isnan(median) else float(median)
        for recipe in explorer.choice.recipes
        for median in recipe.medians
    ]
    saved = {
        "forest": explorer.forest,
        "columns": encoded.names,
        "kinds": [str(column.kind) for column in encoded.columns],
        "levels": [list(column.levels) for column in encoded.columns],
        "medians": medians,
        "target": encoded.target,
        "task": str(encoded.task),
        "classes": list(encoded.classes),
    }
    return dumps(saved, compression=zipfile.ZIP_DEFLATED, compresslevel=1)


def _import_skops() -> Any:
    """Import `skops.io`, which imports all of scikit-learn, and with it torch and Dask where they are.

    That would cost half a second and 700 MB for nothing: scikit-learn takes it well when they are missing.
    """
    hidden = [f"sklearn.externals.array_api_compat.{name}" for name in ("cupy", "dask", "torch")]
    modules: dict[str, Any] = sys.modules
    hidden = [name for name in hidden if name not in modules]
    modules.update(dict.fromkeys(hidden))  # None: an import says that there is no such module
    try:
        import skops.io
    finally:
        for name in hidden:
            del modules[name]
    return skops.io


def table_csv(table: Table) -> str:
    """Write the rows that were read as plain CSV, their cells as they are, formulas neutralised."""
    return write_csv(table.names, zip(*table.cells(), strict=True))


def importances_csv(explorer: Explorer, measures: Sequence[Importances]) -> str:
    """Write importances: one line for each column and measure, the noise among the columns.

    Args:
        explorer: whose columns they are of.
        measures: some of the three kinds. Columns that were not measured, NaN, are left out.
    """
    lines: list[tuple[object, ...]] = []
    for one in measures:
        for place in np.argsort(-one.mean, kind="stable"):
            if np.isnan(one.mean[place]):
                continue
            numbers = (float(one.mean[place]), float(one.low[place]), float(one.high[place]))
            beats = "no" if one.below_noise[place] else "yes"
            lines.append((one.kind, explorer.encoded.names[place], *numbers, beats, len(one.noise)))
        noise = (one.noise_mean, one.noise_low, one.noise_high)
        lines.append((one.kind, NOISE_NAME, *noise, None, len(one.noise)))
    heads = ["measure", "column", "mean", "95 % low", "95 % high", "clearly beats the noise", "forests"]
    return write_csv(heads, lines)


def curves_of(explorer: Explorer) -> str:
    """Write the curves of all columns: partial dependence and accumulated local effects."""
    explorer = for_class(explorer, None)
    answer = Answer.of(explorer.choice, of_class=explorer.of_class)
    return curves_csv(explorer.encoded, explorer.dependence(), explorer.effects(), answer=answer.heading)


def predictions_csv(explorer: Explorer) -> str:
    """Write the forest's answer for every row, in the table's order; rows count from 1.

    A training row's answer is not honest: most of the trees have learned from it. So each line says its part.
    """
    explorer = for_class(explorer, None)
    encoded, choice = explorer.encoded, explorer.choice
    part = np.full(len(encoded.y), "training", dtype="U10")
    part[explorer.valid] = "validation"
    predicted = predict_forest(explorer.forest, encoded.X, n_classes=len(encoded.classes))
    made: dict[str, list[object]] = {"row": (choice.rows + 1).tolist(), "part": part.tolist()}
    if encoded.task == "classification":
        made[encoded.target] = [encoded.classes[int(place)] for place in encoded.y]
        made[f"predicted {encoded.target}"] = [encoded.classes[place] for place in predicted.argmax(axis=1)]
        for place, level in enumerate(encoded.classes):
            made[f"share of {level}"] = predicted[:, place].tolist()
    else:
        made[encoded.target] = encoded.y.tolist()
        made[f"predicted {encoded.target}"] = predicted.tolist()
        if Answer.of(choice).raw_unit:
            made[f"predicted {choice.target}"] = np.exp(predicted).tolist()
    spread = spread_over_trees(explorer.forest, encoded.X, of_class=explorer.of_class)
    made["standard deviation over the trees"] = spread.std.tolist()
    return write_csv(list(made), zip(*made.values(), strict=True))
