"""A tree by hand: the same splits as scikit-learn's tree give its answers; undo, replay, paths, refusals."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from shared.errors import InputError
from shared.forest import grow
from shared.forest.greedy import fit_greedy, read_sklearn


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 4))
    return X, X[:, 0] * X[:, 1] + rng.normal(0, 0.3, 150)


def _grow_like(fitted, X, y, n_classes):
    """Make scikit-learn's splits by hand, parents first."""
    tree, names = grow.start_tree(y, n_classes=n_classes), {0: 0}
    for index in range(fitted.tree_.node_count):
        left, right = fitted.tree_.children_left[index], fitted.tree_.children_right[index]
        if left >= 0:
            column, threshold = int(fitted.tree_.feature[index]), float(fitted.tree_.threshold[index])
            tree = grow.split_leaf(tree, X, y, leaf=names[index], column=column, threshold=threshold)
            names[left], names[right] = len(tree.nodes) - 2, len(tree.nodes) - 1
    return tree, names


@pytest.mark.parametrize("n_classes", [0, 3])
def test_the_same_splits_give_scikit_learns_tree(table, n_classes):
    X, y = table
    if n_classes:
        y = np.digitize(y, [-0.5, 0.5]).astype(float)
    kind = DecisionTreeClassifier if n_classes else DecisionTreeRegressor
    fitted = kind(max_leaf_nodes=8, random_state=0).fit(X, y)
    tree, names = _grow_like(fitted, X, y, n_classes)
    answers = fitted.predict_proba(X) if n_classes else fitted.predict(X)
    np.testing.assert_allclose(grow.predict_tree(tree, X), answers, atol=1e-12)
    np.testing.assert_array_equal(grow.find_leaves(tree, X), [names[leaf] for leaf in fitted.apply(X)])
    for theirs, ours in names.items():
        assert tree.nodes[ours].n == fitted.tree_.n_node_samples[theirs]
        assert tree.nodes[ours].impurity == pytest.approx(fitted.tree_.impurity[theirs], abs=1e-12)


def test_undo_takes_back_the_last_split_and_replay_makes_them_again(table):
    X, y = table
    trees = [grow.start_tree(y)]
    for leaf, column, threshold in [(0, 0, 0.1), (2, 1, 0.0), (1, 3, -0.4)]:
        trees.append(grow.split_leaf(trees[-1], X, y, leaf=leaf, column=column, threshold=threshold))
    splits = grow.list_splits(trees[-1])
    assert splits == [(0, 0, 0.1), (2, 1, 0.0), (1, 3, -0.4)]
    assert grow.replay_splits(X, y, [list(split) for split in splits]) == trees[-1]
    assert [len(tree.leaves) for tree in trees] == [1, 2, 3, 4]
    for before, after in pairwise(trees):
        assert grow.undo_split(after) == before
    with pytest.raises(InputError, match="no split to undo"):
        grow.undo_split(trees[0])


def test_the_path_of_a_row_is_what_its_values_say(table):
    X, y = table
    tree = grow.replay_splits(X, y, [[0, 0, 0.1], [2, 1, 0.0]])
    assert grow.path_of_row(tree, np.array([0.1, 9, 9, 9])) == [0, 1]  # at the threshold: left
    assert grow.path_of_row(tree, np.array([0.2, -1, 9, 9])) == [0, 2, 3]
    assert grow.path_of_row(tree, np.array([0.2, 1, 9, 9])) == [0, 2, 4]


def test_the_path_in_a_tree_of_scikit_learns_is_its_decision_path(table):
    X, y = table
    fitted = fit_greedy(X, y, task="regression", n_leaves=10)
    tree = read_sklearn(fitted)
    paths = fitted.decision_path(X.astype(np.float32))
    for row in range(0, 150, 10):
        assert grow.path_of_row(tree, X[row]) == paths[row].indices.tolist()


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ((1, 0, 0.0), "leaf must be a whole number from 0 to 0"),
        ((0, 4, 0.0), "column must be a whole number from 0 to 3"),
        ((0, 0, np.nan), "threshold must be a number"),
        ((0, 0, 1e3), "one side without rows"),
        ((0, 0, -1e3), "one side without rows"),
        ((0, "0", 0.0), "column must be"),
    ],
)
def test_splits_that_cannot_be_made_are_refused(table, split, said):
    X, y = table
    with pytest.raises(InputError, match=said):
        grow.replay_splits(X, y, [split])


@pytest.mark.parametrize("splits", ["abc", [1, 2, 3], [[0, 1]], {"leaf": 0}, None])
def test_lists_that_are_none_are_refused(table, splits):
    with pytest.raises(InputError, match="list of"):
        grow.replay_splits(*table, splits)


def _split_largest(tree, X, y):
    leaf = max(tree.leaves, key=lambda index: tree.nodes[index].n)
    rows = X[grow.find_leaves(tree, X) == leaf, 0]
    return grow.split_leaf(tree, X, y, leaf=leaf, column=0, threshold=float(rows[0]))


def test_a_node_is_split_once_and_the_tree_stays_readable():
    X, y = np.arange(100.0)[:, None], np.arange(100.0)
    tree = grow.replay_splits(X, y, [[0, 0, 50]])
    with pytest.raises(InputError, match="split already"):
        grow.split_leaf(tree, X, y, leaf=0, column=0, threshold=3)
    while len(tree.leaves) < 64:
        tree = _split_largest(tree, X, y)
    with pytest.raises(InputError, match="64 leaves"):
        _split_largest(tree, X, y)
