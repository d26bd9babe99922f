"""Trainings that go on when nobody watches: one at a time, the others wait, and each is found by its token.

A run belongs to whoever knows its token, which cannot be guessed. The page keeps it in the visitor's browser,
so a page that was closed finds its run again. The server keeps a bounded number of runs for a bounded time;
then the run's folder goes, and the visitor's photos with it. When the server ends, its runs end too.

    runs = TrainingRuns()
    token = runs.start(TrainOptions(), fill=lambda folder: unpack_photos("bears.zip", folder))
    runs.look(token).phrase                    # "Waiting for your turn", then what `train` says
    runs.stop(token); runs.go_on(token)        # from the last epoch that was finished
"""

import functools
import logging
import secrets
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.limits import (
    MAX_KEPT_RUNS,
    MAX_PHOTO_TRAINING_SECONDS,
    MAX_WAITING_RUNS,
    RUN_KEPT_SECONDS,
)
from shared.scratch import at_end, new_folder
from shared.vision.train_options import TrainOptions
from shared.vision.train_progress import RunProgress, RunResult, take_in
from shared.worker import RESULT, TICK_SECONDS, JobEndedError, Worker

PHOTOS = "photos"  # the class folders, inside a run's folder
STOPPED = "Stopped"
_WORKER = "shared.vision.train_worker"
_ADVICE = (
    "Press Continue to go on from the last finished epoch, or start again with a smaller size.",
    "Press Continue to go on from the last finished epoch, or start again with fewer epochs or photos.",
)
_FAILED = "The training ended unexpectedly. Press Continue to go on from the last finished epoch."

_log = logging.getLogger("lessons")


@dataclass
class _Run:
    folder: Path
    options: TrainOptions
    progress: RunProgress
    worker: Worker | None = None
    is_resumed: bool = False
    is_stopped: bool = False
    earlier_seconds: float = 0.0  # of a run that was continued
    timer: threading.Timer | None = field(default=None, repr=False)


