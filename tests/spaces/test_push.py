"""The command line of spaces/push.py: each command once, on a small Space of the local Hub."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers.spaces_hub import SpacesHub
from tests.spaces.small_project import make_quick_project, run_quick

REPO = "visitor/tiny"
COMMANDS = [
    "stage",
    "run",
    "plan",
    "push",
    "status",
    "logs",
    "history",
    "rollback",
    "pause",
    "restart",
    "delete",
]
COMMANDS += ["publish-model", "train", "from-notebook", "collection"]


@pytest.fixture(scope="module")
def hub() -> Iterator[SpacesHub]:
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quick_project(
        tmp_path_factory.mktemp("project") / "tiny", more='variables = {COLOR = "blue"}'
    )


@pytest.fixture
def run(hub: SpacesHub, project: Path):
    def run_command(*arguments: str, code: int = 0, **environment: str):
        done = run_quick(hub, project, *arguments, **environment)
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run_command


def change(project: Path, old: str, new: str) -> None:
    app = project / "apps" / "tiny.py"
    assert old in app.read_text()
    app.write_text(app.read_text().replace(old, new))


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str) -> None:
    told = subprocess.run(
        [sys.executable, "spaces/push.py", command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert f"push.py {command} " in told


def test_the_command_line_is_there_at_once() -> None:
    heavy = "import sys, push; print({'torch', 'gradio', 'gradio_client', 'nbdev'} & set(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", heavy], cwd=ROOT / "spaces", capture_output=True, text=True, check=True
    )
    assert loaded.stdout == "set()\n"


def test_stage_writes_the_files_of_a_space(run, tmp_path: Path) -> None:
    told = json.loads(run("stage", "tiny", "--to", str(tmp_path / "out"), "--json").stdout)
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert {file["path"] for file in told["files"]} == written
    assert {"app.py", "README.md", "requirements.txt", "apps/tiny.py"} <= written


def test_a_name_that_is_not_there(run) -> None:
    done = run("plan", "tinny", code=1)
    assert done.stderr == "spaces.toml has no Space 'tinny'.\nChoose one of: tiny.\n"


def test_an_unknown_option(run) -> None:
    assert "No such option" in run("plan", "tiny", "--colour", code=1).stderr
    assert "No such option" in json.loads(run("plan", "tiny", "--colour", "--json", code=1).stdout)["error"]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_speaks_to_machines(command: str) -> None:
    import push
    from typer.main import get_command

    (options,) = [sub.params for name, sub in get_command(push.app).commands.items() if name == command]
    assert "--json" in {text for option in options for text in option.opts}


@pytest.mark.long
def test_the_life_of_a_space(hub: SpacesHub, project: Path, run) -> None:
    planned = run("plan", "tiny", code=2)
    assert "Runs on cpu-basic: nothing by the hour, but it takes a PRO subscription." in planned.stdout
    assert "variable COLOR" in planned.stdout
    assert "t4-small" in run("plan", "tiny", "--hardware", "t4-small", code=2).stdout
    asked = run("push", "tiny", code=1)  # nobody to ask
    assert "Nobody is there to be asked, so nothing was done." in asked.stderr
    result = json.loads(run("push", "tiny", "--yes", "--json").stdout)[0]
    assert (result["outcome"], result["commit"]) == ("pushed", hub.commits(REPO)[-1].oid)
    assert run("plan", "tiny").returncode == 0

    change(project, '"""Answers."""', '"""Answers, and more."""')
    planned = json.loads(run("plan", "tiny", "--json", code=2).stdout)[0]
    assert "+Answers, and more." in next(f["diff"] for f in planned["files"] if f["path"] == "README.md")
    run("push", "tiny", "--yes", "-m", "More answers")
    assert "RUNNING" in run("status").stdout
    assert json.loads(run("status", "tiny", "--json").stdout)[0]["is_current"] is True
    assert "Build" in run("logs", "tiny", "--build").stdout
    assert "Build" in json.loads(run("logs", "tiny", "--build", "--json").stdout)["lines"][0]

    before = hub.files(REPO, hub.commits(REPO)[1].oid)
    listed = json.loads(run("history", "tiny", "--json").stdout)
    assert [(entry["runs"], entry["has_run"], entry["is_ours"]) for entry in listed] == [
        (True, True, True),
        (False, True, True),
        (False, False, True),  # the Hub's own
    ]
    assert "runs  " in run("history", "tiny").stdout.splitlines()[0]
    told = json.loads(run("rollback", "tiny", "--yes", "--json").stdout)
    assert told == {"repo_id": REPO, "commit": hub.commits(REPO)[-1].oid, "back_to": hub.commits(REPO)[1].oid}
    assert hub.files(REPO) == before
    run("rollback", "tiny", hub.commits(REPO)[2].oid, "--yes")
    assert b"and more" in hub.files(REPO)["apps/tiny.py"]
    assert "has no commit" in run("rollback", "tiny", "0" * 40, "--yes", code=1).stderr

    assert json.loads(run("pause", "tiny", "--json").stdout) == {"repo_id": REPO, "done": "paused"}
    assert "PAUSED         is paused until `restart`  (cpu-basic asked for" in run("status", "tiny").stdout
    assert "still paused" in run("push", "tiny", "--yes", "--hardware", "cpu-upgrade").stdout
    again = run("push", "tiny", "--yes", "--hardware", "cpu-upgrade")
    assert "nothing to do" in again.stdout
    assert "visitor/tiny is paused: `restart` starts it." in again.stderr
    assert json.loads(run("restart", "tiny", "--json").stdout)["done"] == "restarted"
    hub.wait_until("RUNNING", REPO)
    assert hub.space(REPO).describe_runtime()["gcTimeout"] == 900  # paid hardware: it goes to sleep

    assert "/collections/" in run("collection").stdout
    assert "Nothing was deleted" in run("delete", "tiny", "--confirm", "tiny", code=1).stderr
    assert hub.has_repo(REPO, "space")
    assert json.loads(run("delete", "tiny", "--confirm", REPO, "--json").stdout)["done"] == "deleted"
    assert not hub.has_repo(REPO, "space")
    assert "has no" in run("restart", "tiny", code=1).stderr
