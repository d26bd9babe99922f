"""The lesson's nets, many at once: a stack of nets that differ in their seed is one array with one axis more.

    net = start_nets("two hidden layers", range(100), n_columns=12)
    for net, losses in train_nets(net, x, y, learning_rate=4, epochs=30): ...
    predict(net, x_valid)                # (100, n_rows)

The gradients are written by hand and a test holds them to PyTorch's. Along a net: z = h @ w + c, h' =
relu(z), and at the end p = sigmoid(z). Back: dw = h.T @ dz, dh = dz @ w.T, and through a ReLU only where it
let something through.

Follows "Linear model and neural net from scratch", lesson 5 of Practical Deep Learning for Coders. Kaiming
initialisation: He et al., "Delving Deep into Rectifiers" (2015): randn * sqrt(2 / n_in), constants 0.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import Field

from shared.tabular.draws import Draws

Kind = Annotated[
    Literal["linear", "linear + sigmoid", "matrix product", "one hidden layer", "two hidden layers"],
    Field(title="Model"),
]
Start = Annotated[Literal["published", "kaiming"], Field(title="First weights")]
Loss = Annotated[
    Literal["mae", "bce"], Field(title="Loss", description="mean absolute error, binary cross-entropy")
]
HIDDEN: dict[str, tuple[int, ...]] = {"one hidden layer": (20,), "two hidden layers": (10, 10)}
FAILED = 0.7  # a net that gets less of the rows held out right has learned nothing
_STEEPEST = 80.0  # beyond it the sigmoid of float32 is 0 or 1


class Net(NamedTuple):
    """One net for each seed."""

    weights: tuple[np.ndarray, ...]  # (n_seeds, n_in, n_out) of each layer
    constants: tuple[np.ndarray | None, ...]  # (n_seeds, 1, 1) of each layer, None where it has none
    sigmoid: bool

    @property
    def n_numbers(self) -> int:
        """How many numbers one of the nets learns."""
        parts = [*self.weights, *(one for one in self.constants if one is not None)]
        return sum(one[0].size for one in parts)


def start_nets(kind: Kind, seeds: Sequence[int], *, n_columns: int, start: Start = "published") -> Net:
    """Draw the weights that each seed begins with."""
    drawn = [_start(kind, Draws(seed), n_columns, start) for seed in seeds]
    weights = tuple(np.stack(layer) for layer in zip(*(weights for weights, _ in drawn), strict=True))
    constants = tuple(
        None if layer[0] is None else np.array(layer, dtype=np.float32)[:, None, None]
        for layer in zip(*(constants for _, constants in drawn), strict=True)
    )
    return Net(weights, constants, kind != "linear")


def predict(net: Net, x: np.ndarray) -> np.ndarray:
    """Give what each net says of each row, shape (n_seeds, n_rows)."""
    return _forward(net, x)[-1][..., 0]


def hidden_units(net: Net, x: np.ndarray) -> list[np.ndarray]:
    """Give what comes out of each hidden layer, (n_seeds, n_rows, n_units) each."""
    return _forward(net, x)[1:-1]


def count_right(net: Net, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Count the rows that each net gets right, shape (n_seeds,)."""
    return ((predict(net, x) > 0.5) == (y > 0.5)).sum(axis=1)


def train_nets(
    net: Net, x: np.ndarray, y: np.ndarray, *, learning_rate: float, epochs: int, loss: Loss = "mae"
) -> Iterator[tuple[Net, np.ndarray]]:
    """Take one step of gradient descent an epoch, on all rows at once.

    Args:
        net: to begin with.
        x: (n_rows, n_columns) float32, or (n_seeds, n_rows, n_columns): other rows for each net.
        y: (n_rows,) of 0 and 1, or (n_seeds, n_rows).
        learning_rate: of a step.
        epochs: how many steps.
        loss: mean absolute error or binary cross-entropy.

    Yields:
        The nets after each step, and their losses before it, (n_seeds,).
    """
    target = np.atleast_2d(y).astype(np.float32)[:, :, None]
    rate = np.float32(learning_rate)
    for _ in range(epochs):
        hidden = _forward(net, x)
        weights, constants = _gradients(net, hidden, target, loss)
        losses = loss_of(hidden[-1][..., 0], y, loss)
        net = net._replace(
            weights=tuple(w - rate * d for w, d in zip(net.weights, weights, strict=True)),
            constants=tuple(
                None if c is None else c - rate * d for c, d in zip(net.constants, constants, strict=True)
            ),
        )
        yield net, losses


