"""Zips that nobody should send, to *Clean your data* of the running app: one sentence, and memory stays."""

import json
import secrets
from typing import Any

import pytest

from apps.views.bears.clean_words import OWN
from shared.limits import MAX_LABEL_CHARACTERS
from tests.apps.bears.test_bad_images_http import memory_stays
from tests.apps.recommender.conftest import Page, plain
from tests.conftest import ROOT
from tests.servers.bad_images import flat_png, saved, scene
from tests.servers.bad_zips import REFUSED, damaged, good_zip, photo
from tests.servers.gradio_http import API, RunningApp

pytestmark = pytest.mark.usefixtures("unharmed")
EXAMPLES = {path.stem: path.read_bytes() for path in (ROOT / "shared/vision/examples").glob("*.jpg")}


@pytest.fixture
def page(bears_app: RunningApp) -> Page:
    return Page(bears_app.caller())


def load(page: Page, data: bytes, *, keep_good: bool = False) -> tuple[list[str], list[Any], str]:
    """Press Load with a zip.

    Returns:
        The warnings that the visitor reads, the last outputs, and the session.
    """
    event, session = page.event("load_photos"), secrets.token_hex(6)
    values = [OWN, page.caller.upload("bears.zip", data), keep_good, None, None, {}]
    body = {"data": values, "fn_index": event.number, "session_hash": session}
    page.caller.post("queue/join", body).raise_for_status()
    with page.caller.http.stream("GET", f"{API}queue/data", params={"session_hash": session}) as lines:
        messages = [json.loads(line[5:]) for line in lines.iter_lines() if line.startswith("data:")]
    done = next(message for message in messages if message["msg"] == "process_completed")
    assert done["success"], done
    warnings = [message["log"] for message in messages if message["msg"] == "log"]
    return warnings, done["output"]["data"], session


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(bears_app: RunningApp, page: Page, name: str) -> None:
    make, why = REFUSED[name]
    data = make()
    with memory_stays(bears_app, most_mb=100):
        warnings, _, _ = load(page, data)
    (warning,) = warnings
    assert why in plain(warning)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({}, "no photo"),
        ({"black/1.jpg": photo(1), "black/2.jpg": photo(2)}, "at least two classes"),
        ({"black/1.jpg": photo(1), "grizzly/2.gif": b"GIF89a"}, "at least two classes"),
        ({"black/1.jpg": photo(1), "grizzly/2.jpg": saved(scene())[:300]}, "at least two classes"),
        ({"black/1.jpg": photo(1), "grizzly/2.png": flat_png(20_000, 20_000)}, "at least two classes"),
        ({"black/1.jpg": photo(1), "grizzly/2.jpg": photo(2)}, "different"),
        ({f"{label}/{at}.jpg": photo(1) for label in ("black", "fox") for at in range(9)}, "different"),
    ],
    ids=["none", "one class", "a GIF", "half a JPEG", "a bomb", "one photo each", "only duplicates"],
)
def test_classes_without_enough_photos(page: Page, content: dict[str, bytes], why: str) -> None:
    (warning,), _, _ = load(page, good_zip(content))
    assert why in plain(warning)


def test_a_crc_error_goes_on_only_when_the_visitor_agrees(page: Page) -> None:
    (warning,), outputs, _ = load(page, damaged())
    assert "go on with the good ones only" in plain(warning)
    assert {"visible": True, "__type__": "update"} in outputs  # the box to agree with
    (warning,), _, _ = load(page, damaged(), keep_good=True)
    assert "damaged" not in warning  # but two photos are too few to learn from


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "y" * 10_000])
def test_names_of_classes(page: Page, name: str) -> None:
    content = {}
    for label, examples in {name: ("black", "fox"), "teddy": ("teddy", "grizzly")}.items():
        content.update({f"{label}/{example}.jpg": EXAMPLES[example] for example in examples})
    warnings, outputs, _ = load(page, good_zip({**content, "__MACOSX/._a": b"x", "teddy/.DS_Store": b"x"}))
    shown = json.dumps(outputs)
    assert "<img src=x" not in shown
    assert "y" * (MAX_LABEL_CHARACTERS + 1) not in shown
    assert not warnings or plain(warnings[0])
