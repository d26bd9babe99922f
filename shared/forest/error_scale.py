"""How the error of a forest is written: which number it is, its unit, and what guessing would get.

scale = error_scale(explorer.encoded)
scale.title, scale.write(0.197)          # "wrong rows (%)", "19.7 %"
guess_error(y_train, y_valid, task="classification")
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.forest.encoded import Encoded
from shared.forest.fit import error_of


@dataclass(frozen=True)
class ErrorScale:
    """One kind of error.

    Attributes:
        name: in a sentence: "wrong rows" or "RMSE".
        title: of an axis, with the unit.
        unit: of a number that stands alone.
        factor: from the computed number to the one that is shown.
    """

    name: str
    title: str
    unit: str
    factor: float = 1.0

    @property
    def is_share(self) -> bool:
        """Say whether the error is a share of rows."""
        return self.factor != 1.0

    def number(self, error: float) -> str:
        """Write the number alone."""
        if self.is_share and math.isfinite(error):
            return f"{error * self.factor:.1f}"
        return write_number(error)

    def write(self, error: float) -> str:
        """Write the number with its sign for per cent, where it is a share."""
        return f"{self.number(error)} %" if self.is_share and math.isfinite(error) else self.number(error)

    def interval(self, low: float, high: float) -> str:
        """Write both ends of an interval."""
        return f"{self.number(low)} to {self.write(high)}"


def write_number(value: float) -> str:
    """Write a number to three digits, and a large one to the last whole."""
    if not math.isfinite(value):
        return "not known"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def error_scale(encoded: Encoded) -> ErrorScale:
    """Choose the error for a table: the share of wrong rows for classes, RMSE for numbers."""
    if encoded.task == "classification":
        return ErrorScale("wrong rows", "wrong rows (%)", "%", 100.0)
    return ErrorScale("RMSE", f"RMSE ({encoded.target})", encoded.target)


def guess_error(y_train: np.ndarray, y: np.ndarray, *, task: str) -> float:
    """Give the error of always saying the mean, or always the largest class, of the training rows.

    Args:
        y_train: (n,) targets that the guess is taken from.
        y: (m,) targets that it is measured on.
        task: "regression" or "classification".
    """
    if task == "classification":
        n_classes = int(max(y_train.max(), y.max())) + 1
        shares = np.bincount(y_train.astype(int), minlength=n_classes) / len(y_train)
        return error_of(y, np.tile(shares, (len(y), 1)))
    return error_of(y, np.full(len(y), y_train.mean()))


def next_window(value: float, step: float) -> float:
    """Give the end of an axis that jumps and never creeps: 1, 1.5, 2, 3, 4, 6 ... times a step.

    Args:
        value: the largest number that is drawn.
        step: the end of the axis while nothing is larger, above 0.
    """
    end, factor = step, 1.5
    while math.isfinite(value) and end < value:
        end, factor = end * factor, 4 / 3 if factor == 1.5 else 1.5
    return end
