"""The trainings on photos from the page: one at a time, each found by its token (`shared/jobs` says how).

runs = photo_runs()
token = runs.add(photo_job(TrainOptions(), lambda folder: unpack_photos("bears.zip", folder)))
runs.status(token).phrase                  # "Waiting for your turn", then what `train` says
runs.stop(token); runs.resume(token)       # from the last epoch that was finished
"""

import functools
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shared.installed import check_installed
from shared.jobs import Job, Runs
from shared.limits import MAX_PHOTO_TRAINING_SECONDS
from shared.vision.train_lent import open_worker
from shared.vision.train_options import TrainOptions
from shared.vision.train_progress import RunProgress

PHOTOS = "photos"  # the class folders, inside a run's folder
NEEDED = ("torch", "torchvision", "fastai", "timm", "onnx", "onnxscript")  # packages
_ADVICE = (
    "Press Continue to go on from the last finished epoch, or start again with a smaller size.",
    "Press Continue to go on from the last finished epoch, or start again with fewer epochs or photos.",
)


def photo_job(options: TrainOptions, fill: Callable[[Path], object]) -> Job[RunProgress]:
    """Ask for a training.

    Args:
        options: of the training.
        fill: puts the photos into the folder it is given, one folder for each class.

    Raises:
        InputError: torch is not installed, or an option is out of its range.
    """
    check_installed("Training", *NEEDED)
    settings = options.filled()
    progress = RunProgress(n_epochs=settings.epochs + settings.n_frozen, n_frozen=settings.n_frozen)
    return Job({"options": asdict(options)}, progress, functools.partial(_fill_photos, fill))


def _fill_photos(fill: Callable[[Path], object], folder: Path) -> None:
    (folder / PHOTOS).mkdir()
    fill(folder / PHOTOS)


def new_photo_runs(*, max_seconds: float = MAX_PHOTO_TRAINING_SECONDS, **settings: Any) -> Runs[RunProgress]:
    """Make room for the trainings of one server; takes what `Runs` takes.

    On ZeroGPU a training runs on a GPU that is lent to the visitor, elsewhere in a process of its own.
    """
    fixed: dict[str, Any] = {"kind": "photos", "advice": _ADVICE, "open_worker": open_worker}
    return Runs("shared.vision.train_worker", max_seconds=max_seconds, **fixed, **settings)


photo_runs = functools.cache(new_photo_runs)  # those of this server
