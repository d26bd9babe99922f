"""Rank correlations and the dendrogram against scipy; a copy of a column costs nothing, its source does."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import leaves_list
from scipy.stats import spearmanr

from shared.errors import InputError
from shared.forest import redundancy
from shared.forest.curve import score_out_of_bag
from shared.forest.fit import ForestOptions, fit_forest

OPTIONS = ForestOptions(trees=20, max_features=1.0)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6))
    X[:, 1] = np.exp(X[:, 0])  # the same order
    X[:, 3] = -X[:, 2] + rng.normal(0, 0.05, 200)  # nearly the opposite order
    X[:, 5] = rng.integers(0, 3, 200)  # many equal ranks
    return X, X[:, 0] * 2 + X[:, 2]


def test_correlations_are_spearmans(table):
    X, _ = table
    found = redundancy.cluster_columns(X)
    np.testing.assert_allclose(found.correlation, spearmanr(X).statistic, atol=1e-12)
    assert found.n_rows == 200


def test_the_brackets_can_be_drawn(table):
    X, _ = table
    found = redundancy.cluster_columns(X)
    assert found.x.shape == found.height.shape == (5, 4)
    np.testing.assert_array_equal(found.order, leaves_list(found.linkage))
    feet = {(x, 0.0) for x in (np.arange(6) * 10 + 5.0).tolist()}
    drawn = {(x, h) for row in zip(found.x, found.height, strict=True) for x, h in zip(*row, strict=True)}
    assert feet <= drawn  # each column stands somewhere
    place = {column: 10 * i + 5.0 for i, column in enumerate(found.order.tolist())}
    lowest = found.height[:, 1].argmin()  # columns 0 and 1 are joined first, at no distance
    assert {found.x[lowest, 0], found.x[lowest, 3]} == {place[0], place[1]}
    assert found.height[lowest, 1] == pytest.approx(0, abs=1e-12)


def test_groups_ignore_the_sign(table):
    found = redundancy.cluster_columns(table[0])
    assert redundancy.similar_groups(found) == [[0, 1], [2, 3]]
    assert redundancy.similar_groups(found, at_least=1.0) == [[0, 1]]
    assert redundancy.similar_groups(found, at_least=1e-9) == [[0, 1, 2, 3, 4, 5]]


def test_constant_columns_are_like_no_other():
    X = np.column_stack([np.arange(9.0), np.ones(9), np.full(9, 2.0)])
    found = redundancy.cluster_columns(X)
    np.testing.assert_array_equal(found.correlation, np.eye(3))
    assert redundancy.similar_groups(found) == []


def test_large_tables_are_sampled(monkeypatch, table):
    monkeypatch.setattr(redundancy, "MAX_FOREST_CLUSTER_ROWS", 150)
    found = redundancy.cluster_columns(table[0], seed=1)
    assert found.n_rows == 150
    np.testing.assert_allclose(found.correlation, spearmanr(table[0]).statistic, atol=0.2)


@pytest.mark.parametrize("shape", [(5, 1), (1, 5), (2, 501)])
def test_too_few_or_too_many_columns_are_refused(shape):
    with pytest.raises(InputError, match="2 to 500"):
        redundancy.cluster_columns(np.zeros(shape))


def test_a_copy_costs_nothing_and_both_cost_much(table):
    X, y = table
    copy, both, other = redundancy.retry_without(
        X, y, task="regression", removals=[[1], [0, 1], [4]], options=OPTIONS, n_forests=3
    )
    assert both.change.high < -0.3
    assert copy.change.mean > -0.05
    assert other.change.mean > -0.05
    assert (copy.removed, both.removed) == ((1,), (0, 1))
    np.testing.assert_array_equal(copy.before, both.before)
    forest = fit_forest(X, y, task="regression", options=OPTIONS)
    assert copy.before[0] == pytest.approx(score_out_of_bag(forest, X, y))
    kept = X[:, [2, 3, 4, 5]]
    forest = fit_forest(kept, y, task="regression", options=OPTIONS)
    assert both.after[0] == pytest.approx(score_out_of_bag(forest, kept, y))


@pytest.mark.parametrize(
    ("removals", "said"),
    [
        ([[]], "at least one"),
        ([[0, 1, 2, 3, 4, 5]], "keep at least one"),
        ([[6]], "from 0 to 5"),
        ([[-1]], "to 5"),
    ],
)
def test_columns_that_cannot_be_left_out_are_refused(table, removals, said):
    with pytest.raises(InputError, match=said):
        redundancy.retry_without(*table, task="regression", removals=removals)
