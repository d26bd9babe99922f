"""The quadratic: the course's figures, gradients against PyTorch, exact optima against brute force."""

from itertools import combinations

import numpy as np
import pytest

from shared.curves import quadratic
from shared.curves.data import make_points
from shared.curves.quadratic import (
    START,
    TOO_LARGE,
    coordinate_descent,
    descend,
    exact_optimum,
    gradient,
    loss,
)
from shared.errors import InputError
from shared.limits import MAX_CURVE_ROUNDS, MAX_CURVE_STEPS

pytestmark = pytest.mark.filterwarnings("error")  # NumPy warns where numbers overflow

LESSON = make_points()
KINDS = ("mae", "mse")


# The course's figures.


def test_loss_and_gradient_at_the_start():
    assert loss(START, *LESSON, "mae") == pytest.approx(2.4219, abs=1e-4)
    np.testing.assert_allclose(gradient(START, *LESSON, "mae"), [-1.3529, -0.0316, -0.5], rtol=0, atol=1e-4)


def test_the_best_and_the_true_parameters():
    best = exact_optimum(*LESSON, "mae")
    np.testing.assert_allclose(best, [2.614, 1.337, 0.564], rtol=0, atol=1e-3)
    assert loss(best, *LESSON, "mae") == pytest.approx(0.98592, abs=1e-5)
    assert loss([3, 2, 1], *LESSON, "mae") == pytest.approx(1.477, abs=1e-3)


def test_the_published_run_that_never_zeroes_its_gradients():
    losses = descend(START, *LESSON, n_steps=50, zero_gradients=False).losses.round(2)
    assert losses[1:11].tolist() == [2.40, 2.36, 2.30, 2.21, 2.11, 1.98, 1.85, 1.72, 1.58, 1.46]
    assert losses[50] == 2.37


def test_the_corrected_run():
    losses = descend(START, *LESSON, n_steps=1000).losses.round(2)
    assert losses[1:11].tolist() == [2.40, 2.38, 2.36, 2.34, 2.32, 2.30, 2.28, 2.26, 2.23, 2.21]
    assert (losses[50], losses[100], losses[1000]) == (1.57, 1.21, 0.99)


# Against PyTorch.


