"""Impurities against simulated draws, scipy and pandas; and the sentence says what the formula is."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shared.errors import InputError
from shared.forest import impurity


def test_gini_is_the_chance_that_two_draws_differ():
    rng = np.random.default_rng(0)
    rows = rng.permutation(np.repeat([0, 1, 2], [50, 30, 20]))
    first, second = rng.choice(rows, (2, 200_000))
    assert impurity.gini([50, 30, 20]) == pytest.approx((first != second).mean(), abs=0.005)


def test_gini_of_two_classes_is_twice_the_variance():
    y = np.repeat([0.0, 1.0], [13, 29])
    assert impurity.gini(impurity.class_counts(y, n_classes=2)) == pytest.approx(2 * y.var(), rel=1e-12)


def test_entropy_is_scipys():
    counts = np.random.default_rng(1).integers(0, 9, (20, 4)) + np.eye(4, dtype=int)[np.arange(20) % 4]
    np.testing.assert_allclose(impurity.entropy(counts), stats.entropy(counts, axis=1, base=2), atol=1e-12)


@pytest.mark.parametrize("measure", [impurity.gini, impurity.entropy])
def test_pure_and_empty_groups_are_0_and_even_ones_are_largest(measure):
    found = measure([[7, 0], [0, 0], [3, 3], [2, 3]])
    assert found[:2].tolist() == [0, 0]
    assert not np.signbit(found).any()
    assert found[2] > found[3]
    np.testing.assert_allclose(measure([0.25, 0.75]), measure([1, 3]))  # shares do as well as counts


def test_the_sentence_names_both_chances_correctly():
    text = impurity.describe_gini([1, 3], what="these rows")
    assert "the two differ in class with a chance of 0.3750" in text
    assert "same class twice in a row is 0.6250" in text
    assert "these rows" in text


def test_a_split_is_scored_by_all_measures():
    rng = np.random.default_rng(2)
    y, below = rng.integers(0, 2, 40).astype(float), np.arange(40) < 13
    found = impurity.compare_measures(y, below, n_classes=2)
    sides = pd.Series(y[below]), pd.Series(y[~below])
    assert found.score["std"] == pytest.approx(sum(side.std() * len(side) for side in sides) / 40)
    ginis = [1 - side.mean() ** 2 - (1 - side.mean()) ** 2 for side in sides]  # the notebook's formula
    assert found.score["gini"] == pytest.approx((ginis[0] * 13 + ginis[1] * 27) / 40)
    assert found.score["entropy"] == pytest.approx(
        sum(stats.entropy(side.value_counts(), base=2) * len(side) for side in sides) / 40
    )
    assert (found.whole.n, found.below.n, found.above.n) == (40, 13, 27)
    assert found.below.mean == sides[0].mean()


def test_measures_that_do_not_apply_are_left_out():
    y, below = np.array([0.0, 1, 2, 2]), np.array([True, True, False, False])
    assert list(impurity.compare_measures(y, below).score) == ["std"]
    assert list(impurity.compare_measures(y, below, n_classes=3).score) == ["gini", "entropy"]
    empty = impurity.compare_measures(y, np.ones(4, bool))
    assert (empty.above.n, empty.above.std) == (0, 0.0)
    assert np.isnan(empty.above.mean)


@pytest.mark.parametrize(
    "counts", [[-1, 2], [np.nan, 1], [np.inf, 1], [1e308, 1], [], "abc", [[1], [2, 3]], None]
)
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(InputError, match="counts"):
        impurity.gini(counts)


@pytest.mark.parametrize("counts", [[0, 0], [[1, 2], [3, 4]]])
def test_the_sentence_needs_one_group_with_rows(counts):
    with pytest.raises(InputError, match="one group"):
        impurity.describe_gini(counts)
