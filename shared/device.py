"""What a process computes with: its share of the processors, and the GPU that a ZeroGPU Space lends.

That GPU exists only inside functions marked with `gpu`. Everywhere else the mark does nothing, and torch
finds by itself what a machine has. The package that does the marking is called `spaces` and is installed on
the Hub. This project has a folder of that name, which Python may find instead: it holds no `GPU`, so
importing the name fails, and the mark does nothing.

    from shared.device import gpu
    @gpu(duration_seconds=60)
    def train(photos): ...
"""

import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

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


def lends_gpus() -> bool:
    """Say whether this is a ZeroGPU Space."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


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


def count_cores() -> int:
    """Count the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count_threads() -> int:
    """Count those it does use; `OMP_NUM_THREADS` makes it fewer, as for other libraries."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return min(count_cores(), int(wanted)) if wanted.isdecimal() and int(wanted) else count_cores()
