"""The timing in a process of its own: torch goes away with it, and the page's work disturbs no product.

timings, machine = time_apart(largest=64, repeats=3)  # what `run_benchmark` and `describe_machine` say there
"""

import sys
from typing import Any

from shared.jobs import RESULT, Send, answer_request, ask_worker
from shared.matmul.timing import Timing, describe_machine, run_benchmark

MAX_SECONDS = 120
_ADVICE = "Choose a smaller matrix."


def time_apart(*, largest: int, repeats: int) -> tuple[list[Timing], str]:
    """Time every method at every size, elsewhere.

    Args:
        largest: rows and columns of the largest pair.
        repeats: how often each product is timed.

    Returns:
        The timings, and what they were taken on.

    Raises:
        JobEndedError: the process was ended from outside, or took too long.
    """
    request = {"largest": largest, "repeats": repeats}
    result = ask_worker("shared.matmul.timing_worker", request, max_seconds=MAX_SECONDS, advice=_ADVICE)
    timings = [Timing(name, size, tuple(seconds)) for name, size, seconds in result["timings"]]
    return timings, result["machine"]


def run(request: dict[str, Any], send: Send) -> None:
    """Time what a request says, and send it."""
    timings = run_benchmark(largest=request["largest"], repeats=request["repeats"])
    send(RESULT, timings=timings, machine=describe_machine())


if __name__ == "__main__":
    sys.exit(answer_request(run, memory_advice=_ADVICE))
