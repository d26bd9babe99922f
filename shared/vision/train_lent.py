"""A training on a ZeroGPU Space: a GPU is lent while it runs, to a process that the Hub forks.

Only training asks for one: an answer takes 14 ms on the CPU. `LentWorker` speaks as `shared.jobs.Worker`
does. When no GPU is free, or the visitor has used up their minutes, the training goes on the CPU instead.

    with open_worker(module, request, folder=folder, command=None, visitor=copy_context()) as worker:
        for events in worker.events(): ...

What really happens on ZeroGPU was not tried.
"""

import contextvars
import logging
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from shared.device import gpu, lends_gpus
from shared.errors import InputError
from shared.jobs import RESULT, Event, JobEndedError, Worker
from shared.jobs.worker import REFUSED
from shared.vision.train_worker import run

GPU_SECONDS = 120  # the longest that one training may hold the GPU
_STOP = "stop"  # a file in the run's folder: the only word that reaches the Hub's process
_TAKEN_AWAY = "The GPU was taken away before the training was done."

_log = logging.getLogger("lessons")


@gpu(duration_seconds=GPU_SECONDS)
def train_on_lent_gpu(request: dict[str, Any]) -> Iterator[Event]:
    """Train as `train_worker` does, and yield its events; the last one is a result or a refusal.

    Args:
        request: what `train_worker.run` takes. Plain data: it goes to another process.
    """
    events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()

    def send(kind: str, **values: Any) -> None:
        if (Path(request["folder"]) / _STOP).exists():
            raise InputError("Stopped")
        events.put({"kind": kind, **values})

    def work() -> None:
        try:
            run(request, send)
        except InputError as error:
            events.put({"kind": REFUSED, "text": str(error)})
        except Exception:
            _log.exception("a training failed")
        events.put(None)

    threading.Thread(target=work, name="lent-training", daemon=True).start()
    while (event := events.get()) is not None:
        yield event


class LentWorker:
    """One training on a GPU that is lent, with the face of `Worker`."""

    def __init__(
        self, module: str, request: Mapping[str, Any], *, folder: Path, visitor: contextvars.Context
    ) -> None:
        """Note what to do; the GPU is asked for when somebody listens.

        Args:
            module: of the process on the CPU, should no GPU be had.
            request: what to do, in plain values.
            folder: where the run's files go.
            visitor: in which Gradio knows whose minutes these are.
        """
        self._module, self._folder, self._visitor = module, folder, visitor
        self._request = {**request, "folder": str(folder)}
        self._is_stopped = False
        self._on_cpu: Worker | None = None
        self._started = time.monotonic()
        (folder / _STOP).unlink(missing_ok=True)

    @property
    def seconds(self) -> float:
        """How long ago the job was started."""
        return time.monotonic() - self._started

    def stop(self) -> None:
        """End the training; whoever listens sees it."""
        self._is_stopped = True
        with suppress(OSError):
            (self._folder / _STOP).touch()
        if self._on_cpu is not None:
            self._on_cpu.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        if self._on_cpu is not None:
            self._on_cpu.close()

    def events(self, *, every: float, max_seconds: float, advice: tuple[str, str]) -> Iterator[list[Event]]:
        """Yield what happened, until the result is there or the job is stopped: as `Worker.events`."""
        lent = train_on_lent_gpu(self._request)
        is_lent = False
        while not self._is_stopped:
            try:
                event = self._visitor.run(next, lent, None)
            except Exception as error:
                if is_lent:
                    raise JobEndedError(f"{_TAKEN_AWAY} {advice[1]}") from error
                _log.warning("no GPU for a training, so it goes on the CPU: %s", error)
                self._on_cpu = Worker(self._module, self._request, folder=self._folder)
                yield from self._on_cpu.events(every=every, max_seconds=max_seconds, advice=advice)
                return
            is_lent = True
            if event is None:
                raise JobEndedError(f"{_TAKEN_AWAY} {advice[1]}")
            if event["kind"] == REFUSED and not self._is_stopped:
                raise InputError(event["text"])
            yield [event] if event["kind"] != REFUSED else []
            if event["kind"] in (RESULT, REFUSED):
                return


def open_worker(
    module: str,
    request: Mapping[str, Any],
    *,
    folder: Path,
    command: Sequence[str] | None,
    visitor: contextvars.Context,
) -> "Worker | LentWorker":
    """Start a training where it runs best here; the arguments are those of the two workers."""
    if lends_gpus():
        return LentWorker(module, request, folder=folder, visitor=visitor)
    return Worker(module, request, folder=folder, command=command)
