"""Fit sums of ReLUs by gradient descent, many seeds at once.

Every seed is a network of its own, drawn from a standard normal distribution; they only share the loop.

    fit = fit_relus(x, y, FitOptions(units=20, steps=500), n_seeds=100)
    fit.losses.shape                               # (100, 501)
    predict(fit.units, x)                          # shared.curves.relus: the best of the 100

Follows lesson 3 of Practical Deep Learning for Coders, "How does a neural net really work".
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from shared.curves.descent import OPTIMIZERS, descend_relus
from shared.curves.points import check_choice, check_number, check_points, check_whole
from shared.curves.quadratic import LOSSES
from shared.curves.relus import ACTIVATIONS, Units
from shared.errors import InputError
from shared.limits import (
    MAX_CURVE_FRAMES,
    MAX_CURVE_RATE,
    MAX_CURVE_SEED,
    MAX_CURVE_SEEDS,
    MAX_CURVE_STEPS,
    MAX_CURVE_UNITS,
)


@dataclass(frozen=True)
class FitOptions:
    """What to fit and how.

    Attributes:
        units: how many ReLUs, 1 to MAX_CURVE_UNITS.
        steps: gradient steps, 1 to MAX_CURVE_STEPS.
        lr: learning rate, above 0. One that is far too large is allowed: the run diverges and says so.
        seed: of the start, the first one when there are several.
        activation: one of `shared.curves.relus.ACTIVATIONS`.
        kind: the loss, a key of `shared.curves.quadratic.LOSSES`.
        optimizer: a key of `shared.curves.descent.OPTIMIZERS`.

    Raises:
        InputError: an option cannot be used.
    """

    units: int = 20
    steps: int = 500
    lr: float = 0.01
    seed: int = 42
    activation: str = "relu"
    kind: str = "mae"
    optimizer: str = "adam"

    def __post_init__(self) -> None:
        """Check every option, and make 20 of 20.0."""
        lr = check_number("The learning rate", self.lr, low=0, high=MAX_CURVE_RATE)
        if lr == 0:
            raise InputError("A learning rate of 0 never learns: use a number above 0, such as 0.01.")
        checked = {
            "units": check_whole("The number of units", self.units, low=1, high=MAX_CURVE_UNITS),
            "steps": check_whole("The number of steps", self.steps, low=1, high=MAX_CURVE_STEPS),
            "lr": lr,
            "seed": check_whole("The seed", self.seed, low=0, high=MAX_CURVE_SEED),
            "activation": check_choice("The activation", self.activation, ACTIVATIONS),
            "kind": check_choice("The loss", self.kind, LOSSES),
            "optimizer": check_choice("The optimizer", self.optimizer, OPTIMIZERS),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def how(self) -> dict[str, Any]:
        """Give what `descend_relus` takes: all options but those that make the start."""
        return {name: value for name, value in asdict(self).items() if name not in ("units", "seed")}


@dataclass(frozen=True, eq=False)
class Fit:
    """What came out, for all seeds, and the whole way of one of them: the shown run.

    Attributes:
        units: the shown run at its end. If it diverged: at the last frame before that.
        frames: the shown run on its way, f networks of finite numbers.
        frame_steps: (f,) after how many steps each frame is, from 0; dense at first, when most happens.
        losses: (n_seeds, s+1), entry k after k steps. NaN after a seed's divergence, never infinite.
        steps: s, how many steps were taken: fewer than asked for when every seed has diverged before.
        best: which row of `losses` is shown: the lowest loss at the end.
        diverged_at: the step at which the shown run's errors became hopeless, or None. The shown run
            diverges only if every seed does.
        seeds: (n_seeds,) the seed of each row of `losses`.
    """

    units: Units
    frames: list[Units]
    frame_steps: np.ndarray
    losses: np.ndarray
    steps: int
    best: int
    diverged_at: int | None
    seeds: np.ndarray


def draw_units(count: int, seed: int) -> Units:
    """Draw a network to start from: m, b and w standard normal, unit after unit, and c = 0.

    The first units are the same however many there are. `numpy.random.RandomState(seed).randn(count, 3)` has
    one unit in each row, so that anybody can draw the same.

    Args:
        count: how many units.
        seed: the same seed gives the same units.
    """
    m, b, w = np.random.RandomState(seed).randn(count, 3).T
    return Units(m, b, w, 0.0)


def fit_relus(
    x: np.ndarray,
    y: np.ndarray,
    options: FitOptions | None = None,
    *,
    n_seeds: int = 1,
    n_frames: int = 120,
    start: Units | None = None,
) -> Fit:
    """Fit networks to points, one for each seed, and show the best of them.

    A learning rate of 0.01 suits points of ordinary size, as `shared.curves.points.scale_to_box` makes them.

    Args:
        x: (p,).
        y: (p,).
        options: what to fit and how.
        n_seeds: how many starts: `options.seed` and the seeds that follow.
        n_frames: at most how many frames of the shown run are kept.
        start: go on from this network instead of a drawn one; its number of units counts, not the options'.

    Raises:
        InputError: a number is out of range, several seeds have one given start, or all together is too much.
    """
    options = options or FitOptions()
    x, y = check_arrays(x, y)
    n_seeds = check_whole("The number of seeds", n_seeds, low=1, high=MAX_CURVE_SEEDS)
    n_frames = check_whole("The number of frames", n_frames, low=2, high=MAX_CURVE_FRAMES)
    seeds = range(options.seed, options.seed + n_seeds)
    if start is None:
        starts = [draw_units(options.units, seed) for seed in seeds]
    elif n_seeds == 1:
        starts = [Units.from_lists(start.as_lists())]
    else:
        raise InputError("A fit that goes on from given units has one start: set the number of seeds to 1.")
    frame_steps = space_frames(options.steps, n_frames)
    descent = descend_relus(starts, x, y, keep=frame_steps.tolist(), **options.how())
    steps = descent.losses.shape[1] - 1
    at_end = descent.losses[:, -1]
    best = 0 if np.isnan(at_end).all() else int(np.nanargmin(at_end))
    diverged_at = int(descent.diverged_at[best])
    frame_steps = frame_steps[(frame_steps < diverged_at) | (frame_steps == 0)]
    frames = [descent.network(best, step) for step in frame_steps.tolist()]
    return Fit(
        units=frames[-1],
        frames=frames,
        frame_steps=frame_steps,
        losses=descent.losses,
        steps=steps,
        best=best,
        diverged_at=None if diverged_at > steps else diverged_at,
        seeds=np.array(seeds),
    )


def check_arrays(x: np.ndarray, y: np.ndarray, *, at_least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Check points that come as two arrays, as `shared.curves.points.check_points` does for pairs.

    Args:
        x: (p,).
        y: (p,).
        at_least: how many there must be.

    Raises:
        InputError: there are more of one than of the other, or they cannot be used.
    """
    if np.ndim(x) != 1 or np.shape(x) != np.shape(y):
        raise InputError(f"Every point needs an x and a y: there are {np.size(x)} x and {np.size(y)} y.")
    return check_points(np.column_stack([x, y]).tolist(), at_least=at_least)


def space_frames(steps: int, n_frames: int) -> np.ndarray:
    """Choose at most `n_frames` of the steps 0 to `steps`, both ends among them, dense at the beginning."""
    if steps < n_frames:
        return np.arange(steps + 1)
    return np.unique(np.round(steps * np.linspace(0, 1, n_frames) ** 2).astype(int))
