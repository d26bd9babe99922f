"""The flat forest says what scikit-learn's says, to the last threshold; what cannot be read is refused."""

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeRegressor

from shared.errors import InputError
from shared.forest.contributions import predict
from shared.forest.flat import LEAF, as_flat, check_column, check_rows, flatten
from tests.shared.forest.conftest import walk


def test_regression_predicts_as_scikit_learn(loops, ames, ames_forest):
    flat = flatten(ames_forest)
    predicted = predict(flat, ames.X)
    assert predicted.shape == (2930, 1)
    np.testing.assert_allclose(predicted[:, 0], ames_forest.predict(ames.X), rtol=0, atol=1e-13)
    assert walk(flat, ames.X[17]) == pytest.approx(predicted[17, 0], abs=1e-13)


def test_classification_gives_every_classs_share(loops, titanic, titanic_forest):
    shares = predict(flatten(titanic_forest), titanic.X)
    assert shares.shape == (891, 2)
    np.testing.assert_allclose(shares, titanic_forest.predict_proba(titanic.X), rtol=0, atol=1e-13)


def test_rows_at_a_threshold_go_where_scikit_learn_sends_them(loops):
    """Half way between two single-precision numbers, double and single precision disagree."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 1))
    forest = RandomForestRegressor(20, random_state=0).fit(X, rng.normal(size=60))
    thresholds = np.concatenate(
        [tree.tree_.threshold[tree.tree_.feature >= 0] for tree in forest.estimators_]
    )
    near = np.concatenate(
        [
            thresholds,
            np.nextafter(thresholds, np.inf),
            np.nextafter(thresholds, -np.inf),
            np.nextafter(thresholds.astype(np.float32), np.float32(np.inf)).astype(float),
        ]
    )[:, None]
    np.testing.assert_allclose(predict(flatten(forest), near)[:, 0], forest.predict(near), rtol=0, atol=1e-14)
    assert (thresholds.astype(np.float32) > thresholds).any()  # or the test would prove nothing


def test_nodes_are_what_scikit_learn_keeps(titanic, titanic_forest):
    flat = flatten(titanic_forest)
    trees = [tree.tree_ for tree in titanic_forest.estimators_]
    assert flat.n_trees == 20
    assert flat.depth == max(tree.max_depth for tree in trees)
    assert len(flat.feature) == sum(tree.node_count for tree in trees)
    third, at = trees[2], flat.roots[2]
    part = slice(at, at + third.node_count)
    inner = third.feature >= 0
    np.testing.assert_array_equal(flat.feature[part][inner], third.feature[inner])
    np.testing.assert_array_equal(flat.left[part][inner] - at, third.children_left[inner])
    np.testing.assert_array_equal(flat.right[part][inner] - at, third.children_right[inner])
    np.testing.assert_array_equal(flat.threshold[part][inner], third.threshold[inner])
    np.testing.assert_array_equal(flat.value[part], third.value[:, 0, 1])
    assert (flat.n_samples[flat.roots] == 891).all()  # a bootstrap sample has as many rows as the table
    leaves = np.flatnonzero(flat.feature == LEAF)
    np.testing.assert_array_equal(flat.left[leaves], leaves)
    for column, nodes in enumerate(flat.nodes_of_column):
        np.testing.assert_array_equal(nodes, np.flatnonzero(flat.feature == column))


def test_value_is_the_share_of_the_chosen_class(titanic, titanic_forest):
    died, survived = (flatten(titanic_forest, of_class=k) for k in (0, 1))
    np.testing.assert_allclose(died.value + survived.value, 1, atol=1e-12)
    np.testing.assert_array_equal(as_flat(titanic_forest).value, died.value)
    assert as_flat(died) is died


def test_a_class_is_found_by_its_index_in_y(made_up):
    X, _ = made_up
    y = np.where(X[:, 0] > 0, 2.0, 0.0)  # the training rows have none of class 1
    forest = RandomForestClassifier(3, random_state=0).fit(X, y)
    flat = flatten(forest, of_class=2)
    np.testing.assert_array_equal(flat.value, flat.outputs[:, 1])
    np.testing.assert_array_equal(flatten(forest, of_class=0).value, flat.outputs[:, 0])
    with pytest.raises(InputError, match="saw no row of class 1"):
        flatten(forest, of_class=1)


def test_other_forests_of_trees(loops, made_up):
    X, y = made_up
    tree = DecisionTreeRegressor(random_state=0).fit(X, y)
    np.testing.assert_allclose(predict(flatten(tree), X)[:, 0], tree.predict(X), atol=1e-13)
    names = np.array(["no", "yes"])[(y > 1).astype(int)]
    extra = ExtraTreesClassifier(5, random_state=0).fit(X, names)
    np.testing.assert_allclose(predict(flatten(extra), X), extra.predict_proba(X), atol=1e-13)
    best_first = RandomForestRegressor(3, max_leaf_nodes=9, random_state=0).fit(X, y)
    np.testing.assert_allclose(predict(flatten(best_first), X)[:, 0], best_first.predict(X), atol=1e-13)


def test_what_is_no_forest_is_refused(made_up):
    X, y = made_up
    for other in (
        RandomForestRegressor(),
        GradientBoostingRegressor(n_estimators=2).fit(X, y),
        "forest",
        None,
    ):
        with pytest.raises(InputError, match="not a fitted forest"):
            flatten(other)
    with pytest.raises(InputError, match="2 targets"):
        flatten(RandomForestRegressor(2).fit(X, np.column_stack([y, y])))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((3, 4)), "fitted on 5: send"),
        (np.zeros(5), "no rows or no columns"),
        (np.zeros((0, 5)), "no rows or no columns"),
        (np.full((1, 5), np.nan), "missing, infinite"),
        (np.full((1, 5), np.inf), "missing, infinite"),
        (np.full((1, 5), 1e39), "enormous"),
        ([["a"] * 5], "not a number"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(made_up_forest, X, message):
    with pytest.raises(InputError, match=message):
        check_rows(flatten(made_up_forest), X)


@pytest.mark.parametrize("column", [-1, 5, 1.5, float("nan"), "Sex", None, True])
def test_an_unknown_column_is_refused(made_up_forest, column):
    with pytest.raises(InputError, match="column"):
        check_column(flatten(made_up_forest), column)


def test_rows_are_a_copy(made_up, made_up_forest):
    X = made_up[0].astype(np.float32)
    assert not np.shares_memory(check_rows(flatten(made_up_forest), X), X)
