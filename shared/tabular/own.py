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
from shared.tables.kinds import RawColumn, UnderstoodColumn, read_levels, read_numbers, shorten
from shared.tables.read_table import Table, read_table
from shared.tabular.net import start_nets, train_nets
from shared.tabular.train import LESSON_SEED

MAX_ROWS, MAX_LEVELS, MAX_COLUMNS = 2_000, 20, 100
EPOCHS = 100  # of the net that learns the categories
FEWEST_ROWS = 10  # of each value of the target, so that every split has both


@dataclass(frozen=True, eq=False)
class Own:
    """Rows to learn from.

    Attributes:
        x: (n_rows, n_columns) float32, from -1 to 1.
        y: (n_rows,) 1 where the target is `yes`.
        yes: the value of the target that is predicted.
        categories: the levels of each category column, and the place in `x` of the first of them.
        note: what was left out, in a sentence; "" for nothing.
    """

    x: np.ndarray
    y: np.ndarray
    yes: str
    categories: dict[str, tuple[tuple[str, ...], int]]
    note: str


def read_own(path: str) -> Table:
    """Read a visitor's file; of a long one MAX_ROWS random rows.

    Raises:
        InputError: it is gone, or no table.
    """
    if not Path(path).is_file():
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
    levels = read_levels(wanted)
    y = (np.array(wanted.values)[wanted.codes[rows]] == levels[1]).astype(np.float32)
    if min(y.sum(), len(y) - y.sum()) < FEWEST_ROWS:
        raise InputError(
            f'Each value of "{shorten(target)}" needs {FEWEST_ROWS} rows or more. Send more rows.'
        )
    blocks: list[np.ndarray] = []
    categories: dict[str, tuple[tuple[str, ...], int]] = {}
    left_out: list[str] = []
    n_columns = 0
    for column in table.columns:
        if column.name == target:
            continue
        names, block = _as_numbers(column.take(rows), table.understood[column.name])
        if block.shape[1] == 0 or n_columns + block.shape[1] > MAX_COLUMNS:
            left_out.append(shorten(column.name))
            continue
        if names:
            categories[column.name] = names, n_columns
        blocks.append(block)
        n_columns += block.shape[1]
    if not blocks:
        raise InputError(
            "No other column of this table can be learned from. Send one with numbers or categories."
        )
    more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
    note = f"Left out: {', '.join(left_out[:5])}{more}." if left_out else ""
    return Own(np.concatenate(blocks, axis=1).astype(np.float32), y, levels[1], categories, note)


def learn_categories(own: Own) -> dict[str, np.ndarray]:
    """Train the lesson's net with a hidden layer, and give what it has learned of each category.

    A dummy is 1 in one column alone, so its product with the first layer picks one row of it: these rows are
    the embedding, (n_levels, 20) for each category column. Kaiming's first weights and cross-entropy, because
    on other tables than the lesson's its own start and loss often end at a dead layer.
    """
    net = start_nets("one hidden layer", [LESSON_SEED], n_columns=own.x.shape[1], start="kaiming")
    for after, _ in train_nets(net, own.x, own.y, learning_rate=1, epochs=EPOCHS, loss="bce"):
        net = after
    return {
        name: net.weights[0][0, start : start + len(levels)]
        for name, (levels, start) in own.categories.items()
    }


def _as_numbers(column: RawColumn, understood: UnderstoodColumn) -> tuple[tuple[str, ...], np.ndarray]:
    """Give the levels of a category, and (n, k) numbers; none for a column that tells no rows apart."""
    nothing = np.empty((len(column.codes), 0))
    if understood.kind == "number":
        values = read_numbers(column, understood)
        if np.isnan(values).all():
            return (), nothing
        values = np.where(np.isnan(values), np.nanmedian(values), values)
        return (), nothing if (values == values[0]).all() else (values / np.abs(values).max())[:, None]
    levels = read_levels(column)
    if understood.kind == "date" or not 2 <= len(levels) <= MAX_LEVELS:
        return (), nothing
    counts = dict(zip(column.values, column.count_rows().tolist(), strict=True))
    most = max(levels, key=lambda level: counts[level])
    known = np.array(
        [most if gone else value for value, gone in zip(column.values, column.is_missing, strict=True)]
    )
    return levels, (known[column.codes][:, None] == np.array(levels)).astype(float)
