"""What the tab *Which matter* works out once for each forest, and keeps with it."""

import numpy as np

from shared.errors import InputError
from shared.forest.cluster import on_cluster
from shared.forest.explorer import Explorer
from shared.forest.importance_plots import order_columns
from shared.forest.importances import (
    Importances,
    NoisyForest,
    fit_with_noise,
    measure_impurity,
    measure_permutation,
)
from shared.forest.redundancy import Clusters, Retry, cluster_columns, retry_without

N_FORESTS = 5
DROP_TREES = 40  # of a forest that is fitted again and again; the differences need no more


def all_names(explorer: Explorer) -> list[str]:
    """Give the names of the columns that the forest learns from."""
    return [column.name for column in explorer.encoded.columns]


def measure(explorer: Explorer, kind: str, n_forests: int) -> Importances:
    """Give importances by impurity or by permutation, over forests with a column of noise.

    Raises:
        InputError: it would take too long.
    """
    forests = explorer.once(f"noisy {n_forests}", lambda: _fit(explorer, n_forests))
    if kind == "impurity":
        found = explorer.once(f"impurity {n_forests}", lambda: measure_impurity(forests))
    else:
        found = explorer.once(f"permutation {n_forests}", lambda: _shuffle(explorer, forests))
    _done(explorer).add((kind, n_forests))
    return found


def is_measured(explorer: Explorer, kind: str, n_forests: int) -> bool:
    """Say whether `measure` would answer at once."""
    return (kind, n_forests) in _done(explorer)


def drop_order(explorer: Explorer, n_forests: int) -> list[int]:
    """Give the columns in the order in which they are left out: the most important by permutation first."""
    return order_columns(measure(explorer, "permutation", n_forests)).tolist()


def below_noise(explorer: Explorer) -> list[int]:
    """Give the columns that do not clearly beat the noise by permutation."""
    return np.flatnonzero(measure(explorer, "permutation", N_FORESTS).below_noise).tolist()


def clusters_of(explorer: Explorer) -> Clusters:
    """Group the columns by rank correlation over the training rows."""
    return explorer.once("clusters", lambda: cluster_columns(explorer.rows(explorer.train)[0]))


def weaker_twins(explorer: Explorer, groups: list[list[int]]) -> list[int]:
    """Give all columns of each group but the one that matters most by the fitted forest's impurity."""
    gains = explorer.forest.feature_importances_
    return sorted(
        column for group in groups for column in group if column != max(group, key=lambda one: gains[one])
    )


def retry(explorer: Explorer, names: list[str]) -> Retry:
    """Fit again without these columns, and compare the out-of-bag scores.

    Raises:
        InputError: there is no such column, none is chosen or left, or it would take too long.
    """
    places = {name: place for place, name in enumerate(all_names(explorer))}
    if unknown := [name for name in names if name not in places]:
        raise InputError(f'There is no column "{unknown[0]}" in this table. Choose from the list.')
    removed = sorted(places[name] for name in set(names))
    X, y = explorer.rows(explorer.train)

    def work() -> Retry:
        task, options = explorer.encoded.task, explorer.options
        with on_cluster():
            return retry_without(X, y, task=task, removals=[removed], options=options, n_forests=N_FORESTS)[0]

    return explorer.once(f"retry {removed}", work)


def _fit(explorer: Explorer, n_forests: int) -> list[NoisyForest]:
    X, y = explorer.rows(explorer.train)
    with on_cluster():
        return fit_with_noise(X, y, task=explorer.encoded.task, options=explorer.options, n_forests=n_forests)


def _shuffle(explorer: Explorer, forests: list[NoisyForest]) -> Importances:
    with on_cluster():
        return measure_permutation(forests, *explorer.rows(explorer.valid))


def _done(explorer: Explorer) -> set[tuple[str, int]]:
    return explorer.once("measured", set)
