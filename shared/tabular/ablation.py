"""Which step matters? Each step of the lesson off in turn, each feature built by hand on in turn.

    base, effects = try_steps(Ablation(model="forest"))
    effects["+ title"].difference     # in accuracy, paired over 30 splits: +0.016, 0.008 to 0.024

Every variant gets the same 30 splits, and a net the same 30 seeds, as the lesson's steps do: what differs is
the variant alone. The splits share their passengers, so the intervals are somewhat too narrow.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from shared.options import Options
from shared.stats import Interval, mean_interval
from shared.tabular.compare import Case, forest, net
from shared.tabular.features import FEATURES, PUBLISHED
from shared.tabular.passengers import Passengers, load_passengers, split_often
from shared.tabular.steps import Steps, fit_recipe, prepare_table

_Model = Field(title="Model", description="20 hidden units, or 30 trees (half a minute)")
Learner = Annotated[Literal["net", "forest"], _Model]


class Ablation(Options):
    """Which model, and how often the rows are split anew."""

    model: Learner = "net"
    splits: Annotated[int, Field(ge=10, le=50, title="Random splits", json_schema_extra={"step": 5})] = 30


def with_steps(people: Passengers, **changed: object) -> np.ndarray:
    """Give the table with the lesson's steps, some of them changed."""
    steps = Steps().model_copy(update=changed)
    return fit_recipe(people, steps).apply(people)


def missing_as_zero(people: Passengers) -> np.ndarray:
    """Write 0 for a missing age."""
    return with_steps(replace(people, age=np.nan_to_num(people.age)))


def with_features(people: Passengers, *, names: tuple[str, ...], published: bool = False) -> np.ndarray:
    """Give the lesson's table with further columns."""
    made = PUBLISHED if published else FEATURES
    return np.concatenate([with_steps(people), *(made[name](people) for name in names)], axis=1)


Variant = Callable[[Passengers], np.ndarray]
VARIANTS: dict[str, Variant] = {
    "Missing ages as 0": missing_as_zero,
    "No log of Fare": partial(with_steps, log=False),
    "Codes, no dummies": partial(with_steps, dummies=False),
    "No scaling": partial(with_steps, scale="none"),
    "Standardised": partial(with_steps, scale="standardise"),
    **{f"+ {name}": partial(with_features, names=(name,)) for name in FEATURES},
    "+ all five": partial(with_features, names=tuple(FEATURES)),
    **{
        f"+ {name}, as published": partial(with_features, names=(name,), published=True) for name in PUBLISHED
    },
}


@dataclass(frozen=True)
class Effect:
    """What a variant changes.

    Attributes:
        accuracy: its mean over the splits.
        difference: to the lesson's steps on the same splits, paired.
    """

    accuracy: float
    difference: Interval

    @property
    def sign(self) -> int:
        """Say whether it helps (1), hurts (-1), or neither can be told (0)."""
        return int(self.difference.low > 0) - int(self.difference.high < 0)


@lru_cache(maxsize=16)
def try_steps(options: Ablation) -> tuple[float, dict[str, Effect]]:
    """Try every variant.

    Returns:
        The accuracy of the lesson's own steps, and what each variant changes.
    """
    people = load_passengers()
    base = _accuracies(with_steps(people), options)
    tried = {name: _accuracies(variant(people), options) for name, variant in VARIANTS.items()}
    return float(base.mean()), {
        name: Effect(float(accuracies.mean()), mean_interval(accuracies - base))
        for name, accuracies in tried.items()
    }


def _accuracies(x: np.ndarray, options: Ablation) -> np.ndarray:
    """Give the share of right rows of each split, (n_splits,)."""
    x, y = x.astype(np.float32), prepare_table().y
    train, valid = split_often(range(options.splits))
    case = Case(x[train], y[train], x[valid])
    if options.model == "forest":
        said = forest(case)
    else:
        said = net(case, kind="one hidden layer", learning_rate=20, seeds=range(options.splits))
    return ((said > 0.5) == (y[valid] > 0.5)).mean(axis=1)
