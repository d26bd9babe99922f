"""A fitted forest as a handful of flat arrays, which fast maths can walk.

Every tree of scikit-learn keeps its nodes in arrays of its own. Here all of them stand one after the other,
so one compiled loop, or one numpy gather, goes through the whole forest.

    forest = RandomForestRegressor(100, random_state=0).fit(X, y)
    flat = flatten(forest)
    flat.value[flat.roots].mean()           # what the forest says of a row it knows nothing about

A row goes left when `float32(x) <= threshold`: scikit-learn rounds the table to single precision and keeps
thresholds in double, and what is here does the same, or it would not be exact. Lessons 5 and 6 of Practical
Deep Learning for Coders; Breiman, "Random Forests" (2001).
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_matrix, check_whole

Nodes = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # feature, threshold, left, right of a forest
LEAF = -1  # stands for the column of a node that asks nothing


@dataclass(frozen=True, eq=False)
class FlatForest:
    """All nodes of all trees. A child is named by its place in these arrays.

    Attributes:
        feature: (n_nodes,) int32, the column a node looks at, `LEAF` for a leaf.
        threshold: (n_nodes,) float64, a row with a value up to here goes left; 0 for a leaf.
        left: (n_nodes,) int32, the left child; a leaf is its own child.
        right: (n_nodes,) int32, the same for the right one.
        value: (n_nodes,) float64, mean target of the training rows in the node, or the share of the chosen
            class among them.
        outputs: (n_nodes, n_outputs) float64, all that the node says: the mean alone, or every class's share.
        n_samples: (n_nodes,) float64, training rows in the node, those drawn twice counted twice.
        roots: (n_trees,) int32, where each tree begins.
        n_features: columns of the table.
        depth: questions on the longest path.
        classes: (n_outputs,) the forest's labels in the order of `outputs`; None for a regression.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    outputs: np.ndarray
    n_samples: np.ndarray
    roots: np.ndarray
    n_features: int
    depth: int
    classes: np.ndarray | None = None

    @property
    def n_trees(self) -> int:
        """How many trees vote."""
        return len(self.roots)

    @property
    def nodes(self) -> Nodes:
        """What a walk needs: feature, threshold, left and right."""
        return self.feature, self.threshold, self.left, self.right

    @cached_property
    def nodes_of_column(self) -> list[np.ndarray]:
        """For each column, the nodes that look at it."""
        order = np.argsort(self.feature, kind="stable")
        ends = np.searchsorted(self.feature[order], np.arange(self.n_features + 1))
        return [order[start:end] for start, end in pairwise(ends)]


def flatten(forest: Any, *, of_class: int = 1) -> FlatForest:
    """Put the trees of a fitted forest one after the other.

    Args:
        forest: a fitted RandomForestRegressor or RandomForestClassifier, their ExtraTrees sisters, or one
            DecisionTree of either kind, which is a forest of one tree.
        of_class: whose share `value` is: the class's index, as in the `y` the forest learned from, or for
            classes that are texts the place in the forest's `classes_`. Not used in a regression.

    Raises:
        InputError: when this is no fitted forest, it has more than one target, or the class is unknown.
    """
    trees = [tree.tree_ for tree in getattr(forest, "estimators_", [forest]) if hasattr(tree, "tree_")]
    if not trees or not hasattr(forest, "n_outputs_"):
        raise InputError("This is not a fitted forest. Fit a random forest first.")
    if forest.n_outputs_ > 1:
        raise InputError(f"The forest has {forest.n_outputs_} targets. Fit one forest for each target.")
    classes = getattr(forest, "classes_", None)
    chosen = 0 if classes is None else _place_of(of_class, np.asarray(classes))
    offsets = np.cumsum([0, *(tree.node_count for tree in trees)])
    own = np.arange(offsets[-1], dtype=np.int32)
    feature = np.concatenate([tree.feature for tree in trees]).astype(np.int32)
    is_leaf = feature < 0
    left = np.concatenate([tree.children_left + at for tree, at in zip(trees, offsets, strict=False)])
    right = np.concatenate([tree.children_right + at for tree, at in zip(trees, offsets, strict=False)])
    outputs = np.ascontiguousarray(np.concatenate([tree.value[:, 0, :] for tree in trees]), dtype=float)
    return FlatForest(
        feature=np.where(is_leaf, np.int32(LEAF), feature),
        threshold=np.where(is_leaf, 0.0, np.concatenate([tree.threshold for tree in trees])),
        left=np.where(is_leaf, own, left.astype(np.int32)),
        right=np.where(is_leaf, own, right.astype(np.int32)),
        value=np.ascontiguousarray(outputs[:, chosen]),
        outputs=outputs,
        n_samples=np.concatenate([tree.weighted_n_node_samples for tree in trees]).astype(float),
        roots=offsets[:-1].astype(np.int32),
        n_features=int(forest.n_features_in_),
        depth=max(int(tree.max_depth) for tree in trees),
        classes=None if classes is None else np.asarray(classes),
    )


def _place_of(of_class: int, classes: np.ndarray) -> int:
    known = classes if np.issubdtype(classes.dtype, np.number) else np.arange(len(classes))
    places = np.flatnonzero(known == of_class)
    if not len(places):
        raise InputError(
            f"The forest saw no row of class {of_class}, so it never predicts it. Choose another class."
        )
    return int(places[0])


def check_rows(flat: FlatForest, X: np.ndarray) -> np.ndarray:
    """Round a table to single precision, as scikit-learn does, and see that the forest can read it.

    Args:
        flat: the forest.
        X: (n_rows, n_features), numbers without gaps.

    Returns:
        (n_rows, n_features) float32, row by row in memory; a copy of its own.

    Raises:
        InputError: when the shape is wrong, there are no rows, or a value is missing or too large.
    """
    X = check_matrix(X)
    if X.shape[1] != flat.n_features:
        raise InputError(
            f"The rows have {X.shape[1]:,} columns, and the forest was fitted on {flat.n_features:,}: send "
            "the same columns in the same order."
        )
    return X.astype(np.float32, order="C")


def check_column(flat: FlatForest, column: int) -> int:
    """See that a column number is one of the table's, or raise InputError."""
    return check_whole("The column's number", column, low=0, high=flat.n_features - 1)


def as_flat(forest: Any) -> FlatForest:
    """Flatten a fitted forest, unless it is flat already. Its `value` is the share of its first class.

    Raises:
        InputError: when this is no fitted forest.
    """
    if isinstance(forest, FlatForest):
        return forest
    classes = np.asarray(getattr(forest, "classes_", [0]))
    return flatten(forest, of_class=int(classes[0]) if np.issubdtype(classes.dtype, np.number) else 0)
