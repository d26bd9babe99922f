"""Softmax and the rest, each against another road to the same number."""

import math

import numpy as np
import pytest
from scipy import special

from shared.vision.metrics import confusion_matrix, cross_entropy, sigmoid, softmax


def test_softmax_and_sigmoid_are_those_of_scipy() -> None:
    logits = np.random.default_rng(0).normal(0, 5, (50, 4)).astype(np.float32)
    assert softmax(logits) == pytest.approx(special.softmax(logits.astype(float), axis=1), abs=1e-12)
    assert sigmoid(logits) == pytest.approx(special.expit(logits.astype(float)), abs=1e-12)


@pytest.mark.filterwarnings("error")
def test_large_scores_are_no_trouble() -> None:
    logits = np.array([[1e4, 0, -1e4]], np.float32)
    assert softmax(logits).tolist() == [[1, 0, 0]]
    assert sigmoid(logits).tolist() == [[1, 0.5, 0]]


def test_the_confusion_matrix_counts_rows_by_truth() -> None:
    actual, predicted = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]
    assert confusion_matrix(actual, predicted, 3) == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    assert confusion_matrix([], [], 2) == [[0, 0], [0, 0]]


def test_cross_entropy_is_that_of_torch() -> None:
    import torch

    logits = np.random.default_rng(1).normal(0, 3, (20, 3)).astype(np.float32)
    actual = list(np.random.default_rng(2).integers(0, 3, 20))
    theirs = torch.nn.functional.cross_entropy(
        torch.from_numpy(logits), torch.tensor(actual), reduction="none"
    )
    assert cross_entropy(softmax(logits), actual) == pytest.approx(theirs.numpy(), abs=1e-5)
    sure_and_wrong = cross_entropy(np.array([[1.0, 0.0]]), [1])
    assert math.isfinite(sure_and_wrong[0])
