"""What a visitor may ask the tab *Train* for: methods, how far their numbers go, and the check of a request.

request = read_request(None, "Alternating least squares", 8, 60, 0)
request.options.filled().method            # "als"
is_installed("fastai")                     # False where only the app's own packages are
"""

from dataclasses import dataclass

from shared.collab.train import TrainOptions
from shared.errors import InputError
from shared.installed import explain_missing, find_missing
from shared.limits import (
    MAX_ALS_FACTORS,
    MAX_PAGE_FASTAI_EPOCHS,
    MAX_PAGE_FASTAI_FACTORS,
    MAX_TRAINING_EPOCHS,
)

METHODS = {"Alternating least squares": "als", "fastai, as in the lesson": "fastai"}
NEEDED = {"als": (), "fastai": ("fastai", "torch")}  # packages, by method
FASTAI_MISSING = explain_missing("This method", *NEEDED["fastai"])


@dataclass(frozen=True)
class Ranges:
    """How far a method's numbers go on the page."""

    max_factors: int
    max_epochs: int
    max_decay: float
    decay_step: float
    decay_hint: str


RANGES = {
    "als": Ranges(
        max_factors=MAX_ALS_FACTORS,
        max_epochs=MAX_TRAINING_EPOCHS,
        max_decay=20.0,
        decay_step=0.5,
        decay_hint="Extra pull towards 0. It learns its own, so 0 is fine.",
    ),
    "fastai": Ranges(
        max_factors=MAX_PAGE_FASTAI_FACTORS,
        max_epochs=MAX_PAGE_FASTAI_EPOCHS,
        max_decay=1.0,
        decay_step=0.01,
        decay_hint="Pull towards 0. The lesson takes 0.1.",
    ),
}


@dataclass(frozen=True)
class TrainRequest:
    """What to train.

    Attributes:
        options: method and its settings.
        ratings: the path of a visitor's CSV; None for MovieLens small.
    """

    options: TrainOptions
    ratings: str | None = None


def read_request(
    path: str | None, method: str, factors: float, epochs: float, decay: float, *, is_own: bool = False
) -> TrainRequest:
    """Check what the page or a program asks for.

    Args:
        path: of an uploaded CSV, if there is one.
        method: a label of METHODS.
        factors: numbers that describe a film.
        epochs: times through the ratings.
        decay: weight decay.
        is_own: whether to learn from the CSV.

    Raises:
        InputError: a value is no number in the method's range, or the CSV is missing.
    """
    key = METHODS.get(method)
    if key is None:
        raise InputError(f"Choose a method: {' or '.join(METHODS)}.")
    ranges = RANGES[key]
    _check("factors", factors, 1, ranges.max_factors)
    _check("epochs", epochs, 1, ranges.max_epochs)
    _check("weight decay", decay, 0, ranges.max_decay)
    if is_own and not path:
        raise InputError("Upload a CSV of ratings first, or choose MovieLens small.")
    options = TrainOptions(method=key, factors=int(factors), epochs=int(epochs), weight_decay=float(decay))
    return TrainRequest(options, path if is_own else None)


def is_installed(method: str) -> bool:
    """Whether what the method needs is there; nothing is imported to find out."""
    return not find_missing(*NEEDED[method])


def _check(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise InputError(f"The {name} must be a number from {low:g} to {high:g}.")
