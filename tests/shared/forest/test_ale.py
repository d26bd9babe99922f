"""Accumulated local effects against ALEPlot's steps done slowly, and where the answer is known."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from shared.errors import InputError
from shared.forest.ale import accumulated_effects, category_columns
from shared.forest.flat import flatten
from shared.forest.level_order import order_levels


def slow_numeric(forest, X, column, grid) -> tuple[np.ndarray, np.ndarray]:
    """ALEPlot's R code for a numeric predictor, with predict() for everything."""
    place = np.clip(np.searchsorted(grid, X[:, column], side="left"), 1, len(grid) - 1)  # the upper border
    low, high = X.copy(), X.copy()
    low[:, column], high[:, column] = grid[place - 1], grid[place]
    delta = forest.predict(high) - forest.predict(low)
    counts = np.array([(place == k).sum() for k in range(1, len(grid))])
    steps = [delta[place == k].mean() for k in range(1, len(grid))]
    curve = np.concatenate([[0], np.cumsum(steps)])
    return curve - ((curve[:-1] + curve[1:]) / 2 * counts).sum() / counts.sum(), counts


def slow_levels(forest, X, column, order) -> np.ndarray:
    """ALEPlot's R code for a factor, given the order of its levels."""
    predicted, steps = forest.predict(X), []
    for one, next_one in pairwise(order):
        changes = []
        for level, to, sign in ((one, next_one, 1), (next_one, one, -1)):
            rows = X[:, column] == level
            moved = X[rows].copy()
            moved[:, column] = to
            changes.append(sign * (forest.predict(moved) - predicted[rows]))
        steps.append(np.concatenate(changes).mean())
    curve = np.concatenate([[0], np.cumsum(steps)])
    share = np.array([(X[:, column] == level).mean() for level in order])
    return curve - (curve * share).sum()


def test_every_column_equals_the_slow_way(loops, made_up, made_up_forest):
    X, _ = made_up
    effects = accumulated_effects(flatten(made_up_forest), X, categories=[3], resolution=12)
    for column in (0, 1, 2, 4):
        effect = effects[column]
        expected, counts = slow_numeric(made_up_forest, X, column, effect.grid)
        np.testing.assert_allclose(effect.effect, expected, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(effect.n_rows, counts)
        assert effect.n_rows.sum() == 400
    expected = slow_levels(made_up_forest, X, 3, effects[3].grid)
    np.testing.assert_allclose(effects[3].effect, expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(effects[3].n_rows, [(X[:, 3] == code).sum() for code in effects[3].grid])


def test_ames_equals_the_slow_way(loops, ames, ames_forest):
    effects = accumulated_effects(flatten(ames_forest), ames.X, categories=category_columns(ames))
    assert len(effects) == 73
    for name in ("Gr_Liv_Area", "Year_Built", "Misc_Val"):
        effect = effects[ames.names.index(name)]
        expected, _ = slow_numeric(ames_forest, ames.X, effect.column, effect.grid)
        np.testing.assert_allclose(effect.effect, expected, rtol=0, atol=1e-12)
    effect = effects[ames.names.index("Neighborhood")]
    expected = slow_levels(ames_forest, ames.X, effect.column, effect.grid)
    np.testing.assert_allclose(effect.effect, expected, rtol=0, atol=1e-12)


def test_a_column_that_only_travels_with_another_one_has_no_effect(loops):
    """x and z are almost equal, and y is x: the local effects of z must not add up."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, 2000)
    X = np.column_stack([x, x + rng.normal(0, 0.01, 2000)])
    forest = RandomForestRegressor(20, max_features=2, min_samples_leaf=5, random_state=0).fit(X, x)
    of_x, of_z = accumulated_effects(flatten(forest), X)
    assert np.ptp(of_x.effect) > 0.8
    assert np.ptp(of_z.effect) < 0.1


def test_numeric_borders_are_quantiles_that_rows_have():
    X = np.array([[1.0], [1.0], [1.0], [2.0], [9.0]])
    forest = RandomForestRegressor(2, random_state=0).fit(X, X[:, 0])
    (effect,) = accumulated_effects(flatten(forest), X, resolution=3)
    np.testing.assert_array_equal(effect.grid, [1, 9])  # the median is the smallest value
    np.testing.assert_array_equal(effect.n_rows, [5])


@pytest.mark.parametrize("categories", [[], [0]])
def test_a_constant_column_has_one_border(loops, made_up, categories):
    X = made_up[0].copy()
    X[:, 0] = 4.0
    forest = RandomForestRegressor(2, random_state=0).fit(X, made_up[1])
    effect = accumulated_effects(flatten(forest), X, categories=categories)[0]
    np.testing.assert_array_equal(effect.grid, [4.0])
    np.testing.assert_array_equal(effect.effect, [0.0])


def test_like_levels_stand_side_by_side():
    rng = np.random.default_rng(0)
    code = rng.integers(0, 5, 3000).astype(float)
    place = np.array([3.0, 0.0, 4.0, 1.0, 2.0])[code.astype(int)]  # where each level really is
    other = (place + rng.normal(0, 0.8, 3000) > 2).astype(float)
    X = np.column_stack([code, place + rng.normal(0, 0.6, 3000), other])
    order = order_levels(X, categories=[0, 2])[0]
    assert order.tolist() == [1, 3, 4, 0, 2]


def test_few_levels_keep_their_order():
    X = np.array([[1.0, 5.0], [-1.0, 6.0], [1.0, 7.0]])
    np.testing.assert_array_equal(order_levels(X, categories=[0])[0], [-1, 1])


@pytest.mark.parametrize(
    ("settings", "message"), [({"categories": [9]}, "column"), ({"resolution": 1}, "borders")]
)
def test_what_cannot_be_used_is_refused(made_up, made_up_forest, settings, message):
    with pytest.raises(InputError, match=message):
        accumulated_effects(flatten(made_up_forest), made_up[0], **settings)
