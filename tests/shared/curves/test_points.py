"""Points and numbers that come in: every form that is allowed, one sentence for every other, and the box."""

import re

import numpy as np
import pytest

from shared.curves.points import (
    check_choice,
    check_number,
    check_params,
    check_points,
    check_whole,
    scale_to_box,
    shown,
    spread_over,
)
from shared.errors import InputError
from shared.limits import MAX_CURVE_POINTS, MAX_CURVE_VALUE

pytestmark = pytest.mark.filterwarnings("error")

NAN, INF = float("nan"), float("inf")
NOT_NUMBERS = [NAN, INF, -INF, 1e308, -1e308, 10**400, True, None, "3", "", [3], {"x": 3}, 1j, object()]


def spelt(value):
    """A value as a test's name says it: the same in every process."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))


def refusal(function, *args, **kwargs) -> str:
    """Give the sentence that a call is refused with, which must be a plain one."""
    with pytest.raises(InputError) as caught:
        function(*args, **kwargs)
    message = str(caught.value)
    assert message.endswith(".")
    assert len(message) < 300
    assert "\n" not in message
    assert "object at" not in message
    return message


def test_points_in_every_form():
    x, y = check_points([[0, 1], (2, 3.5), {"x": np.float64(4), "y": -5}, {"y": 7, "x": 6}])
    assert x.dtype == y.dtype == np.float64
    assert x.tolist() == [0, 2, 4, 6]
    assert y.tolist() == [1, 3.5, -5, 7]


def test_as_many_and_as_large_as_is_allowed():
    x, y = check_points([[MAX_CURVE_VALUE, -MAX_CURVE_VALUE]] * MAX_CURVE_POINTS)
    assert x.shape == y.shape == (MAX_CURVE_POINTS,)
    assert (x[0], y[0]) == (1e6, -1e6)


def test_none_needed_none_given():
    x, y = check_points([], at_least=0)
    assert x.shape == y.shape == (0,)


@pytest.mark.parametrize("wrong", NOT_NUMBERS, ids=spelt)
@pytest.mark.parametrize("axis", "xy")
@pytest.mark.parametrize("as_dict", [False, True])
def test_a_coordinate_that_is_no_number(wrong, axis, as_dict):
    point = {"x": 1, "y": 2, axis: wrong}
    message = refusal(check_points, [[0, 0], point if as_dict else list(point.values())])
    assert message.startswith(f"The {axis} of point 2 must be a number from -1,000,000 to 1,000,000, not ")


@pytest.mark.parametrize("wrong", [1_000_001, -1_000_000.5])
def test_a_coordinate_beyond_the_limit(wrong):
    assert f"not {wrong}" in refusal(check_points, [[wrong, 0]])


@pytest.mark.parametrize(
    "wrong",
    [7, None, "1,2", [], [1], [1, 2, 3], {"x": 1}, {"x": 1, "y": 2, "z": 3}, {1, 2}, np.zeros(2)],
    ids=repr,
)
def test_a_point_that_is_no_pair(wrong):
    assert refusal(check_points, [[0, 0], [1, 1], wrong]).startswith("Point 3 is not a pair of numbers; ")


@pytest.mark.parametrize(
    "wrong", [None, "0,1", 5, NAN, True, {"x": [1], "y": [2]}, iter([[1, 2]])], ids=spelt
)
def test_no_list_at_all(wrong):
    assert "must be a list such as [[0, 1], [1, 3]]" in refusal(check_points, wrong)


def test_how_many_points():
    assert "0 points and at least 1 are needed" in refusal(check_points, [])
    assert "2 points and at least 3 are needed" in refusal(check_points, [[0, 0]] * 2, at_least=3)
    assert "send at most 1,000" in refusal(check_points, [[0, 0]] * (MAX_CURVE_POINTS + 1))
    assert "10,000,000 points" in refusal(check_points, [None] * 10**7)  # counted, not read


@pytest.mark.parametrize("wrong", [*NOT_NUMBERS, 0.999, 3.001], ids=spelt)
def test_a_number_out_of_range(wrong):
    message = refusal(check_number, "The learning rate", wrong, low=1, high=3)
    assert message == f"The learning rate must be a number from 1 to 3, not {shown(wrong)}."


@pytest.mark.parametrize("value", [1, 3, 1.0, 2.5, np.float32(2.5), np.int64(2)])
def test_a_number_in_range(value):
    number = check_number("It", value, low=1, high=3)
    assert type(number) is float
    assert number == value


@pytest.mark.parametrize("wrong", [*NOT_NUMBERS, 0, 4, 2.5], ids=spelt)
def test_no_whole_number(wrong):
    message = refusal(check_whole, "The number of units", wrong, low=1, high=3)
    assert message == f"The number of units must be a whole number from 1 to 3, not {shown(wrong)}."


@pytest.mark.parametrize("value", [1, 3, 2.0, np.int64(2), np.float64(2)])
def test_a_whole_number(value):
    number = check_whole("It", value, low=1, high=3)
    assert type(number) is int
    assert number == value


@pytest.mark.parametrize("choices", [("mae", "mse"), {"mae": 1, "mse": 2}])
def test_one_of_a_few_words(choices):
    assert check_choice("The loss", "mse", choices) == "mse"
    for wrong in [*NOT_NUMBERS, "MSE", "ma"]:
        message = refusal(check_choice, "The loss", wrong, choices)
        assert message == f"The loss must be one of mae, mse, not {shown(wrong)}."


@pytest.mark.parametrize("wrong", NOT_NUMBERS, ids=spelt)
def test_parameters_that_are_not_three_numbers(wrong):
    for at in range(3):
        params = [1.1, 1.1, 1.1]
        params[at] = wrong
        assert f"The start: {'abc'[at]} must be a number" in refusal(check_params, "The start", params)
    refusal(check_params, "The start", wrong)
    refusal(check_params, "The start", [1, 2, 3, wrong])
    refusal(check_params, "The start", np.zeros((3, 3)))


def test_parameters_and_how_large_they_may_be():
    assert check_params("It", np.array([1, 2, 3])).tolist() == [1, 2, 3]
    assert check_params("It", (1e8, 0, -1e8), largest=1e8).tolist() == [1e8, 0, -1e8]
    assert "from -1,000,000 to 1,000,000" in refusal(check_params, "It", [1e8, 0, 0])


def test_values_in_messages_are_short_and_on_one_line():
    deep: list = []
    for _ in range(10_000):
        deep = [deep]
    assert shown(deep) == "a list"
    assert shown("x" * 10**6) == '"' + "x" * 60 + '..."'
    assert shown("a\nb\0\u202ec") == '"abc"'
    assert shown(10**5000) == "a very large number"
    assert shown(2.0) == "2"


# The box.


@pytest.mark.parametrize(
    ("x", "y"), [([-2.5, 2.5], [-25, 25]), ([0.0], [0.0]), ([1e-9, 2e-9], [3, 3]), ([0, 0], [25, 25])]
)
def test_points_of_ordinary_size_stay_as_they_are(x, y):
    scaled = scale_to_box(np.array(x), np.array(y))
    assert not scaled.changed
    assert scaled.x.tolist() == x
    assert scaled.y.tolist() == y
    assert (scaled.x_middle, scaled.x_unit, scaled.y_middle, scaled.y_unit) == (0, 1, 0, 1)


def test_only_the_axis_that_needs_it():
    scaled = scale_to_box(np.array([100.0, 150, 200]), np.array([1.0, 2, 3]))
    assert scaled.changed
    np.testing.assert_allclose(scaled.x, [-2, 0, 2], atol=1e-12)
    assert scaled.y.tolist() == [1, 2, 3]
    assert (scaled.x_middle, scaled.x_unit) == (150, 25)
    scaled = scale_to_box(np.array([1.0, 2]), np.array([-1000.0, 3000]))
    assert scaled.x.tolist() == [1, 2]
    np.testing.assert_allclose(scaled.y, [-10, 10], atol=1e-12)


@pytest.mark.parametrize("far", [3.0, -1e6, 1e6])
def test_one_value_alone_comes_to_zero(far):
    scaled = scale_to_box(np.full(4, far), np.full(4, far * 10))
    assert scaled.x.tolist() == [0] * 4
    assert scaled.y.tolist() == [0] * 4
    assert (scaled.x_middle, scaled.x_unit, scaled.y_middle, scaled.y_unit) == (far, 1, far * 10, 1)


@pytest.mark.parametrize("seed", range(20))
def test_the_way_back(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(rng.normal(0, 100), 50, 30), rng.normal(rng.normal(0, 1e4), 1e3, 30)
    scaled = scale_to_box(x, y)
    assert np.abs(scaled.x).max() <= 2 + 1e-9
    assert np.abs(scaled.y).max() <= 10 + 1e-9
    np.testing.assert_allclose(scaled.x * scaled.x_unit + scaled.x_middle, x, rtol=1e-9)
    np.testing.assert_allclose(scaled.y * scaled.y_unit + scaled.y_middle, y, rtol=1e-9)

    def network(m, b, w, c, at):
        return c + w @ np.tanh(np.outer(m, at) + b[:, None])

    units = (*rng.normal(0, 1, (3, 5)), 0.7)
    there = network(*scaled.network_back(*units), x)
    np.testing.assert_allclose(there, network(*units, scaled.x) * scaled.y_unit + scaled.y_middle, rtol=1e-9)
    errors = network(*units, scaled.x) - scaled.y
    assert scaled.loss_back(np.abs(errors).mean(), "mae") == pytest.approx(np.abs(there - y).mean())
    assert scaled.loss_back((errors**2).mean(), "mse") == pytest.approx(((there - y) ** 2).mean())


def test_spreading_over_a_range():
    grid = spread_over(np.array([3.0, -1, 2]))
    assert grid.shape == (101,)
    assert (grid[0], grid[-1]) == (-1, 3)
    assert spread_over(np.array([5.0, 5]), 3).tolist() == [4, 5, 6]
