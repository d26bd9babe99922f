"""The bear classifier's endpoints, as Python, assistants and plain HTTP call them."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from shared.vision.cam import activation_map
from shared.vision.model import Classifier, load_classifier
from tests.apps.bears.conftest import GRIZZLY
from tests.conftest import ROOT
from tests.servers.gradio_http import Caller, Refused, RunningApp

EXAMPLES = ROOT / "shared/vision/examples"
ENDPOINTS = {
    "/classify": ["image"],
    "/classify_batch": ["images"],
    "/explain": ["image", "label"],
    "/augment": ["image", "n", "method", "seed"],
    "/train": [
        "photos", "arch", "epochs", "freeze_epochs", "lr", "resize", "size", "seed", "pretrained",
    ],
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("unharmed")


@pytest.fixture(scope="module")
def client(bears_app: RunningApp) -> Client:
    return Client(bears_app.url, verbose=False)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier()


def picture(uri: str) -> Image.Image:
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_every_argument_keeps_its_place(client: Client) -> None:
    told = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {
        name: [argument["parameter_name"] for argument in facts["parameters"]] for name, facts in told.items()
    } == ENDPOINTS


@pytest.mark.parametrize("name", ["grizzly", "teddy", "fox"])
def test_classify_is_what_python_says(client: Client, classifier: Classifier, name: str) -> None:
    path = EXAMPLES / f"{name}.jpg"
    answer = client.predict(handle_file(path), api_name="/classify")
    assert answer == classifier.to_json(classifier.answer_file(path)[1])
    assert answer["is_bear"] == (name != "fox")


def test_a_broken_photo_gets_an_error_in_its_place(caller: Caller, earlier: dict[str, Any]) -> None:
    files = [caller.upload("a.jpg", GRIZZLY), caller.upload("b.jpg", b"no"), caller.upload("c.jpg", GRIZZLY)]
    first, broken, last = caller.call("classify_batch", files)
    assert first == last == earlier
    assert list(broken) == ["error"]
    assert broken["error"].endswith(".")


def test_explain_gives_the_map_of_any_class(client: Client, classifier: Classifier) -> None:
    path = EXAMPLES / "grizzly.jpg"
    _, answer = classifier.answer_file(path)
    for label in ("", *classifier.vocab):
        said = client.predict(handle_file(path), label, api_name="/explain")
        at = classifier.vocab.index(label or "grizzly")
        assert said["label"] == classifier.vocab[at]
        np.testing.assert_allclose(
            said["map"], activation_map(answer.maps, classifier.weights[at]), atol=1e-3
        )
        assert said["seen"] == [0, 0, 1, 1]  # the example is a square
        assert picture(said["image"]).size == (480, 480)


def test_augment_draws_the_same_again(client: Client) -> None:
    photo = handle_file(EXAMPLES / "teddy.jpg")
    first = client.predict(photo, n=3, method="squish", seed=5, api_name="/augment")
    assert first == client.predict(photo, n=3, method="squish", seed=5, api_name="/augment")
    assert first != client.predict(photo, n=3, method="squish", seed=6, api_name="/augment")
    assert len(first) == 3
    assert all(picture(view["image"]).size == (224, 224) and view["caption"] for view in first)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("classify", [None], "There is no photo"),
        ("classify_batch", [[]], "Send 1 to 64 photos"),
        ("explain", ["PHOTO", "panda"], "There is no class 'panda'"),
        ("augment", ["PHOTO", 10**6, "random", 0], "must be a whole number"),
        ("augment", ["PHOTO", 2, "stretch", 0], "not one of the choices"),
        ("augment", ["PHOTO", 2, "crop", float("nan")], "must be a number"),
        ("classify", ["PHOTO", 1], "takes 1 value"),
    ],
)
def test_wrong_arguments_are_named(caller: Caller, name: str, arguments: list[Any], message: str) -> None:
    photo = caller.upload("bear.jpg", GRIZZLY)
    with pytest.raises(Refused) as caught:
        caller.call(name, *(photo if value == "PHOTO" else value for value in arguments))
    assert message in str(caught.value.message)


@pytest.mark.parametrize("path", ["/etc/passwd", str(Path(__file__)), "http://169.254.169.254/"])
@pytest.mark.parametrize("name", ["classify", "explain", "train"])
def test_only_what_was_uploaded_is_read(caller: Caller, name: str, path: str) -> None:
    key = "url" if path.startswith("http") else "path"
    file = {key: path, "meta": {"_type": "gradio.FileData"}}
    rest = {"classify": [], "explain": [""], "train": ["resnet18", 1, 1, 0, "crop", 64, 0, False]}[name]
    with pytest.raises(Refused) as caught:
        caller.call(name, file, *rest)
    assert "root:" not in str(caught.value.message)
