"""The trainings on ratings from the page: what each is doing, the curve so far, the result.

They run in a process of their own, one at a time, and go on when the page is closed (`shared/jobs`).

    runs = RatingRuns()
    token = runs.start(TrainRequest(TrainOptions(factors=8)))
    runs.look(token).phrase                    # "Waiting for your turn", then what the process says
    runs.look(token).result.metrics["stars"]["rmse"]   # 0.850, in the end
"""

import functools
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from shared.collab.train_request import FASTAI_MISSING, TrainRequest, is_installed
from shared.errors import InputError
from shared.jobs import Event, Progress, Runs
from shared.limits import MAX_KEPT_RATING_RUNS, MAX_TRAINING_SECONDS, MAX_WAITING_RATING_RUNS
from shared.scratch import at_end

RATINGS = "ratings.csv"  # a visitor's own, inside a run's folder
_ADVICE = ("Choose fewer factors, or fewer ratings.", "Choose fewer epochs or factors.")

# What `train` and the process say as each part begins, in order, and what a visitor reads.
STAGES = {
    "Reading the ratings": "Reading the ratings",
    "Measuring the error on held-out ratings": "Learning from nine ratings in ten",
    "Measuring the list on held-out users": "Measuring the list on people held out",
    "Fitting on all ratings": "Learning again from all ratings",
    "Writing the artifact": "Writing the model",
}
# The share of the whole run that is over as each part begins.
_SHARES = {
    "als": (0.0, 0.05, 0.4, 0.7, 0.98, 1.0),
    "fastai": (0.0, 0.04, 0.86, 0.91, 0.99, 1.0),
}
_SLOW_STAGE_SECONDS = 3.0  # a part without epochs is drawn as half over by then


@dataclass(frozen=True)
class RunResult:
    """What a run leaves, for as long as the server keeps it.

    Attributes:
        metrics: held-out errors with intervals, and the lists, as `train` measures them.
        data: source and size of the ratings.
        zip_path: the model, packed.
    """

    metrics: dict[str, Any]
    data: dict[str, Any]
    zip_path: str


@dataclass(frozen=True)
class TrainProgress(Progress):
    """How far a run is.

    Attributes:
        request: what was asked for; None only for a progress that was made without a run.
        n_epochs: how many there will be.
        history: one entry an epoch so far: epoch, train_rmse, valid_rmse.
        baselines: held-out error of the trivial baselines, once known.
        method: "als" or "fastai".
        stage: the part that goes on, by its place in STAGES.
        n_done: epochs of this part.
        began, last: seconds at which the part, and its last epoch, came.
    """

    request: TrainRequest | None = None
    n_epochs: int = 0
    history: tuple[dict[str, float], ...] = ()
    baselines: dict[str, float] = field(default_factory=dict)
    method: str = "als"
    stage: int = 0
    n_done: int = 0
    began: float = 0.0
    last: float = 0.0

    def at(self, seconds: float) -> Self:
        """Estimate the share: by epochs where there are any, by the clock between and elsewhere."""
        n_epochs = max(self.n_epochs, 1)
        low, high = _SHARES[self.method][self.stage : self.stage + 2]
        if self.n_done:
            one = max((self.last - self.began) / self.n_done, 1e-3)
            within = (self.n_done + min(0.9, (seconds - self.last) / one)) / n_epochs
        else:
            within = _half_life(seconds - self.began) * (0.9 / n_epochs if self.stage == 1 else 0.95)
        share = max(self.share, low + (high - low) * min(within, 1.0))  # a bar never goes back
        return replace(self, seconds=seconds, share=share)

    def take_in(self, event: Event) -> Self:
        """Take one event of the process in."""
        kind = event["kind"]
        if kind == "stage":
            phrase: str = event["phrase"]
            if phrase not in STAGES:
                return replace(self, phrase=phrase)
            stage = list(STAGES).index(phrase)
            return replace(self, phrase=STAGES[phrase], stage=stage, n_done=0, began=self.seconds)
        if kind == "baselines":
            return replace(self, baselines=event["values"])
        if kind == "epoch":
            entry = {name: event[name] for name in ("epoch", "train_rmse", "valid_rmse")}
            n_done = int(event["epoch"])
            return replace(self, history=(*self.history, entry), n_done=n_done, last=self.seconds)
        if kind == "result":
            return replace(self, result=RunResult(event["metrics"], event["data"], event["zip_path"]))
        return self

    def kept(self) -> Self:
        """Nothing: a training on ratings begins again."""
        return replace(
            self, share=0.0, history=(), baselines={}, stage=0, n_done=0, began=self.seconds, last=0.0
        )


def _half_life(seconds: float) -> float:
    return seconds / (seconds + _SLOW_STAGE_SECONDS)


class RatingRuns(Runs[TrainProgress]):
    """The trainings of one server."""

    def __init__(
        self,
        *,
        max_seconds: float = MAX_TRAINING_SECONDS,
        max_waiting: int = MAX_WAITING_RATING_RUNS,
        max_kept: int = MAX_KEPT_RATING_RUNS,
        **settings: Any,
    ) -> None:
        """Take what `Runs` takes."""
        super().__init__(
            "shared.collab.train_worker",
            kind="ratings",
            advice=_ADVICE,
            continue_button="Train",
            max_seconds=max_seconds,
            max_waiting=max_waiting,
            max_kept=max_kept,
            **settings,
        )

    def start(self, request: TrainRequest) -> str:
        """Queue a training; a visitor's file is copied, and may go then.

        Returns:
            The run's token.

        Raises:
            InputError: an option is out of its range, fastai is not installed, the file is gone, or too many
                are waiting.
        """
        settings = request.options.filled()
        if not is_installed(settings.method):
            raise InputError(FASTAI_MISSING)
        progress = TrainProgress(request=request, n_epochs=settings.epochs, method=settings.method)

        def copy_ratings(folder: Path) -> None:
            if request.ratings is None:
                return
            try:
                shutil.copyfile(request.ratings, folder / RATINGS)
            except FileNotFoundError as error:
                raise InputError("The file is no longer on the server. Upload it again.") from error

        name = None if request.ratings is None else RATINGS
        return self.add({"options": asdict(request.options), "ratings": name}, progress, fill=copy_ratings)


@functools.cache
def rating_runs() -> RatingRuns:
    """The runs of this server, made when they are first asked for; they end with it."""
    runs = RatingRuns()
    at_end(runs.close)
    return runs
