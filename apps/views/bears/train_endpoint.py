"""`/train`: a zip of class folders in, progress while it lasts, then the figures and the model, packed.

    job = client.submit(handle_file("bears.zip"), api_name="/train")
    for progress, _ in job: print(progress["phrase"])
    figures, model_zip = job.result()

A caller that hangs up ends its training. What it sent and what it got is kept as long as any run's, then
deleted.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypedDict, cast

import gradio as gr

from shared.errors import InputError
from shared.jobs import Runs
from shared.limits import MAX_WAITING_RUNS
from shared.ui.endpoint import add_file_endpoint
from shared.vision.train_options import DEFAULT_ARCH
from shared.vision.train_photos import check_gathered
from shared.vision.train_progress import RunProgress, RunResult
from shared.vision.train_request import FROM_NOTHING, PRETRAINED, RESIZES, read_options
from shared.vision.train_runs import photo_job, photo_runs
from shared.vision.zips import unpack_photos

TICK_SECONDS = 0.5  # between two answers
_LABELS = {method: label for label, method in RESIZES.items()}


class Epoch(TypedDict):
    """One epoch; null where a training that diverged has no number."""

    epoch: int
    train_loss: float | None
    valid_loss: float | None
    error_rate: float | None


class TrainState(TypedDict):
    """How far a training is."""

    state: str
    phrase: str
    ahead: int
    share: float
    seconds: float
    history: list[Epoch]


class HeldOut(TypedDict):
    """A photo that was kept out of training, and what the model says of it."""

    name: str
    digest: str
    label: str
    predicted: str
    probabilities: list[float]
    loss: float


class TrainFigures(TypedDict):
    """What a training ended with."""

    state: Literal["done"]
    seconds: float
    n_train: int
    n_valid: int
    accuracy: float
    accuracy_interval: list[float]
    loss: float
    vocab: list[str]
    confusion: list[list[int]]
    valid: list[HeldOut]


def build_train_endpoint(runs: Runs[RunProgress] | None = None) -> None:
    """Add the endpoint to the Blocks that is open."""

    def train(
        photos: str | None,
        arch: str = DEFAULT_ARCH,
        epochs: int = 2,
        freeze_epochs: int = 4,
        lr: float = 0,
        resize: str = "random",
        size: int = 224,
        seed: int = 42,
        pretrained: bool = True,
    ) -> Iterator[tuple[TrainState | TrainFigures, str | None]]:
        """Train a classifier on a zip of class folders, and give its figures and the model as a zip.

        Args:
            photos: a zip with one folder for each class.
            arch: any image model that timm knows.
            epochs: times through the photos while all layers learn.
            freeze_epochs: times through them before, while only the new last layer learns.
            lr: the learning rate; 0 looks for one.
            resize: how a photo becomes a square: crop, squish, pad or random.
            size: side of that square in pixels.
            seed: of the held-out photos and of all draws.
            pretrained: start from ImageNet weights; false starts from random numbers.
        """
        if not photos:
            raise InputError("There is no zip. Send one with a folder for each class.")
        if not isinstance(resize, str):
            raise InputError(f"resize must be one of {', '.join(_LABELS)}.")
        start = PRETRAINED if pretrained else FROM_NOTHING
        rate = lr or None
        options = read_options(arch, start, freeze_epochs, epochs, rate, _LABELS[resize], size, seed)
        registry = runs or photo_runs()

        def fill(folder: Path) -> None:
            unpack_photos(photos, folder)
            check_gathered(folder)

        token = registry.add(photo_job(options, fill))
        try:
            yield from _follow(registry, token)
        finally:
            registry.stop(token)  # of a run that is over, nothing is left to stop

    inputs: list[Any] = [
        gr.File(visible=False, label="photos"),
        gr.Textbox(DEFAULT_ARCH, visible=False, label="arch"),
        gr.Number(2, visible=False, label="epochs"),
        gr.Number(4, visible=False, label="freeze_epochs"),
        gr.Number(0, visible=False, label="lr"),
        gr.Dropdown(list(_LABELS), value="random", visible=False, label="resize"),
        gr.Number(224, visible=False, label="size"),
        gr.Number(42, visible=False, label="seed"),
        gr.Checkbox(True, visible=False, label="pretrained"),
    ]
    model = gr.File(visible=False, label="model")
    add_file_endpoint(train, inputs, more=[model], concurrency_limit=MAX_WAITING_RUNS)


def _follow(runs: Runs[RunProgress], token: str) -> Iterator[tuple[TrainState | TrainFigures, str | None]]:
    """Tell how far a run is until it is over.

    Raises:
        InputError: it ended without a model.
    """
    while True:
        progress = runs.status(token)
        if progress is None:
            raise InputError("The server no longer keeps this training. Send the zip again.")
        if progress.result is not None:
            yield _figures(progress.result), progress.result.zip_path
            return
        if progress.is_over:
            raise InputError(progress.phrase)
        yield _state(progress), None
        time.sleep(TICK_SECONDS)


def _state(progress: RunProgress) -> TrainState:
    return {
        "state": progress.state,
        "phrase": progress.phrase,
        "ahead": progress.ahead,
        "share": round(progress.share, 3),
        "seconds": round(progress.seconds, 1),
        "history": [cast("Epoch", entry) for entry in progress.history],
    }


def _figures(result: RunResult) -> Any:
    """The metrics (`TrainFigures`), each held-out photo by its name: where it lies is nobody's business."""
    held_out = [
        {**{key: value for key, value in photo.items() if key != "path"}, "name": Path(photo["path"]).name}
        for photo in result.metrics["valid"]
    ]
    return {"state": "done", "seconds": round(result.seconds, 1), **result.metrics, "valid": held_out}
