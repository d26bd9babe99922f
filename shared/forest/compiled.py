"""The loops over a flat forest, compiled by numba. Imported by `shared.forest.kernels` alone.

Importing this module compiles everything, which takes seconds the first time and a moment afterwards: the
machine code is kept on disk. `shared.forest.plain` has the same functions in numpy. All of them release
Python's lock while they run, and add to the arrays they are given, so several threads can share the trees or
the rows. No function checks what it gets: an index out of range would read foreign memory.

Arguments that they share: `nodes`, `value`, `outputs`, `depth` and `roots` (of the trees to walk) come from a
`FlatForest`; `X` is the table, (n_rows, n_features) float32.
"""

import numpy as np

from shared.forest.compiled_grids import (
    BLOCK_ROWS,
    NODES,
    TILE_ROWS,
    add_curves,
    add_dependence,
    add_surface,
    compile_loop,
)
from shared.forest.flat import Nodes

__all__ = [
    "BLOCK_ROWS",
    "add_changes",
    "add_contributions",
    "add_curves",
    "add_dependence",
    "add_predictions",
    "add_surface",
]


@compile_loop(f"void({NODES}, float64[:, ::1], int32[::1], float32[:, ::1], float64[:, ::1])")
def add_predictions(
    nodes: Nodes, outputs: np.ndarray, roots: np.ndarray, X: np.ndarray, sums: np.ndarray
) -> None:
    """Add each row's leaf of each tree to `sums` (n_rows, n_outputs)."""
    feature, threshold, left, right = nodes
    for start in range(0, len(X), TILE_ROWS):
        for root in roots:
            for row in range(start, min(start + TILE_ROWS, len(X))):
                node = root
                while feature[node] >= 0:
                    node = left[node] if X[row, feature[node]] <= threshold[node] else right[node]
                for k in range(outputs.shape[1]):
                    sums[row, k] += outputs[node, k]


@compile_loop(f"void({NODES}, float64[::1], int32[::1], float32[:, ::1], float64[:, ::1])")
def add_contributions(
    nodes: Nodes, value: np.ndarray, roots: np.ndarray, X: np.ndarray, sums: np.ndarray
) -> None:
    """Add what each question on each row's path changes to `sums` (n_rows, n_features)."""
    feature, threshold, left, right = nodes
    for start in range(0, len(X), TILE_ROWS):
        for root in roots:
            for row in range(start, min(start + TILE_ROWS, len(X))):
                node = root
                while feature[node] >= 0:
                    column = feature[node]
                    child = left[node] if X[row, column] <= threshold[node] else right[node]
                    sums[row, column] += value[child] - value[node]
                    node = child


@compile_loop(
    f"void({NODES}, float64[:, ::1], int32[::1], int64, float32[:, ::1], float32[:, :, ::1],"
    " float64[:, ::1], float64[:, :, :, ::1])"
)
def add_changes(
    nodes: Nodes,
    outputs: np.ndarray,
    roots: np.ndarray,
    depth: int,
    X: np.ndarray,
    V: np.ndarray,
    sums: np.ndarray,
    changes: np.ndarray,
) -> None:
    """Add each row's leaves to `sums`, and to `changes` what becomes of them when one column changes.

    Only a question about that column that the new value answers differently can lead elsewhere; the walk is
    taken up again at the first of them.

    `V` (n_rows, n_features, n_variants) has the values that are tried in place of those of `X`, and `changes`
    is (n_rows, n_features, n_variants, n_outputs). `X` is written to on the way, and put right again.
    """
    feature, threshold, left, right = nodes
    n_variants = V.shape[2]
    path = np.empty(depth + 1, dtype=np.int32)
    tried = np.zeros((X.shape[1], n_variants), dtype=np.int64)  # the walk in which a value last led elsewhere
    walk = 0
    for start in range(0, len(X), TILE_ROWS):
        for root in roots:
            for row in range(start, min(start + TILE_ROWS, len(X))):
                walk += 1
                length, node = 0, root
                while feature[node] >= 0:
                    path[length] = node
                    length += 1
                    node = left[node] if X[row, feature[node]] <= threshold[node] else right[node]
                leaf = node
                for k in range(outputs.shape[1]):
                    sums[row, k] += outputs[leaf, k]
                for step in range(length):
                    j, t = feature[path[step]], threshold[path[step]]
                    was = X[row, j]
                    for variant in range(n_variants):
                        now = V[row, j, variant]
                        if (now <= t) == (was <= t) or tried[j, variant] == walk:
                            continue
                        tried[j, variant] = walk
                        X[row, j] = now
                        node = path[step]
                        while feature[node] >= 0:
                            node = left[node] if X[row, feature[node]] <= threshold[node] else right[node]
                        X[row, j] = was
                        for k in range(outputs.shape[1]):
                            changes[row, j, variant, k] += outputs[node, k] - outputs[leaf, k]