def _torch_loss(torch, params, x, y, kind):
    errors = params[0] * x**2 + params[1] * x + params[2] - y
    return errors.abs().mean() if kind == "mae" else (errors**2).mean()


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_by_hand_equal_autograd(kind):
    import torch

    rng = np.random.default_rng(3)
    for _ in range(200):
        n = rng.integers(1, 40)
        x, y = rng.normal(0, 2, n), rng.normal(0, 5, n)
        start = rng.normal(0, 4, 3)
        params = torch.tensor(start, requires_grad=True)
        value = _torch_loss(torch, params, torch.tensor(x), torch.tensor(y), kind)
        value.backward()
        assert loss(start, x, y, kind) == pytest.approx(value.item(), rel=1e-12)
        np.testing.assert_allclose(gradient(start, x, y, kind), params.grad.numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_point_on_the_curve_does_not_push(kind):
    import torch

    x = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    y = x**2 + 2 * x + 3 + torch.tensor([0.0, 1.0, 0.0])  # the outer two lie on the curve
    params = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    _torch_loss(torch, params, x, y, kind).backward()
    by_hand = gradient([1, 2, 3], x.numpy(), y.numpy(), kind)
    np.testing.assert_allclose(by_hand, params.grad.numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(by_hand, np.full(3, -1 / 3 if kind == "mae" else -2 / 3), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zero", [True, False])
def test_forty_steps_equal_pytorchs(kind, zero):
    import torch

    x, y = (torch.tensor(values) for values in LESSON)
    params = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    run = descend(START, *LESSON, kind=kind, lr=0.02, n_steps=40, zero_gradients=zero)
    for at in range(40):
        value = _torch_loss(torch, params, x, y, kind)
        value.backward()
        assert run.losses[at] == pytest.approx(value.item(), abs=1e-9)
        np.testing.assert_allclose(run.gradients[at], params.grad.numpy(), rtol=0, atol=1e-9)
        with torch.no_grad():
            params -= params.grad * 0.02
            if zero:
                params.grad.zero_()
        np.testing.assert_allclose(run.params[at + 1], params.detach().numpy(), rtol=0, atol=1e-9)


# What a run is.


@pytest.mark.parametrize("kind", KINDS)
def test_entries_belong_together(kind):
    run = descend([0, 1, 2], *LESSON, kind=kind, lr=0.01, n_steps=5)
    assert run.params.shape == run.gradients.shape == (6, 3)
    assert run.losses.shape == (6,)
    assert run.diverged_at is None
    for params, value, slope in zip(run.params, run.losses, run.gradients, strict=True):
        assert loss(params, *LESSON, kind) == pytest.approx(value, abs=1e-12)
        np.testing.assert_allclose(gradient(params, *LESSON, kind), slope, atol=1e-12)
    np.testing.assert_allclose(np.diff(run.params, axis=0), -0.01 * run.gradients[:-1], atol=1e-12)


@pytest.mark.parametrize("zero", [True, False])
def test_no_steps_give_the_start_alone(zero):
    run = descend(START, *LESSON, n_steps=0, zero_gradients=zero)
    assert run.params.tolist() == [list(START)]
    assert run.losses.shape == (1,)
    np.testing.assert_allclose(run.gradients, [gradient(START, *LESSON)])
    assert run.diverged_at is None


def test_a_learning_rate_of_zero_stays():
    assert np.ptp(descend(START, *LESSON, lr=0, n_steps=9).losses) == 0


def test_many_quadratics_at_once():
    x = np.array([-1.0, 0, 2, 3])
    params = np.arange(24.0).reshape(2, 4, 3)
    predicted = quadratic.predict(params, x)
    assert predicted.shape == (2, 4, 4)
    assert predicted[1, 2, 3] == 18 * 9 + 19 * 3 + 20
    assert quadratic.predict(np.array([1, 2, 3]), x).tolist() == [2, 3, 11, 18]


# Divergence.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zero", [True, False])
def test_a_learning_rate_of_a_billion_is_named(kind, zero):
    run = descend(START, *LESSON, kind=kind, lr=1e9, n_steps=100, zero_gradients=zero)
    assert run.diverged_at == 1
    assert run.params.shape == (2, 3)
    assert np.abs(run.params[-1]).max() > TOO_LARGE
    assert np.isfinite(run.losses).all()  # so that it can be drawn


def test_it_diverges_step_by_step():
    run = descend(START, *LESSON, kind="mse", lr=0.3, n_steps=1000)
    assert run.diverged_at == len(run.losses) - 1 > 5
    sizes = np.abs(run.params).max(axis=1)
    assert (sizes[:-1] <= TOO_LARGE).all()
    assert sizes[-1] > TOO_LARGE


def test_too_large_a_rate_for_mae_dances_and_does_not_diverge():
    run = descend(START, *LESSON, lr=1.0, n_steps=500)
    assert run.diverged_at is None
    assert run.losses[-100:].max() > 1.2 * run.losses.min()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zero", [True, False])
@pytest.mark.parametrize("lr", [0.01, 1e9])
def test_the_largest_points_there_may_be(kind, zero, lr):
    x, y = np.array([-1e6, 0, 1e6, 5e5]), np.array([1e6, -1e6, 1e6, 0])
    run = descend([1e6, -1e6, 1e6], x, y, kind=kind, lr=lr, n_steps=50, zero_gradients=zero)
    assert run.diverged_at == 1
    for values in (run.params, run.losses, run.gradients):
        assert np.isfinite(values).all()


# Coordinate descent.


@pytest.mark.parametrize("kind", KINDS)
def test_coordinate_descent_never_goes_up(kind):
    rng = np.random.default_rng(5)
    for _ in range(100):
        n = rng.integers(1, 30)
        x, y = rng.normal(0, 2, n), rng.normal(0, 5, n)
        if rng.random() < 0.3:
            x, y = np.round(x), np.round(y)  # many ties
        run = coordinate_descent(rng.normal(0, 4, 3), x, y, kind=kind, n_rounds=20)
        assert (np.diff(run.losses) <= 0).all()
        assert loss(run.params[-1], x, y, kind) == run.losses[-1]
        assert (np.count_nonzero(np.diff(run.params, axis=0), axis=1) <= 1).all()
        assert run.losses[-1] >= loss(exact_optimum(x, y, kind), x, y, kind) - 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_each_turn_is_the_best_for_its_parameter(kind):
    from scipy.optimize import minimize_scalar

    run = coordinate_descent(START, *LESSON, kind=kind, n_rounds=3)
    assert len(run.losses) == 10
    for turn in range(9):

        def alone(value: float, turn: int = turn) -> float:
            params = run.params[turn].copy()
            params[turn % 3] = value
            return loss(params, *LESSON, kind)

        searched = minimize_scalar(alone, bracket=(-20, 20), tol=1e-12).fun
        assert run.losses[turn + 1] == pytest.approx(searched, abs=1e-7)


def test_coordinate_descent_ends_once_a_round_changes_nothing():
    run = coordinate_descent(START, *LESSON, kind="mae", n_rounds=MAX_CURVE_ROUNDS)
    assert len(run.losses) < 200
    assert run.losses[-1] == run.losses[-4]
    assert run.losses[-1] > loss(exact_optimum(*LESSON), *LESSON) + 1e-3  # it is stuck in a crease
    assert len(coordinate_descent(START, *LESSON, n_rounds=0).losses) == 1


def test_coordinate_descent_for_mse_finds_least_squares():
    run = coordinate_descent(START, *LESSON, kind="mse", n_rounds=500)
    np.testing.assert_allclose(run.params[-1], np.polyfit(*LESSON, 2), atol=1e-6)


# The exact optimum.


def _brute_force(x, y):
    """Compute the lowest MAE of all quadratics through three points, one of which is best."""
    design = np.stack([x * x, x, np.ones_like(x)], axis=1)
    solvable = [
        np.linalg.solve(design[list(three)], y[list(three)])
        for three in combinations(range(len(x)), 3)
        if len(set(x[list(three)])) == 3
    ]
    return np.abs(np.array(solvable) @ design.T - y).mean(axis=1).min()


@pytest.mark.parametrize("seed", range(12))
def test_the_best_mae_of_all_triples_of_points(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(3, 21)
    x, y = rng.uniform(-2, 2, n), rng.normal(0, 5, n)
    if seed % 3 == 0:
        x, y = np.round(x * 2), np.round(y)  # the same x again and again
        x[:3] = 0, 1, 2
    found = exact_optimum(x, y, "mae")
    assert found.shape == (3,)
    assert loss(found, x, y, "mae") == pytest.approx(_brute_force(x, y), abs=1e-9)


def test_the_lessons_best_mae_of_all_triples():
    assert loss(exact_optimum(*LESSON), *LESSON) == pytest.approx(_brute_force(*LESSON), abs=1e-12)


@pytest.mark.parametrize("scale", [1e-5, 1, 1000, 25_000])
@pytest.mark.parametrize("move", [0, 5])
def test_the_best_mae_at_any_scale(scale, move):
    x, y = LESSON[0] * scale + move * scale, LESSON[1] * scale
    assert loss(exact_optimum(x, y), x, y) == pytest.approx(_brute_force(*LESSON) * scale, rel=1e-9)


def test_the_best_mae_of_flat_points():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x, y = rng.uniform(-1, 1, 60), rng.normal(0, 1, 60)
        lowest = loss(exact_optimum(x, y), x, y)
        flat = y * 1e-8  # below the tolerances of the solver
        assert loss(exact_optimum(x, flat), x, flat) == pytest.approx(lowest * 1e-8, rel=1e-9, abs=0)


def test_the_best_mse_is_least_squares():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(rng.normal(0, 3), 2, 30), rng.normal(0, 5, 30)
        np.testing.assert_allclose(exact_optimum(x, y, "mse"), np.polyfit(x, y, 2), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("x", "y", "lowest"),
    [
        ([1.5], [7.0], (0, 0)),
        ([1.0, 2], [3.0, 5], (0, 0)),
        ([1.0, 2, -1], [3.0, 5, 0], (0, 0)),
        ([2.0] * 5, [1.0, 2, 3, 4, 15], (3.2, 26)),
        ([0.0] * 3, [1.0, 1, 4], (1, 2)),
        ([1.0, 1, 1, 2, 2], [0.0, 0, 3, 5, 5], (0.6, 1.2)),
        ([1e6, -1e6, 0], [1e6, 1e6, -1e6], (0, 0)),
        ([1.0] * 4, [2.0] * 4, (0, 0)),
    ],
)
def test_few_points_and_equal_points(kind, x, y, lowest):
    x, y = np.array(x), np.array(y)
    found = exact_optimum(x, y, kind)
    assert np.isfinite(found).all()
    assert loss(found, x, y, kind) == pytest.approx(lowest[KINDS.index(kind)], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_points_that_nearly_share_an_x_get_a_level_line(kind):
    x, y = np.array([-1e-200, 0, 1e-200, 2e-200]), np.array([0.0, 1, 1, 6])
    found = exact_optimum(x, y, kind)
    assert np.isfinite(found).all()
    assert loss(found, x, y, kind) == pytest.approx({"mae": 1.5, "mse": 5.5}[kind])


def test_one_point_gets_the_shortest_vector():
    # Of all (a, b, c) with 4a + 2b + c = 21 it is the multiple of (4, 2, 1).
    np.testing.assert_allclose(exact_optimum(np.array([2.0]), np.array([21.0]), "mse"), [4, 2, 1])


def test_a_thousand_points_and_duplicates():
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, 500)
    y = 3 * x**2 + 2 * x + 1 + rng.laplace(0, 1, 500)
    best = exact_optimum(x, y)
    for nudge in rng.normal(0, 0.01, (200, 3)):
        assert loss(best, x, y) <= loss(best + nudge, x, y)
    twice = exact_optimum(np.tile(x, 2), np.tile(y, 2))
    assert loss(twice, x, y) == pytest.approx(loss(best, x, y), abs=1e-9)


# What is refused.

NAN = float("nan")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"start": [NAN, 0, 0]}, "The start: a must be a number from -100,000,000 to 100,000,000, not nan"),
        ({"start": [0, 1e308, 0]}, "The start: b"),
        ({"start": [0, 0]}, "three numbers [a, b, c]"),
        ({"kind": "rmse"}, 'The loss must be one of mae, mse, not "rmse"'),
        ({"kind": None}, "not an empty value"),
        ({"lr": NAN}, "The learning rate must be a number from 0 to 1,000,000,000, not nan"),
        ({"lr": 1e308}, "not 1e+308"),
        ({"lr": -0.01}, "not -0.01"),
        (
            {"n_steps": -1},
            f"The number of steps must be a whole number from 0 to {MAX_CURVE_STEPS:,}, not -1",
        ),
        ({"n_steps": 10**6}, "not 1000000"),
        ({"n_steps": NAN}, "not nan"),
        ({"n_steps": 1.5}, "not 1.5"),
    ],
)
def test_descend_refuses(wrong, words):
    values = {"start": START, "kind": "mae", "lr": 0.01, "n_steps": 3, **wrong}
    with pytest.raises(InputError) as caught:
        descend(values.pop("start"), *LESSON, **values)
    assert words in str(caught.value)


def test_the_others_refuse():
    with pytest.raises(InputError, match="number of rounds must be a whole number from 0 to 1,000, not 1001"):
        coordinate_descent(START, *LESSON, n_rounds=1001)
    with pytest.raises(InputError, match="The start: c"):
        coordinate_descent([0, 0, NAN], *LESSON, n_rounds=1)
    for function in (
        lambda: exact_optimum(*LESSON, "huber"),
        lambda: coordinate_descent(START, *LESSON, kind="", n_rounds=1),
    ):
        with pytest.raises(InputError, match="The loss must be one of"):
            function()
