"""Which columns matter, by three measures, over several forests, beside a column of noise.

    forests = fit_with_noise(X, y, task="classification", n_forests=5)
    measure_impurity(forests)                                # what the splits gained
    measure_permutation(forests, X_valid, y_valid)           # what shuffling a column costs on other rows
    measure_drop(X, y, task="classification")                # what leaving a column out costs, fitted again
    _.mean, _.low, _.high, _.below_noise                     # (p,) each; the noise column is not among them

Every forest also gets a column of random numbers, drawn anew for it. A column that does not clearly beat it
in the same forests is flagged. By impurity the yardstick is hard on columns of few values: noise with a
thousand different values offers a tree many chances to look good, a 0/1 column one. Permutation and
drop-column importance do not have that bias.

Follows lesson 6 of Practical Deep Learning for Coders and fastai book, chapter 9 ("Feature Importance"), both
of which show one forest's impurity importance alone; Strobl et al. (2007) on its bias.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shared.forest.checks import check_matrix, check_table, check_whole, next_seeds
from shared.forest.curve import score_out_of_bag
from shared.forest.fit import ForestOptions, check_bags, check_refits, fit_forest, predict_forest, score_of
from shared.limits import MAX_FOREST_REPEATS, MAX_FOREST_SEEDS
from shared.stats import mean_interval

if TYPE_CHECKING:
    from shared.forest.fit import Forest

KINDS = {
    "impurity": "What the splits on it gained, as a share of all gains",
    "permutation": "What shuffling it costs on rows kept out of training",
    "drop": "What leaving it out costs, with every forest fitted again",
}
NOISE_NAME = "random noise"


@dataclass(frozen=True, eq=False)
class NoisyForest:
    """A forest that was given a column of noise after all others.

    Attributes:
        forest: fitted on p + 1 columns.
        seed: of the forest and of its noise.
    """

    forest: "Forest"
    seed: int


@dataclass(frozen=True, eq=False)
class Importances:
    """One measure for all columns, over f forests.

    Attributes:
        kind: a key of `KINDS`. Impurity: a share of 1. The others: a loss of R2 or of accuracy.
        values: (f, p) in each forest.
        noise: (f,) of the noise column in each forest.
        mean: (p,) over the forests.
        low: (p,) lower end of the 95 % interval of that mean over other seeds.
        high: (p,) its upper end.
        noise_mean: of the noise column.
        noise_low: lower end of its interval.
        noise_high: upper end of its interval.
        below_noise: (p,) whether the column does not clearly beat the noise: the interval of the difference
            of the two, forest by forest, reaches down to 0.
    """

    kind: str
    values: np.ndarray
    noise: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    noise_mean: float
    noise_low: float
    noise_high: float
    below_noise: np.ndarray


def fit_with_noise(
    X: np.ndarray,
    y: np.ndarray,
    *,
    task: str,
    options: ForestOptions | None = None,
    n_forests: int = 5,
    n_jobs: int | None = None,
) -> list[NoisyForest]:
    """Fit forests with one more column, of noise that differs from forest to forest.

    Args:
        X: (n, p) training rows.
        y: (n,) their targets, class indices for classification.
        task: "regression" or "classification".
        options: of the forests; their seeds begin at its seed.
        n_forests: how many.
        n_jobs: trees fitted side by side, as joblib counts them.

    Raises:
        InputError: the numbers cannot be learned from, or it would take too long.
    """
    X, y = check_table(X, y, task=task)
    options = options or ForestOptions()
    n_forests = check_whole("The number of forests", n_forests, low=2, high=MAX_FOREST_SEEDS)
    check_refits((len(X), X.shape[1] + 1), options, n_forests, n_classes=_n_classes(y, task))
    return [
        NoisyForest(
            fit_forest(add_noise(X, seed), y, task=task, options=replace(options, seed=seed), n_jobs=n_jobs),
            seed,
        )
        for seed in next_seeds(options.first_seed, n_forests)
    ]


def add_noise(X: np.ndarray, seed: int, *, part: int = 0) -> np.ndarray:
    """Put a column of standard normal noise after the others: (n, p + 1).

    Args:
        X: (n, p).
        seed: the same seed and part give the same noise.
        part: 0 for training rows, 1 for others.
    """
    return np.column_stack([X, np.random.default_rng([seed, part]).normal(size=len(X))])


def measure_impurity(forests: list[NoisyForest]) -> Importances:
    """Read off what the splits on each column gained, as `forest.feature_importances_` has it."""
    return _summarise("impurity", np.array([one.forest.feature_importances_ for one in forests]))


def measure_permutation(
    forests: list[NoisyForest],
    X: np.ndarray,
    y: np.ndarray,
    *,
    n_repeats: int = 5,
    n_jobs: int | None = None,
) -> Importances:
    """Shuffle one column after the other and see what the score loses, on average over the shuffles.

    Args:
        forests: from `fit_with_noise`.
        X: (m, p) rows kept out of training: on training rows noise looks important too.
        y: (m,) their targets.
        n_repeats: shuffles of each column in each forest.
        n_jobs: forests measured side by side, as joblib counts them; None leaves it to the active backend.

    Raises:
        InputError: X is no table of numbers, or the number of repeats is out of range.
    """
    from joblib import Parallel, delayed

    X = check_matrix(X)
    n_repeats = check_whole("The number of shuffles", n_repeats, low=1, high=MAX_FOREST_REPEATS)
    jobs = (delayed(_shuffle_losses)(one, X, y, n_repeats) for one in forests)
    return _summarise("permutation", np.array(Parallel(n_jobs=n_jobs, prefer="threads")(jobs)))


def measure_drop(
    X: np.ndarray,
    y: np.ndarray,
    *,
    task: str,
    valid: tuple[np.ndarray, np.ndarray] | None = None,
    options: ForestOptions | None = None,
    n_forests: int = 5,
    n_jobs: int | None = None,
) -> Importances:
    """Leave one column out after the other, fit again, and see what the score loses.

    Columns that say the same thing stand in for each other, so each of them alone may lose nothing: see
    `shared.forest.redundancy`.

    Args:
        X: (n, p) training rows.
        y: (n,) their targets, class indices for classification.
        task: "regression" or "classification".
        valid: (m, p) other rows and their (m,) targets to score on; None scores out of bag.
        options: of the forests; their seeds begin at its seed.
        n_forests: how many forests with all columns, and without each of them and the noise.
        n_jobs: forests fitted side by side, as joblib counts them; None leaves it to the active backend.

    Raises:
        InputError: the numbers cannot be learned from, or it would take too long.
    """
    from joblib import Parallel, delayed

    X, y = check_table(X, y, task=task)
    options = options or ForestOptions()
    n_forests = check_whole("The number of forests", n_forests, low=2, high=MAX_FOREST_SEEDS)
    n_columns = X.shape[1] + 1
    n_fits = n_forests * (n_columns + 1)
    check_bags(options)
    check_refits((len(X), n_columns), options, n_fits, n_classes=_n_classes(y, task))
    jobs = (
        delayed(_score_without)(X, y, valid, task, replace(options, seed=seed), column)
        for seed in next_seeds(options.first_seed, n_forests)
        for column in (None, *range(n_columns))
    )
    scores = np.reshape(Parallel(n_jobs=n_jobs, prefer="threads")(jobs), (n_forests, n_columns + 1))
    return _summarise("drop", scores[:, :1] - scores[:, 1:])


def _shuffle_losses(one: NoisyForest, X: np.ndarray, y: np.ndarray, n_repeats: int) -> np.ndarray:
    from shared.forest.permutation import permutation_importance

    rows = add_noise(X, one.seed, part=1)
    return permutation_importance(one.forest, rows, y, n_repeats=n_repeats, seed=one.seed).mean


def _score_without(
    X: np.ndarray,
    y: np.ndarray,
    valid: tuple[np.ndarray, np.ndarray] | None,
    task: str,
    options: ForestOptions,
    column: int | None,
) -> float:
    kept = np.arange(X.shape[1] + 1) != column  # all, for None
    seen = add_noise(X, options.first_seed)[:, kept]
    forest = fit_forest(seen, y, task=task, options=options, n_jobs=1)
    if valid is None:
        return score_out_of_bag(forest, seen, y)
    X_valid, y_valid = valid
    fresh = add_noise(check_matrix(X_valid), options.first_seed, part=1)[:, kept]
    return score_of(y_valid, predict_forest(forest, fresh))


def _summarise(kind: str, table: np.ndarray) -> Importances:
    """Average a table (f, p + 1) whose last column is the noise."""
    values, noise = table[:, :-1], table[:, -1]
    over_forests = mean_interval(table)
    beats_by = mean_interval(values - noise[:, None])
    return Importances(
        kind=kind,
        values=values,
        noise=noise,
        mean=over_forests.mean[:-1],
        low=over_forests.low[:-1],
        high=over_forests.high[:-1],
        noise_mean=float(over_forests.mean[-1]),
        noise_low=float(over_forests.low[-1]),
        noise_high=float(over_forests.high[-1]),
        below_noise=~(beats_by.low > 0),
    )


def _n_classes(y: np.ndarray, task: str) -> int:
    return int(y.max()) + 1 if task == "classification" else 1
