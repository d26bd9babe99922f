"""Fits: against the lesson's loop in PyTorch, alone and in company, diverging and named, refused."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shared.curves import descent
from shared.curves.data import CURVES, X_HIGH, X_LOW, make_points
from shared.curves.fit import Fit, FitOptions, draw_units, fit_relus, space_frames
from shared.curves.lesson_loop import fit_in_torch
from shared.curves.relus import ACTIVATIONS, Units, gradient_by_hand, mean_loss, predict
from shared.errors import InputError
from shared.limits import MAX_CURVE_FRAMES, MAX_CURVE_SEEDS, MAX_CURVE_STEPS, MAX_CURVE_UNITS

# NumPy warns where numbers overflow.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

ROOT = Path(__file__).parents[3]
KINDS = ("mae", "mse")
OPTIMIZERS = tuple(descent.OPTIMIZERS)
ACTIVATIONS_AND_KINDS = list(itertools.product(ACTIVATIONS, KINDS))
ALL_FITS = list(itertools.product(ACTIVATIONS, KINDS, OPTIMIZERS))
X, Y = make_points()


def assert_same(one: Units, other: Units, *, atol: float) -> None:
    for name in ("m", "b", "w", "c"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=atol, err_msg=name)


# Against other roads.


@pytest.mark.parametrize(("activation", "kind", "optimizer"), ALL_FITS)
@pytest.mark.parametrize(("units", "steps"), [(5, 60), (20, 500)])
def test_steps_are_those_of_the_lessons_loop_in_pytorch(activation, kind, optimizer, units, steps):
    options = FitOptions(
        units=units, steps=steps, lr=0.003, activation=activation, kind=kind, optimizer=optimizer
    )
    losses, fitted = fit_in_torch(draw_units(units, options.seed), X, Y, **options.how())
    fit = fit_relus(X, Y, options)
    np.testing.assert_allclose(fit.losses[0], losses, rtol=0, atol=1e-9)
    assert_same(fit.units, fitted, atol=1e-9)


def test_networks_of_several_groups_are_those_of_the_lessons_loop():
    x, y = make_points(n=100)
    options = FitOptions(units=20, steps=40)
    fit = fit_relus(x, y, options, n_seeds=40)
    assert 2 * descent._CACHED < 20 * 100 * 40, "this test says nothing with one group"
    for row in (0, 15, 16, 39):
        losses, _ = fit_in_torch(draw_units(20, 42 + row), x, y, **options.how())
        np.testing.assert_allclose(fit.losses[row], losses, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("activation", "kind"), ACTIVATIONS_AND_KINDS)
def test_one_step_downhill_is_the_gradient_by_hand(activation, kind):
    options = FitOptions(units=6, steps=1, lr=0.125, activation=activation, kind=kind, optimizer="sgd")
    before, after = fit_relus(X, Y, options).frames
    gradient = gradient_by_hand(before, X, Y, activation, kind)
    stepped = Units(*(getattr(before, p) - 0.125 * getattr(gradient, p) for p in ("m", "b", "w", "c")))
    assert_same(after, stepped, atol=1e-4)


# Seeds.


@pytest.mark.parametrize(("activation", "kind"), ACTIVATIONS_AND_KINDS)
def test_a_seed_does_the_same_alone_and_in_company(activation, kind):
    def fit(seed: int, n_seeds: int) -> Fit:
        options = FitOptions(units=7, steps=200, seed=seed, activation=activation, kind=kind)
        return fit_relus(X, Y, options, n_seeds=n_seeds)

    together = fit(42, 12)
    assert together.losses.shape == (12, 201)
    assert together.seeds.tolist() == list(range(42, 54))
    for row in {7, together.best}:
        alone = fit(42 + row, 1)
        np.testing.assert_allclose(together.losses[row], alone.losses[0], rtol=0, atol=1e-4)
        if row == together.best:
            assert_same(together.frames[0], alone.frames[0], atol=0)
            assert_same(together.units, alone.units, atol=1e-4)


def test_the_best_seed_is_shown():
    fit = fit_relus(X, Y, FitOptions(units=3, steps=100), n_seeds=20)
    assert fit.best == fit.losses[:, -1].argmin()
    assert fit.best > 0, "this test says nothing if the first is the best"
    assert mean_loss(predict(fit.units, X) - Y) == pytest.approx(fit.losses[fit.best, -1], abs=1e-5)


def test_starts_are_standard_normal_and_do_not_depend_on_the_number_of_units():
    few, many = draw_units(3, 42), draw_units(100, 42)
    np.testing.assert_array_equal(few.m, many.m[:3])
    np.testing.assert_array_equal(few.w, many.w[:3])
    np.testing.assert_array_equal(np.random.RandomState(42).randn(3, 3), np.stack([few.m, few.b, few.w], 1))
    assert few.c == 0
    assert not np.isin(draw_units(3, 43).m, many.m).any()
    drawn = np.concatenate([np.r_[u.m, u.b, u.w] for u in (draw_units(100, seed) for seed in range(30))])
    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.std() - 1) < 0.05


# Frames and starts.


@pytest.mark.parametrize("steps", [1, 2, 50, 119, 120, 500, 20_000])
def test_frames_are_dense_at_first_and_hold_both_ends(steps):
    frames = space_frames(steps, 120)
    assert frames[0] == 0
    assert frames[-1] == steps
    assert len(frames) <= 120
    gaps = np.diff(frames)
    assert (gaps >= 1).all()
    assert gaps[0] <= gaps[-1]
    if steps == 500:
        assert len(frames) > 100
        assert frames[5] == 5, "every one of the first steps"
        assert gaps[-1] > 5


def test_frames_are_the_run_on_its_way():
    fit = fit_relus(X, Y, FitOptions(units=4, steps=300), n_frames=30)
    assert len(fit.frames) == len(fit.frame_steps) <= 30
    for step, units in zip(fit.frame_steps, fit.frames, strict=True):
        assert mean_loss(predict(units, X) - Y) == pytest.approx(fit.losses[0, step], abs=1e-5)
    assert fit.units is fit.frames[-1]
    assert fit.steps == 300
    assert fit.losses[0, -1] < 0.5 * fit.losses[0, 0]


def test_a_fit_goes_on_from_a_given_network():
    options = FitOptions(units=99, steps=40, optimizer="sgd")
    first = fit_relus(X, Y, options, start=draw_units(4, 7))
    second = fit_relus(X, Y, options, start=first.units)
    once = fit_relus(X, Y, FitOptions(units=4, seed=7, steps=80, optimizer="sgd"))
    np.testing.assert_allclose(np.r_[first.losses[0], second.losses[0, 1:]], once.losses[0], atol=1e-5)
    assert len(second.units) == 4


def test_a_given_network_is_checked():
    with pytest.raises(InputError, match="set the number of seeds to 1"):
        fit_relus(X, Y, start=draw_units(4, 7), n_seeds=2)
    with pytest.raises(InputError, match="w of unit 1 must be a number"):
        fit_relus(X, Y, start=Units(np.ones(1), np.ones(1), np.array([np.nan]), 0.0))


# Trouble is named.


@pytest.mark.parametrize(("activation", "kind", "optimizer"), ALL_FITS)
def test_a_learning_rate_of_a_billion_is_named(activation, kind, optimizer):
    options = FitOptions(units=8, lr=1e9, activation=activation, kind=kind, optimizer=optimizer)
    fit = fit_relus(X, Y, options, n_seeds=3)
    assert fit.diverged_at is not None
    assert fit.steps < 500, "nothing is gained by going on"
    assert fit.losses.shape == (3, fit.steps + 1)
    assert np.isnan(fit.losses[fit.best, fit.diverged_at :]).all()
    assert np.isfinite(fit.losses[fit.best, : fit.diverged_at]).all()
    assert fit.frame_steps[-1] < fit.diverged_at
    for units in fit.frames:
        assert np.isfinite(predict(units, X, activation)).all()


def test_a_seed_that_diverged_is_not_the_best_and_harms_no_other():
    options = FitOptions(units=10, steps=200, lr=0.12, kind="mse", optimizer="sgd", seed=0)
    fit = fit_relus(X, Y, options, n_seeds=20)
    gone = np.isnan(fit.losses[:, -1])
    assert 0 < gone.sum() < 20, "this test says nothing if all of them or none diverge"
    assert not gone[fit.best]
    assert fit.diverged_at is None
    assert fit.steps == 200
    assert not np.isinf(fit.losses).any()
    assert np.isfinite(fit.losses[~gone]).all()
    alone = fit_relus(X, Y, FitOptions(**(vars(options) | {"seed": int(fit.seeds[fit.best])})))
    np.testing.assert_allclose(alone.losses[0], fit.losses[fit.best], rtol=1e-4)
    lost = fit_relus(X, Y, FitOptions(**(vars(options) | {"seed": int(fit.seeds[gone][0])})))
    assert lost.diverged_at == np.isnan(fit.losses[gone][0]).argmax()


def test_the_largest_start_there_is_overflows_nothing():
    start = Units(np.full(100, 1e6), np.full(100, 1e6), np.full(100, 1e6), 0.0)
    fit = fit_relus(np.array([1e6, -1e6]), np.zeros(2), FitOptions(kind="mse"), start=start)
    assert fit.diverged_at is None
    assert np.isfinite(fit.losses).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0.5], [3.0]),
        ([0.5] * 20, list(range(20))),
        ([0.0] * 5, [0.0] * 5),
        ([-2, -1, 0, 1, 2], [1.0] * 5),
        ([1e6, -1e6, 0], [1e6, -1e6, 1e6]),
        ([1e-300, 2e-300], [1e-300, -1e-300]),
    ],
    ids=["one point", "one x", "zeros", "one y", "huge", "tiny"],
)
def test_odd_points_are_fitted_or_named(x, y, kind):
    fit = fit_relus(np.array(x, dtype=float), np.array(y, dtype=float), FitOptions(steps=100, kind=kind))
    shown = fit.losses[0, : fit.diverged_at]
    assert np.isfinite(shown).all()
    assert fit.diverged_at is not None or shown[-1] < max(shown[0], 0.1)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *itertools.product(
            ["units"],
            [0, -1, MAX_CURVE_UNITS + 1, 2.5, float("nan"), float("inf"), 1e308, "3", None, True, [20]],
            ["The number of units must be a whole number from 1 to 100"],
        ),
        *itertools.product(
            ["steps"],
            [0, 10**6, MAX_CURVE_STEPS + 1, 0.5, float("nan"), 1e308, "500", None],
            ["The number of steps must be a whole number from 1 to 20,000"],
        ),
        *itertools.product(
            ["lr"],
            [-0.1, 1.1e9, float("nan"), float("inf"), 1e308, "0.01", None, True],
            ["The learning rate must be a number from 0 to"],
        ),
        ("lr", 0, "A learning rate of 0 never learns"),
        *itertools.product(
            ["seed"], [-1, 1_000_000, 0.5, float("nan"), 10**400, "42"], ["The seed must be a whole number"]
        ),
        ("activation", "gelu", "The activation must be one of relu, leaky_relu"),
        ("activation", None, "The activation must be one of"),
        ("kind", "rmse", "The loss must be one of mae, mse"),
        ("optimizer", ["adam"], "The optimizer must be one of adam, sgd"),
    ],
)
def test_wrong_options_are_refused(name, value, words):
    with pytest.raises(InputError, match=words):
        FitOptions(**{name: value})


def test_whole_floats_become_whole_numbers():
    options = FitOptions(units=3.0, steps=10.0, lr=1, seed=1e3)
    assert (options.units, options.steps, options.seed) == (3, 10, 1000)
    assert {type(options.units), type(options.steps), type(options.seed)} == {int}
    assert type(options.lr) is float


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n_seeds": 0}, "The number of seeds must be a whole number from 1 to 100"),
        ({"n_seeds": MAX_CURVE_SEEDS + 1}, "The number of seeds"),
        ({"n_seeds": float("nan")}, "The number of seeds"),
        ({"n_frames": 1}, "The number of frames"),
        ({"n_frames": MAX_CURVE_FRAMES + 1}, "The number of frames"),
        ({"x": X[:-1]}, "there are 19 x and 20 y"),
        ({"x": X[:, None]}, "needs an x and a y"),
        ({"x": np.array([]), "y": np.array([])}, "at least 1 are needed"),
        ({"y": np.where(X > 0, np.nan, 1)}, "The y of point 11 must be a number"),
        ({"y": np.where(X > 0, 1e308, 1)}, "The y of point 11 must be a number"),
    ],
)
def test_wrong_arguments_are_refused(arguments, words):
    arguments = {"x": X, "y": Y} | arguments
    with pytest.raises(InputError, match=words):
        fit_relus(arguments.pop("x"), arguments.pop("y"), **arguments)


def test_too_much_at_once_is_refused():
    x = np.linspace(-2, 2, 1000)
    with pytest.raises(InputError, match=r"100 units x 1,000 points x 100 seeds x 500 steps are more than"):
        fit_relus(x, x, FitOptions(units=100), n_seeds=100)


# Manners.


def test_a_fit_imports_no_torch():
    code = (
        "import sys; from shared.curves.data import make_points\n"
        "from shared.curves.sweep import sweep_units\n"
        "sweep_units(*make_points(), curve=None, counts=[2], steps=3); print('torch' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout.strip() == "False"


# The course's figures: the shape is the fact, not the digits.


@pytest.mark.long
def test_the_courses_figures():
    train_facts = {1: 1.86, 2: 0.94, 3: 0.81, 5: 0.81, 10: 0.78, 20: 0.68}
    true_facts = {1: 1.62, 2: 0.96, 3: 1.06, 5: 1.01, 10: 1.16, 20: 1.26}
    grid = np.linspace(X_LOW, X_HIGH, 401)
    train, true = {}, {}
    for count in train_facts:
        fit = fit_relus(X, Y, FitOptions(units=count, steps=2000), n_seeds=20)
        train[count] = fit.losses[fit.best, -1]
        true[count] = np.abs(predict(fit.units, grid) - CURVES["quadratic"].function(grid)).mean()
    for count in train_facts:
        assert train[count] == pytest.approx(train_facts[count], abs=0.08 if count > 2 else 0.01)
        assert true[count] == pytest.approx(true_facts[count], abs=0.2 if count > 2 else 0.02)
    assert (np.diff(list(train.values())) < 0).all(), "more units always fit the points better"
    assert min(true, key=true.get) == 2, "and from 3 on they fit the noise"
