"""One fitted forest and all that is known of it; each thing is worked out when first asked for, and kept.

    explorer = Explorer.fit(choose(load_table("ames"), target="Sale_Price"), ForestOptions(trees=100))
    explorer.valid_error, explorer.dependence()[0].average

A quarter of the rows is kept out of training, by the same seed as the lessons'. It follows lesson 6 of
Practical Deep Learning for Coders ("How random forests really work").
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from shared.forest.ale import Effect, accumulated_effects, category_columns
from shared.forest.choose import Choice
from shared.forest.cluster import has_cluster, on_cluster
from shared.forest.contributions import Contributions, contributions
from shared.forest.curve import ErrorCurve, Spread, error_curves, spread_over_trees
from shared.forest.encoded import Encoded
from shared.forest.fit import LESSON_SEED, ForestOptions, fit_forest, split_rows, state_after_split
from shared.forest.flat import FlatForest, flatten
from shared.forest.grids import make_grids
from shared.forest.partial_dependence import Dependence, is_quick, partial_dependence
from shared.forest.size import megabytes_of

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

_T = TypeVar("_T")
VALID_SHARE = 0.25
SPLIT_SEED = LESSON_SEED
ONE_CORE_CELLS = 50_000  # of a table this small the trees are fitted sooner by one core than by several


@dataclass(eq=False)
class Explorer:
    """A forest, its rows, and what was worked out from them. Many threads may ask at once.

    Attributes:
        choice: the table as numbers.
        options: the forest's settings.
        forest: fitted on the training rows.
        train: (n_train,) the rows of `choice.encoded` that it learned from.
        valid: (n_valid,) the others.
        of_class: for classification, the class whose share is explained.
    """

    choice: Choice
    options: ForestOptions
    forest: "RandomForestRegressor | RandomForestClassifier"
    train: np.ndarray
    valid: np.ndarray
    of_class: int = 1
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)
    _locks: dict[Any, threading.Lock] = field(default_factory=dict, repr=False)
    _measured: tuple[int, float] = (-1, 0.0)

    @classmethod
    def fit(
        cls, choice: Choice, options: ForestOptions | None = None, *, n_jobs: int | None = None
    ) -> "Explorer":
        """Fit a forest on three quarters of the rows.

        Raises:
            InputError: the table is too small or too large for these settings.
        """
        options, encoded = options or ForestOptions(), choice.encoded
        train, valid = split_rows(len(encoded.y), valid_share=VALID_SHARE, seed=SPLIT_SEED)
        if n_jobs is None and encoded.X.size < ONE_CORE_CELLS and not has_cluster():
            n_jobs = 1
        with on_cluster():
            forest = fit_forest(
                encoded.X[train],
                encoded.y[train],
                task=encoded.task,
                options=options,
                n_jobs=n_jobs,
                random_state=state_after_split(len(encoded.y), seed=SPLIT_SEED),
            )
        return cls(choice, options, forest, train, valid)

    @property
    def encoded(self) -> Encoded:
        """The rows and columns, all of them."""
        return self.choice.encoded

    @property
    def size_mb(self) -> float:
        """The room that the trees, the rows and what was worked out take, about."""
        n_kept = self._count_kept()
        if self._measured[0] != n_kept:  # measuring takes a millisecond, and it is asked for at each question
            self._measured = n_kept, megabytes_of(self)
        return self._measured[1]

    @property
    def flat(self) -> FlatForest:
        """The trees as flat arrays."""
        return self._once("flat", lambda: flatten(self.forest, of_class=self.of_class))

    def rows(self, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give X and y of some rows."""
        return self.encoded.X[which], self.encoded.y[which]

    def curves(self) -> dict[str, ErrorCurve]:
        """The error for growing numbers of trees: "training", "out-of-bag" and "validation"."""
        X, y = self.rows(self.train)
        return self._once("curves", lambda: error_curves(self.forest, X, y, valid=self.rows(self.valid)))

    def spread(self) -> Spread:
        """How far apart the trees are on each validation row."""
        return self._once(
            "spread",
            lambda: spread_over_trees(self.forest, self.encoded.X[self.valid], of_class=self.of_class),
        )

    def grids(self) -> list[np.ndarray]:
        """The values at which each column is looked at."""
        return self._once("grids", lambda: make_grids(self.encoded))

    def dependence(self) -> list[Dependence]:
        """Partial dependence of all columns, over all rows, exact."""
        return self._once("dependence", lambda: partial_dependence(self.flat, self.encoded.X, self.grids()))

    def look_ahead(self) -> None:
        """Work out the curves that are asked for next, where that takes milliseconds."""
        n_rows, n_columns = self.encoded.X.shape
        if is_quick(n_rows, n_columns, self.options.trees):
            self.dependence()

    def effects(self) -> list[Effect]:
        """Accumulated local effects of all columns."""
        return self._once(
            "effects",
            lambda: accumulated_effects(self.flat, self.encoded.X, categories=category_columns(self.encoded)),
        )

    def predictions(self) -> np.ndarray:
        """The forest's answer for every row, (n,): the number, or the share of the class."""
        return self._once("predictions", lambda: self.explain(self.encoded.X).prediction)

    def explain(self, X: np.ndarray) -> Contributions:
        """Take predictions apart: bias + contributions = prediction, for (n, p) rows."""
        return contributions(self.flat, X)

    def once(self, key: str, work: Callable[[], _T]) -> _T:
        """Work something out that is not listed here, and keep it under a name of its own."""
        return self._once(("more", key), work)

    def _count_kept(self) -> int:
        about_other_classes = [one for one in list(self._kept.values()) if isinstance(one, Explorer)]
        return len(self._kept) + sum(one._count_kept() for one in about_other_classes)

    def _once(self, key: Any, work: Callable[[], _T]) -> _T:
        # Two visitors who ask for the same at once: the second waits for the first, and others do not.
        with self._locks.setdefault(key, threading.Lock()):
            if key not in self._kept:
                self._kept[key] = work()
            return self._kept[key]
