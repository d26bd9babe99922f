"""The measurement of memory in a process of its own: only there a process's size is that of one step.

measured = measure_apart("resnet18", "Adam")     # its row, and the peak at each micro-batch
"""

import sys
from typing import Any, NamedTuple

from shared.errors import InputError
from shared.image_models.memory import (
    MAX_MB,
    Row,
    Step,
    count_row,
    estimate_mb,
    give_back_at_once,
    load_rows,
    measure_steps,
)
from shared.installed import check_installed
from shared.jobs import RESULT, Send, answer_request, ask_worker

MAX_SECONDS = 120
_ADVICE = "Choose a smaller model."


class Measured(NamedTuple):
    """What was measured."""

    row: Row
    steps: list[Step]
    machine: str


def measure_apart(architecture: str, optimiser: str) -> Measured:
    """Measure the steps of a network elsewhere.

    Raises:
        InputError: it cannot be measured, or torch and timm are not installed.
        JobEndedError: the process was ended from outside, or took too long.
    """
    check_installed("Measuring", "torch", "timm")
    request = {"architecture": architecture, "optimiser": optimiser}
    found = ask_worker("shared.image_models.memory_worker", request, max_seconds=MAX_SECONDS, advice=_ADVICE)
    return Measured(Row(*found["row"]), [Step(*step) for step in found["steps"]], found["machine"])


def run(request: dict[str, Any], send: Send) -> None:
    """Count and measure what a request says, and send it."""
    give_back_at_once()
    name, optimiser = request["architecture"].strip().partition(".")[0], request["optimiser"]
    known = load_rows().get(name)
    row = known or count_row(name, device="meta")
    if (least := estimate_mb(row, 1, optimiser)) > MAX_MB:
        raise InputError(f"One photo takes {name} {least:,.0f} MB, more than {MAX_MB:,} here. {_ADVICE}")
    row = known or count_row(name)
    steps, machines = zip(*measure_steps(row, optimiser), strict=True)
    send(RESULT, row=row, steps=steps, machine=machines[0])


if __name__ == "__main__":
    sys.exit(answer_request(run, memory_advice=_ADVICE))
