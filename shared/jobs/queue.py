"""Long jobs that go on when nobody watches: one at a time, the others wait, and each is found by its token.

A run belongs to whoever knows its token, which cannot be guessed. The page keeps it in the visitor's browser,
so a page that was closed or loaded anew finds its run again. What nobody watches waits for what somebody
watches: a run whose page has not asked for a while gives its place to one whose page is open, and goes on
later. The server keeps a bounded number of runs for a bounded time; then the run's folder goes, and what the
visitor sent with it. When the server ends, its runs end too.

    runs = Runs("shared.vision.train_worker", kind="photos", max_seconds=600)
    token = runs.add(Job({"options": {}}, Progress(), lambda folder: unpack_photos("bears.zip", folder)))
    runs.status(token).phrase                  # "Waiting for your turn", then what the process says
    runs.stop(token); runs.resume(token)

What a topic brings is its `Progress`: what the page shows of a run, put together from the process's events.
"""

import contextvars
import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Generic

from shared.errors import InputError
from shared.jobs.job import Job, P, Run
from shared.jobs.progress import Progress, State
from shared.jobs.worker import RESULT, TICK_SECONDS, JobEndedError, Worker
from shared.limits import MAX_KEPT_RUNS, MAX_WAITING_RUNS, RUN_KEPT_SECONDS, RUN_UNWATCHED_SECONDS
from shared.scratch import at_end, new_folder

STOPPED = "Stopped"
GAVE_WAY = "Waiting for others, because this page was closed"
_FAILED = "The training ended unexpectedly. Press Continue to try again."
_UNREAD = "What was sent could not be read."
_GOING = (
    "Your training is still going on, here or in another tab of this browser. Stop it first, or wait for its "
    "end."
)
_READ_AT_A_TIME = 2  # what was sent with a run, such as a zip of photos, is unpacked and looked over

_log = logging.getLogger("lessons")


