"""Long jobs that go on when nobody watches: one at a time, the others wait, and each is found by its token.

A run belongs to whoever knows its token, which cannot be guessed. The page keeps it in the visitor's browser,
so a page that was closed or loaded anew finds its run again. What nobody watches waits for what somebody
watches: a run whose page has not asked for a while gives its place to one whose page is open, and goes on
later. The server keeps a bounded number of runs for a bounded time; then the run's folder goes, and what the
visitor sent with it. When the server ends, its runs end too.

    runs = Runs("shared.vision.train_worker", kind="photos", max_seconds=600)
    token = runs.add({"options": {}}, Progress(), fill=lambda folder: unpack_photos("bears.zip", folder))
    runs.look(token).phrase                    # "Waiting for your turn", then what the process says
    runs.stop(token); runs.go_on(token)

What a topic brings is its `Progress`: what the page shows of a run, put together from the process's events.
"""

import contextvars
import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

from shared.errors import InputError
from shared.jobs.worker import RESULT, TICK_SECONDS, Event, JobEndedError, Worker
from shared.limits import MAX_KEPT_RUNS, MAX_WAITING_RUNS, RUN_KEPT_SECONDS, RUN_UNWATCHED_SECONDS
from shared.scratch import new_folder

State = Literal["reading", "waiting", "running", "done", "ended", "refused"]
STOPPED = "Stopped"
GAVE_WAY = "Waiting for others, because this page was closed"
_FAILED = "The training ended unexpectedly. Press {} to try again."

_log = logging.getLogger("lessons")


