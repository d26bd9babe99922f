"""The sweep over the number of units: the same figures by single fits, folds that cover, bounded work."""

import numpy as np
import pytest

from shared.curves import sweep
from shared.curves.data import CURVES, X_HIGH, X_LOW, make_points
from shared.curves.fit import FitOptions, fit_relus
from shared.curves.relus import mean_loss, predict
from shared.curves.sweep import HELD_OUT, TRUE_CURVE, SweepRow, iter_sweep, split_folds, sweep_units
from shared.errors import InputError
from shared.limits import MAX_CURVE_SEEDS, MAX_CURVE_WORK, MAX_SWEEP_CELLS, MAX_SWEEP_COUNTS, MAX_SWEEP_STEPS

pytestmark = pytest.mark.filterwarnings("error")  # NumPy warns about means of nothing

X, Y = make_points()
QUICK = {"n_seeds": 3, "steps": 60}


def assert_sums_up(row: SweepRow, train: np.ndarray, true: np.ndarray) -> None:
    """Compare a row with the errors of each seed."""
    best = train.argmin()
    expected = [train.mean(), train.min(), train.max(), true.mean(), true.min(), true.max(), train[best]]
    shown = [
        row.train_mean,
        row.train_low,
        row.train_high,
        row.true_mean,
        row.true_low,
        row.true_high,
        row.best_train,
    ]
    np.testing.assert_allclose(shown, expected, rtol=1e-4)
    assert row.best_true == pytest.approx(true[best], rel=1e-4)


@pytest.mark.parametrize("kind", ["mae", "mse"])
@pytest.mark.parametrize(
    ("curve", "activation"), [("quadratic", "relu"), ("sin", "tanh"), ("flat", "sigmoid")]
)
def test_a_row_sums_up_single_fits(curve, activation, kind):
    x, y = make_points(curve)
    options = {"steps": 60, "lr": 0.02, "activation": activation, "kind": kind, "seed": 5}
    (row,) = sweep_units(x, y, curve=curve, counts=[4], n_seeds=3, **options)
    grid = np.linspace(X_LOW, X_HIGH, 401)
    train, true = np.empty(3), np.empty(3)
    for i in range(3):
        fit = fit_relus(x, y, FitOptions(units=4, **options | {"seed": 5 + i}))
        train[i] = fit.losses[0, -1]
        true[i] = mean_loss(predict(fit.units, grid, activation) - CURVES[curve].function(grid), kind)
    assert_sums_up(row, train, true)
    assert (row.count, row.true_is, row.n_seeds, row.n_diverged) == (4, TRUE_CURVE, 3, 0)


def test_without_a_true_curve_each_fold_is_held_out_in_turn():
    x, y = X[:18], Y[:18]
    (row,) = sweep_units(x, y, curve=None, counts=[4], n_seeds=2, steps=60, seed=5)
    rest, held_out = split_folds(18, seed=5)
    train, true = np.empty(2), np.empty(2)
    for i in range(2):
        options = FitOptions(units=4, steps=60, seed=5 + i)
        train[i] = fit_relus(x, y, options).losses[0, -1]
        fits = [fit_relus(x[places], y[places], options) for places in rest]
        true[i] = np.mean(
            [
                mean_loss(predict(fit.units, x[places]) - y[places])
                for fit, places in zip(fits, held_out, strict=True)
            ]
        )
    assert_sums_up(row, train, true)
    assert row.true_is == HELD_OUT


@pytest.mark.parametrize("n_points", [2, 3, 5, 6, 18, 20, 23, 1000])
def test_folds_have_one_size_and_cover_every_point(n_points):
    n_folds = min(5, n_points)
    rest, held_out = split_folds(n_points, n_folds=n_folds)
    assert rest.shape[0] == held_out.shape[0] == n_folds
    assert rest.shape[1] > 0
    for learned, tested in zip(rest, held_out, strict=True):
        assert sorted([*learned, *tested]) == list(range(n_points)), "no point is on both sides"
    times = np.bincount(held_out.ravel(), minlength=n_points)
    assert times.min() >= 1
    assert times.max() <= 2
    if n_points % n_folds == 0:
        assert times.max() == 1
    assert n_points < 18 or sorted(held_out[0]) != list(range(len(held_out[0]))), (
        "neighbours are not together"
    )


def test_few_seeds_cannot_say_how_much_was_luck():
    (row,) = sweep_units(X, Y, curve="quadratic", counts=[2], n_seeds=1, steps=5)
    assert not np.isfinite([row.best_true_low, row.best_true_high]).any()
    (row,) = sweep_units(X, Y, curve="quadratic", counts=[2], n_seeds=8, steps=5)
    assert row.true_low <= row.best_true_low <= row.best_true <= row.best_true_high <= row.true_high


