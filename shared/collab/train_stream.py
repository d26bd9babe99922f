"""Train in a process of its own, and watch it from here: what it is doing, the curve so far, the result.

    with start_training(TrainRequest(TrainOptions(factors=8))) as run:
        for progress in run.watch():           # a few times a second
            print(progress.phrase, progress.share)
    progress.result.metrics["stars"]["rmse"]   # 0.850

Leaving the block, for whatever reason, ends the process and removes its files; so does `run.stop()`, from any
thread. A run that nobody watches any more ends by itself.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from shared.collab.train import Settings
from shared.collab.train_request import FASTAI_MISSING, TrainRequest, is_installed
from shared.errors import InputError
from shared.limits import MAX_TRAINING_SECONDS

TICK_SECONDS = 0.25  # how often a watcher hears from a run
UNWATCHED_SECONDS = 30  # a run that nobody has asked about for so long is ended
_ROOT = Path(__file__).resolve().parents[2]
_WORKER = "shared.collab.train_worker"

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


class TrainingRun:
    """One training in a process of its own; use it in a `with` block."""

    def __init__(self, request: TrainRequest, *, command: tuple[str, ...] | None = None) -> None:
        self._settings = request.options.filled()
        if not is_installed(self._settings.method):
            raise InputError(FASTAI_MISSING)
        self._folder = tempfile.TemporaryDirectory(prefix="lessons-train-", ignore_cleanup_errors=True)
        self._events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._stopped, self._lock = threading.Event(), threading.Lock()
        self._started = self._watched = time.monotonic()
        try:
            self._process = subprocess.Popen(
                command or (sys.executable, "-m", _WORKER),
                cwd=_ROOT,
                env=_worker_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            self._folder.cleanup()
            raise InputError("The training could not be started. Try again in a minute.") from error
        threading.Thread(target=self._read_events, name="train-events", daemon=True).start()
        threading.Thread(target=self._end_when_forgotten, name="train-watchdog", daemon=True).start()
        path = None if request.ratings is None else str(Path(request.ratings).resolve())
        line = {"options": asdict(request.options), "ratings": path, "folder": self.folder}
        with contextlib.suppress(OSError):  # it ended already: the reader will say how
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(line) + "\n")
            self._process.stdin.flush()

    @property
    def folder(self) -> str:
        """Where the run's files are, as long as it is open."""
        return self._folder.name

    @property
    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the process now; whoever watches sees `is_stopped`. From any thread, any number of times."""
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End the process, and remove its files."""
        self.stop()
        with self._lock:
            self._process.wait()
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
            self._folder.cleanup()

    def __enter__(self) -> "TrainingRun":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def watch(self, *, every: float = TICK_SECONDS) -> Iterator[TrainProgress]:
        """Yield how far the run is, every `every` seconds or a little later, until it ends.

        Raises:
            InputError: the request cannot be trained on, or took too long.
            RuntimeError: the process failed; its own words are in the server's log.
        """
        progress = TrainProgress(n_epochs=self._settings.epochs)
        meter = _ShareMeter(self._settings)
        while True:
            yield progress
            self._watched = time.monotonic()
            events, is_over = self._take_events(every)
            for event in events:
                progress = _advance(progress, event)
                meter.note(event)
            progress = replace(
                progress,
                share=1.0 if progress.result else meter.share(),
                seconds=time.monotonic() - self._started,
                is_stopped=self._stopped.is_set() and progress.result is None,
            )
            if progress.result or progress.is_stopped:
                yield progress
                return
            if is_over:
                self._explain_end()
            if progress.seconds > MAX_TRAINING_SECONDS:
                raise InputError(
                    f"This training took more than {MAX_TRAINING_SECONDS // 60} minutes and was ended. "
                    "Choose fewer epochs or factors."
                )

    def _take_events(self, seconds: float) -> tuple[list[dict[str, Any]], bool]:
        """Events of the next `seconds`, and whether that was all."""
        deadline = time.monotonic() + seconds
        taken: list[dict[str, Any]] = []
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if event is None:
                return taken, True
            taken.append(event)
            if event["kind"] in ("result", "refused"):
                break
        return taken, False

    def _read_events(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with contextlib.suppress(ValueError):  # half a line of a process that was ended
                    self._events.put(json.loads(line))
        self._events.put(None)

    def _end_when_forgotten(self) -> None:
        while self.is_running:
            if time.monotonic() - self._watched > UNWATCHED_SECONDS:
                self.close()
            time.sleep(1)

    def _explain_end(self) -> None:
        """Raise what a process that ended without a result means."""
        code = self._process.wait()
        if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
            raise InputError("The machine ran out of memory. Choose fewer factors, or fewer ratings.")
        raise RuntimeError(f"The training process ended with code {code}.")


class _ShareMeter:
    """How much of a run is over: by epochs where there are any, by the clock between and elsewhere."""

    def __init__(self, settings: Settings) -> None:
        self._bounds, self._n_epochs = _SHARES[settings.method], settings.epochs
        self._stage = self._done = 0
        self._began = self._last = time.monotonic()
        self._shown = 0.0

    def note(self, event: dict[str, Any]) -> None:
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


def _advance(progress: TrainProgress, event: dict[str, Any]) -> TrainProgress:
    """Take one event in."""
    kind = event["kind"]
    if kind == "refused":
        raise InputError(event["text"])
    if kind == "stage":
        return replace(progress, phrase=STAGES.get(event["phrase"], event["phrase"]))
    if kind == "baselines":
        return replace(progress, baselines=event["values"])
    if kind == "epoch":
        entry = {name: event[name] for name in ("epoch", "train_rmse", "valid_rmse")}
        return replace(progress, history=(*progress.history, entry))
    if kind == "result":
        result = RunResult(event["metrics"], event["data"], event["zip_path"])
        return replace(progress, phrase="Done", result=result)
    return progress


def _worker_environment() -> dict[str, str]:
    """The environment of the process: it finds the project, and leaves a core to the page."""
    n_threads = str(max(1, (os.cpu_count() or 2) // 2))
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), n_threads)
    return {**threads, **os.environ, "PYTHONPATH": os.pathsep.join(paths)}
