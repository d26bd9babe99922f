"""Why this prediction? Each column's part in it, exactly: treeinterpreter's waterfall.

On the way down a tree, every question moves the answer from the mean of one node to the mean of its child.
That step is credited to the column asked. The steps of a path add up, so for every row

    prediction = bias + sum of the contributions

where the bias is the mean answer at the roots: what the forest says of a row it knows nothing about.

    why = contributions(flat, X[:1])
    why.bias, why.values[0], why.prediction[0]        # a number, (n_features,), a number

Follows lesson 6 of Practical Deep Learning for Coders, fastai book chapter 9 and the package treeinterpreter
(Saabas, 2014), which today's numpy breaks. For a class, all of it is in shares of `flatten(..., of_class=k)`.
"""

from dataclasses import dataclass

import numpy as np

from shared.forest import kernels
from shared.forest.flat import FlatForest, check_rows


@dataclass(frozen=True, eq=False)
class Contributions:
    """What made each prediction.

    Attributes:
        bias: where every row starts.
        values: (n_rows, n_features), what each column adds.
        prediction: (n_rows,), where it ends, worked out by itself and not as that sum.
    """

    bias: float
    values: np.ndarray
    prediction: np.ndarray


def contributions(flat: FlatForest, X: np.ndarray) -> Contributions:
    """Take the predictions of rows apart.

    Args:
        flat: the forest.
        X: (n_rows, n_features), without gaps.

    Raises:
        InputError: when the rows cannot be used.
    """
    rows = check_rows(flat, X)
    loops = kernels.current()
    sums = np.zeros(rows.shape)

    def work(start: int, stop: int) -> None:
        loops.add_contributions(flat.nodes, flat.value, flat.roots, rows[start:stop], sums[start:stop])

    kernels.share_out(work, len(rows))
    predicted = _predict(flat, rows, flat.value[:, None])[:, 0]
    return Contributions(float(flat.value[flat.roots].mean()), sums / flat.n_trees, predicted)


def predict(flat: FlatForest, X: np.ndarray) -> np.ndarray:
    """Give the mean of the trees, faster for a few rows than scikit-learn's own.

    Args:
        flat: the forest.
        X: (n_rows, n_features), without gaps.

    Returns:
        (n_rows, n_outputs): the mean target alone, or every class's share in the order of `flat.classes`.

    Raises:
        InputError: when the rows cannot be used.
    """
    return _predict(flat, check_rows(flat, X), flat.outputs)


def _predict(flat: FlatForest, rows: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    loops = kernels.current()
    outputs = np.ascontiguousarray(outputs)
    sums = np.zeros((len(rows), outputs.shape[1]))

    def work(start: int, stop: int) -> None:
        loops.add_predictions(flat.nodes, outputs, flat.roots, rows[start:stop], sums[start:stop])

    kernels.share_out(work, len(rows))
    return sums / flat.n_trees