def fit_nets(net: Net, x: np.ndarray, y: np.ndarray, **how: Any) -> Net:
    """Give the nets after the last step; the arguments are those of `train_nets`."""
    for after, _ in train_nets(net, x, y, **how):
        net = after
    return net


def loss_of(predictions: np.ndarray, y: np.ndarray, loss: Loss = "mae") -> np.ndarray:
    """Give the loss of each net, shape (n_seeds,)."""
    if loss == "mae":
        return np.abs(predictions - y).mean(axis=1)
    said = np.clip(predictions, 1e-7, 1 - 1e-7)
    return -np.where(y > 0.5, np.log(said), np.log(1 - said)).mean(axis=1)


def _forward(net: Net, x: np.ndarray) -> list[np.ndarray]:
    """Give what goes into each layer, and what comes out of the last: (n_seeds, n_rows, n) each."""
    hidden = [np.broadcast_to(x, (len(net.weights[0]), *x.shape[-2:]))]
    for at, (w, c) in enumerate(zip(net.weights, net.constants, strict=True)):
        z = hidden[-1] @ w if c is None else hidden[-1] @ w + c
        if at < len(net.weights) - 1:
            z = np.maximum(z, 0)
        elif net.sigmoid:
            z = 1 / (1 + np.exp(-np.clip(z, -_STEEPEST, _STEEPEST)))
        hidden.append(z)
    return hidden


def _gradients(
    net: Net, hidden: list[np.ndarray], target: np.ndarray, loss: Loss
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Send the slope of the loss back through each layer, the last one first."""
    p = hidden[-1]
    slope = p - target if loss == "bce" else np.sign(p - target) * (p * (1 - p) if net.sigmoid else 1)
    slope = slope / np.float32(target.shape[1])
    weights, constants = [], []
    for at in reversed(range(len(net.weights))):
        weights.append(np.swapaxes(hidden[at], 1, 2) @ slope)
        constants.append(slope.sum(axis=(1, 2), keepdims=True))
        if at:
            slope = (slope @ np.swapaxes(net.weights[at], 1, 2)) * (hidden[at] > 0)
    return weights[::-1], constants[::-1]


def _start(
    kind: Kind, draws: Draws, n_columns: int, start: Start
) -> tuple[list[np.ndarray], list[np.float32 | None]]:
    """Draw weights and constants in the order in which the lesson draws them."""
    sizes = (n_columns, *HIDDEN.get(kind, ()), 1)
    pairs = list(itertools.pairwise(sizes))
    weights: list[np.ndarray]
    if start == "kaiming":
        weights = [draws.randn(*pair) * np.float32((2 / pair[0]) ** 0.5) for pair in pairs]
        return weights, [np.float32(0) if kind in HIDDEN else None for _ in pairs]
    if kind == "matrix product":
        return [draws.rand(n_columns, 1) * np.float32(0.1)], [None]
    if kind == "one hidden layer":
        weights = [(draws.rand(*pairs[0]) - np.float32(0.5)) / 20, draws.rand(*pairs[1]) - np.float32(0.3)]
        return weights, [None, draws.rand(1)[0]]
    if kind == "two hidden layers":
        weights = [(draws.rand(*pair) - np.float32(0.3)) / pair[1] * 4 for pair in pairs]
        return weights, [(draws.rand(1)[0] - np.float32(0.5)) * np.float32(0.1) for _ in pairs]
    return [draws.rand(n_columns, 1) - np.float32(0.5)], [None]
