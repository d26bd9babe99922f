"""What a training is worth, photo by photo: behind each cell of the confusion matrix, and the worst of all.

photos = held_out(progress.result)             # the largest loss first
in_cell(photos, actual="black", predicted="grizzly")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.vision.train_progress import RunResult


@dataclass(frozen=True)
class HeldOutPhoto:
    """A photo the model never learned from, and what it says of it.

    Attributes:
        path: the file.
        actual: the class it was filed under.
        predicted: the class the model chose.
        probability: what the model gave the class it chose.
        probability_actual: what it gave the class the photo was filed under.
        loss: cross-entropy.
    """

    path: Path
    actual: str
    predicted: str
    probability: float
    probability_actual: float
    loss: float

    @property
    def is_right(self) -> bool:
        """Whether the model agrees with the label."""
        return self.actual == self.predicted


def held_out(result: RunResult) -> list[HeldOutPhoto]:
    """All held-out photos of a run, the largest loss first."""
    vocab = result.metrics["vocab"]
    photos = [
        HeldOutPhoto(
            path=Path(entry["path"]),
            actual=entry["label"],
            predicted=entry["predicted"],
            probability=entry["probabilities"][vocab.index(entry["predicted"])],
            probability_actual=entry["probabilities"][vocab.index(entry["label"])],
            loss=entry["loss"],
        )
        for entry in result.metrics["valid"]
    ]
    return sorted(photos, key=lambda photo: -photo.loss)


def in_cell(photos: Sequence[HeldOutPhoto], *, actual: str, predicted: str) -> list[HeldOutPhoto]:
    """The photos behind one cell of the confusion matrix."""
    return [photo for photo in photos if (photo.actual, photo.predicted) == (actual, predicted)]
