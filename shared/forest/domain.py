"""Beyond the data: do new rows look like the training rows, and what does a forest say where it saw none?

    domain = detect_domain(X_train, X_new)
    domain.auc, domain.differ           # 0.5: nobody can tell them apart; 1: anybody can
    domain.importances.mean             # which columns tell, beside a column of noise
    outside_range(X_train, X_new)       # (m, p): -1 below the training range, 1 above, 0 inside
    extend_line(forest, X_train, X_train[0], column=3)    # flat beyond the first and last value

The detector is a forest that learns which rows are new; its out-of-bag answers tell how well it can be done.
Follows fastai book, chapter 9 ("Finding Out-of-Domain Data", "The Extrapolation Problem").
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.errors import InputError
from shared.forest.checks import check_matrix, check_number, check_seed, check_whole
from shared.forest.curve import predict_out_of_bag
from shared.forest.fit import ForestOptions, check_refits, fit_forest, predict_forest
from shared.forest.importances import Importances, add_noise, fit_with_noise, measure_impurity
from shared.limits import MAX_FOREST_LINE_POINTS, MAX_FOREST_REACH, MAX_FOREST_SHUFFLES

if TYPE_CHECKING:
    from shared.forest.fit import Forest

MIN_DOMAIN_ROWS = 10  # of either kind: with fewer, chance tells them apart


@dataclass(frozen=True, eq=False)
class Domain:
    """How well new rows can be told from training rows.

    Attributes:
        auc: the chance that, of one new and one training row, the new one looks newer to a detector (out of
            bag); 0.5 is guessing.
        chance: (s,) what the same detector reaches when the rows are called new or old at random.
        differ: whether `auc` is above all of `chance`: with 19 of them, a false alarm in 1 of 20 tables.
        importances: which columns tell (impurity), over several detectors, with a noise column.
        newness: (m,) for each new row, the share of the detectors' votes for "new", out of bag. Where many
            training rows look like it, that share is small.
    """

    auc: float
    chance: np.ndarray
    differ: bool
    importances: Importances
    newness: np.ndarray


@dataclass(frozen=True, eq=False)
class Line:
    """What a forest says along one column.

    Attributes:
        x: (g,) values of the column, on both sides of the training range too.
        predicted: (g,) the number, or the share of one class.
        low: smallest value of the column in the training rows.
        high: largest one.
    """

    x: np.ndarray
    predicted: np.ndarray
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class FlatLine:
    """The book's example: a rising line, and a forest that has seen only its first part.

    Attributes:
        x: (n,).
        y: (n,) x plus noise.
        n_train: the first so many points were used for training.
        predicted: (n,) the forest's answer, flat after the last training point.
    """

    x: np.ndarray
    y: np.ndarray
    n_train: int
    predicted: np.ndarray


def detect_domain(
    X_train: np.ndarray,
    X_new: np.ndarray,
    *,
    options: ForestOptions | None = None,
    n_forests: int = 5,
    n_shuffles: int = 19,
    n_jobs: int | None = None,
) -> Domain:
    """Learn to tell new rows from training rows.

    Args:
        X_train: (n, p).
        X_new: (m, p) the same columns.
        options: of the detectors; their seeds begin at its seed.
        n_forests: how many detectors.
        n_shuffles: detectors on shuffled labels. An interval from drawing rows again would be too narrow: it
            leaves out that the detector, too, depends on the rows it has.
        n_jobs: trees, and detectors, fitted side by side, as joblib counts them.

    Raises:
        InputError: the columns differ, or there are too few rows of either kind.
    """
    from joblib import Parallel, delayed

    X_train, X_new = _check_pair(X_train, X_new)
    fewest = min(len(X_train), len(X_new))
    if fewest < MIN_DOMAIN_ROWS:
        raise InputError(
            f"Telling new rows from training rows needs at least {MIN_DOMAIN_ROWS} of each: "
            f"there are {fewest}."
        )
    n_shuffles = check_whole("The number of shuffles", n_shuffles, low=1, high=MAX_FOREST_SHUFFLES)
    options = options or ForestOptions()
    X = np.concatenate([X_train, X_new])
    is_new = np.arange(len(X)) >= len(X_train)
    check_refits((len(X), X.shape[1] + 1), options, n_shuffles, n_classes=2)
    forests = fit_with_noise(
        X, is_new.astype(float), task="classification", options=options, n_forests=n_forests, n_jobs=n_jobs
    )
    votes = np.array([predict_out_of_bag(one.forest, add_noise(X, one.seed))[:, 1] for one in forests])
    n_votes = (~np.isnan(votes)).sum(axis=0)  # a row that every tree drew has none
    newness = np.where(n_votes > 0, np.nansum(votes, axis=0) / np.maximum(n_votes, 1), np.nan)
    rng, noisy = np.random.default_rng(options.first_seed), add_noise(X, options.first_seed)
    jobs = (delayed(_try_labels)(noisy, rng.permutation(is_new), options) for _ in range(n_shuffles))
    chance = np.array(Parallel(n_jobs=n_jobs, prefer="threads")(jobs))
    auc = _auc_known(votes[0], is_new)
    return Domain(
        auc=auc,
        chance=chance,
        differ=bool(auc > chance.max()),
        importances=measure_impurity(forests),
        newness=newness[is_new],
    )


def outside_range(X_train: np.ndarray, X_new: np.ndarray) -> np.ndarray:
    """Say where new rows leave the range of the training rows, column by column.

    A forest answers there as at the edge of the range. Rows can be unusual inside all ranges too.

    Args:
        X_train: (n, p).
        X_new: (m, p) the same columns; a category that was never seen has the code -1, below all others.

    Returns:
        (m, p) int8: -1 below the smallest training value, 1 above the largest, else 0.

    Raises:
        InputError: the columns differ.
    """
    X_train, X_new = _check_pair(X_train, X_new)
    above, below = X_new > X_train.max(axis=0), X_new < X_train.min(axis=0)
    return above.astype(np.int8) - below.astype(np.int8)


def extend_line(
    forest: "Forest",
    X_train: np.ndarray,
    row: np.ndarray,
    *,
    column: int,
    reach: float = 0.5,
    n_points: int = 200,
    of_class: int = 1,
) -> Line:
    """Change one column of a row, from below the training range to above it.

    Args:
        forest: fitted on X_train.
        X_train: (n, p) its rows.
        row: (p,) the row whose other columns stay as they are.
        column: index of the column that changes.
        reach: how far to go on each side, in widths of the range.
        n_points: of the line.
        of_class: for classification, the class whose share is given.

    Raises:
        InputError: there is no such column or class, or a number is out of range.
    """
    X_train, rows = _check_pair(X_train, np.asarray(row, dtype=float)[None, :])
    column = check_whole("The column", column, low=0, high=X_train.shape[1] - 1)
    reach = check_number("The reach", reach, low=0, high=MAX_FOREST_REACH)
    n_points = check_whole("The number of points", n_points, low=2, high=MAX_FOREST_LINE_POINTS)
    low, high = float(X_train[:, column].min()), float(X_train[:, column].max())
    width = (high - low) or 1.0  # a constant column has none
    x = np.linspace(low - reach * width, high + reach * width, n_points)
    rows = np.repeat(rows, n_points, axis=0)
    rows[:, column] = x
    predicted = predict_forest(forest, rows)
    if predicted.ndim == 2:
        predicted = predicted[:, check_whole("The class", of_class, low=0, high=predicted.shape[1] - 1)]
    return Line(x, predicted, low, high)


def flat_line_example(*, seed: int = 42, n: int = 40, n_train: int = 30) -> FlatLine:
    """Make the book's example: y = x plus noise, the forest trained on the first 30 of 40 points.

    Args:
        seed: of the noise and of the forest.
        n: points, evenly from 0 to 20.
        n_train: the first so many are trained on.

    Raises:
        InputError: a number is out of range.
    """
    n = check_whole("The number of points", n, low=3, high=MAX_FOREST_LINE_POINTS)
    n_train = check_whole("The number of training points", n_train, low=2, high=n - 1)
    x = np.linspace(0, 20, n)
    y = x + np.random.default_rng(check_seed(seed)).normal(size=n)
    options = ForestOptions(trees=100, min_samples_leaf=1, max_features=1.0, seed=seed)
    forest = fit_forest(x[:n_train, None], y[:n_train], task="regression", options=options)
    return FlatLine(x, y, n_train, predict_forest(forest, x[:, None]))


def _check_pair(X_train: np.ndarray, X_new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    X_train, X_new = check_matrix(X_train), check_matrix(X_new)
    if X_train.shape[1] != X_new.shape[1]:
        raise InputError(
            f"The new rows have {X_new.shape[1]:,} columns and the training rows {X_train.shape[1]:,}: "
            "send the same columns."
        )
    return X_train, X_new


def _try_labels(X: np.ndarray, is_new: np.ndarray, options: ForestOptions) -> float:
    forest = fit_forest(X, is_new.astype(float), task="classification", options=options, n_jobs=1)
    return _auc_known(predict_out_of_bag(forest, X)[:, 1], is_new)


def _auc_known(votes: np.ndarray, is_new: np.ndarray) -> float:
    known = ~np.isnan(votes)
    if not (known & is_new).any() or not (known & ~is_new).any():
        raise InputError("No row was left out by any tree: use more trees, or draw fewer rows for each.")
    return _auc(votes[known & ~is_new], votes[known & is_new])


def _auc(old: np.ndarray, new: np.ndarray) -> float:
    """The chance that a new row has the higher value; equal ones count half (Mann and Whitney)."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([old, new]))[len(old) :]
    return float((ranks.sum() - len(new) * (len(new) + 1) / 2) / (len(old) * len(new)))
