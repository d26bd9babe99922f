"""The timing in a process of its own: torch goes away with it, and the page's work disturbs no measurement.

timing = time_apart("resnet18")  # what `time_architecture` says there
"""

import sys
from typing import Any

from shared.image_models.measure import Timing, time_architecture
from shared.installed import check_installed
from shared.jobs import RESULT, Send, answer_request, ask_worker

MAX_SECONDS = 90
_ADVICE = "Choose a smaller architecture or photo."


def time_apart(architecture: str, *, size: int = 0) -> Timing:
    """Time an architecture elsewhere; the arguments are those of `time_architecture`.

    Raises:
        InputError: it cannot be timed, or torch and timm are not installed.
        JobEndedError: the process was ended from outside, or took too long.
    """
    check_installed("Measuring", "torch", "timm")
    request = {"architecture": architecture, "size": size}
    module = "shared.image_models.measure_worker"
    timing = Timing(*ask_worker(module, request, max_seconds=MAX_SECONDS, advice=_ADVICE)["timing"])
    return timing._replace(seconds=tuple(timing.seconds))


def run(request: dict[str, Any], send: Send) -> None:
    """Time what a request says, and send it."""
    send(RESULT, timing=time_architecture(request["architecture"], size=request["size"]))


if __name__ == "__main__":
    sys.exit(answer_request(run, memory_advice=_ADVICE))
