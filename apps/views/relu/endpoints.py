"""The endpoints that programs call: plain JSON in and out, for Python, TypeScript and assistants (MCP).

    client = Client("http://127.0.0.1:7860")
    client.predict([], 3, 2, 1, api_name="/loss")["loss"]                 # 1.477, on the lesson's points
    client.predict([[0, 1], [1, 3], [2, 9]], units=5, api_name="/fit_relus")

The functions' docstrings are the documentation that callers see. Nothing is kept between two calls.
"""

import math
from typing import Any, Literal, TypedDict

import numpy as np

from apps.views.relu.turn import one_at_a_time
from shared.curves import fit, quadratic, relus
from shared.curves.data import make_points
from shared.curves.points import (
    check_choice,
    check_number,
    check_params,
    check_points,
    scale_to_box,
    shown,
    spread_over,
)
from shared.curves.race import N_ROUNDS
from shared.errors import InputError
from shared.limits import MAX_CURVE_VALUE
from shared.ui.endpoint import add_endpoint

MAX_LOSSES = 200  # of a run, in one answer

Number = float | None  # null where a run that diverged has no number
Curve = list[list[Number]]  # of [x, y]


class Quadratic(TypedDict):
    """Three numbers, of a quadratic or of its gradient."""

    a: Number
    b: Number
    c: Number


class Fitted(TypedDict):
    """A quadratic and its loss."""

    params: Quadratic
    loss: Number


class Run(Fitted):
    """Where a run ended, and its losses at some of its steps."""

    losses: list[Number]
    steps: list[int]


class LossAnswer(TypedDict):
    """What /loss answers."""

    loss: Number
    kind: Literal["mae", "mse"]
    gradient: Quadratic
    curve: Curve


class QuadraticAnswer(Run):
    """What /fit_quadratic answers."""

    diverged_at: int | None
    optimum: Fitted
    coordinate_descent: Run


class Units(TypedDict):
    """The parameters of a sum of ReLUs, c + sum(w * act(m x + b))."""

    m: list[Number]
    b: list[Number]
    w: list[Number]
    c: Number


class RelusAnswer(TypedDict):
    """What /fit_relus answers."""

    params: Units
    loss: Number
    losses: list[Number]
    steps: list[int]
    curve: Curve
    knots: list[Number]
    dead_units: list[int]
    diverged_at: int | None


def loss(points: list[list[float]], a: float, b: float, c: float, kind: str = "mae") -> LossAnswer:
    """Say how far the quadratic a x^2 + b x + c is from points, and which way is down.

    Args:
        points: a list of [x, y] or {"x": ..., "y": ...}, at most 1,000; values from -1,000,000 to 1,000,000.
            Empty means the 20 points of lesson 3.
        a: the bend, -1,000,000 to 1,000,000; the same for b and c.
        b: the slope at x = 0.
        c: the height at x = 0.
        kind: "mae" for the mean absolute error, "mse" for the mean squared error.
    """
    x, y = read_points(points)
    kind = check_choice("kind", kind, quadratic.LOSSES)
    params = np.array(
        [
            check_number(name, value, low=-MAX_CURVE_VALUE, high=MAX_CURVE_VALUE)
            for name, value in (("a", a), ("b", b), ("c", c))
        ]
    )
    grid = spread_over(x)
    return as_json(
        {
            "loss": quadratic.loss(params, x, y, kind),
            "kind": kind,
            "gradient": named(quadratic.gradient(params, x, y, kind)),
            "curve": np.stack([grid, quadratic.predict(params, grid)], axis=1),
        }
    )


