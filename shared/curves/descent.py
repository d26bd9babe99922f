"""Gradient descent for many sums of ReLUs side by side: the PyTorch loop behind `fit` and `sweep`.

The networks stand in one flat tensor, so that a step is a handful of operations however many there are, and
Adam is written out for the same reason. The gradient is autograd's.

    descent = descend_relus([draw_units(20, seed) for seed in range(100)], x, y, steps=500, keep=[500])
    descent.losses.shape               # (100, 501)
    descent.network(7, step=500)       # the Units of seed 7 at the end
"""

import math
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from shared.curves.relus import LEAKY_SLOPE, Units
from shared.errors import InputError
from shared.limits import MAX_CURVE_WORK

if TYPE_CHECKING:
    import torch

OPTIMIZERS = {"adam": "Adam", "sgd": "Plain gradient descent"}

# A network has diverged when its errors are this many times what they were at the start, or what 1 would be.
HOPELESS_GROWTH = 1e6
_CHECKED_EVERY = 25  # steps between two looks whether any network is still worth going on with
_ADAM_BETAS, _ADAM_EPS = (0.9, 0.999), 1e-8  # PyTorch's defaults
_thread_switch = threading.Lock()


@dataclass(frozen=True, eq=False)
class Descent:
    """All n networks of one loop, with k units each.

    Attributes:
        losses: (n, s+1), NaN from its divergence on.
        diverged_at: (n,) the step at which a network's errors became hopeless, s+1 for one that is well.
        kept: for each step that was to be kept, the parameters of all networks as they were then.
        n: how many networks.
        k: how many units.
    """

    losses: np.ndarray
    diverged_at: np.ndarray
    kept: dict[int, np.ndarray]
    n: int
    k: int

    def network(self, row: int, step: int) -> Units:
        """Give one network as it was after a kept step."""
        flat = self.kept[step].astype(float)
        m, b, w = flat[: 3 * self.n * self.k].reshape(3, self.n, self.k)[:, row]
        return Units(m, b, w, float(flat[3 * self.n * self.k + row]))


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

    Element-wise products and sums do what matrix products could: with as few points as here those are no
    faster, and these give every network the numbers that it would get alone.

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
    import torch

    n, k, n_points = len(starts), len(starts[0]), np.shape(x)[-1]
    _check_work(k, n_points, n, steps)
    kept_steps = frozenset(keep)
    with _one_thread(torch):
        params = torch.tensor(_pack(starts), dtype=torch.float32)  # (3nk + n,)
        gradient = torch.zeros_like(params)
        leaves = [view.detach().requires_grad_() for view in _split(params, n, k)]
        for leaf, place in zip(leaves, _split(gradient, n, k), strict=True):
            leaf.grad = place  # autograd adds to what it finds there, so `gradient` holds all of it
        m, b, w, c = leaves  # (n, k, 1) each, c (n, 1)
        inputs = torch.tensor(x, dtype=torch.float32).unsqueeze(-2)  # (1, p) or (n, 1, p)
        targets = torch.tensor(y, dtype=torch.float32)
        act = _activations(torch)[activation]
        take_step = _optimizers(torch, params, gradient, lr)[optimizer]
        each_alone = torch.ones(n)  # d (sum of all losses) / d (each loss)
        losses: list[torch.Tensor] = []
        kept: dict[int, np.ndarray] = {}
        for step in range(steps + 1):
            errors = (w * act(m * inputs + b)).sum(1) + c - targets  # (n, p)
            loss = (errors * errors if kind == "mse" else errors.abs()).mean(1)  # (n,)
            losses.append(loss.detach())
            if step in kept_steps:
                kept[step] = params.numpy().copy()
            if step == 0:
                limit = HOPELESS_GROWTH ** (2 if kind == "mse" else 1) * losses[0].clamp(min=1)
            if step == steps or (step % _CHECKED_EVERY == 0 and not (losses[-1] < limit).any()):
                break
            gradient.zero_()
            torch.autograd.backward(loss, each_alone)
            take_step(step + 1)
        history, limits = torch.stack(losses, 1).numpy().astype(float), limit.numpy()
    return _end_diverged(history, limits, kept, k)


def _check_work(k: int, n_points: int, n: int, steps: int) -> None:
    if k * n_points * n * steps > MAX_CURVE_WORK:
        raise InputError(
            f"{k:,} units x {n_points:,} points x {n:,} seeds x {steps:,} steps are more than the "
            f"{MAX_CURVE_WORK:,} that one fit may take: use fewer of one of them."
        )


def _pack(starts: Sequence[Units]) -> np.ndarray:
    """All m, then all b, w and c: the order that `_split` cuts."""
    blocks = [np.concatenate([getattr(units, name) for units in starts]) for name in "mbw"]
    return np.concatenate([*blocks, [units.c for units in starts]])  # (3nk + n,)


def _split(flat: "torch.Tensor", n: int, k: int) -> "list[torch.Tensor]":
    m, b, w, c = flat.split([n * k] * 3 + [n])
    return [m.view(n, k, 1), b.view(n, k, 1), w.view(n, k, 1), c.view(n, 1)]


def _activations(torch: ModuleType) -> "dict[str, Callable[[torch.Tensor], torch.Tensor]]":
    return {
        "relu": torch.relu,
        "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, LEAKY_SLOPE),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
    }


def _optimizers(
    torch: ModuleType, params: "torch.Tensor", gradient: "torch.Tensor", lr: float
) -> dict[str, Callable[[int], object]]:
    """Give, for each optimizer, the function that takes step number 1, 2, ... in place.

    Adam divides the running mean of the gradient by the root of the running mean of its square, so that every
    parameter moves by about lr a step. Both means begin at 0, and are scaled up at first to make up for it.
    """
    mean, square = torch.zeros_like(params), torch.zeros_like(params)
    beta1, beta2 = _ADAM_BETAS

    def step_adam(step: int) -> object:
        mean.lerp_(gradient, 1 - beta1)
        square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        root = square.sqrt().div_(math.sqrt(1 - beta2**step)).add_(_ADAM_EPS)
        return params.addcdiv_(mean, root, value=-lr / (1 - beta1**step))

    return {"adam": step_adam, "sgd": lambda step: params.add_(gradient, alpha=-lr)}


def _end_diverged(losses: np.ndarray, limits: np.ndarray, kept: dict[int, np.ndarray], k: int) -> Descent:
    """End each row of `losses` where it goes beyond its limit, and all of them where the last one ends."""
    hopeless = ~(losses < limits[:, None])  # (n, s+1); NaN is not below anything
    n, entries = losses.shape
    diverged_at = np.where(hopeless.any(1), hopeless.argmax(1), entries)
    entries = min(entries, int(diverged_at.max()) + 1)
    after = np.arange(entries) >= diverged_at[:, None]
    return Descent(np.where(after, np.nan, losses[:, :entries]), diverged_at, kept, n, k)


@contextmanager
def _one_thread(torch: ModuleType) -> Iterator[None]:
    """Let this thread's torch work alone.

    A step takes a tenth of a millisecond: sharing it gains nothing, and when other programs use the cores,
    waiting for each other makes a fit many times slower.

    `set_num_threads` counts for the thread that calls it, and for threads that use torch for the first time
    later. So that these, and with them other apps, keep theirs, another thread puts that back at once.
    """
    with _thread_switch:
        n_threads = torch.get_num_threads()
        torch.set_num_threads(1)
        other = threading.Thread(target=torch.set_num_threads, args=(n_threads,))
        other.start()
        other.join()
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)
