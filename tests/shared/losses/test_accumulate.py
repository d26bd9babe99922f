"""Gradients and optimisers against PyTorch's, and which loops take the same step as one big batch."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from shared.losses.accumulate import BATCH, Accumulation, accumulate, load_rows
from shared.losses.net import OPTIMISERS, gradients, mean_loss, start

NORMS = {"none": nn.Identity, "LayerNorm": nn.LayerNorm, "BatchNorm": nn.BatchNorm1d}
SETTINGS = [
    Accumulation(split=split, optimiser=optimiser, norm=norm, batches=3, learning_rate=0.01)
    for split, optimiser, norm in itertools.product(("2 × 32", "16 × 4"), ("SGD", "Adam"), NORMS)
]


def in_torch(weights, norm: str) -> nn.Sequential:
    net = nn.Sequential(nn.Linear(7, 16), NORMS[norm](16), nn.ReLU(), nn.Linear(16, 2)).double()
    with torch.no_grad():
        for layer, w, b in ((net[0], "w1", "b1"), (net[3], "w2", "b2")):
            layer.weight.copy_(torch.tensor(weights[w].T))
            layer.bias.copy_(torch.tensor(weights[b]))
    return net


def as_ours(net: nn.Sequential, norm: str) -> dict[str, np.ndarray]:
    found = {"w1": net[0].weight.T, "b1": net[0].bias, "w2": net[3].weight.T, "b2": net[3].bias}
    if norm != "none":
        found |= {"scale": net[1].weight, "shift": net[1].bias}
    return {name: value.detach().numpy() for name, value in found.items()}


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_losses_and_steps_are_pytorchs(norm, optimiser):
    x, y = load_rows()
    weights = start(norm, n_columns=7, seed=3, dtype=np.float64)
    net, ours = in_torch(weights, norm), OPTIMISERS[optimiser](0.05)
    theirs = getattr(torch.optim, optimiser)(net.parameters(), lr=0.05)
    for rows in np.arange(5 * BATCH).reshape(5, BATCH):
        loss = nn.functional.cross_entropy(net(torch.tensor(x[rows])), torch.tensor(y[rows]))
        assert mean_loss(weights, x[rows], y[rows], norm=norm) == pytest.approx(loss.item(), abs=1e-9)
        loss.backward()
        theirs.step()
        theirs.zero_grad()
        weights = ours.step(weights, gradients(weights, x[rows], y[rows], norm=norm))
        expected = as_ours(net, norm)
        assert weights.keys() == expected.keys()
        # The bias before a BatchNorm has no slope: Adam divides rounding by rounding there.
        left_out = {"b1"} if norm == "BatchNorm" else set()
        for name in expected.keys() - left_out:
            assert weights[name] == pytest.approx(expected[name], abs=1e-6), name


@pytest.mark.parametrize("options", SETTINGS, ids=lambda o: f"{o.split}-{o.optimiser}-{o.norm}")
def test_only_the_right_loop_takes_the_same_steps_and_only_without_batch_norm(options):
    runs = accumulate(options)
    assert runs["big"].difference == 0
    assert runs["right"].updates == runs["summed"].updates == runs["big"].updates == 3
    assert runs["late"].updates == runs["published"].updates == (3 * BATCH) // (BATCH + BATCH // options.k)
    assert min(runs["late"].difference, runs["published"].difference) > 1e-5
    if options.norm == "BatchNorm":
        assert runs["right"].difference > 1e-3
        assert runs["right"].times is None
        return
    assert runs["right"].difference < 1e-6
    assert runs["right"].times == pytest.approx(1, abs=1e-6)
    assert runs["summed"].times == pytest.approx(options.k, rel=1e-6)
    if options.optimiser == "Adam":
        assert runs["summed"].difference < 1e-3 < runs["late"].difference
    else:
        assert runs["summed"].difference > 1e-3


def test_after_one_batch_of_64_the_published_loop_has_not_stepped():
    runs = accumulate(Accumulation())
    assert (runs["published"].updates, runs["right"].updates) == (0, 1)


def test_what_is_left_is_rounding():
    differences = [accumulate(Accumulation(bits=bits))["right"].difference for bits in ("32", "64")]
    assert differences[1] < 1e-15 < 1e-9 < differences[0] < 1e-6


def test_the_rows_are_the_titanics():
    x, y = load_rows()
    assert x.shape == (891, 7)
    assert y.sum() == 342
    assert x.mean(axis=0) == pytest.approx(np.zeros(7), abs=1e-12)
    assert x.std(axis=0) == pytest.approx(np.ones(7))
