"""Columns that say the same thing, and what the forest loses without them.

    clusters = cluster_columns(X)
    clusters.order                           # columns from left to right under the dendrogram
    similar_groups(clusters, at_least=0.9)   # [[2, 7], [4, 5, 6]]
    retry_without(X, y, task="regression", removals=[[7], [5, 6]])    # out-of-bag score before and after

The dendrogram joins columns by how alike their ranks are: a tree only looks at the order of values, so two
columns with a rank correlation of 1, or of -1, are the same to it. Follows fastai book, chapter 9 ("Removing
Redundant Features"), which leaves the sign in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_matrix, check_share, check_table, check_whole, next_seeds
from shared.forest.curve import score_out_of_bag
from shared.forest.fit import ForestOptions, check_bags, check_refits, fit_forest
from shared.limits import MAX_FOREST_CLUSTER_COLUMNS, MAX_FOREST_CLUSTER_ROWS, MAX_FOREST_SEEDS
from shared.stats import Interval, mean_interval


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which columns are alike.

    Attributes:
        correlation: (p, p) Spearman's rank correlation; 0 for a constant column, 1 with itself.
        order: (p,) columns from left to right, so that no lines cross.
        x: (p-1, 4) where the corners of each bracket are; leaf i stands at 10 i + 5.
        height: (p-1, 4) of those corners: 1 - |correlation|, averaged over the columns that are joined.
        linkage: (p-1, 4) as scipy has it.
        n_rows: how many rows were looked at, a sample of a large table.
    """

    correlation: np.ndarray
    order: np.ndarray
    x: np.ndarray
    height: np.ndarray
    linkage: np.ndarray
    n_rows: int


@dataclass(frozen=True, eq=False)
class Retry:
    """A forest without some columns.

    Attributes:
        removed: the columns left out.
        before: (f,) out-of-bag score (R2 or accuracy) of each forest with all columns.
        after: (f,) the same without them, with the same seeds.
        change: mean of after - before, with its 95 % interval over forests: below 0 means a loss.
    """

    removed: tuple[int, ...]
    before: np.ndarray
    after: np.ndarray
    change: Interval


def cluster_columns(X: np.ndarray, *, seed: int = 0) -> Clusters:
    """Group columns by rank correlation: average linkage over 1 - |correlation|.

    Args:
        X: (n, p), at least two columns and two rows.
        seed: of the sample that is taken of a large table.

    Raises:
        InputError: there are too few or too many columns.
    """
    from scipy.cluster.hierarchy import dendrogram, linkage
    from scipy.spatial.distance import squareform
    from scipy.stats import rankdata

    X = check_matrix(X)
    n, p = X.shape
    if not (2 <= p <= MAX_FOREST_CLUSTER_COLUMNS and n >= 2):
        raise InputError(
            f"Columns are compared from 2 to {MAX_FOREST_CLUSTER_COLUMNS} at a time, over at least 2 rows: "
            f"there are {p:,} columns and {n:,} rows."
        )
    if n > MAX_FOREST_CLUSTER_ROWS:
        X = X[np.random.default_rng(seed).choice(n, MAX_FOREST_CLUSTER_ROWS, replace=False)]
    ranks = rankdata(X, axis=0)
    ranks -= ranks.mean(axis=0)
    lengths = np.sqrt((ranks**2).sum(axis=0))
    ranks /= np.where(lengths > 0, lengths, 1.0)
    correlation = np.clip(ranks.T @ ranks, -1, 1)
    np.fill_diagonal(correlation, 1.0)
    joined = linkage(squareform(1 - np.abs(correlation), checks=False), method="average")
    drawn = dendrogram(joined, no_plot=True)
    return Clusters(
        correlation=correlation,
        order=np.array(drawn["leaves"]),
        x=np.array(drawn["icoord"]),
        height=np.array(drawn["dcoord"]),
        linkage=joined,
        n_rows=len(X),
    )


def similar_groups(clusters: Clusters, *, at_least: float = 0.9) -> list[list[int]]:
    """Give the groups of two or more columns that are joined at this likeness or above.

    Args:
        clusters: from `cluster_columns`.
        at_least: mean |correlation| between the two parts of a group, above 0 and up to 1.

    Raises:
        InputError: `at_least` is out of range.
    """
    from scipy.cluster.hierarchy import fcluster

    height = 1 - check_share("The likeness", at_least) + 1e-12  # 1 - 1.0 must still join equal columns
    labels = fcluster(clusters.linkage, height, criterion="distance")
    groups: dict[int, list[int]] = {}
    for column, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(column)
    return sorted(group for group in groups.values() if len(group) > 1)


def retry_without(
    X: np.ndarray,
    y: np.ndarray,
    *,
    task: str,
    removals: Sequence[Sequence[int]],
    options: ForestOptions | None = None,
    n_forests: int = 5,
    n_jobs: int | None = None,
) -> list[Retry]:
    """Leave columns out, fit again, and compare the out-of-bag scores.

    Args:
        X: (n, p).
        y: (n,) targets, class indices for classification.
        task: "regression" or "classification".
        removals: sets of columns, each tried by itself: `[[3], [4]]` leaves out one and then the other,
            `[[3, 4]]` both together.
        options: of the forests; their seeds begin at its seed.
        n_forests: forests with all columns, and as many without each set.
        n_jobs: forests fitted side by side, as joblib counts them; None leaves it to the active backend.

    Returns:
        One `Retry` for each set.

    Raises:
        InputError: there is no such column, none would be left, or it would take too long.
    """
    from joblib import Parallel, delayed

    X, y = check_table(X, y, task=task)
    options = options or ForestOptions()
    n_forests = check_whole("The number of forests", n_forests, low=2, high=MAX_FOREST_SEEDS)
    removed = [_check_removal(columns, X.shape[1]) for columns in removals]
    n_classes = int(y.max()) + 1 if task == "classification" else 1
    check_bags(options)
    check_refits(X.shape, options, n_forests * (len(removed) + 1), n_classes=n_classes)
    seeds = next_seeds(options.first_seed, n_forests)
    jobs = (
        delayed(_score_without)(X, y, task, replace(options, seed=seed), columns)
        for columns in [(), *removed]
        for seed in seeds
    )
    scores = np.reshape(Parallel(n_jobs=n_jobs, prefer="threads")(jobs), (-1, n_forests))
    before = scores[0]
    return [
        Retry(columns, before, after, mean_interval(after - before))
        for columns, after in zip(removed, scores[1:], strict=True)
    ]


def _score_without(
    X: np.ndarray, y: np.ndarray, task: str, options: ForestOptions, removed: tuple[int, ...]
) -> float:
    kept = np.delete(X, removed, axis=1)
    return score_out_of_bag(fit_forest(kept, y, task=task, options=options, n_jobs=1), kept, y)


def _check_removal(columns: Sequence[int], p: int) -> tuple[int, ...]:
    removed = tuple(sorted({check_whole("A column to leave out", c, low=0, high=p - 1) for c in columns}))
    if not removed or len(removed) == p:
        raise InputError("Leave out at least one column, and keep at least one.")
    return removed
