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
_USUAL_SECONDS = 40.0  # of a whole run, before its first epochs say how fast this machine is


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
        parts: how long each of STAGES takes, as shares of the whole run.
        stage: the part that goes on, by its place in STAGES.
        n_done: the last epoch of this part and this turn.
        first: the number of the first one, and when it came.
        began, last: seconds at which the part, and its last epoch, came.
        pace: seconds of a whole run, as its epochs say.
    """

    request: TrainRequest | None = None
    baselines: dict[str, float] = field(default_factory=dict)
    method: str = "als"
    parts: tuple[float, ...] = (0.1, 0.3, 0.3, 0.28, 0.02)
    stage: int = 0
    n_done: int = 0
    first: tuple[int, float] = (0, 0.0)
    began: float = 0.0
    last: float = 0.0
    pace: float = _USUAL_SECONDS

    @property
    def seconds_left(self) -> float | None:
        """An estimate; None until this turn's epochs say how fast it is."""
        return super().seconds_left if self.n_done or self.stage > 1 else None

    @property
    def n_kept(self) -> int:
        """The lesson's method begins again; least squares go on."""
        return super().n_kept if self.method == "als" else 0

    def at(self, seconds: float) -> Self:
        """Estimate the share: by epochs where there are any, by the clock between and elsewhere."""
        low, width = sum(self.parts[: self.stage]), self.parts[self.stage]
        if self.n_done:
            one = max(self.pace * width / self.n_epochs, 1e-3)
            within = (self.n_done + min(0.9, (seconds - self.last) / one)) / self.n_epochs
        else:
            most = 0.9 / self.n_epochs if self.stage == 1 else 0.95
            within = min(most, (seconds - self.began) / (self.pace * width))
        share = max(self.share, low + width * min(within, 1.0))  # a bar never goes back
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
            return self.with_epoch(entry)._timed(int(event["epoch"]))
        if kind == "result":
            return replace(self, result=RunResult(event["metrics"], event["data"], event["zip_path"]))
        return self

    def _timed(self, epoch: int) -> Self:
        """The same with an epoch that came just now; the first one of a turn says nothing of its speed."""
        if not self.n_done:
            share = max(self.share, self.parts[0] + self.parts[1] * epoch / self.n_epochs)
            since = share, self.seconds
            return replace(
                self, n_done=epoch, last=self.seconds, first=(epoch, self.seconds), since=since, share=share
            )
        first, came = self.first
        pace = (self.seconds - came) / (epoch - first) * self.n_epochs / self.parts[1]
        return replace(self, n_done=epoch, last=self.seconds, pace=pace)

    def kept(self) -> Self:
        """The finished epochs and parts by least squares; the lesson's method begins again."""
        is_als = self.method == "als"
        within = len(self.history) / self.n_epochs if self.stage == 1 else 0.0
        share = sum(self.parts[: self.stage]) + self.parts[self.stage] * within if is_als else 0.0
        history = self.history if is_als else ()
        return replace(self, share=share, history=history, stage=0, n_done=0, began=self.seconds)


def _expected_parts(settings: Settings) -> tuple[float, ...]:
    """How long each of STAGES takes: of seconds measured on MovieLens small, their shares."""
    if settings.method == "als":
        fit = settings.epochs * (0.015 + 0.00047 * settings.factors**2)
        seconds = (1.5, fit, fit + 1.7, fit + 1.6, 0.2)
    else:
        seconds = (4.0, 16.0 * settings.epochs, 5.0, 8.0, 1.0)
    return tuple(each / sum(seconds) for each in seconds)


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
        parts=_expected_parts(settings),
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


@functools.cache
def rating_runs() -> Runs[TrainProgress]:
    """The runs of this server, made when they are first asked for; they end with it."""
    runs = new_rating_runs()
    at_end(runs.close)
    return runs
