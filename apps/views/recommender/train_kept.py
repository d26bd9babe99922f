"""The table of a visitor's trainings, which their browser keeps.

read_runs(kept.runs)                           # of a `Kept`; run.model_dump() is what is kept of one
"""

import contextlib
from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import ValidationError

from shared.collab.train_runs import TrainProgress
from shared.limits import MAX_SHOWN_RUNS
from shared.options import Options

MOVIELENS: Literal["MovieLens small"] = "MovieLens small"
OWN: Literal["My own CSV"] = "My own CSV"


class RunSummary(Options):
    """One line of the visitor's runs, which their browser keeps."""

    number: int
    data: Literal["MovieLens small", "My own CSV"]
    method: Literal["als", "fastai"]
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
            number=number,
            data=MOVIELENS if progress.request.ratings is None else OWN,
            error=f"{stars['rmse']:.3f} ({low:.3f} to {high:.3f})",
            **{name: getattr(settings, name) for name in ("method", "factors", "epochs", "weight_decay")},
        )


def read_runs(kept: Iterable[Any]) -> list[RunSummary]:
    """The visitor's runs that their browser keeps; whatever is none is left out."""
    lines = []
    for entry in kept:
        with contextlib.suppress(ValidationError):
            lines.append(RunSummary.model_validate(entry))
    return lines[-MAX_SHOWN_RUNS:]
