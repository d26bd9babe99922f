"""One fit at a time: it keeps a core busy for up to some seconds.

A few more wait for their turn; whoever would have to wait longer is asked to try again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import InputError

MAX_WAITING = 8  # requests that wait for their turn
WAIT_SECONDS = 10.0
_turn = threading.Semaphore(1)
_places = threading.Semaphore(MAX_WAITING + 1)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for this process's turn to fit.

    Raises:
        InputError: too many others are waiting, or it took too long.
    """
    busy = InputError("Many visitors are fitting at this moment. Try again in a few seconds.")
    if not _places.acquire(blocking=False):
        raise busy
    try:
        if not _turn.acquire(timeout=WAIT_SECONDS):
            raise busy
        try:
            yield
        finally:
            _turn.release()
    finally:
        _places.release()
