"""A Titanic passenger through the lesson's network: 12 numbers, 20 hidden units, one probability.

    net = load_net()
    follow(net, net.passengers[1]).survives      # Mrs. Cumings: 0.999998

The weights are those of "Linear model and neural net from scratch" (lesson 5): one hidden layer of 20,
without biases, 30 epochs at a learning rate of 20. `titanic.json` holds them; a test trains them again.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

_FILE = Path(__file__).with_name("titanic.json")


class Passenger(NamedTuple):
    """One row of the table: 12 numbers, each divided by the largest of its column."""

    name: str
    values: list[float]
    survived: bool


class Net(NamedTuple):
    """The trained network, and some rows to send through it."""

    columns: tuple[str, ...]
    layer1: np.ndarray  # (12, 20)
    layer2: np.ndarray  # (20,)
    constant: float
    passengers: tuple[Passenger, ...]


class Flow(NamedTuple):
    """What happens to one row on its way."""

    products: np.ndarray  # (12, 20): each number times each of its weights
    sums: np.ndarray  # (20,): before the ReLU
    hidden: np.ndarray  # (20,): after it
    survives: float  # the probability


@cache
def load_net() -> Net:
    """Read the trained network."""
    read = json.loads(_FILE.read_text(encoding="utf-8"))
    people = tuple(Passenger(**one) for one in read["passengers"])
    layer1, layer2 = np.array(read["layer1"]), np.array(read["layer2"])
    return Net(tuple(read["columns"]), layer1, layer2, read["constant"], people)


def follow(net: Net, passenger: Passenger) -> Flow:
    """Follow one row: x @ layer1, ReLU, @ layer2, sigmoid."""
    x = np.array(passenger.values)  # (12,)
    products = x[:, None] * net.layer1  # (12, 20)
    sums = products.sum(0)  # (20,), the same as x @ layer1
    hidden = np.maximum(sums, 0)
    score = float(hidden @ net.layer2 + net.constant)
    return Flow(products, sums, hidden, float(1 / (1 + np.exp(-score))))
