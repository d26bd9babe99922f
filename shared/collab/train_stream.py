"""Train in a process of its own, and watch it from here: what it is doing, the curve so far, the result.

    with start_training(TrainRequest(TrainOptions(factors=8))) as run:
        for progress in run.watch():           # a few times a second
            print(progress.phrase, progress.share)
    progress.result.metrics["stars"]["rmse"]   # 0.850

Leaving the block, for whatever reason, ends the process and removes its files; so does `run.stop()`, from any
thread. A run that nobody watches any more ends by itself.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from shared.collab.train import Settings
from shared.collab.train_request import FASTAI_MISSING, TrainRequest, is_installed
from shared.errors import InputError
from shared.limits import MAX_TRAINING_SECONDS
from shared.worker import TICK_SECONDS, Event, Worker

UNWATCHED_SECONDS = 30  # a run that nobody has asked about for so long is ended
_WORKER = "shared.collab.train_worker"
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
    """What a run leaves.

    Attributes:
        metrics: held-out errors with intervals, and the lists, as `train` measures them.
        data: source and size of the ratings.
        zip_path: the model, packed; gone when the run is closed.
    """

    metrics: dict[str, Any]
    data: dict[str, Any]
    zip_path: str


@dataclass(frozen=True)
class TrainProgress:
    """How far a run is.

    Attributes:
        phrase: what is being done.
        share: from 0 to 1, of the whole run; an estimate.
        seconds: since the start.
        n_epochs: how many there will be.
        history: one entry an epoch so far: epoch, train_rmse, valid_rmse.
        baselines: held-out error of the trivial baselines, once known.
        is_stopped: whether `stop` ended the run.
        result: None until the end.
    """

    phrase: str = "Starting"
    share: float = 0.0
    seconds: float = 0.0
    n_epochs: int = 0
    history: tuple[dict[str, float], ...] = ()
    baselines: dict[str, float] = field(default_factory=dict)
    is_stopped: bool = False
    result: RunResult | None = None


class TrainingRun(Worker):
    """One training in a process of its own; use it in a `with` block."""

    def __init__(self, request: TrainRequest, *, command: tuple[str, ...] | None = None) -> None:
        self._settings = request.options.filled()
        if not is_installed(self._settings.method):
            raise InputError(FASTAI_MISSING)
        path = None if request.ratings is None else str(Path(request.ratings).resolve())
        super().__init__(
            _WORKER,
            {"options": asdict(request.options), "ratings": path},
            command=command,
            unwatched_seconds=UNWATCHED_SECONDS,
        )

    def watch(self, *, every: float = TICK_SECONDS) -> Iterator[TrainProgress]:
        """Yield how far the run is, every `every` seconds or a little later, until it ends.

        Raises:
            InputError: the request cannot be trained on, or took too long.
            RuntimeError: the process failed; its own words are in the server's log.
        """
        progress = TrainProgress(n_epochs=self._settings.epochs)
        meter = _ShareMeter(self._settings)
        yield progress
        for events in self.hear(every=every, max_seconds=MAX_TRAINING_SECONDS, advice=_ADVICE):
            for event in events:
                progress = _advance(progress, event)
                meter.note(event)
            progress = replace(
                progress,
                share=1.0 if progress.result else meter.share(),
                seconds=self.seconds,
                is_stopped=self.is_stopped and progress.result is None,
            )
            yield progress


class _ShareMeter:
    """How much of a run is over: by epochs where there are any, by the clock between and elsewhere."""

    def __init__(self, settings: Settings) -> None:
        self._bounds, self._n_epochs = _SHARES[settings.method], settings.epochs
        self._stage = self._done = 0
        self._began = self._last = time.monotonic()
        self._shown = 0.0

    def note(self, event: Event) -> None:
        now = time.monotonic()
        if event["kind"] == "stage" and event["phrase"] in STAGES:
            self._stage, self._done, self._began = list(STAGES).index(event["phrase"]), 0, now
        elif event["kind"] == "epoch":
            self._done, self._last = int(event["epoch"]), now

    def share(self) -> float:
        low, high = self._bounds[self._stage : self._stage + 2]
        now = time.monotonic()
        if self._done:
            seconds = (self._last - self._began) / self._done  # of one epoch
            within = (self._done + min(0.9, (now - self._last) / max(seconds, 1e-3))) / self._n_epochs
        elif self._stage == 1:
            within = 0.9 / self._n_epochs * _half_life(now - self._began)
        else:
            within = 0.95 * _half_life(now - self._began)
        self._shown = max(self._shown, low + (high - low) * min(within, 1.0))  # a bar never goes back
        return self._shown


def _half_life(seconds: float) -> float:
    return seconds / (seconds + _SLOW_STAGE_SECONDS)


def start_training(request: TrainRequest) -> TrainingRun:
    """Start a run.

    Raises:
        InputError: an option is out of its range, fastai is not installed, or no process can be started.
    """
    return TrainingRun(request)


def _advance(progress: TrainProgress, event: Event) -> TrainProgress:
    """Take one event in."""
    kind = event["kind"]
    if kind == "stage":
        phrase: str = event["phrase"]
        return replace(progress, phrase=STAGES.get(phrase, phrase))
    if kind == "baselines":
        return replace(progress, baselines=event["values"])
    if kind == "epoch":
        entry = {name: event[name] for name in ("epoch", "train_rmse", "valid_rmse")}
        return replace(progress, history=(*progress.history, entry))
    if kind == "result":
        result = RunResult(event["metrics"], event["data"], event["zip_path"])
        return replace(progress, phrase="Done", result=result)
    return progress
