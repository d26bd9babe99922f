"""An embedding is a matrix product that nobody carries out: a one-hot row picks a row.

    one_hot([2, 0], 4) @ table        # equal to table[[2, 0]]
    count_saved(2, 4, 5)              # 40 multiplications, of which 10 are by one and the others by zero

Lesson 7 of Practical Deep Learning for Coders: `user_factors.t() @ one_hot_3` equals `user_factors[3]`.
"""

import numpy as np

from shared.errors import InputError

MOVIELENS_USERS, MOVIELENS_FACTORS = 944, 50  # the lesson's table of users, its row 0 for nobody


def parse_rows(text: str, n_rows: int, *, most: int = 6) -> list[int]:
    """Read which rows to look up: "2, 0, 2".

    Args:
        text: row numbers from 0, with commas or spaces between them.
        n_rows: how many rows the table has.
        most: how many can be looked up.

    Raises:
        InputError: there is none, or no such row.
    """
    parts = text.replace(",", " ").split()
    if not 1 <= len(parts) <= most:
        raise InputError(f"Rows must be 1 to {most} row numbers, such as 2, 0, 2.")
    for part in parts:
        if not (part.isascii() and part.isdigit() and int(part[:9]) < n_rows):
            raise InputError(
                f"There is no row {part[:20]!r}: the rows are 0 to {n_rows - 1}. Counting starts at 0."
            )
    return [int(part) for part in parts]


def one_hot(rows: list[int], n_rows: int) -> np.ndarray:
    """Write each row number as a row of zeros with a single one, shape (len(rows), n_rows)."""
    return np.eye(n_rows)[rows]


def count_saved(n_lookups: int, n_rows: int, n_factors: int) -> int:
    """Count the multiplications of the product; the lookup needs none of them."""
    return n_lookups * n_rows * n_factors
