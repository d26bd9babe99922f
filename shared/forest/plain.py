"""The loops of `shared.forest.compiled` in numpy: the same functions with the same arguments and results.

They answer until the compiled ones are ready, and the tests compare the two. numpy cannot stop at a leaf row
by row, so all rows take one step down each tree together, and those at a leaf leave the arrays.

    add_predictions(flat.nodes, flat.outputs, flat.roots, rows, sums)     # sums += every tree's answer
"""

from collections.abc import Iterator

import numpy as np

from shared.forest.flat import Nodes

BLOCK_ROWS = 1 << 12  # rows that `add_dependence` takes at once
_TILE_WALKS = 1 << 18  # rows times trees that walk together


def add_predictions(
    nodes: Nodes, outputs: np.ndarray, roots: np.ndarray, X: np.ndarray, sums: np.ndarray
) -> None:
    """Add each row's leaf of each tree to `sums` (n_rows, n_outputs)."""
    for node, row in _walks(roots, len(X)):
        leaf = _fall(nodes, node, row, X)
        np.add.at(sums, row, outputs[leaf])


def add_contributions(
    nodes: Nodes, value: np.ndarray, roots: np.ndarray, X: np.ndarray, sums: np.ndarray
) -> None:
    """Add what each question on each row's path changes to `sums` (n_rows, n_features)."""
    feature, threshold, left, right = nodes
    for node, row in _walks(roots, len(X)):
        while True:
            on = feature[node] >= 0
            if not on.any():
                break
            node, row = node[on], row[on]
            column = feature[node]
            child = np.where(X[row, column] <= threshold[node], left[node], right[node])
            np.add.at(sums, (row, column), value[child] - value[node])
            node = child


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
    """Add how predictions change along the grids of all columns to the intervals of `sums`.

    As the compiled one, with one difference: when a row first differs in a column, its own leaf is taken away
    from the grid values where it differs, so rows that do not differ need not be counted at the leaves.
    """
    feature, threshold, left, right = nodes
    node_low, node_high = _own_intervals(nodes, roots, cut, n_grid)
    everyone = np.arange(XT.shape[1])
    total = 0.0

    def add(column: np.ndarray, low: np.ndarray, high: np.ndarray, v: np.ndarray) -> None:
        np.add.at(sums, (column, low), v)
        np.add.at(sums, (column, high), -v)

    for root in roots:
        own = value[_fall(nodes, np.full(len(everyone), root), everyone, XT.T)]
        total += float(own.sum())
        node, row = np.full(len(everyone), root), everyone
        mark = np.full(len(everyone), -1)  # the column that differs
        low, high = np.zeros_like(mark), np.zeros_like(mark)  # for which of its grid values
        while len(node):
            at_leaf = feature[node] < 0
            done = at_leaf & (mark >= 0)
            add(mark[done], low[done], high[done], value[node[done]])
            node, row, mark, low, high = (a[~at_leaf] for a in (node, row, mark, low, high))
            column = feature[node]
            goes_left = XT[column, row] <= threshold[node]
            fresh, differs = mark < 0, mark == column
            low, high = np.where(fresh, node_low[node], low), np.where(fresh, node_high[node], high)
            split = np.clip(cut[node], low, high)
            to_left = (differs | (fresh & ~goes_left)) & (low < split)
            to_right = (differs | (fresh & goes_left)) & (split < high)
            for side, start, stop in ((to_left, low, split), (to_right, split, high)):
                new = side & fresh
                add(column[new], start[new], stop[new], -own[row[new]])
            on = ~differs
            node, row, mark, low, high = (
                np.concatenate(parts)
                for parts in (
                    (
                        np.where(goes_left, left[node], right[node])[on],
                        left[node[to_left]],
                        right[node[to_right]],
                    ),
                    (row[on], row[to_left], row[to_right]),
                    (mark[on], column[to_left], column[to_right]),
                    (low[on], low[to_left], split[to_right]),
                    (high[on], split[to_left], high[to_right]),
                )
            )
    return total


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
    """Add each row's leaves to `sums`, and to `changes` what becomes of them when one column changes."""
    feature, threshold, left, right = nodes
    n_features, n_variants = V.shape[1:]
    for root in roots:
        node = np.full(len(X), root)
        leaf = _fall(nodes, node, np.arange(len(X)), X)
        sums += outputs[leaf]
        row = np.arange(len(X))
        found = []  # where a value leads elsewhere: its number among all of V, and the node
        while True:
            on = feature[node] >= 0
            node, row = node[on], row[on]
            if not len(node):
                break
            column, t = feature[node], threshold[node]
            goes_left = X[row, column] <= t
            i, variant = np.nonzero((V[row, column] <= t[:, None]) != goes_left[:, None])
            found.append(((row[i] * n_features + column[i]) * n_variants + variant, node[i]))
            node = np.where(goes_left, left[node], right[node])
        if not found:
            continue
        keys, starts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        keys, first = np.unique(keys, return_index=True)  # the first on the way down
        row, column, variant = np.unravel_index(keys, V.shape)
        there = _fall(nodes, starts[first], row, X, column=column, now=V[row, column, variant])
        changes[row, column, variant] += outputs[there] - outputs[leaf[row]]


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
    for root in roots:
        for row, v, box in _spread(nodes, root, (column,), cut, (n_grid,), X, value):
            np.add.at(sums, (row, box[0]), v)
            np.add.at(sums, (row, box[1]), -v)


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
    """Add all rows' predictions over the grids of two columns to the rectangles of `sums`."""
    for root in roots:
        for _, v, box in _spread(nodes, root, (first, second), cut, (n_first, n_second), XT.T, value):
            low, high, low2, high2 = box
            np.add.at(sums, (low, low2), v)
            np.add.at(sums, (low, high2), -v)
            np.add.at(sums, (high, low2), -v)
            np.add.at(sums, (high, high2), v)


