"""The Python functions that the script of *ReLUs* calls: one fit, and one row of the sweep over units.

A fit keeps a core busy for up to some seconds: see `turn`.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from apps.views.relu.server import answering
from apps.views.relu.turn import one_at_a_time
from shared.curves.fit import FitOptions, fit_relus
from shared.curves.points import Scaled, check_choice, check_points, check_whole, scale_to_box
from shared.curves.quadratic import LOSSES
from shared.curves.relus import Units
from shared.curves.sweep import iter_sweep
from shared.limits import MAX_CURVE_SEED, MAX_CURVE_SEEDS, MAX_CURVE_UNITS, MAX_CURVE_VALUE

# What the page offers. Programs may ask for more.
UNIT_LIMITS: dict[str, Any] = {
    "units": MAX_CURVE_UNITS,
    "steps": 3000,
    "seed": MAX_CURVE_SEED,
    "seeds": [1, 10, 100],
    "param": MAX_CURVE_VALUE,
    "rates": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0, 1e9],
}
MAX_LOSSES = 200  # of each seed's, in one answer
DIGITS = 5  # of every number in an answer: more cannot be seen
SWEEP_STEPS = 2000  # with half of them, some of the networks are still on their way


@answering
def fit_units(value: dict[str, Any]) -> dict[str, Any]:
    """Fit a network, and give it at some of its steps.

    Expects points, kind, units, activation, steps, lr, seed, seeds, optimizer, and `start`: the units to go
    on from, or None for a random start.
    """
    x, y = check_points(value.get("points"), at_least=2)
    asked: dict[str, Any] = {field.name: value.get(field.name) for field in dataclasses.fields(FitOptions)}
    options = FitOptions(**asked)
    n_seeds = check_whole("The number of seeds", value.get("seeds"), low=1, high=MAX_CURVE_SEEDS)
    scaled = scale_to_box(x, y)
    start = None
    if value.get("start") is not None:
        start, n_seeds = _scale_units(Units.from_lists(value["start"]), scaled), 1
    with one_at_a_time():
        fitted = fit_relus(scaled.x, scaled.y, options, n_seeds=n_seeds, start=start)
    losses = scaled.loss_back(fitted.losses, options.kind)
    shown = thin_steps(losses.shape[1])
    return {
        "steps": fitted.frame_steps.tolist(),
        "frames": [_describe(units, scaled) for units in fitted.frames],
        "frame_losses": short(losses[fitted.best, fitted.frame_steps]),
        "loss_steps": shown.tolist(),
        "losses": [short(row) for row in losses[:, shown]],
        "finals": short(losses[:, -1]),
        "best": fitted.best,
        "seeds": fitted.seeds.tolist(),
        "diverged_at": fitted.diverged_at,
    }


@answering
def sweep_row(value: dict[str, Any]) -> dict[str, Any]:
    """Fit networks with one number of units from many seeds, and say how good they are.

    Expects points, kind, activation, units, and `curve`: a key of `shared.curves.data.CURVES`, or None for
    points whose true curve nobody knows.
    """
    x, y = check_points(value.get("points"), at_least=2)
    kind = check_choice("The loss", value.get("kind"), LOSSES)
    curve = value.get("curve")
    # Own points may be of any size. The true curves are of ordinary size, and must stay where they are.
    scaled = None if curve is not None else scale_to_box(x, y)
    asked: dict[str, Any] = {"counts": [value.get("units")], "activation": value.get("activation")}
    points = (scaled.x, scaled.y) if scaled else (x, y)
    rows = iter_sweep(*points, curve=curve, kind=kind, steps=SWEEP_STEPS, **asked)
    with one_at_a_time():
        row = next(rows)

    def errors(**names: str) -> dict[str, float | None]:
        values = np.array([getattr(row, name) for name in names.values()])
        back = scaled.loss_back(values, kind) if scaled else values
        return dict(zip(names, short(back), strict=True))

    return {
        "count": row.count,
        "train": errors(best="best_train", mean="train_mean", low="train_low", high="train_high"),
        "truth": errors(
            best="best_true",
            mean="true_mean",
            low="true_low",
            high="true_high",
            least="best_true_low",
            most="best_true_high",
        ),
        "truth_is": row.true_is,
        "n_seeds": row.n_seeds,
    }


def _scale_units(units: Units, scaled: Scaled) -> Units:
    """Turn a network of the points as they came into one of the scaled points: undo `network_back`."""
    there = Scaled(
        scaled.x,
        scaled.y,
        -scaled.x_middle / scaled.x_unit,
        1 / scaled.x_unit,
        -scaled.y_middle / scaled.y_unit,
        1 / scaled.y_unit,
        scaled.changed,
    )
    return Units(*there.network_back(units.m, units.b, units.w, units.c))


def _describe(units: Units, scaled: Scaled) -> dict[str, Any]:
    m, b, w, c = scaled.network_back(units.m, units.b, units.w, units.c)
    return {"m": short(m), "b": short(b), "w": short(w), "c": short(np.array([c]))[0]}


def thin_steps(n: int) -> np.ndarray:
    """Choose at most MAX_LOSSES of the entries 0 to n - 1, evenly spread, both ends among them."""
    return np.unique(np.linspace(0, n - 1, MAX_LOSSES).round().astype(int))


def short(values: np.ndarray) -> list[float | None]:
    """Round to DIGITS significant digits; None for what is not a finite number."""
    return [float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in values.tolist()]


FUNCTIONS: list[Callable[..., Any]] = [fit_units, sweep_row]
