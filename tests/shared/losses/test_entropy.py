"""Losses and gradients against PyTorch's, the lesson's figures, the page's formulas, what is refused."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from shared.errors import InputError
from shared.losses.entropy import LN_10, Batch, compute
from shared.losses.torch_forms import run_forms
from shared.options import check
from tests.node import in_module

DRAW = np.random.default_rng(1)
TUNED = list(itertools.product((0.3, 1, 4), (0, 0.1, 0.5)))  # temperature, label smoothing


def draw_batch(
    kind: str, temperature: float, smoothing: float, *, rows: int = 5, weigh: bool = True
) -> Batch:
    truth = np.eye(4)[DRAW.integers(4, size=rows)] if kind == "softmax" else DRAW.integers(2, size=(rows, 4))
    return Batch(
        logits=DRAW.normal(size=(rows, 4)).tolist(),
        truth=truth.astype(float).tolist(),
        kind=kind,
        temperature=temperature,
        smoothing=smoothing,
        weights=[1, 0.5, 3, 2] if weigh else [],
    )


@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
@pytest.mark.parametrize(("temperature", "smoothing"), TUNED)
@pytest.mark.parametrize("weigh", [True, False])
def test_losses_and_gradients_are_pytorchs(kind, temperature, smoothing, weigh):
    batch = draw_batch(kind, temperature, smoothing, weigh=weigh)
    z = torch.tensor(batch.logits, dtype=torch.float64, requires_grad=True)
    q = torch.tensor(batch.truth, dtype=torch.float64)
    w = torch.tensor(batch.weights or [1] * 4, dtype=torch.float64)
    if kind == "softmax":
        more = {"weight": w, "label_smoothing": smoothing}
        loss = F.cross_entropy(z / temperature, q.argmax(1), **more)
        losses = F.cross_entropy(z / temperature, q.argmax(1), reduction="none", **more)
        probabilities = (z / temperature).softmax(1)
    else:
        losses = F.binary_cross_entropy_with_logits(z / temperature, q, w, reduction="none").mean(1)
        loss, probabilities = losses.mean(), (z / temperature).sigmoid()
    loss.backward()
    found = compute(batch)
    assert found.loss == pytest.approx(loss.item(), abs=1e-9)
    assert found.losses == pytest.approx(losses.detach().numpy(), abs=1e-9)
    assert found.probabilities == pytest.approx(probabilities.detach().numpy(), abs=1e-9)
    assert found.gradient == pytest.approx(z.grad.numpy(), abs=1e-9)


def test_the_lessons_figures():
    found = compute(Batch())
    assert found.loss == pytest.approx(0.13566, abs=5e-6)
    assert found.loss / LN_10 == pytest.approx(0.05892, abs=5e-6)
    assert found.probabilities[0, :2] == pytest.approx([0.00049, 0.87314], abs=5e-6)


@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
@pytest.mark.parametrize("smoothing", [0, 0.2])
def test_every_form_of_pytorch_gives_the_same_number(kind, smoothing):
    batch = draw_batch(kind, 2, smoothing, rows=1, weigh=False)
    lines = run_forms(batch)
    assert len({code for code, _ in lines}) == len(lines) == 4
    for code, number in lines:
        assert number == pytest.approx(compute(batch).loss, abs=1e-6), code


@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
def test_the_pages_formulas_are_these(kind):
    batches = [draw_batch(kind, *tuned, rows=1, weigh=False) for tuned in TUNED]
    made = in_module(
        "shared/losses/maths.js",
        "return given.map((one) => m.crossEntropy(one.logits[0], one.truth[0], one))",
        [batch.model_dump() for batch in batches],
    )
    for batch, mine in zip(batches, made, strict=True):
        found = compute(batch)
        assert mine["loss"] == pytest.approx(found.loss, abs=1e-12)
        assert mine["probabilities"] == pytest.approx(found.probabilities[0], abs=1e-12)
        assert mine["gradient"] == pytest.approx(found.gradient[0], abs=1e-12)
        assert mine["truth"] == pytest.approx(found.truth[0], abs=1e-12)
        assert mine["exps"] == pytest.approx(np.exp(np.array(batch.logits[0]) / batch.temperature))


def test_the_pages_weighted_mean_is_pytorchs():
    logits, weights, each = DRAW.normal(size=4).tolist(), [1, 0.5, 3, 2], np.eye(4).tolist()
    losses = [compute(Batch(logits=[logits], truth=[row])).loss for row in each]
    given = {"losses": losses, "weights": weights}
    mine = in_module("shared/losses/maths.js", "return m.weightedMean(given.losses, given.weights)", given)
    batch = Batch(logits=[logits] * 4, truth=each, weights=weights)
    assert mine == pytest.approx(compute(batch).loss, abs=1e-12)


def test_far_logits_stay_finite():
    for kind in ("softmax", "sigmoid"):
        found = compute(Batch(logits=[[100, -100]], truth=[[0, 1]], kind=kind, temperature=0.1))
        assert found.loss == pytest.approx(2000 if kind == "softmax" else 1000)
        assert np.isfinite(found.gradient).all()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"logits": []}, "Logits must be 1 to 64 rows of 2 to 8 numbers"),
        ({"logits": [[1]]}, "Logits must be 1 to 64 rows"),
        ({"logits": [[1, 2], [1, 2, 3]]}, "All rows are equally long"),
        ({"logits": [[1, 200]]}, "Logits must be 1 to 64 rows"),
        ({"logits": [[1, 2]]}, "Truth must be as many rows and columns"),
        ({"truth": [[0, 1, 1, 0, 0]]}, "exactly one class is true"),
        ({"truth": [[0, 0.5, 0, 0, 0.5]]}, "exactly one class is true"),
        ({"weights": [1, 2]}, "there are 5 classes"),
        ({"weights": [1, 0, 1, 1, 1]}, "The true classes all weigh 0"),
        ({"temperature": 0}, "Temperature must be a number from 0.1 to 10, not 0"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        compute(check(Batch, wrong))
