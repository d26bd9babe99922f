"""The same loss by every name that PyTorch has for it: a class, a function, and its steps.

    run_apart(Batch())[0]      # ("nn.CrossEntropyLoss(label_smoothing=s)(z, y)", 0.13566)

A class of `torch.nn` is made first and called later, and keeps its settings meanwhile; a function of
`torch.nn.functional` takes them with each call.
"""

import sys
import threading
from typing import Any

from shared.errors import InputError
from shared.installed import check_installed
from shared.jobs import RESULT, Send, answer_request, ask_worker
from shared.losses.entropy import Batch
from shared.options import check

MAX_SECONDS = 60
_ADVICE = "Try again in a minute."
_TURN = threading.Semaphore()
# z: logits, divided by the temperature; q: the truth; y: its class; s: label smoothing.
FORMS = {
    "softmax": (
        "nn.CrossEntropyLoss(label_smoothing=s)(z, y)",
        "F.cross_entropy(z, y, label_smoothing=s)",
        "F.cross_entropy(z, q, label_smoothing=s)",
        "-(((1 - s) * q + s / z.shape[1]) * F.log_softmax(z, dim=1)).sum(1).mean()",
    ),
    "sigmoid": (
        "nn.BCEWithLogitsLoss()(z, q)",
        "F.binary_cross_entropy_with_logits(z, q)",
        "nn.BCELoss()(torch.sigmoid(z), q)",
        "-(q * F.logsigmoid(z) + (1 - q) * F.logsigmoid(-z)).mean()",
    ),
}


def run_forms(batch: Batch) -> list[tuple[str, float]]:
    """Run each form here: its code, and the number that it gives."""
    import torch
    from torch import nn
    from torch.nn import functional

    z = torch.tensor(batch.logits) / batch.temperature
    q = torch.tensor(batch.truth, dtype=z.dtype)
    names = {
        "torch": torch,
        "nn": nn,
        "F": functional,
        "z": z,
        "q": q,
        "y": q.argmax(1),
        "s": batch.smoothing,
    }
    # What FORMS says, and nothing else, is evaluated.
    return [(code, float(eval(code, dict(names)))) for code in FORMS[batch.kind]]


def run_apart(batch: Batch) -> list[tuple[str, float]]:
    """Run each form in a process of its own, so that torch goes away with it.

    Raises:
        InputError: torch is not installed, or somebody else is asking.
        JobEndedError: the process was ended from outside, or took too long.
    """
    check_installed("Asking PyTorch", "torch")
    if not _TURN.acquire(blocking=False):  # a page asks without a queue: each process takes half a GB
        raise InputError("Somebody else is asking PyTorch just now. Press again in a few seconds.")
    try:
        request = {"batch": batch.model_dump()}
        told = ask_worker("shared.losses.torch_forms", request, max_seconds=MAX_SECONDS, advice=_ADVICE)
    finally:
        _TURN.release()
    return [(code, number) for code, number in told["lines"]]


def _answer(request: dict[str, Any], send: Send) -> None:
    send(RESULT, lines=run_forms(check(Batch, request["batch"])))


if __name__ == "__main__":
    sys.exit(answer_request(_answer, memory_advice=_ADVICE))
