"""The trainings on photos from the page: one at a time, each found by its token (`shared/jobs` says how).

runs = TrainingRuns()
token = runs.start(TrainOptions(), fill=lambda folder: unpack_photos("bears.zip", folder))
runs.look(token).phrase                    # "Waiting for your turn", then what `train` says
runs.stop(token); runs.go_on(token)        # from the last epoch that was finished
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shared.installed import check_installed
from shared.jobs import Run, Runs
from shared.limits import MAX_PHOTO_TRAINING_SECONDS
from shared.scratch import at_end
from shared.vision.train_lent import open_worker
from shared.vision.train_options import TrainOptions
from shared.vision.train_progress import RunProgress

PHOTOS = "photos"  # the class folders, inside a run's folder
NEEDED = ("torch", "torchvision", "fastai", "timm", "onnx", "onnxscript")  # packages
_ADVICE = (
    "Press Continue to go on from the last finished epoch, or start again with a smaller size.",
    "Press Continue to go on from the last finished epoch, or start again with fewer epochs or photos.",
)


class TrainingRuns(Runs[RunProgress]):
    """The trainings of one server."""

    def __init__(self, *, max_seconds: float = MAX_PHOTO_TRAINING_SECONDS, **settings: Any) -> None:
        """Take what `Runs` takes."""
        super().__init__(
            "shared.vision.train_worker",
            kind="photos",
            advice=_ADVICE,
            max_seconds=max_seconds,
            **settings,
        )

    def start(self, options: TrainOptions, *, fill: Callable[[Path], object]) -> str:
        """Queue a training.

        Args:
            options: of the training.
            fill: puts the photos into the folder it is given, one folder for each class.

        Returns:
            The run's token.

        Raises:
            InputError: torch is not installed, an option is out of its range, too many are waiting, or
                whatever `fill` raises; then nothing is kept.
        """
        token = self.prepare(options)
        self.read(token, fill)
        return token

    def prepare(self, options: TrainOptions) -> str:
        """Give a training its token, before its photos are read; see `start`."""
        check_installed("Training", *NEEDED)
        settings = options.filled()
        frozen = 0 if settings.init == "none" else settings.freeze_epochs
        return self.open({"options": asdict(options)}, RunProgress(n_epochs=settings.epochs + frozen))

    def read(self, token: str, fill: Callable[[Path], object]) -> None:
        """Read the photos of a training that was prepared, and queue it; see `start`."""

        def fill_photos(folder: Path) -> None:
            (folder / PHOTOS).mkdir()
            fill(folder / PHOTOS)

        self.queue(token, fill_photos)

    def _open_worker(self, request: Mapping[str, Any], run: Run[RunProgress]) -> Any:
        """On ZeroGPU the job runs on a GPU that is lent to the visitor, elsewhere in a process of its own."""
        return open_worker(
            self._worker, request, folder=run.folder, command=self._command, visitor=run.visitor
        )


@functools.cache
def training_runs() -> TrainingRuns:
    """The runs of this server, made when they are first asked for; they end with it."""
    runs = TrainingRuns()
    at_end(runs.close)
    return runs
