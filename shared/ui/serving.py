"""Serve until the process is told to end, and then end it cleanly: visitors' files go, whatever still runs.

Left alone, Gradio dies of SIGTERM at once, and uvicorn waits for every open page and raises the signal again
when it is done: either way nothing that Python runs at its end takes place. Here the server runs in a thread,
for one app and for the gallery alike, and the main thread waits for the signal.

    signals, server = EndingSignals(), QuietServer(uvicorn.Config(app))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    run_until_told(signals, server, thread)
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from gradio import http_server

from shared import scratch
from shared.ui.gradio_patches.quiet_server import GRACE_SECONDS

_CLOSING_SECONDS = 5  # how long the server may take to close after that; a stuck one is left behind
_UPLOADS = "uploads"
_VARIABLE = "GRADIO_TEMP_DIR"


class EndingSignals:
    """Notes that the process is told to end: made before its server starts, so that no signal is missed."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self._handlers: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(number, lambda got, _frame: self.told.append(got))

    def leave(self) -> None:
        """Let signals do again what they did before: a second one ends the process at once."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()


def run_until_told(signals: EndingSignals, server: http_server.Server, thread: threading.Thread) -> None:
    """Wait until the process is told to end or the server ends by itself; close the server; remove all files.

    Args:
        signals: that were noted since before the server was started.
        server: to be closed.
        thread: in which it runs.
    """
    while thread.is_alive() and not signals.told:
        thread.join(0.1)
    signals.leave()
    server.should_exit = True
    thread.join(GRACE_SECONDS + _CLOSING_SECONDS)
    scratch.close()  # the server's own end did so, unless it is stuck
    if signals.told:
        # As the signal would have ended it: no thread that still computes is waited for.
        signal.signal(signals.told[0], signal.SIG_DFL)
        signal.raise_signal(signals.told[0])
        os._exit(128 + signals.told[0])  # the first process of a container does not die of signals


def is_interactive() -> bool:
    """Say whether somebody types Python at this process, and wants the prompt back."""
    return bool(getattr(sys, "ps1", sys.flags.interactive))


@contextlib.asynccontextmanager
async def clean_up(_app: Any) -> AsyncIterator[None]:
    """Be the lifespan of an app: after the last app of the process, its files go."""
    with scratch.in_use():
        yield


def own_uploads() -> None:
    """Have Gradio keep this process's uploads apart from those of other processes.

    By default all of a machine share one folder, so nobody could remove what one of them left.
    """
    scratch.own_folder()  # removes what a killed process left there, wherever uploads go
    place: Path | None = Path(given) if (given := os.environ.get(_VARIABLE)) else None
    if place is not None and place.name == _UPLOADS and place.parent.name.startswith(scratch.PREFIX):
        place = place.parent.parent  # set here earlier, or by the process that started this one
    os.environ[_VARIABLE] = str(scratch.own_folder(place) / _UPLOADS)
