"""The table of a visitor's trainings, which their browser keeps.

read_runs(kept.runs)                           # of a `Kept`; asdict(run) is what is kept of one
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from shared.collab.train_request import METHODS
from shared.collab.train_runs import TrainProgress
from shared.limits import MAX_SHOWN_RUNS

MOVIELENS = "MovieLens small"
OWN = "My own CSV"


@dataclass(frozen=True)
class RunSummary:
    """One line of the visitor's runs, which their browser keeps."""

    number: int
    data: str
    method: str
    factors: int
    epochs: int
    weight_decay: float
    error: str  # held out, with its interval

    @classmethod
    def of(cls, progress: TrainProgress, number: int) -> Self:
        """Keep of a finished run what the tab shows of it later."""
        assert progress.request is not None
        assert progress.result is not None
        settings = progress.request.options.filled()
        stars = progress.result.metrics["stars"]
        low, high = stars["rmse_interval"]
        return cls(
            number,
            MOVIELENS if progress.request.ratings is None else OWN,
            settings.method,
            settings.factors,
            settings.epochs,
            settings.weight_decay,
            f"{stars['rmse']:.3f} ({low:.3f} to {high:.3f})",
        )


def read_runs(kept: Iterable[Mapping[str, Any]]) -> list[RunSummary]:
    """The visitor's runs that their browser keeps; whatever is none is left out."""
    lines = [RunSummary(*(entry.get(field.name) for field in fields(RunSummary))) for entry in kept]  # type: ignore[arg-type]
    return [line for line in lines if _is_line(line)][-MAX_SHOWN_RUNS:]


def _is_line(line: RunSummary) -> bool:
    numbers = (line.number, line.factors, line.epochs, line.weight_decay)
    return (
        line.data in (MOVIELENS, OWN)
        and line.method in METHODS.values()
        and isinstance(line.error, str)
        and all(isinstance(value, int | float) and math.isfinite(value) for value in numbers)
    )
