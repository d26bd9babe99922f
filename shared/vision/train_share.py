"""One training shared by several processes, as `accelerate launch` or `torchrun` starts them.

    accelerate launch --num_processes 2 -m shared.vision.train --data bears/ --out my_model
    LESSONS_DEVICE=cpu torchrun --nproc_per_node 2 -m shared.vision.train ...       # without a GPU

Every process learns from its share of the photos; after each step all have the same weights (PyTorch's
DistributedDataParallel). The first one alone looks for the learning rate, deletes and writes checkpoints,
tells what happens, measures and writes the model. Held-out photos are shared out once, and counted together.

    with joined():                              # nothing happens in a single process
        rate = from_first(lambda: find_rate(learn))
        learn.fit(3, cbs=ShareWork())

Batch normalisation measures each process's own share, and the first one's figures count. fastai's own
callback would put other layers in their place, and timm's would lose their activation function.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import torch
from fastai.callback.core import Callback
from fastai.distributed import DistributedDL
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

_T = TypeVar("_T")


def n_processes() -> int:
    """How many processes share this training."""
    return int(os.environ.get("WORLD_SIZE", 1))


def rank() -> int:
    """Which of them this one is; the first is 0."""
    return int(os.environ.get("RANK", 0))


def is_first() -> bool:
    """Whether this process speaks and writes for all."""
    return rank() == 0


def uses_gpu() -> bool:
    """Whether there is a GPU, and neither LESSONS_DEVICE nor `accelerate launch --cpu` says no."""
    says_no = os.environ.get("LESSONS_DEVICE", "").strip().lower() == "cpu"
    says_no |= os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes")
    return torch.cuda.is_available() and not says_no


@contextlib.contextmanager
def joined() -> Iterator[None]:
    """Connect the processes for as long as the block lasts."""
    if n_processes() == 1:
        yield
        return
    if uses_gpu():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    distributed.init_process_group("nccl" if uses_gpu() else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def from_first(work: Callable[[], _T]) -> _T:
    """Let the first process do something, and give its answer to all."""
    if n_processes() == 1:
        return work()
    box: list[Any] = [None]
    if is_first():
        with _alone():
            box = [work()]
    distributed.broadcast_object_list(box, src=0)
    answer: _T = box[0]
    return answer


def from_all(value: _T) -> list[_T]:
    """Give every process the values of all, in the order of their ranks."""
    if n_processes() == 1:
        return [value]
    box: list[Any] = [None] * n_processes()
    distributed.all_gather_object(box, value)
    return box


def share_of(rows: Sequence[int]) -> list[int]:
    """This process's share of the held-out photos; all of them, when there are fewer than processes."""
    return list(rows if len(rows) < n_processes() else rows[rank() :: n_processes()])


def unwrapped(model: Any) -> Any:
    """The network itself, without what shares it."""
    return model.module if isinstance(model, DistributedDataParallel) else model


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Make fastai forget the other processes: its learning-rate finder would wait for them."""
    world = os.environ.pop("WORLD_SIZE")
    try:
        yield
    finally:
        os.environ["WORLD_SIZE"] = world


class _SharedBatches(DistributedDL):
    """Each process's part of the training photos, in the order that the first one draws."""

    def _broadcast(self, t: list[int], rank: int) -> list[int]:
        box = [t]
        distributed.broadcast_object_list(box, src=rank)  # fastai's own needs a GPU
        return box[0]


class ShareWork(Callback):
    """Share every batch, and keep the weights of all processes the same."""

    order = 11  # after mixed precision, before the recorder

    def before_fit(self) -> None:
        """Wrap the network, and part the training photos."""
        self.network = self.learn.model
        devices = [torch.cuda.current_device()] if uses_gpu() else None
        self.shared = self.learn.model = DistributedDataParallel(self.network, device_ids=devices)
        self.batches = _SharedBatches(self.dls.train, rank(), n_processes(), device=self.dls.device)

    def before_train(self) -> None:
        """Take this process's part."""
        self.learn.dl = self.batches

    def before_validate(self) -> None:
        """Judge the network as the first process has it."""
        for buffer in self.network.buffers():
            distributed.broadcast(buffer, src=0)
        self.learn.model = self.network  # the processes may have different numbers of held-out batches

    def after_validate(self) -> None:
        """Go on sharing."""
        self.learn.model = self.shared

    def after_fit(self) -> None:
        """Unwrap the network."""
        self.learn.model = self.network
