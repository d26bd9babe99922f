"""How much memory something takes, its arrays and its trees above all.

megabytes_of(explorer)      # a forest, its rows, and what was worked out from them
"""

from typing import Any

import numpy as np

from shared.limits import MB

NODE_BYTES = 64  # of one node of a tree in scikit-learn, besides 8 for each value it holds
_LOOKED_INTO = ("shared", "sklearn", "types")  # packages; numba's and Plotly's own objects are nobody's


def megabytes_of(thing: Any) -> float:
    """Add up the arrays, texts and trees that something holds, each once; what holds them counts a little."""
    waiting, seen, n_bytes = [thing], set(), 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        n_bytes += 64
        if isinstance(one, np.ndarray):
            n_bytes += one.nbytes
        elif isinstance(one, str | bytes):
            n_bytes += len(one)
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            waiting += one
        elif isinstance(one, type) or type(one).__module__.partition(".")[0] not in _LOOKED_INTO:
            continue
        elif hasattr(one, "node_count"):  # scikit-learn's tree, which is no Python object inside
            n_bytes += one.node_count * (NODE_BYTES + 8 * one.value.shape[1] * one.value.shape[2])
        elif isinstance(inside := getattr(one, "__dict__", None), dict):
            waiting += list(inside.values())
    return n_bytes / MB
