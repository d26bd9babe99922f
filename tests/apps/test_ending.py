"""Real processes that are told to end, or killed, with visitors' files on their disk: nothing stays."""

import io
import os
import signal
import threading
import time
import zipfile
from pathlib import Path

import pytest

from shared.ui.faults import RESTARTING
from tests.conftest import ROOT
from tests.servers.gradio_http import Caller, Refused, RunningApp, run_app
from tests.waiting import wait_until

PHOTO = (ROOT / "shared/vision/examples/teddy.jpg").read_bytes()
SETTINGS = ["tf_efficientnet_lite0", 1, 1, 0.005, "squish", 96, 3, True]


def _zip_of_photos() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("black", "grizzly", "teddy"):
            photo = (ROOT / f"shared/vision/examples/{name}.jpg").read_bytes()
            for at in range(8):
                archive.writestr(f"{name}/{at}.jpg", photo + bytes([at]))
    return packed.getvalue()


def _files(folder: Path) -> list[Path]:
    """All files, but for the one in which onnxruntime notes when it was first used."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != ".ses"]


def _leave_photos(caller: Caller, temp: Path) -> None:
    """Upload photos, and begin a training that unpacks some."""
    assert "server" not in caller.http.get("config").headers  # nobody is told what to look for holes in
    caller.call("classify", caller.upload("mine.jpg", PHOTO))
    caller.post("call/train", {"data": [caller.upload("bears.zip", _zip_of_photos()), *SETTINGS]})
    wait_until(lambda: [path for path in _files(temp) if "photos-" in str(path) and path.suffix == ".jpg"])
    assert [path for path in _files(temp) if path.name == "mine.jpg"]


def _running(app: RunningApp) -> list[str]:
    """The processes that the app started and that still run."""
    task = Path(f"/proc/{app.pid}/task")
    return [pid for thread in task.iterdir() for pid in (thread / "children").read_text().split()]


@pytest.mark.long
@pytest.mark.parametrize(("script", "path"), [("apps/bears.py", ""), ("apps/gallery.py", "bears/")])
@pytest.mark.parametrize("chosen", ["", "chosen"])
def test_told_to_end_an_app_leaves_no_files(script: str, path: str, chosen: str, tmp_path: Path) -> None:
    """Also in the folder for uploads that the operator chose, where others' files stay."""
    temp = tmp_path / "temp"
    temp.mkdir()
    env = {"TMPDIR": str(temp), "GRADIO_TEMP_DIR": str(temp / chosen) if chosen else ""}
    strange = temp / (chosen or "gradio") / "of-another-process.jpg"
    strange.parent.mkdir(exist_ok=True)
    strange.write_bytes(PHOTO)
    with run_app(script, log=tmp_path / "log.txt", env=env, ready=f"{path}config") as app:
        _leave_photos(Caller(app.url + path), temp)
        wait_until(lambda: _running(app))
        workers = _running(app)
    assert _files(temp) == [strange]
    assert not any(temp.glob("lessons-*"))
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.long
@pytest.mark.parametrize("chosen", ["", "chosen"])
def test_what_a_killed_app_left_goes_at_the_next_start(chosen: str, tmp_path: Path) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    env = {"TMPDIR": str(temp), "GRADIO_TEMP_DIR": str(temp / chosen) if chosen else ""}
    with run_app("apps/relu.py", log=tmp_path / "living.txt", env=env) as living:
        kept = living.caller().upload("points.csv", b"x,y\n1,2\n")["path"]
        with run_app("apps/bears.py", log=tmp_path / "killed.txt", env=env) as app:
            _leave_photos(app.caller(), temp)
            os.kill(app.pid, signal.SIGKILL)
        assert [path for path in _files(temp) if path.name == "mine.jpg"]
        with run_app("apps/relu.py", log=tmp_path / "next.txt", env=env):
            assert not [path for path in _files(temp) if path.suffix == ".jpg"]
            assert Path(kept).exists()
    assert _files(temp) == []


_SLOW_APP = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
import gradio as gr
from shared.ui.launch import launch_app, new_blocks

def wait() -> str:
    time.sleep(60)
    return "done"

with new_blocks("Slow") as demo:
    gr.api(wait, api_name="wait")
launch_app(demo)
"""


def test_who_waits_while_an_app_ends_reads_a_sentence(tmp_path: Path) -> None:
    """On the page's stream and on an endpoint's; and the end does not wait for the call."""
    script = tmp_path / "slow.py"
    script.write_text(_SLOW_APP)
    read: list[object] = []

    def ask(caller: Caller, event: str | None) -> None:
        try:
            caller.read(f"call/wait/{event}") if event else caller.press(0, [])
        except Refused as refusal:
            read.append(refusal.message)

    with run_app(script, log=tmp_path / "log.txt") as app:
        event = app.caller().post("call/wait", {"data": []}).json()["event_id"]
        waiting = [threading.Thread(target=ask, args=[app.caller(), which]) for which in (event, None)]
        for thread in waiting:
            thread.start()
        time.sleep(2)  # both streams are open
        assert app.caller().http.get("config").headers.get("server") is None
        os.kill(app.pid, signal.SIGTERM)
        for thread in waiting:
            thread.join(30)
    assert read == [RESTARTING, RESTARTING]
