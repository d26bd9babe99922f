"""Cross-entropy, step by step: logits, exp, softmax, log, loss, and the gradient that comes back.

    batch = Batch(logits=[[-4.8852, 2.5975, 0.5917, -2.0689, -4.5687]], truth=[[0, 1, 0, 0, 0]])
    found = compute(batch)
    found.loss, found.loss / LN_10       # 0.13566 as PyTorch has it, 0.05892 as the lesson's spreadsheet
    found.gradient                       # softmax - one-hot

The truth q of a row holds a 1 for what is true. Label smoothing mixes it with the same share for each class.
A row's loss is - sum(q * w * log p), with the class weights w. The mean over rows divides by the weights of
the true classes, as PyTorch does. A sigmoid asks of each class alone whether it is there, and takes the mean
over all answers. Dividing the logits by a temperature above 1 makes the model less sure.

Follows `entropy_example.xlsx` of lesson 7 of Practical Deep Learning for Coders. Label smoothing: Szegedy et
al., "Rethinking the Inception architecture for computer vision" (2016).
"""

import math
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import Field

from shared.errors import InputError
from shared.options import Options

MOST_CLASSES, MOST_ROWS, FARTHEST = 8, 64, 100
LN_10 = math.log(10)
LESSON_LOGITS = [-4.8852, 2.5975, 0.5917, -2.0689, -4.5687]  # cat, dog, plane, fish, building
LESSON_TRUTH = [0.0, 1.0, 0.0, 0.0, 0.0]
_Logit = Annotated[float, Field(strict=True, ge=-FARTHEST, le=FARTHEST)]
_Share = Annotated[float, Field(strict=True, ge=0, le=1)]
_Weight = Annotated[float, Field(strict=True, ge=0, le=FARTHEST)]


def _list_of(title: str, description: str, wanted: str) -> Any:
    return Field(title=title, description=description, json_schema_extra={"wanted": wanted})


_LOGITS = (
    f"1 to {MOST_ROWS} rows of 2 to {MOST_CLASSES} numbers from -{FARTHEST} to {FARTHEST}, one for each class"
)
_TRUTH = "as many rows and columns as the logits, 1 for what is true and 0 for the rest"
_WEIGHTS = f"empty, or a number from 0 to {FARTHEST} for each class"
Kind = Annotated[Literal["softmax", "sigmoid"], Field(title="One answer, or many?")]
Temperature = Annotated[float, Field(ge=0.1, le=10, title="Temperature", json_schema_extra={"step": 0.1})]
_Smoothing = Field(
    ge=0, le=0.5, title="Label smoothing", description="With softmax", json_schema_extra={"step": 0.01}
)
Smoothing = Annotated[float, _Smoothing]


Rows = list[list[_Logit]]
Shares = list[list[_Share]]
_ONE_ROW: Rows = [LESSON_LOGITS]
_ITS_TRUTH: Shares = [LESSON_TRUTH]
_ALL_ALIKE: list[_Weight] = []


class Batch(Options):
    """Rows of logits, and what is true of each."""

    logits: Annotated[Rows, _list_of("Logits", "What a model says of each row", _LOGITS)] = _ONE_ROW
    truth: Annotated[Shares, _list_of("Truth", "What is true of each row", _TRUTH)] = _ITS_TRUTH
    kind: Kind = "softmax"
    temperature: Temperature = 1
    smoothing: Smoothing = 0
    weights: Annotated[list[_Weight], _list_of("Weights", "What each class counts", _WEIGHTS)] = _ALL_ALIKE


class Found(NamedTuple):
    """What came of it; every array has the shape of the logits unless it says otherwise."""

    probabilities: np.ndarray
    truth: np.ndarray  # after smoothing
    losses: np.ndarray  # (n_rows,)
    loss: float  # natural logarithm, the mean over rows
    gradient: np.ndarray  # of the loss, for each logit


def compute(batch: Batch) -> Found:
    """Work out everything between logits and loss, and the gradient back.

    Raises:
        InputError: rows do not fit each other.
    """
    z, q, w = _as_arrays(batch)
    if batch.kind == "sigmoid":
        return _sigmoid(z / batch.temperature, q, w, batch.temperature)
    shares = batch.smoothing / z.shape[1] + (1 - batch.smoothing) * q
    counts = (1 - batch.smoothing) * q * (q @ w)[:, None] + batch.smoothing / z.shape[1] * w
    log_p = log_softmax(z / batch.temperature)
    losses = -(counts * log_p).sum(axis=1)
    total = float((q @ w).sum())
    back = np.exp(log_p) * counts.sum(axis=1, keepdims=True) - counts
    return Found(np.exp(log_p), shares, losses, float(losses.sum()) / total, back / total / batch.temperature)


def log_softmax(z: np.ndarray) -> np.ndarray:
    """Give the logarithms of the softmax of each row, without an exp that could overflow."""
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _sigmoid(z: np.ndarray, q: np.ndarray, w: np.ndarray, temperature: float) -> Found:
    """Ask of each class by itself: the loss is -log p where it is there, and -log(1 - p) where not."""
    log_p, log_not = -np.logaddexp(0, -z), -np.logaddexp(0, z)  # 1 - p itself would underflow
    parts = -w * (q * log_p + (1 - q) * log_not)
    gradient = w * (np.exp(log_p) - q) / z.size / temperature
    return Found(np.exp(log_p), q, parts.mean(axis=1), float(parts.mean()), gradient)


def _as_arrays(batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give logits and truth, (n_rows, n_classes), and the class weights, (n_classes,)."""
    widths = {len(row) for row in batch.logits}
    if not 1 <= len(batch.logits) <= MOST_ROWS or len(widths) > 1 or not 2 <= min(widths) <= MOST_CLASSES:
        raise InputError(f"Logits must be {_LOGITS}. All rows are equally long.")
    z, n_classes = np.array(batch.logits, dtype=float), min(widths)
    if [len(row) for row in batch.truth] != [n_classes] * len(z):
        raise InputError(f"Truth must be {_TRUTH}.")
    q = np.array(batch.truth, dtype=float)
    if batch.kind == "softmax" and (np.sort(q, axis=1) != np.eye(n_classes)[-1]).any():
        raise InputError("With softmax each row of the truth has a single 1: exactly one class is true.")
    if batch.weights and len(batch.weights) != n_classes:
        raise InputError(f"Class weights must be {_WEIGHTS}: there are {n_classes} classes.")
    w = np.array(batch.weights or [1] * n_classes, dtype=float)
    if batch.kind == "softmax" and not (q @ w).sum():
        raise InputError(
            "The true classes all weigh 0, so there is nothing to take a mean of. Raise a weight."
        )
    return z, q, w
