"""A number that pages and programs send, or None: each idea says in its own words what is wrong with it.

Gradio's own bounds let NaN through, JSON has integers of any length, and Python takes True for 1.

    number_in(0.5, 0, 1), number_in(float("nan"), 0, 1)     # 0.5, None
    whole_in(7.0, 0, 10), whole_in(True, 0, 10)             # 7, None
"""

from typing import TypeGuard

import numpy as np

NUMBERS = (int, float, np.integer, np.floating)


def is_number(value: object) -> TypeGuard[float]:
    """Say whether something is a number of Python or numpy, and not True or False."""
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


def number_in(value: object, low: float, high: float) -> float | None:
    """Give a number from low to high as a float, and None for anything else."""
    return float(value) if is_number(value) and low <= value <= high else None


def whole_in(value: object, low: int, high: int) -> int | None:
    """Give a whole number from low to high as an int, and None for anything else; 2.0 is one too."""
    # The range first: int() cannot take NaN and infinity.
    return int(value) if is_number(value) and low <= value <= high and value == int(value) else None
