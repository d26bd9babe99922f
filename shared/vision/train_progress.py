"""How far a training is: what the page shows of it, put together from the events of `train`.

    progress = RunProgress(n_epochs=5)
    progress = progress.take_in({"kind": "batch", "epoch": 1, "batch": 3, "n_batches": 12, "loss": 0.9})
    progress.share, progress.batches[-1]       # 0.14, (0.25, 0.9)

Epochs are counted from 1; the batches of the learning-rate finder belong to epoch 0. The share is an
estimate: reading comes before them, measuring and writing after them.
"""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from shared.jobs import Event, Progress

_BEFORE, _AFTER = 0.1, 0.85  # the share that is over as the learning begins, and as it ends
_WHOLE_EPOCH = 2.0  # times as long as one in which only the new layer learns


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
        n_frozen: how many of the epochs, the first ones, leave all layers but the new one as they are.
        finder_epochs: how many epochs the learning-rate finder is as long as.
        batches: (epochs gone by, loss) for each batch so far.
        last_batch: the event of the last one, the finder's included.
        finder: rates, losses, slide, valley, chosen, once the learning rate was looked for.
        result: None until the end.
    """

    n_frozen: int = 0
    finder_epochs: float = 0.0
    batches: tuple[tuple[float, float], ...] = ()
    last_batch: dict[str, Any] | None = None
    finder: dict[str, Any] | None = field(default=None, repr=False)
    result: RunResult | None = None

    def says_speed(self, event: Event) -> bool:
        """Only batches do, not what comes before: imports and photos."""
        return event["kind"] == "batch"

    def take_in(self, event: Event) -> Self:
        """Take one event of `train` in, or the process's last one."""
        kind = event["kind"]
        if kind == "result":
            folder = str(Path(event["artifact"]).parent)
            paths = folder, event["artifact"], event["zip_path"]
            return replace(self, result=RunResult(*paths, event["metrics"], self.seconds))
        if kind == "stage":
            finder = event.get("epochs", self.finder_epochs)
            share = _share_at_stage(self)
            return replace(self, phrase=event["phrase"], share=share, last_batch=None, finder_epochs=finder)
        if kind == "lr":
            return replace(self, finder=event)
        if kind == "batch":
            within = event["batch"] / event["n_batches"]
            if event["epoch"] == 0:
                return replace(self, last_batch=event, share=max(self.share, self._share_after(0, within)))
            gone_by = event["epoch"] - 1 + within
            return replace(
                self,
                batches=(*self.batches, (gone_by, event["loss"])),
                last_batch=event,
                share=max(self.share, self._share_after(gone_by)),
            )
        if kind == "epoch":
            entry = {name: event[name] for name in ("epoch", "train_loss", "valid_loss", "error_rate")}
            share = max(self.share, self._share_after(event["epoch"]))
            return replace(self.with_epoch(entry), share=share)
        return self

    def _share_after(self, epochs: float, found: float = 1.0) -> float:
        """The share that is over after so many epochs and this part of the finder."""
        whole = self.finder_epochs + self._work(self.n_epochs)
        done = self.finder_epochs * found + self._work(min(epochs, self.n_epochs))
        return _BEFORE + (_AFTER - _BEFORE) * done / whole

    def _work(self, epochs: float) -> float:
        return min(epochs, self.n_frozen) + _WHOLE_EPOCH * max(epochs - self.n_frozen, 0.0)

    def kept(self) -> Self:
        """The epochs that were finished; the one that was not begins again."""
        last = max((entry["epoch"] for entry in self.history), default=0)
        share = min(self.share, self._share_after(last)) if last else 0.0
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


def _share_at_stage(progress: RunProgress) -> float:
    """A new stage says that something is over; a bar never goes back."""
    if len(progress.history) >= progress.n_epochs:
        return max(progress.share, min(progress.share + 0.03, 0.99))
    return max(progress.share, min(progress.share + 0.02, _BEFORE))
