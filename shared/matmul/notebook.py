"""The screen as a notebook: the visitor's two matrices multiplied in every way, and what comes back.

write_notebook([[1, 2]], [[3], [4]])      # plain JSON; it runs with numpy alone, and better with torch
"""

import json
from typing import Any

from shared.matmul.products import as_matrix, check_inner
from shared.notebook import make_notebook

_LOOPS = """def matmul(a, b):
    c = np.zeros((len(a), len(b[0])))
    for i in range(len(a)):              # each row of a
        for j in range(len(b[0])):       # each column of b
            for k in range(len(b)):      # row i meets column j
                c[i, j] += a[i, k] * b[k, j]
    return c

matmul(a, b)"""
_WAYS = """c = a @ b
assert np.allclose(c, matmul(a, b))
assert np.allclose(c, np.einsum("ik,kj->ij", a, b))
assert np.allclose(c, (a[:, :, None] * b).sum(1))   # broadcasting: (n, m, 1) times (m, p)
c"""
_GRADIENT = """g = np.ones_like(c)     # how the loss changes with each number of c
d_a, d_b = g @ b.T, a.T @ g

step = 1e-6             # the same slope by trying: raise one number a little
raised = a.copy()
raised[0, 0] += step
slope = ((raised @ b).sum() - c.sum()) / step
assert np.isclose(slope, d_a[0, 0], atol=1e-4)
d_a, d_b"""
_TORCH = """try:
    import torch
except ImportError:
    print("torch is not installed: pip install torch")
else:
    ta, tb = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
    (ta @ tb).sum().backward()
    assert np.allclose(ta.grad, d_a) and np.allclose(tb.grad, d_b)
    print("PyTorch agrees")"""
_LOOKUP = """rows = [0, len(b) - 1, 0]
one_hot = np.eye(len(b))[rows]
assert (one_hot @ b == b[rows]).all()   # an embedding: the product that nobody carries out
b[rows]"""
_TIMES = """from timeit import repeat

x, y = np.random.default_rng(0).normal(size=(2, 64, 64))
loops = min(repeat(lambda: matmul(x, y), number=1, repeat=3))
at = min(repeat(lambda: x @ y, number=1, repeat=50))
print(f"64 x 64: loops {1e3 * loops:.1f} ms, @ {1e6 * at:.1f} µs: {loops / at:,.0f} times faster")"""


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
    numbers = f"a = np.array({json.dumps(left.tolist())})\nb = np.array({json.dumps(right.tolist())})"
    return make_notebook(
        [
            ("markdown", "# Matrix multiplication, step by step\n\nWith the numbers of your screen."),
            ("code", f"import numpy as np\n\n{numbers}\na.shape, b.shape"),
            ("markdown", "## Three loops\n\nRow by column: multiply, and add up."),
            ("code", _LOOPS),
            ("markdown", "## The same in one line"),
            ("code", _WAYS),
            ("markdown", "## The gradient that comes back\n\nThe loss here: the sum of `c`."),
            ("code", _GRADIENT),
            ("code", _TORCH),
            ("markdown", "## One-hot rows are a lookup"),
            ("code", _LOOKUP),
            ("markdown", "## Why nobody writes the loops"),
            ("code", _TIMES),
        ]
    )
