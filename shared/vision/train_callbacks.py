"""What a training tells while it goes on, and what it leaves for a later one: fastai callbacks.

report = Report(print, Path("run.checkpoint"), n_before=[0, 4])   # one for both stages of a fine-tuning
learn.fit_one_cycle(4, cbs=report)
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from fastai.callback.core import Callback

from shared.vision.train_checkpoint import load_optimizer, save_checkpoint

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
        entry = {
            "epoch": self.n_before[self.stage] + self.epoch + 1,
            "train_loss": float(self.learn.recorder.smooth_loss.value),
            "valid_loss": self.loss_sum / max(self.n_seen, 1),
            "error_rate": 1 - self.n_right / max(self.n_seen, 1),
        }
        facts = self.learn.run_facts
        facts["history"].append(entry)
        facts["stage"], facts["epoch"] = self.stage, self.epoch + 1
        if int(os.environ.get("RANK", 0)) == 0:
            save_checkpoint(self.checkpoints, self.learn, facts)
        self.on_event({"kind": "epoch", **entry})


class RestoreOptimizer(Callback):
    """Put the optimiser's state back, once the skipped epochs are over."""

    def __init__(self, states: list[dict[str, Any]], start_epoch: int) -> None:
        self.states, self.start_epoch = states, start_epoch

    def before_epoch(self) -> None:
        """Put it back before the first epoch that is trained."""
        if self.epoch == self.start_epoch:
            load_optimizer(self.learn, self.states)
