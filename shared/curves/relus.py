"""A sum of ReLUs, the "wiggly function" of lesson 3: f(x) = c + sum_i w_i * act(m_i x + b_i).

Each unit is a line m x + b that its activation bends. A ReLU's bend is sharp and sits where the line crosses
0, at x = -b/m: its knot. Enough of them come as close as you like to any curve.

    units = Units.from_lists({"m": [1, -1], "b": [0, 0], "w": [2, 2], "c": -1})   # 2 |x| - 1
    predict(units, x)                                    # (n,)
    gradient_by_hand(units, x, y).w                      # (2,), what PyTorch's autograd says too

Follows lesson 3 of Practical Deep Learning for Coders, "How does a neural net really work".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from shared.curves.points import check_number
from shared.errors import InputError
from shared.limits import MAX_CURVE_UNITS, MAX_CURVE_VALUE

# PyTorch's default slope of 0.01 cannot be told from 0 on a plot.
LEAKY_SLOPE = 0.1

_Function = Callable[[np.ndarray], np.ndarray]


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * z))  # the same as 1 / (1 + exp(-z)), and never overflows


# Each activation and its slope. At the bend itself PyTorch takes the slope from the left, and so does this.
FUNCTIONS: dict[str, tuple[_Function, _Function]] = {
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0).astype(float)),
    "leaky_relu": (
        lambda z: np.where(z > 0, z, LEAKY_SLOPE * z),
        lambda z: np.where(z > 0, 1.0, LEAKY_SLOPE),
    ),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}
ACTIVATIONS = tuple(FUNCTIONS)


@dataclass(frozen=True, eq=False)
class Units:
    """The parameters of one network.

    Attributes:
        m: slope inside each unit (k,).
        b: offset inside each unit (k,).
        w: weight of each unit (k,).
        c: constant, in units of y.
    """

    m: np.ndarray
    b: np.ndarray
    w: np.ndarray
    c: float

    def __len__(self) -> int:
        """How many units there are."""
        return len(self.m)

    def as_lists(self) -> dict[str, list[float] | float]:
        """Give {"m": [...], "b": [...], "w": [...], "c": number}, ready for JSON."""
        return {"m": self.m.tolist(), "b": self.b.tolist(), "w": self.w.tolist(), "c": float(self.c)}

    @classmethod
    def from_lists(cls, lists: object) -> Self:
        """Read what `as_lists` writes, from a page or a program.

        Args:
            lists: {"m": [...], "b": [...], "w": [...], "c": number}, a number in each list for each unit.

        Raises:
            InputError: it has another form, the lists differ in length, there are too many units, or a number
                is none from -MAX_CURVE_VALUE to MAX_CURVE_VALUE.
        """
        if not isinstance(lists, dict) or lists.keys() != {"m", "b", "w", "c"}:
            raise InputError('The units must be given as {"m": [1], "b": [0], "w": [1], "c": 0}.')
        m, b, w = (_read_list(name, lists[name]) for name in "mbw")
        if not len(m) == len(b) == len(w):
            raise InputError(
                f"Every unit needs an m, a b and a w: there are {len(m)} m, {len(b)} b and {len(w)} w."
            )
        return cls(m, b, w, _read_number("The constant c", lists["c"]))


def _read_list(name: str, values: object) -> np.ndarray:
    if not isinstance(values, list | tuple) or not 1 <= len(values) <= MAX_CURVE_UNITS:
        raise InputError(f"The units' {name} must be a list of 1 to {MAX_CURVE_UNITS} numbers.")
    return np.array([_read_number(f"{name} of unit {i}", value) for i, value in enumerate(values, 1)])


def _read_number(name: str, value: object) -> float:
    return check_number(name, value, low=-MAX_CURVE_VALUE, high=MAX_CURVE_VALUE)


def _lines(units: Units, x: np.ndarray) -> np.ndarray:
    return units.m[:, None] * x + units.b[:, None]  # (k, n)


def unit_outputs(units: Units, x: np.ndarray, activation: str = "relu") -> np.ndarray:
    """Compute what each unit adds to the sum: w * act(m x + b), without c.

    Args:
        units: the network.
        x: (n,).
        activation: one of `ACTIVATIONS`.

    Returns:
        (k, n).
    """
    act, _ = FUNCTIONS[activation]
    return units.w[:, None] * act(_lines(units, x))


def predict(units: Units, x: np.ndarray, activation: str = "relu") -> np.ndarray:
    """Compute the network: the sum of its units, and c.

    Args:
        units: the network.
        x: (n,).
        activation: one of `ACTIVATIONS`.

    Returns:
        (n,).
    """
    return units.c + unit_outputs(units, x, activation).sum(0)


def mean_loss(errors: np.ndarray, kind: str = "mae") -> float:
    """Average errors (n,): mean |error| for "mae", mean error^2 for "mse"."""
    return float(np.mean(errors * errors if kind == "mse" else np.abs(errors)))


def knots(units: Units) -> np.ndarray:
    """Find the x where each unit switches, -b/m: (k,), NaN for a unit that is level because m is 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(units.m == 0, np.nan, -units.b / units.m)


def dead_units(units: Units, x: np.ndarray, activation: str = "relu") -> list[int]:
    """Find the units that cannot learn: their ReLU is off at every point, so their gradient is 0.

    The other activations have a slope everywhere, so none of their units is dead.

    Args:
        units: the network.
        x: of the points to learn from, (n,).
        activation: one of `ACTIVATIONS`.

    Returns:
        Their places, from 0.
    """
    if activation != "relu":
        return []
    return np.flatnonzero((_lines(units, x) <= 0).all(axis=1)).tolist()


def gradient_by_hand(
    units: Units, x: np.ndarray, y: np.ndarray, activation: str = "relu", kind: str = "mae"
) -> Units:
    """Work out the slope of the loss along every parameter, by hand.

    With the line z = m x + b, the prediction p = c + sum w act(z) and the error e = p - y, the chain rule
    goes from the loss inwards. The loss pushes each point with d = sign(e)/n for the mean absolute error (0
    at e = 0, as in PyTorch) or d = 2e/n for the mean squared one. Since dp/dc = 1, dp/dw = act(z),
    dp/db = w act'(z) and dp/dm = w act'(z) x, each gradient is the sum over the points of d times that.

    Args:
        units: the network.
        x: (n,).
        y: (n,).
        activation: one of `ACTIVATIONS`.
        kind: "mae" or "mse".

    Returns:
        The gradient, each entry in the place of its parameter.
    """
    act, slope = FUNCTIONS[activation]
    z = _lines(units, x)  # (k, n)
    errors = predict(units, x, activation) - y  # (n,)
    push = (2 * errors if kind == "mse" else np.sign(errors)) / len(x)  # (n,)
    push_line = units.w[:, None] * slope(z) * push  # (k, n), how hard the loss pushes each line at each point
    return Units(m=push_line @ x, b=push_line.sum(1), w=act(z) @ push, c=float(push.sum()))
