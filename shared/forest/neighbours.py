"""The training rows that a forest takes for the most similar ones.

Two rows that end in the same leaf got the same answer for the same reasons. The proximity of two rows is the
share of the trees in which they do (Breiman and Cutler, "Random Forests", section "Proximities"). It needs no
unit and no scale, and columns that the forest does not ask do not count.

    leaves = find_leaves(forest, X_train)                   # once for a forest
    near = find_neighbours(leaves, find_leaves(forest, row)[0], most=5)
    near.places, near.proximity                             # (5,) places in X_train, (5,) shares of the trees
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.forest.checks import check_matrix, check_whole

if TYPE_CHECKING:
    from shared.forest.fit import Forest


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The most similar rows, the nearest first; of equal ones, the earlier.

    Attributes:
        places: (k,) where they stand among the rows that were searched.
        proximity: (k,) share of the trees in which they end in the same leaf.
    """

    places: np.ndarray
    proximity: np.ndarray


def find_leaves(forest: "Forest", X: np.ndarray) -> np.ndarray:
    """Give the leaf in which each row ends, (n_rows, n_trees).

    Raises:
        InputError: X is no table of numbers.
    """
    return forest.apply(check_matrix(X).astype(np.float32)).astype(np.int32)


def find_neighbours(leaves: np.ndarray, leaf: np.ndarray, *, most: int = 5) -> Neighbours:
    """Find the rows nearest to one row.

    Args:
        leaves: (n_rows, n_trees) of the rows to search.
        leaf: (n_trees,) of the row.
        most: how many to give.

    Raises:
        InputError: `most` is no whole number from 1.
    """
    most = check_whole("The number of neighbours", most, low=1, high=len(leaves))
    proximity = (leaves == leaf).mean(axis=1)
    places = np.argsort(-proximity, kind="stable")[:most]
    return Neighbours(places, proximity[places])
