"""Rows grouped by the spread of the trees: against the same by hand, and on a forest that should know."""

import numpy as np
import pytest

from shared.forest.choose import choose
from shared.forest.confidence import group_by_spread, row_errors, row_spread
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.tables import load_table
from shared.stats import share_interval
from shared.tables.read_table import read_table


def test_groups_follow_the_order_of_the_spread():
    rng = np.random.default_rng(0)
    std = rng.permutation(80).astype(float)
    groups = group_by_spread(std, (std >= 60).astype(float), is_share=True)
    assert groups.n_rows.tolist() == [10] * 8
    assert groups.std.tolist() == [4.5 + 10 * i for i in range(8)]
    assert groups.error.tolist() == [0.0] * 6 + [1.0] * 2
    assert (groups.low[0], groups.high[0]) == share_interval(0, 10)[1:]
    assert groups.rank_correlation > 0.7


def test_few_rows_make_one_group_and_one_row_has_no_interval():
    groups = group_by_spread(np.array([1.0, 2.0]), np.array([0.0, 4.0]), is_share=False)
    assert groups.error.tolist() == [2.0]
    assert groups.low[0] == 0 < groups.high[0]
    assert np.isnan(group_by_spread(np.ones(1), np.ones(1), is_share=False).low[0])
    assert np.isnan(group_by_spread(np.ones(30), np.ones(30), is_share=False).rank_correlation)


def test_wrong_rows_are_those_that_the_forest_gets_wrong():
    explorer = Explorer.fit(choose(load_table("titanic"), target="Survived"), ForestOptions(trees=15))
    X, y = explorer.rows(explorer.valid)
    assert row_errors(explorer).mean() == pytest.approx(np.mean(explorer.forest.predict(X) != y), abs=0.01)


def test_of_several_classes_the_spread_is_of_the_answer_and_a_wrong_row_is_a_wrong_class():
    rng = np.random.default_rng(0)
    rows = [f"{rng.normal() + 1.5 * k:.4f},{'abcd'[k]}" for k in range(4) for _ in range(60)]
    table = read_table(("x,kind\n" + "\n".join(rows)).encode(), "four.csv")
    explorer = Explorer.fit(choose(table, target="kind"), ForestOptions(trees=12))
    X, y = explorer.rows(explorer.valid)
    votes = np.array([tree.predict_proba(X) for tree in explorer.forest.estimators_])  # (trees, n, 4)
    said = votes.mean(axis=0).argmax(axis=1)
    assert row_errors(explorer) == pytest.approx((said != y).astype(float))
    assert row_spread(explorer) == pytest.approx(votes.std(axis=0)[np.arange(len(X)), said], abs=1e-6)
    assert 0 < row_errors(explorer).mean() < 0.75
