"""Six models on the same rows: is the net better than a rule of one line, and how sure is that?

    compare_models(Comparison(splits=200))      # each model on the lesson's split, and over 200 others
    ask_models(Person(sex="female", pclass=1))  # what each of them says of somebody

The rule is OneR: one question, and of each side the share of survivors among the rows learned from. Of the
passengers it asks for the sex, in every split. Nets are trained on all splits at once, one array with an axis
more. The forest is scikit-learn's, 30 trees with at least 5 rows in a leaf.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from shared.options import Options
from shared.stats import ENDS, Interval, share_interval
from shared.tabular.fastai_worker import answer_apart
from shared.tabular.net import Kind, Start, fit_nets, predict, start_nets
from shared.tabular.passengers import LESSON_SPLIT, Person, split_often, split_rows
from shared.tabular.steps import prepare_table
from shared.tabular.train import LESSON_RUNS, LESSON_SEED, run_training

EPOCHS, N_TREES = 30, 30
FASTAI, FASTAI_SPLITS = "fastai", 20  # about a second of a core for each split
_About = f"Of the passengers, on {FASTAI_SPLITS} of the splits, half a minute"


class Comparison(Options):
    """How often the rows are split anew."""

    splits: Annotated[int, Field(ge=20, le=200, title="Random splits", json_schema_extra={"step": 20})] = 40
    fastai: Annotated[bool, Field(title="fastai's net, too", description=_About)] = False


@dataclass(frozen=True)
class Case:
    """Rows to learn from and rows to ask about, one pair for each split.

    Attributes:
        x: (n_splits, n_rows, n_columns) to learn from.
        y: (n_splits, n_rows) who survived.
        asked: (n_splits, n_asked, n_columns).
    """

    x: np.ndarray
    y: np.ndarray
    asked: np.ndarray


def constant(case: Case) -> np.ndarray:
    """Say of everybody what is true of most."""
    return np.broadcast_to(case.y.mean(axis=1, keepdims=True), case.asked.shape[:2])


def one_r(case: Case) -> np.ndarray:
    """Ask the one question that tells the rows apart best, and say of each side what is true there."""
    from sklearn.tree import DecisionTreeClassifier

    return _each(case, DecisionTreeClassifier(max_depth=1, random_state=0))


def net(
    case: Case,
    *,
    kind: Kind,
    learning_rate: float,
    start: Start = "published",
    seeds: Sequence[int] | None = None,
) -> np.ndarray:
    """Train one net for each split, by default all of them from the lesson's seed."""
    nets = start_nets(kind, seeds or [LESSON_SEED] * len(case.x), n_columns=case.x.shape[2], start=start)
    nets = fit_nets(nets, case.x, case.y, learning_rate=learning_rate, epochs=EPOCHS)
    return predict(nets, case.asked)


def forest(case: Case) -> np.ndarray:
    """Grow a random forest for each split."""
    from sklearn.ensemble import RandomForestClassifier

    return _each(case, RandomForestClassifier(N_TREES, min_samples_leaf=5, random_state=0))


def _each(case: Case, model: Any) -> np.ndarray:
    """Fit a model of scikit-learn's anew on each split, and ask it."""
    splits = zip(case.x, case.y, case.asked, strict=True)
    return np.array([model.fit(x, y).predict_proba(asked)[:, 1] for x, y, asked in splits])


Model = Callable[[Case], np.ndarray]  # to (n_splits, n_asked) chances to survive
MODELS: dict[str, Model] = {
    "Constant": constant,
    "OneR": one_r,
    "Linear": partial(net, kind="linear + sigmoid", learning_rate=100),
    "Hidden layer": partial(net, kind="one hidden layer", learning_rate=20),
    "Deep, Kaiming": partial(net, kind="two hidden layers", learning_rate=4, start="kaiming"),
    "Random forest": forest,
}
RULE = "OneR"


