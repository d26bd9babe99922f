"""Fit a random forest with scikit-learn, with its settings and its numbers checked first.

    forest = fit_forest(encoded, options=ForestOptions(trees=100, min_samples_leaf=5))
    forest = fit_forest(X, y, task="classification", options=ForestOptions(max_features=0.5))
    predict_forest(forest, X_new)       # means, or (n, n_classes) shares

The trees are fitted through joblib: inside `joblib.parallel_config(backend="dask")` a cluster fits them, and
the same seed gives the same forest there. Follows lesson 6 of Practical Deep Learning for Coders ("How random
forests really work") and fastai book chapter 9; Breiman (2001), "Random Forests".
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shared.errors import InputError
from shared.forest.caps import current_caps
from shared.forest.checks import check_choice, check_seed, check_share, check_table, check_whole
from shared.forest.encoded import Encoded
from shared.forest.size import NODE_BYTES
from shared.garbage import keep_for_good
from shared.limits import (
    MAX_FOREST_LEAF_ROWS,
    MAX_FOREST_REFITS,
    MAX_FOREST_TREES,
    MB,
)

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    Forest: TypeAlias = RandomForestRegressor | RandomForestClassifier

LESSON_SEED = 42  # of numpy, in the lessons' notebooks
FEATURE_RULES = ("sqrt", "log2")  # what `max_features` can be besides a share


@dataclass(frozen=True)
class ForestOptions:
    """The four sliders and the seed.

    Attributes:
        trees: how many, 1 to MAX_FOREST_TREES.
        min_samples_leaf: rows that every leaf must keep, 1 to MAX_FOREST_LEAF_ROWS.
        max_features: columns that a split may choose from: a share above 0 and up to 1, or "sqrt" or "log2"
            of their number. 1 means all columns, as a slider says it, where scikit-learn takes it for one.
        max_samples: rows drawn with replacement for each tree, as a share above 0 and up to 1 of all.
        seed: the same seed gives the same forest, 0 to MAX_FOREST_SEED. None goes on with the random numbers
            that the lessons' split has left, as the lesson's notebook does.
        bootstrap: whether each tree draws its rows. Without it every tree learns from all of them, and no row
            is out of a bag.

    Raises:
        InputError: an option cannot be used.
    """

    trees: int = 100
    min_samples_leaf: int = 5
    max_features: float | str = "sqrt"
    max_samples: float = 1.0
    seed: int | None = LESSON_SEED
    bootstrap: bool = True

    def __post_init__(self) -> None:
        """Check every option, and make 20 of 20.0."""
        features = self.max_features
        if isinstance(features, str):
            check_choice("The columns tried at each split", features, FEATURE_RULES)
        else:
            features = check_share("The share of columns tried at each split", features)
        checked = {
            "trees": check_whole("The number of trees", self.trees, low=1, high=MAX_FOREST_TREES),
            "min_samples_leaf": check_whole(
                "The least number of rows in a leaf", self.min_samples_leaf, low=1, high=MAX_FOREST_LEAF_ROWS
            ),
            "max_features": features,
            "max_samples": check_share("The share of rows drawn for each tree", self.max_samples),
            "seed": None if self.seed is None else check_seed(self.seed),
        }
        if not isinstance(self.bootstrap, bool):
            raise InputError("bootstrap must be true or false.")
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def first_seed(self) -> int:
        """The first of the seeds where several forests are wanted."""
        return LESSON_SEED if self.seed is None else self.seed


def import_forests() -> None:
    """Import what fits forests before the first one is fitted: a second, and many objects that stay."""
    import sklearn.ensemble  # noqa: F401

    keep_for_good()


def fit_forest(
    data: Encoded | np.ndarray,
    y: np.ndarray | None = None,
    *,
    task: str | None = None,
    options: ForestOptions | None = None,
    n_jobs: int | None = None,
    random_state: np.random.RandomState | None = None,
) -> "Forest":
    """Fit a forest.

    Args:
        data: an `Encoded` table, or X (n, p) without NaN.
        y: (n,) the target, the class's index for classification; None when `data` is an `Encoded`.
        task: "regression" or "classification"; None when `data` is an `Encoded`.
        options: the settings.
        n_jobs: trees fitted side by side, as joblib counts them: None leaves it to the active joblib backend
            (one, unless somebody chose another), -1 uses all cores. 1 stays in this thread, whatever that is:
            inside a job of a cluster, the trees are no jobs of their own.
        random_state: what a forest without a seed goes on with; the lessons' seed when there is none.

    Returns:
        A fitted `RandomForestRegressor` or `RandomForestClassifier`.

    Raises:
        InputError: the numbers cannot be learned from, or the fit would take too long or too much memory.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    options = options or ForestOptions()
    if isinstance(data, Encoded):
        y, task, data = data.y, data.task, data.X
    X, y = check_table(data, y, task=task)
    check_work(X.shape, options, n_classes=int(y.max()) + 1 if task == "classification" else 1)
    kind = RandomForestClassifier if task == "classification" else RandomForestRegressor
    forest = kind(
        n_estimators=options.trees,
        min_samples_leaf=options.min_samples_leaf,
        max_features=options.max_features,
        max_samples=options.max_samples if options.bootstrap else None,
        bootstrap=options.bootstrap,
        random_state=random_state or options.first_seed if options.seed is None else options.seed,
        n_jobs=n_jobs,
    )
    if n_jobs != 1:
        return forest.fit(X, y)
    from joblib import parallel_config

    with parallel_config(backend="sequential"):
        return forest.fit(X, y)


