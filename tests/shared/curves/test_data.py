"""Made points: the lesson's to the digit, other curves, noise that scales, and what is refused."""

import numpy as np
import pytest

from shared.curves import data
from shared.curves.data import CURVES, LESSON_N, LESSON_SEED, make_points, noise_draws
from shared.errors import InputError
from shared.limits import MAX_CURVE_POINTS


def test_the_lessons_points_to_the_digit():
    x, y = make_points()
    assert x.shape == y.shape == (20,)
    assert (x[0], x[-1]) == (-2, 2)
    np.testing.assert_allclose(y[:5], [11.8690, 6.5433, 5.9396, 2.6304, 1.7947], rtol=0, atol=5e-5)


def test_the_lessons_points_as_the_notebook_makes_them():
    state = np.random.get_state()
    np.random.seed(42)
    x = np.linspace(-2, 2, 20)
    true = 3 * x**2 + 2 * x + 1
    by_notebook = true * (1 + np.random.normal(scale=0.15, size=20)) + np.random.normal(scale=1.5, size=20)
    np.random.set_state(state)
    np.testing.assert_allclose(make_points()[1], by_notebook, rtol=0, atol=1e-12)


def test_making_points_leaves_numpys_own_generator_alone():
    before = np.random.get_state()[1].copy()
    make_points()
    np.testing.assert_array_equal(np.random.get_state()[1], before)


TRUE = {
    "quadratic": lambda x: 3 * x**2 + 2 * x + 1,
    "sin": lambda x: np.sin(2 * x),
    "step": lambda x: (x >= 0) * 1.0,
    "abs": abs,
    "flat": lambda x: 0 * x,
}


def test_which_curves_there_are():
    assert CURVES.keys() == TRUE.keys()
    assert [CURVES[name].noise_sd for name in TRUE] == [1.5, 0.15, 0.15, 0.2, 1]
    assert len({curve.title for curve in CURVES.values()}) == len(CURVES)
    assert CURVES["quadratic"].title == "Quadratic (the lesson's)"
    assert CURVES["flat"].title == "Only noise"


@pytest.mark.parametrize("name", TRUE)
def test_without_noise_the_points_lie_on_the_curve(name):
    x, y = make_points(name, noise=0, n=21)
    np.testing.assert_allclose(y, TRUE[name](x), rtol=0, atol=1e-12)
    assert y[10] == TRUE[name](0.0)  # at x = 0, where the step is


@pytest.mark.parametrize("name", TRUE)
def test_noise_is_relative_first_and_added_second(name):
    z1, z2 = noise_draws(30, 7)
    x, y = make_points(name, noise=2, n=30, seed=7)
    true = TRUE[name](x)
    np.testing.assert_allclose(y, true * (1 + 0.3 * z1) + CURVES[name].noise_sd * 2 * z2, rtol=0, atol=1e-12)


def test_draws_are_the_seeds():
    first, again, other = noise_draws(), noise_draws(LESSON_N, LESSON_SEED), noise_draws(seed=43)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    many = np.concatenate(noise_draws(1000, 1))
    assert abs(many.mean()) < 0.1
    assert abs(many.std() - 1) < 0.1
    assert abs(np.corrcoef(*noise_draws(1000, 1))[0, 1]) < 0.1


def test_one_point():
    x, y = make_points(n=1)
    assert x.tolist() == [data.X_LOW]
    assert np.isfinite(y).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"curve": "cubic"}, 'The curve must be one of quadratic, sin, step, abs, flat, not "cubic"'),
        ({"curve": ["sin"]}, "not a list"),
        ({"noise": float("nan")}, "The noise must be a number from 0 to 10, not nan"),
        ({"noise": -0.1}, "not -0.1"),
        ({"noise": 1e308}, "not 1e+308"),
        ({"n": 0}, f"The number of points must be a whole number from 1 to {MAX_CURVE_POINTS:,}, not 0"),
        ({"n": 10**6}, "not 1000000"),
        ({"n": 2.5}, "not 2.5"),
        ({"seed": -1}, "The seed must be a whole number from 0 to 999,999, not -1"),
        ({"seed": float("inf")}, "not inf"),
        ({"seed": True}, "not true"),
    ],
)
def test_what_is_refused(arguments, words):
    with pytest.raises(InputError) as caught:
        make_points(**arguments)
    assert words in str(caught.value)
