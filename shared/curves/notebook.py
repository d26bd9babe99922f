"""A notebook that computes a visitor's screen again: the points, the quadratic, the descent, and the network.

It is a plain dictionary in Jupyter's format 4.5, ready for JSON. Its code is what a learner would write, and
gives the numbers of the page: a test runs the cells and compares them.

    notebook = write_notebook({"xy": [[0, 1], [1, 3]], "kind": "mae", "hand": [1, 1, 1]})
    json.dumps(notebook)          # the file

Follows lesson 3 of Practical Deep Learning for Coders, "How does a neural net really work".
"""

import re
import textwrap
from dataclasses import dataclass
from string import Template
from typing import Any

import numpy as np

from shared.curves import notebook_cells as cells
from shared.curves.data import CURVES, LESSON_N, LESSON_SEED, RELATIVE_NOISE, make_points
from shared.curves.fit import OPTIMIZERS, FitOptions
from shared.curves.points import (
    Scaled,
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
from shared.notebook import make_notebook

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
ACTIVATION_NAMES = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}
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
    parts = [
        *_write_points(screen, values.get("link")),
        *_write_quadratic(screen),
        *_write_descent(screen, _part("The machine's settings", values.get("machine"))),
        *_write_network(screen, _part("The network's settings", values.get("units"))),
        ("markdown", cells.END.substitute()),
    ]
    return make_notebook(parts)


_Parts = list[tuple[str, str]]  # "markdown" or "code", and the text


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


def _write_points(screen: _Screen, link: object) -> _Parts:
    is_link = isinstance(link, str) and len(link) <= MAX_NOTEBOOK_LINK_CHARACTERS and _LINK.fullmatch(link)
    title = cells.TITLE.substitute(link=f"\n[The same screen in the app]({link})" if is_link else "")
    curve_code = CURVE_CODE[screen.curve] if screen.curve else ""
    points = _lesson_points(screen)
    if points is None:
        points = cells.GIVEN_POINTS.substitute(x=_numbers(screen.x), y=_numbers(screen.y))
    code = [points, cells.TENSORS.substitute()]
    code += [cells.TRUE_CURVE.substitute(curve=curve_code)] if curve_code else []
    return [
        ("markdown", title),
        ("code", cells.IMPORTS.substitute()),
        ("markdown", cells.DATA.substitute(origin=_describe_origin(screen))),
        ("code", "\n\n".join(code)),
        ("code", cells.PLOT.substitute(true_line=cells.TRUE_LINE if curve_code else "")),
    ]


def _lesson_points(screen: _Screen) -> str | None:
    """Give the code that draws the points as the lesson does, if that gives these points."""
    if screen.is_own or screen.curve is None or (screen.n, screen.seed) != (LESSON_N, LESSON_SEED):
        return None  # the page draws other noise with a generator of its own
    made = np.array(make_points(screen.curve, noise=screen.noise))
    if made.shape != (2, len(screen.x)) or not np.allclose(made, [screen.x, screen.y], atol=1e-9):
        return None
    return cells.MADE_POINTS.substitute(
        curve=CURVE_CODE[screen.curve],
        relative=RELATIVE_NOISE * screen.noise,
        added=CURVES[screen.curve].noise_sd * screen.noise,
    )


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


def _write_quadratic(screen: _Screen) -> _Parts:
    code = cells.QUADRATIC_CODE.substitute(
        loss_code=cells.LOSS_CODE[screen.kind],
        params=", ".join(map(repr, screen.hand.tolist())),
        kind=screen.kind,
    )
    loss_name = LOSSES[screen.kind].partition(" (")[0].lower()
    return [
        ("markdown", cells.QUADRATIC.substitute(loss_name=loss_name, kind=screen.kind)),
        ("code", code),
    ]


def _write_descent(screen: _Screen, settings: dict[str, Any]) -> _Parts:
    lr = check_number("The learning rate", settings.get("lr", 0.01), low=0, high=MAX_CURVE_RATE)
    zero = check_choice("Zero the gradients", settings.get("zero", "both"), RUNS)
    steps = check_whole("The number of steps", settings.get("steps", 0), low=0, high=MAX_CURVE_STEPS)
    start = check_params("The start", settings.get("start", list(START)))
    note = "" if steps else f"\n\nYou had taken no step yet, so here are {FIRST_STEPS}."
    code = cells.DESCENT_CODE.substitute(
        start=start.tolist(), steps=steps or FIRST_STEPS, kind=screen.kind, lr=lr, runs=RUNS[zero]
    )
    return [("markdown", cells.DESCENT.substitute(note=note)), ("code", code)]


