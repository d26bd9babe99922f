"""A push that is killed at any request leaves nothing that the next one does not put right."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.servers.spaces_hub import Hold, SpacesHub
from tests.spaces.small_project import make_quick_project, start_quick

pytestmark = pytest.mark.slow

REPO, SECRET = "visitor/tiny", "k3pt-out-of-sight"
WISH = """
hardware = "t4-small"
variables = {GREETING = "hi"}
secrets = ["API_KEY"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_quick_project(tmp_path, more=WISH)


def start_push(hub: SpacesHub, project: Path) -> subprocess.Popen[str]:
    return start_quick(hub, project, "push", "tiny", "--yes", API_KEY=SECRET)


def push(hub: SpacesHub, project: Path) -> str:
    process = start_push(hub, project)
    said, complained = process.communicate(timeout=60)
    assert process.returncode == 0, said + complained
    return said


def is_killed_at(hub: SpacesHub, project: Path, hold: Hold) -> bool:
    """Start a push and kill it at a request; False when it ended without coming to that one."""
    process = start_push(hub, project)
    while process.poll() is None and not hold.reached.wait(0.02):
        pass
    if not hold.reached.is_set():
        process.communicate()
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    hold.drop()
    return True


def test_a_push_killed_at_any_request_is_finished_by_the_next(project: Path) -> None:
    with SpacesHub() as whole:
        push(whole, project)
        wanted, n_commits = whole.files(REPO), len(whole.commits(REPO))
    killed_at: list[str] = []
    for number in range(1, 1000):
        with SpacesHub() as hub:
            hold = hub.hold_at(number, "after")  # after the n-th is before the one that follows
            if not is_killed_at(hub, project, hold):
                break
            assert hold.request is not None
            killed_at.append(f"{hold.request.method} {hold.request.path.partition('?')[0]}")
            push(hub, project)
            where = f"killed at request {number}, {killed_at[-1]}"
            assert hub.files(REPO) == wanted, where
            assert len(hub.commits(REPO)) == n_commits, where  # never half, and nothing twice
            assert hub.variables[REPO] == {"GREETING": "hi"}, where
            assert hub.secrets[REPO] == {"API_KEY": SECRET}, where
            runtime = hub.space(REPO).describe_runtime()
            assert (runtime["stage"], runtime["sha"]) == ("RUNNING", hub.commits(REPO)[-1].oid), where
            assert (runtime["hardware"]["current"], runtime["gcTimeout"]) == ("t4-small", 900), where
            so_far = len(hub.requests)
            assert "nothing to do" in push(hub, project), where
            assert {request.method for request in hub.requests[so_far:]} <= {"GET", "HEAD"}, where
            assert hub.violations == [], where
    for step in (
        "repos/create",
        "/variables",
        "/secrets",
        "preupload",
        "objects/batch",
        "/commit/",
        "/runtime",
    ):
        assert any(step in request for request in killed_at), (step, killed_at)


def test_a_push_killed_before_its_first_request_has_done_nothing(project: Path) -> None:
    with SpacesHub() as hub:
        assert is_killed_at(hub, project, hub.hold_at(1, "before"))
        assert not hub.has_repo(REPO, "space")
        push(hub, project)
        assert hub.violations == []
