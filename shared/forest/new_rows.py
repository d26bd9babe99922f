"""The out-of-domain detector on the rows of an explorer: validation rows, or a table that a visitor sends.

found = compare_rows(explorer, None)              # training against validation rows
found = compare_rows(explorer, new.X)             # training against new rows
found.domain.auc, found.n_new, found.outside      # can they be told apart? (p,) rows outside the range
"""

from dataclasses import dataclass

import numpy as np

from shared.forest.domain import Domain, detect_domain, outside_range
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.limits import MAX_FOREST_DOMAIN_ROWS

# Enough to tell, and a quarter of the time of the default.
DETECTOR = ForestOptions(trees=40, min_samples_leaf=5)


@dataclass(frozen=True, eq=False)
class Compared:
    """New rows beside the training rows.

    Attributes:
        domain: whether they can be told apart, and by which columns.
        n_train: training rows that were used.
        n_new: new rows that were used.
        outside: (p,) how many of these new rows leave the training range, column by column.
        n_outside: how many do in some column.
        is_sample: whether rows were left out because there are too many.
    """

    domain: Domain
    n_train: int
    n_new: int
    outside: np.ndarray
    n_outside: int
    is_sample: bool


def compare_rows(explorer: Explorer, X_new: np.ndarray | None, *, seed: int = 0) -> Compared:
    """Learn to tell new rows from the training rows; this takes seconds.

    Args:
        explorer: its training rows are compared.
        X_new: (m, p) new rows; None for the validation rows, which is worked out once.
        seed: of the sample, of each kind, that is taken where there are more than MAX_FOREST_DOMAIN_ROWS.

    Raises:
        InputError: there are too few rows to tell.
    """
    if X_new is None:
        return explorer.once(
            "validation domain",
            lambda: _compare(explorer, explorer.encoded.X[explorer.valid], seed),
        )
    return _compare(explorer, X_new, seed)


def _compare(explorer: Explorer, X_new: np.ndarray, seed: int) -> Compared:
    rng = np.random.default_rng(seed)
    X_all = explorer.encoded.X[explorer.train]
    X_train, X_some = _take(rng, X_all), _take(rng, X_new)
    outside = outside_range(X_all, X_some) != 0
    return Compared(
        domain=detect_domain(X_train, X_some, options=DETECTOR),
        n_train=len(X_train),
        n_new=len(X_some),
        outside=outside.sum(axis=0),
        n_outside=int(outside.any(axis=1).sum()),
        is_sample=len(X_train) < len(X_all) or len(X_some) < len(X_new),
    )


def _take(rng: np.random.Generator, X: np.ndarray) -> np.ndarray:
    if len(X) <= MAX_FOREST_DOMAIN_ROWS:
        return X
    return X[rng.choice(len(X), MAX_FOREST_DOMAIN_ROWS, replace=False)]
