"""A visitor's tree by hand: a few plain values that Gradio may copy, and the tree they stand for.

hand = {"of": key of the table, "splits": [[leaf, column, threshold], ...], "leaf": 0, "column": 0}
grown = open_hand(hand, hunt)         # the tree grown from them; begins anew on another table
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.views.forest.rows import all_train_rows, table_key
from shared.errors import InputError
from shared.forest.encoded import Column, Encoded
from shared.forest.grow import Tree, list_splits, path_of_row, predict_tree, replay_splits
from shared.forest.hunt import Hunt
from shared.forest.labels import Answer
from shared.tables.numbers import write_value

_LONGEST_VALUE = 40  # characters of a level in the words about a row


@dataclass(frozen=True, eq=False)
class Grown:
    """The tree of a visitor and its rows.

    Attributes:
        tree: as it stands.
        encoded: the table.
        train: (n,) indices of its rows.
        valid: (m,) indices of the validation rows.
        key: names the table.
        leaf: the leaf that is chosen.
        column: the column that is chosen.
    """

    tree: Tree
    encoded: Encoded
    train: np.ndarray
    valid: np.ndarray
    key: str
    leaf: int = 0
    column: int = 0

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """X and y of the training rows."""
        return self.encoded.X[self.train], self.encoded.y[self.train]

    @property
    def valid_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """X and y of the validation rows."""
        return self.encoded.X[self.valid], self.encoded.y[self.valid]

    def keep(self) -> dict[str, Any]:
        """Give the plain values that this is opened from again."""
        splits = [list(split) for split in list_splits(self.tree)]
        return {"of": self.key, "splits": splits, "leaf": self.leaf, "column": self.column}


def start_hand() -> dict[str, Any]:
    """Give the values of a visitor who has not split anything."""
    return {"of": None, "splits": [], "leaf": 0, "column": 0}


def open_hand(hand: dict[str, Any], hunt: Hunt) -> Grown:
    """Grow a visitor's tree again; on a table that it was not grown on, begin with a single leaf."""
    encoded, train, key = hunt.encoded, all_train_rows(hunt), table_key(hunt.encoded)
    if hand.get("of") != key:
        hand = start_hand()
    tree = replay_splits(encoded.X[train], encoded.y[train], hand["splits"], n_classes=len(encoded.classes))
    leaf = hand["leaf"] if hand["leaf"] in tree.leaves else tree.leaves[-1]
    return Grown(tree, encoded, train, hunt.valid, key, leaf, hand["column"])


def read_leaf(value: object, tree: Tree) -> int:
    """Read what the tree on the page sends: the number of a leaf.

    Raises:
        InputError: it is none.
    """
    leaf = value.get("node") if isinstance(value, dict) else None
    if isinstance(leaf, bool) or not isinstance(leaf, int) or leaf not in tree.leaves:
        raise InputError("This is no leaf any more. Choose one from the tree.")
    return leaf


def read_threshold(value: object) -> float:
    """Read the threshold that the slider on the page stands at.

    Raises:
        InputError: there is none.
    """
    items = value.get("items") if isinstance(value, dict) else None
    at = value.get("at") if isinstance(value, dict) else None
    if not isinstance(items, list) or not items:
        raise InputError("All rows of this leaf have the same value here. Choose another column or leaf.")
    try:
        return float(items[at][0])  # type: ignore[index]  # whatever is wrong with it is caught here
    except (TypeError, ValueError, IndexError, KeyError):
        raise InputError("This threshold cannot be read. Move the slider and try again.") from None


def read_row(value: object, n_rows: int) -> int:
    """Read the number of a validation row, from 1, as an index from 0.

    Raises:
        InputError: there is no such row.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= n_rows:
        raise InputError(f"Choose a row from 1 to {n_rows:,}.")
    return int(value) - 1


def row_path(grown: Grown, row: int) -> list[int]:
    """Give the nodes that a validation row passes."""
    return path_of_row(grown.tree, grown.encoded.X[grown.valid[row]])


def row_words(grown: Grown, row: int) -> str:
    """Say what the tree asks of a validation row, what it answers, and what is true."""
    encoded, values = grown.encoded, grown.encoded.X[grown.valid[row]]
    truth = encoded.y[grown.valid[row]]
    answer = predict_tree(grown.tree, values[None, :])[0]
    asked = dict.fromkeys(grown.tree.nodes[node].column for node in row_path(grown, row)[:-1])
    known = [
        f"{encoded.columns[column].name} {value_of(encoded.columns[column], values[column])}"
        for column in asked
        if column is not None
    ]
    of_row = f"Row {row + 1:,}" + (f" ({', '.join(known)})" if known else "")
    if not encoded.classes:
        say = Answer.about(encoded).text
        return f"{of_row}: the tree says {say(answer)}, the truth is {say(truth)} ({encoded.asked})."
    said, true = (_say(encoded, place) for place in (int(answer.argmax()), int(truth)))
    share = 100 * float(answer.max())
    verdict = "right" if int(answer.argmax()) == int(truth) else "wrong"
    return f"{of_row}: the tree says {said} ({share:.1f} % of its leaf), the truth is {true}: {verdict}."


def value_of(column: Column, value: float) -> str:
    """Write a value as people know it: the level of a category, "yes" or "no", or the number."""
    if column.kind == "category":
        return _cut(column.levels[int(value)]) if value >= 0 else "missing"
    if column.kind == "missing":
        return "yes" if value > 0 else "no"
    return write_value(value)


def _say(encoded: Encoded, place: int) -> str:
    name = encoded.name_class(place)
    return name if name != encoded.classes[place] else f"{encoded.target} = {_cut(name)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
