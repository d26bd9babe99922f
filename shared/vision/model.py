"""The bear classifier as the app serves it: a photo in, the answer or "none of these" out.

A `Classifier` is an artifact that `shared.vision.train` wrote. It prepares a photo exactly as fastai's
`learn.predict` does, runs the network in ONNX Runtime, and asks `abstain.py` whether the photo is one that
the model should judge at all.

    classifier = load_classifier()
    classifier.classify(open_photo("bear.jpg"))
    # {"label": "grizzly", "probabilities": {"black": 0.02, ...}, "is_bear": True, "distance": 0.21, ...}

Lessons 1 and 2: https://course.fast.ai/Lessons/lesson2.html.
"""

import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared import artifacts
from shared.vision.abstain import Abstainer, Verdict
from shared.vision.crops import resize_photo, to_array
from shared.vision.images import open_photo
from shared.vision.metrics import sigmoid, softmax
from shared.vision.network import ONNX_FILE, OnnxNetwork, Outputs

Array = npt.NDArray[np.float32]

NAME = "bears"  # its table in artifacts.toml
NONE_LABEL = "none of these"
ABSTAIN_FILE = "abstain.safetensors"
MAX_SIDE_PX = 1024  # a larger JPEG is decoded at a half, a quarter or an eighth, but not smaller than this
# A photo decoded smaller changes a score a little, and a probability p by p(1 - p) times as much: under 0.01
# above this one. A doubtful photo is decoded again in full.
SURE = 0.9

_opening = threading.Lock()


@dataclass(frozen=True, eq=False)
class Answer:
    """What the model says of one photo.

    Attributes:
        probabilities: (c,) by softmax, adding up to 1.
        sigmoids: (c,) each class on its own.
        verdict: whether the photo is like the training photos.
        logits: (c,) what both were made of.
        features: (d,) the network's description of the photo.
        maps: (d, h, w) where on the photo each feature was found.
    """

    probabilities: npt.NDArray[np.float64]
    sigmoids: npt.NDArray[np.float64]
    verdict: Verdict
    logits: Array
    features: Array
    maps: Array


