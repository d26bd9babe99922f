"""The quiz on lesson 3: every figure it states, computed again."""

import math

import numpy as np
import pytest

from apps.views.relu.quiz import QUESTIONS
from shared.curves.data import CURVES, RELATIVE_NOISE, X_HIGH, X_LOW, make_points
from shared.curves.quadratic import START, descend, exact_optimum, gradient, loss, predict

TRUE = np.array([3.0, 2.0, 1.0])


@pytest.fixture(scope="module")
def points():
    return make_points()


def words_of(number: int) -> str:
    """Everything a question says, from 1."""
    question = QUESTIONS[number - 1]
    return " ".join([question.text, *(f"{choice.text} {choice.why}" for choice in question.choices)])


def right_answer(number: int) -> str:
    return next(f"{choice.text} {choice.why}" for choice in QUESTIONS[number - 1].choices if choice.right)


def test_the_losses_at_the_start(points):
    x, y = points
    errors = np.abs(predict(START, x) - y)
    said = words_of(1)
    assert f"the MAE is {errors.mean():.2f} and the MSE is {(errors**2).mean():.2f}" in said
    assert errors.argmax() == x.argmin() == 0
    assert f"largest error here is {errors.max():.2f}, at the left end" in said
    assert f"{errors.max() ** 2 / (errors**2).sum():.0%}".replace("%", " % of the sum of all 20") in said
    assert f"its share is {errors.max() / errors.sum():.0%}".replace("%", " %") in said


def test_the_slopes_at_the_start_and_the_first_step(points):
    slopes = gradient(START, *points)
    assert "{:.2f} for a, {:.2f} for b and {:.2f} for c".format(*slopes) in words_of(2)
    a = descend(START, *points, n_steps=1).params[1, 0]
    assert f"With a learning rate of 0.01, a goes from 1.1 to {a:.4f}" in right_answer(2)


def test_the_mse_diverges_at_one_rate_and_not_at_the_other(points):
    too_large, fine = (descend(START, *points, kind="mse", lr=lr, n_steps=2000) for lr in (0.24, 0.2))
    for run in (too_large, fine):
        assert ", ".join(f"{value:.1f}" for value in run.losses[:4]) in words_of(3)
    assert too_large.diverged_at
    assert (np.diff(too_large.losses) > 0).all()  # "this run never comes down"
    assert fine.losses[-1] == pytest.approx(loss(exact_optimum(*points, "mse"), *points, "mse"))
    twice = [np.tile(values, 2) for values in points]
    assert descend(START, *twice, kind="mse", lr=0.24, n_steps=3).losses[-1] == pytest.approx(
        too_large.losses[3]
    )


def test_the_two_runs_with_and_without_zeroing(points):
    without = descend(START, *points, n_steps=1000, zero_gradients=False).losses
    zeroed = descend(START, *points, n_steps=1000).losses
    said = words_of(4)
    assert f"After 10 steps its loss is {without[10]:.2f}; with `zero_()` it is {zeroed[10]:.2f}" in said
    assert f"After 50 steps it is back at {without[50]:.2f}, with `zero_()` at {zeroed[50]:.2f}" in said
    assert f"the loss is {without[50]:.2f}, against {zeroed[50]:.2f} with `zero_()`" in right_answer(4)
    assert f"the loss is {zeroed[1000]:.2f} with `zero_()`" in said
    assert f"is {without[1000]:.2f} at that moment" in said
    assert (np.diff(zeroed[:100]) < 0).all()  # "and falling"


def test_the_mae_dances_unless_the_learning_rate_shrinks(points):
    x, y = points
    dance = descend(START, x, y, lr=1.0, n_steps=10_000).losses
    said = words_of(5)
    for late in (dance[900:1001], dance[9900:]):
        assert f"between {late.min():.2f} and {late.max():.2f}" in said
    assert f"with 0.01 the loss ends at {descend(START, x, y, n_steps=1000).losses[-1]:.2f}" in right_answer(
        5
    )
    params = np.array(START)
    for step in range(1, 2001):  # a learning rate that starts at 1 and shrinks
        params = params - gradient(params, x, y) / step
    best = exact_optimum(x, y, "mae")
    assert loss(params, x, y) == pytest.approx(loss(best, x, y), abs=0.005)
    around = [gradient(best + nudge, x, y) for nudge in np.random.default_rng(0).normal(0, 1e-6, (200, 3))]
    assert min(np.abs(slopes).max() for slopes in around) > 0.1  # "does not shrink to zero"


def test_units_and_knots():
    x = np.linspace(-2, 2, 401)  # steps of 0.01
    one = -1.5 * np.maximum(2 * x - 1, 0) + 0.7
    assert _bends(one) == [pytest.approx(0.5)]  # -b/m
    assert np.ptp(one[x < 0.5]) == 0  # "level on one side"
    three = sum(w * np.maximum(m * x + b, 0) for m, b, w in [(1, 1, 1), (-2, 1, 0.5), (1.5, -1.5, -2)])
    assert _bends(three) == pytest.approx([-1, 0.5, 1])  # three bends, so four pieces
    data = np.linspace(-2, 2, 20)
    assert (1 * data - 3 <= 0).all()  # the dead unit: its knot is at 3
    assert (1 * data + 3 > 0).all()  # the one that is on at every point


def _bends(curve: np.ndarray) -> list[float]:
    return (np.linspace(-2, 2, 401)[1:-1][np.abs(np.diff(curve, 2)) > 1e-9]).tolist()


def test_the_true_curve_loses_on_the_points_and_wins_on_fresh_ones(points):
    x, y = points
    best = exact_optimum(x, y, "mae")
    assert f"an MAE of {loss(TRUE, x, y):.2f}, the best quadratic {loss(best, x, y):.2f}" in words_of(9)
    # The mean of |noise - gap| for normal noise whose spread is known at each x: that of a folded normal.
    true_curve = CURVES["quadratic"].function(x)
    spread = np.hypot(RELATIVE_NOISE * true_curve, CURVES["quadratic"].noise_sd)
    for params, name in ((TRUE, "about {:.2f} against"), (best, "against {:.2f} on average")):
        gap = np.abs(predict(params, x) - true_curve) / spread
        inside = np.array([math.erf(value / math.sqrt(2)) for value in gap])
        fresh = spread * (math.sqrt(2 / math.pi) * np.exp(-(gap**2) / 2) + gap * inside)
        assert name.format(fresh.mean()) in right_answer(9)


@pytest.mark.long
def test_twenty_units_fit_the_points_better_and_the_true_curve_worse(points):
    from shared.curves.fit import FitOptions, fit_relus
    from shared.curves.relus import predict as predict_relus

    grid = np.linspace(X_LOW, X_HIGH, 401)
    true_curve = CURVES["quadratic"].function(grid)
    trained, true_error = {}, {}
    for n_units in (2, 20):
        fit = fit_relus(*points, FitOptions(units=n_units, steps=3000), n_seeds=20)
        trained[n_units] = fit.losses[:, -1].min()
        true_error[n_units] = np.abs(predict_relus(fit.units, grid, "relu") - true_curve).mean()
    assert f"two units has a training error of {trained[2]:.2f}" in words_of(10)
    assert "below 0.8" in words_of(10)
    assert trained[20] < 0.8
    assert "less than 1.0 away from the true curve" in right_answer(10)
    assert true_error[2] < 1 < true_error[20]
