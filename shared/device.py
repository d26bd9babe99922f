"""Where the numbers are worked out: cuda, mps, ZeroGPU or cpu.

Torch takes seconds to import, so this module does not import it until a device is asked for. On a ZeroGPU
Space a GPU exists only inside functions marked with `gpu`; everywhere else the mark does nothing. The package
that does the marking is called `spaces` and is installed on the Hub. This project has a folder of that name,
which Python may find instead: it holds no `GPU`, so importing the name fails, and the mark does nothing.

    from shared.device import gpu, pick_device
    @gpu(duration_seconds=10)
    def classify(image): model.to(pick_device()); ...
"""

import os
from collections.abc import Callable
from typing import Literal, ParamSpec, TypeVar, cast

from shared.errors import InputError

Device = Literal["cuda", "mps", "cpu"]

DEVICE_VARIABLE = "LESSONS_DEVICE"
DEVICES: tuple[Device, ...] = ("cuda", "mps", "cpu")

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")


def gpu(*, duration_seconds: int = 60) -> Callable[[Callable[_Params, _Result]], Callable[_Params, _Result]]:
    """Mark a function that wants a GPU: ZeroGPU lends one while it runs, elsewhere nothing changes.

    Mark it before anything touches CUDA, and declare a short time: short requests wait less and cost visitors
    less of their daily share. ZeroGPU runs the function in a process of its own, so its arguments and its
    answer must be plain data on the CPU.

    Args:
        duration_seconds: the longest the function may take.

    Returns:
        A decorator.
    """
    try:
        from spaces import GPU  # type: ignore[attr-defined]  # mypy sees our folder of that name
    except ImportError:
        return _leave_as_is
    return cast(
        "Callable[[Callable[_Params, _Result]], Callable[_Params, _Result]]", GPU(duration=duration_seconds)
    )


def announce_gpu_functions() -> None:
    """Tell ZeroGPU that all functions are marked by now; elsewhere nothing happens.

    `Blocks.launch` does it by itself. A program that serves pages in another way calls this before it serves,
    or ZeroGPU ends it, believing that nobody wants a GPU.
    """
    try:
        from spaces.zero import startup  # only there on ZeroGPU
    except ImportError:
        return
    startup()


def _leave_as_is(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
    return function


def pick_device() -> Device:
    """Choose the fastest device there is; the variable LESSONS_DEVICE overrules the choice.

    Imports torch. Without torch the answer is cpu.

    Raises:
        InputError: LESSONS_DEVICE names something else than cuda, mps or cpu, or a device that is not there.
    """
    wanted = os.environ.get(DEVICE_VARIABLE, "").strip().lower()
    if wanted and wanted not in DEVICES:
        raise InputError(f"{DEVICE_VARIABLE} is {wanted!r}. Set it to {', '.join(DEVICES)}, or leave it out.")
    present = _devices_present()
    if not wanted:
        return present[0]
    if wanted not in present:
        raise InputError(
            f"{DEVICE_VARIABLE} asks for {wanted}, but this machine has {', '.join(present)} only."
        )
    return wanted


def _devices_present() -> list[Device]:
    """List what this machine has, fastest first."""
    try:
        import torch
    except ImportError:
        return ["cpu"]
    found: list[Device] = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]
