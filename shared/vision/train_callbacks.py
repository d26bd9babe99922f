"""What a training tells while it goes on, and what it leaves for a later one: fastai callbacks.

report = Report(print, Path("run.checkpoint"), n_before=[0, 4])   # one for both stages of a fine-tuning
learn.fit_one_cycle(4, cbs=report)
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from fastai.callback.core import Callback
from fastai.callback.training import GradientAccumulation

from shared.vision.train_checkpoint import (
    chance,
    join_states,
    named,
    part_states,
    python_state,
    save_checkpoint,
    set_chance,
    under,
)
from shared.vision.train_share import from_all, is_first, rank, unwrapped

OnEvent = Callable[[dict[str, Any]], None]


class CountBatches(Callback):
    """Tell how far the learning-rate finder is."""

    def __init__(self, on_event: OnEvent, n_batches: int) -> None:
        self.on_event, self.n_batches, self.n_done = on_event, n_batches, 0

    def after_batch(self) -> None:
        """Tell of a batch of the finder."""
        self.n_done += 1
        self.on_event(
            {
                "kind": "batch",
                "epoch": 0,
                "batch": self.n_done,
                "n_batches": self.n_batches,
                "loss": float(self.loss.detach()),
            }
        )


class Report(Callback):
    """Tell what happens, and leave a checkpoint after every epoch."""

    order = 60  # after the Recorder

    def __init__(self, on_event: OnEvent, checkpoints: Path, *, n_before: list[int]) -> None:
        self.on_event, self.checkpoints, self.n_before = on_event, checkpoints, n_before
        self.stage = self.start_epoch = 0  # fastai passes through the epochs before the first without a batch

    def after_batch(self) -> None:
        """Tell of a batch."""
        if self.training:
            self.on_event(
                {
                    "kind": "batch",
                    "epoch": self.n_before[self.stage] + self.epoch + 1,
                    "batch": self.iter + 1,
                    "n_batches": self.n_iter,
                    "loss": float(self.loss.detach()),
                }
            )

    def before_validate(self) -> None:
        """Begin to count."""
        self.n_right = self.n_seen = 0
        self.loss_sum = 0.0

    def after_pred(self) -> None:
        """Count what is right."""
        if not self.training:
            self.n_right += int((self.pred.argmax(-1) == self.y).sum())
            self.n_seen += len(self.y)
            self.loss_sum += float(
                torch.nn.functional.cross_entropy(self.pred.float(), self.y, reduction="sum")
            )

    def after_epoch(self) -> None:
        """Tell of the epoch, and leave a checkpoint."""
        if self.epoch < self.start_epoch:
            return
        counts = from_all((self.n_right, self.n_seen, self.loss_sum))
        n_right, n_seen, loss_sum = (sum(values) for values in zip(*counts, strict=True))
        entry = {
            "epoch": self.n_before[self.stage] + self.epoch + 1,
            "train_loss": float(self.learn.recorder.smooth_loss.value),
            "valid_loss": loss_sum / max(n_seen, 1),
            "error_rate": 1 - n_right / max(n_seen, 1),
        }
        facts = self.learn.run_facts
        facts["history"].append(entry)
        facts["stage"], facts["epoch"] = self.stage, self.epoch + 1
        tensors, state = state_of(self.learn)
        if is_first():
            save_checkpoint(self.checkpoints, tensors, {**facts, **state})
        self.on_event({"kind": "epoch", **entry})


def state_of(learn: Any) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Give all that the next epoch depends on, as tensors by name and as JSON."""
    network, smooth = unwrapped(learn.model), learn.recorder.smooth_loss
    optimizer, numbers = part_states(learn.opt.state_dict()["state"])
    tensors = {**named("model", network.state_dict()), **named("opt", optimizer)}
    if n_waiting := _accumulated(learn):  # gradients of this epoch that the next one will use
        grads = {name: p.grad for name, p in network.named_parameters() if p.grad is not None}
        tensors |= named("grad", grads)
    return tensors, {
        "opt": numbers,
        "n_accumulated": n_waiting,
        "smooth_loss": [smooth.count, float(smooth.val)],
        "scaler": learn.scaler.state_dict() if hasattr(learn, "scaler") else {},
        "chance": from_all({**chance(), "photos": learn.dls.train.rng.getstate()}),
    }


class Restore(Callback):
    """Put back, once the epochs that were done are skipped, what `state_of` gave."""

    order = 61  # after whatever else happens before an epoch

    def __init__(self, tensors: dict[str, torch.Tensor], facts: dict[str, Any], start_epoch: int) -> None:
        self.tensors, self.facts, self.start_epoch = tensors, facts, start_epoch

    def before_epoch(self) -> None:
        """Put it back before the first epoch that is trained."""
        if self.epoch != self.start_epoch:
            return
        learn, facts = self.learn, self.facts
        if self.start_epoch:  # otherwise a new stage begins, with nothing behind it
            device = next(unwrapped(learn.model).parameters()).device
            tensors = {name: value.to(device) for name, value in under("opt", self.tensors).items()}
            states = join_states(tensors, facts["opt"])
            learn.opt.load_state_dict({"state": states, "hypers": learn.opt.state_dict()["hypers"]})
            smooth = learn.recorder.smooth_loss
            smooth.count, smooth.val = facts["smooth_loss"][0], torch.tensor(facts["smooth_loss"][1])
            if facts["scaler"] and hasattr(learn, "scaler"):
                learn.scaler.load_state_dict(facts["scaler"])
            grads = under("grad", self.tensors)
            for name, parameter in unwrapped(learn.model).named_parameters():
                if name in grads:
                    parameter.grad = grads[name].to(device).clone()  # of its own: it is emptied in place
            for callback in learn.cbs:
                if isinstance(callback, GradientAccumulation):
                    callback.count = facts["n_accumulated"]
        if len(facts["chance"]) > rank():  # another number of processes draws anew
            mine = facts["chance"][rank()]
            set_chance(mine)
            learn.dls.train.rng.setstate(python_state(mine["photos"]))


def _accumulated(learn: Any) -> int:
    """Photos whose gradients wait for the next step."""
    counts = [callback.count for callback in learn.cbs if isinstance(callback, GradientAccumulation)]
    return counts[0] if counts else 0