@dataclass(frozen=True)
class Score:
    """How one model did.

    Attributes:
        n: rows held out.
        right: those of the lesson's split that it gets right.
        accuracies: over the random splits, (n_splits,).
        ahead: splits in which it is ahead of the rule.
        level: splits in which both are right as often.
        unlike: how many answers to the rows held out, over all splits, are not those of the linear model.
    """

    n: int
    right: int
    accuracies: np.ndarray
    ahead: int
    level: int
    unlike: int

    @property
    def lesson(self) -> Interval:
        """The share that is right on the lesson's split, with its interval."""
        return share_interval(self.right, self.n)

    @property
    def spread(self) -> tuple[float, float, float]:
        """Mean over the splits, and the ends between which 95 % of them lie."""
        low, high = np.percentile(self.accuracies, ENDS)
        return float(self.accuracies.mean()), float(low), float(high)


@lru_cache(maxsize=16)
def compare_models(options: Comparison) -> dict[str, Score]:
    """Try every model on the lesson's split and on random ones."""
    table, seeds = prepare_table(), [LESSON_SPLIT, *_other_seeds(FASTAI_SPLITS)]
    fastai = {FASTAI: answer_apart(seeds)} if options.fastai else {}
    return score_models(table.x, table.y, options.splits, fastai)


def score_models(
    x: np.ndarray, y: np.ndarray, n_splits: int, others: Mapping[str, np.ndarray] = MappingProxyType({})
) -> dict[str, Score]:
    """Try every model on any rows: on the split of the lesson's seed, and on random ones.

    Args:
        x: (n_rows, n_columns) float32.
        y: (n_rows,) of 0 and 1.
        n_splits: random ones.
        others: answers of further models, as `score_answers` takes them.
    """
    train, valid = split_often([LESSON_SPLIT, *_other_seeds(n_splits)], len(y))
    case = Case(x[train], y[train], x[valid])
    said = {name: model(case) > 0.5 for name, model in MODELS.items()}  # (n_splits + 1, n_valid)
    last = dict([said.popitem()])  # the forest stays the last one
    said |= {**others, **last}
    return score_answers(said, y[valid] > 0.5)


def score_answers(said: dict[str, np.ndarray], truth: np.ndarray) -> dict[str, Score]:
    """Score each model's answers, the lesson's split first.

    Args:
        said: of each model, (n_splits + 1, n_valid), or of fewer splits, the first ones; the rule and the
            linear model among them.
        truth: of all splits.
    """
    scores, n = {}, truth.shape[1]
    for name, yes in said.items():
        rule, linear, own = (said[one][: len(yes)] for one in (RULE, "Linear", name))
        right, first = ((one == truth[: len(yes)]).sum(axis=1) for one in (own, rule))
        counts = (int(one[1:].sum()) for one in (right > first, right == first, own != linear))
        scores[name] = Score(n, int(right[0]), right[1:] / n, *counts)
    return scores


@lru_cache(maxsize=256)
def ask_models(person: Person) -> dict[str, float]:
    """Say how likely somebody is to survive, as each model of the lesson's split sees it."""
    x, y, recipe = prepare_table()
    train, _ = split_rows()
    asked = recipe.apply(person.as_passengers()).astype(np.float32)
    case = Case(x[None, train], y[None, train], asked[None])
    return {name: float(model(case)[0, 0]) for name, model in MODELS.items()}


def _other_seeds(n: int) -> list[int]:
    return [seed for seed in range(n + 1) if seed != LESSON_SPLIT][:n]


def explain_linear(person: Person) -> list[tuple[str, float]]:
    """Give what each column adds to the linear model's sum, the largest first."""
    run = run_training(LESSON_RUNS["Sigmoid"])
    x = run.recipe.apply(person.as_passengers())[0]
    parts = zip(run.names, (x * run.net.weights[0][0, :, 0]).tolist(), strict=True)
    return sorted(parts, key=lambda part: -abs(part[1]))
