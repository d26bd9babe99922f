"""The screen as a notebook: the visitor's two matrices multiplied in every way, and what comes back.

write_notebook([[1, 2]], [[3], [4]])      # plain JSON; it runs with numpy alone, and better with torch
"""

from pathlib import Path
from typing import Any

from shared.matmul.products import as_matrix, check_inner
from shared.takeaway import notebook

_TEMPLATE = Path(__file__).with_name("notebook.py.jinja")


def write_notebook(a: list[list[float]], b: list[list[float]]) -> dict[str, Any]:
    """Write the notebook.

    Args:
        a: the left matrix, row by row.
        b: the right matrix.

    Returns:
        The notebook, ready for JSON.

    Raises:
        InputError: they cannot be multiplied.
    """
    left, right = as_matrix("A", a), as_matrix("B", b)
    check_inner(left.shape, right.shape)
    return notebook.write_notebook(_TEMPLATE, a=left.tolist(), b=right.tolist())
