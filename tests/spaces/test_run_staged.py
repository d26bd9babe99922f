import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time

import httpx
import pytest

from deploy.config import Space
from deploy.errors import PushError
from deploy.run_staged import run_staged, space_environment
from deploy.stage import stage_space
from tests.conftest import ROOT
from tests.servers.gradio_http import RunningApp, free_port

# What an app of a Space sees, written where the test can read it.
LOOKS = """
import json, os, sys
found = {"cwd": os.getcwd(), "path": sys.path, "env": dict(os.environ), "argv": sys.argv}
with open("seen.json", "w") as file:
    json.dump(found, file)
sys.exit(7)
"""
# Ctrl-C goes to the whole group of processes, as a terminal sends it.
RUNNER = """
import sys
from pathlib import Path
from deploy.run_staged import run_staged
sys.exit(run_staged(Path(sys.argv[1]), port=int(sys.argv[2]), owner="visitor"))
"""


@pytest.fixture
def folder(tmp_path):
    staged = tmp_path / "films"
    staged.mkdir()
    return staged


def start(folder, port: int, **options) -> subprocess.Popen:
    variables = {**os.environ, "PYTHONPATH": f"{ROOT / 'spaces'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", RUNNER, str(folder), str(port)]
    return subprocess.Popen(command, env=variables, start_new_session=True, **options)


def interrupt(process: subprocess.Popen) -> int:
    os.killpg(process.pid, signal.SIGINT)
    try:
        return process.wait(timeout=20)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def wait_until(happens, process: subprocess.Popen, seconds: float = 60) -> None:
    stop_at = time.monotonic() + seconds
    while not happens():
        assert process.poll() is None, "it ended early"
        assert time.monotonic() < stop_at, "nothing happened"
        time.sleep(0.1)


def is_answered(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_the_app_sees_a_space_and_nothing_of_this_project(folder, monkeypatch):
    (folder / "app.py").write_text(LOOKS)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HF_TOKEN", "hf_write")
    monkeypatch.setenv("API_TOKEN", "not for this app")
    port = free_port()
    assert run_staged(folder, port=port, owner="visitor", settings={"MODE": "demo"}) == 7
    seen = json.loads((folder / "seen.json").read_text())
    assert seen["cwd"] == str(folder)
    assert seen["argv"] == ["app.py"]
    assert not [path for path in seen["path"] if path in (str(ROOT), str(ROOT / "spaces"))]
    env = seen["env"]
    assert (env["SYSTEM"], env["SPACE_ID"]) == ("spaces", "visitor/films")
    assert (env["SPACE_AUTHOR_NAME"], env["SPACE_REPO_NAME"]) == ("visitor", "films")
    assert (env["GRADIO_SERVER_NAME"], env["GRADIO_SERVER_PORT"]) == ("127.0.0.1", str(port))
    assert env["MODE"] == "demo"
    assert env.keys().isdisjoint({"HF_TOKEN", "API_TOKEN", "PYTHONPATH", "PYTEST_CURRENT_TEST"})


def test_a_space_listens_on_the_port_of_the_hub_unless_told_otherwise(folder, monkeypatch):
    started = {}

    def look(command, **options):
        started.update(options["env"])
        raise OSError("seen enough")

    (folder / "app.py").write_text("")
    monkeypatch.setattr("deploy.run_staged._check_port", lambda port: None)
    monkeypatch.setattr(subprocess, "Popen", look)
    with pytest.raises(OSError, match="seen enough"):
        run_staged(folder, port=None, owner="visitor")
    assert started["GRADIO_SERVER_PORT"] == "7860"


def test_settings_of_the_space_win_over_ours():
    assert space_environment("visitor/films", port=1, settings={"ACCELERATOR": "x"})["ACCELERATOR"] == "x"


def test_what_cannot_run_is_told_at_once(folder):
    with pytest.raises(PushError, match=r"films holds no app\.py\. Stage the app into it first\."):
        run_staged(folder, port=None, owner="visitor")
    (folder / "app.py").write_text(LOOKS)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            PushError, match=f"Port {port} of this computer is taken .* Name another with --port"
        ):
            run_staged(folder, port=port, owner="visitor")
    with pytest.raises(PushError, match="Port 70000 of this computer is taken or not allowed"):
        run_staged(folder, port=70000, owner="visitor")
    assert not (folder / "seen.json").exists()


def test_ctrl_c_ends_an_app_that_does_not_listen_to_it(folder, monkeypatch):
    """Not after ten seconds of patience here: half a second."""
    (folder / "app.py").write_text(
        textwrap.dedent("""
        import os, pathlib, signal, time
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pathlib.Path("pid").write_text(str(os.getpid()))
        time.sleep(60)
        """)
    )
    runner = RUNNER.replace(
        "sys.exit(run", "import deploy.run_staged as m; m.GRACE_SECONDS = 0.5\nsys.exit(run"
    )
    monkeypatch.setattr(sys.modules[__name__], "RUNNER", runner)
    process = start(folder, free_port())
    wait_until(lambda: (folder / "pid").exists() and (folder / "pid").read_text(), process)
    began = time.monotonic()
    assert interrupt(process) == 0
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)


@pytest.mark.slow
def test_a_staged_app_runs_as_on_the_hub_until_ctrl_c(tmp_path):
    folder = tmp_path / "relu"
    stage_space(Space(name="relu", app="relu", title="ReLU"), folder)
    port, log = free_port(), tmp_path / "log.txt"
    with log.open("w") as printed:
        process = start(folder, port, stdout=printed, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_until(lambda: is_answered(f"{url}config"), process)
        assert httpx.get(f"{url}config").json()["space_id"] == "visitor/relu"
        app = RunningApp(url, process.pid, log)
        assert app.caller().call_named("loss", points=[], a=3, b=2, c=1)["loss"] == pytest.approx(
            1.477, abs=1e-3
        )
    finally:
        code = interrupt(process)
    assert code == 0, log.read_text()
    assert not is_answered(f"{url}config")
