"""A visitor's own table with a two-valued target, prepared as the lesson prepares the Titanic.

    table = read_own("flats.csv")
    two_valued(table)                  # ("sold", "garage")
    own = prepare(table, "sold")
    own.x.shape, own.y.mean()          # numbers from -1 to 1, and the share that is sold
    learn_categories(own)["town"]      # (n_towns, 20): the rows of the first layer that belong to the towns

A gap becomes the median of its numbers, or the most frequent category. Categories become dummies, and each
column is divided by its largest size. There is no logarithm: nobody knows which of the columns is money.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared.errors import InputError
from shared.options import Options
from shared.tables.kinds import RawColumn, UnderstoodColumn, read_levels, read_numbers, shorten
from shared.tables.read_table import Table, read_table
from shared.tabular.compare import Comparison, Score, compare_models, score_models
from shared.tabular.net import fit_nets, start_nets
from shared.tabular.train import LESSON_SEED

MAX_ROWS, MAX_LEVELS, MAX_COLUMNS = 2_000, 20, 100
EPOCHS = 100  # of the net that learns the categories
FEWEST_ROWS = 10  # of each value of the target, so that every split has both


class OwnTable(Options):
    """A visitor's file, where one was sent, and what of it is predicted; nothing for the passengers."""

    file: str | None = None
    target: str = ""


class Wanted(Comparison, OwnTable):
    """What the models are compared on, and how often its rows are split anew."""


@dataclass(frozen=True, eq=False)
class Own:
    """Rows to learn from.

    Attributes:
        x: (n_rows, n_columns) float32, from -1 to 1.
        y: (n_rows,) 1 where the target is `yes`.
        yes: the value of the target that is predicted.
        categories: the levels of each category column, and the place in `x` of the first of them.
        left_out: names of the columns that tell nothing, hold too many categories or dates, or are too many.
    """

    x: np.ndarray
    y: np.ndarray
    yes: str
    categories: dict[str, tuple[tuple[str, ...], int]]
    left_out: list[str]


def read_own(path: str | None) -> Table:
    """Read a visitor's file; of a long one MAX_ROWS random rows.

    Raises:
        InputError: it is gone, or no table.
    """
    if not path or not Path(path).is_file():
        raise InputError("Your table is no longer here. Load it again.")
    return read_table(path, Path(path).name, max_rows=MAX_ROWS)


def two_valued(table: Table) -> tuple[str, ...]:
    """List the columns that may be the target.

    Raises:
        InputError: there is none.
    """
    found = tuple(column.name for column in table.columns if len(column.present) == 2)
    if not found:
        raise InputError("No column of this table has exactly two values. Send one with a yes or no in it.")
    return found


def prepare(table: Table, target: str) -> Own:
    """Turn a table into numbers.

    Raises:
        InputError: the target has not two values, or too few rows of one; or no other column can be used.
    """
    wanted = table[target]
    if len(wanted.present) != 2:
        raise InputError(
            f'"{shorten(target)}" has not two values but {len(wanted.present):,}. Choose another.'
        )
    rows = np.flatnonzero(~wanted.is_missing[wanted.codes])
    yes = read_levels(wanted)[1]
    y = (wanted.codes[rows] == wanted.values.index(yes)).astype(np.float32)
    if min(y.sum(), len(y) - y.sum()) < FEWEST_ROWS:
        raise InputError(
            f'Each value of "{shorten(target)}" needs {FEWEST_ROWS} rows or more. Send more rows.'
        )
    categories: dict[str, tuple[tuple[str, ...], int]] = {}
    left_out: list[str] = []
    x = np.empty((len(rows), 0))
    for column in table.columns:
        levels, block = _as_numbers(column.take(rows), table.understood[column.name])
        if column.name == target:
            continue
        if block.shape[1] == 0 or x.shape[1] + block.shape[1] > MAX_COLUMNS:
            left_out.append(column.name)
            continue
        if levels:
            categories[column.name] = levels, x.shape[1]
        x = np.column_stack([x, block])
    if x.shape[1] == 0:
        raise InputError("No other column can be learned from. Send a table with numbers or categories.")
    return Own(x.astype(np.float32), y, yes, categories, left_out)


def compare_on(options: Wanted) -> dict[str, Score]:
    """Try all models on the passengers, or on a table that was sent."""
    if not options.target:
        return compare_models(Comparison(splits=options.splits, fastai=options.fastai))
    own = prepare(read_own(options.file), options.target)
    return score_models(own.x, own.y, options.splits)


def learn_categories(own: Own) -> dict[str, np.ndarray]:
    """Train the lesson's net with a hidden layer, and give what it has learned of each category.

    A dummy is 1 in one column alone, so its product with the first layer picks one row of it: these rows are
    the embedding, (n_levels, 20) for each category column. Kaiming's first weights and cross-entropy, because
    on other tables than the lesson's its own start and loss often end at a dead layer.
    """
    net = start_nets("one hidden layer", [LESSON_SEED], n_columns=own.x.shape[1], start="kaiming")
    net = fit_nets(net, own.x, own.y, learning_rate=1, epochs=EPOCHS, loss="bce")
    return {
        name: net.weights[0][0, start : start + len(levels)]
        for name, (levels, start) in own.categories.items()
    }


def _as_numbers(column: RawColumn, understood: UnderstoodColumn) -> tuple[tuple[str, ...], np.ndarray]:
    """Give the levels of a category, and (n, k) numbers; none for a column that tells no rows apart."""
    nothing = (), np.empty((len(column.codes), 0))
    if understood.kind == "number":
        values = read_numbers(column, understood)
        values = np.where(np.isnan(values), np.nanmedian(values), values)
        return ((), (values / np.abs(values).max())[:, None]) if np.ptp(values) > 0 else nothing
    levels = read_levels(column)
    if understood.kind == "date" or not 2 <= len(levels) <= MAX_LEVELS:
        return nothing
    places = [column.values.index(level) for level in levels]
    most = places[int(column.count_rows()[places].argmax())]
    filled = np.where(column.is_missing[column.codes], most, column.codes)
    return levels, (filled[:, None] == places).astype(float)
