"""What a page needs besides `shared.forest.grow` to grow a tree by hand.

    offer = offer_thresholds(tree, X, y, leaf=0, column=2)       # thresholds to choose from, with scores
    split = best_of_leaf(tree, X, y, leaf=0)                     # "best for me"
    mixed_leaf(tree)                                             # where a split can gain most
    score_hand(tree, X, y, X_valid, y_valid)                     # against scikit-learn, with intervals

Follows "How random forests really work", lesson 6 of Practical Deep Learning for Coders.
"""

from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_whole
from shared.forest.fit import row_losses
from shared.forest.greedy import Contest, compare_with_greedy
from shared.forest.grow import Tree, find_leaves, predict_tree
from shared.forest.hunt import pick_measure
from shared.forest.row_errors import difference_interval, error_interval
from shared.forest.splits import BestSplit, best_splits, score_thresholds
from shared.limits import MAX_FOREST_OFFERED
from shared.stats import Interval


@dataclass(frozen=True, eq=False)
class Offer:
    """Thresholds of one column for the rows of one leaf.

    Attributes:
        thresholds: (m,) ascending, at most MAX_FOREST_OFFERED; none when all rows have one value.
        scores: (m,) lower is better.
        n_below: (m,) rows at or below each.
        best: which of them is best; None when there is none.
        n_rows: of the leaf.
        n_all: thresholds there are, more than m when some are not offered.
    """

    thresholds: np.ndarray
    scores: np.ndarray
    n_below: np.ndarray
    best: int | None
    n_rows: int
    n_all: int


@dataclass(frozen=True, eq=False)
class HandScore:
    """A tree by hand against scikit-learn's with as many leaves.

    Attributes:
        contest: both errors on both kinds of rows, and scikit-learn's tree.
        hand: error of the tree by hand on the validation rows, with its interval.
        greedy: the same of scikit-learn's.
        difference: by hand minus scikit-learn's on the same validation rows: below 0, the hand is better.
    """

    contest: Contest
    hand: Interval
    greedy: Interval
    difference: Interval


def offer_thresholds(tree: Tree, X: np.ndarray, y: np.ndarray, *, leaf: int, column: int) -> Offer:
    """List the thresholds that split a leaf; of very many, evenly spread ones and the best.

    Args:
        tree: the tree so far.
        X: (n, p) the training rows that it was started with.
        y: (n,) their targets.
        leaf: a node without children.
        column: index of a column.

    Raises:
        InputError: there is no such leaf or column.
    """
    here = _rows_of(tree, X, leaf)
    column = check_whole("The column", column, low=0, high=X.shape[1] - 1)
    curve = score_thresholds(
        X[here, column], y[here], measure=pick_measure(tree.n_classes), n_classes=tree.n_classes
    )
    n_all = len(curve.thresholds)
    if not n_all:
        return Offer(curve.thresholds, curve.scores, curve.n_below, None, int(here.sum()), 0)
    best = int(curve.scores.argmin())
    spread = np.linspace(0, n_all - 1, min(n_all, MAX_FOREST_OFFERED - 1)).astype(int)
    kept = np.unique([*spread, best])
    return Offer(
        thresholds=curve.thresholds[kept],
        scores=curve.scores[kept],
        n_below=curve.n_below[kept],
        best=int(np.searchsorted(kept, best)),
        n_rows=int(here.sum()),
        n_all=n_all,
    )


def splits_of_leaf(tree: Tree, X: np.ndarray, y: np.ndarray, *, leaf: int) -> list[BestSplit]:
    """Find the best split of each column for the rows of a leaf, the lowest score first.

    Args:
        tree: the tree so far.
        X: (n, p) the training rows that it was started with.
        y: (n,) their targets.
        leaf: a node without children.

    Raises:
        InputError: there is no such leaf, or nothing in it to tell apart.
    """
    here = _rows_of(tree, X, leaf)
    targets = y[here]
    if (targets == targets[0]).all():
        raise InputError("All rows of this leaf have the same target: choose another leaf.")
    task = "classification" if tree.n_classes else "regression"
    found = best_splits(X[here], targets, task=task, measure=pick_measure(tree.n_classes))
    splits = [split for split in found if split is not None]
    if not splits:
        raise InputError("The rows of this leaf are the same in all columns: choose another leaf.")
    return sorted(splits, key=lambda split: split.score)


def best_of_leaf(tree: Tree, X: np.ndarray, y: np.ndarray, *, leaf: int) -> BestSplit:
    """Find the split of a leaf with the lowest score over all columns; the first column of equals.

    Raises:
        InputError: see `splits_of_leaf`.
    """
    return splits_of_leaf(tree, X, y, leaf=leaf)[0]


def mixed_leaf(tree: Tree) -> int:
    """Name the leaf where most is left to gain: impurity times rows; the first of equals."""
    return max(tree.leaves, key=lambda leaf: tree.nodes[leaf].impurity * tree.nodes[leaf].n)


def score_hand(
    tree: Tree, X: np.ndarray, y: np.ndarray, X_valid: np.ndarray, y_valid: np.ndarray
) -> HandScore:
    """Set a tree by hand against scikit-learn's, with intervals over the validation rows.

    Args:
        tree: grown on X and y.
        X: (n, p) training rows.
        y: (n,) their targets.
        X_valid: (m, p) validation rows.
        y_valid: (m,) their targets.

    Raises:
        InputError: the numbers cannot be used.
    """
    contest = compare_with_greedy(tree, X, y, X_valid, y_valid)
    is_share = bool(tree.n_classes)
    hand, greedy = (row_losses(y_valid, predict_tree(one, X_valid)) for one in (tree, contest.greedy))
    return HandScore(
        contest=contest,
        hand=error_interval(hand, is_share=is_share),
        greedy=error_interval(greedy, is_share=is_share),
        difference=difference_interval(hand, greedy, is_share=is_share),
    )


def _rows_of(tree: Tree, X: np.ndarray, leaf: int) -> np.ndarray:
    leaf = check_whole("The leaf", leaf, low=0, high=len(tree.nodes) - 1)
    if not tree.nodes[leaf].is_leaf:
        raise InputError(f"Node {leaf} is split already: choose a leaf, or undo the split.")
    return find_leaves(tree, X) == leaf
