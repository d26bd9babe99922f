"""Partial dependence of all columns at once against scikit-learn's brute way, and its grids and evidence."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import partial_dependence as sklearn_dependence
from sklearn.inspection._partial_dependence import _grid_from_X

from shared.errors import InputError
from shared.forest import kernels
from shared.forest.flat import flatten
from shared.forest.grids import (
    count_joint_support,
    count_support,
    make_grids,
    make_level_grid,
    make_number_grid,
)
from shared.forest.partial_dependence import partial_dependence
from shared.limits import MAX_FOREST_GRID
from tests.shared.forest.conftest import random_tree, walk


def brute(forest, X, column, grid) -> np.ndarray:
    answer = sklearn_dependence(forest, X, [column], method="brute", custom_values={column: grid})
    return answer["average"][-1]


def test_every_titanic_column_equals_scikit_learns_brute(loops, titanic, titanic_forest):
    curves = partial_dependence(flatten(titanic_forest), titanic.X, make_grids(titanic))
    assert [curve.column for curve in curves] == list(range(8))
    for curve in curves:
        assert curve.grid.shape == curve.average.shape == curve.support.shape
        expected = brute(titanic_forest, titanic.X, curve.column, curve.grid)
        np.testing.assert_allclose(curve.average, expected, rtol=0, atol=1e-12)


def test_every_ames_column_equals_scikit_learns_brute(loops, ames, ames_forest):
    curves = partial_dependence(flatten(ames_forest), ames.X, make_grids(ames, resolution=4))
    some = curves if loops == "compiled" else curves[::9]
    for curve in some:
        expected = brute(ames_forest, ames.X, curve.column, curve.grid)
        np.testing.assert_allclose(curve.average, expected, rtol=0, atol=1e-12)


def test_dollars_are_as_exact(loops, ames):
    forest = RandomForestRegressor(3, max_features=0.3, random_state=0).fit(ames.X, ames.y)
    curves = partial_dependence(flatten(forest), ames.X, make_grids(ames, resolution=5))
    for curve in curves[::12]:
        expected = brute(forest, ames.X, curve.column, curve.grid)
        np.testing.assert_allclose(curve.average, expected, rtol=0, atol=1e-6)


def test_strange_trees_equal_a_walk_by_hand(loops):
    """Questions that ask a column again, contradict each other, or lie beyond the grid."""
    rng = np.random.default_rng(5)
    for trial in range(40):
        flat = random_tree(rng, n_features=3, depth=trial % 8)
        X = rng.integers(-3, 4, (9, 3)).astype(float)
        grids = [np.unique(rng.integers(-4, 5, rng.integers(1, 9))).astype(float) for _ in range(3)]
        for curve in partial_dependence(flat, X, grids):
            for value, average in zip(curve.grid, curve.average, strict=True):
                changed = X.copy()
                changed[:, curve.column] = value
                expected = np.mean([walk(flat, row) for row in changed])
                assert average == pytest.approx(expected, abs=1e-12)


def test_more_rows_than_one_block(loops, made_up, made_up_forest):
    X, _ = made_up
    flat, grids = flatten(made_up_forest), [make_number_grid(values, resolution=7) for values in X.T]
    once, often = (partial_dependence(flat, rows, grids) for rows in (X, np.tile(X, (11, 1))))
    assert len(X) * 11 > kernels.current().BLOCK_ROWS
    for one, other in zip(once, often, strict=True):
        np.testing.assert_allclose(one.average, other.average, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(one.support * 11, other.support)


def test_the_number_of_threads_does_not_matter(loops, monkeypatch, made_up, made_up_forest):
    flat, X = flatten(made_up_forest), made_up[0]
    answers = []
    for n_threads in (1, 3, 50):
        monkeypatch.setattr(kernels, "count_threads", lambda n=n_threads: n)
        curves = partial_dependence(flat, X, [make_number_grid(values) for values in X.T])
        answers.append(np.concatenate([curve.average for curve in curves]))
    np.testing.assert_allclose(answers[1], answers[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(answers[2], answers[0], rtol=0, atol=1e-12)


def test_the_table_is_left_as_it_is(loops, made_up, made_up_forest):
    X = made_up[0].astype(np.float32)
    before = X.copy()
    partial_dependence(flatten(made_up_forest), X, [make_number_grid(values) for values in X.T])
    np.testing.assert_array_equal(X, before)


def test_grids_are_scikit_learns(ames):
    n_given_up = 0
    for number, (column, grid) in enumerate(zip(ames.columns, make_grids(ames), strict=True)):
        is_category = column.kind == "category"
        try:
            _, (expected,) = _grid_from_X(ames.X[:, [number]], (0.05, 0.95), [is_category], 50, {})
        except ValueError:  # "percentiles are too close to each other"
            n_given_up += 1
            assert len(grid) == 50
            assert np.isin(grid, ames.X[:, number]).all()
            continue
        if is_category:
            assert set(expected) <= set(grid)
            assert len(grid) >= len(column.levels)
        else:
            np.testing.assert_allclose(grid, expected, rtol=1e-15)
        assert (np.diff(grid) > 0).all()
    assert n_given_up < 5


def test_a_grid_where_scikit_learn_gives_up():
    values = np.concatenate([np.zeros(9_000), np.arange(1, 101)])
    grid = make_number_grid(values, resolution=11)
    np.testing.assert_array_equal(grid, np.arange(0, 101, 10))
    np.testing.assert_array_equal(make_number_grid(np.array([4.0, 4.0])), [4.0])


def test_a_category_has_every_level_and_the_rows_without_one():
    np.testing.assert_array_equal(make_level_grid(np.array([0.0, 2.0]), n_levels=4), [0, 1, 2, 3])
    np.testing.assert_array_equal(make_level_grid(np.array([-1.0, 1.0]), n_levels=2), [-1, 0, 1])


def test_support_counts_the_rows_near_each_value():
    grid = np.array([0.0, 1.0, 3.0])  # borders -0.5, 0.5, 2, 4
    values = np.array([-0.6, -0.5, 0.0, 0.49, 0.5, 1.9, 2.0, 3.9, 4.0, 4.1])
    np.testing.assert_array_equal(count_support(grid, values), [3, 2, 3])
    np.testing.assert_array_equal(count_support(np.array([7.0]), np.array([7.0, 7.0, 8.0])), [2])


def test_support_of_all_values_is_how_often_each_occurs(ames):
    for number, grid in enumerate(make_grids(ames)):
        values = ames.X[:, number]
        if np.isin(values, grid).all():
            np.testing.assert_array_equal(count_support(grid, values), [(values == v).sum() for v in grid])


def test_joint_support_counts_pairs():
    grids = np.array([0.0, 1.0]), np.array([0.0, 2.0])
    values = np.array([[0.0, 0.0], [0.2, 0.3], [1.0, 2.0], [5.0, 0.0]])
    np.testing.assert_array_equal(count_joint_support(grids, values), [[2, 0], [0, 1]])


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ([], "has 1 to"),
        ([[1.0]], "has 1 to"),
        (np.arange(5000.0), "has 1 to"),
        ([2.0, 1.0], "ascend"),
        ([1.0, 1.0], "ascend"),
        ([0.0, float("nan")], "finite"),
        ([0.0, float("inf")], "finite"),
        (["a"], "not a number"),
    ],
)
def test_a_grid_that_cannot_be_used_is_refused(made_up, made_up_forest, grid, message):
    with pytest.raises(InputError, match=message):
        partial_dependence(flatten(made_up_forest), made_up[0], [[0.0], [0.0], grid, [0.0], [0.0]])


def test_other_refusals(made_up, made_up_forest):
    with pytest.raises(InputError, match="2 grids for 5 columns"):
        partial_dependence(flatten(made_up_forest), made_up[0], [[0.0], [1.0]])
    for resolution in (1, MAX_FOREST_GRID + 1, float("nan"), "50"):
        with pytest.raises(InputError, match="number of grid values"):
            make_number_grid(made_up[0][:, 0], resolution=resolution)
