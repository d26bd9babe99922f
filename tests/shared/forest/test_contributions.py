"""Contributions against a plain walk over scikit-learn's own arrays, and their sum for every row."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from shared.errors import InputError
from shared.forest.contributions import contributions
from shared.forest.flat import flatten


def slow_contributions(forest, row: np.ndarray, output: int) -> tuple[float, np.ndarray]:
    """treeinterpreter's way: one row down each of scikit-learn's trees, step by step."""
    bias, parts = 0.0, np.zeros(len(row))
    for tree in (estimator.tree_ for estimator in forest.estimators_):
        node = 0
        bias += tree.value[0, 0, output]
        while tree.children_left[node] != -1:
            column = tree.feature[node]
            goes_left = np.float32(row[column]) <= tree.threshold[node]
            child = tree.children_left[node] if goes_left else tree.children_right[node]
            parts[column] += tree.value[child, 0, output] - tree.value[node, 0, output]
            node = child
    return bias / len(forest.estimators_), parts / len(forest.estimators_)


@pytest.mark.parametrize("of_class", [0, 1])
def test_classification_equals_the_slow_way(loops, titanic, titanic_forest, of_class):
    why = contributions(flatten(titanic_forest, of_class=of_class), titanic.X)
    assert why.values.shape == titanic.X.shape
    for row in range(0, 891, 45):
        bias, parts = slow_contributions(titanic_forest, titanic.X[row], of_class)
        assert why.bias == pytest.approx(bias, abs=1e-13)
        np.testing.assert_allclose(why.values[row], parts, rtol=0, atol=1e-12)


def test_regression_equals_the_slow_way(loops, ames, ames_forest):
    why = contributions(flatten(ames_forest), ames.X)
    for row in range(0, 2930, 150):
        bias, parts = slow_contributions(ames_forest, ames.X[row], 0)
        assert why.bias == pytest.approx(bias, abs=1e-13)
        np.testing.assert_allclose(why.values[row], parts, rtol=0, atol=1e-12)


def test_they_sum_to_the_prediction_for_every_row_of_titanic(loops, titanic, titanic_forest):
    why = contributions(flatten(titanic_forest), titanic.X)
    predicted = titanic_forest.predict_proba(titanic.X)[:, 1]
    np.testing.assert_allclose(why.prediction, predicted, rtol=0, atol=1e-12)
    np.testing.assert_allclose(why.bias + why.values.sum(axis=1), predicted, rtol=0, atol=1e-9)


def test_they_sum_to_the_prediction_for_every_row_of_ames(loops, ames, ames_forest):
    why = contributions(flatten(ames_forest), ames.X)
    predicted = ames_forest.predict(ames.X)
    np.testing.assert_allclose(why.prediction, predicted, rtol=0, atol=1e-12)
    np.testing.assert_allclose(why.bias + why.values.sum(axis=1), predicted, rtol=0, atol=1e-9)


def test_dollars_sum_as_exactly(loops, ames):
    forest = RandomForestRegressor(100, max_features=0.1, max_samples=0.3, random_state=0).fit(ames.X, ames.y)
    why = contributions(flatten(forest), ames.X)
    np.testing.assert_allclose(why.bias + why.values.sum(axis=1), forest.predict(ames.X), rtol=0, atol=1e-9)


def test_the_bias_is_what_the_roots_say(made_up, made_up_forest):
    flat = flatten(made_up_forest)
    why = contributions(flat, made_up[0][:1])
    assert why.bias == pytest.approx(
        np.mean([tree.tree_.value[0, 0, 0] for tree in made_up_forest.estimators_])
    )


def test_a_column_that_is_never_asked_has_no_part(loops):
    X = np.column_stack([np.arange(20.0), np.ones(20)])
    why = contributions(flatten(RandomForestRegressor(5, random_state=0).fit(X, X[:, 0])), X)
    assert (why.values[:, 1] == 0).all()
    assert (why.values[:, 0] != 0).any()


def test_one_row_is_as_in_the_batch(loops, ames, ames_forest):
    flat = flatten(ames_forest)
    everyone = contributions(flat, ames.X)
    np.testing.assert_array_equal(contributions(flat, ames.X[99:100]).values[0], everyone.values[99])


def test_rows_that_cannot_be_read_are_refused(made_up_forest):
    with pytest.raises(InputError, match="fitted on 5"):
        contributions(flatten(made_up_forest), np.zeros((1, 4)))
