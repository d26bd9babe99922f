"""How the error of a forest is written: which number it is, its unit, and what guessing would get.

scale = error_scale(explorer.encoded)
scale.title, scale.write(0.197)          # "wrong rows (%)", "19.7 %"
guess_error(y_train, y_valid, task="classification")
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.forest.encoded import Encoded
from shared.forest.fit import error_of
from shared.tables.kinds import shorten
from shared.tables.numbers import write_number


@dataclass(frozen=True)
class ErrorScale:
    """One kind of error.

    Attributes:
        name: in a sentence: "wrong rows", "RMSE" or "typical error".
        title: of an axis, with the unit.
        unit: of a number that stands alone.
        is_share: whether it is a share of rows.
        is_log: whether it is an RMSE of logarithms, shown as by how many per cent the number itself is off.
        sign: in front of a number, such as "$".
    """

    name: str
    title: str
    unit: str
    is_share: bool = False
    is_log: bool = False
    sign: str = ""

    @property
    def is_percent(self) -> bool:
        """Say whether what is shown is in per cent."""
        return self.is_share or self.is_log

    def shown(self, error: Any) -> Any:
        """Turn a computed error, or an array of them, into what is shown."""
        if self.is_log:
            return 100 * np.expm1(error)
        return error * 100.0 if self.is_share else error

    def number(self, error: float) -> str:
        """Write the number alone."""
        if self.is_percent and math.isfinite(error):
            return f"{self.shown(error):,.1f}"
        return write_number(error, figures=3)

    def write(self, error: float) -> str:
        """Write the number with its sign for per cent, or of its unit."""
        if not math.isfinite(error):
            return self.number(error)
        return f"{self.number(error)} %" if self.is_percent else f"{self.sign}{self.number(error)}"

    def interval(self, low: float, high: float) -> str:
        """Write both ends of an interval."""
        return f"{self.number(low) if self.is_percent else self.write(low)} to {self.write(high)}"


def error_scale(encoded: Encoded) -> ErrorScale:
    """Choose the error for a table: the share of wrong rows for classes, RMSE for numbers."""
    if encoded.task == "classification":
        return ErrorScale("wrong rows", "wrong rows (%)", "% of rows wrong", is_share=True)
    if encoded.log_of:
        title = f"typical error (% of {shorten(encoded.log_of)})"
        return ErrorScale("typical error", title, f"% of {shorten(encoded.log_of)}", is_log=True)
    title = f"RMSE ({shorten(encoded.target)}{f', {encoded.unit}' if encoded.unit else ''})"
    return ErrorScale("RMSE", title, encoded.target, sign=encoded.unit)


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
