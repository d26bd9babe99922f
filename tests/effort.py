"""How much work something is, counted: the same on every machine, however busy it is."""

import sys
from collections.abc import Callable


def n_calls(work: Callable[[], object]) -> int:
    """Count the functions called meanwhile in this thread, those of C libraries too.

    What loops over its rows in Python calls something for each; what hands them to a library does not.
    """
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
