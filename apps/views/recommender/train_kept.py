"""What the browser keeps of a visitor's trainings: the tokens of two runs, and the table of all of them.

saved = kept_training()                        # outside the tabs
saved_token(value, "run"), saved_runs(value)
keep(run=token, result=None, runs=[])          # the next value
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import gradio as gr

from shared.collab.train_request import METHODS
from shared.collab.train_runs import TrainProgress
from shared.limits import MAX_SHOWN_RUNS

BROWSER_KEY = "lessons-recommender-training"
# Gradio scrambles what the browser keeps with this. It hides nothing from the visitor, whose runs they are; a
# fixed value lets the tab say what was lost when the server was restarted.
BROWSER_SECRET = "lessons-recommender"
MOVIELENS = "MovieLens small"
OWN = "My own CSV"


def kept_training() -> gr.BrowserState:
    """What the browser keeps: the tokens of the last run and of the last result, and the table of runs.

    Make it outside the tabs: in a tab that has not been opened, it would come back empty.
    """
    return gr.BrowserState({}, storage_key=BROWSER_KEY, secret=BROWSER_SECRET)


def saved_token(saved: Any, name: str) -> str | None:
    """One of the two tokens that the browser keeps: of the last "run", and of the last "result"."""
    token = saved.get(name) if isinstance(saved, dict) else None
    return token if isinstance(token, str) else None


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


def saved_runs(saved: Any) -> list[RunSummary]:
    """The visitor's runs that the browser keeps; whatever is none is left out."""
    kept = saved.get("runs") if isinstance(saved, dict) else None
    entries = [entry for entry in kept if isinstance(entry, dict)] if isinstance(kept, list) else []
    lines = []
    for entry in entries:
        values: list[Any] = [entry.get(field.name) for field in fields(RunSummary)]
        lines.append(RunSummary(*values))
    return [line for line in lines if _is_line(line)][-MAX_SHOWN_RUNS:]


def _is_line(line: RunSummary) -> bool:
    numbers = (line.number, line.factors, line.epochs, line.weight_decay)
    return (
        line.data in (MOVIELENS, OWN)
        and line.method in METHODS.values()
        and isinstance(line.error, str)
        and all(isinstance(value, int | float) and math.isfinite(value) for value in numbers)
    )


def keep(*, run: str | None, result: str | None, runs: Sequence[RunSummary]) -> dict[str, Any]:
    """Give what the browser keeps from now on."""
    return {"run": run, "result": result, "runs": [asdict(line) for line in runs]}
