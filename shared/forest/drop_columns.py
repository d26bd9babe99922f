"""Drop-column importance one column at a time: it takes minutes for a wide table, so one may watch and stop.

    for so_far in drop_one_by_one(explorer, columns=[3, 0, 7], trees=40, n_forests=3):
        so_far.done, so_far.total, so_far.importances     # NaN for columns that are still to come

What is done is kept with the explorer: asked again, it goes on where it was stopped. The score is out of bag,
with the same noise column as in `shared.forest.importances`, whose `measure_drop` does all columns at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_whole, next_seeds
from shared.forest.cluster import on_cluster
from shared.forest.curve import score_out_of_bag
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions, check_bags, check_refits, fit_forest
from shared.forest.importances import Importances, add_noise
from shared.limits import MAX_FOREST_SEEDS
from shared.stats import mean_interval

Scores = dict[int | None, np.ndarray]  # (f,) for each column left out; None for no column, p for the noise


@dataclass(frozen=True, eq=False)
class DropSoFar:
    """How far it is.

    Attributes:
        done: columns that have been left out, the noise among them.
        total: columns that were asked for, the noise among them.
        importances: NaN for columns that were not left out (yet); None before the noise is done.
    """

    done: int
    total: int
    importances: Importances | None


def drop_one_by_one(
    explorer: Explorer, *, columns: Sequence[int], trees: int, n_forests: int
) -> Iterator[DropSoFar]:
    """Leave one column out after the other, and see what the out-of-bag score loses.

    Args:
        explorer: whose training rows and settings are used.
        columns: which ones, the most interesting first.
        trees: of each forest; fewer are faster.
        n_forests: forests with all columns, and without each.

    Yields:
        At once what is known already, then after each column.

    Raises:
        InputError: there is no such column, or it would take too long.
    """
    X, y = explorer.rows(explorer.train)
    p = X.shape[1]
    n_forests = check_whole("The number of forests", n_forests, low=2, high=MAX_FOREST_SEEDS)
    options = replace(explorer.options, trees=trees)
    wanted = [check_whole("A column to leave out", column, low=0, high=p - 1) for column in columns]
    if not wanted:
        raise InputError("Choose at least one column to leave out.")
    n_classes = len(explorer.encoded.classes) or 1
    check_bags(options)
    check_refits((len(X), p + 1), options, n_forests * (len(wanted) + 2), n_classes=n_classes)
    scores = _kept_scores(explorer, trees, n_forests)
    total = len(wanted) + 1
    yield _so_far(scores, wanted, total, p)
    for column in (None, p, *wanted):
        if column not in scores:
            with on_cluster():
                scores[column] = _score_without(X, y, explorer.encoded.task, options, n_forests, column)
            if column is not None:
                yield _so_far(scores, wanted, total, p)


def dropped_so_far(explorer: Explorer, *, trees: int, n_forests: int) -> Importances | None:
    """Give what is known without working anything out; None when that is nothing."""
    return _summarise(_kept_scores(explorer, trees, n_forests), explorer.encoded.X.shape[1])


def _kept_scores(explorer: Explorer, trees: int, n_forests: int) -> Scores:
    return explorer.once(f"drop {trees} {n_forests}", dict)


def _so_far(scores: Scores, wanted: list[int], total: int, p: int) -> DropSoFar:
    done = sum(column in scores for column in (*wanted, p))
    return DropSoFar(done, total, _summarise(scores, p))


def _score_without(
    X: np.ndarray, y: np.ndarray, task: str, options: ForestOptions, n_forests: int, column: int | None
) -> np.ndarray:
    kept = np.arange(X.shape[1] + 1) != column  # all, for None
    scores = []
    for seed in next_seeds(options.first_seed, n_forests):
        seen = add_noise(X, seed)[:, kept]
        forest = fit_forest(seen, y, task=task, options=replace(options, seed=seed))
        scores.append(score_out_of_bag(forest, seen, y))
    return np.array(scores)


def _summarise(scores: Scores, p: int) -> Importances | None:
    if None not in scores or p not in scores:
        return None
    known = sorted(column for column in scores if column is not None and column < p)
    noise = scores[None] - scores[p]
    over_noise = mean_interval(noise)
    values = np.full((len(noise), p), np.nan)
    low, high, mean, below = np.full(p, np.nan), np.full(p, np.nan), np.full(p, np.nan), np.zeros(p, bool)
    if known:
        values[:, known] = scores[None][:, None] - np.column_stack([scores[column] for column in known])
        mean[known], low[known], high[known] = mean_interval(values[:, known])
        below[known] = ~(mean_interval(values[:, known] - noise[:, None]).low > 0)
    return Importances(
        kind="drop",
        values=values,
        noise=noise,
        mean=mean,
        low=low,
        high=high,
        noise_mean=float(over_noise.mean),
        noise_low=float(over_noise.low),
        noise_high=float(over_noise.high),
        below_noise=below,
    )