def fit_quadratic(
    points: list[list[float]] = [],  # noqa: B006  (Gradio shows the default to callers, and nobody changes it)
    kind: str = "mae",
    learning_rate: float = 0.01,
    steps: int = 1000,
    start: list[float] = [1.1, 1.1, 1.1],  # noqa: B006
    zero_gradients: bool = True,
) -> QuadraticAnswer:
    """Fit a quadratic by gradient descent, beside coordinate descent and the best quadratic there is.

    Args:
        points: as for /loss. They are used as they are: with x far beyond 2 take a smaller learning rate.
        kind: "mae" for the mean absolute error, "mse" for the mean squared error.
        learning_rate: 0 to 1,000,000,000. Far too large a rate makes the run diverge: "diverged_at" says at
            which step it was stopped.
        steps: 0 to 20,000.
        start: where a, b and c begin.
        zero_gradients: false adds each gradient to the earlier ones, the mistake of the lesson's notebook.
    """
    x, y = read_points(points)
    kind = check_choice("kind", kind, quadratic.LOSSES)
    start_params = check_params("start", start)
    run = quadratic.descend(
        start_params,
        x,
        y,
        kind=kind,
        lr=learning_rate,
        n_steps=steps,
        zero_gradients=check_switch("zero_gradients", zero_gradients),
    )
    turns = quadratic.coordinate_descent(start_params, x, y, kind=kind, n_rounds=N_ROUNDS)
    best = quadratic.exact_optimum(x, y, kind)
    return as_json(
        {
            **describe_run(run),
            "diverged_at": run.diverged_at,
            "optimum": {"params": named(best), "loss": quadratic.loss(best, x, y, kind)},
            "coordinate_descent": describe_run(turns),
        }
    )


def fit_relus(
    points: list[list[float]] = [],  # noqa: B006
    units: int = 20,
    steps: int = 500,
    learning_rate: float = 0.01,
    seed: int = 42,
    activation: str = "relu",
    kind: str = "mae",
) -> RelusAnswer:
    """Fit a sum of ReLUs, c + sum(w * act(m x + b)), by gradient descent (Adam).

    Args:
        points: as for /loss. Points of unusual size are brought to about -2 to 2 for the fit; the answer is
            in their own units again.
        units: how many ReLUs, 1 to 100.
        steps: 1 to 20,000; many units, steps and points together are refused.
        learning_rate: more than 0, at most 1,000,000,000. "diverged_at" says at which step a run with far too
            large a rate was stopped.
        seed: of the random start, 0 to 999,999.
        activation: "relu", "leaky_relu" (slope 0.1 below 0), "sigmoid" or "tanh".
        kind: "mae" for the mean absolute error, "mse" for the mean squared error.
    """
    x, y = read_points(points)
    options = fit.FitOptions(
        units=units, steps=steps, lr=learning_rate, seed=seed, activation=activation, kind=kind
    )
    scaled = scale_to_box(x, y)
    with one_at_a_time():
        fitted = fit.fit_relus(scaled.x, scaled.y, options)
    found = fitted.units
    m, b, w = (np.asarray(values, dtype=float) for values in (found.m, found.b, found.w))
    grid = spread_over(x)
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverged may have any numbers
        own = relus.Units(*scaled.network_back(m, b, w, float(found.c)))
        curve = relus.predict(own, grid, activation)
        losses = scaled.loss_back(np.asarray(fitted.losses[fitted.best], dtype=float), kind)
    return as_json(
        {
            "params": {"m": own.m, "b": own.b, "w": own.w, "c": own.c},
            "loss": losses[fitted.frame_steps[-1]],  # of these parameters, which are from before a divergence
            **thinned(losses),
            "curve": np.stack([grid, curve], axis=1),
            "knots": relus.knots(own),
            "dead_units": relus.dead_units(found, scaled.x, activation),
            "diverged_at": fitted.diverged_at,
        }
    )


def build_endpoints() -> None:
    """Add the public endpoints to the Blocks that is open."""
    for function in (loss, fit_quadratic, fit_relus):
        add_endpoint(function)


def read_points(points: object) -> tuple[np.ndarray, np.ndarray]:
    """Points as they were sent, or the lesson's when the list is empty: x (n,), y (n,)."""
    return make_points() if points == [] else check_points(points)


def check_switch(name: str, value: object) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise InputError(f"{name} must be true or false, not {shown(value)}.")
    return value


def named(params: np.ndarray) -> dict[str, float]:
    """The three numbers of a quadratic by their names."""
    return dict(zip("abc", params, strict=True))


def describe_run(run: quadratic.Run) -> dict[str, Any]:
    """Where a run ended, and its losses on the way."""
    return {"params": named(run.params[-1]), "loss": run.losses[-1], **thinned(run.losses)}


def thinned(losses: np.ndarray) -> dict[str, np.ndarray]:
    """At most MAX_LOSSES of the losses, evenly spread from first to last, and the steps they are of."""
    steps = np.unique(np.linspace(0, len(losses) - 1, MAX_LOSSES).round().astype(int))
    return {"losses": losses[steps], "steps": steps}


def as_json(value: Any) -> Any:
    """Turn arrays into lists, and every number that JSON has no word for into null."""
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
