"""One row and all that is said of it: its prediction taken apart, its spread, its neighbours, its domain.

row = take_row(explorer, table, 17)                      # as the table has it
row = change_row(explorer, table, 17, {"Sex": "male"})   # the same, edited
about = explain_row(explorer, row.X)
about.why, about.tree_answers, about.neighbours, about.outside
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from shared.forest.choose import NewRows, encode_rows
from shared.forest.contributions import Contributions
from shared.forest.curve import tree_predictions
from shared.forest.domain import outside_range
from shared.forest.explorer import Explorer
from shared.forest.neighbours import Neighbours, find_leaves, find_neighbours
from shared.forest.recipe import find_missing_rows
from shared.tables.read_table import Table

N_NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class AboutRow:
    """What a forest says of one row.

    Attributes:
        X: (p,) the row.
        why: its prediction taken apart.
        tree_answers: (n_trees,) what each tree says: the number, or the share of the class.
        neighbours: the training rows nearest to it; places among the training rows.
        outside: (p,) -1 where it is below the training range, 1 above, else 0.
    """

    X: np.ndarray
    why: Contributions
    tree_answers: np.ndarray
    neighbours: Neighbours
    outside: np.ndarray


def form_columns(explorer: Explorer, *, most: int = 8) -> list[str]:
    """Name the columns of the table that matter most (impurity), for a form that changes them."""
    weights: dict[str, float] = {}
    importances = explorer.forest.feature_importances_
    for column, weight in zip(explorer.encoded.columns, importances, strict=True):
        weights[column.source] = weights.get(column.source, 0.0) + float(weight)
    return sorted(weights, key=lambda name: -weights[name])[:most]


def take_row(explorer: Explorer, table: Table, place: int) -> dict[str, str | None]:
    """Give one row of the choice as it is written, from column to cell; None where there is no value.

    Args:
        explorer: what was learned.
        table: from which table.
        place: the row's number in `explorer.encoded`.
    """
    row = int(explorer.choice.rows[place])
    written: dict[str, str | None] = {}
    for recipe in explorer.choice.recipes:
        column = table[recipe.name]
        is_missing = bool(find_missing_rows(recipe, column.take(np.array([row])))[0])
        written[recipe.name] = None if is_missing else column.text(row)
    return written


def change_row(
    explorer: Explorer, table: Table, place: int, changes: Mapping[str, object] | None = None
) -> NewRows:
    """Edit one row of the choice, and give its numbers.

    Args:
        explorer: what was learned.
        table: from which table.
        place: the row's number in `explorer.encoded`.
        changes: from a column of the table to its new value; None for a value that is not known.

    Returns:
        (1, p), and notes on what is edited: unseen categories and filled gaps.

    Raises:
        InputError: a value cannot be read.
    """
    changes = dict(changes or {})
    made = encode_rows(explorer.choice, {**take_row(explorer, table, place), **changes})
    X = made.X.copy()
    for number, column in enumerate(explorer.encoded.columns):
        if column.source not in changes:  # what is not edited stays exactly as it was learned
            X[0, number] = explorer.encoded.X[place, number]
    notes = tuple(note for note in made.notes if any(note.startswith(f'"{name}"') for name in changes))
    return replace(made, X=X, notes=notes)


def explain_row(explorer: Explorer, X: np.ndarray) -> AboutRow:
    """Say all there is about one row.

    Args:
        explorer: the forest.
        X: (1, p).

    Raises:
        InputError: the row cannot be used.
    """
    why = explorer.explain(X)
    X_train = explorer.encoded.X[explorer.train]
    leaves = explorer.once("training leaves", lambda: find_leaves(explorer.forest, X_train))
    is_share = hasattr(explorer.forest, "classes_")
    answers = [
        answer[0, explorer.of_class if is_share else 0] for answer in tree_predictions(explorer.forest, X)
    ]
    most = min(N_NEIGHBOURS, len(leaves))
    return AboutRow(
        X=X[0],
        why=why,
        tree_answers=np.array(answers),
        neighbours=find_neighbours(leaves, find_leaves(explorer.forest, X)[0], most=most),
        outside=outside_range(X_train, X)[0],
    )
