"""Gradient accumulation: one batch of 64 against micro-batches whose gradients add up. Is it the same step?

    runs = accumulate(Accumulation(split="16 × 4", optimiser="SGD", norm="LayerNorm"))
    runs["right"].difference         # 1e-9: the largest difference of a weight from the one big batch
    runs["published"].updates        # 0: after one batch of 64, `count > 64` has not come true

The passengers of the Titanic come in the same order for all, in batches of 64. `backward()` adds to the
gradient until it is set to zero. The mean loss of each of k micro-batches divides by its own few rows, so k
of them summed are exactly k times the gradient of the big batch, unless something in the net looks at the
other rows of its batch.

Follows "Scaling up: road to the top, part 3", lesson 7 of Practical Deep Learning for Coders.
"""

from functools import cache
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field

from shared.datasets.titanic import load_titanic_lesson
from shared.datasets.titanic.lesson import TARGET
from shared.losses.net import OPTIMISERS, Norm, Weights, gradients, mean_loss, start
from shared.options import Options
from shared.tables.kinds import read_numbers

BATCH, MOST_BATCHES = 64, 20
Split = Literal["2 × 32", "4 × 16", "16 × 4", "32 × 2"]
_Rate = Field(ge=0.001, le=1, title="Learning rate", json_schema_extra={"step": 0.001})
_Batches = Field(
    ge=1, le=MOST_BATCHES, title="Batches of 64", description="Rows that each loop sees, in this order"
)
_Bits = Field(title="Bits of a number", description="More bits, less rounding")
_Seed = Field(ge=0, le=999, title="Seed", description="Of the first weights and of the order")


class Accumulation(Options):
    """The net, its optimiser, and how a batch is cut."""

    optimiser: Annotated[Literal["SGD", "Adam"], Field(title="Optimiser")] = "SGD"
    norm: Annotated[Norm, Field(title="Norm in the net")] = "LayerNorm"
    split: Annotated[Split, Field(title="Micro-batches × rows")] = "2 × 32"
    batches: Annotated[int, _Batches] = 1
    learning_rate: Annotated[float, _Rate] = 0.1
    bits: Annotated[Literal["32", "64"], _Bits] = "32"
    seed: Annotated[int, _Seed] = 1

    @property
    def k(self) -> int:
        """How many micro-batches make a batch."""
        return int(self.split.partition(" ")[0])


class Way(NamedTuple):
    """A loop: what it says, whether it waits for more than 64 rows, and whether it divides the loss by k."""

    title: str
    is_late: bool
    divides: bool


WAYS = {
    "right": Way("The right loop", is_late=False, divides=True),
    "summed": Way("Not divided by k", is_late=False, divides=False),
    "late": Way("Steps when count > 64", is_late=True, divides=True),
    "published": Way("Both, as published", is_late=True, divides=False),
}


class Run(NamedTuple):
    """Where a loop ended.

    Attributes:
        updates: how many steps it took.
        times: how many times the big batch's gradient its first gradient is, where both saw the same rows
            and it is a multiple; None elsewhere.
        difference: the largest difference of a weight from those of the big batch.
        loss: on all rows.
    """

    updates: int
    times: float | None
    difference: float
    loss: float


@cache
def load_rows() -> tuple[np.ndarray, np.ndarray]:
    """Give the passengers: 7 standardised columns, (891, 7), and who survived, (891,)."""
    table = load_titanic_lesson()
    columns = []
    for name in table.names:
        column, understood = table[name], table.understood[name]
        is_text = name in ("Sex", "Embarked")
        columns.append(column.codes.astype(float) if is_text else read_numbers(column, understood))
    *inputs, y = columns
    assert table.names[-1] == TARGET
    x = np.stack(inputs, axis=1)
    return (x - x.mean(axis=0)) / x.std(axis=0), y.astype(int)


def accumulate(options: Accumulation) -> dict[str, Run]:
    """Train by each way from the same weights, on the same rows in the same order.

    Returns:
        What came of each, first of the one big batch ("big"), then of WAYS.
    """
    x, y = load_rows()
    x = x.astype(f"float{options.bits}")
    order = np.random.default_rng(options.seed).permutation(len(x))
    rows = np.resize(order, options.batches * BATCH)  # from the start again where they end
    big, first, n_updates = _train(options, x, y, rows, k=1, way=WAYS["right"])
    runs = {"big": Run(n_updates, 1.0, 0.0, mean_loss(big, x, y, norm=options.norm))}
    for name, way in WAYS.items():
        weights, slopes, n_updates = _train(options, x, y, rows, k=options.k, way=way)
        times = None if way.is_late or slopes is None or first is None else _multiple(slopes, first)
        difference = max(float(np.abs(weights[part] - big[part]).max()) for part in big)
        runs[name] = Run(n_updates, times, difference, mean_loss(weights, x, y, norm=options.norm))
    return runs


def _train(
    options: Accumulation, x: np.ndarray, y: np.ndarray, rows: np.ndarray, *, k: int, way: Way
) -> tuple[Weights, Weights | None, int]:
    """Go through the rows; gives the weights, the first gradient that made a step, the number of steps."""
    dtype = x.dtype.type
    weights = start(options.norm, n_columns=x.shape[1], seed=options.seed, dtype=dtype)
    optimiser = OPTIMISERS[options.optimiser](options.learning_rate)
    divisor = dtype(k if way.divides else 1)
    total, first, count, n_updates = _zeros(weights), None, 0, 0
    for micro in rows.reshape(-1, BATCH // k):
        count += len(micro)
        slopes = gradients(weights, x[micro], y[micro], norm=options.norm)  # loss.backward()
        total = {name: total[name] + slopes[name] / divisor for name in total}
        if count > BATCH or (count == BATCH and not way.is_late):
            weights = optimiser.step(weights, total)
            first = first or total
            total, count, n_updates = _zeros(weights), 0, n_updates + 1  # opt.zero_grad()
    return weights, first, n_updates


def _zeros(weights: Weights) -> Weights:
    return {name: np.zeros_like(value) for name, value in weights.items()}


def _multiple(slopes: Weights, first: Weights) -> float | None:
    """Say how many times one gradient the other is; None where it points elsewhere."""
    one, other = (np.concatenate([part[name].ravel() for name in first]) for part in (slopes, first))
    one, other = one.astype(float), other.astype(float)
    times = float(one @ other / (other @ other))
    is_multiple = np.abs(one - times * other).max() < 1e-5 * np.abs(one).max()
    return times if is_multiple else None
