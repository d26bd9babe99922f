"""A job as it is asked for, and the run of it as the server keeps it."""

import contextvars
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from shared.jobs.progress import Progress

P = TypeVar("P", bound=Progress)


@dataclass(frozen=True)
class Job(Generic[P]):
    """What is asked for.

    Attributes:
        request: what to do, in plain values; `folder` and `resume` are added.
        progress: at the beginning.
        fill: puts what the visitor sent into the run's folder, which it is given.
    """

    request: Mapping[str, Any]
    progress: P
    fill: Callable[[Path], object] | None = None


@dataclass
class Run(Generic[P]):
    """One run, as the server keeps it."""

    folder: Path
    job: Job[P]
    progress: P
    looked_at: float  # seconds, of the clock `time.monotonic`
    browser: str | None = None
    worker: Any = None  # a `Worker`, or what has its face
    visitor: contextvars.Context = field(default_factory=contextvars.copy_context, repr=False)
    is_resumed: bool = False
    is_stopped: bool = False
    earlier_seconds: float = 0.0  # of a run that was continued
    timer: threading.Timer | None = field(default=None, repr=False)
