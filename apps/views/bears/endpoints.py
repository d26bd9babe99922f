"""The endpoints that programs call: a photo in, plain JSON out, for Python, TypeScript and assistants (MCP).

    client = Client("http://127.0.0.1:7860")
    client.predict(handle_file("bear.jpg"), api_name="/classify")

The functions' docstrings are the documentation that callers see. Photos are deleted within about an hour.
"""

import math
from collections.abc import Callable
from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.limits import MAX_BATCH_PHOTOS
from shared.ui.endpoint import argument_texts, describe, tell_clients
from shared.ui.guard import friendly
from shared.vision.augment import augment_answer
from shared.vision.cam import activation_map, draw_map, strength_left
from shared.vision.crops import METHODS, draw_cut
from shared.vision.model import Classifier, open_for_model
from shared.vision.thumbnails import data_uri

CLASSIFY_CONCURRENCY = 2  # photos under way: one is decoded while the network has another


def build_endpoints(classifier: Classifier) -> None:
    """Add the public endpoints to the Blocks that is open."""

    def classify(image: str | None) -> dict[str, Any]:
        """Say which bear a photo shows, or "none of these" when it is not like the training photos.

        Args:
            image: a JPEG, PNG, WebP or HEIC photo.
        """
        return _answer(classifier, image)

    def classify_batch(images: list[str] | None) -> list[dict[str, Any]]:
        """Classify several photos; one that cannot be read gets an error in its place, the others answers.

        Args:
            images: up to 64 photos.
        """
        paths = list(images or [])
        if not 1 <= len(paths) <= MAX_BATCH_PHOTOS:
            raise InputError(f"Send 1 to {MAX_BATCH_PHOTOS} photos; these are {len(paths)}.")
        return [_answer_or_error(classifier, path) for path in paths]

    def explain(image: str | None, label: str = "") -> dict[str, Any]:
        """Show where on a photo a class's score comes from: the class activation map.

        Args:
            image: a photo.
            label: a class of the model; empty means the likeliest.
        """
        return explain_answer(classifier, image, label)

    def augment(image: str | None, n: int = 4, method: str = "random", seed: int = 0) -> list[dict[str, Any]]:
        """Give pictures of a photo as training would see it, with what was done to each.

        Args:
            image: a photo.
            n: how many.
            method: how the photo becomes a square: crop, squish, pad or random.
            seed: the same number gives the same pictures.
        """
        return augment_answer(open_for_model(_required(image)), n, method, seed)

    _add(classify, [_photo()], concurrency_limit=CLASSIFY_CONCURRENCY)
    _add(classify_batch, [gr.File(visible=False, label="images", file_count="multiple")])
    _add(explain, [_photo(), gr.Textbox("", visible=False, label="label")])
    numbers = [gr.Number(4, visible=False, label="n"), gr.Number(0, visible=False, label="seed")]
    method = gr.Dropdown(list(METHODS), value="random", visible=False, label="method")
    _add(augment, [_photo(), numbers[0], method, numbers[1]])


def explain_answer(classifier: Classifier, path: str | None, label: str = "") -> dict[str, Any]:
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


def _answer_or_error(classifier: Classifier, path: str) -> dict[str, Any]:
    try:
        return _answer(classifier, path)
    except InputError as error:
        return {"error": str(error)}


def _answer(classifier: Classifier, path: str | None) -> dict[str, Any]:
    return classifier.to_json(classifier.answer_file(_required(path))[1])


def _required(path: str | None) -> str:
    if not path:
        raise InputError("There is no photo. Send one as the first argument.")
    return path


def _photo() -> gr.File:
    """A photo as a file: our own decoder reads it, no other."""
    return gr.File(visible=False, label="image")


def _add(function: Callable[..., Any], inputs: list[Any], *, concurrency_limit: int | None = None) -> None:
    """Add an endpoint that takes files: Gradio itself checks that the caller has uploaded them."""
    for component, text in zip(inputs, argument_texts(function).values(), strict=True):
        tell_clients(component, text)
    answer = gr.JSON(visible=False, label=function.__name__)
    more = {} if concurrency_limit is None else {"concurrency_limit": concurrency_limit}
    gr.Button(visible=False).click(
        describe(friendly(function)), inputs, answer, api_name=function.__name__, **more
    )
