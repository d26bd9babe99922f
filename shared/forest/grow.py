"""Grow a decision tree by hand, leaf by leaf.

    tree = start_tree(y, n_classes=2)
    tree = split_leaf(tree, X, y, leaf=0, column=0, threshold=0.5)
    tree = undo_split(tree)                          # the split taken last
    path_of_row(tree, X[3])                          # [0, 2]: the nodes it passes, root first
    list_splits(tree)                                # [(0, 0, 0.5)]: what `replay_splits` grows it from again

A `Tree` is plain data that a page can draw, and nothing is changed in place; `shared.forest.greedy` makes the
same of a tree of scikit-learn's. Follows "How random forests really work", lesson 6 of Practical Deep
Learning for Coders.
"""

from dataclasses import dataclass, replace

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_matrix, check_number, check_whole
from shared.forest.impurity import gini
from shared.limits import MAX_FOREST_HAND_LEAVES
from shared.tables.numbers import write_value

_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Node:
    """One node; its index in `Tree.nodes` is its name.

    Attributes:
        parent: None for the root.
        depth: 0 for the root.
        n: training rows that pass here.
        value: the mean of their targets, (1,), or the shares of the classes.
        impurity: Gini, or the variance for a regression target.
        column: index of the column that it splits on; None for a leaf.
        threshold: rows with `value <= threshold` go left; None for a leaf.
        left: the node for those rows; None for a leaf.
        right: the node for the others; None for a leaf.
    """

    parent: int | None
    depth: int
    n: int
    value: tuple[float, ...]
    impurity: float
    column: int | None = None
    threshold: float | None = None
    left: int | None = None
    right: int | None = None

    @property
    def is_leaf(self) -> bool:
        """Whether rows end here."""
        return self.left is None


@dataclass(frozen=True)
class Tree:
    """A decision tree.

    Attributes:
        nodes: the root first; children come after their parents.
        n_classes: 0 for regression.
        single_precision: whether rows are rounded to float32 before a comparison, as scikit-learn does. A
            tree by hand does not: its thresholds are values of the table.
    """

    nodes: tuple[Node, ...]
    n_classes: int = 0
    single_precision: bool = False

    @property
    def leaves(self) -> list[int]:
        """The nodes where rows end."""
        return [index for index, node in enumerate(self.nodes) if node.is_leaf]


def start_tree(y: np.ndarray, *, n_classes: int = 0) -> Tree:
    """Begin with a single leaf that holds all rows.

    Args:
        y: (n,) targets of the training rows, at least one.
        n_classes: 0 for a regression target.
    """
    return Tree((_make_leaf(y, n_classes, parent=None, depth=0),), n_classes)


def split_leaf(tree: Tree, X: np.ndarray, y: np.ndarray, *, leaf: int, column: int, threshold: float) -> Tree:
    """Split a leaf in two. The new leaves are the last two nodes, left and right.

    Args:
        tree: the tree so far.
        X: (n, p) the training rows that it was started with.
        y: (n,) their targets.
        leaf: the node to split.
        column: index of a column.
        threshold: rows with `value <= threshold` go left.

    Raises:
        InputError: there is no such leaf or column, a side would be empty, or the tree is large enough.
    """
    leaf = check_whole("The leaf", leaf, low=0, high=len(tree.nodes) - 1)
    column = check_whole("The column", column, low=0, high=X.shape[1] - 1)
    threshold = check_number("The threshold", threshold, low=-_LARGEST, high=_LARGEST)
    if not tree.nodes[leaf].is_leaf:
        raise InputError(f"Node {leaf} is split already: choose a leaf, or undo the split.")
    if len(tree.leaves) >= MAX_FOREST_HAND_LEAVES:
        raise InputError(
            f"A tree grown by hand can have {MAX_FOREST_HAND_LEAVES} leaves: undo a split first."
        )
    here = find_leaves(tree, X) == leaf
    below = here & (X[:, column] <= threshold)
    above = here & ~below
    if not (below.any() and above.any()):
        low, high = (write_value(end(X[here, column])) for end in (np.min, np.max))
        raise InputError(
            f"This split leaves one side without rows: choose a threshold from {low} to below {high}, or "
            "another column if these are the same."
        )
    depth = tree.nodes[leaf].depth + 1
    children = [_make_leaf(y[side], tree.n_classes, parent=leaf, depth=depth) for side in (below, above)]
    left = len(tree.nodes)
    nodes = [*tree.nodes, *children]
    nodes[leaf] = replace(nodes[leaf], column=column, threshold=threshold, left=left, right=left + 1)
    return replace(tree, nodes=tuple(nodes))


