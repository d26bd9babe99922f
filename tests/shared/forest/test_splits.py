"""Splits against the notebook's own loop over thresholds, and scikit-learn's best first split."""

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from shared.errors import InputError
from shared.forest import splits
from shared.forest.encoded import Column
from shared.forest.fit import error_of
from shared.forest.impurity import compare_measures


def _lesson_score(col, y, split):
    def side_score(side):
        total = side.sum()
        return 0 if total <= 1 else y[side].std() * total  # pandas: n - 1

    below = col <= split
    return (side_score(below) + side_score(~below)) / len(y)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(0, 5, 90), rng.normal(size=90).round(1), np.zeros(90)])
    return X, X[:, 0] * 2 - X[:, 1] + rng.normal(size=90)


@pytest.mark.parametrize("is_binary", [False, True])
def test_all_thresholds_score_as_in_the_notebook(table, is_binary):
    X, y = table
    y = (y > 2).astype(float) if is_binary else y
    for x in X.T:
        curve = splits.score_thresholds(x, y)
        assert curve.thresholds.tolist() == sorted(set(x.tolist()))[:-1]
        slow = [_lesson_score(pd.Series(x), pd.Series(y), t) for t in curve.thresholds]
        np.testing.assert_allclose(curve.scores, slow, rtol=1e-12)
        np.testing.assert_array_equal(curve.n_below, [(x <= t).sum() for t in curve.thresholds])
        for threshold, score in zip(curve.thresholds, slow, strict=True):
            assert splits.score_split(x, y, threshold) == pytest.approx(score, rel=1e-12)


@pytest.mark.parametrize("measure", ["gini", "entropy"])
def test_all_thresholds_score_by_gini_and_entropy(table, measure):
    X, y = table
    classes = np.digitize(y, [1, 4]).astype(float)
    curve = splits.score_thresholds(X[:, 1], classes, measure=measure, n_classes=3)
    slow = [compare_measures(classes, X[:, 1] <= t, n_classes=3).score[measure] for t in curve.thresholds]
    np.testing.assert_allclose(curve.scores, slow, atol=1e-12)


def test_large_values_far_from_0_lose_no_precision():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=200), 1e9 + rng.normal(size=200)
    slow = [_lesson_score(pd.Series(x), pd.Series(y - 1e9), t) for t in np.sort(x)[:-1]]
    np.testing.assert_allclose(splits.score_thresholds(x, y).scores, slow, rtol=1e-6)


def test_a_perfect_split_scores_exactly_0():
    x = np.arange(10.0)
    best = splits.best_splits(x[:, None], np.where(x < 4, 300_000.0, 7.0), task="regression")[0]
    assert (best.threshold, best.score, best.n_below, best.ties) == (3.0, 0.0, 4, ())


def test_ties_take_the_lowest_threshold_and_name_the_others():
    y = np.array([1.0, 1, 0, 0, 1, 1])  # the same from both ends
    best = splits.best_splits(np.arange(6.0)[:, None], y, task="classification")[0]
    assert best.threshold == 1.0
    assert best.ties == (3.0,)
    curve = splits.score_thresholds(np.arange(6.0), y)
    assert curve.scores[1] == pytest.approx(curve.scores[3], rel=1e-12)


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_the_best_split_is_scikit_learns_by_the_same_measure(table, task):
    X, y = table
    if task == "classification":
        y = np.digitize(y, [1, 4]).astype(float)
        stump = DecisionTreeClassifier(max_depth=1).fit(X, y)  # Gini, as ours for three classes
        rule = splits.fit_one_r(X, y, task=task)
        np.testing.assert_allclose(splits.predict_one_r(rule, X), stump.predict_proba(X))
    else:  # standard deviation and variance may differ, not on a clear split
        y = np.where(X[:, 0] > 2, 10.0, 0.0) + 0.1 * y
        stump = DecisionTreeRegressor(max_depth=1).fit(X, y)
        rule = splits.fit_one_r(X, y, task=task)
        np.testing.assert_allclose(splits.predict_one_r(rule, X), stump.predict(X))
    assert rule.split.column == stump.tree_.feature[0]
    below = X[:, rule.split.column] <= rule.split.threshold
    np.testing.assert_array_equal(below, X[:, stump.tree_.feature[0]] <= stump.tree_.threshold[0])


def test_constant_columns_have_no_split_and_one_r_says_the_same_to_all():
    y = np.array([1.0, 2, 6])
    assert splits.best_splits(np.ones((3, 2)), y, task="regression") == [None, None]
    rule = splits.fit_one_r(np.ones((3, 2)), y, task="regression")
    assert rule.split is None
    assert splits.predict_one_r(rule, np.ones((2, 2))).tolist() == [3, 3]


def test_one_r_keeps_a_place_for_classes_it_never_saw():
    rule = splits.fit_one_r(
        np.arange(4.0)[:, None], np.array([0.0, 0, 1, 1]), task="classification", n_classes=4
    )
    predicted = splits.predict_one_r(rule, np.arange(4.0)[:, None])
    assert predicted.shape == (4, 4)
    assert error_of(np.array([0.0, 0, 1, 3]), predicted) == 0.25


def test_of_equally_good_columns_one_r_takes_the_first():
    x = np.arange(6.0)
    rule = splits.fit_one_r(np.column_stack([x % 2, x, x]), (x > 2).astype(float), task="classification")
    assert rule.split.column == 1


SIDES = [
    (Column("Age", "number", "Age"), 6.0, "Age <= 6", "Age > 6"),
    (Column("Sex", "category", "Sex", ("female", "male")), 0.5, "Sex: female", "Sex: male"),
    (Column("E", "category", "E", ("C", "Q", "S")), 0.0, "E: C", "E: Q, S"),
    (Column("E", "category", "E", ("C", "Q")), -0.5, "E: missing", "E: C, Q"),
    (Column("Age is missing", "missing", "Age"), 0.5, "Age is known", "Age is missing"),
]


@pytest.mark.parametrize(("column", "threshold", "below", "above"), SIDES)
def test_sides_are_described(column, threshold, below, above):
    assert splits.describe_side(column, threshold) == below
    assert splits.describe_side(column, threshold, above=True) == above


@pytest.mark.parametrize(
    ("measure", "n_classes", "said"),
    [
        ("gini", 0, "needs classes"),
        ("std", 3, "two classes"),
        ("mse", 2, "must be one of std, gini, entropy"),
    ],
)
def test_measures_that_do_not_apply_are_refused(measure, n_classes, said):
    with pytest.raises(InputError, match=said):
        splits.score_thresholds(np.arange(3.0), np.arange(3.0), measure=measure, n_classes=n_classes)


@pytest.mark.parametrize("threshold", [np.nan, np.inf, "5", None])
def test_thresholds_that_are_no_numbers_are_refused(threshold):
    with pytest.raises(InputError, match="threshold must be a number"):
        splits.score_split(np.arange(3.0), np.arange(3.0), threshold)