def test_rows_come_one_by_one(monkeypatch):
    measured = []
    measure = sweep._measure

    def watch(*arguments):
        measured.append(arguments)
        return measure(*arguments)

    monkeypatch.setattr(sweep, "_measure", watch)
    rows = iter_sweep(X, Y, curve="quadratic", counts=(2, 3), **QUICK)
    assert measured == []
    assert next(rows).count == 2
    assert len(measured) == 1


def test_progress_is_told():
    told = []
    rows = sweep_units(X, Y, curve=None, counts=(1, 2), on_progress=lambda *now: told.append(now), **QUICK)
    assert told == [(1, 2), (2, 2)]
    assert [row.count for row in rows] == [1, 2]


def test_seeds_that_diverge_are_counted_out():
    few = {"counts": [10], "kind": "mse", "optimizer": "sgd", "seed": 0, "n_seeds": 20, "steps": 200}
    (row,) = sweep_units(X, Y, curve="quadratic", lr=0.12, **few)
    assert 0 < row.n_diverged < 20
    assert np.isfinite([row.train_high, row.true_high, row.best_true]).all()
    (row,) = sweep_units(X, Y, curve="quadratic", lr=1e9, **few)
    assert row.n_diverged == row.n_seeds == 20
    assert np.isnan([row.train_mean, row.train_low, row.true_mean, row.true_high, row.best_true]).all()
    (row,) = sweep_units(X, Y, curve=None, lr=1e9, **few)
    assert row.n_diverged == 20


def test_many_units_and_points_get_fewer_seeds():
    x, y = make_points(n=1000)
    for curve, n_folds in (("quadratic", 1), (None, 5)):
        rows = sweep_units(x, y, curve=curve, counts=(1, 10, 100), n_seeds=20, steps=1)
        assert [row.n_seeds for row in rows] == [
            max(1, min(20, MAX_SWEEP_CELLS // (count * 1000 * n_folds))) for count in (1, 10, 100)
        ]
    (row,) = sweep_units(X, Y, curve="quadratic", counts=[100], n_seeds=MAX_CURVE_SEEDS, steps=1)
    assert row.n_seeds == MAX_CURVE_SEEDS


def test_the_largest_sweep_is_never_refused_half_way():
    # One seed and all folds of the most points and units there may be, each with four fifths of the points.
    assert 100 * 800 * 5 * MAX_SWEEP_STEPS <= MAX_CURVE_WORK
    assert MAX_SWEEP_CELLS * MAX_SWEEP_STEPS <= MAX_CURVE_WORK


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"curve": "cubic"}, "The curve must be one of quadratic, sin"),
        ({"curve": 3}, "The curve must be one of"),
        ({"counts": []}, f"a list of 1 to {MAX_SWEEP_COUNTS}"),
        ({"counts": 5}, f"a list of 1 to {MAX_SWEEP_COUNTS}"),
        ({"counts": [1] * (MAX_SWEEP_COUNTS + 1)}, f"a list of 1 to {MAX_SWEEP_COUNTS}"),
        ({"counts": [1, 0]}, "The number of units must be"),
        ({"counts": [1, float("nan")]}, "The number of units must be"),
        ({"steps": MAX_SWEEP_STEPS + 1}, "The number of steps must be a whole number from 1 to 3,000"),
        ({"steps": 0}, "The number of steps"),
        ({"n_seeds": 0}, "The number of seeds"),
        ({"n_seeds": float("inf")}, "The number of seeds"),
        ({"lr": float("nan")}, "The learning rate"),
        ({"activation": "gelu"}, "The activation"),
        ({"kind": "rmse"}, "The loss"),
        ({"seed": -1}, "The seed"),
        ({"x": X[:3]}, "there are 3 x and 20 y"),
        ({"x": X[:1], "y": Y[:1], "curve": None}, "at least 2 are needed"),
    ],
)
def test_wrong_arguments_are_refused_at_the_call(arguments, words):
    arguments = {"x": X, "y": Y, "curve": "quadratic"} | arguments
    with pytest.raises(InputError, match=words):
        iter_sweep(arguments.pop("x"), arguments.pop("y"), **arguments)


@pytest.mark.long
def test_the_default_sweep_shows_overfitting():
    rows = sweep_units(X, Y, curve="quadratic")
    assert [row.count for row in rows] == [1, 2, 3, 5, 10, 20, 50, 100]
    assert (np.diff([row.train_mean for row in rows]) < 0).all()
    assert (np.diff([row.best_train for row in rows]) < 0).all()
    best_true = [row.best_true for row in rows]
    assert np.argmin(best_true) == 1, "2 units come nearest to the true curve"
    assert best_true[-1] > 1.15 * best_true[1]
