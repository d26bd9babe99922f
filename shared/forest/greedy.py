"""Scikit-learn's decision tree as plain data, and set against a tree grown by hand.

    fitted = fit_greedy(X, y, task="classification", n_leaves=4)
    tree = read_sklearn(forest.estimators_[0])       # shared.forest.grow.Tree, to be drawn
    compare_with_greedy(tree, X, y, X_valid, y_valid)

It is called greedy because it takes the best split there is now, whatever comes after: a person who looks
ahead can do better. Follows "How random forests really work", lesson 6 of Practical Deep Learning for Coders.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.forest.checks import check_table
from shared.forest.fit import error_of, spread_classes
from shared.forest.grow import Node, Tree, predict_tree, start_tree

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor


@dataclass(frozen=True)
class Contest:
    """A tree by hand and scikit-learn's with as many leaves; errors as in `shared.forest.fit.error_of`.

    Attributes:
        n_leaves: of both; scikit-learn stops earlier when nothing is left to split.
        hand_train: error on the training rows.
        hand_valid: error on the validation rows.
        greedy_train: the same for scikit-learn's tree.
        greedy_valid: the same for scikit-learn's tree.
        greedy: scikit-learn's tree, to be drawn.
    """

    n_leaves: int
    hand_train: float
    hand_valid: float
    greedy_train: float
    greedy_valid: float
    greedy: Tree


def fit_greedy(
    X: np.ndarray, y: np.ndarray, *, task: str, n_leaves: int, seed: int = 42
) -> "DecisionTreeClassifier | DecisionTreeRegressor | None":
    """Fit scikit-learn's tree, which always splits where it gains most; None for a single leaf.

    Args:
        X: (n, p).
        y: (n,) targets, class indices for classification.
        task: "regression" or "classification".
        n_leaves: at most so many leaves.
        seed: decides between equally good splits.

    Raises:
        InputError: the numbers cannot be learned from.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    X, y = check_table(X, y, task=task)
    if n_leaves < 2:
        return None
    kind = DecisionTreeClassifier if task == "classification" else DecisionTreeRegressor
    return kind(max_leaf_nodes=n_leaves, random_state=seed).fit(X, y)


def read_sklearn(fitted: Any, *, n_classes: int = 0) -> Tree:
    """Make plain data of a fitted scikit-learn tree, one of `forest.estimators_` too.

    Args:
        fitted: a `DecisionTreeClassifier` or `DecisionTreeRegressor`.
        n_classes: how many classes there are when the tree's own rows may lack some.
    """
    arrays = fitted.tree_
    parents: dict[int, tuple[int | None, int]] = {0: (None, 0)}
    values = arrays.value[:, 0, :]  # (n_nodes, 1 or n_classes)
    if hasattr(fitted, "classes_"):
        values = spread_classes(values, fitted.classes_, n_classes)
    nodes = []
    for index in range(arrays.node_count):
        parent, depth = parents[index]
        left, right = int(arrays.children_left[index]), int(arrays.children_right[index])
        node = Node(
            parent=parent,
            depth=depth,
            n=int(arrays.n_node_samples[index]),
            value=tuple(values[index].tolist()),
            impurity=float(arrays.impurity[index]),
        )
        if left >= 0:
            parents[left] = parents[right] = (index, depth + 1)
            column, threshold = int(arrays.feature[index]), float(arrays.threshold[index])
            node = replace(node, column=column, threshold=threshold, left=left, right=right)
        nodes.append(node)
    return Tree(tuple(nodes), values.shape[1] if hasattr(fitted, "classes_") else 0, single_precision=True)


def compare_with_greedy(
    tree: Tree, X: np.ndarray, y: np.ndarray, X_valid: np.ndarray, y_valid: np.ndarray, *, seed: int = 42
) -> Contest:
    """Set a tree by hand against scikit-learn's with as many leaves, fitted on the same rows.

    Args:
        tree: grown on X and y.
        X: (n, p) training rows.
        y: (n,) their targets.
        X_valid: (m, p) validation rows.
        y_valid: (m,) their targets.
        seed: decides between equally good splits of scikit-learn's.

    Raises:
        InputError: the numbers cannot be used.
    """
    n_leaves, task = len(tree.leaves), "classification" if tree.n_classes else "regression"
    fitted = fit_greedy(X, y, task=task, n_leaves=n_leaves, seed=seed)
    if fitted is None:
        greedy = start_tree(y, n_classes=tree.n_classes)
    else:
        greedy = read_sklearn(fitted, n_classes=tree.n_classes)
    return Contest(
        n_leaves=n_leaves,
        hand_train=error_of(y, predict_tree(tree, X)),
        hand_valid=error_of(y_valid, predict_tree(tree, X_valid)),
        greedy_train=error_of(y, predict_tree(greedy, X)),
        greedy_valid=error_of(y_valid, predict_tree(greedy, X_valid)),
        greedy=greedy,
    )
