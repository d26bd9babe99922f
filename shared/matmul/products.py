"""The matrix product, cell by cell: a row of A meets a column of B, and the products add up.

    a, b = as_matrix("A", [[1, 2]]), as_matrix("B", [[3], [4]])
    running_sums(a, b)[0, 0]     # 3.0, 11.0: after each multiplication
    gradients(a, b, g)           # dA = G B^T, dB = A^T G

Lesson 3 of Practical Deep Learning for Coders multiplies in a spreadsheet, lesson 5 writes `x @ w`.
"""

import numpy as np

from shared.errors import InputError
from shared.words import count

MAX_SIZE = 6  # rows or columns of a matrix that is drawn
MAX_NUMBER = 1_000_000  # size of a number in it
_WORD = 2**32


def as_matrix(name: str, rows: list[list[float]]) -> np.ndarray:
    """Make a matrix of rows of numbers.

    Args:
        name: what the message calls it.
        rows: 1 to MAX_SIZE of them, each with as many numbers.

    Returns:
        The matrix, shape (n_rows, n_columns).

    Raises:
        InputError: rows are of different lengths, or there are too many or no numbers.
    """
    lengths = [len(row) for row in rows]
    if not rows or not 1 <= len(rows) <= MAX_SIZE or not all(1 <= n <= MAX_SIZE for n in lengths):
        raise InputError(f"{name} must have 1 to {MAX_SIZE} rows of 1 to {MAX_SIZE} numbers.")
    if odd := next((at for at, n in enumerate(lengths) if n != lengths[0]), 0):
        raise InputError(
            f"Row {odd + 1} of {name} has {lengths[odd]} numbers, row 1 has {lengths[0]}. "
            "All rows of a matrix are equally long."
        )
    return np.array(rows, dtype=float)


def check_inner(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Check that two matrices can be multiplied: the inner sizes agree.

    Args:
        a: shape of A.
        b: shape of B.

    Raises:
        InputError: they cannot; it names the two sizes.
    """
    if message := explain_misfit(a, b):
        raise InputError(message)


def explain_misfit(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    """Say which two sizes should agree; "" where they do. `maths.js` says the same."""
    if a[1] == b[0]:
        return ""
    fix = ""
    if a[1] == b[1]:
        fix = f" Turning B over helps: B.T is {b[1]} × {b[0]}."
    elif a[0] == b[0]:
        fix = f" Turning A over helps: A.T is {a[1]} × {a[0]}."
    return (
        f"A is {a[0]} × {a[1]} and B is {b[0]} × {b[1]}: {count(a[1], 'column')} of A cannot meet "
        f"{count(b[0], 'row')} of B. These two sizes must agree.{fix}"
    )


def running_sums(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Multiply one step at a time: cell (i, j) is the sum of a[i, k] * b[k, j], so far.

    Args:
        a: shape (n, m).
        b: shape (m, p).

    Returns:
        The sum after each k, shape (n, p, m); the last one is the product.
    """
    check_inner(a.shape, b.shape)
    return (a[:, None, :] * b.T).cumsum(axis=2)


def gradients(a: np.ndarray, b: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Send a gradient back through C = A B.

    Each number of A takes part in one row of C: dL/dA[i,k] = \sum_j G[i,j] B[k,j]. So dA = G B^T, and in the
    same way dB = A^T G. The sizes leave no other order: dA has the shape of A, dB that of B.

    Args:
        a: shape (n, m).
        b: shape (m, p).
        g: dL/dC, shape (n, p).

    Returns:
        dL/dA, shape (n, m), and dL/dB, shape (m, p).
    """
    return g @ b.T, a.T @ g


def draw_numbers(seed: int, rows: int, columns: int, *, numbers: str = "whole") -> np.ndarray:
    """Draw a matrix, the same as the page draws: Mulberry32, a generator that fits into a few lines.

    Args:
        seed: same seed, same numbers.
        rows: of the matrix.
        columns: of the matrix.
        numbers: "whole" from -9 to 9, or "decimal" from -2 to 2 with two places.

    Returns:
        The matrix, shape (rows, columns).
    """
    state, values = seed % _WORD, []
    for _ in range(rows * columns):
        state = (state + 0x6D2B79F5) % _WORD
        t = (state ^ state >> 15) * (state | 1) % _WORD
        t ^= (t + (t ^ t >> 7) * (t | 61)) % _WORD
        share = (t ^ t >> 14) / _WORD  # from 0 to 1
        values.append(int(share * 19) - 9 if numbers == "whole" else (int(share * 401) - 200) / 100)
    return np.array(values, dtype=float).reshape(rows, columns)
