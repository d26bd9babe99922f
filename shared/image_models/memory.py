"""What a training step takes of memory: estimated from what the layers keep, and measured here.

    row = load_rows()["convnext_tiny"]
    estimate_mb(row, 32, "Adam")                    # 3,950
    measure_steps("resnet18", "SGD", rows=...)      # the peak of a real step at each micro-batch

    python -m shared.image_models.memory                                  # counts anew, writes memory.csv
    python -m shared.image_models.memory --architecture convnext_small    # measures, on a GPU if there is one

Four kinds of numbers lie in memory, 4 bytes each: the weights, a gradient for each, what the optimiser keeps
of each (Adam 2, momentum 1), and the activations, for the backward pass needs what the forward pass saw.
Only the last kind grows with the batch. `memory.js` has the same sum for the page.
"""

import csv
import ctypes
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from shared.errors import InputError
from shared.image_models.measure import MAX_PARAMETERS, build, count_parameters
from shared.options import Options, read_flags

TABLE = Path(__file__).with_name("memory.csv")
OPTIMISERS = {"SGD": 0, "SGD with momentum": 1, "Adam": 2}  # numbers that each keeps of a weight
MICRO_BATCHES = (1, 2, 4, 8, 16, 32, 64)
MAX_MB = 2000  # no larger step is measured
STEP_SECONDS, LEAST_LARGEST = 3.0, 2  # none is begun later, but that of two photos always
_LARGEST = 400  # millions of parameters of a network in the table
_BYTES, _MB = 4, 1e6
_NAMES = (
    *("resnet18", "resnet26d", "resnet50", "mobilenetv3_large_100", "efficientnet_b0"),
    *("convnext_tiny", "convnext_small", "vit_small_patch16_224", "convnext_large", "vit_large_patch16_224"),
    *("swin_large_patch4_window7_224", "swinv2_large_window12_192"),  # the lesson's large ones are the last
)
Optimiser = Annotated[Literal["SGD", "SGD with momentum", "Adam"], Field(title="Optimiser")]
_Architecture = Field(max_length=80, title="Model", description="Of the list, or any name that timm knows")
_Micro = Field(ge=1, le=64, title="Micro-batch", description="Photos at a time")
_Gpu = Field(ge=1, le=80, title="Memory of your GPU", json_schema_extra={"unit": "GB"})


class Memory(Options):
    """A network, how it is trained, and where."""

    architecture: Annotated[str, _Architecture] = "efficientnet_b0"
    optimiser: Optimiser = "Adam"
    micro_batch: Annotated[int, _Micro] = 64
    gpu: Annotated[int, _Gpu] = 4


class Row(NamedTuple):
    """What a network takes, whatever the batch."""

    architecture: str
    size: int  # pixels of the photo's side
    parameters: float  # millions
    activations: float  # megabytes of a photo


class Step(NamedTuple):
    """The peak of one training step."""

    micro_batch: int
    measured_mb: float
    estimated_mb: float


