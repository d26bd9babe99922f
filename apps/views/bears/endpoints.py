"""The endpoints that programs call: a photo in, plain JSON out, for Python, TypeScript and assistants (MCP).

    client = Client("http://127.0.0.1:7860")
    client.predict(handle_file("bear.jpg"), api_name="/classify")

The functions' docstrings are the documentation that callers see. Photos are deleted within about an hour.
"""

import math
from typing import TypedDict

import gradio as gr

from shared.errors import InputError
from shared.limits import MAX_BATCH_PHOTOS
from shared.ui.endpoint import add_file_endpoint
from shared.vision.augment import AugmentedPicture, augment_answer
from shared.vision.cam import activation_map, draw_map, strength_left
from shared.vision.crops import METHODS, draw_cut
from shared.vision.model import Classified, Classifier, open_for_model
from shared.vision.thumbnails import data_uri

CLASSIFY_CONCURRENCY = 2  # photos under way: one is decoded while the network has another


class Unreadable(TypedDict):
    """What stands in the place of a photo that cannot be read."""

    error: str


class Explained(TypedDict):
    """Where on a photo a class's score comes from."""

    label: str
    map: list[list[float]]
    seen: list[float]
    left_after_shuffling: float | None
    image: str


def build_endpoints(classifier: Classifier) -> None:
    """Add the public endpoints to the Blocks that is open."""

    def classify(image: str | None) -> Classified:
        """Say which bear a photo shows, or "none of these" when it is not like the training photos.

        Args:
            image: a JPEG, PNG, WebP or HEIC photo.
        """
        return _answer(classifier, image)

    def classify_batch(images: list[str] | None) -> list[Classified | Unreadable]:
        """Classify several photos; one that cannot be read gets an error in its place, the others answers.

        Args:
            images: up to 64 photos.
        """
        paths = list(images or [])
        if not 1 <= len(paths) <= MAX_BATCH_PHOTOS:
            raise InputError(f"Send 1 to {MAX_BATCH_PHOTOS} photos; these are {len(paths)}.")
        return [_answer_or_error(classifier, path) for path in paths]

    def explain(image: str | None, label: str = "") -> Explained:
        """Show where on a photo a class's score comes from: the class activation map.

        Args:
            image: a photo.
            label: a class of the model; empty means the likeliest.
        """
        return explain_answer(classifier, image, label)

    def augment(
        image: str | None, n: int = 4, method: str = "random", seed: int = 0
    ) -> list[AugmentedPicture]:
        """Give pictures of a photo as training would see it, with what was done to each.

        Args:
            image: a photo.
            n: how many.
            method: how the photo becomes a square: crop, squish, pad or random.
            seed: the same number gives the same pictures.
        """
        return augment_answer(open_for_model(_required(image)), n, method, seed)

    add_file_endpoint(classify, [_photo()], concurrency_limit=CLASSIFY_CONCURRENCY)
    add_file_endpoint(classify_batch, [gr.File(visible=False, label="images", file_count="multiple")])
    add_file_endpoint(explain, [_photo(), gr.Textbox("", visible=False, label="label")])
    numbers = [gr.Number(4, visible=False, label="n"), gr.Number(0, visible=False, label="seed")]
    method = gr.Dropdown(list(METHODS), value="random", visible=False, label="method")
    add_file_endpoint(augment, [_photo(), numbers[0], method, numbers[1]])


def explain_answer(classifier: Classifier, path: str | None, label: str = "") -> Explained:
    """What `/explain` answers."""
    photo, answer = classifier.answer_file(_required(path))
    label = label or classifier.vocab[int(answer.probabilities.argmax())]
    if label not in classifier.vocab:
        raise InputError(f"There is no class {label[:60]!r}. Choose one of: {', '.join(classifier.vocab)}.")
    weights = classifier.weights[classifier.vocab.index(label)]
    shares = activation_map(answer.maps, weights)
    left = strength_left(answer.maps, weights)
    cut = draw_cut(photo.size, classifier.size, classifier.resize)
    seen = [edge / side for edge, side in zip(cut.seen, photo.size * 2, strict=True)]
    return {
        "label": label,
        "map": [[round(float(share), 4) for share in row] for row in shares],
        "seen": [round(edge, 4) for edge in seen],
        "left_after_shuffling": None if math.isnan(left) else round(left, 4),
        "image": data_uri(draw_map(photo, shares, cut)),
    }


def _answer_or_error(classifier: Classifier, path: str) -> Classified | Unreadable:
    try:
        return _answer(classifier, path)
    except InputError as error:
        return {"error": str(error)}


def _answer(classifier: Classifier, path: str | None) -> Classified:
    return classifier.to_json(classifier.answer_file(_required(path))[1])


def _required(path: str | None) -> str:
    if not path:
        raise InputError("There is no photo. Send one as the first argument.")
    return path


def _photo() -> gr.File:
    """A photo as a file: our own decoder reads it, no other."""
    return gr.File(visible=False, label="image")
