"""A tour of two small ideas behind every embedding: the match score and the lookup.

A *match score* is a dot product: multiply the film's numbers by the visitor's numbers, factor by factor, and
add. A *lookup* takes one row out of a table. A one-hot vector (all 0, with a single 1) times the same table
gives exactly the same row, after `n_rows * n_factors` multiplications that a lookup does not need.

    match, parts = match_score([0.98, 0.9, -0.9], [0.9, 0.8, -0.6])   # 2.142
    row, n_multiplications = multiply_one_hot(3, table)
    assert (row == look_up(3, table)).all()                           # exactly, not roughly

Follows lesson 7 of Practical Deep Learning for Coders and chapter 8 of the fastai book.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_LOOKUP_CELLS

_BLOCK_ROWS = 256  # rows multiplied at a time, to keep the memory small
TOY_FACTORS = ("science fiction", "action", "old film")
TOY_USER = (0.9, 0.8, -0.6)
TOY_FILMS = {"The Last Skywalker": (0.98, 0.9, -0.9), "Casablanca": (-0.99, -0.3, 0.8)}


def match_score(film: list[float], user: list[float]) -> tuple[float, list[float]]:
    """Multiply two lists of factors number by number, and add.

    Args:
        film: the film's factors.
        user: the visitor's taste for the same factors, in the same order.

    Returns:
        The match (no unit) and the product of each factor, which add up to it.

    Raises:
        InputError: when the two lists differ in length or hold something that is not a number.
    """
    if len(film) != len(user):
        raise InputError(
            f"The film has {len(film)} factors and the user {len(user)}: give both the same number."
        )
    parts = [_checked(a, "factor") * _checked(b, "factor") for a, b in zip(film, user, strict=True)]
    return sum(parts), parts


def look_up(index: float, table: np.ndarray) -> np.ndarray:
    """Take row `index` of a table (n_rows, n_factors): no multiplication at all."""
    return table[_checked_index(index, len(table))]


def make_one_hot(index: float, n_rows: int) -> np.ndarray:
    """Build a vector (n_rows,) of zeros with a single 1 at `index`."""
    one_hot = np.zeros(n_rows)
    one_hot[_checked_index(index, n_rows)] = 1.0
    return one_hot


def multiply_one_hot(index: float, table: np.ndarray) -> tuple[np.ndarray, int]:
    """Multiply a one-hot vector by a table, the long way, and count every multiplication.

    Args:
        index: which row the 1 stands for.
        table: (n_rows, n_factors).

    Returns:
        The row (n_factors,) and the number of multiplications really done.

    Raises:
        InputError: when there is no such row.
    """
    one_hot = make_one_hot(index, len(table))
    n_multiplications = 0
    total = np.zeros(table.shape[1])
    for start in range(0, len(table), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        products = one_hot[rows, None] * table[rows]  # (at most _BLOCK_ROWS, n_factors)
        n_multiplications += products.size
        total = total + products.sum(axis=0)
    return total, n_multiplications


@dataclass(frozen=True)
class Comparison:
    """Both ways to get one row: what they cost and whether they agree."""

    n_rows: int
    n_factors: int
    n_multiplications: int  # of the one-hot product; the lookup needs none
    exactly_equal: bool
    one_hot_microseconds: float  # median of several runs, on the machine that serves the app
    lookup_microseconds: float


def compare_ways(n_rows: float, n_factors: float, *, n_repeats: int = 15) -> Comparison:
    """Do both on a random table of this size, count and time them.

    Args:
        n_rows: rows of the table, one for each user or film.
        n_factors: numbers kept for each row.
        n_repeats: timed runs of each way; the median is kept.

    Raises:
        InputError: when a size is not a whole number of 1 or more, or the table has too many cells.
    """
    n_rows, n_factors = _checked_size(n_rows, "rows"), _checked_size(n_factors, "factors")
    if n_rows * n_factors > MAX_LOOKUP_CELLS:
        raise InputError(
            f"That table has {n_rows * n_factors:,} cells. "
            f"Choose fewer rows or factors: at most {MAX_LOOKUP_CELLS:,} cells."
        )
    table = np.random.default_rng(0).normal(size=(n_rows, n_factors))
    index = n_rows // 2
    slow, n_multiplications = multiply_one_hot(index, table)
    one_hot = make_one_hot(index, n_rows)
    return Comparison(
        n_rows=n_rows,
        n_factors=n_factors,
        n_multiplications=n_multiplications,
        exactly_equal=bool((slow == look_up(index, table)).all() and (one_hot @ table == table[index]).all()),
        one_hot_microseconds=_median_microseconds(lambda: one_hot @ table, n_repeats),
        lookup_microseconds=_median_microseconds(lambda: table[index].copy(), n_repeats),
    )


def _median_microseconds(run: Callable[[], object], n_repeats: int) -> float:
    run()  # the first run warms the caches
    times = []
    for _ in range(n_repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return float(np.median(times) * 1e6)


def _checked(value: float, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not abs(value) <= 1e12:
        raise InputError(f"Each {name} must be an ordinary number, such as 0.9.")
    return float(value)


def _checked_size(value: float, name: str) -> int:
    number = _checked(value, f"number of {name}") if value is not None else 0.0
    if number < 1 or number != int(number):
        raise InputError(f"The number of {name} must be a whole number of 1 or more.")
    return int(number)


def _checked_index(index: float, n_rows: int) -> int:
    number = _checked(index, "row number")
    if number != int(number) or not 0 <= number < n_rows:
        raise InputError(f"There is no row {index}: choose a row from 0 to {n_rows - 1}.")
    return int(number)