class Classified(TypedDict):
    """What programs get of an answer."""

    label: str
    probabilities: dict[str, float]
    is_bear: bool
    distance: float
    reason: str
    model: str


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained classifier of photos.

    Attributes:
        artifact: its files, checked.
        network: what runs it.
        abstainer: what decides on "none of these".
        weights: (c, d) of the last layer.
    """

    artifact: artifacts.Artifact
    network: OnnxNetwork
    abstainer: Abstainer
    weights: Array

    @property
    def config(self) -> dict[str, Any]:
        """What it is, how it was trained, and what was measured."""
        return self.artifact.config

    @property
    def notice(self) -> str | None:
        """A sentence for the page when this is not the model that was asked for."""
        return self.artifact.notice

    @property
    def vocab(self) -> list[str]:
        """The classes, in the order of the logits."""
        return list(self.config["pretrained_cfg"]["label_names"])

    @property
    def size(self) -> int:
        """Side of the square that the network sees, in pixels."""
        return int(self.config["pretrained_cfg"]["input_size"][1])

    @property
    def resize(self) -> str:
        """How a photo becomes that square: one of `crops.METHODS`."""
        return str(self.config["trained_with"]["resize"])

    @property
    def mean(self) -> tuple[float, ...]:
        """What is taken off each channel."""
        return tuple(self.config["pretrained_cfg"]["mean"])

    @property
    def std(self) -> tuple[float, ...]:
        """What each channel is divided by."""
        return tuple(self.config["pretrained_cfg"]["std"])

    @property
    def model_name(self) -> str:
        """The network, where it came from, and the start of its weights' sha256."""
        digest = self.config["files"]["model.safetensors"][:8]
        return f"{self.config['architecture']}, {self.artifact.source}, {digest}"

    def prepare(self, image: Image.Image, *, method: str | None = None) -> Array:
        """Turn a photo into what the network calculates with: (3, size, size)."""
        return to_array(resize_photo(image, self.size, method or self.resize), self.mean, self.std)

    def run(self, images: Sequence[Image.Image]) -> Outputs:
        """Run the network on photos of any shape."""
        return self.network.run(np.stack([self.prepare(image) for image in images]))

    def run_squares(self, squares: Sequence[Image.Image]) -> Outputs:
        """Run the network on pictures that are squares of the right size already."""
        return self.network.run(np.stack([to_array(square, self.mean, self.std) for square in squares]))

    def answers(self, images: Sequence[Image.Image]) -> list[Answer]:
        """Answer for photos of any shape."""
        return self.read(self.run(images))

    def read(self, outputs: Outputs) -> list[Answer]:
        """Turn a network's outputs into answers."""
        probabilities, sigmoids = softmax(outputs.logits), sigmoid(outputs.logits)
        verdicts = self.abstainer.judge(outputs.features, outputs.logits)
        return [
            Answer(probabilities[at], sigmoids[at], verdict, *(part[at] for part in outputs))
            for at, verdict in enumerate(verdicts)
        ]

    def label(self, answer: Answer) -> str:
        """The likeliest class, or "none of these"."""
        return self.vocab[int(answer.probabilities.argmax())] if answer.verdict.is_known else NONE_LABEL

    def to_json(self, answer: Answer) -> Classified:
        """Give an answer as programs get it."""
        return {
            "label": self.label(answer),
            "probabilities": {
                name: round(float(p), 6) for name, p in zip(self.vocab, answer.probabilities, strict=True)
            },
            "is_bear": answer.verdict.is_known,
            "distance": round(answer.verdict.distance, 4),
            "reason": answer.verdict.reason,
            "model": self.model_name,
        }

    def answer_file(self, source: bytes | str | Path) -> tuple[Image.Image, Answer]:
        """Decode a photo no larger than it takes, and answer for it.

        Args:
            source: the file's bytes, or where it lies.

        Returns:
            The photo that was judged, and the answer.

        Raises:
            InputError: it is no photo.
        """
        photo = open_for_model(source)
        answer = self.answers([photo])[0]
        if max(photo.size) >= MAX_SIDE_PX and answer.probabilities.max() < SURE:
            photo = open_photo(source)
            answer = self.answers([photo])[0]
        return photo, answer

    def classify(self, image: Image.Image) -> Classified:
        """Answer for one photo, as programs get it."""
        return self.to_json(self.answers([image])[0])

    @classmethod
    def from_artifact(cls, artifact: artifacts.Artifact) -> "Classifier":
        """Open a checked artifact."""
        from safetensors.numpy import load_file

        return cls(
            artifact=artifact,
            network=OnnxNetwork(artifact.path(ONNX_FILE)),
            abstainer=Abstainer.from_artifact(
                artifact.config["abstain"], load_file(artifact.path(ABSTAIN_FILE))
            ),
            weights=_last_layer(artifact),
        )


def open_for_model(source: bytes | str | Path) -> Image.Image:
    """Decode a photo for the network, which sees a small square: a large JPEG is decoded smaller.

    Raises:
        InputError: it is no photo.
    """
    return open_photo(source, max_side=MAX_SIDE_PX, exact=False)


def _last_layer(artifact: artifacts.Artifact) -> Array:
    """Read only the classifier's weights (c, d); the others are in the ONNX file already."""
    from safetensors import safe_open

    name = artifact.config["pretrained_cfg"]["classifier"]
    with safe_open(artifact.path("model.safetensors"), framework="np") as tensors:
        return np.asarray(tensors.get_tensor(f"{name}.weight"), np.float32)


def load_classifier() -> Classifier:
    """The classifier that `shared.artifacts` finds, opened once per process; other threads wait meanwhile.

    Raises:
        ArtifactError: not even the bundled model can be used.
    """
    with _opening:
        return _open_once()


@functools.cache
def _open_once() -> Classifier:
    return Classifier.from_artifact(artifacts.load(NAME))


def open_classifier(folder: str | Path) -> Classifier:
    """Open a model that was just trained.

    Args:
        folder: what `shared.vision.train` wrote.
    """
    return Classifier.from_artifact(artifacts.read_folder(folder))
