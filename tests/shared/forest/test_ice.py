"""Curves of single rows and two-way maps against scikit-learn's, and against each other."""

import numpy as np
import pytest
from sklearn.inspection import partial_dependence as sklearn_dependence

from shared.errors import InputError
from shared.forest.flat import flatten
from shared.forest.grids import make_grids, make_number_grid
from shared.forest.ice import individual_curves, two_way
from shared.forest.partial_dependence import partial_dependence
from shared.limits import MAX_FOREST_ICE_ROWS
from tests.shared.forest.conftest import random_tree, walk


@pytest.mark.parametrize("column", [0, 2, 3, 4])
def test_individual_curves_equal_scikit_learns(loops, made_up, made_up_forest, column):
    X, _ = made_up
    grid = make_number_grid(X[:, column], resolution=20)
    curves = individual_curves(flatten(made_up_forest), X, column=column, grid=grid)
    expected = sklearn_dependence(
        made_up_forest, X, [column], method="brute", kind="individual", custom_values={column: grid}
    )["individual"][0]
    assert curves.shape == (400, len(grid))
    np.testing.assert_allclose(curves, expected, rtol=0, atol=1e-12)


def test_their_mean_is_the_partial_dependence(loops, titanic, titanic_forest):
    flat = flatten(titanic_forest)
    for dependence in partial_dependence(flat, titanic.X, make_grids(titanic)):
        curves = individual_curves(flat, titanic.X, column=dependence.column, grid=dependence.grid)
        np.testing.assert_allclose(curves.mean(axis=0), dependence.average, rtol=0, atol=1e-12)


def test_chosen_rows_come_in_the_order_chosen(loops, made_up, made_up_forest):
    X, _ = made_up
    flat, grid = flatten(made_up_forest), np.array([-1.0, 0.0, 1.0])
    everyone = individual_curves(flat, X, column=0, grid=grid)
    np.testing.assert_array_equal(
        individual_curves(flat, X, column=0, grid=grid, rows=[9, 2]), everyone[[9, 2]]
    )


def test_a_map_equals_scikit_learns(loops, ames, ames_forest):
    columns = ames.names.index("Gr_Liv_Area"), ames.names.index("Neighborhood")
    grids = make_number_grid(ames.X[:, columns[0]], resolution=6), np.arange(0.0, 28.0, 4)
    surface = two_way(flatten(ames_forest), ames.X, columns=columns, grids=grids)
    expected = sklearn_dependence(
        ames_forest,
        ames.X,
        list(columns),
        method="brute",
        custom_values=dict(zip(columns, grids, strict=True)),
    )["average"][0]
    assert surface.average.shape == surface.support.shape == (6, 7)
    np.testing.assert_allclose(surface.average, expected, rtol=0, atol=1e-12)


def test_a_map_turned_around_is_the_same_map(loops, titanic, titanic_forest):
    flat, grids = flatten(titanic_forest), make_grids(titanic)
    one = two_way(flat, titanic.X, columns=(2, 6), grids=(grids[2], grids[6]))
    other = two_way(flat, titanic.X, columns=(6, 2), grids=(grids[6], grids[2]))
    np.testing.assert_allclose(one.average, other.average.T, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(one.support, other.support.T)


def test_strange_trees_equal_a_walk_by_hand(loops):
    rng = np.random.default_rng(6)
    grids = np.array([-3.0, -1.0, 0.0, 2.0]), np.array([-2.0, 1.0, 4.0])
    for trial in range(30):
        flat = random_tree(rng, n_features=3, depth=trial % 8)
        X = rng.integers(-3, 4, (7, 3)).astype(float)
        surface = two_way(flat, X, columns=(2, 0), grids=grids).average
        curves = individual_curves(flat, X, column=2, grid=grids[0])
        for i, first in enumerate(grids[0]):
            changed = X.copy()
            changed[:, 2] = first
            np.testing.assert_allclose(curves[:, i], [walk(flat, row) for row in changed], atol=1e-12)
            for k, second in enumerate(grids[1]):
                changed[:, 0] = second
                assert surface[i, k] == pytest.approx(
                    np.mean([walk(flat, row) for row in changed]), abs=1e-12
                )


@pytest.mark.parametrize("rows", [[400], [-1], [0.5], [float("nan")], [[1]], ["a"]])
def test_rows_that_are_not_there_are_refused(made_up, made_up_forest, rows):
    with pytest.raises(InputError, match="row"):
        individual_curves(flatten(made_up_forest), made_up[0], column=0, grid=[0.0], rows=rows)


def test_too_many_or_no_curves_are_refused(made_up, made_up_forest):
    flat, X = flatten(made_up_forest), np.tile(made_up[0], (3, 1))
    for rows in ([], None):
        with pytest.raises(InputError, match=f"1 to {MAX_FOREST_ICE_ROWS:,} rows"):
            individual_curves(flat, X, column=0, grid=[0.0], rows=rows)


@pytest.mark.parametrize(
    ("columns", "grids", "message"),
    [
        ((1, 1), ([0.0], [0.0]), "two different columns"),
        ((0, 5), ([0.0], [0.0]), "column's number"),
        ((0,), ([0.0],), "needs two columns"),
        ((0, 1), (np.arange(1000.0), np.arange(1000.0)), "1,000,000 cells; the limit is 40,000"),
        ((0, 1), ([1.0, 0.0], [0.0]), "ascend"),
    ],
)
def test_a_map_that_cannot_be_made_is_refused(made_up, made_up_forest, columns, grids, message):
    with pytest.raises(InputError, match=message):
        two_way(flatten(made_up_forest), made_up[0], columns=columns, grids=grids)
