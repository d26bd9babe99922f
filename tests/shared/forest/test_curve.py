"""Error curves against scikit-learn's forests of fewer trees, its out-of-bag score, and a known interval."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from shared.errors import InputError
from shared.forest import curve
from shared.forest.fit import ForestOptions, error_of, fit_forest, predict_forest
from shared.stats import share_interval


@pytest.fixture(scope="module", params=["regression", "classification"])
def fitted(request):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 4))
    y = X[:, 0] + X[:, 1] ** 2 + rng.normal(0, 0.5, 160)
    if request.param == "classification":
        y = np.digitize(y, [0, 1.5]).astype(float)
    options = ForestOptions(trees=40, min_samples_leaf=2)
    forest = fit_forest(X[:120], y[:120], task=request.param, options=options)
    return forest, X[:120], y[:120], X[120:], y[120:], request.param


def _first_trees(forest, count, task, X, y):
    """scikit-learn seeds one tree after the other, so a smaller forest is the beginning of a larger one."""
    return fit_forest(X, y, task=task, options=ForestOptions(trees=count, min_samples_leaf=2))


def test_the_first_trees_are_a_smaller_forest(fitted):
    forest, X, y, X_valid, y_valid, task = fitted
    curves = curve.error_curves(forest, X, y, valid=(X_valid, y_valid), n_points=30, n_resamples=20)
    trees = curves["validation"].trees
    assert (trees[0], trees[-1]) == (1, 40)
    for count in (1, 7, 40):
        small = _first_trees(forest, count, task, X, y)
        place = trees.tolist().index(count)
        for name, rows, targets in [("training", X, y), ("validation", X_valid, y_valid)]:
            expected = error_of(targets, predict_forest(small, rows, n_classes=3))
            assert curves[name].error[place] == pytest.approx(expected, rel=1e-12)
        assert curves["validation"].n_rows[place] == 40


def test_out_of_bag_is_scikit_learns(fitted):
    forest, X, y, *_, task = fitted
    kind = RandomForestClassifier if task == "classification" else RandomForestRegressor
    theirs = kind(40, min_samples_leaf=2, max_features="sqrt", oob_score=True, random_state=42).fit(X, y)
    assert curve.score_out_of_bag(forest, X, y) == pytest.approx(theirs.oob_score_, rel=1e-12)
    answers = theirs.oob_decision_function_ if task == "classification" else theirs.oob_prediction_
    np.testing.assert_allclose(curve.predict_out_of_bag(forest, X), answers, rtol=1e-9, atol=1e-12)
    curves = curve.error_curves(forest, X, y, n_resamples=20)
    assert sorted(curves) == ["out-of-bag", "training"]
    assert curves["out-of-bag"].error[-1] == pytest.approx(error_of(y, answers), rel=1e-9)


def test_one_tree_leaves_about_a_third_of_the_rows_out(fitted):
    forest, X, y, *_ = fitted
    found = curve.error_curves(forest, X, y, n_resamples=20)["out-of-bag"]
    assert 0.25 < found.n_rows[0] / len(y) < 0.5  # (1 - 1/n)^n = 0.37
    outside = np.setdiff1d(np.arange(len(y)), forest.estimators_samples_[0])
    answers = forest.estimators_[0].predict(X[outside])
    losses = (y[outside] != answers) if hasattr(forest, "classes_") else (y[outside] - answers) ** 2
    expected = losses.mean() if hasattr(forest, "classes_") else losses.mean() ** 0.5
    assert found.error[0] == pytest.approx(expected, rel=1e-12)


def test_intervals_hold_the_error_and_are_as_wide_as_theory_says(fitted):
    forest, X, y, X_valid, y_valid, task = fitted
    found = curve.error_curves(forest, X, y, valid=(X_valid, y_valid), n_resamples=2000)["validation"]
    assert (found.low <= found.error).all()
    assert (found.error <= found.high).all()
    if task == "classification":  # the normal approximation of a share
        width = 2 * 1.96 * np.sqrt(found.error * (1 - found.error) / 40)
        np.testing.assert_allclose(found.high - found.low, width, rtol=0.25)


def test_no_wrong_row_is_no_proof():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 2))
    y = (X[:, 0] > 0).astype(float)
    forest = fit_forest(X, y, task="classification", options=ForestOptions(trees=20))
    easy = np.flatnonzero(np.abs(X[:, 0]) > 1)[:25]
    found = curve.error_curves(forest, X, y, valid=(X[easy], y[easy]))["validation"]
    assert found.error[-1] == found.low[-1] == 0
    assert found.high[-1] == share_interval(0, 25).high > 0.1


def test_the_same_seed_draws_the_same_intervals(fitted):
    forest, X, y, *_ = fitted
    first, again = (curve.error_curves(forest, X, y, n_resamples=20, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first["out-of-bag"].low, again["out-of-bag"].low)


def test_spread_is_over_the_trees(fitted):
    forest, X, *_, task = fitted
    found = curve.spread_over_trees(forest, X, of_class=1)
    if task == "classification":
        each = np.array([tree.predict_proba(X)[:, 1] for tree in forest.estimators_])
    else:
        each = np.array([tree.predict(X) for tree in forest.estimators_])
    np.testing.assert_allclose(found.mean, each.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.std, each.std(axis=0), rtol=1e-9, atol=1e-12)


def test_rows_that_every_tree_drew_have_no_answer():
    X, y = np.arange(30.0)[:, None], np.arange(30.0)
    forest = fit_forest(X, y, task="regression", options=ForestOptions(trees=1))
    answers = curve.predict_out_of_bag(forest, X)
    np.testing.assert_array_equal(np.isnan(answers), np.isin(np.arange(30), forest.estimators_samples_[0]))
    assert np.isfinite(curve.score_out_of_bag(forest, X, y))


def test_other_rows_and_wrong_numbers_are_refused(fitted):
    forest, X, y, *_, task = fitted
    with pytest.raises(InputError, match="not the rows"):
        curve.error_curves(forest, X[:50], y[:50])
    with pytest.raises(InputError, match="resamples"):
        curve.error_curves(forest, X, y, n_resamples=5)
    with pytest.raises(InputError, match="number of points"):
        curve.error_curves(forest, X, y, n_points=float("nan"))
    with pytest.raises(InputError, match="seed"):
        curve.error_curves(forest, X, y, seed=-1)
    if task == "classification":
        with pytest.raises(InputError, match="from 0 to 2"):
            curve.spread_over_trees(forest, X, of_class=3)
