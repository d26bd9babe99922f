"""Every app as a Space: it runs from what is staged alone, and every endpoint answers.

The smallest one and the gallery go through the whole life of a Space, pushed to the local Hub as a user does
it. The others are staged, started and called: what a push adds is the same for all.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.config import Space, load_config
from deploy.smoke import check_endpoints
from deploy.stage import stage_space
from tests.conftest import ROOT
from tests.servers.space import run_space
from tests.servers.spaces_hub import SpacesHub

pytestmark = pytest.mark.long

SPACES = load_config().spaces
PUSHED = ("relu", "gallery")
WRITING = {"POST", "PUT", "DELETE", "PATCH"}
ENDPOINTS = "apps/views/relu/endpoints.py"
NEW_ENDPOINT = """    import gradio

    def as_new(value: float) -> float:
        return value

    gradio.api(as_new)
"""
# What goes wrong with relu: what is put before its endpoints are added, and what the push then says.
BROKEN = {
    "it crashes at the start": (
        "    raise RuntimeError('out of order')\n",
        "RuntimeError: out of order",  # from the end of the log
    ),
    "it has an endpoint that is not checked": (
        NEW_ENDPOINT,
        "as_new: It needs a value for value",
    ),
}


@pytest.fixture(scope="module")
def hub() -> Iterator[SpacesHub]:
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project, to be changed."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("apps", "shared", "spaces"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "requirements.txt", copy / "requirements.txt")
    return copy


def run(hub: SpacesHub, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "spaces/push.py", *arguments],
        cwd=project,
        env={**os.environ, **hub.environment(), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,  # each is tried here before it is pushed
    )


@pytest.fixture(scope="module")
def pushed(hub: SpacesHub, project: Path) -> dict[str, dict]:
    """The result for each Space of their first push."""
    done = run(hub, project, "push", *PUSHED, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    return {result["repo_id"].partition("/")[2]: result for result in results}


def own_endpoints(url: str) -> set[str]:
    """The public endpoints that a running app itself says it has."""
    info = httpx.get(f"{url}/gradio_api/info", timeout=60).json()
    return {name.strip("/") for name in info["named_endpoints"]}


def endpoints_of(url: str, space: Space) -> set[str]:
    """The same of all the apps that a Space serves."""
    mounts = space.mounts or [""]
    return {
        f"{mount}/{endpoint}".strip("/")
        for mount in mounts
        for endpoint in own_endpoints(f"{url}/{mount}".rstrip("/"))
    }


@pytest.mark.parametrize("name", [name for name in SPACES if name not in PUSHED])
def test_it_runs_from_what_is_staged_and_every_endpoint_answers(name: str, tmp_path: Path) -> None:
    space = SPACES[name]
    stage_space(space, tmp_path / "staged")
    with run_space(tmp_path / "staged", tmp_path) as app:
        url = app.url.rstrip("/")
        results = check_endpoints(url, token=None, checks=space.checks)
        assert [(result.name, result.problem) for result in results if not result.ok] == []
        assert {result.name for result in results} == endpoints_of(url, space)
        config = httpx.get(f"{url}/config").json()
        assert (config["space_id"], config["title"]) == ("x/y", space.title)
        tools = {tool["name"] for tool in httpx.get(f"{url}/gradio_api/mcp/schema").json()}
        assert tools == {f"y_{result.name}" for result in results}  # named after the Space, too
        assert app.n_failures() == 0


@pytest.mark.parametrize("name", PUSHED)
def test_it_runs_from_what_was_pushed_and_every_endpoint_answers(
    hub: SpacesHub, pushed: dict[str, dict], name: str
) -> None:
    result, space = pushed[name], SPACES[name]
    assert result["outcome"] == "pushed"
    runtime = hub.space(f"visitor/{name}").describe_runtime()
    assert (runtime["stage"], runtime["sha"]) == ("RUNNING", result["commit"])
    assert runtime["hardware"]["current"] == space.hardware
    assert len(hub.commits(f"visitor/{name}")) == 2  # the Hub's own, and all of ours in one
    called = {endpoint["name"] for endpoint in result["endpoints"] if endpoint["ok"]}
    url = result["app_url"].rstrip("/")
    assert called == endpoints_of(url, space)
    assert called


def test_a_second_push_changes_nothing_and_says_so(
    hub: SpacesHub, project: Path, pushed: dict[str, dict]
) -> None:
    so_far = len(hub.requests)
    done = run(hub, project, "push", *PUSHED, "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{result['repo_id']}: nothing to do. {len(result['endpoints'])} endpoints answered. {result['url']}"
        for result in pushed.values()
    ]
    assert [request for request in hub.requests[so_far:] if request.method in WRITING] == []
    assert run(hub, project, "plan", *PUSHED).returncode == 0


def test_a_change_is_planned_alone_and_pushed_alone(
    hub: SpacesHub, project: Path, pushed: dict[str, dict]
) -> None:
    app, repo_id = project / "apps" / "catalog.py", "visitor/relu"
    app.write_text(app.read_text().replace("Fit a curve by hand.", "Fit a curve with your own hands."))
    planned = run(hub, project, "plan", "relu")
    assert planned.returncode == 2
    assert "~ apps/catalog.py" in planned.stdout
    assert "with your own hands" in planned.stdout
    changed = {
        file["path"] for file in json.loads(run(hub, project, "plan", "relu", "--json").stdout)[0]["files"]
    }
    assert changed == {"README.md", "apps/catalog.py"}  # the README tells the summary
    before = hub.files(repo_id)
    done = run(hub, project, "push", "relu", "--yes")
    assert done.returncode == 0, done.stderr
    good = hub.files(repo_id)
    assert len(hub.commits(repo_id)) == 3
    assert {path for path in before | good if before.get(path) != good.get(path)} == changed
    assert b"with your own hands" in good["apps/catalog.py"]


def test_an_import_without_a_pin_is_refused_before_anything_is_sent(
    hub: SpacesHub, project: Path, pushed: dict[str, dict]
) -> None:
    app, so_far = project / "apps" / "relu.py", len(hub.requests)
    text = app.read_text()
    app.write_text(text.replace("import gradio as gr\n", "import gradio as gr\nimport no_such\n"))
    refused = run(hub, project, "push", "relu", "--yes")
    app.write_text(text)
    assert refused.returncode == 1
    assert "no_such, which has no pin" in refused.stderr
    assert [request for request in hub.requests[so_far:] if request.method in WRITING] == []


@pytest.mark.parametrize(("code", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_version_that_does_not_work_is_rolled_back(
    hub: SpacesHub, project: Path, pushed: dict[str, dict], code: str, problem: str
) -> None:
    repo_id, url = "visitor/relu", pushed["relu"]["app_url"].rstrip("/")
    good, n_commits = hub.files(repo_id), len(hub.commits(repo_id))
    file = project / ENDPOINTS
    text = file.read_text("utf-8")
    start = text.index("    for function in (")
    file.write_text(text[:start] + code + text[start:], "utf-8")
    failed = run(hub, project, "push", "relu", "--yes", "--rollback-on-failure", "--no-check")
    file.write_text(text, "utf-8")
    assert failed.returncode == 1
    assert problem in failed.stderr
    assert "It was rolled back" in failed.stderr
    assert len(hub.commits(repo_id)) == n_commits + 2  # the one that failed, and the way back
    assert hub.files(repo_id) == good
    hub.wait_until("RUNNING", repo_id, sha=hub.commits(repo_id)[-1].oid)
    assert own_endpoints(url) == {endpoint["name"] for endpoint in pushed["relu"]["endpoints"]}


def test_one_collection_holds_them_in_the_order_of_the_lessons(
    hub: SpacesHub, project: Path, pushed: dict[str, dict]
) -> None:
    for _ in range(2):  # the second time changes nothing
        done = run(hub, project, "collection")
        assert done.returncode == 0, done.stderr
    assert "/collections/visitor/" in done.stdout
