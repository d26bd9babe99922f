"""The split lottery: the same comparison over many random splits, because one split proves little.

Each draw splits the rows anew and fits three models on the training rows: OneR, a tree of a few leaves, and a
forest. On the lesson's own split of the Titanic the tree of four leaves does worse than OneR by two rows of
223; over 200 splits it loses to OneR in about half. Single-split differences of that size are noise.

    draws = []
    for draw in run_lottery(X, y, task="classification", n_splits=100):    # one after the other
        draws.append(draw)
        summary = summarise_lottery(draws)

The draws go through joblib: inside `joblib.parallel_config(backend="dask")` a cluster makes them, with the
same numbers. Follows "How random forests really work", lesson 6 of Practical Deep Learning for Coders.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_seed, check_table, check_whole, next_seeds
from shared.forest.fit import ForestOptions, check_refits, error_of, fit_forest, predict_forest, split_rows
from shared.forest.greedy import fit_greedy, read_sklearn
from shared.forest.grow import predict_tree, start_tree
from shared.forest.splits import fit_one_r, predict_one_r
from shared.limits import MAX_FOREST_HAND_LEAVES, MAX_FOREST_SPLITS
from shared.stats import ENDS, share_interval

MODELS = {"one_r": "OneR", "small_tree": "Small tree", "forest": "Forest"}


@dataclass(frozen=True)
class Draw:
    """One random split.

    Attributes:
        seed: of the split (numpy's `RandomState`, as `train_test_split` uses it), and of the models.
        errors: validation error of each of `MODELS`: RMSE, or the share of wrong rows.
    """

    seed: int
    errors: dict[str, float]


@dataclass(frozen=True)
class Duel:
    """Two models over all draws, on the same splits.

    Attributes:
        first: a key of `MODELS`.
        second: another.
        wins: draws in which the first has the lower error.
        ties: draws in which both have the same.
        losses: the other draws.
        share: how often the first wins, a tie counting half.
        low: lower end of the 95 % interval of that share: what more draws from the same table could change.
        high: its upper end.
        difference: mean of the first's error minus the second's.
        difference_low: 2.5th percentile of that difference over the draws.
        difference_high: 97.5th percentile.
    """

    first: str
    second: str
    wins: int
    ties: int
    losses: int
    share: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float


@dataclass(frozen=True)
class Summary:
    """All draws so far.

    Attributes:
        n: how many.
        means: mean error of each model.
        middles: the range that holds the middle 95 % of its errors.
        duels: every pair of models.
    """

    n: int
    means: dict[str, float]
    middles: dict[str, tuple[float, float]]
    duels: tuple[Duel, ...]


def run_lottery(
    X: np.ndarray,
    y: np.ndarray,
    *,
    task: str,
    options: ForestOptions | None = None,
    n_splits: int = 100,
    valid_share: float = 0.25,
    n_leaves: int = 4,
    seed: int = 0,
    n_jobs: int | None = None,
) -> Iterator[Draw]:
    """Draw one split after the other and compare the models on it.

    Args:
        X: (n, p) all rows.
        y: (n,) their targets, class indices for classification.
        task: "regression" or "classification".
        options: of the forest; its seed is replaced by the draw's.
        n_splits: how many draws.
        valid_share: of the rows that are kept for validation.
        n_leaves: at most so many leaves in the small tree.
        seed: of the first draw; the next ones follow.
        n_jobs: draws made side by side, as joblib counts them; None leaves it to the active joblib backend.

    Returns:
        The draws, each as soon as it is made, in the order of their seeds. Stop asking, and no more are made.

    Raises:
        InputError: at once, when the numbers cannot be used or the draws would take too long.
    """
    X, y = check_table(X, y, task=task)
    options = options or ForestOptions()
    n_splits = check_whole("The number of splits", n_splits, low=1, high=MAX_FOREST_SPLITS)
    n_leaves = check_whole("The number of leaves", n_leaves, low=2, high=MAX_FOREST_HAND_LEAVES)
    n_classes = int(y.max()) + 1 if task == "classification" else 0
    train, _ = split_rows(len(y), valid_share=valid_share, seed=check_seed(seed))
    check_refits((len(train), X.shape[1]), options, n_splits, n_classes=max(n_classes, 1))
    return _run(X, y, task, options, valid_share, n_leaves, n_classes, next_seeds(seed, n_splits), n_jobs)


def summarise_lottery(draws: Sequence[Draw]) -> Summary:
    """Count the wins and average the errors.

    The splits share rows, so the ranges say how much luck there is in a split of this table. They say nothing
    of another table.

    Args:
        draws: at least one.

    Raises:
        InputError: there is none.
    """
    if not draws:
        raise InputError("There is no draw yet: start the lottery first.")
    errors = {name: np.array([draw.errors[name] for draw in draws]) for name in MODELS}
    names = list(MODELS)
    return Summary(
        n=len(draws),
        means={name: float(values.mean()) for name, values in errors.items()},
        middles={name: _middle(values) for name, values in errors.items()},
        duels=tuple(
            _duel(first, second, errors[first] - errors[second])
            for place, first in enumerate(names)
            for second in names[place + 1 :]
        ),
    )


def _run(
    X: np.ndarray,
    y: np.ndarray,
    task: str,
    options: ForestOptions,
    valid_share: float,
    n_leaves: int,
    n_classes: int,
    seeds: list[int],
    n_jobs: int | None,
) -> Iterator[Draw]:
    # No generator function: the jobs go to the backend that is active now, not when a draw is asked for.
    from joblib import Parallel, delayed

    jobs = (delayed(_draw)(X, y, task, options, valid_share, n_leaves, n_classes, seed) for seed in seeds)
    return Parallel(n_jobs=n_jobs, return_as="generator")(jobs)


def _draw(
    X: np.ndarray,
    y: np.ndarray,
    task: str,
    options: ForestOptions,
    valid_share: float,
    n_leaves: int,
    n_classes: int,
    seed: int,
) -> Draw:
    train, valid = split_rows(len(y), valid_share=valid_share, seed=seed)
    X_train, y_train, X_valid, y_valid = X[train], y[train], X[valid], y[valid]
    if (y_train == y_train[0]).all():  # a rare class can miss the training rows: then all say the same
        error = error_of(y_valid, predict_tree(start_tree(y_train, n_classes=n_classes), X_valid))
        return Draw(seed, dict.fromkeys(MODELS, error))
    rule = fit_one_r(X_train, y_train, task=task, n_classes=n_classes)
    tree = read_sklearn(
        fit_greedy(X_train, y_train, task=task, n_leaves=n_leaves, seed=seed), n_classes=n_classes
    )
    forest = fit_forest(X_train, y_train, task=task, options=replace(options, seed=seed), n_jobs=1)
    answers = {
        "one_r": predict_one_r(rule, X_valid),
        "small_tree": predict_tree(tree, X_valid),
        "forest": predict_forest(forest, X_valid, n_classes=n_classes),
    }
    return Draw(seed, {name: error_of(y_valid, predicted) for name, predicted in answers.items()})


def _duel(first: str, second: str, differences: np.ndarray) -> Duel:
    wins, losses = int((differences < 0).sum()), int((differences > 0).sum())
    n = len(differences)
    ties = n - wins - losses
    share, low, high = map(float, share_interval(wins + ties / 2, n))
    return Duel(
        first,
        second,
        wins,
        ties,
        losses,
        share=share,
        low=low,
        high=high,
        difference=float(differences.mean()),
        difference_low=_middle(differences)[0],
        difference_high=_middle(differences)[1],
    )


def _middle(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, ENDS)
    return float(low), float(high)
