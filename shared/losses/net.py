"""A small net for two classes, its gradients and its optimisers, written out so that a step can be retraced.

    weights = start(Norm("LayerNorm"), n_columns=7, seed=1, dtype=np.float32)
    slopes = gradients(weights, x, y, norm="LayerNorm")      # of the mean loss of these rows
    weights = OPTIMISERS["Adam"](0.01).step(weights, slopes)

x @ w1 + b1, a norm, ReLU, @ w2 + b2, and the cross-entropy of softmax. LayerNorm takes mean and spread over
the numbers of a row, BatchNorm over the rows of a number: `_AXES` is all that tells them apart. A test holds
gradients and steps to PyTorch's.

Ba, Kiros and Hinton, "Layer normalization" (2016); Ioffe and Szegedy, "Batch normalization" (2015); Kingma
and Ba, "Adam" (2015).
"""

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np

from shared.losses.entropy import log_softmax

Norm = Literal["none", "LayerNorm", "BatchNorm"]
Weights = dict[str, np.ndarray]  # the gradients have the same names and shapes
N_HIDDEN, N_CLASSES = 16, 2
_AXES = {"LayerNorm": 1, "BatchNorm": 0}
_EPSILON = 1e-5


def start(norm: Norm, *, n_columns: int, seed: int, dtype: type) -> Weights:
    """Draw the first weights: Kaiming's for the layers; a norm begins by changing nothing more."""
    draw = np.random.default_rng(seed)
    weights = {
        "w1": draw.normal(size=(n_columns, N_HIDDEN)) * (2 / n_columns) ** 0.5,
        "b1": np.zeros(N_HIDDEN),
        "w2": draw.normal(size=(N_HIDDEN, N_CLASSES)) * (2 / N_HIDDEN) ** 0.5,
        "b2": np.zeros(N_CLASSES),
    }
    if norm != "none":
        weights |= {"scale": np.ones(N_HIDDEN), "shift": np.zeros(N_HIDDEN)}
    return {name: value.astype(dtype) for name, value in weights.items()}


def mean_loss(weights: Weights, x: np.ndarray, y: np.ndarray, *, norm: Norm) -> float:
    """Give the mean cross-entropy of some rows."""
    *_, log_p = _forward(weights, x, norm)
    return float(-log_p[np.arange(len(y)), y].mean())


def gradients(weights: Weights, x: np.ndarray, y: np.ndarray, *, norm: Norm) -> Weights:
    """Send the gradient of the mean loss back through the net.

    Args:
        weights: of the net.
        x: (n_rows, n_columns).
        y: the true classes, (n_rows,).
        norm: of the net.
    """
    spread, normal, scaled, log_p = _forward(weights, x, norm)
    one_hot = np.eye(N_CLASSES, dtype=x.dtype)[y]
    d_z = (np.exp(log_p) - one_hot) / x.dtype.type(len(x))  # (n_rows, n_classes)
    hidden = np.maximum(scaled, 0)  # (n_rows, n_hidden)
    slopes = {"w2": hidden.T @ d_z, "b2": d_z.sum(axis=0)}
    d_h = (d_z @ weights["w2"].T) * (scaled > 0)
    if norm != "none":
        slopes |= {"scale": (d_h * normal).sum(axis=0), "shift": d_h.sum(axis=0)}
        d_h = d_h * weights["scale"]
        means = [part.mean(axis=_AXES[norm], keepdims=True) for part in (d_h, d_h * normal)]
        d_h = (d_h - means[0] - normal * means[1]) / spread
    return slopes | {"w1": x.T @ d_h, "b1": d_h.sum(axis=0)}


def _forward(
    weights: Weights, x: np.ndarray, norm: Norm
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give the spread that the norm divides by, the numbers before and after its scale, and log p."""
    h = x @ weights["w1"] + weights["b1"]
    spread, normal, scaled = np.ones_like(h[:1, :1]), h, h
    if norm != "none":
        spread = np.sqrt(h.var(axis=_AXES[norm], keepdims=True) + h.dtype.type(_EPSILON))
        normal = (h - h.mean(axis=_AXES[norm], keepdims=True)) / spread
        scaled = normal * weights["scale"] + weights["shift"]
    return spread, normal, scaled, log_softmax(np.maximum(scaled, 0) @ weights["w2"] + weights["b2"])


class Optimiser(Protocol):
    """From a gradient to new weights."""

    def step(self, weights: Weights, slopes: Weights) -> Weights:
        """Take one step."""


class SGD:
    """A step as long as the gradient, times the learning rate."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def step(self, weights: Weights, slopes: Weights) -> Weights:
        """Take one step."""
        return {name: w - w.dtype.type(self.rate) * slopes[name] for name, w in weights.items()}


class Adam:
    """A step of about the learning rate: the gradient is divided by its usual size."""

    def __init__(self, rate: float) -> None:
        self.rate, self.n_steps = rate, 0
        self.means: Weights = {}
        self.squares: Weights = {}

    def step(self, weights: Weights, slopes: Weights) -> Weights:
        """Take one step."""
        self.n_steps += 1
        moved = {}
        for name, w in weights.items():
            g, kind = slopes[name], w.dtype.type
            mean = self.means[name] = kind(0.9) * self.means.get(name, kind(0)) + kind(0.1) * g
            square = self.squares[name] = kind(0.999) * self.squares.get(name, kind(0)) + kind(0.001) * g * g
            size = np.sqrt(square / kind(1 - 0.999**self.n_steps)) + kind(1e-8)
            moved[name] = w - kind(self.rate) * mean / kind(1 - 0.9**self.n_steps) / size
        return moved


OPTIMISERS: dict[str, Callable[[float], Optimiser]] = {"SGD": SGD, "Adam": Adam}
