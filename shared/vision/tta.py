"""Ask about several versions of a photo and average: test-time augmentation, as fastai's `learn.tta`.

The versions are drawn as in training. fastai mixes the mean of their probabilities with a quarter of the
usual answer (`beta=0.25`). The course's notebook calls it a huge improvement; in its own stored run the
smaller model became worse (error 0.0452 to 0.0485). So here every view's answer is shown.

    views = ask_views(classifier, photo, seed=0)
    mixed = mix(views)                        # (c,) probabilities

Lesson 6, https://course.fast.ai/Lessons/lesson6.html.
"""

import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared.vision.augment import tta_views
from shared.vision.metrics import softmax
from shared.vision.model import Classifier

BETA = 0.25  # the share of the usual answer in the mix
N_VIEWS = 4


@dataclass(frozen=True, eq=False)
class AskedView:
    """One version of a photo and the answer to it.

    Attributes:
        caption: what was done to it.
        square: what the network saw.
        probabilities: (c,).
    """

    caption: str
    square: Image.Image
    probabilities: npt.NDArray[np.float64]


def ask_views(
    classifier: Classifier, photo: Image.Image, *, seed: int = 0, n_views: int = N_VIEWS
) -> list[AskedView]:
    """Ask about a photo as it is, and about `n_views` drawn versions of it; the first is the usual answer."""
    views = tta_views(photo, classifier.size, classifier.resize, random.Random(seed), n_views)
    probabilities = softmax(classifier.run_squares([square for _, square in views]).logits)
    return [AskedView(caption, square, probabilities[at]) for at, (caption, square) in enumerate(views)]


def mix(views: list[AskedView]) -> npt.NDArray[np.float64]:
    """Mix the answers as fastai does: (c,)."""
    drawn = np.mean([view.probabilities for view in views[1:]], axis=0)
    return BETA * views[0].probabilities + (1 - BETA) * drawn