def undo_split(tree: Tree) -> Tree:
    """Take back the split made last.

    Raises:
        InputError: there is none.
    """
    if len(tree.nodes) == 1:
        raise InputError("There is no split to undo: the tree is a single leaf.")
    parent = tree.nodes[-1].parent
    assert parent is not None  # only the root has none
    nodes = list(tree.nodes[:-2])
    nodes[parent] = replace(nodes[parent], column=None, threshold=None, left=None, right=None)
    return replace(tree, nodes=tuple(nodes))


def list_splits(tree: Tree) -> list[tuple[int, int, float]]:
    """Give the splits of a tree by hand in the order they were made: what `replay_splits` takes.

    Returns:
        (leaf, column, threshold) of each.
    """
    made = sorted((node.left, index) for index, node in enumerate(tree.nodes) if node.left is not None)
    splits = []
    for _, index in made:
        column, threshold = tree.nodes[index].column, tree.nodes[index].threshold
        assert column is not None and threshold is not None  # noqa: PT018  # of a node that has children
        splits.append((index, column, threshold))
    return splits


def replay_splits(X: np.ndarray, y: np.ndarray, splits: object, *, n_classes: int = 0) -> Tree:
    """Grow a tree from a list of splits, as a page or a program sends it.

    Args:
        X: (n, p) training rows.
        y: (n,) their targets.
        splits: a list of [leaf, column, threshold].
        n_classes: 0 for a regression target.

    Raises:
        InputError: it is no such list, or a split cannot be made.
    """
    if not isinstance(splits, list | tuple) or any(
        not isinstance(split, list | tuple) or len(split) != 3 for split in splits
    ):
        raise InputError("The splits must be a list of [leaf, column, threshold], such as [[0, 1, 0.5]].")
    tree = start_tree(y, n_classes=n_classes)
    for leaf, column, threshold in splits:
        tree = split_leaf(tree, X, y, leaf=leaf, column=column, threshold=threshold)
    return tree


def find_leaves(tree: Tree, X: np.ndarray) -> np.ndarray:
    """Give the leaf of each row: (n,) indices of nodes."""
    values = _compared(tree, X)
    place = np.zeros(len(values), dtype=int)
    for index, node in enumerate(tree.nodes):  # children come after parents
        if node.left is not None:
            here = np.flatnonzero(place == index)
            goes_left = values[here, node.column] <= node.threshold
            place[here[goes_left]], place[here[~goes_left]] = node.left, node.right
    return place


def path_of_row(tree: Tree, row: np.ndarray) -> list[int]:
    """Give the nodes that one row (p,) passes, from the root to its leaf."""
    path = [int(find_leaves(tree, np.asarray(row)[None, :])[0])]
    while (parent := tree.nodes[path[-1]].parent) is not None:
        path.append(parent)
    return path[::-1]


def predict_tree(tree: Tree, X: np.ndarray) -> np.ndarray:
    """Let the tree answer: (n,) means, or (n, n_classes) shares."""
    values = np.array([node.value for node in tree.nodes])[find_leaves(tree, X)]
    return values if tree.n_classes else values[:, 0]


def _make_leaf(y: np.ndarray, n_classes: int, *, parent: int | None, depth: int) -> Node:
    if not n_classes:
        return Node(parent, depth, len(y), (float(y.mean()),), float(y.var()))
    counts = np.bincount(y.astype(int), minlength=n_classes)
    return Node(parent, depth, len(y), tuple((counts / len(y)).tolist()), float(gini(counts)))


def _compared(tree: Tree, X: np.ndarray) -> np.ndarray:
    """The numbers as the tree compares them with its thresholds."""
    X = check_matrix(X)
    return X.astype(np.float32).astype(float) if tree.single_precision else X
