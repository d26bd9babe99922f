"""How far a training is: what the page shows of it, put together from the events of `train`.

    progress = RunProgress(n_epochs=5)
    progress = progress.take_in({"kind": "batch", "epoch": 1, "batch": 3, "n_batches": 12, "loss": 0.9})
    progress.share, progress.batches[-1]       # 0.14, (0.25, 0.9)

Epochs are counted from 1; the batches of the learning-rate finder belong to epoch 0. The share is an
estimate: reading and the finder come before the epochs, measuring and writing after them.
"""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from shared.jobs import Event, Progress

_BEFORE, _AFTER = 0.1, 0.9  # the share that is over as the epochs begin, and as they end


@dataclass(frozen=True)
class RunResult:
    """What a run leaves, for as long as the server keeps it.

    Attributes:
        folder: the run's; the photos are in it.
        artifact: the model's folder.
        zip_path: the model, packed.
        metrics: as `train` measures them.
        seconds: how long the training took.
    """

    folder: str
    artifact: str
    zip_path: str
    metrics: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class RunProgress(Progress):
    """How far a run is.

    Attributes:
        history: one entry an epoch so far: epoch, train_loss, valid_loss, error_rate.
        batches: (epochs gone by, loss) for each batch so far.
        last_batch: the event of the last one, the finder's included.
        finder: rates, losses, slide, valley, chosen, once the learning rate was looked for.
        result: None until the end.
    """

    batches: tuple[tuple[float, float], ...] = ()
    last_batch: dict[str, Any] | None = None
    finder: dict[str, Any] | None = field(default=None, repr=False)
    result: RunResult | None = None

    def says_speed(self, event: Event) -> bool:
        """Only the batches of an epoch do, not what comes before: imports, photos, the finder."""
        return event["kind"] == "batch" and event["epoch"] > 0

    def take_in(self, event: Event) -> Self:
        """Take one event of `train` in, or the process's last one."""
        kind = event["kind"]
        if kind == "result":
            folder = str(Path(event["artifact"]).parent)
            paths = folder, event["artifact"], event["zip_path"]
            return replace(self, result=RunResult(*paths, event["metrics"], self.seconds))
        if kind == "stage":
            share = _share_at_stage(self)
            return replace(self, phrase=event["phrase"], share=share, last_batch=None)
        if kind == "lr":
            return replace(self, finder=event)
        if kind == "batch":
            within = event["batch"] / event["n_batches"]
            if event["epoch"] == 0:
                return replace(self, last_batch=event, share=max(self.share, _BEFORE * within))
            gone_by = event["epoch"] - 1 + within
            return replace(
                self,
                batches=(*self.batches, (gone_by, event["loss"])),
                last_batch=event,
                share=max(self.share, _share_after(gone_by, self.n_epochs)),
            )
        if kind == "epoch":
            entry = {name: event[name] for name in ("epoch", "train_loss", "valid_loss", "error_rate")}
            share = max(self.share, _share_after(event["epoch"], self.n_epochs))
            return replace(self.with_epoch(entry), share=share)
        return self

    def kept(self) -> Self:
        """The epochs that were finished; the one that was not begins again."""
        last = max((entry["epoch"] for entry in self.history), default=0)
        share = min(self.share, _share_after(last, self.n_epochs)) if last else 0.0
        return replace(self, batches=tuple(batch for batch in self.batches if batch[0] <= last), share=share)

    @property
    def has_diverged(self) -> bool:
        """Whether the loss stopped being a number, or grew far beyond guessing."""
        return any(is_diverged(loss) for _, loss in self.batches) or any(
            is_diverged(entry["valid_loss"]) for entry in self.history
        )


def is_diverged(loss: float) -> bool:
    """Whether a loss says that training has gone astray: guessing among 50 classes costs 4."""
    return not math.isfinite(loss) or loss > 100


def _share_after(epochs: float, n_epochs: int) -> float:
    return _BEFORE + (_AFTER - _BEFORE) * min(epochs / n_epochs, 1.0)


def _share_at_stage(progress: RunProgress) -> float:
    """A new stage says that something is over; a bar never goes back."""
    if len(progress.history) >= progress.n_epochs:
        return max(progress.share, min(progress.share + 0.03, 0.99))
    return max(progress.share, min(progress.share + 0.02, _BEFORE))