def predict_forest(forest: "Forest", X: np.ndarray, *, n_classes: int = 0) -> np.ndarray:
    """Let a forest answer.

    Args:
        forest: a fitted one.
        X: (n, p).
        n_classes: give a column to this many classes, also those that the forest never saw; 0 for as many as
            it needs.

    Returns:
        The mean of the trees (n,), or for classification the mean of their shares (n, n_classes).
    """
    if not hasattr(forest, "classes_"):
        return forest.predict(X)
    return spread_classes(forest.predict_proba(X), forest.classes_, n_classes)


def spread_classes(shares: np.ndarray, classes: np.ndarray, n_classes: int = 0) -> np.ndarray:
    """Put the shares of the classes seen, (n, k), at their own indices, (n, n_classes)."""
    places = np.asarray(classes).astype(int)
    spread = np.zeros((len(shares), max(n_classes, int(places.max()) + 1)))
    spread[:, places] = shares
    return spread


def row_losses(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How wrong each row is: the squared error, or for shares of classes 0 or 1 for right or wrong.

    Args:
        y: (n,) the truth.
        predicted: (n,) numbers, or (n, n_classes) shares; the largest share is the answer, the first of
            equals, as scikit-learn has it.
    """
    if predicted.ndim == 2:
        return (predicted.argmax(axis=1) != y).astype(float)
    return (y - predicted) ** 2


def error_of(y: np.ndarray, predicted: np.ndarray) -> float:
    """Give the error that people read, lower is better: RMSE (in units of y), or the share of wrong rows."""
    mean = float(row_losses(y, predicted).mean())
    return mean if predicted.ndim == 2 else math.sqrt(mean)


def score_of(y: np.ndarray, predicted: np.ndarray) -> float:
    """Give the score that importances are differences of, higher is better: R2, or accuracy.

    R2 is NaN where y is constant: there is nothing to explain.
    """
    mean = float(row_losses(y, predicted).mean())
    if predicted.ndim == 2:
        return 1 - mean
    variance = float(np.var(y))
    return 1 - mean / variance if variance > 0 else math.nan


def split_rows(n: int, *, valid_share: float = 0.25, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw the training and validation rows that scikit-learn's `train_test_split` draws with this seed.

    Args:
        n: how many rows there are.
        valid_share: the share that is kept for validation.
        seed: of numpy's `RandomState`.

    Returns:
        Indices of the training rows and of the validation rows, in the order drawn.

    Raises:
        InputError: one of the two parts would be empty.
    """
    n_valid = math.ceil(check_share("The share of validation rows", valid_share) * n)
    if not 0 < n_valid < n:
        raise InputError(
            f"{n:,} rows cannot be split into training and validation rows at {valid_share:g}: "
            "use more rows or another share."
        )
    order = np.random.RandomState(check_seed(seed)).permutation(n)
    return order[n_valid:], order[:n_valid]


def state_after_split(n: int, *, seed: int) -> np.random.RandomState:
    """Give the random numbers that `split_rows` has left."""
    state = np.random.RandomState(check_seed(seed))
    state.permutation(n)
    return state


def check_bags(options: ForestOptions) -> None:
    """Refuse what needs rows out of a bag, where no tree leaves any out."""
    if not options.bootstrap:
        raise InputError(
            "Without the bootstrap every tree learns from all rows, so there is no out-of-bag score. "
            "Turn the bootstrap on."
        )


def check_work(shape: tuple[int, ...], options: ForestOptions, *, n_classes: int = 1) -> int:
    """Refuse a fit that takes too long or too much memory; return rows x columns tried x trees."""
    (n, p), caps = shape, current_caps()
    rules = {"sqrt": math.sqrt(p), "log2": math.log2(max(p, 2))}
    share = options.max_features
    tried = max(1, int(rules[share] if isinstance(share, str) else share * p))
    n_drawn = max(1, round(n * options.max_samples)) if options.bootstrap else n
    work = n_drawn * tried * options.trees
    if work > caps.work:
        raise InputError(
            f"{n_drawn:,} rows x {tried:,} columns x {options.trees:,} trees are more than the "
            f"{caps.work:,} that one forest may take: use fewer of one of them."
        )
    n_leaves = max(1, n_drawn // options.min_samples_leaf)
    megabytes = options.trees * 2 * n_leaves * (NODE_BYTES + 8 * n_classes) / MB
    if megabytes > caps.forest_mb:
        raise InputError(
            f"These trees can grow to {megabytes:,.0f} MB and the limit is {caps.forest_mb:,}: "
            "use fewer trees, fewer rows for each tree, or more rows in each leaf."
        )
    return work


def check_refits(shape: tuple[int, ...], options: ForestOptions, n_fits: int, *, n_classes: int = 1) -> None:
    """Refuse an answer for which too many forests would have to be fitted, as `check_work` does for one."""
    if n_fits > MAX_FOREST_REFITS:
        raise InputError(
            f"{n_fits:,} forests would have to be fitted and the limit is {MAX_FOREST_REFITS:,}: "
            "use fewer columns or fewer repeats."
        )
    work = n_fits * check_work(shape, options, n_classes=n_classes)
    most = current_caps().refit_work
    if work > most:
        raise InputError(
            f"Fitting {n_fits:,} forests of this size takes {work / most:,.1f} times what "
            "one answer may take: use fewer rows, columns, trees or repeats."
        )
