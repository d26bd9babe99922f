"""Broadcasting: two arrays of different shapes, and the copies that nobody makes.

    fit((3, 1), (4,)).shape           # (3, 4)
    fit((3, 2), (3,)).message         # "From the right, size 2 meets size 3: ..."
    ghosts((3, 1), (3, 4))            # True where a number is a copy

The rule, from numpy's manual: write both shapes one under the other, from the right. Two sizes fit when they
are equal or one of them is 1; a size that is missing counts as 1. What is 1 is repeated as often as needed.
"""

from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from shared.errors import InputError

MAX_RANK = 3  # axes of an array that is drawn
MAX_LENGTH = 5  # of each axis
CAN_BE = f"up to {MAX_RANK} whole numbers from 1 to {MAX_LENGTH}, such as 3, 1"


class Axis(NamedTuple):
    """One axis: its size in each array (None: there is no such axis) and in the result (None: a clash)."""

    left: int | None
    right: int | None
    size: int | None
    words: str


class Fit(NamedTuple):
    """Two shapes held against each other: the result's shape, or why there is none and what helps."""

    axes: tuple[Axis, ...]
    shape: tuple[int, ...] | None
    message: str


def parse_shape(name: str, text: str) -> tuple[int, ...]:
    """Read a shape as people write it: "3, 1", "(3, 1)", "3 x 1", and "" or "()" for a single number.

    Raises:
        InputError: it is none, or larger than can be drawn.
    """
    inner = text.strip().strip("()[]").replace("×", ",").replace("x", ",").replace(" ", ",")
    parts = [part for part in inner.split(",") if part]
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        raise InputError(f"The {name} shape must be {CAN_BE}, not {text.strip()[:40]!r}.")
    shape = tuple(map(int, parts))
    if len(shape) > MAX_RANK or not all(1 <= size <= MAX_LENGTH for size in shape):
        raise InputError(f"The {name} shape must be {CAN_BE}: more cannot be drawn.")
    return shape


def fit(left: tuple[int, ...], right: tuple[int, ...]) -> Fit:
    """Hold two shapes against each other, from the right."""
    axes = [_axis(*sizes) for sizes in zip_longest(left[::-1], right[::-1])]
    if clash := next((axis for axis in axes if axis.size is None), None):
        return Fit(tuple(axes[::-1]), None, _explain(clash, left, right))
    return Fit(tuple(axes[::-1]), tuple(axis.size or 1 for axis in axes[::-1]), "")


def ghosts(shape: tuple[int, ...], result: tuple[int, ...]) -> np.ndarray:
    """Mark the numbers that broadcasting only seems to copy.

    Args:
        shape: of the array.
        result: what it is broadcast to.

    Returns:
        True for each number of the result that is a copy, shape `result`.
    """
    is_copy = np.ones(result, dtype=bool)
    _, firsts = np.unique(np.broadcast_to(numbered(shape), result), return_index=True)
    is_copy.flat[firsts] = False
    return is_copy


def numbered(shape: tuple[int, ...], *, start: int = 1, step: int = 1) -> np.ndarray:
    """Fill a shape with numbers that can be told apart: 1, 2, 3, ... or 10, 20, 30, ..."""
    return (np.arange(int(np.prod(shape))) * step + start).reshape(shape)


def written(shape: tuple[int, ...]) -> str:
    """Write a shape as Python does: (3, 1), (4,), ()."""
    return str(tuple(shape))


def _axis(left: int | None, right: int | None) -> Axis:
    one, other = left or 1, right or 1
    if one == other:
        words = "equal" if None not in (left, right) else "missing: counts as 1"
        return Axis(left, right, one, words)
    if 1 not in (one, other):
        return Axis(left, right, None, "neither is 1: they clash")
    who = "left" if one == 1 else "right"
    why = "missing" if (left if one == 1 else right) is None else "1"
    return Axis(left, right, max(one, other), f"{who} is {why}: repeated {max(one, other)} times")


def _explain(clash: Axis, left: tuple[int, ...], right: tuple[int, ...]) -> str:
    said = (
        f"Written from the right, size {clash.left} of {written(left)} meets size {clash.right} of "
        f"{written(right)}. They must be equal, or one of them 1."
    )
    for name, short, long in (("right", right, left), ("left", left, right)):
        if len(short) < len(long) and fit((*short, 1), long).shape:
            return f"{said} A new last axis helps: {name}[..., None] has the shape {written((*short, 1))}."
    return said
