"""The compiled loops that go along grids: all columns at once, one column row by row, and a pair of columns.

A part of `shared.forest.compiled`, which says what their arguments are. A grid is known by `cut`: for each
node, how many of the values in its column's grid go left. Where something is added to an interval of a grid,
it is added at the start and taken away at the end, and a running sum makes the curve.
"""

from typing import Any

import numpy as np
from numba import njit

from shared.forest.flat import Nodes

_ROW_BITS = 12  # rows of one block are numbered in this many bits
BLOCK_ROWS = 1 << _ROW_BITS
_ROW_MASK = BLOCK_ROWS - 1
TILE_ROWS = 64  # rows that go through one tree together, while its nodes are in the processor's cache
NODES = "Tuple((int32[::1], float64[::1], int32[::1], int32[::1]))"


def compile_loop(signature: str) -> Any:
    """Compile a function now, for these types alone: when its module is imported, everything is ready."""
    return njit(signature, nogil=True, cache=True, error_model="numpy")


@njit
def _push(stack: np.ndarray, at: int, a: int, b: int, c: int, d: int, e: int, f: int, g: int) -> int:
    """Lay seven numbers on the stack, and say where its end is now."""
    stack[at, 0], stack[at, 1], stack[at, 2], stack[at, 3] = a, b, c, d
    stack[at, 4], stack[at, 5], stack[at, 6] = e, f, g
    return at + 1


@njit
def _add_leaf(
    v: float,
    entries: np.ndarray,
    columns: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    on_path: np.ndarray,
    sums: np.ndarray,
) -> float:
    """Do what `add_dependence` says of leaves, for one of value v; returns the sum over its own rows."""
    n_here = 0
    for entry in entries:
        j = (entry >> _ROW_BITS) - 1
        if j < 0:
            n_here += 1
        else:
            sums[j, low[j]] += v
            sums[j, high[j]] -= v
    if n_here == 0:
        return 0.0
    for j in columns:
        if on_path[j] > 0:
            sums[j, 0] -= n_here * v
            sums[j, low[j]] += n_here * v
            sums[j, high[j]] -= n_here * v
            on_path[j] = -on_path[j]  # a column asked twice counts once
    for j in columns:
        on_path[j] = abs(on_path[j])
    return n_here * v


@compile_loop(
    f"float64({NODES}, float64[::1], int32[::1], int64, int32[::1], int32[::1], float32[:, ::1],"
    " float64[:, ::1])"
)
def add_dependence(
    nodes: Nodes,
    value: np.ndarray,
    roots: np.ndarray,
    depth: int,
    cut: np.ndarray,
    n_grid: np.ndarray,
    XT: np.ndarray,
    sums: np.ndarray,
) -> float:
    """Add how the rows' predictions change along the grids of all columns to the intervals of `sums`.

    One walk does for all columns. At a node, a row is listed once: with mark 0 when it answers all questions
    on the way as the path does, or with the one column whose answers differ (mark: its number + 1); a second
    column that differs ends it. At a leaf, a row with mark j + 1 would be there for the grid values of column
    j that the path allows, and a row with mark 0 is there for all values but those that the path forbids.

    `XT` is the table on its side, (n_features, n_rows) with at most `BLOCK_ROWS` rows; `n_grid` (n_features,)
    says how long each grid is; `sums` is (n_features, longest grid + 1).

    Returns:
        What is to be added to every curve: the sum of the predictions of the rows as they are.
    """
    feature, threshold, left, right = nodes
    n_features, n_rows = XT.shape
    entries = np.empty(2 * n_rows * (depth + 1) + n_rows, dtype=np.int32)  # mark and row in one number
    low, high = np.zeros(n_features, dtype=np.int32), n_grid.copy()  # what the path allows of each grid
    path = np.empty((depth + 1, 3), dtype=np.int32)  # each question's column, and its interval before it
    on_path = np.zeros(n_features, dtype=np.int32)  # how many of them ask that column
    stack = np.empty((depth + 2, 7), dtype=np.int32)  # node, depth, first and last entry, column, interval
    n_path, total = 0, 0.0
    for root in roots:
        for row in range(n_rows):
            entries[row] = row
        n_stack = _push(stack, 0, root, 0, 0, n_rows, 0, 0, 0)
        while n_stack:
            n_stack -= 1
            node, level, begin, end = (
                stack[n_stack, 0],
                stack[n_stack, 1],
                stack[n_stack, 2],
                stack[n_stack, 3],
            )
            while n_path > max(level - 1, 0):  # back to the node's parent
                n_path -= 1
                j = path[n_path, 0]
                low[j], high[j] = path[n_path, 1], path[n_path, 2]
                on_path[j] -= 1
            if level:
                j = stack[n_stack, 4]
                path[n_path, 0], path[n_path, 1], path[n_path, 2] = j, low[j], high[j]
                low[j], high[j] = stack[n_stack, 5], stack[n_stack, 6]
                on_path[j] += 1
                n_path += 1
            j = feature[node]
            if j < 0:
                total += _add_leaf(
                    value[node], entries[begin:end], path[:n_path, 0], low, high, on_path, sums
                )
                continue
            split = min(max(cut[node], low[j]), high[j])
            left_open, right_open = low[j] < split, split < high[j]
            mine = (j + 1) << _ROW_BITS
            at_right, at_left = end, 2 * end - begin
            t = threshold[node]
            for i in range(begin, end):
                entry = entries[i]
                row, mark = entry & _ROW_MASK, entry & ~_ROW_MASK
                goes_left = XT[j, row] <= t
                differs = mark == mine
                may_differ = differs | (mark == 0)
                entries[at_left] = entry if goes_left else mine | row
                entries[at_right] = mine | row if goes_left else entry
                at_left += (goes_left & (not differs)) | (
                    may_differ & left_open & (differs | (not goes_left))
                )
                at_right += ((not goes_left) & (not differs)) | (
                    may_differ & right_open & (differs | goes_left)
                )
            if at_right > end:
                n_stack = _push(stack, n_stack, right[node], level + 1, end, at_right, j, split, high[j])
            if at_left > 2 * end - begin:
                n_stack = _push(
                    stack, n_stack, left[node], level + 1, 2 * end - begin, at_left, j, low[j], split
                )
    return total


