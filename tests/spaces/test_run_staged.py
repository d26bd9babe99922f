import json
import os
import signal
import socket
import subprocess
import sys
import textwrap

import httpx
import pytest

from deploy.config import Space
from deploy.errors import PushError
from deploy.run_staged import run_staged, space_environment
from deploy.stage import stage_space
from tests.conftest import ROOT
from tests.servers.gradio_http import RunningApp, free_port
from tests.spaces.listening import family, is_alive, listening
from tests.spaces.small_project import make_project, make_quick_project
from tests.waiting import wait_until

# What an app of a Space sees, written where the test can read it.
LOOKS = """
import json, os, sys
found = {"cwd": os.getcwd(), "path": sys.path, "env": dict(os.environ), "argv": sys.argv}
with open("seen.json", "w") as file:
    json.dump(found, file)
sys.exit(7)
"""
# Ctrl-C goes to the whole group of processes, as a terminal sends it. Where the tests ignore it, as those do
# that a script starts in the background, what they start would too.
HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
RUNNER = f"""
import sys
{HEARS_CTRL_C}
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


def interrupt(process: subprocess.Popen, *, how: int = signal.SIGINT) -> int:
    os.killpg(process.pid, how)
    try:
        return process.wait(timeout=20)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(happens, process: subprocess.Popen) -> None:
    wait_until(lambda: happens() or process.poll() is not None)
    assert process.poll() is None, "it ended early"


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
    assert env.keys().isdisjoint({"HF_TOKEN", "API_TOKEN", "PYTEST_CURRENT_TEST"})


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
    settings = {"ACCELERATOR": "x", "PYTHONPATH": "x"}
    env = space_environment("visitor/films", port=1, settings=settings)
    assert env["ACCELERATOR"] == "x"
    assert env["PYTHONPATH"] != "x"  # which keeps the reload server away


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
    wait_for(lambda: (folder / "pid").exists() and (folder / "pid").read_text(), process)
    assert interrupt(process) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)


# Starts a process of its own that would go on for ever, and does not listen to a wish that it ends.
PARENT = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("ready").touch()
time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_command_ends_with_the_app_and_all_that_it_started(tmp_path, how):
    project = make_quick_project(tmp_path / "project")
    (project / "apps" / "tiny.py").write_text(PARENT)
    (tmp_path / "temp").mkdir()
    code = HEARS_CTRL_C
    code += "import sys; sys.path.insert(0, 'spaces'); import deploy.run_staged as m; m.GRACE_SECONDS = 0.5\n"
    code += "import push; sys.argv[0] = 'push.py'; push.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "run", "tiny", "--port", str(free_port())],
        cwd=project,
        env={**os.environ, "TMPDIR": str(tmp_path / "temp")},
        start_new_session=True,
    )
    wait_for(lambda: list((tmp_path / "temp").rglob("ready")), process)
    members = family(process.pid)
    assert len(members) == 3
    codes = {signal.SIGINT: 0, signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGKILL: -signal.SIGKILL}
    assert interrupt(process, how=how) == codes[how]
    if how == signal.SIGKILL:  # nobody is left to wait for
        wait_until(lambda: not any(map(is_alive, members)))
    else:
        assert [member for member in members if is_alive(member)] == []
        assert list((tmp_path / "temp").iterdir()) == []  # nor the staged files


# On the Hub Gradio starts a server beside the app that runs the code it is sent: a thread that never ends.
WATCHED = """demo.launch(prevent_thread_lock=True)
    demo.server.watch_thread.join(20)
    open("watched", "w").close()
    demo.block_thread()
"""


def test_a_space_on_this_computer_listens_to_this_computer_alone(tmp_path):
    project = make_project(tmp_path / "project")
    app = project / "apps" / "tiny.py"
    app.write_text(app.read_text().replace("demo.launch()\n", WATCHED))
    (tmp_path / "temp").mkdir()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "spaces/push.py", "run", "tiny", "--port", str(port)],
        cwd=project,
        env={**os.environ, "TMPDIR": str(tmp_path / "temp")},
        start_new_session=True,
    )
    try:
        wait_for(lambda: list((tmp_path / "temp").rglob("watched")), process)
        assert is_answered(f"http://127.0.0.1:{port}/config")
        assert listening(process.pid) == {("127.0.0.1", port)}
    finally:
        assert interrupt(process, how=signal.SIGTERM) == 128 + signal.SIGTERM
    assert not is_answered(f"http://127.0.0.1:{port}/config")


@pytest.mark.long
def test_a_staged_app_runs_as_on_the_hub_until_ctrl_c(tmp_path):
    folder = tmp_path / "relu"
    stage_space(Space(name="relu", app="relu", title="ReLU"), folder)
    port, log = free_port(), tmp_path / "log.txt"
    with log.open("w") as printed:
        process = start(folder, port, stdout=printed, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_for(lambda: is_answered(f"{url}config"), process)
        assert httpx.get(f"{url}config").json()["space_id"] == "visitor/relu"
        assert listening(process.pid) == {("127.0.0.1", port)}
        app = RunningApp(url, process.pid, log)
        assert app.caller().call_named("loss", points=[], a=3, b=2, c=1)["loss"] == pytest.approx(
            1.477, abs=1e-3
        )
    finally:
        code = interrupt(process)
    assert code == 0, log.read_text()
    assert not is_answered(f"{url}config")
