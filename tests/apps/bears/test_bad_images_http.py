"""Pictures that nobody should send, to the running app: a sentence or the right answer; memory stays."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from shared.limits import MAX_PHOTO_MB, MAX_UPLOAD_MB, MB
from tests.apps.bears.conftest import GRIZZLY, classify
from tests.apps.recommender.conftest import plain
from tests.servers.bad_images import REFUSED, animated, flat_png, polyglot, saved, scene
from tests.servers.gradio_http import API, Caller, Refused, RunningApp
from tests.shared.vision.test_images import COLOURS, KINDS, STORED, exif_of, heic

pytestmark = pytest.mark.usefixtures("unharmed")


@contextmanager
def memory_stays(app: RunningApp, *, most_mb: float) -> Iterator[None]:
    """Look at the app's memory all the time, and assert how far it rises."""
    before, seen, stop = app.memory_mb(), [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            seen.append(app.memory_mb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
    assert max(seen) - before < most_mb


def is_answer(answer: dict[str, Any]) -> bool:
    probabilities = answer["probabilities"]
    return (
        abs(sum(probabilities.values()) - 1) < 1e-3
        and all(0 <= value <= 1 for value in probabilities.values())
        and (answer["label"] in probabilities) == answer["is_bear"]
    )


def assert_same(answer: dict[str, Any], other: dict[str, Any], *, within: float) -> None:
    assert answer["label"] == other["label"]
    for label, value in answer["probabilities"].items():
        assert abs(value - other["probabilities"][label]) <= within


def grizzly() -> Image.Image:
    import io

    return Image.open(io.BytesIO(GRIZZLY)).convert("RGB")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(bears_app: RunningApp, caller: Caller, name: str) -> None:
    make, why = REFUSED[name]
    data = make()
    with memory_stays(bears_app, most_mb=30 + 3 * len(data) / MB), pytest.raises(Refused) as caught:
        classify(caller, data)
    assert why in plain(caught.value.message)


@pytest.mark.parametrize("side", [20_000, 13_000])
def test_fifty_bombs_at_once(bears_app: RunningApp, side: int) -> None:
    def send(_: int) -> str:
        with pytest.raises(Refused) as caught:
            classify(bears_app.caller(), flat_png(side, side))
        return plain(caught.value.message)

    with memory_stays(bears_app, most_mb=40), ThreadPoolExecutor(50) as pool:
        messages = set(pool.map(send, range(50)))
    assert len(messages) == 1
    assert f"{side:,} × {side:,} pixels" in messages.pop()


def test_photos_as_large_as_they_may_be(bears_app: RunningApp, caller: Caller) -> None:
    classify(caller, flat_png(4_000, 4_000))
    before = bears_app.memory_mb()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: classify(bears_app.caller(), flat_png(4_000, 4_000)), range(8)))
    assert all(answer == answers[0] for answer in answers)
    time.sleep(0.5)
    assert bears_app.memory_mb() - before < 40


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_thousands_of_frames(bears_app: RunningApp, caller: Caller, kind: str) -> None:
    data = animated(kind)
    with memory_stays(bears_app, most_mb=30):
        answer = classify(caller, data)
    assert is_answer(answer)
    red = saved(Image.new("RGB", (8, 8), "red"), "PNG")
    assert_same(answer, classify(caller, red), within=0.02)


@pytest.mark.parametrize("name", [*COLOURS, "CMYK", "polyglot"])
def test_odd_pictures_are_answered(caller: Caller, name: str) -> None:
    made = {"CMYK": lambda: saved(grizzly().convert("CMYK"), quality=95), "polyglot": polyglot}
    assert is_answer(classify(caller, made[name]() if name in made else COLOURS[name][0]))


def test_the_same_bear_in_cmyk_and_on_a_palette(caller: Caller, earlier: dict[str, Any]) -> None:
    see_through = grizzly().convert("RGBA")
    for data in (
        saved(grizzly(), "PNG"),
        saved(grizzly().convert("CMYK"), quality=97),
        saved(see_through, "PNG"),
        saved(grizzly().quantize(256), "PNG"),
        saved(grizzly(), "WEBP", quality=97),
    ):
        assert_same(classify(caller, data), earlier, within=0.1)
    assert_same(classify(caller, saved(see_through, "PNG")), earlier, within=1e-6)