@dataclass(frozen=True)
class Progress:
    """How far a run is; a topic adds what its page shows.

    Attributes:
        state: "reading" what was sent; "ended" is before the end (stopped, killed, out of time) and may go
            on; "refused" may not.
        ahead: how many runs come first, while it waits.
        phrase: what is being done, or why it is not.
        share: from 0 to 1, of the whole run; an estimate.
        seconds: since the process was started.
        result: None until the end.
    """

    state: State = "waiting"
    ahead: int = 0
    phrase: str = "Waiting for your turn"
    share: float = 0.0
    seconds: float = 0.0
    result: Any = None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more, unless the run is continued."""
        return self.state in ("done", "ended", "refused")

    def at(self, seconds: float) -> Self:
        """The same a little later, when the process has run for so many seconds."""
        return replace(self, seconds=seconds)

    def take_in(self, event: Event) -> Self:
        """Take one event of the process in; the last one, "result", sets `result`."""
        raise NotImplementedError

    def kept(self) -> Self:
        """What is left of it when its process has ended and another one goes on."""
        return self


P = TypeVar("P", bound=Progress)


@dataclass
class Run(Generic[P]):
    """One run, as the server keeps it."""

    folder: Path
    request: Mapping[str, Any]
    progress: P
    worker: Any = None  # a `Worker`, or what has its face
    visitor: contextvars.Context = field(default_factory=contextvars.copy_context, repr=False)
    is_resumed: bool = False
    is_stopped: bool = False
    gives_way: bool = False
    earlier_seconds: float = 0.0  # of a run that was continued
    looked_at: float = field(default_factory=time.monotonic)
    timer: threading.Timer | None = field(default=None, repr=False)


class Runs(Generic[P]):
    """The runs of one kind on one server."""

    def __init__(
        self,
        worker: str,
        *,
        kind: str,
        max_seconds: float,
        advice: tuple[str, str] = ("Choose less.", "Choose less."),
        continue_button: str = "Continue",
        command: Sequence[str] | None = None,
        kept_seconds: float = RUN_KEPT_SECONDS,
        unwatched_seconds: float = RUN_UNWATCHED_SECONDS,
        max_waiting: int = MAX_WAITING_RUNS,
        max_kept: int = MAX_KEPT_RUNS,
    ) -> None:
        """Begin without any.

        Args:
            worker: the module that does the job, in a process of its own.
            kind: of the runs' folders, as `new_folder` takes it.
            max_seconds: how long one run may take in one turn.
            advice: what helps when the process was ended from outside, and when its time was over.
            continue_button: what a visitor presses to try again.
            command: another process in place of the module's.
            kept_seconds: how long a run is kept after its end.
            unwatched_seconds: how long nobody may have looked at a run before it gives way.
            max_waiting: how many may wait for their turn.
            max_kept: how many are kept altogether; for a new one, the one that ended first is dropped.
        """
        self._worker, self._kind, self._command = worker, kind, command
        self._kept_seconds, self._max_seconds, self._advice = kept_seconds, max_seconds, advice
        self._unwatched_seconds, self._failed = unwatched_seconds, _FAILED.format(continue_button)
        self._max_waiting, self._max_kept = max_waiting, max_kept
        self._runs: dict[str, Run[P]] = {}
        self._queue: list[str] = []  # waiting, in the order they came
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def add(
        self, request: Mapping[str, Any], progress: P, *, fill: Callable[[Path], object] | None = None
    ) -> str:
        """Queue a run.

        Args:
            request: what to do, in plain values; `folder` and `resume` are added.
            progress: at the beginning.
            fill: puts what the visitor sent into the run's folder, which it is given.

        Returns:
            The run's token.

        Raises:
            InputError: too many are waiting, or whatever `fill` raises; then nothing is kept.
        """
        token = self.open(request, progress)
        self.queue(token, fill)
        return token

    def open(self, request: Mapping[str, Any], progress: P) -> str:
        """Give a run its token before what was sent is read, so that the page can keep it; see `add`."""
        self.check_room()
        token = secrets.token_urlsafe(24)
        folder = new_folder(self._kind)
        with self._lock:
            self._make_room()
            self._runs[token] = Run(folder, request, replace(progress, state="reading"))
        return token

    def queue(self, token: str, fill: Callable[[Path], object] | None = None) -> None:
        """Read what was sent and let the run wait for its turn; see `add`."""
        run = self._runs[token]
        try:
            if fill is not None:
                fill(run.folder)
            with self._lock:
                if run.is_stopped:
                    self._end(token, run, "ended", STOPPED)
                else:
                    self.check_room(opened=token)
                    self._enqueue(token, run)
        except BaseException as error:
            shutil.rmtree(run.folder, ignore_errors=True)
            text = str(error) if isinstance(error, InputError) else self._failed
            self._end(token, run, "refused", text)  # for a page that was loaded anew meanwhile
            raise

    def check_room(self, *, opened: str | None = None) -> None:
        """Check that one more run may wait.

        Args:
            opened: the run that asks, if it has a token already.

        Raises:
            InputError: it may not.
        """
        with self._lock:
            states = [run.progress.state for token, run in self._runs.items() if token != opened]
            if (n_waiting := states.count("waiting") + states.count("reading")) >= self._max_waiting:
                raise InputError(
                    f"The queue is full: {n_waiting} waiting. Nothing of yours is lost: try again in "
                    "a few minutes."
                )

    def look(self, token: str | None) -> P | None:
        """How far a run is; None when there is none of this token, or none any more."""
        with self._lock:
            run = self._runs.get(token or "")
            if run is None:
                return None
            run.looked_at = time.monotonic()
            if token in self._queue:
                n_running = sum(other.progress.state == "running" for other in self._runs.values())
                return replace(run.progress, ahead=self._in_turn().index(token) + n_running)
            if run.worker is not None:
                return run.progress.at(run.earlier_seconds + run.worker.seconds)
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
        """Queue a run again that ended early.

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
            run.visitor = contextvars.copy_context()
            self._put_back(token, run)

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

    def _enqueue(self, token: str, run: Run[P]) -> None:
        run.progress = replace(run.progress, state="waiting")
        self._queue.append(token)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="runs", daemon=True)
            self._thread.start()

    def _put_back(self, token: str, run: Run[P], phrase: str = Progress.phrase) -> None:
        """Let a run wait for another turn."""
        run.is_resumed, run.is_stopped, run.gives_way = True, False, False
        run.earlier_seconds = run.progress.seconds
        run.progress = replace(run.progress.kept(), phrase=phrase)
        self._enqueue(token, run)

    def _in_turn(self) -> list[str]:
        """The waiting runs, the next one first: those that somebody watches, then the others."""
        return sorted(self._queue, key=lambda token: self._is_unwatched(self._runs[token]))

    def _is_unwatched(self, run: Run[P]) -> bool:
        return time.monotonic() - run.looked_at > self._unwatched_seconds

    def _must_give_way(self, run: Run[P]) -> bool:
        """Whether nobody watches a run while somebody waits for it."""
        return self._is_unwatched(run) and not all(
            self._is_unwatched(self._runs[token]) for token in self._queue
        )

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
                token = self._in_turn()[0]
                self._queue.remove(token)
                run = self._runs[token]
                run.progress = replace(run.progress, state="running", phrase="Starting")
            try:
                self._run(token, run)
            except JobEndedError as error:
                self._end(token, run, "ended", str(error))
            except InputError as error:
                self._end(token, run, "refused", str(error))
            except Exception:
                _log.exception("a training failed")
                self._end(token, run, "ended", self._failed)

    def _open_worker(self, request: Mapping[str, Any], run: Run[P]) -> Any:
        """Start the process; a topic may let the job run elsewhere, on behalf of `run.visitor`."""
        return Worker(self._worker, request, folder=run.folder, command=self._command)

    def _run(self, token: str, run: Run[P]) -> None:
        request = {**run.request, "resume": run.is_resumed}
        with self._open_worker(request, run) as worker:
            with self._lock:
                run.worker = worker
                if run.is_stopped:  # between its turn and the start of the process
                    worker.stop()
            for events in worker.hear(every=TICK_SECONDS, max_seconds=self._max_seconds, advice=self._advice):
                with self._lock:
                    for event in events:
                        seconds = run.earlier_seconds + worker.seconds
                        run.progress = run.progress.at(seconds).take_in(event)
                        if event["kind"] == RESULT:
                            self._end(token, run, "done", "Done")
                            return
                    if self._must_give_way(run):
                        run.gives_way = True
                        worker.stop()
            with self._lock:
                if run.is_stopped or self._is_closed:
                    self._end(token, run, "ended", STOPPED)
                    return
                run.progress = run.progress.at(run.earlier_seconds + worker.seconds)
                run.worker = None
                self._put_back(token, run, GAVE_WAY)

    def _end(self, token: str, run: Run[P], state: State, phrase: str) -> None:
        """Note how a run ended; from now on its time runs."""
        with self._lock:
            seconds = run.earlier_seconds + (run.worker.seconds if run.worker is not None else 0.0)
            run.worker = None
            share = 1.0 if state == "done" else run.progress.share
            run.progress = replace(run.progress, state=state, phrase=phrase, share=share, seconds=seconds)
            self._runs[token] = self._runs.pop(token)  # the last one to end is the last one to be dropped
            if self._is_closed:  # no thread can be started while Python ends
                return
            run.timer = threading.Timer(self._kept_seconds, self._drop, [token])
            run.timer.daemon = True
            run.timer.start()
