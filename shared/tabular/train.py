"""One run of the lesson's training, epoch by epoch.

    run = run_training(Training(model="two hidden layers", learning_rate=4, epochs=30))
    run.n_right, run.n_valid             # 147 of 178
    LESSON_RUNS["Deep"]                  # what the lesson chose for it

Everything is as in the lesson: 713 rows to learn from, 178 held out, one step an epoch on all rows at once.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from pydantic import Field

from shared.options import Options
from shared.stats import Interval, share_interval
from shared.tabular.net import Kind, Net, Start, count_right, loss_of, predict, start_nets, train_nets
from shared.tabular.passengers import load_passengers, split_rows
from shared.tabular.steps import Recipe, Scale, prepare_table

LESSON_SEED, MOST_EPOCHS = 442, 100
_Rate = Field(ge=0.01, le=200, title="Learning rate", json_schema_extra={"step": 0.01})
_Epochs = Field(ge=1, le=MOST_EPOCHS, title="Epochs", description="Steps of gradient descent")


class Training(Options):
    """A net and how it is trained."""

    model: Kind = "two hidden layers"
    learning_rate: Annotated[float, _Rate] = 4
    epochs: Annotated[int, _Epochs] = 30
    seed: Annotated[int, Field(ge=0, le=999, title="Seed", description="The lesson's is 442")] = LESSON_SEED
    start: Start = "published"
    scale: Scale = "max"


LESSON_RUNS = {
    "Linear": Training(model="linear", learning_rate=0.2, epochs=18),
    "Sigmoid": Training(model="linear + sigmoid", learning_rate=100),
    "Matrix form": Training(model="matrix product", learning_rate=100),
    "Hidden layer": Training(model="one hidden layer", learning_rate=20),
    "Deep": Training(),
}


@dataclass(frozen=True)
class Run:
    """What came of a training.

    Attributes:
        losses: on the training rows before each step, (epochs,).
        valid_losses: on the rows held out, after each step, (epochs,).
        right: how many of those are right, after each step, (epochs,).
        sizes: the coefficient of each column after each step; of a net with hidden units the length of the
            weights that leave the column; (epochs, n_columns).
        n_valid: rows held out.
        net: at the end.
        recipe: from a passenger to its input.
    """

    losses: np.ndarray
    valid_losses: np.ndarray
    right: np.ndarray
    sizes: np.ndarray
    n_valid: int
    net: Net
    recipe: Recipe

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns, (n_columns,)."""
        return self.recipe.names

    @property
    def n_right(self) -> int:
        """Rows held out that are right at the end."""
        return int(self.right[-1])

    @property
    def accuracy(self) -> Interval:
        """The same as a share, with Wilson's interval."""
        return share_interval(self.n_right, self.n_valid)


@lru_cache(maxsize=64)
def run_training(options: Training) -> Run:
    """Train a net as the options say."""
    x, y, recipe = prepare_table(options.scale)
    train, valid = split_rows()
    start = start_nets(options.model, [options.seed], n_columns=x.shape[1], start=options.start)
    how = options.model_dump(include={"learning_rate", "epochs"})
    epochs = []
    for net, loss in train_nets(start, x[train], y[train], **how):
        said, first = predict(net, x[valid]), net.weights[0][0]  # (n_columns, n)
        size = first[:, 0] if len(net.weights) == 1 else np.linalg.norm(first, axis=1)
        epochs.append((loss[0], loss_of(said, y[valid])[0], count_right(net, x[valid], y[valid])[0], size))
    losses, valid_losses, right, sizes = map(np.array, zip(*epochs, strict=True))
    return Run(losses, valid_losses, right, sizes, len(valid), net, recipe)


def count_one_r() -> int:
    """Count the rows held out that "a woman survives, a man does not" gets right."""
    people = load_passengers().take(split_rows()[1])
    return int(((people.sex == "female") == (people.survived > 0.5)).sum())
