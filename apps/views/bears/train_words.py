"""What the tab *Train your own* says: what is learned from, how far a run is, what came out.

describe_batch(progress)                   # the epoch, the batch and the loss
describe_accuracy(metrics)                 # the number that matters, for big_number_html
"""

from collections.abc import Mapping
from typing import Any

from shared.limits import (
    MAX_PAGE_CLASSES,
    MAX_PAGE_PHOTOS,
    MAX_PAGE_PHOTOS_MB,
    MAX_UPLOAD_MB,
)
from shared.ui.page import marked
from shared.ui.training import KEPT_MINUTES
from shared.vision.train_progress import RunProgress
from shared.words import count

DEMO, OWN, ZIP = "Demonstration set", "My own photos", "A zip"
SOURCES = (DEMO, OWN, ZIP)
DEMO_TEXT = (
    "About 110 pictures of black bears, grizzlies and teddies, made from three photos by turning, cropping "
    "and recolouring. A few labels are wrong on purpose: find them in the confusion matrix."
)
OWN_TEXT = "Two to six classes. Two photos of each are enough to start; from 20 on it works well."
ZIP_TEXT = (
    "A zip with one folder for each class: `bears/black/1.jpg`. At most "
    f"{MAX_UPLOAD_MB} MB, {MAX_PAGE_PHOTOS:,} photos ({MAX_PAGE_PHOTOS_MB} MB unpacked) and "
    f"{MAX_PAGE_CLASSES} classes."
)
DATA_SENTENCE = (
    f"Your photos stay on the server while it trains and {KEPT_MINUTES} minutes longer, so that you can look "
    "at the mistakes. Then they are deleted with the model."
)
LOSSES_LABEL = "Loss while it trains: how surprised the model is by the labels"
FINDER_LABEL = "Learning-rate finder: a short mock training whose steps grow"
NO_SPACE = (
    "Pushing to your own Hugging Face account works where this app runs as a Space with log-in. Here, "
    "download the model, unpack it and run `hf upload my-bears photo-classifier`."
)
HOW_TO_RUN = (
    "Unpack the zip beside this project and start the app on it: "
    "`LESSONS_BEARS_MODEL=photo-classifier python apps/bears.py`. With timm: "
    '`timm.create_model("local-dir:photo-classifier", pretrained=True)`.'
)
EXPLANATION = """
**What is learned.** The network comes with features learned on a million photos of ImageNet: edges, fur,
ears. Its last layer is replaced by a new one for your classes. First only that layer learns, then, with
smaller steps, all of them. fastai calls this *fine-tuning*.

**The learning rate** is the size of the steps. The finder takes larger and larger ones and watches the
loss. Too small, and nothing happens; too large, and the loss explodes. *Valley* and *slide* are two ways
to read a good rate from the curve.

**What is held out.** One photo in five is put aside and never learned from. Copies and near-copies of a
photo stay on one side: a copy in the held-out set measures memory, not learning. The accuracy is the
share of held-out photos that were labelled right. With other held-out photos it would be somewhere in the
*95 % interval*; with few photos that interval is wide.

**The confusion matrix** shows which class is taken for which. Open the cells off the diagonal: is the
model wrong, or the label?
"""


def describe_accuracy(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Write the number that matters, for `big_number`."""
    low, high = metrics["accuracy_interval"]
    return {
        "label": "Accuracy on held-out photos",
        "value": f"{100 * metrics['accuracy']:.0f}",
        "unit": "%",
        "width": 3,
        "hint": f"95 % interval {100 * low:.0f} to {100 * high:.0f} %, {metrics['n_valid']} photos",
    }


def describe_run(metrics: Mapping[str, Any], seconds: float) -> str:
    """Write what was learned from, and how long it took."""
    minutes, rest = divmod(round(seconds), 60)
    took = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    text = (
        f"Learned from *{metrics['n_train']:,}* photos in {took}. It can be tried and taken away for "
        f"{KEPT_MINUTES} minutes."
    )
    return f"<p>{marked(text)}</p>"


def suggest_next(progress: RunProgress | None) -> str:
    """Say what to try."""
    if progress is None:
        return "Press *Start* with the demonstration set. Which photos does the model get wrong?"
    if not progress.is_over:
        return "Watch the orange curve. When does it stop falling while the blue one goes on?"
    if progress.has_diverged:
        return "The loss exploded: the steps were too large. Tick *Find the learning rate* and start again."
    if progress.result is None:
        return "Press *Continue*, or change something and press *Start*."
    return "Open a cell off the diagonal. Is the model wrong, or the label?"


def describe_batch(progress: RunProgress) -> str:
    """Write which epoch and batch a run is at, in one short line."""
    if progress.state == "done":
        return count(progress.n_epochs, "epoch")
    batch = progress.last_batch
    if batch is None:
        return ""
    place = "Finder" if batch["epoch"] == 0 else f"Epoch {batch['epoch']} of {progress.n_epochs}"
    return f"{place}, batch {batch['batch']} of {batch['n_batches']}, loss {batch['loss']:.3f}"