class TrainingRuns:
    """The runs of one server."""

    def __init__(
        self,
        *,
        command: Sequence[str] | None = None,
        kept_seconds: float = RUN_KEPT_SECONDS,
        max_seconds: float = MAX_PHOTO_TRAINING_SECONDS,
        max_waiting: int = MAX_WAITING_RUNS,
        max_kept: int = MAX_KEPT_RUNS,
    ) -> None:
        """Begin without any.

        Args:
            command: another process in place of `train_worker`.
            kept_seconds: how long a run is kept after its end.
            max_seconds: how long one run may take.
            max_waiting: how many may wait for their turn.
            max_kept: how many are kept altogether; for a new one, the one that ended first is dropped.
        """
        self._command, self._kept_seconds, self._max_seconds = command, kept_seconds, max_seconds
        self._max_waiting, self._max_kept = max_waiting, max_kept
        self._runs: dict[str, _Run] = {}
        self._queue: list[str] = []  # waiting, the next one first
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def start(self, options: TrainOptions, *, fill: Callable[[Path], object]) -> str:
        """Queue a run.

        Args:
            options: of the training.
            fill: puts the photos into the folder it is given, one folder for each class.

        Returns:
            The run's token.

        Raises:
            InputError: an option is out of its range, too many are waiting, or whatever `fill` raises; then
                nothing is kept.
        """
        settings = options.filled()
        self.check_room()
        folder = new_folder("photos")
        try:
            (folder / PHOTOS).mkdir()
            fill(folder / PHOTOS)
            token = secrets.token_urlsafe(24)
            with self._lock:
                self.check_room()
                self._make_room()
                frozen = 0 if settings.init == "none" else settings.freeze_epochs
                self._runs[token] = _Run(folder, options, RunProgress(n_epochs=settings.epochs + frozen))
                self._enqueue(token)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return token

    def check_room(self) -> None:
        """Check that one more run may wait.

        Raises:
            InputError: it may not.
        """
        with self._lock:
            if len(self._queue) >= self._max_waiting:
                raise InputError(
                    f"The queue is full: {len(self._queue)} waiting. Nothing of yours is lost: try again in "
                    "a few minutes."
                )

    def look(self, token: str | None) -> RunProgress | None:
        """How far a run is; None when there is none of this token, or none any more."""
        with self._lock:
            run = self._runs.get(token or "")
            if run is None:
                return None
            if token in self._queue:
                ahead = self._queue.index(token) + sum(
                    other.progress.state == "running" for other in self._runs.values()
                )
                return replace(run.progress, ahead=ahead)
            if run.worker is not None:
                return replace(run.progress, seconds=run.earlier_seconds + run.worker.seconds)
            return run.progress

    def stop(self, token: str | None) -> None:
        """End a run, or take it out of the queue; it may go on later."""
        with self._lock:
            run = self._runs.get(token or "")
            if run is None or run.progress.is_over:
                return
            run.is_stopped = True
            if token in self._queue:
                self._queue.remove(token)
                self._end(token, run, "ended", STOPPED)
            elif run.worker is not None:
                run.worker.stop()

    def go_on(self, token: str | None) -> None:
        """Queue a run again that ended early; it goes on from the last epoch that was finished.

        Raises:
            InputError: there is no such run, or too many are waiting.
        """
        with self._lock:
            run = self._runs.get(token or "")
            if run is None or run.progress.state != "ended":
                raise InputError("There is no training here to continue. Start a new one.")
            self.check_room()
            assert token is not None
            if run.timer is not None:
                run.timer.cancel()
            run.is_resumed, run.is_stopped = True, False
            run.earlier_seconds = run.progress.seconds
            last = max((entry["epoch"] for entry in run.progress.history), default=0)
            run.progress = replace(
                run.progress,
                state="waiting",
                phrase=RunProgress.phrase,
                batches=tuple(batch for batch in run.progress.batches if batch[0] <= last),
            )
            self._enqueue(token)

    def close(self) -> None:
        """End all runs and remove their folders."""
        with self._lock:
            self._is_closed = True
            for token in list(self._runs):
                self.stop(token)
            thread = self._thread
        if thread is not None:
            thread.join()
        with self._lock:
            for token in list(self._runs):
                self._drop(token)

    def _enqueue(self, token: str) -> None:
        self._queue.append(token)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="training-runs", daemon=True)
            self._thread.start()

    def _make_room(self) -> None:
        """Drop the run that ended first when there are as many as may be kept."""
        over = [token for token, run in self._runs.items() if run.progress.is_over]
        for token in over[: max(0, len(self._runs) + 1 - self._max_kept)]:
            self._drop(token)

    def _drop(self, token: str) -> None:
        with self._lock:
            run = self._runs.get(token)
            if run is None or not run.progress.is_over:
                return
            del self._runs[token]
            if run.timer is not None:
                run.timer.cancel()
        shutil.rmtree(run.folder, ignore_errors=True)

    def _work(self) -> None:
        """One run after the other, until none is waiting."""
        while True:
            with self._lock:
                if not self._queue:
                    self._thread = None
                    return
                token = self._queue.pop(0)
                run = self._runs[token]
                run.progress = replace(run.progress, state="running", phrase="Starting")
            try:
                self._train(token, run)
            except JobEndedError as error:
                self._end(token, run, "ended", str(error))
            except InputError as error:
                self._end(token, run, "refused", str(error))
            except Exception:
                _log.exception("a training failed")
                self._end(token, run, "ended", _FAILED)

    def _train(self, token: str, run: _Run) -> None:
        request = {"options": asdict(run.options), "resume": run.is_resumed}
        with Worker(_WORKER, request, folder=run.folder, command=self._command) as worker:
            with self._lock:
                run.worker = worker
                if run.is_stopped:  # between its turn and the start of the process
                    worker.stop()
            result = None
            for events in worker.hear(every=TICK_SECONDS, max_seconds=self._max_seconds, advice=_ADVICE):
                with self._lock:
                    for event in events:
                        run.progress = take_in(run.progress, event)
                        if event["kind"] == RESULT:
                            result = event
            if result is None:
                self._end(token, run, "ended", STOPPED)
            else:
                seconds = run.earlier_seconds + worker.seconds
                paths = str(run.folder), result["artifact"], result["zip_path"]
                self._end(token, run, "done", "Done", RunResult(*paths, result["metrics"], seconds))

    def _end(self, token: str, run: _Run, state: Any, phrase: str, result: RunResult | None = None) -> None:
        """Note how a run ended; from now on its time runs."""
        with self._lock:
            seconds = run.earlier_seconds + (run.worker.seconds if run.worker is not None else 0.0)
            run.worker = None
            run.progress = replace(
                run.progress,
                state=state,
                phrase=phrase,
                result=result,
                share=1.0 if result else run.progress.share,
                seconds=seconds,
            )
            self._runs[token] = self._runs.pop(token)  # the last one to end is the last one to be dropped
            if self._is_closed:  # no thread can be started while Python ends
                return
            run.timer = threading.Timer(self._kept_seconds, self._drop, [token])
            run.timer.daemon = True
            run.timer.start()


@functools.cache
def training_runs() -> TrainingRuns:
    """The runs of this server, made when they are first asked for; they end with it."""
    runs = TrainingRuns()
    at_end(runs.close)
    return runs
