"""Points and numbers that come in: check them, and bring points to a size that gradient descent can use.

Pages and programs send anything, and Gradio's own bounds let NaN through, so every number is checked here.

    x, y = check_points([[0, 1], {"x": 1, "y": 3}])             # (n,) each, float64
    check_number("The learning rate", 1e308, low=0, high=1)     # InputError, naming the range
    scaled = scale_to_box(x * 1000, y)                          # scaled.x lies in [-2, 2]
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_CURVE_POINTS, MAX_CURVE_VALUE, MAX_ERROR_VALUE_CHARACTERS
from shared.ranges import NUMBERS, number_in, whole_in
from shared.words import count

LARGEST_X, LARGEST_Y = 2.5, 25.0  # points within these stay as they are
BOX_X, BOX_Y = 2.0, 10.0  # others are brought to -BOX to BOX
_FORMS = 'write it as [x, y] or {"x": 1, "y": 2}'


def check_points(points: object, *, at_least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Read points from what a page or a program sent.

    Args:
        points: a list of [x, y] pairs or of {"x": ..., "y": ...}, mixed as they come.
        at_least: how many there must be.

    Returns:
        x (n,) and y (n,), float64, in the order they came.

    Raises:
        InputError: it is no such list, is too short or too long, or holds something that is not a number
            from -MAX_CURVE_VALUE to MAX_CURVE_VALUE.
    """
    if not isinstance(points, list | tuple):
        raise InputError(
            f"The points must be a list such as [[0, 1], [1, 3]], not {shown(points)}; {_FORMS} for each."
        )
    if len(points) > MAX_CURVE_POINTS:
        raise InputError(
            f"There are {len(points):,} points; send at most {MAX_CURVE_POINTS:,}, for example every tenth."
        )
    if len(points) < at_least:
        are = "is" if len(points) == 1 else "are"
        raise InputError(
            f"There {are} {count(len(points), 'point')} and at least {at_least:,} are needed: add some more."
        )
    pairs = np.array([_read_point(place, point) for place, point in enumerate(points, 1)], dtype=float)
    x, y = pairs.reshape(-1, 2).T  # (n,) each; the reshape is for an empty list
    return x.copy(), y.copy()


def _read_point(place: int, point: object) -> tuple[float, float]:
    if isinstance(point, dict) and point.keys() == {"x", "y"}:
        x, y = point["x"], point["y"]
    elif isinstance(point, list | tuple) and len(point) == 2:
        x, y = point
    else:
        raise InputError(f"Point {place:,} is not a pair of numbers; {_FORMS}.")
    numbers = {}
    for axis, value in (("x", x), ("y", y)):
        name = f"The {axis} of point {place:,}"
        numbers[axis] = check_number(name, value, low=-MAX_CURVE_VALUE, high=MAX_CURVE_VALUE)
    return numbers["x"], numbers["y"]


def check_number(name: str, value: object, *, low: float, high: float) -> float:
    """Give a number in a range.

    Args:
        name: what the number is, as the beginning of a sentence.
        value: what came in.
        low: the least that is allowed.
        high: the most that is allowed.

    Raises:
        InputError: it is not such a number; NaN and infinity are in no range.
    """
    number = number_in(value, low, high)
    if number is None:
        raise InputError(f"{name} must be a number from {_limit(low)} to {_limit(high)}, not {shown(value)}.")
    return number


def check_whole(name: str, value: object, *, low: int, high: int) -> int:
    """Give a whole number in a range; 2.0 is one too.

    Args:
        name: what the number is, as the beginning of a sentence.
        value: what came in.
        low: the least that is allowed.
        high: the most that is allowed.

    Raises:
        InputError: it is not such a number.
    """
    number = whole_in(value, low, high)
    if number is None:
        raise InputError(
            f"{name} must be a whole number from {_limit(low)} to {_limit(high)}, not {shown(value)}."
        )
    return number


def check_choice(name: str, value: object, choices: Collection[str]) -> str:
    """Give one of a few words.

    Args:
        name: what is chosen, as the beginning of a sentence.
        value: what came in.
        choices: the words that are allowed.

    Raises:
        InputError: it is none of them.
    """
    if not isinstance(value, str) or value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, not {shown(value)}.")
    return value


