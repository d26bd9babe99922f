"""A push that is killed at any request leaves nothing that the next one does not put right."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.spaces_hub import Hold, SpacesHub
from tests.spaces.small_project import environment, make_project

pytestmark = pytest.mark.slow

REPO, SECRET = "visitor/tiny", "k3pt-out-of-sight"
WISH = """
hardware = "t4-small"
variables = {GREETING = "hi"}
secrets = ["API_KEY"]
"""
# Answers at once. What a push waits for is shown by the other tests.
APP = '''"""Answers."""

import http.server
import os

from shared import tiny  # with a file of weights, which goes the way of large files


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


if __name__ == "__main__":
    address = (os.environ["GRADIO_SERVER_NAME"], int(os.environ["GRADIO_SERVER_PORT"]))
    http.server.ThreadingHTTPServer(address, Answer).serve_forever()
'''
# The command line itself, asking every twentieth of a second. The app has no endpoints to call.
PUSH = """
import sys
sys.path.insert(0, "spaces")
from deploy import push_space, wait
wait.wait_for_commit.__kwdefaults__["poll"] = 0.05
push_space.check_endpoints = lambda *_, **__: []
import push
sys.argv = ["push.py", "push", "tiny", "--yes"]
push.main()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = make_project(tmp_path, more=WISH)
    (made / "apps" / "tiny.py").write_text(APP)
    (made / "shared" / "tiny").mkdir()
    (made / "shared" / "__init__.py").touch()
    (made / "shared" / "tiny" / "__init__.py").touch()
    (made / "shared" / "tiny" / "model.safetensors").write_bytes(bytes(range(256)) * 400)
    return made


def start_push(hub: SpacesHub, project: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PUSH],
        cwd=project,
        env=environment(hub, API_KEY=SECRET),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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
    for step in ("repos/create", "/variables", "/secrets", "preupload", "objects/batch", "/commit/", "/runtime"):
        assert any(step in request for request in killed_at), (step, killed_at)


def test_a_push_killed_before_its_first_request_has_done_nothing(project: Path) -> None:
    with SpacesHub() as hub:
        assert is_killed_at(hub, project, hub.hold_at(1, "before"))
        assert not hub.has_repo(REPO, "space")
        push(hub, project)
        assert hub.violations == []
