"""How tests wait for other threads, processes and pages. Nothing else here reads a clock: bench/ measures.

    wait_until(folder.exists, seconds=5)
    for _ in turns(10): ...       # look, and again a little later, until the time is over

A limit says when to give up, never how fast something is: also a machine that does much else stays below it.
"""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def turns(seconds: float, *, every: float = 0.02) -> Iterator[None]:
    """Give a turn at once, and one now and again until the time is over."""
    end = time.monotonic() + seconds
    yield
    while time.monotonic() < end:
        time.sleep(every)
        yield


def wait_until(is_so: Callable[[], T], *, seconds: float = 60, every: float = 0.02) -> T:
    """Ask until the answer is true, and give it.

    Raises:
        AssertionError: it never was, with the last answer.
    """
    for _ in turns(seconds, every=every):
        if answer := is_so():
            return answer
    raise AssertionError(f"it did not come to that within {seconds:g} s: {answer!r}")


class Clock:
    """Stands in for the module `time` of a module that is tested: hours pass when a test says so."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        """As `time.monotonic`, so many seconds ahead."""
        return time.monotonic() + self.ahead

    def time(self) -> float:
        """As `time.time`, so many seconds ahead."""
        return time.time() + self.ahead