def check_params(name: str, params: object, *, largest: float = MAX_CURVE_VALUE) -> np.ndarray:
    """Give the parameters a, b and c of a quadratic: (3,).

    Args:
        name: what they are, as the beginning of a sentence.
        params: what came in: a list or an array of three numbers.
        largest: the size that none of them may exceed.

    Raises:
        InputError: they are not three such numbers.
    """
    values = params.tolist() if isinstance(params, np.ndarray) else params
    if not isinstance(values, list | tuple) or len(values) != 3:
        raise InputError(f"{name} must be three numbers [a, b, c], such as [1.1, 1.1, 1.1].")
    return np.array(
        [
            check_number(f"{name}: {letter}", value, low=-largest, high=largest)
            for letter, value in zip("abc", values, strict=True)
        ]
    )


def shown(value: object) -> str:
    """Write a wrong value into a message: short, on one line, and safe for values of any size or depth."""
    if isinstance(value, str):
        short = "".join(letter for letter in value[:MAX_ERROR_VALUE_CHARACTERS] if letter.isprintable())
        return f'"{short}..."' if len(value) > MAX_ERROR_VALUE_CHARACTERS else f'"{short}"'
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"  # Python refuses to write one of thousands of digits
    if isinstance(value, NUMBERS):
        return f"{value}".removesuffix(".0")[:MAX_ERROR_VALUE_CHARACTERS]
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else "a value of another kind"


def _limit(value: float) -> str:
    return f"{value:,.10g}"


@dataclass(frozen=True, eq=False)
class Scaled:
    """Points of ordinary size, and the way back: x_there = x * x_unit + x_middle, and so for y."""

    x: np.ndarray  # (n,)
    y: np.ndarray  # (n,)
    x_middle: float
    x_unit: float
    y_middle: float
    y_unit: float
    changed: bool

    def loss_back(self, losses: np.ndarray, kind: str) -> np.ndarray:
        """Turn losses of the scaled points into those of the points as they came."""
        return losses * (self.y_unit**2 if kind == "mse" else self.y_unit)

    def network_back(
        self, m: np.ndarray, b: np.ndarray, w: np.ndarray, c: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """Turn the network c + sum(w * act(m x + b)) of the scaled points into that of the original ones.

        With x = (x_there - x_middle) / x_unit inside, and y_there = y_unit * y + y_middle outside, it is
        again such a network, whatever the activation.

        Args:
            m: slopes (k,).
            b: offsets (k,).
            w: weights (k,).
            c: constant.
        """
        return (
            m / self.x_unit,
            b - m * self.x_middle / self.x_unit,
            w * self.y_unit,
            c * self.y_unit + self.y_middle,
        )


def scale_to_box(x: np.ndarray, y: np.ndarray) -> Scaled:
    """Bring points to a size that gradient descent can use, each axis only if it needs it.

    A learning rate that suits numbers near 1 makes steps that are far too large, or too small, for others.

    Args:
        x: (n,), at least one.
        y: (n,).

    Returns:
        The points as they are when every x lies in [-2.5, 2.5] and every y in [-25, 25]. Otherwise that axis
        is moved and divided so that it fills [-2, 2] or [-10, 10]; one value alone comes to 0.
    """
    new_x, x_middle, x_unit = _scale_axis(x, LARGEST_X, BOX_X)
    new_y, y_middle, y_unit = _scale_axis(y, LARGEST_Y, BOX_Y)
    changed = (x_middle, x_unit, y_middle, y_unit) != (0, 1, 0, 1)
    return Scaled(new_x, new_y, x_middle, x_unit, y_middle, y_unit, changed)


def _scale_axis(values: np.ndarray, largest: float, box: float) -> tuple[np.ndarray, float, float]:
    if np.abs(values).max() <= largest:
        return values, 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    middle, unit = (low + high) / 2, (high - low) / 2 / box or 1.0
    return (values - middle) / unit, middle, unit


def spread_over(x: np.ndarray, n: int = 101) -> np.ndarray:
    """Spread n values evenly over the range of x, to draw a curve on; one x alone gets a 1 on either side."""
    low, high = float(x.min()), float(x.max())
    if low == high:
        low, high = low - 1, high + 1
    return np.linspace(low, high, n)  # (n,)
