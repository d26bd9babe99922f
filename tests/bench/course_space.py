"""The peer of the bear classifier: the course's Space, on our weights.

Lesson 2 exports a fastai Learner to a pickle and serves it with `gr.Interface` and `learn.predict`. Here the
Learner gets the network of our artifact, so both give the same answers. The pickle stays in the benchmark's
own temporary folder.

    command = course_space(classifier, folder)       # what runs the Space
    learn = course_learner(classifier, folder)       # to ask it directly

Lesson 2: https://course.fast.ai/Lessons/lesson2.html.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from shared.vision.crops import MIN_SCALE
from shared.vision.model import Classifier
from tests.bench.common import ROOT

EXAMPLES = ROOT / "shared" / "vision" / "examples"
COURSE_APP = """
from fastai.vision.all import *
import gradio as gr

learn = load_learner("export.pkl")
labels = learn.dls.vocab


def predict(img):
    img = PILImage.create(img)
    pred, pred_idx, probs = learn.predict(img)
    return {labels[i]: float(probs[i]) for i in range(len(labels))}


gr.Interface(fn=predict, inputs=gr.Image(), outputs=gr.Label(num_top_classes=3)).launch()
"""


def course_learner(classifier: Classifier, folder: Path) -> Any:
    """Make a Learner as in the lesson, with the network and the transforms that our model was trained with.

    Args:
        classifier: whose weights are taken.
        folder: where the photos for its DataLoaders are put: two a class, which nobody trains on.
    """
    import timm
    from fastai.data.all import CategoryBlock, DataBlock, Normalize, RandomSplitter, parent_label
    from fastai.losses import CrossEntropyLossFlat
    from fastai.metrics import error_rate
    from fastai.vision.all import (
        ImageBlock,
        Learner,
        RandomResizedCrop,
        Resize,
        aug_transforms,
        get_image_files,
    )
    from safetensors.torch import load_file

    config = classifier.config
    network = timm.create_model(config["architecture"], num_classes=len(classifier.vocab))
    state = load_file(classifier.artifact.path("model.safetensors"))
    network.load_state_dict(
        {name: value.to(network.state_dict()[name].dtype) for name, value in state.items()}
    )
    photos = folder / "photos"
    for label in classifier.vocab:
        (photos / label).mkdir(parents=True)
        for at in range(2):
            shutil.copy(EXAMPLES / "grizzly.jpg", photos / label / f"{at}.jpg")
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock(vocab=classifier.vocab)),
        get_items=get_image_files,
        splitter=RandomSplitter(valid_pct=0.5, seed=42),
        get_y=parent_label,
        item_tfms=(
            RandomResizedCrop(classifier.size, min_scale=MIN_SCALE)
            if classifier.resize == "random"
            else Resize(classifier.size, method=classifier.resize, pad_mode="reflection")
        ),
        batch_tfms=[*aug_transforms(), Normalize.from_stats(classifier.mean, classifier.std, cuda=False)],
    )
    dls = block.dataloaders(photos, bs=2, num_workers=0, device="cpu")
    return Learner(dls, network, loss_func=CrossEntropyLossFlat(), metrics=error_rate, path=folder)


def course_space(learn: Any, folder: Path) -> list[str]:
    """Export the Learner and write the Space that serves it; returns the command that runs it.

    Args:
        learn: what `course_learner` made.
        folder: where the Space is written.
    """
    learn.path = folder
    learn.export("export.pkl")
    (folder / "app.py").write_text(COURSE_APP, "utf-8")
    return [sys.executable, str(folder / "app.py")]
