"""Scikit-learn's trees as plain data give scikit-learn's answers; the contest compares like with like."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from shared.forest import greedy, grow
from shared.forest.fit import ForestOptions, fit_forest


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3)) * 1e3
    return X, (X[:, 0] * X[:, 1] > 0).astype(float)


def test_trees_of_a_forest_are_read_exactly(table):
    X, _ = table
    y = X[:, 0] - X[:, 1]
    forest = fit_forest(X, y, task="regression", options=ForestOptions(trees=3, min_samples_leaf=1))
    for fitted in forest.estimators_:
        tree = greedy.read_sklearn(fitted)
        np.testing.assert_array_equal(grow.predict_tree(tree, X), fitted.predict(X))
        assert max(node.depth for node in tree.nodes) == fitted.get_depth()
        assert len(tree.leaves) == fitted.get_n_leaves()
        for index, node in enumerate(tree.nodes):
            assert node.is_leaf or tree.nodes[node.left].parent == tree.nodes[node.right].parent == index


def test_a_threshold_that_only_float32_can_decide_is_decided_as_scikit_learn_does():
    X = np.array([[1.0], [1.0 + 1e-9], [2.0], [3.0]])
    fitted = greedy.fit_greedy(X, np.array([0.0, 0, 5, 9]), task="regression", n_leaves=4)
    tree = greedy.read_sklearn(fitted)
    edges = np.float64(fitted.tree_.threshold[fitted.tree_.feature >= 0])[:, None]
    rows = np.concatenate([edges, edges + 1e-9, edges - 1e-9])
    np.testing.assert_array_equal(grow.predict_tree(tree, rows), fitted.predict(rows))


def test_classes_keep_their_places(table):
    X, y = table
    fitted = greedy.fit_greedy(X, y * 2, task="classification", n_leaves=5)
    tree = greedy.read_sklearn(fitted, n_classes=4)
    assert tree.n_classes == 4
    np.testing.assert_allclose(grow.predict_tree(tree, X)[:, [0, 2]], fitted.predict_proba(X), atol=1e-15)


def test_the_contest_is_with_as_many_leaves(table):
    X, y = table
    train, valid = slice(0, 150), slice(150, 200)
    tree = grow.replay_splits(X[train], y[train], [[0, 0, 0], [1, 1, 0], [2, 1, 0]], n_classes=2)
    found = greedy.compare_with_greedy(tree, X[train], y[train], X[valid], y[valid])
    theirs = DecisionTreeClassifier(max_leaf_nodes=4, random_state=42).fit(X[train], y[train])
    assert found.n_leaves == 4
    assert (found.hand_train, found.hand_valid) == (0, 0)  # a person sees the exclusive or
    assert found.greedy_valid == pytest.approx(1 - theirs.score(X[valid], y[valid]))
    assert found.greedy_train == pytest.approx(1 - theirs.score(X[train], y[train]))
    assert found.greedy_train > 0.1  # and no first split of the greedy tree's helps
    assert len(found.greedy.leaves) == 4


@pytest.mark.parametrize("n_classes", [0, 2])
def test_two_single_leaves_are_equal(table, n_classes):
    X, y = table
    found = greedy.compare_with_greedy(grow.start_tree(y, n_classes=n_classes), X, y, X, y)
    expected = min(y.mean(), 1 - y.mean()) if n_classes else y.std()
    assert found.hand_valid == found.greedy_valid == pytest.approx(expected)
    assert found.greedy == grow.start_tree(y, n_classes=n_classes)
