"""The forest is scikit-learn's own; settings, memory and time are checked before a fit."""

import joblib
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import accuracy_score, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

from shared.errors import InputError
from shared.forest import fit
from shared.forest.encoded import Column, Encoded
from shared.forest.fit import ForestOptions


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 5))
    return X, X[:, 0] + X[:, 1] ** 2 + rng.normal(0, 0.3, 120)


@pytest.mark.parametrize("max_features", ["sqrt", "log2", 0.5, 1, 1.0])
def test_the_forest_is_scikit_learns(table, max_features):
    X, y = table
    options = ForestOptions(trees=7, min_samples_leaf=3, max_features=max_features, max_samples=0.6, seed=5)
    ours = fit.fit_forest(X, y, task="regression", options=options)
    share = 1.0 if max_features == 1 else max_features  # a slider at 1 means all columns
    theirs = RandomForestRegressor(7, min_samples_leaf=3, max_features=share, max_samples=0.6, random_state=5)
    np.testing.assert_array_equal(ours.predict(X), theirs.fit(X, y).predict(X))


def test_drawing_all_rows_is_scikit_learns_default(table):
    X, y = table
    ours = fit.fit_forest(X, y, task="regression", options=ForestOptions(trees=5, max_features=1.0, seed=1))
    theirs = RandomForestRegressor(5, min_samples_leaf=5, random_state=1).fit(X, y)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


def test_an_encoded_table_brings_target_and_task(table):
    X, y = table
    classes = (y > 1).astype(float)
    columns = tuple(Column(str(place), "number", str(place)) for place in range(5))
    encoded = Encoded(X, classes, columns, "y", "classification", ("low", "high"))
    forest = fit.fit_forest(encoded, options=ForestOptions(trees=5))
    assert isinstance(forest, RandomForestClassifier)
    shares = fit.predict_forest(forest, X)
    np.testing.assert_array_equal(shares, forest.predict_proba(X))
    assert fit.error_of(classes, shares) == pytest.approx(1 - accuracy_score(classes, forest.predict(X)))


def test_the_same_seed_gives_the_same_forest_on_any_backend(table):
    X, y = table
    alone = fit.fit_forest(X, y, task="regression", options=ForestOptions(trees=6))
    with joblib.parallel_config(backend="threading", n_jobs=2):
        shared = fit.fit_forest(X, y, task="regression", options=ForestOptions(trees=6))
    np.testing.assert_array_equal(alone.predict(X), shared.predict(X))


def test_classes_that_were_not_seen_get_a_share_of_0(table):
    X, y = table
    classes = np.where(y > 1, 2.0, 0.0)
    forest = fit.fit_forest(X, classes, task="classification", options=ForestOptions(trees=5))
    shares = fit.predict_forest(forest, X, n_classes=4)
    assert shares.shape == (120, 4)
    np.testing.assert_array_equal(shares[:, [0, 2]], forest.predict_proba(X))
    assert not shares[:, [1, 3]].any()
    assert fit.error_of(classes, shares) == (forest.predict(X) != classes).mean()


def test_scores_and_errors_are_scikit_learns(table):
    y = table[1]
    predicted = y + np.random.default_rng(3).normal(size=120)
    assert fit.error_of(y, predicted) == pytest.approx(root_mean_squared_error(y, predicted))
    assert fit.score_of(y, predicted) == pytest.approx(r2_score(y, predicted))
    assert np.isnan(fit.score_of(np.ones(3), np.ones(3)))


@pytest.mark.parametrize(("n", "share"), [(891, 0.25), (10, 0.25), (7, 0.5), (2, 0.25), (101, 0.333)])
def test_splits_are_train_test_splits(n, share):
    train, valid = train_test_split(np.arange(n), test_size=share, random_state=42)
    ours = fit.split_rows(n, valid_share=share, seed=42)
    np.testing.assert_array_equal(ours[0], train)
    np.testing.assert_array_equal(ours[1], valid)


@pytest.mark.parametrize(("n", "share"), [(1, 0.25), (0, 0.25), (5, 1.0), (3, 0.9)])
def test_splits_with_an_empty_part_are_refused(n, share):
    with pytest.raises(InputError, match="cannot be split"):
        fit.split_rows(n, valid_share=share, seed=0)


WRONG_OPTIONS = [
    ({"trees": 0}, "from 1 to 1,000"),
    ({"trees": 1001}, "from 1 to 1,000"),
    ({"trees": float("nan")}, "from 1 to 1,000"),
    ({"trees": 2.5}, "whole number"),
    ({"min_samples_leaf": 0}, "from 1 to 100,000"),
    ({"max_features": 0}, "above 0 and at most 1"),
    ({"max_features": 3}, "above 0 and at most 1"),
    ({"max_features": "auto"}, "sqrt, log2"),
    ({"max_features": None}, "an empty value"),
    ({"max_samples": 1.5}, "above 0 and at most 1"),
    ({"max_samples": float("inf")}, "above 0 and at most 1"),
    ({"seed": -1}, "from 0 to 999,999"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG_OPTIONS)
def test_wrong_options_are_refused(wrong, said):
    with pytest.raises(InputError, match=said):
        ForestOptions(**wrong)


def test_whole_numbers_may_come_as_floats():
    options = ForestOptions(trees=20.0, max_features=1)
    assert (options.trees, type(options.trees)) == (20, int)
    assert type(options.max_features) is float  # an int would mean one column to scikit-learn


def test_fits_that_take_too_long_or_too_much_memory_are_refused():
    with pytest.raises(InputError, match="1,000,000,000"):
        fit.check_work((1_000_000, 10_000), ForestOptions())
    with pytest.raises(InputError, match="limit is 1,000"):
        fit.check_work((100_000, 20), ForestOptions(trees=100, min_samples_leaf=1))
    assert fit.check_work((100_000, 20), ForestOptions(trees=100, min_samples_leaf=5)) == 100_000 * 4 * 100
    with pytest.raises(InputError, match="3,000 forests"):
        fit.check_refits((100, 20), ForestOptions(), 3_000)
    with pytest.raises(InputError, match="times what one answer may take"):
        fit.check_refits((100_000, 20), ForestOptions(), 1_500)


def test_the_memory_that_is_foreseen_is_never_too_little():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2000, 3)), rng.normal(size=2000)
    for leaf in (1, 2, 7):
        forest = fit.fit_forest(
            X, y, task="regression", options=ForestOptions(trees=3, min_samples_leaf=leaf)
        )
        most = max(tree.tree_.node_count for tree in forest.estimators_)
        assert most <= 2 * (2000 // leaf)
    node_bytes = forest.estimators_[0].tree_.__getstate__()["nodes"].dtype.itemsize
    assert node_bytes == fit.NODE_BYTES
