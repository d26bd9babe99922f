"""Gradient descent for many sums of ReLUs side by side: the NumPy loop behind `fit` and `sweep`.

The gradient is worked out by hand, as in `relus.gradient_by_hand`, and Adam is written out. For networks this
small NumPy is several times faster than PyTorch, and it starts at once. `lesson_loop` is the same descent as
the lesson writes it, in PyTorch with its autograd; a test holds the two together to nine decimals.

    descent = descend_relus([draw_units(20, seed) for seed in range(100)], x, y, steps=500, keep=[500])
    descent.losses.shape               # (100, 501)
    descent.network(7, step=500)       # the Units of seed 7 at the end
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from shared.curves.relus import FUNCTIONS, Units
from shared.errors import InputError
from shared.limits import MAX_CURVE_WORK

OPTIMIZERS = {"adam": "Adam", "sgd": "Plain gradient descent"}

# A network has diverged when its errors are this many times what they were at the start, or what 1 would be.
HOPELESS_GROWTH = 1e6
_CHECKED_EVERY = 25  # steps between two looks whether any network is still worth going on with
_CACHED = 32_000  # units x points x networks of one group: larger arrays do not fit the processor's cache
_ADAM_BETAS, _ADAM_EPS = (0.9, 0.999), 1e-8  # PyTorch's defaults


@dataclass(frozen=True, eq=False)
class Descent:
    """All n networks of one loop, with k units each.

    Attributes:
        losses: (n, s+1), NaN from its divergence on.
        diverged_at: (n,) the step at which a network's errors became hopeless, s+1 for one that is well.
        kept: for each step that was to be kept, m, b and w of all networks as they were then (n, 3, k), and
            c (n,). NaN where a network's descent had ended.
    """

    losses: np.ndarray
    diverged_at: np.ndarray
    kept: dict[int, tuple[np.ndarray, np.ndarray]]

    def network(self, row: int, step: int) -> Units:
        """Give one network as it was after a kept step."""
        lines, constants = self.kept[step]
        m, b, w = lines[row]
        return Units(m, b, w, float(constants[row]))


def descend_relus(
    starts: Sequence[Units],
    x: np.ndarray,
    y: np.ndarray,
    *,
    steps: int,
    keep: Collection[int],
    lr: float = 0.01,
    activation: str = "relu",
    kind: str = "mae",
    optimizer: str = "adam",
) -> Descent:
    """Walk downhill with n networks of k units each. None of them touches another.

    Args:
        starts: n networks.
        x: (p,), the same for all, or (n, p).
        y: (p,) or (n, p).
        steps: how many; fewer are taken when all networks have diverged.
        keep: the steps after which the networks are kept, 0 being the start.
        lr: learning rate.
        activation: one of `shared.curves.relus.ACTIVATIONS`.
        kind: "mae" or "mse".
        optimizer: a key of `OPTIMIZERS`.

    Raises:
        InputError: units times points times networks times steps is too much.
    """
    n, k, n_points = len(starts), len(starts[0]), np.shape(x)[-1]
    _check_work(k, n_points, n, steps)
    lines = np.array([[units.m, units.b, units.w] for units in starts], dtype=float)  # (n, 3, k)
    constants = np.array([units.c for units in starts], dtype=float)  # (n,)
    all_x, all_y = (np.broadcast_to(np.asarray(values, float), (n, n_points)) for values in (x, y))
    losses = np.full((n, steps + 1), np.nan)
    kept = {step: (np.full_like(lines, np.nan), np.full_like(constants, np.nan)) for step in keep}
    size = max(1, _CACHED // (k * n_points))
    with np.errstate(all="ignore"):  # a network that explodes is an answer, not an accident
        for first in range(0, n, size):
            rows = slice(first, first + size)
            _descend(
                (lines[rows], constants[rows], all_x[rows], all_y[rows]),
                losses[rows],
                {
                    step: (at_lines[rows], at_constants[rows])
                    for step, (at_lines, at_constants) in kept.items()
                },
                FUNCTIONS[activation],
                kind=kind,
                take_step=_OPTIMIZERS[optimizer](lr),
            )
        limits = _limits(losses[:, 0], kind)
    return _end_diverged(losses, limits, kept)


def _check_work(k: int, n_points: int, n: int, steps: int) -> None:
    if k * n_points * n * steps > MAX_CURVE_WORK:
        raise InputError(
            f"{k:,} units x {n_points:,} points x {n:,} seeds x {steps:,} steps are more than the "
            f"{MAX_CURVE_WORK:,} that one fit may take: use fewer of one of them."
        )


def _descend(
    start: tuple[np.ndarray, ...],
    losses: np.ndarray,
    kept: dict[int, tuple[np.ndarray, np.ndarray]],
    functions: tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]],
    *,
    kind: str,
    take_step: "_Step",
) -> None:
    """Descend with the g networks of one group, and fill `losses` (g, s+1) and `kept`."""
    lines, constants, x, y = start
    act, slope = functions
    g, _, k = lines.shape
    n_points = x.shape[1]
    params = np.concatenate(
        [lines.ravel(), constants]
    )  # (3gk + g,), flat, so that a step is a few operations
    gradient = np.empty_like(params)
    (m_b_w, c), (slopes, c_slope) = (
        (flat[: 3 * g * k].reshape(g, 3, k), flat[3 * g * k :]) for flat in (params, gradient)
    )
    x_and_1 = np.stack([x, np.ones_like(x)], axis=1)  # (g, 2, p)
    limits = None
    for step in range(losses.shape[1]):
        z = m_b_w[:, :2].swapaxes(1, 2) @ x_and_1  # (g, k, p)
        outputs = act(z)
        errors = (m_b_w[:, 2:] @ outputs)[:, 0] + c[:, None] - y  # (g, p)
        losses[:, step] = (errors * errors if kind == "mse" else np.abs(errors)).mean(1)
        if step in kept:
            kept[step][0][:], kept[step][1][:] = m_b_w, c
        limits = _limits(losses[:, 0], kind) if limits is None else limits
        is_checked = step % _CHECKED_EVERY == 0
        if step == losses.shape[1] - 1 or (is_checked and not (losses[:, step] < limits).any()):
            return
        push = (2 * errors if kind == "mse" else np.sign(errors)) / n_points  # (g, p)
        # How hard the points pull at each line: summed for b, and times x for m.
        pulls = slope(z) @ (x_and_1 * push[:, None]).swapaxes(1, 2)  # (g, k, 2)
        slopes[:, :2] = m_b_w[:, 2:] * pulls.swapaxes(1, 2)
        slopes[:, 2] = (outputs @ push[:, :, None])[:, :, 0]
        c_slope[:] = push.sum(1)
        take_step(params, gradient, step + 1)


_Step = Callable[[np.ndarray, np.ndarray, int], None]  # changes the parameters in place; steps count from 1


def _plain_descent(lr: float) -> _Step:
    def take_step(params: np.ndarray, gradient: np.ndarray, step: int) -> None:
        params -= lr * gradient

    return take_step


def _adam(lr: float) -> _Step:
    """Divide the running mean of the gradient by the root of the running mean of its square.

    So every parameter moves by about lr a step. Both means begin at 0, and are scaled up at first to make up
    for it.
    """
    beta1, beta2 = _ADAM_BETAS
    mean: np.ndarray | float = 0.0
    square: np.ndarray | float = 0.0

    def take_step(params: np.ndarray, gradient: np.ndarray, step: int) -> None:
        nonlocal mean, square
        mean = mean + (1 - beta1) * (gradient - mean)
        square = beta2 * square + (1 - beta2) * gradient * gradient
        root = np.sqrt(square) / math.sqrt(1 - beta2**step) + _ADAM_EPS
        params -= lr / (1 - beta1**step) * mean / root

    return take_step


_OPTIMIZERS = {"adam": _adam, "sgd": _plain_descent}


def _limits(first_losses: np.ndarray, kind: str) -> np.ndarray:
    """The loss from which on a network is hopeless: (n,)."""
    return HOPELESS_GROWTH ** (2 if kind == "mse" else 1) * np.maximum(first_losses, 1)


def _end_diverged(
    losses: np.ndarray, limits: np.ndarray, kept: dict[int, tuple[np.ndarray, np.ndarray]]
) -> Descent:
    """End each row of `losses` where it goes beyond its limit, and all of them where the last one ends."""
    hopeless = ~(losses < limits[:, None])  # (n, s+1); NaN is not below anything
    entries = losses.shape[1]
    diverged_at = np.where(hopeless.any(1), hopeless.argmax(1), entries)
    entries = min(entries, int(diverged_at.max()) + 1)
    after = np.arange(entries) >= diverged_at[:, None]
    return Descent(np.where(after, np.nan, losses[:, :entries]), diverged_at, kept)