@cache
def load_rows() -> dict[str, Row]:
    """Read the table of counted networks, by name."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        _header, *lines = csv.reader(file)
    return {name: Row(name, int(size), float(p), float(a)) for name, size, p, a in lines}


def estimate_mb(row: Row, micro_batch: int, optimiser: str) -> float:
    """Add up weights, gradients, what the optimiser keeps, and the activations of a micro-batch."""
    return _BYTES * row.parameters * (2 + OPTIMISERS[optimiser]) + micro_batch * row.activations


def count_row(architecture: str, *, device: str = "cpu", most: float = MAX_PARAMETERS) -> Row:
    """Run a network forward on two random photos, and add up what it keeps for the way back.

    Args:
        architecture: a name of timm's; what follows a dot names weights, and is left out.
        device: "meta" counts without memory; it keeps more of attention than a real device does.
        most: millions of parameters that it may have.

    Raises:
        InputError: timm does not know it, or it is too large.
    """
    import torch

    name = architecture.strip().partition(".")[0]
    with torch.device(device):
        network = build(name, most=most).train()
        side, n = network.default_cfg["input_size"][-1], 2
        own = {part.untyped_storage()._cdata for part in network.state_dict().values()}
        kept: dict[int, Any] = {}  # holding them keeps their addresses from being used again

        def keep(tensor: Any) -> Any:
            storage = tensor.untyped_storage()
            if storage._cdata not in own:
                kept[storage._cdata] = storage
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            loss = _loss(network, n, side)
    megabytes = sum(storage.nbytes() for storage in kept.values()) / n / _MB
    del loss
    return Row(name, side, count_parameters(network), megabytes)


def measure_steps(
    row: Row, optimiser: str, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[tuple[Step, str]]:
    """Train a network with random weights for one step at each micro-batch, and tell the peak.

    On a GPU that is what PyTorch allocated there, elsewhere how far the process grew.

    Args:
        row: of the network.
        optimiser: one of OPTIMISERS.
        clock: tells the seconds.

    Yields:
        Each step and what it was measured on, until they take too much or too long.

    Raises:
        InputError: it cannot be built, or not be trained on one photo; or this is not Linux.
    """
    import torch

    importlib.import_module("timm")  # before the process is weighed
    if is_gpu := torch.cuda.is_available():
        machine, before = torch.cuda.get_device_name(), 0
    else:
        machine, before = "this machine's processor: there is no GPU here", _process_bytes("VmRSS")
    network = build(row.architecture).train().to("cuda" if is_gpu else "cpu")
    moves = {} if optimiser == "Adam" else {"momentum": 0.9 * OPTIMISERS[optimiser]}
    takes = (torch.optim.SGD if moves else torch.optim.Adam)(network.parameters(), lr=0.01, **moves)
    start = clock()

    def step(micro_batch: int) -> None:
        _loss(network, micro_batch, row.size).backward()
        takes.step()
        takes.zero_grad()

    try:
        step(1)  # what the optimiser keeps is there from the second step on
    except ValueError as error:  # of a norm over a single number
        raise InputError(f"{row.architecture} cannot be trained on one photo at a time.") from error
    for micro_batch in MICRO_BATCHES:
        estimated = estimate_mb(row, micro_batch, optimiser)
        if estimated > MAX_MB or (micro_batch > LEAST_LARGEST and clock() - start > STEP_SECONDS):
            return
        if is_gpu:
            torch.cuda.reset_peak_memory_stats()
        else:
            Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
        step(micro_batch)
        peak = torch.cuda.max_memory_allocated() if is_gpu else _process_bytes("VmHWM")
        yield Step(micro_batch, (peak - before) / _MB, estimated), machine


def _loss(network: Any, n: int, side: int) -> Any:
    """Run a batch of random photos forward."""
    import torch

    device = next(network.parameters()).device
    said = network(torch.randn(n, 3, side, side, device=device))
    return torch.nn.functional.cross_entropy(said, torch.zeros(n, dtype=torch.long, device=device))


def _process_bytes(key: str) -> int:
    """Read one of the process's own figures."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError as error:
        raise InputError("Only Linux tells how much memory a process takes, and here is none.") from error
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024


def give_back_at_once() -> None:
    """Have the C library return freed memory at once, so that a process's size is what it uses."""
    library, threshold = ctypes.CDLL(None), -3  # M_MMAP_THRESHOLD of glibc
    if hasattr(library, "mallopt"):
        library.mallopt(threshold, 2**16)


class Command(Options):
    """The command's flags."""

    architecture: Annotated[str, Field(max_length=80, description="Measure this one; without, count all")] = (
        ""
    )
    optimiser: Optimiser = "Adam"


def main() -> None:
    """Run as a command."""
    flags = read_flags(Command, sys.argv[1:], "Memory of a training step.")
    if flags.architecture:
        give_back_at_once()
        row = load_rows().get(flags.architecture) or count_row(flags.architecture)
        for step, machine in measure_steps(row, flags.optimiser, clock=lambda: 0):  # however long it takes
            print(f"{machine}: {step.micro_batch:3} photos {step.measured_mb:8,.0f} MB, ", end="")
            print(f"estimated {step.estimated_mb:8,.0f}")
        return
    rows = [count_row(name, most=_LARGEST) for name in _NAMES]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows((*row[:2], f"{row.parameters:.4f}", f"{row.activations:.3f}") for row in rows)


if __name__ == "__main__":
    main()
