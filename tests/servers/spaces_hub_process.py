"""Programs of the local Hub of Spaces: what they print as a log that can be followed, and their end.

log = Log()
process = Process([sys.executable, "app.py"], folder=home, environment={}, log=log)
process.exit_code()     # None while it runs
process.end()           # with all that it started
log.text()
"""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def now() -> str:
    """The time as the Hub writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Log:
    """Lines with their times, which several readers may follow until it is closed."""

    def __init__(self, *, line_end: str = "\n") -> None:
        self._line_end = line_end
        self._events: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._is_closed = False

    def add(self, line: str) -> None:
        """Add a line."""
        with self._changed:
            self._events.append({"data": line.rstrip("\n") + self._line_end, "timestamp": now()})
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing more comes."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def text(self) -> str:
        """Everything so far."""
        with self._changed:
            return "".join(event["data"] for event in self._events)

    def follow(self, *, tail: int | None = None) -> Iterator[dict[str, Any] | None]:
        """Every event until the log is closed, and None now and then while nothing comes."""
        with self._changed:
            position = 0 if tail is None else max(0, len(self._events) - tail)
        while True:
            with self._changed:
                if position == len(self._events) and not self._is_closed:
                    self._changed.wait(0.2)
                events, is_closed = self._events[position:], self._is_closed
            position += len(events)
            yield from events
            if is_closed and not events:
                return
            yield None


class Process:
    """A program in a session of its own, whose output goes to a log."""

    def __init__(
        self,
        command: list[str],
        *,
        folder: Path,
        environment: dict[str, str],
        log: Log,
        closes_log: bool = True,
    ) -> None:
        self._log = log
        self._closes_log = closes_log
        self._popen = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            self._log.add(line.decode(errors="replace"))

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._popen.pid

    def exit_code(self) -> int | None:
        """What it ended with, or None while it runs."""
        code = self._popen.poll()
        if code is not None:
            self._reader.join(timeout=2)  # the last lines belong to the log before anybody is told
        return code

    def end(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        assert self._popen.stdin is not None
        self._popen.stdin.close()
        self._reader.join(timeout=2)
        if self._closes_log:
            self._log.close()
