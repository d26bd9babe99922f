"""A disk without room: uploads and callbacks say so in one sentence, and all goes on when there is room."""

import contextlib
import io
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.errors import DISK_FULL
from shared.limits import MB
from tests.conftest import ROOT
from tests.servers.gradio_http import Refused, RunningApp, run_app

pytestmark = pytest.mark.long

PHOTO = (ROOT / "shared/vision/examples/teddy.jpg").read_bytes()
DISK_MB = 4


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def app(small_disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    log = tmp_path_factory.mktemp("log") / "log.txt"
    env = {"TMPDIR": str(small_disk), "GRADIO_TEMP_DIR": str(small_disk / "gradio")}
    with run_app("apps/bears.py", log=log, env=env) as app:
        yield app


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no room on it for a while."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


def test_a_callback_says_so(app: RunningApp, small_disk: Path) -> None:
    """The zip has arrived; there is no room to unpack it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("black", "teddy"):
            for at in range(8):
                archive.writestr(f"{name}/{at}.jpg", PHOTO + bytes([at]))
    sent = app.caller().upload("bears.zip", packed.getvalue())
    with filled(small_disk), pytest.raises(Refused) as refused:
        app.caller().call("train", sent, "tf_efficientnet_lite0", 1, 1, 0.005, "squish", 96, 3, True)
    assert refused.value.message == DISK_FULL


def test_an_upload_says_so(app: RunningApp, small_disk: Path) -> None:
    with filled(small_disk):
        for content in (PHOTO, bytes(3 * MB)):
            answer = app.caller().http.post("gradio_api/upload", files={"files": ("a.jpg", content)})
            assert (answer.status_code, answer.text) == (507, DISK_FULL)


def test_all_goes_on_when_there_is_room(app: RunningApp) -> None:
    caller = app.caller()
    assert caller.call("classify", caller.upload("teddy.jpg", PHOTO))["label"] == "teddy"
