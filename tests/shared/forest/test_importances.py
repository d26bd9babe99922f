"""Importances find the columns that were put there, and flag noise; each kind against scikit-learn."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance as sklearn_permutation

from shared.errors import InputError
from shared.forest import importances
from shared.forest.curve import score_out_of_bag
from shared.forest.fit import ForestOptions, fit_forest, predict_forest, score_of

OPTIONS = ForestOptions(trees=20, min_samples_leaf=3, max_features=0.5, seed=4)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))  # the last two columns say nothing
    y = 3 * X[:, 0] + 2 * X[:, 1] + rng.normal(0, 0.5, 300)
    return X[:200], y[:200], X[200:], y[200:]


@pytest.fixture(scope="module")
def forests(table):
    return importances.fit_with_noise(*table[:2], task="regression", options=OPTIONS, n_forests=3)


def test_impurity_is_scikit_learns(table, forests):
    X, y, *_ = table
    found = importances.measure_impurity(forests)
    assert found.values.shape == (3, 4)
    for place, seed in enumerate((4, 5, 6)):
        theirs = RandomForestRegressor(20, min_samples_leaf=3, max_features=0.5, random_state=seed)
        theirs.fit(importances.add_noise(X, seed), y)
        np.testing.assert_array_equal(found.values[place], theirs.feature_importances_[:4])
        assert found.noise[place] == theirs.feature_importances_[4]
    np.testing.assert_allclose(found.values.sum(axis=1) + found.noise, 1)


def test_permutation_is_scikit_learns(table, forests):
    *_, X, y = table
    found = importances.measure_permutation(forests, X, y, n_repeats=4)
    for place, one in enumerate(forests):
        noisy = importances.add_noise(X, one.seed, part=1)
        theirs = sklearn_permutation(
            one.forest, noisy, y, n_repeats=4, random_state=one.seed
        ).importances_mean
        np.testing.assert_allclose(found.values[place], theirs[:4], atol=1e-9)
        assert found.noise[place] == pytest.approx(theirs[4], abs=1e-9)


def test_drop_fits_again_without_the_column(table):
    X, y, X_valid, y_valid = table
    for valid in (None, (X_valid, y_valid)):
        found = importances.measure_drop(X, y, task="regression", valid=valid, options=OPTIONS, n_forests=2)
        noisy, fresh = importances.add_noise(X, 5), importances.add_noise(X_valid, 5, part=1)
        options = ForestOptions(trees=20, min_samples_leaf=3, max_features=0.5, seed=5)
        scores = []
        for kept in ([0, 1, 2, 3, 4], [0, 2, 3, 4], [0, 1, 2, 3]):
            forest = fit_forest(noisy[:, kept], y, task="regression", options=options)
            if valid is None:
                scores.append(score_out_of_bag(forest, noisy[:, kept], y))
            else:
                scores.append(score_of(y_valid, predict_forest(forest, fresh[:, kept])))
        assert found.values[1, 1] == pytest.approx(scores[0] - scores[1], abs=1e-12)
        assert found.noise[1] == pytest.approx(scores[0] - scores[2], abs=1e-12)


@pytest.mark.parametrize("kind", list(importances.KINDS))
def test_every_kind_finds_the_columns_that_were_put_there(table, forests, kind):
    X, y, X_valid, y_valid = table
    found = {
        "impurity": lambda: importances.measure_impurity(forests),
        "permutation": lambda: importances.measure_permutation(forests, X_valid, y_valid),
        "drop": lambda: importances.measure_drop(X, y, task="regression", options=OPTIONS, n_forests=3),
    }[kind]()
    assert found.kind == kind
    assert found.mean.argsort()[::-1][:2].tolist() == [0, 1]
    assert found.below_noise.tolist() == [False, False, True, True]
    assert (found.low <= found.mean).all()
    assert (found.mean <= found.high).all()
    assert found.noise_low <= found.noise_mean <= found.noise_high


def test_noise_is_flagged_about_as_often_as_it_should_be():
    rng = np.random.default_rng(1)
    tables = rng.normal(size=(2000, 5, 2))  # a column and its yardstick, both noise, five forests each
    flags = [importances._summarise("drop", table).below_noise[0] for table in tables]
    assert 0.96 < np.mean(flags) < 0.99  # the lower end of a 95 % interval: 97.5 %


def test_noise_differs_between_seeds_and_parts():
    X = np.zeros((50, 1))
    drawn = [importances.add_noise(X, seed, part=part)[:, 1] for seed, part in [(1, 0), (2, 0), (1, 1)]]
    assert len({tuple(noise) for noise in drawn}) == 3
    np.testing.assert_array_equal(importances.add_noise(X, 1)[:, 1], drawn[0])


def test_classes_work_too(table):
    X, y, X_valid, y_valid = table
    split = [(target > 0).astype(float) for target in (y, y_valid)]
    forests = importances.fit_with_noise(X, split[0], task="classification", options=OPTIONS, n_forests=2)
    found = importances.measure_permutation(forests, X_valid, split[1])
    assert found.mean.argmax() == 0
    assert found.mean[0] > 0.2  # of accuracy
    found = importances.measure_drop(X, split[0], task="classification", options=OPTIONS, n_forests=2)
    assert found.mean.argmax() == 0


def test_too_much_work_and_too_few_forests_are_refused(table, forests):
    X, y, *_ = table
    with pytest.raises(InputError, match="from 2 to 50"):
        importances.fit_with_noise(X, y, task="regression", n_forests=1)
    with pytest.raises(InputError, match="forests would have to be fitted"):
        importances.measure_drop(np.tile(X, 30), y, task="regression", n_forests=20)
    with pytest.raises(InputError, match="shuffles"):
        importances.measure_permutation(forests, X, y, n_repeats=0)
