"""One architecture, timed here and now: how long this machine takes for a photo, with its interval.

    timing = time_architecture("resnet18", size=224)      # random weights: the time is the same
    timing.milliseconds()                                 # of one photo: mean, low, high

torch and timm are imported by the functions that need them, in the page's case in another process.
"""

import difflib
import re
import time
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from shared.device import count_cores, count_threads
from shared.errors import InputError
from shared.options import Options
from shared.stats import Interval, mean_interval

MAX_PARAMETERS = 200  # millions: 0.8 GB of weights
MIN_REPEATS, MAX_REPEATS, REPEAT_SECONDS = 5, 40, 6.0  # repeats until their time is over
_MISFITS = (AssertionError, RuntimeError, TypeError, ValueError)  # what networks say of a wrong size
_Architecture = Field(max_length=80, title="Architecture", description="Any name that timm knows")
_PIXELS: dict[str, Any] = {"unit": "px", "step": 32}
_Size = Field(ge=0, le=512, title="Photo", description="0: as it was made for", json_schema_extra=_PIXELS)


class Measurement(Options):
    """What is timed, one photo at a time."""

    architecture: Annotated[str, _Architecture] = "convnext_tiny"
    size: Annotated[int, _Size] = 0


class Timing(NamedTuple):
    """What was measured."""

    architecture: str
    size: int  # pixels
    parameters: float  # millions
    seconds: tuple[float, ...]  # of each repeat
    machine: str

    def milliseconds(self) -> Interval:
        """Give the mean time of one photo and its 95 % interval."""
        return mean_interval(np.array(self.seconds) * 1000)


def time_architecture(
    architecture: str, *, size: int = 0, clock: Callable[[], float] = time.perf_counter
) -> Timing:
    """Build a network with random weights, and time it on one random photo at a time.

    Args:
        architecture: a name of timm's; what follows a dot names weights, and is left out.
        size: side of the photo in pixels; 0 for the size it was made for.
        clock: tells the seconds.

    Raises:
        InputError: timm does not know it, it is too large, or it does not take such a photo.
    """
    import torch

    name = architecture.strip().partition(".")[0]
    network = build(name, size=size)
    side = size or network.default_cfg["input_size"][-1]
    photo = torch.randn(1, 3, side, side)
    seconds: list[float] = []
    with torch.inference_mode():
        try:
            network(photo)  # the first run pays for what is set up once
        except _MISFITS as error:
            raise InputError(f"{name} takes no photo of {side} pixels. Choose 0 for its own size.") from error
        while len(seconds) < MIN_REPEATS or (len(seconds) < MAX_REPEATS and sum(seconds) < REPEAT_SECONDS):
            start = clock()
            network(photo)
            seconds.append(clock() - start)
    machine = f"{count_threads()} of {count_cores()} processor cores"
    return Timing(name, side, count_parameters(network), tuple(seconds), machine)


def build(name: str, *, size: int = 0, most: float = MAX_PARAMETERS) -> Any:
    """Build a network in evaluation mode, after a look at its parameters that takes no memory.

    Args:
        name: of the architecture.
        size: side of its photo in pixels; 0 for the size it was made for.
        most: millions of parameters that it may have.

    Raises:
        InputError: timm does not know it, or it is too large.
    """
    import timm
    import torch

    # No address or path of timm's "hf-hub:..." and "local-dir:..." gets through.
    if not re.fullmatch(r"\w+", name, re.ASCII) or not timm.is_model(name):
        near = difflib.get_close_matches(name, timm.list_models(), n=3) or ["convnext_tiny"]
        raise InputError(f"timm knows no architecture {name[:60]!r}. Try {' or '.join(near)}.")
    with torch.device("meta"):
        millions = count_parameters(timm.create_model(name))
    if millions > most:
        raise InputError(f"{name} has {millions:.0f} million parameters: more than {most:.0f} here.")
    try:
        return timm.create_model(name, **({"img_size": size} if size else {})).eval()
    except _MISFITS:
        return timm.create_model(name).eval()  # it takes any size, or says so when it sees a photo


def count_parameters(network: Any) -> float:
    """Count the parameters of a network, in millions."""
    return sum(part.numel() for part in network.parameters()) / 1e6
