"""Every row's prediction when one of its columns has another value, for all columns in one go.

Permutation importance and accumulated local effects both ask this. Only trees in which the row's path asks
about that column, and is answered differently, have to be walked again, and only from there on.

    for at, before, after in changed_predictions(flat, rows, values_of, n_variants=5):
        after.shape          # (rows in this block, n_features, 5, n_outputs)
"""

from collections.abc import Callable, Iterator

import numpy as np

from shared.forest import kernels
from shared.forest.flat import FlatForest

_MAX_BLOCK_NUMBERS = 1 << 23  # numbers of one block's answer, 64 MB


def changed_predictions(
    flat: FlatForest,
    rows: np.ndarray,
    values_of: Callable[[slice], np.ndarray],
    *,
    n_variants: int,
    outputs: np.ndarray,
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Predict rows as they are, and with one column changed at a time.

    Args:
        flat: the forest.
        rows: (n_rows, n_features) float32, from `check_rows`.
        values_of: for some of the rows, the values to try: (n, n_features, n_variants) float32.
        n_variants: how many values are tried for each column of each row.
        outputs: (n_nodes, n_outputs) what nodes say: `flat.outputs`, or `flat.value[:, None]`.

    Yields:
        For a block of rows: which they are; their predictions (n, n_outputs); and their predictions with each
        column changed (n, n_features, n_variants, n_outputs).
    """
    loops = kernels.current()
    n_outputs = outputs.shape[1]
    n_block = max(1, _MAX_BLOCK_NUMBERS // (flat.n_features * n_variants * n_outputs))
    for begin in range(0, len(rows), n_block):
        at = slice(begin, min(begin + n_block, len(rows)))
        block = rows[at].copy()  # written to on the way
        values = np.ascontiguousarray(values_of(at), dtype=np.float32)
        sums = np.zeros((len(block), n_outputs))
        changes = np.zeros((*values.shape, n_outputs))

        def work(
            start: int,
            stop: int,
            block: np.ndarray = block,
            values: np.ndarray = values,
            sums: np.ndarray = sums,
            changes: np.ndarray = changes,
        ) -> None:
            part = slice(start, stop)
            loops.add_changes(
                flat.nodes,
                outputs,
                flat.roots,
                flat.depth,
                block[part],
                values[part],
                sums[part],
                changes[part],
            )

        kernels.share_out(work, len(block))
        changes += sums[:, None, None, :]
        yield at, sums / flat.n_trees, changes / flat.n_trees
