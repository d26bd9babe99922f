"""The trainings on ratings from the page: what each is doing, the curve so far, the result.

They run in a process of their own, one at a time, and go on when the page is closed (`shared/jobs`).

    runs = rating_runs()
    token = runs.add(rating_job(TrainRequest(TrainOptions(factors=8))))
    runs.status(token).phrase                  # "Waiting for your turn", then what the process says
    runs.status(token).result.metrics["stars"]["rmse"]   # 0.850, in the end
"""

import functools
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from shared.collab.train import Settings
from shared.collab.train_request import FASTAI_MISSING, TrainRequest, is_installed
from shared.errors import InputError
from shared.jobs import Event, Job, Progress, Runs
from shared.limits import MAX_KEPT_RATING_RUNS, MAX_TRAINING_SECONDS, MAX_WAITING_RATING_RUNS

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
        history: one entry an epoch so far: epoch, train_rmse, valid_rmse.
        baselines: held-out error of the trivial baselines, once known.
        method: "als" or "fastai".
        spans: for each of STAGES, the share that is over as it begins, and as its epochs end.
        stage: the part that goes on, by its place there.
    """

    request: TrainRequest | None = None
    baselines: dict[str, float] = field(default_factory=dict)
    method: str = "als"
    spans: tuple[tuple[float, float], ...] = ()
    stage: int = 0

    @property
    def n_kept(self) -> int:
        """The lesson's method begins again; least squares go on."""
        return super().n_kept if self.method == "als" else 0

    def says_speed(self, event: Event) -> bool:
        """Only epochs do: a part may begin with imports."""
        return event["kind"] in ("epoch", "step")

    def take_in(self, event: Event) -> Self:
        """Take one event of the process in."""
        kind = event["kind"]
        if kind == "stage":
            phrase: str = event["phrase"]
            if phrase not in STAGES:
                return replace(self, phrase=phrase)
            stage = list(STAGES).index(phrase)
            return replace(self, phrase=STAGES[phrase], stage=stage)._learned(0)
        if kind == "baselines":
            return replace(self, baselines=event["values"])
        if kind == "epoch":
            entry = {name: event[name] for name in ("epoch", "train_rmse", "valid_rmse")}
            return self.with_epoch(entry)._learned(event["epoch"])
        if kind == "step":
            return self._learned(event["epoch"])
        if kind == "result":
            return replace(self, result=RunResult(event["metrics"], event["data"], event["zip_path"]))
        return self

    def _learned(self, epoch: float) -> Self:
        """The same after so many epochs of its part; a bar never goes back."""
        low, high = self.spans[self.stage]
        return replace(self, share=max(self.share, low + (high - low) * epoch / self.n_epochs))

    def kept(self) -> Self:
        """All of it by least squares; the lesson's method begins again."""
        return self if self.method == "als" else replace(self, share=0.0, history=())


def spans_of(settings: Settings) -> tuple[tuple[float, float], ...]:
    """Work out `TrainProgress.spans` from the seconds that each of STAGES took on MovieLens small."""
    if settings.method == "als":
        fit = settings.epochs * (0.015 + 0.00047 * settings.factors**2)
        seconds = ((0.0, 1.5), (fit, 0.0), (fit, 1.7), (fit, 1.6), (0.0, 0.2))  # its epochs, and the rest
    else:
        seconds = ((0.0, 4.0), (16.0 * settings.epochs, 6.0), (0.0, 5.0), (0.0, 8.0), (0.0, 1.0))
    whole = sum(map(sum, seconds))
    begins = [sum(map(sum, seconds[:at])) for at in range(len(seconds))]
    return tuple(
        (begin / whole, (begin + epochs) / whole) for begin, (epochs, _) in zip(begins, seconds, strict=True)
    )


def rating_job(request: TrainRequest) -> Job[TrainProgress]:
    """Ask for a training; a visitor's file is copied, and may go then.

    Raises:
        InputError: an option is out of its range, or fastai is not installed.
    """
    settings = request.options.filled()
    if not is_installed(settings.method):
        raise InputError(FASTAI_MISSING)
    progress = TrainProgress(
        request=request,
        n_epochs=settings.epochs,
        method=settings.method,
        spans=spans_of(settings),
    )
    name = None if request.ratings is None else RATINGS
    wanted = {"options": asdict(request.options), "ratings": name}
    return Job(wanted, progress, functools.partial(_copy_ratings, request.ratings))


def _copy_ratings(path: str | None, folder: Path) -> None:
    if path is None:
        return
    try:
        shutil.copyfile(path, folder / RATINGS)
    except FileNotFoundError as error:
        raise InputError("The file is no longer on the server. Upload it again.") from error


def new_rating_runs(*, max_seconds: float = MAX_TRAINING_SECONDS, **settings: Any) -> Runs[TrainProgress]:
    """Make room for the trainings of one server; takes what `Runs` takes."""
    fixed: dict[str, Any] = {
        "kind": "ratings",
        "advice": _ADVICE,
        "max_waiting": MAX_WAITING_RATING_RUNS,
        "max_kept": MAX_KEPT_RATING_RUNS,
    }
    return Runs("shared.collab.train_worker", max_seconds=max_seconds, **fixed, **settings)


rating_runs = functools.cache(new_rating_runs)  # those of this server