def _write_network(screen: _Screen, settings: dict[str, Any]) -> _Parts:
    is_fitted = settings.get("fitted", not settings)
    if not isinstance(is_fitted, bool):
        raise InputError("The page did not say whether the units are fitted; reload the page.")
    names = {"units": "count"} | {name: name for name in ("steps", "lr", "seed", "activation", "optimizer")}
    given = {option: settings[name] for option, name in names.items() if name in settings}
    options = FitOptions(kind=screen.kind, **given)
    n_seeds = check_whole("The number of seeds", settings.get("seeds", 1), low=1, high=MAX_CURVE_SEEDS)
    units = None if is_fitted else Units.from_lists(settings.get("units"))
    return [
        *_write_model(screen, options, len(units) if units else options.units),
        *(_write_units(screen, units) if units else []),
        *_write_fit(options, None if units else n_seeds, scale_to_box(screen.x, screen.y)),
        *(_write_true_error() if screen.curve else []),
    ]


def _write_model(screen: _Screen, options: FitOptions, count: int) -> _Parts:
    text = cells.NETWORK.substitute(
        name=ACTIVATION_NAMES[options.activation], count=f"{count} units" if count > 1 else "one unit"
    )
    act = Template(cells.ACTIVATION_CODE[options.activation]).substitute(slope=LEAKY_SLOPE)
    true_entry = f", {cells.TRUE_LINE}" if screen.curve else ""
    return [("markdown", text), ("code", cells.NETWORK_CODE.substitute(act=act, true_entry=true_entry))]


def _write_units(screen: _Screen, units: Units) -> _Parts:
    lists = {name: _numbers(getattr(units, name)) for name in "mbw"}
    code = cells.UNITS_CODE.substitute(lists, c=units.c, kind=screen.kind)
    return [("markdown", cells.UNITS_TEXT.substitute()), ("code", code)]


def _write_fit(options: FitOptions, n_seeds: int | None, scaled: Scaled) -> _Parts:
    """Write the fit from drawn units, or from those on the screen when there is no number of seeds."""
    if n_seeds is None:
        start, words = cells.GO_ON_CODE[scaled.changed], "Gradient descent goes on from your units."
    else:
        last = options.seed + n_seeds - 1
        start = cells.DRAW_CODE.substitute(count=options.units, seed=options.seed, end=last + 1)
        words = f"The start is random: seed {options.seed}."
        if n_seeds > 1:
            words = f"Seeds {options.seed} to {last} give {n_seeds} random starts; the best is kept."
    text = cells.FIT_TEXT.substitute(
        start_words=words,
        steps=f"{options.steps:,}",
        optimizer_name=OPTIMIZERS[options.optimizer],
        lr=f"{options.lr:,.10g}",
    )
    unit = "y_unit**2" if options.kind == "mse" else "y_unit"
    detached = "p.detach() for p in params"
    fit = cells.FIT_CODE.substitute(
        optimizer=OPTIMIZER_CODE[options.optimizer],
        lr=options.lr,
        steps=options.steps,
        kind=options.kind,
        x="small_x" if scaled.changed else "x",
        y="small_y" if scaled.changed else "y",
        loss_unit=f" * {unit}" if scaled.changed else "",
        answer=f"scale_back(*({detached}))" if scaled.changed else f"[{detached}]",
    )
    scale = cells.SCALE_CODE.substitute(vars(scaled)) if scaled.changed else ""
    return [("markdown", text), ("code", f"{scale}{start}\n\n{fit}")]


def _write_true_error() -> _Parts:
    return [("markdown", cells.TRUE_ERROR_TEXT.substitute()), ("code", cells.TRUE_ERROR_CODE.substitute())]


def _numbers(values: np.ndarray) -> str:
    """Write numbers as lines of a list, each exactly as Python reads it back."""
    return textwrap.fill(
        ", ".join(map(repr, values.tolist())) + ",", 100, initial_indent="    ", subsequent_indent="    "
    )