@pytest.mark.parametrize("orientation", STORED)
def test_orientation_gives_the_same_answer_as_upright(
    caller: Caller, earlier: dict[str, Any], orientation: int
) -> None:
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](np.asarray(grizzly()))))
    answer = classify(caller, saved(stored, "PNG", exif=exif_of(orientation)))
    assert_same(answer, earlier, within=1e-6)


def test_the_place_and_a_broken_profile_change_nothing(caller: Caller, earlier: dict[str, Any]) -> None:
    data = saved(grizzly(), "PNG", exif=exif_of(1), icc_profile=b"broken profile" * 9)
    answer = classify(caller, data)
    assert_same(answer, earlier, within=1e-6)
    assert "GPS" not in str(answer)
    assert "29.9" not in str(answer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1)])
def test_the_thinnest_pictures(caller: Caller, kind: str, size: tuple[int, int]) -> None:
    assert is_answer(classify(caller, saved(Image.new("RGB", size, "teal"), kind)))


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8))


@pytest.mark.parametrize("make", [lambda: Image.new("RGB", (400, 300)), noise], ids=["all black", "noise"])
def test_what_is_no_photo_of_a_bear(caller: Caller, make: Any) -> None:
    answer = classify(caller, saved(make(), "PNG"))
    assert not answer["is_bear"]
    assert answer["label"] == "none of these"


def test_a_car(caller: Caller, require: Any) -> None:
    folder: Path = require("not_bears")
    cars = [
        path for word in ("sports_car", "beach_wagon", "streetcar") for path in folder.glob(f"*{word}.jpg")
    ]
    assert len(cars) == 3
    answers = [classify(caller, path.read_bytes()) for path in cars]
    assert [answer["is_bear"] for answer in answers] == [False] * 3


@pytest.mark.parametrize(
    "name",
    ["../../../bear.jpg", "/etc/bear.jpg", "a\0b.jpg", "gpj.\u202eraeb", "🐻.jpg", "x" * 300, "..", ""],
)
def test_names(caller: Caller, earlier: dict[str, Any], name: str) -> None:
    answer = caller.http.post(f"{API}upload", files={"files": (name, GRIZZLY)})
    if answer.status_code != 200:
        assert answer.status_code in (400, 422)
        return
    (path,) = answer.json()
    assert ".." not in path
    assert caller.call("classify", {"path": path, "meta": {"_type": "gradio.FileData"}}) == earlier


def test_a_file_over_the_photos_limit(caller: Caller) -> None:
    with pytest.raises(Refused) as caught:
        classify(caller, GRIZZLY + bytes(MAX_PHOTO_MB * MB))
    assert f"larger than {MAX_PHOTO_MB} MB" in plain(caught.value.message)


def test_a_file_over_the_uploads_limit(caller: Caller) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        caller.upload("bear.jpg", GRIZZLY + bytes(MAX_UPLOAD_MB * MB))
    assert caught.value.response.status_code == 413


def test_a_photo_of_a_phone(bears_app: RunningApp, caller: Caller, earlier: dict[str, Any]) -> None:
    large = saved(grizzly().resize((4032, 4032), Image.Resampling.BICUBIC), quality=92)
    with memory_stays(bears_app, most_mb=150):
        answer = classify(caller, large)
    assert_same(answer, earlier, within=0.1)


def test_heic_is_answered_or_told_how_to_be_converted(caller: Caller, earlier: dict[str, Any]) -> None:
    assert_same(classify(caller, heic(grizzly())), earlier, within=0.1)
    with pytest.raises(Refused) as caught:
        classify(caller, heic(scene())[:600])
    assert "HEIC picture is damaged" in plain(caught.value.message)


def test_the_same_picture_twice(caller: Caller, earlier: dict[str, Any]) -> None:
    assert classify(caller, GRIZZLY) == classify(caller, GRIZZLY) == earlier