def _walks(roots: np.ndarray, n_rows: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give root and row of every walk through the forest, a tile of rows at a time."""
    tile = max(1, _TILE_WALKS // len(roots))
    for start in range(0, n_rows, tile):
        row = np.arange(start, min(start + tile, n_rows))
        yield np.repeat(roots, len(row)), np.tile(row, len(roots))


def _fall(
    nodes: Nodes,
    node: np.ndarray,
    row: np.ndarray,
    X: np.ndarray,
    *,
    column: np.ndarray | None = None,
    now: np.ndarray | None = None,
) -> np.ndarray:
    """Walk from each node to the leaf of its row, with `now` in place of what the row has in `column`."""
    feature, threshold, left, right = nodes
    node = node.copy()
    on = np.flatnonzero(feature[node] >= 0)
    while len(on):
        at = node[on]
        x = X[row[on], feature[at]]
        if column is not None and now is not None:
            x = np.where(feature[at] == column[on], now[on], x)
        node[on] = at = np.where(x <= threshold[at], left[at], right[at])
        on = on[feature[at] >= 0]
    return node


def _spread(
    nodes: Nodes,
    root: int,
    columns: tuple[int, ...],
    cut: np.ndarray,
    n_grid: tuple[int, ...],
    X: np.ndarray,
    value: np.ndarray,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Walk all rows down one tree, both ways at questions about `columns`.

    Yields:
        For some rows that are at a leaf: the rows, the leaves' values, and for which grid values they get
        there, (2 n_columns, n), a first and a last one for each column.
    """
    feature, threshold, left, right = nodes
    row = np.arange(len(X))
    node = np.full(len(X), root)
    box = np.repeat([end for n in n_grid for end in (0, n)], len(X)).reshape(-1, len(X))
    while len(node):
        at_leaf = feature[node] < 0
        yield row[at_leaf], value[node[at_leaf]], box[:, at_leaf]
        row, node, box = row[~at_leaf], node[~at_leaf], box[:, ~at_leaf]
        to_left = X[row, feature[node]] <= threshold[node]
        to_right = ~to_left
        left_box, right_box = box.copy(), box.copy()
        for k, column in enumerate(columns):
            asked = feature[node] == column
            low, high = box[2 * k : 2 * k + 2]
            split = np.clip(cut[node], low, high)
            to_left, to_right = np.where(asked, low < split, to_left), np.where(asked, split < high, to_right)
            left_box[2 * k + 1] = np.where(asked, split, high)
            right_box[2 * k] = np.where(asked, split, low)
        row = np.concatenate([row[to_left], row[to_right]])
        node = np.concatenate([left[node[to_left]], right[node[to_right]]])
        box = np.concatenate([left_box[:, to_left], right_box[:, to_right]], axis=1)


def _own_intervals(
    nodes: Nodes, roots: np.ndarray, cut: np.ndarray, n_grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find which part of its own column's grid reaches each node: first and last, (n_nodes,) each."""
    feature, _, left, right = nodes
    inner = np.flatnonzero(feature >= 0)
    parent = np.full(len(feature), -1)
    parent[left[inner]] = parent[right[inner]] = inner
    low, high = np.zeros(len(feature), dtype=int), np.zeros(len(feature), dtype=int)
    high[inner] = n_grid[feature[inner]]
    node, below = inner, inner
    while len(node):
        above = parent[below]
        node, below, above = (a[above >= 0] for a in (node, below, above))
        same = feature[above] == feature[node]
        from_left = same & (left[above] == below)
        from_right = same & (right[above] == below)
        high[node[from_left]] = np.minimum(high[node[from_left]], cut[above[from_left]])
        low[node[from_right]] = np.maximum(low[node[from_right]], cut[above[from_right]])
        below = above
    return low, np.maximum(low, high)