@compile_loop(
    f"void({NODES}, float64[::1], int32[::1], int64, int64, int32[::1], int64, float32[:, ::1],"
    " float64[:, ::1])"
)
def add_curves(
    nodes: Nodes,
    value: np.ndarray,
    roots: np.ndarray,
    depth: int,
    column: int,
    cut: np.ndarray,
    n_grid: int,
    X: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Add each row's predictions along one column's grid to the intervals of `sums` (n_rows, n_grid + 1)."""
    feature, threshold, left, right = nodes
    stack = np.empty((depth + 2, 7), dtype=np.int32)  # node, interval; the rest is not used
    for start in range(0, len(X), TILE_ROWS):
        for root in roots:
            for row in range(start, min(start + TILE_ROWS, len(X))):
                n_stack = _push(stack, 0, root, 0, n_grid, 0, 0, 0, 0)
                while n_stack:
                    n_stack -= 1
                    node, low, high = stack[n_stack, 0], stack[n_stack, 1], stack[n_stack, 2]
                    while feature[node] >= 0:
                        if feature[node] != column:
                            node = left[node] if X[row, feature[node]] <= threshold[node] else right[node]
                        elif cut[node] <= low:
                            node = right[node]
                        elif cut[node] >= high:
                            node = left[node]
                        else:
                            n_stack = _push(stack, n_stack, right[node], cut[node], high, 0, 0, 0, 0)
                            node, high = left[node], cut[node]
                    sums[row, low] += value[node]
                    sums[row, high] -= value[node]


@compile_loop(
    f"void({NODES}, float64[::1], int32[::1], int64, int64, int64, int32[::1], int64, int64,"
    " float32[:, ::1], float64[:, ::1])"
)
def add_surface(
    nodes: Nodes,
    value: np.ndarray,
    roots: np.ndarray,
    depth: int,
    first: int,
    second: int,
    cut: np.ndarray,
    n_first: int,
    n_second: int,
    XT: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Add all rows' predictions over the grids of two columns to the rectangles of `sums`.

    All rows go down together. At a question about one of the two columns they go both ways, each way with a
    part of the grid; at any other they are parted, in place.

    `sums` (n_first + 1, n_second + 1) becomes the map by running sums along both axes.
    """
    feature, threshold, left, right = nodes
    rows = np.arange(XT.shape[1]).astype(np.int32)
    stack = np.empty((depth + 2, 7), dtype=np.int32)  # node, first and last row, intervals of both grids
    for root in roots:
        n_stack = _push(stack, 0, root, 0, len(rows), 0, n_first, 0, n_second)
        while n_stack:
            n_stack -= 1
            node, begin, end = stack[n_stack, 0], stack[n_stack, 1], stack[n_stack, 2]
            low, high, low2, high2 = (
                stack[n_stack, 3],
                stack[n_stack, 4],
                stack[n_stack, 5],
                stack[n_stack, 6],
            )
            j = feature[node]
            if j < 0:
                v = value[node] * (end - begin)
                sums[low, low2] += v
                sums[low, high2] -= v
                sums[high, low2] -= v
                sums[high, high2] += v
            elif j == first:
                split = min(max(cut[node], low), high)
                if split < high:
                    n_stack = _push(stack, n_stack, right[node], begin, end, split, high, low2, high2)
                if low < split:
                    n_stack = _push(stack, n_stack, left[node], begin, end, low, split, low2, high2)
            elif j == second:
                split = min(max(cut[node], low2), high2)
                if split < high2:
                    n_stack = _push(stack, n_stack, right[node], begin, end, low, high, split, high2)
                if low2 < split:
                    n_stack = _push(stack, n_stack, left[node], begin, end, low, high, low2, split)
            else:
                middle = begin
                for i in range(begin, end):
                    row = rows[i]
                    rows[i] = rows[middle]
                    rows[middle] = row
                    middle += XT[j, row] <= threshold[node]
                if middle < end:
                    n_stack = _push(stack, n_stack, right[node], middle, end, low, high, low2, high2)
                if begin < middle:
                    n_stack = _push(stack, n_stack, left[node], begin, middle, low, high, low2, high2)
