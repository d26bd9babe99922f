"""A notebook that computes a visitor's screen again: the points, the quadratic, the descent, and the network.

Its template is `notebook.py.jinja`. Its code is what a learner would write, and gives the numbers of the
page: a test runs the cells and compares them.

    notebook = write_notebook({"xy": [[0, 1], [1, 3]], "kind": "mae", "hand": [1, 1, 1]})
    json.dumps(notebook)          # the file

Follows lesson 3 of Practical Deep Learning for Coders, "How does a neural net really work".
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared.curves.data import CURVES, LESSON_N, LESSON_SEED, RELATIVE_NOISE, make_points
from shared.curves.fit import OPTIMIZERS, FitOptions
from shared.curves.points import (
    check_choice,
    check_number,
    check_params,
    check_points,
    check_whole,
    scale_to_box,
)
from shared.curves.points_text import as_number
from shared.curves.quadratic import LOSSES, START
from shared.curves.relus import LEAKY_SLOPE, Units
from shared.errors import InputError
from shared.limits import (
    MAX_CURVE_NOISE,
    MAX_CURVE_POINTS,
    MAX_CURVE_RATE,
    MAX_CURVE_SEED,
    MAX_CURVE_SEEDS,
    MAX_CURVE_STEPS,
    MAX_NOTEBOOK_LINK_CHARACTERS,
    MAX_POINTS_VALUE,
)
from shared.takeaway import notebook

RUNS = {
    "yes": '{"zeroed": True}',
    "no": '{"never zeroed": False}',
    "both": '{"zeroed": True, "never zeroed": False}',
}
FIRST_STEPS = 100  # of gradient descent, when the visitor has taken none
# Each curve of `shared.curves.data` as code.
CURVE_CODE = {
    "quadratic": "3 * x**2 + 2 * x + 1",
    "sin": "np.sin(2 * x)",
    "step": "np.where(x < 0, 0.0, 1.0)",
    "abs": "np.abs(x)",
    "flat": "np.zeros_like(x)",
}
OPTIMIZER_CODE = {"adam": "Adam", "sgd": "SGD"}  # of torch.optim
ACTIVATIONS = {  # name and code
    "relu": ("ReLU", "torch.relu"),
    "leaky_relu": ("leaky ReLU", f"torch.nn.LeakyReLU({LEAKY_SLOPE})"),
    "sigmoid": ("sigmoid", "torch.sigmoid"),
    "tanh": ("tanh", "torch.tanh"),
}
_TEMPLATE = Path(__file__).with_name("notebook.py.jinja")
_LINK = re.compile(r"https?://[^\s<>()\[\]`\"']+")


@dataclass(frozen=True, eq=False)
class _Screen:
    """What is on the visitor's screen, checked."""

    x: np.ndarray
    y: np.ndarray
    kind: str
    curve: str | None
    is_own: bool
    noise: float
    n: int
    seed: int
    hand: np.ndarray
    scale: list[float] | None


def write_notebook(state: object) -> dict[str, Any]:
    """Write the notebook of one screen.

    Args:
        state: what the page knows. `xy`, a list of [x, y], is needed. The rest has the lesson's values when
            it is missing: `data` {curve, noise, n, seed, points}, `points` {scale}, `kind`, `hand` [a, b, c],
            `machine` {lr, zero, steps, start}, `units` {count, activation, seed, seeds, steps, lr,
            optimizer, fitted, units}, and `link`, the address of the screen.

    Returns:
        The notebook, ready for JSON, without outputs.

    Raises:
        InputError: something in it cannot be used.
    """
    values = _part("The screen", state)
    screen = _read_screen(values)
    return notebook.write_notebook(
        _TEMPLATE,
        kind=screen.kind,
        **_points_values(screen, values.get("link")),
        **_descent_values(screen, _part("The machine's settings", values.get("machine"))),
        **_network_values(screen, _part("The network's settings", values.get("units"))),
    )


def _part(name: str, value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"{name} came in another form than the page sends; reload the page.")
    return value


def _read_screen(values: dict[str, Any]) -> _Screen:
    x, y = check_points(values.get("xy"))
    data = _part("The data's settings", values.get("data"))
    curve = data.get("curve", "quadratic")
    return _Screen(
        x,
        y,
        kind=check_choice("The loss", values.get("kind", "mae"), LOSSES),
        curve=None if curve is None else check_choice("The curve", curve, CURVES),
        is_own=data.get("points") is not None,
        noise=check_number("The noise", data.get("noise", 1), low=0, high=MAX_CURVE_NOISE),
        n=check_whole("The number of points", data.get("n", LESSON_N), low=1, high=MAX_CURVE_POINTS),
        seed=check_whole("The seed", data.get("seed", LESSON_SEED), low=0, high=MAX_CURVE_SEED),
        hand=check_params("Your parameters", values.get("hand", list(START))),
        scale=_read_scale(_part("The points' settings", values.get("points")).get("scale")),
    )


