"""A long job in a process of its own: asked with one line of JSON, heard event by event, ended at any moment.

It is a process and not a thread for three reasons: it can be stopped at any moment, what it imports (torch)
and uses goes away with it, and the page stays quick while it works. Both ends are here. The server's:

    with Worker("shared.collab.train_worker", {"options": {}}) as worker:
        for events in worker.events():           # a few times a second
            print(events)                      # [{"kind": "stage", "phrase": "Reading the ratings"}]

and the process's, in a module that `python -m` can run:

    def run(request, send): send("result", metrics=train(request["options"], request["folder"]))
    if __name__ == "__main__": sys.exit(answer_request(run))

Every job has a folder, which the process finds in its request. Whatever happens to the server, the pipe
between the two closes then, and the process removes the folder and ends.
"""

import contextlib
import contextvars
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from shared.errors import InputError
from shared.scratch import temporary_folder

TICK_SECONDS = 0.25  # how often the server's side hears from a job
REFUSED, RESULT = "refused", "result"  # the kinds of the last event
_ROOT = Path(__file__).resolve().parents[2]

Event = dict[str, Any]
Send = Callable[..., None]


class JobEndedError(InputError):
    """A job was ended before it was done: from outside, or because its time was over. It may be resumed."""


# The server's end


class Worker:
    """One job in a process of its own; leaving its `with` block ends it."""

    def __init__(
        self,
        module: str,
        request: Mapping[str, Any],
        *,
        folder: str | Path | None = None,
        command: Sequence[str] | None = None,
        visitor: contextvars.Context | None = None,
    ) -> None:
        """Start the process.

        Args:
            module: whose `answer_request` does the job.
            request: what to do, in plain values; `folder` is added.
            folder: where the job's files go, and stay; without one, a folder that `close` removes.
            command: another command in place of `python -m module`.
            visitor: on whose behalf; a process here is the same for all.

        Raises:
            InputError: no process can be started.
        """
        self._scratch = None
        if folder is None:
            self._scratch = temporary_folder("job")
        self.folder = str(folder) if self._scratch is None else self._scratch.name
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._stopped, self._lock = threading.Event(), threading.Lock()
        self._started = time.monotonic()
        try:
            self._process = subprocess.Popen(
                command or (sys.executable, "-m", module),
                cwd=_ROOT,
                env={**worker_environment(), "TMPDIR": self.folder},  # what it puts aside goes with the rest
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            self._remove_scratch()
            raise InputError("The training could not be started. Try again in a minute.") from error
        threading.Thread(target=self._read_events, name="worker-events", daemon=True).start()
        with contextlib.suppress(OSError):  # it ended already: the reader will say how
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({**request, "folder": self.folder}) + "\n")
            self._process.stdin.flush()

    @property
    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    @property
    def seconds(self) -> float:
        """How long ago the job was started."""
        return time.monotonic() - self._started

    def stop(self) -> None:
        """End the process now; whoever listens sees it. From any thread, any number of times."""
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End the process, and remove its folder unless the caller gave one."""
        self.stop()
        with self._lock:
            self._process.wait()
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
            self._remove_scratch()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def events(
        self,
        *,
        every: float = TICK_SECONDS,
        max_seconds: float = float("inf"),
        advice: tuple[str, str] = ("Choose less.", "Choose less."),
    ) -> Iterator[list[Event]]:
        """Yield what happened in the last `every` seconds, until the result is there or the job is stopped.

        Args:
            every: seconds; the last list comes at once.
            max_seconds: how long the job may take.
            advice: what helps when it was ended from outside, and when its time was over.

        Raises:
            InputError: the job refused the request.
            JobEndedError: the process was ended from outside, or its time was over.
            RuntimeError: the process failed; its own words are in the server's log.
        """
        while True:
            events, is_over = self._take_events(every)
            if events and events[-1]["kind"] == REFUSED:
                yield events[:-1]
                raise InputError(events[-1]["text"])
            is_done = self.is_stopped or bool(events and events[-1]["kind"] == RESULT)
            yield events
            if is_done:
                return
            if is_over:
                self._explain_end(advice[0])
            if self.seconds > max_seconds:
                self.close()
                minutes = f"{max_seconds / 60:.0f} minutes"
                raise JobEndedError(f"This training took more than {minutes} and was ended. {advice[1]}")

    def _take_events(self, seconds: float) -> tuple[list[Event], bool]:
        """Events of the next `seconds`, and whether that was all."""
        deadline = time.monotonic() + seconds
        taken: list[Event] = []
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if event is None:
                return taken, True
            taken.append(event)
            if event["kind"] in (RESULT, REFUSED):
                break
        return taken, False

    def _read_events(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with contextlib.suppress(ValueError):  # half a line of a process that was ended
                    self._events.put(json.loads(line))
        self._events.put(None)

    def _explain_end(self, memory_advice: str) -> NoReturn:
        """Raise what a process that ended without a result means."""
        code = self._process.wait()
        if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
            # Who killed it cannot be known: nobody here did.
            raise JobEndedError(
                "The training was ended from outside, most often because the machine ran out of memory. "
                f"{memory_advice}"
            )
        raise RuntimeError(f"The training process ended with code {code}.")

    def _remove_scratch(self) -> None:
        if self._scratch is not None:
            self._scratch.cleanup()


def ask_worker(module: str, request: Mapping[str, Any], *, max_seconds: float, advice: str) -> Event:
    """Have a job done in a process of its own, and wait for its result.

    Args:
        module: whose `answer_request` does the job.
        request: what to do, in plain values.
        max_seconds: how long it may take.
        advice: what helps when it was ended, or when its time was over.

    Returns:
        Its last event.

    Raises:
        InputError: the job refused the request.
        JobEndedError: the process was ended from outside, or its time was over.
        RuntimeError: the process failed; its own words are in the server's log.
    """
    with Worker(module, request) as worker:
        heard = worker.events(max_seconds=max_seconds, advice=(advice, advice))
        return next(event for events in heard for event in events if event["kind"] == RESULT)


def worker_environment() -> dict[str, str]:
    """The environment of the process: it finds the project, and leaves a core to the page."""
    n_threads = str(max(1, (os.cpu_count() or 2) // 2))
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), n_threads)
    return {**threads, **os.environ, "PYTHONPATH": os.pathsep.join(paths)}


# The process's end


def answer_request(run: Callable[[dict[str, Any], Send], None], *, memory_advice: str) -> int:
    """Read one request, do the job, report line by line.

    Args:
        run: called with the request and with `send(kind, **values)`. Its last event has the kind "result"; an
            `InputError` becomes the event "refused".
        memory_advice: what helps when Python itself finds no memory.

    Returns:
        The exit code of the process.
    """
    # Libraries print; events get a channel of their own.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.loads(_read_line())
    threading.Thread(target=_end_with_whoever_asked, args=(request["folder"],), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # the page comes first

    def send(kind: str, **values: Any) -> None:
        print(json.dumps({"kind": kind, **values}), file=channel, flush=True)

    try:
        run(request, send)
    except InputError as error:
        send(REFUSED, text=str(error))
    except MemoryError:
        send(REFUSED, text=f"This training needs more memory than there is. {memory_advice}")
    return 0


def _read_line() -> bytes:
    """The first line of the input, and not a byte more: the rest is for the thread below."""
    line = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return line


def _end_with_whoever_asked(folder: str) -> None:
    """Wait until the pipe closes, then clean up and end, whatever the job is doing."""
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)
