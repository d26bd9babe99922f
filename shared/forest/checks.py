"""What every function of this package asks of the numbers it is given.

Gradio's own bounds let NaN and infinity through, so every pure function checks for itself.

    X, y = check_table(X, y, task="regression")            # float64, or InputError
    check_whole("The number of trees", 100, low=1, high=1_000)    # 100
    check_seed(float("nan"))                               # InputError, naming the range
"""

import math

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_ERROR_VALUE_CHARACTERS, MAX_FOREST_CLASSES, MAX_FOREST_SEED
from shared.ranges import NUMBERS, number_in, whole_in
from shared.tables.numbers import write_number, write_value

TASKS = ("regression", "classification")
_LARGEST_INPUT = float(np.finfo(np.float32).max)  # scikit-learn's trees look at float32
_LONGEST_SHOWN = 1e15  # a longer number is not repeated in a message
_LARGEST_TARGET = 1e100  # its square is still a number


def check_table(X: object, y: object, *, task: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Check what a model is to learn from.

    Args:
        X: (n, p) numbers.
        y: (n,) numbers, whole ones from 0 for classification.
        task: "regression" or "classification".

    Returns:
        Both as float64 arrays.

    Raises:
        InputError: shapes do not agree, something is missing or infinite, or there is nothing to learn.
    """
    check_choice("The task", task, TASKS)
    X, y = check_matrix(X), as_numbers("The target", y)
    if y.shape != (len(X),):
        raise InputError(f"There are {len(X):,} rows but {y.size:,} values of the target: send one a row.")
    if len(X) < 2:
        raise InputError(f"There are {len(X):,} rows to learn from and at least 2 are needed: add some more.")
    if not (np.abs(y) <= _LARGEST_TARGET).all():  # NaN is not <= anything
        raise InputError(
            "The target has missing, infinite or enormous values: leave those rows out "
            f"(the limit is {write_number(_LARGEST_TARGET)})."
        )
    if task == "classification" and not ((y >= 0) & (y == np.floor(y)) & (y < MAX_FOREST_CLASSES)).all():
        raise InputError(
            f"A target that is a category can have {MAX_FOREST_CLASSES} different values, numbered from 0: "
            "choose another target, or take it as a number."
        )
    if (y == y[0]).all():
        raise InputError("The target is the same in every row, so there is nothing to learn: choose another.")
    return X, y


def check_matrix(X: object) -> np.ndarray:
    """Check that X is (n, p), with no missing number and none too large for scikit-learn's float32."""
    X = as_numbers("The table", X)
    if X.ndim != 2 or 0 in X.shape:
        raise InputError("The table has no rows or no columns to learn from: keep at least one of each.")
    if not (np.abs(X) <= _LARGEST_INPUT).all():
        raise InputError(
            "A column has missing, infinite or enormous numbers (the limit is "
            f"{write_number(_LARGEST_INPUT, figures=2)}): fill them or leave the column out."
        )
    return X


def as_numbers(name: str, values: object) -> np.ndarray:
    """Make a float64 array of what came in, or raise InputError; `name` begins the sentence."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"{name} holds something that is not a number, or rows of different lengths: send numbers only."
        ) from None


def check_number(name: str, value: object, *, low: float, high: float) -> float:
    """Give a number from low to high, or raise InputError; `name` begins the sentence."""
    number = number_in(value, low, high)
    if number is None:
        raise InputError(
            f"{name} must be a number from {write_value(low)} to {write_value(high)}, not {_shown(value)}."
        )
    return number


def check_share(name: str, value: object) -> float:
    """Give a number above 0 and up to 1, or raise InputError; `name` begins the sentence."""
    number = number_in(value, 0, 1)
    if not number:
        raise InputError(f"{name} must be above 0 and at most 1, such as 0.5, not {_shown(value)}.")
    return number


def check_whole(name: str, value: object, *, low: int, high: int) -> int:
    """Give a whole number from low to high, or raise InputError; `name` begins the sentence."""
    number = whole_in(value, low, high)
    if number is None:
        raise InputError(f"{name} must be a whole number from {low:,} to {high:,}, not {_shown(value)}.")
    return number


def check_seed(seed: object) -> int:
    """Give a seed, or raise InputError."""
    return check_whole("The seed", seed, low=0, high=MAX_FOREST_SEED)


def next_seeds(seed: int, count: int) -> list[int]:
    """Give a seed and those that follow it, from 0 again after the largest that is allowed."""
    return [(seed + step) % (MAX_FOREST_SEED + 1) for step in range(count)]


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    """Give one of a few words, or raise InputError; `name` begins the sentence."""
    if not isinstance(value, str) or value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, not {_shown(value)}.")
    return value


def _shown(value: object) -> str:
    """Write a wrong value into a message: short, and printable."""
    if isinstance(value, NUMBERS):
        if (
            value > _LONGEST_SHOWN or value < -_LONGEST_SHOWN
        ):  # Python does not write out integers of any length
            return "an enormous number"
        return write_value(value) if isinstance(value, float) and math.isfinite(value) else str(value)
    if isinstance(value, str):
        printable = "".join(letter for letter in value if letter.isprintable())
        return f'"{printable[:MAX_ERROR_VALUE_CHARACTERS]}"'
    return "an empty value" if value is None else f"a {type(value).__name__}"