def _read_scale(scale: object) -> list[float] | None:
    if scale is None:
        return None
    if not isinstance(scale, list) or len(scale) != 4:
        raise InputError("The points' scale came in another form than the page sends; reload the page.")
    largest = MAX_POINTS_VALUE
    return [check_number("The points' scale", value, low=-largest, high=largest) for value in scale]


def _points_values(screen: _Screen, link: object) -> dict[str, object]:
    is_link = isinstance(link, str) and len(link) <= MAX_NOTEBOOK_LINK_CHARACTERS and _LINK.fullmatch(link)
    return {
        "link": link if is_link else "",
        "origin": _describe_origin(screen),
        "curve": CURVE_CODE[screen.curve] if screen.curve else "",
        "made": _lesson_noise(screen),
        "x": _numbers(screen.x),
        "y": _numbers(screen.y),
        "loss_name": LOSSES[screen.kind].partition(" (")[0].lower(),
        "params": ", ".join(map(repr, screen.hand.tolist())),
    }


def _lesson_noise(screen: _Screen) -> dict[str, float] | None:
    """Give the noise with which the lesson's code draws the points, if it gives these points."""
    if screen.is_own or screen.curve is None or (screen.n, screen.seed) != (LESSON_N, LESSON_SEED):
        return None  # the page draws other noise with a generator of its own
    made = np.array(make_points(screen.curve, noise=screen.noise))
    if made.shape != (2, len(screen.x)) or not np.allclose(made, [screen.x, screen.y], atol=1e-9):
        return None
    return {
        "relative": RELATIVE_NOISE * screen.noise,
        "added": CURVES[screen.curve].noise_sd * screen.noise,
    }


def _describe_origin(screen: _Screen) -> str:
    if screen.curve is None:
        own = "These points are your own, so nobody knows the true curve behind them."
        if screen.scale is None:
            return own
        x_middle, x_unit, y_middle, y_unit = map(as_number, screen.scale)
        return (
            f"{own} They are scaled as for the page: x = (your x - {x_middle}) / {x_unit} and "
            f"y = (your y - {y_middle}) / {y_unit}. An error of 1 here is one of {y_unit} in your numbers."
        )
    title = CURVES[screen.curve].title
    if screen.is_own:
        return f"These points began as a preset, *{title}*, and you changed them."
    return f"A preset: *{title}*, with noise at level {screen.noise:g} (the lesson's is 1)."


def _descent_values(screen: _Screen, settings: dict[str, Any]) -> dict[str, object]:
    zero = check_choice("Zero the gradients", settings.get("zero", "both"), RUNS)
    return {
        "machine_lr": check_number("The learning rate", settings.get("lr", 0.01), low=0, high=MAX_CURVE_RATE),
        "runs": RUNS[zero],
        "machine_steps": check_whole(
            "The number of steps", settings.get("steps", 0), low=0, high=MAX_CURVE_STEPS
        ),
        "start": check_params("The start", settings.get("start", list(START))).tolist(),
        "first_steps": FIRST_STEPS,
    }


def _network_values(screen: _Screen, settings: dict[str, Any]) -> dict[str, object]:
    is_fitted = settings.get("fitted", not settings)
    if not isinstance(is_fitted, bool):
        raise InputError("The page did not say whether the units are fitted; reload the page.")
    names = {"units": "count"} | {name: name for name in ("steps", "lr", "seed", "activation", "optimizer")}
    given = {option: settings[name] for option, name in names.items() if name in settings}
    options = FitOptions(kind=screen.kind, **given)
    n_seeds = check_whole("The number of seeds", settings.get("seeds", 1), low=1, high=MAX_CURVE_SEEDS)
    units = None if is_fitted else Units.from_lists(settings.get("units"))
    count = len(units) if units else options.units
    name, act = ACTIVATIONS[options.activation]
    scaled = scale_to_box(screen.x, screen.y)
    return {
        "activation": name,
        "act": act,
        "count": f"{count} units" if count > 1 else "one unit",
        "units": units and {"c": units.c} | {one: _numbers(getattr(units, one)) for one in "mbw"},
        "options": options,
        "n_seeds": n_seeds,
        "start_words": _describe_start(options.seed, 0 if units else n_seeds),
        "optimizer": OPTIMIZER_CODE[options.optimizer],
        "optimizer_name": OPTIMIZERS[options.optimizer],
        "scale": scaled if scaled.changed else None,
    }


def _describe_start(seed: int, n_seeds: int) -> str:
    if not n_seeds:
        return "Gradient descent goes on from your units."
    if n_seeds == 1:
        return f"The start is random: seed {seed}."
    last = seed + n_seeds - 1
    return f"Seeds {seed} to {last} give {n_seeds} random starts; the best is kept."


def _numbers(values: np.ndarray) -> str:
    """Write numbers as lines of a list, each exactly as Python reads it back."""
    return textwrap.fill(
        ", ".join(map(repr, values.tolist())) + ",", 100, initial_indent="    ", subsequent_indent="    "
    )
