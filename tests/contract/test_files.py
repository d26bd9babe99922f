"""No file of the server through any event of any app: in the gallery, as an app alone, and as a Space."""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.catalog import App
from shared.ui.files import NOT_UPLOADED
from tests.apps.recommender.conftest import plain
from tests.conftest import ROOT
from tests.contract.conftest import Served
from tests.servers.gradio_http import API, Caller, Refused, file_data, run_app
from tests.servers.space import run_space, stage_space
from tests.waiting import wait_until

pytestmark = pytest.mark.long
PHOTO = ROOT / "shared" / "vision" / "examples" / "grizzly.jpg"
TAKES_FILES = ("file", "image", "uploadbutton", "downloadbutton", "gallery")


@pytest.fixture(scope="module", params=["gallery", "alone", "space"])
def anyhow(
    request: pytest.FixtureRequest, app: App, served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The app, served in each of the ways in which it can be."""
    folder = tmp_path_factory.mktemp(f"{request.param}-{app.name}")
    if request.param == "space":
        with run_space(stage_space(app.name, folder / "staged"), folder) as running:
            yield Served(app, running)
    elif request.param == "alone":
        with run_app(f"apps/{app.name}.py", log=folder / "log.txt") as running:
            yield Served(app, running)
    else:
        yield served


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Paths and addresses that nobody uploaded, each of another kind; a pipe comes last."""
    private = tmp_path_factory.mktemp("private")
    uploads = Path(os.environ["GRADIO_TEMP_DIR"]) / secrets.token_hex(8)  # the app under test shares it
    (private / "photo.jpg").write_bytes(PHOTO.read_bytes())  # another app's temporary file
    (uploads / "folder").mkdir(parents=True)
    (uploads / "link.jpg").symlink_to(private / "photo.jpg")
    os.mkfifo(uploads / "fifo.jpg")
    return [
        "/etc/passwd",
        "/dev/zero",
        "/proc/self/environ",
        str(PHOTO),
        str(ROOT / "README.md"),
        "README.md",
        str(private / "photo.jpg"),
        "http://169.254.169.254/",
        "http://127.0.0.1:9/gradio_api/file=/etc/passwd",
        "file:///etc/passwd",
        f"{uploads}/../../../../../../../../../../etc/passwd",
        "",
        "\0",
        str(uploads / "folder"),
        str(uploads / "link.jpg"),
        str(uploads / "fifo.jpg"),
    ]


# What Gradio or a callback could take for a file, of a place and of a file that was uploaded.
DISGUISES: tuple[Callable[[str, dict[str, Any]], Any], ...] = (
    lambda place, _: file_data(place),
    lambda place, _: {"path": place},
    lambda place, _: {"url": place},
    lambda place, file: {"url": place, "meta": file["meta"]},
    lambda place, file: {**file, "url": place},
    lambda place, _: file_data(place, is_stream=True),
    lambda place, _: [file_data(place)],
    lambda place, _: [{"image": file_data(place), "caption": None}],
    lambda place, file: {"deep": [{**file, "more": {"deeper": file_data(place)}}]},
    lambda place, _: place or "x",
)


def tries(places: list[str], uploaded: dict[str, Any], turn: int) -> list[Any]:
    """Every place and every disguise at least once, together with others at each turn."""
    pairs = [(place, DISGUISES[(at + turn) % len(DISGUISES)]) for at, place in enumerate(places)]
    return [file_data(place) for place in places] + [wear(place, uploaded) for place, wear in pairs]


def events(caller: Caller) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Every event that reaches the server, private ones too, with its inputs."""
    config = caller.http.get("config").json()
    parts = {part["id"]: part for part in config["components"]}
    return [
        (event, [parts[part] for part in event["inputs"]])
        for event in config["dependencies"]
        if event["backend_fn"] and event["inputs"]
    ]


def refused(caller: Caller, event: dict[str, Any], values: list[Any]) -> None:
    """Send an event as the page does, and an endpoint's as a program does, too; both are refused."""
    with pytest.raises(Refused) as caught:
        caller.press(event["id"], values)
    assert "/etc" not in plain(caught.value.message)
    if event["api_visibility"] == "public":
        with pytest.raises(Refused) as caught:
            caller.call(event["api_name"], *values)
        assert "/etc" not in plain(caught.value.message)


def test_no_event_takes_a_file_that_was_not_uploaded(anyhow: Served, places: list[str]) -> None:
    caller = anyhow.caller
    uploaded = caller.upload("bear.jpg", PHOTO.read_bytes())
    n_files = n_others = 0
    for event, inputs in events(caller):
        standing = [part["props"].get("value") for part in inputs]
        for at, part in enumerate(inputs):
            if part["type"] == "state":  # the server keeps these, and ignores what is sent
                continue
            if part["type"] in TAKES_FILES:
                tried = tries(places, uploaded, turn=n_files)
                n_files += 1
            else:
                tried = [[{"deep": [file_data(places[n_others % len(places)])]}], {"a": uploaded}]
                n_others += 1
            for value in tried:
                refused(caller, event, [*standing[:at], value, *standing[at + 1 :]])
    assert n_files + n_others >= len(anyhow.app.endpoints)
    assert caller.http.get("config").status_code == 200


@pytest.mark.parametrize(
    "place", ["https://example.com/a.png", "HTTP://127.0.0.1:9/", "/etc/passwd", "README.md"]
)
def test_no_address_gives_a_file_of_the_server_or_of_another(anyhow: Served, place: str) -> None:
    for route in ("file=", "file/"):
        answer = anyhow.caller.http.get(f"{API}{route}{place}")
        assert answer.status_code in (403, 404)
        assert "root:" not in answer.text
        assert "fetches nothing" in answer.text or "://" not in place


def test_what_the_pages_send_is_taken(anyhow: Served) -> None:
    """Files that were uploaded, examples that a callback gave, and the address that assistants have."""
    for endpoint in anyhow.app.endpoints:
        example = anyhow.example(endpoint)
        if anyhow.refusal(endpoint):
            continue
        for name, file in example.items():
            if isinstance(file, dict) and "path" in file:
                for has_path in (True, False):
                    # Uploaded anew: an export is deleted once it is read.
                    sent = anyhow.example(endpoint)[name]
                    address = f"{anyhow.running.url}{API}file={sent['path']}"
                    form = {**sent, "url": address} if has_path else file_data(address)
                    assert anyhow.caller.call(endpoint, *{**example, name: form}.values())
    parts = anyhow.config["components"]
    for photo in [part["id"] for part in parts if part["type"] == "image"]:
        dependencies = anyhow.config["dependencies"]
        examples = [one for one in dependencies if not one["inputs"] and one["outputs"][:1] == [photo]]
        users = [one for one in dependencies if one["backend_fn"] and one["inputs"] == [photo]]
        for example in examples[:2]:
            given = anyhow.caller.press(example["id"], [])[0]
            for user in users:
                assert said_of(anyhow.caller, user, given) != NOT_UPLOADED


def said_of(caller: Caller, event: dict[str, Any], file: object) -> str:
    """What an event that takes one file says of it; "" when it answers."""
    try:
        caller.press(event["id"], [file])
    except Refused as refusal:
        return str(refusal.message)
    return ""


@pytest.mark.parametrize("script", ["bears", "gallery"])
def test_examples_come_from_any_working_directory(script: str, tmp_path: Path) -> None:
    with run_app(f"apps/{script}.py", log=tmp_path / "log.txt", cwd=tmp_path, ready="") as app:
        caller = Caller(app.url if script == "bears" else f"{app.url}bears/")
        config = caller.http.get("config").json()
        photos = [part["id"] for part in config["components"] if part["type"] == "image"]
        example = next(
            one for one in config["dependencies"] if not one["inputs"] and one["outputs"][:1] == photos[:1]
        )
        (photo,) = caller.press(example["id"], [])
        assert caller.call("classify", photo)["label"]


def test_what_never_ends_stops_nobody(places: list[str], tmp_path: Path) -> None:
    """Devices and pipes sent at once: others are answered, and the process ends when it is told to."""
    with run_app("apps/gallery.py", log=tmp_path / "log.txt", ready="") as app:
        caller = Caller(f"{app.url}recommender/")
        for place in ["/dev/zero", places[-1]] * 10:
            caller.post("call/import_ratings", {"data": [file_data(place)]})
        assert Caller(f"{app.url}bears/").http.get("config").status_code == 200
        assert caller.call("search", "heat", 1)[0]["title"] == "Heat"
        os.kill(app.pid, signal.SIGTERM)
        stat = Path(f"/proc/{app.pid}/stat")
        wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z")
