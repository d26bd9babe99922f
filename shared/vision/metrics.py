"""From a network's scores to probabilities, and how good its answers are.

counts = confusion_matrix([0, 0, 1], [0, 1, 1], 2)        # [[1, 1], [0, 1]]
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Turn scores into probabilities that add up to 1, row by row: (n, c)."""
    x = np.asarray(logits, np.float64)
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def sigmoid(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Turn each score into a probability of its own, whatever the others are."""
    return (1 + np.tanh(np.asarray(logits, np.float64) / 2)) / 2  # the same as 1 / (1 + exp(-x)), for any x


def confusion_matrix(actual: Sequence[int], predicted: Sequence[int], n_classes: int) -> list[list[int]]:
    """Count photos by their class (rows) and the model's answer (columns)."""
    counts = np.zeros((n_classes, n_classes), int)
    np.add.at(counts, (np.asarray(actual, int), np.asarray(predicted, int)), 1)
    return [[int(count) for count in row] for row in counts]


def cross_entropy(probabilities: npt.NDArray[np.float64], actual: Sequence[int]) -> npt.NDArray[np.float64]:
    """Give each photo's loss in nats: minus the natural logarithm of its own class's probability; (n,)."""
    own = probabilities[np.arange(len(actual)), np.asarray(actual, int)]
    return -np.log(np.clip(own, 1e-12, 1))