class Runs(Generic[P]):
    """The runs of one kind on one server."""

    def __init__(
        self,
        worker: str,
        *,
        kind: str,
        max_seconds: float,
        advice: tuple[str, str] = ("Choose less.", "Choose less."),
        open_worker: Callable[..., Any] = Worker,
        command: Sequence[str] | None = None,
        kept_seconds: float = RUN_KEPT_SECONDS,
        unwatched_seconds: float = RUN_UNWATCHED_SECONDS,
        max_waiting: int = MAX_WAITING_RUNS,
        max_kept: int = MAX_KEPT_RUNS,
    ) -> None:
        """Begin without any; they end with the server.

        Args:
            worker: the module that does the job, in a process of its own.
            kind: of the runs' folders, as `new_folder` takes it.
            max_seconds: how long one run may take in one turn.
            advice: what helps when the process was ended from outside, and when its time was over.
            open_worker: starts it; another function may let it run elsewhere.
            command: another process in place of the module's.
            kept_seconds: how long a run is kept after its end.
            unwatched_seconds: how long nobody may have looked at a run before it gives way.
            max_waiting: how many may wait for their turn.
            max_kept: how many are kept altogether; for a new one, the one that ended first is dropped.
        """
        self._worker, self._kind, self._command = worker, kind, command
        self._kept_seconds, self._max_seconds, self._advice = kept_seconds, max_seconds, advice
        self._unwatched_seconds, self._open_worker = unwatched_seconds, open_worker
        self._max_waiting, self._max_kept = max_waiting, max_kept
        self._runs: dict[str, Run[P]] = {}
        self._queue: list[str] = []  # waiting, in the order they came
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._readers = ThreadPoolExecutor(_READ_AT_A_TIME, thread_name_prefix="read-sent")
        self._is_closed = False
        at_end(self.close)

    def add(self, job: Job[P]) -> str:
        """Queue a run.

        Returns:
            The run's token.

        Raises:
            InputError: too many are waiting, or whatever `job.fill` raises; then nothing is kept.
        """
        token = self._open(job, None)
        self._read(token)
        return token

    def start(self, job: Job[P], *, browser: str | None = None) -> str:
        """Queue a run, and read what was sent meanwhile, whatever becomes of the page that asked.

        Args:
            job: what is asked for; what its `fill` refuses is said by the run's status.
            browser: who asks; one run at a time for each.

        Returns:
            The run's token, at once, so that the page can keep it.

        Raises:
            InputError: too many are waiting, or a run of this browser is going on.
        """
        token = self._open(job, browser)
        self._readers.submit(self._read_aside, token)
        return token

    def going(self, browser: str | None) -> str | None:
        """The token of a browser's run that is not over."""
        with self._lock:
            return next(
                (
                    token
                    for token, run in self._runs.items()
                    if browser and run.browser == browser and not run.progress.is_over
                ),
                None,
            )

    def status(self, token: str | None) -> P | None:
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

    def resume(self, token: str | None) -> None:
        """Queue a run again that ended early.

        Raises:
            InputError: there is no such run, its browser has another one that is going on, or too many wait.
        """
        with self._lock:
            run = self._runs.get(token or "")
            if run is None or run.progress.state != "ended":
                raise InputError("There is no training here to continue. Start a new one.")
            self._check_alone(run.browser)
            self._check_room()
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
        self._readers.shutdown(cancel_futures=True)
        if thread is not None:
            thread.join()
        with self._lock:
            for token in list(self._runs):
                self._drop(token)

    def _open(self, job: Job[P], browser: str | None) -> str:
        """Give a run its token before what was sent is read."""
        with self._lock:
            self._check_alone(browser)
            self._check_room()
            self._make_room()
            token = secrets.token_urlsafe(24)
            progress = replace(job.progress, state="reading")
            self._runs[token] = Run(new_folder(self._kind), job, progress, time.monotonic(), browser)
        return token

    def _read(self, token: str) -> None:
        """Read what was sent, and let the run wait for its turn; see `add`."""
        run = self._runs[token]
        try:
            if run.job.fill is not None:
                run.job.fill(run.folder)
            with self._lock:
                if run.is_stopped:
                    self._end(token, run, "ended", STOPPED)
                else:
                    self._check_room(opened=token)
                    self._enqueue(token, run)
        except BaseException as error:
            shutil.rmtree(run.folder, ignore_errors=True)
            run.progress = replace(run.progress, error=error if isinstance(error, Exception) else None)
            self._end(token, run, "refused", str(error) if isinstance(error, InputError) else _UNREAD)
            raise

    def _read_aside(self, token: str) -> None:
        try:
            self._read(token)
        except InputError:
            pass  # the run's status says it
        except Exception:
            _log.exception("what was sent with a training could not be read")

    def _check_alone(self, browser: str | None) -> None:
        if self.going(browser):
            raise InputError(_GOING)

    def _check_room(self, *, opened: str | None = None) -> None:
        """Check that one more run may wait, or the one that has a token already."""
        states = [run.progress.state for token, run in self._runs.items() if token != opened]
        if (n_waiting := states.count("waiting") + states.count("reading")) >= self._max_waiting:
            raise InputError(
                f"The queue is full: {n_waiting} waiting. Nothing of yours is lost: try again in a few "
                "minutes."
            )

    def _enqueue(self, token: str, run: Run[P]) -> None:
        run.progress = replace(run.progress, state="waiting")
        self._queue.append(token)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="runs", daemon=True)
            self._thread.start()

    def _put_back(self, token: str, run: Run[P], phrase: str = Progress.phrase) -> None:
        """Let a run wait for another turn."""
        run.is_resumed, run.is_stopped = True, False
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
                run.progress = replace(run.progress, state="running", phrase="Starting", since=None)
            try:
                self._run(token, run)
            except JobEndedError as error:
                self._end(token, run, "ended", str(error))
            except InputError as error:
                self._end(token, run, "refused", str(error))
            except Exception:
                _log.exception("a training failed")
                self._end(token, run, "ended", _FAILED)

    def _run(self, token: str, run: Run[P]) -> None:
        request = {**run.job.request, "resume": run.is_resumed}
        how = {"folder": run.folder, "command": self._command, "visitor": run.visitor}
        with self._open_worker(self._worker, request, **how) as worker:
            with self._lock:
                run.worker = worker
                if run.is_stopped:  # between its turn and the start of the process
                    worker.stop()
            for events in worker.events(
                every=TICK_SECONDS, max_seconds=self._max_seconds, advice=self._advice
            ):
                with self._lock:
                    for event in events:
                        run.progress = run.progress.after(event, run.earlier_seconds + worker.seconds)
                        if event["kind"] == RESULT:
                            self._end(token, run, "done", "Done")
                            return
                    if self._must_give_way(run):
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
