"""/train over HTTP: a real training from a zip to a model that answers, and what is refused before."""

import io
import zipfile
from pathlib import Path

import pytest

from shared.stats import share_interval
from shared.vision.demo_set import make_demo_set
from shared.vision.images import open_photo
from shared.vision.model import open_classifier
from tests.servers.gradio_http import Caller, Refused

SETTINGS = ["tf_efficientnet_lite0", 1, 1, 0.005, "squish", 96, 3, True]
PHOTO = (Path(__file__).parents[3] / "shared/vision/examples/teddy.jpg").read_bytes()


def pack(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture(scope="module")
def demo_zip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("demo")
    make_demo_set(folder)
    return pack({str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*") if p.is_file()})


@pytest.mark.long
def test_a_zip_becomes_a_model_that_answers(caller: Caller, demo_zip: bytes, tmp_path: Path) -> None:
    photos = caller.upload("bears.zip", demo_zip)
    event = caller.post("call/train", {"data": [photos, *SETTINGS]}).json()["event_id"]
    figures, model = caller.read_all(f"call/train/{event}")
    assert figures["state"] == "done"
    assert figures["vocab"] == ["black", "grizzly", "teddy"]
    counts = figures["confusion"]
    n_right, n = sum(counts[at][at] for at in range(3)), sum(map(sum, counts))
    assert n == figures["n_valid"] == len(figures["valid"])
    assert figures["accuracy"] == pytest.approx(n_right / n)
    assert figures["accuracy_interval"] == pytest.approx(share_interval(n_right, n)[1:])
    assert n_right > n / 2  # three classes: it has learned something
    assert all("/" not in photo["name"] and "path" not in photo for photo in figures["valid"])

    packed = caller.http.get(model["url"].removeprefix(caller.url)).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    classifier = open_classifier(next(tmp_path.iterdir()))
    assert classifier.size == 96
    assert set(classifier.classify(open_photo(PHOTO))["probabilities"]) == {"black", "grizzly", "teddy"}


@pytest.mark.parametrize(
    ("files", "change", "message"),
    [
        ({"teddy/1.jpg": PHOTO}, {}, "class"),
        ({"teddy/1.jpg": PHOTO, "black/1.jpg": PHOTO}, {1: 10**6}, "must be a whole number"),
        ({"teddy/1.jpg": PHOTO, "black/1.jpg": PHOTO}, {3: 1e12}, "learning rate"),
        ({"teddy/1.jpg": PHOTO, "black/1.jpg": PHOTO}, {4: "stretch"}, "'crop', 'squish', 'pad'"),
        ({"teddy/1.jpg": PHOTO, "black/1.jpg": PHOTO}, {0: "../../etc"}, "architecture"),
        ({"notes.txt": b"hello"}, {}, "photo"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_in_one_sentence(
    caller: Caller, unharmed: None, files: dict[str, bytes], change: dict[int, object], message: str
) -> None:
    settings = [change.get(at, value) for at, value in enumerate(SETTINGS)]
    with pytest.raises(Refused) as caught:
        caller.call("train", caller.upload("bears.zip", pack(files)), *settings)
    assert message in str(caught.value.message)
    assert "Traceback" not in str(caught.value.message)


def test_without_a_zip_the_caller_is_told(caller: Caller, unharmed: None) -> None:
    with pytest.raises(Refused, match="There is no zip"):
        caller.call("train", None, *SETTINGS)
