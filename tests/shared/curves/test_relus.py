"""The sum of ReLUs: by hand, against PyTorch's autograd, and refused when it comes in a wrong form."""

import itertools

import numpy as np
import pytest

from shared.curves.relus import (
    ACTIVATIONS,
    LEAKY_SLOPE,
    Units,
    dead_units,
    gradient_by_hand,
    knots,
    mean_loss,
    predict,
    unit_outputs,
)
from shared.errors import InputError
from shared.limits import MAX_CURVE_UNITS

pytestmark = pytest.mark.filterwarnings("error")  # NumPy warns where numbers overflow

KINDS = ("mae", "mse")
TWICE_ABS = {"m": [1.0, -1.0], "b": [0.0, 0.0], "w": [2.0, 2.0], "c": -1.0}  # 2 |x| - 1
X = np.linspace(-2, 2, 9)


def random_units(k: int, seed: int) -> Units:
    random = np.random.default_rng(seed)
    return Units(*random.normal(size=(3, k)), float(random.normal()))


def test_two_relus_make_an_absolute_value():
    units = Units.from_lists(TWICE_ABS)
    np.testing.assert_allclose(predict(units, X), 2 * np.abs(X) - 1)
    outputs = unit_outputs(units, X)
    assert outputs.shape == (2, 9)
    np.testing.assert_allclose(outputs[0], np.where(X > 0, 2 * X, 0))


@pytest.mark.parametrize(
    ("activation", "at_minus_one", "at_zero", "at_two"),
    [
        ("relu", 0, 0, 2),
        ("leaky_relu", -LEAKY_SLOPE, 0, 2),
        ("sigmoid", 1 / (1 + np.e), 0.5, 1 / (1 + np.exp(-2))),
        ("tanh", np.tanh(-1), 0, np.tanh(2)),
    ],
)
def test_activations(activation, at_minus_one, at_zero, at_two):
    line = Units.from_lists({"m": [1], "b": [0], "w": [1], "c": 0})
    shown = predict(line, np.array([-1.0, 0.0, 2.0]), activation)
    np.testing.assert_allclose(shown, [at_minus_one, at_zero, at_two], rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_units_and_constant_add_up(activation):
    units = random_units(7, seed=3)
    total = unit_outputs(units, X, activation).sum(0) + units.c
    np.testing.assert_allclose(predict(units, X, activation), total)


def test_large_numbers_do_not_overflow():
    units = Units.from_lists({"m": [1e6], "b": [-1e6], "w": [1e6], "c": 1e6})
    for activation in ACTIVATIONS:
        assert np.isfinite(predict(units, np.array([-1e6, 0, 1e6]), activation)).all()
        gradient = gradient_by_hand(units, np.array([-1e6, 1e6]), np.zeros(2), activation, "mse")
        assert np.isfinite(gradient.m).all()


def test_knots_are_where_the_line_crosses_zero():
    units = Units.from_lists({"m": [2, -1, 0, 1e-320], "b": [1, 3, 5, 1e6], "w": [1] * 4, "c": 0})
    where = knots(units)
    np.testing.assert_allclose(where[:2], [-0.5, 3])
    assert np.isnan(where[2]), "a level unit never switches"
    assert np.isinf(where[3])
    assert unit_outputs(units, where[:1])[0] == pytest.approx(0)


def test_dead_units_are_those_without_a_gradient():
    #                    on      off everywhere  off at all points but one   at 0 everywhere
    units = Units(np.array([1, 1, 1, 0.0]), np.array([0, -2, -1.9, 0.0]), np.ones(4), 0.0)
    assert dead_units(units, X) == [1, 3]
    gradient = gradient_by_hand(units, X, np.full(9, 100.0))
    still = (gradient.m == 0) & (gradient.b == 0) & (gradient.w == 0)
    assert np.flatnonzero(still).tolist() == [1, 3]
    for activation in ACTIVATIONS[1:]:
        assert dead_units(units, X, activation) == []


def _autograd(units: Units, x: np.ndarray, y: np.ndarray, activation: str, kind: str) -> tuple:
    import torch

    functions = {
        "relu": torch.relu,
        "leaky_relu": torch.nn.LeakyReLU(LEAKY_SLOPE),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
    }
    m, b, w, c = (
        torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in vars(units).values()
    )
    inputs, targets = torch.tensor(x), torch.tensor(y)
    total = c
    for i in range(len(units)):
        total = total + w[i] * functions[activation](m[i] * inputs + b[i])
    loss = (total - targets).abs().mean() if kind == "mae" else ((total - targets) ** 2).mean()
    loss.backward()
    return loss.item(), [p.grad.numpy() for p in (m, b, w, c)]


@pytest.mark.parametrize(("activation", "kind"), list(itertools.product(ACTIVATIONS, KINDS)))
def test_gradient_by_hand_is_autograds(activation, kind):
    random = np.random.default_rng(5)
    for seed in range(20):
        units = random_units(1 + seed, seed)
        x, y = random.uniform(-2, 2, 30), random.normal(0, 5, 30)
        loss, expected = _autograd(units, x, y, activation, kind)
        by_hand = gradient_by_hand(units, x, y, activation, kind)
        for ours, theirs in zip(vars(by_hand).values(), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
        assert mean_loss(predict(units, x, activation) - y, kind) == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize(("activation", "kind"), list(itertools.product(["relu", "leaky_relu"], KINDS)))
def test_gradient_at_the_bends_is_autograds(activation, kind):
    """Points on a knot, and points that are met exactly."""
    units = Units.from_lists(TWICE_ABS)
    y = predict(units, X, activation) + np.array([0, 1, 0, -1, 0, 1, 0, -1, 0])
    _, expected = _autograd(units, X, y, activation, kind)
    by_hand = gradient_by_hand(units, X, y, activation, kind)
    for ours, theirs in zip(vars(by_hand).values(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_lists_there_and_back():
    units = random_units(5, seed=1)
    lists = units.as_lists()
    assert {type(number) for name in "mbw" for number in lists[name]} == {float}
    again = Units.from_lists(lists)
    for name in ("m", "b", "w", "c"):
        np.testing.assert_array_equal(getattr(again, name), getattr(units, name))
    assert len(again) == 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"m": [1.0]}, "there are 1 m, 2 b and 2 w"),
        ({"m": []}, f"1 to {MAX_CURVE_UNITS} numbers"),
        ({"m": [1] * (MAX_CURVE_UNITS + 1)}, f"1 to {MAX_CURVE_UNITS} numbers"),
        ({"m": "11"}, f"1 to {MAX_CURVE_UNITS} numbers"),
        ({"m": None}, f"1 to {MAX_CURVE_UNITS} numbers"),
        ({"b": [0, float("nan")]}, "b of unit 2 must be a number"),
        ({"b": [float("inf"), 0]}, "b of unit 1 must be a number"),
        ({"w": [1e308, 0]}, "w of unit 1 must be a number"),
        ({"w": [True, 0]}, "w of unit 1 must be a number"),
        ({"w": ["1", 0]}, "w of unit 1 must be a number"),
        ({"w": [[1], 0]}, "w of unit 1 must be a number"),
        ({"c": None}, "The constant c must be a number"),
        ({"c": 10**400}, "The constant c must be a number"),
        ({"d": 1}, "must be given as"),
    ],
)
def test_wrong_lists_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        Units.from_lists(TWICE_ABS | change)


@pytest.mark.parametrize("lists", [None, [], "units", 3, {}, {"m": [1], "b": [1], "w": [1]}])
def test_another_form_is_refused(lists):
    with pytest.raises(InputError, match="must be given as"):
        Units.from_lists(lists)
