"""Permutation importance is scikit-learn's, shuffle by shuffle."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance as sklearn_importance

from shared.errors import InputError
from shared.forest import changes, permutation
from shared.forest.flat import flatten
from shared.forest.permutation import (
    CLASSIFICATION_SCORES,
    REGRESSION_SCORES,
    draw_permutations,
    permutation_importance,
)

N_TRAIN = 300


@pytest.fixture(scope="module")
def regression(made_up):
    X, y = made_up
    return RandomForestRegressor(12, min_samples_leaf=2, random_state=0).fit(X[:N_TRAIN], y[:N_TRAIN])


@pytest.fixture(scope="module")
def three_classes(made_up):
    X, y = made_up
    kind = np.digitize(y, [0.5, 3.0]).astype(float)
    return RandomForestClassifier(12, min_samples_leaf=2, random_state=0).fit(
        X[:N_TRAIN], kind[:N_TRAIN]
    ), kind


@pytest.mark.parametrize("scoring", REGRESSION_SCORES)
def test_regression_equals_scikit_learn(loops, made_up, regression, scoring):
    X, y = made_up[0][N_TRAIN:], made_up[1][N_TRAIN:]
    ours = permutation_importance(regression, X, y, scoring=scoring, n_repeats=4, seed=7)
    theirs = sklearn_importance(regression, X, y, scoring=scoring, n_repeats=4, random_state=7)
    assert ours.drops.shape == (5, 4)
    assert ours.scoring == scoring
    np.testing.assert_allclose(ours.drops, theirs.importances, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.mean, theirs.importances_mean, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.sd, theirs.importances_std, rtol=0, atol=1e-12)


@pytest.mark.parametrize("scoring", CLASSIFICATION_SCORES)
def test_classification_equals_scikit_learn(loops, made_up, three_classes, scoring):
    forest, kind = three_classes
    X, y = made_up[0][N_TRAIN:], kind[N_TRAIN:]
    ours = permutation_importance(flatten(forest), X, y, scoring=scoring, seed=1)
    theirs = sklearn_importance(forest, X, y, scoring=scoring, random_state=1)
    np.testing.assert_allclose(ours.drops, theirs.importances, rtol=0, atol=1e-12)


def test_both_tables_equal_scikit_learn(loops, titanic, titanic_forest, ames, ames_forest):
    ours = permutation_importance(titanic_forest, titanic.X, titanic.y, seed=3)
    theirs = sklearn_importance(titanic_forest, titanic.X, titanic.y, random_state=3)
    assert ours.baseline == pytest.approx(titanic_forest.score(titanic.X, titanic.y), abs=1e-12)
    np.testing.assert_allclose(ours.drops, theirs.importances, rtol=0, atol=1e-12)
    X, y = ames.X[:600], np.log10(ames.y[:600])
    ours = permutation_importance(ames_forest, X, y, n_repeats=2, seed=3)
    theirs = sklearn_importance(ames_forest, X, y, n_repeats=2, random_state=3)
    np.testing.assert_allclose(ours.drops, theirs.importances, rtol=0, atol=1e-12)


def test_given_permutations_are_used(loops, made_up, regression):
    X, y = made_up
    orders = np.array([np.arange(400)[::-1], np.roll(np.arange(400), 3)])
    ours = permutation_importance(regression, X, y, permutations=orders)
    for column in range(5):
        for repeat, order in enumerate(orders):
            shuffled = X.copy()
            shuffled[:, column] = X[order, column]
            expected = regression.score(X, y) - regression.score(shuffled, y)
            assert ours.drops[column, repeat] == pytest.approx(expected, abs=1e-12)


def test_many_blocks_give_the_same(loops, monkeypatch, made_up, regression):
    once = permutation_importance(regression, *made_up, seed=0)
    monkeypatch.setattr(changes, "_MAX_BLOCK_NUMBERS", 700)  # 28 rows at a time
    often = permutation_importance(regression, *made_up, seed=0)
    np.testing.assert_allclose(often.drops, once.drops, rtol=0, atol=1e-12)


def test_an_order_that_changes_nothing_costs_nothing(loops, made_up, regression):
    unchanged = permutation_importance(regression, *made_up, permutations=np.arange(400)[None])
    np.testing.assert_array_equal(unchanged.drops, np.zeros((5, 1)))


def test_the_table_is_left_as_it_is(loops, made_up, regression):
    X = made_up[0].astype(np.float32)
    before = X.copy()
    permutation_importance(regression, X, made_up[1], seed=0)
    np.testing.assert_array_equal(X, before)


def test_shuffles_build_on_each_other():
    orders = draw_permutations(50, n_repeats=3, seed=0)
    assert (np.sort(orders, axis=1) == np.arange(50)).all()
    assert (orders[0] != orders[1]).any()
    np.testing.assert_array_equal(orders, draw_permutations(50, n_repeats=3, seed=0))


def test_a_class_that_the_forest_never_saw_is_never_right(loops, made_up):
    X, y = made_up
    kind = (y > 1).astype(float)
    forest = RandomForestClassifier(5, random_state=0).fit(X, kind)
    new = kind.copy()
    new[:40] = 2.0
    expected = (forest.predict(X) == new).mean()
    assert permutation_importance(forest, X, new).baseline == pytest.approx(expected, abs=1e-12)
    assert np.isfinite(permutation_importance(forest, X, new, scoring="neg_log_loss").drops).all()


def test_classes_may_be_texts(loops, made_up):
    X, y = made_up
    names = np.array(["cheap", "dear"])[(y > 1).astype(int)]
    forest = RandomForestClassifier(5, random_state=0).fit(X, names)
    theirs = sklearn_importance(forest, X, names, random_state=0)
    np.testing.assert_allclose(permutation_importance(forest, X, names).drops, theirs.importances, atol=1e-12)


def test_tied_votes_fall_as_in_scikit_learn(loops, monkeypatch, made_up):
    """Few trees with small leaves tie often, and sums of thirds depend on the order of adding."""
    X, y = made_up
    kind = np.digitize(y, [0.5, 3.0]).astype(float)
    forest = RandomForestClassifier(6, min_samples_leaf=3, random_state=4).fit(X[:N_TRAIN], kind[:N_TRAIN])
    theirs = sklearn_importance(forest, X, kind, random_state=4).importances
    assert permutation_importance(forest, X, kind, seed=4).drops == pytest.approx(theirs, abs=1e-12)
    monkeypatch.setattr(permutation, "_TIE", -1.0)  # without settling them it differs, so this test can fail
    assert np.abs(permutation_importance(forest, X, kind, seed=4).drops - theirs).max() > 1e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.zeros(3)}, "400 rows but 3 values"),
        ({"y": np.full(400, np.nan)}, "target has missing"),
        ({"y": ["a"] * 400}, "not a number"),
        ({"scoring": "accuracy"}, "must be one of r2"),
        ({"scoring": "f1"}, "must be one of r2"),
        ({"n_repeats": 0}, "number of shuffles"),
        ({"n_repeats": 51}, "1 to 50"),
        ({"n_repeats": float("nan")}, "number of shuffles"),
        ({"seed": -1}, "seed"),
        ({"permutations": np.zeros((1, 400))}, "each row once"),
        ({"permutations": np.arange(400)}, "orders of 400 rows"),
        ({"permutations": np.zeros((0, 400))}, "orders of 400 rows"),
        ({"X": np.zeros((400, 4))}, "fitted on 5"),
    ],
)
def test_what_cannot_be_used_is_refused(made_up, regression, change, message):
    wanted = {"X": made_up[0], "y": made_up[1], **change}
    with pytest.raises(InputError, match=message):
        permutation_importance(regression, wanted.pop("X"), wanted.pop("y"), **wanted)
