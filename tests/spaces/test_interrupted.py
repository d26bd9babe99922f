"""A push that is killed at any request leaves nothing that the next one does not put right.

A Space is created and killed at each request in turn; then one that runs is changed back and forth, killed
before and after each request that changes something.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.servers.spaces_hub import Hold, SpacesHub
from tests.servers.spaces_hub_http import Request
from tests.spaces.small_project import TOML, make_quick_project, start_quick

pytestmark = pytest.mark.long

REPO, SECRET = "visitor/tiny", "k3pt-out-of-sight"
WISH = """
hardware = "t4-small"
variables = {GREETING = "hi"}
secrets = ["API_KEY"]
"""
# All that can differ between two pushes: settings of every kind (files differ too, see `wish_for`).
WISHES = {
    "small": 'hardware = "cpu-basic"\nvariables = {GREETING = "hi", OLD = "gone later"}\n',
    "large": """
hardware = "t4-small"
sleep_time = 600
private = true
variables = {GREETING = "hello"}
volumes = [{kind = "model", source = "visitor/weights", mount_path = "/weights"}]
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "temp").mkdir()  # what a killed push leaves behind
    return make_quick_project(tmp_path / "project", more=WISH)


def start_push(hub: SpacesHub, project: Path) -> subprocess.Popen[str]:
    temp = str(project.parent / "temp")
    return start_quick(hub, project, "push", "tiny", "--yes", API_KEY=SECRET, TMPDIR=temp)


def push(hub: SpacesHub, project: Path) -> str:
    process = start_push(hub, project)
    try:
        said, complained = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"this push waits for what never comes:\n{''.join(process.communicate())}")
    assert process.returncode == 0, said + complained
    return said


def is_killed_at(hub: SpacesHub, project: Path, hold: Hold) -> bool:
    """Start a push and kill it at a request; False when it came to its end without that one."""
    process = start_push(hub, project)
    while process.poll() is None and not hold.reached.wait(0.02):
        pass
    if not hold.reached.is_set():
        _, complained = process.communicate()
        assert process.returncode == 0, complained  # it ended well, not of something else
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    hold.drop()
    return True


def name_of(request: Request | None) -> str:
    """A request without what differs from run to run."""
    assert request is not None
    return re.sub(r"[0-9a-f]{40,}", "*", f"{request.method} {request.path.partition('?')[0]}")


def is_writing(request: Request) -> bool:
    return request.method not in ("GET", "HEAD")


def is_note(request: Request) -> bool:
    """Whether it is the last one, which keeps for later that the commit ran."""
    return "/tag/" in request.path


def worth_killing(requests: list[Request]) -> Iterator[int]:
    """The number of each request, and of all that may follow; not of a question that is only repeated."""
    for number in count(1):
        again = requests[max(number - 2, 0) : number]
        if len(again) < 2 or again[0] != again[1]:
            yield number


def check_nothing_to_do(hub: SpacesHub, project: Path) -> None:
    """Push once more: it says that there is nothing to do, and changes nothing."""
    so_far = len(hub.requests)
    assert "nothing to do" in push(hub, project)
    assert [request for request in hub.requests[so_far:] if is_writing(request)] == []
    assert hub.violations == []


def check_is_noted(hub: SpacesHub) -> None:
    """The commit that runs is known as such, and no other."""
    assert list(hub.repo(REPO).tags) == [f"ran-{hub.commits(REPO)[-1].oid}"]
    assert hub.violations == []


def check_runs(hub: SpacesHub, *, hardware: str, sleep_time: int | None = None) -> None:
    """The newest commit runs, on the hardware that was asked for."""
    runtime = hub.space(REPO).describe_runtime()
    assert (runtime["stage"], runtime["sha"]) == ("RUNNING", hub.commits(REPO)[-1].oid)
    assert runtime["hardware"] == {"current": hardware, "requested": hardware}
    if sleep_time is not None:
        assert runtime["gcTimeout"] == sleep_time


def test_a_new_space_killed_at_any_request_is_finished_by_the_next(project: Path) -> None:
    with SpacesHub() as whole:
        push(whole, project)
        wanted, n_commits, n_requests = whole.files(REPO), len(whole.commits(REPO)), len(whole.requests)
        check_nothing_to_do(whole, project)
    killed_at: list[str] = []
    for number in worth_killing(whole.requests[:n_requests]):
        with SpacesHub() as hub:
            hold = hub.hold_at(number, "after")  # after the n-th is before the one that follows
            if not is_killed_at(hub, project, hold):
                break
            killed_at.append(name_of(hold.request))
            print(f"killed at request {number}, {killed_at[-1]}")  # shown with what fails below
            push(hub, project)
            assert hub.files(REPO) == wanted
            assert len(hub.commits(REPO)) == n_commits  # never half, and nothing twice
            assert hub.variables[REPO] == {"GREETING": "hi"}
            assert hub.secrets[REPO] == {"API_KEY": SECRET}
            check_runs(hub, hardware="t4-small", sleep_time=900)
            check_is_noted(hub)  # all is as after the one that was left alone, so the next has nothing to do
    # Its number depends on how often it was asked before whether the Space runs: see below.
    assert {name_of(request) for request in whole.requests[:n_requests] if not is_note(request)} <= set(
        killed_at
    )
    for step in ("create", "/variables", "/secrets", "preupload", "/batch", "PUT", "verify", "/commit/"):
        assert any(step in request for request in killed_at), (step, killed_at)


def test_a_push_killed_before_its_first_request_has_done_nothing(project: Path) -> None:
    with SpacesHub() as hub:
        assert is_killed_at(hub, project, hub.hold_at(1, "before"))
        assert not hub.has_repo(REPO, "space")
        push(hub, project)
        assert hub.violations == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_push_killed_as_it_notes_that_its_commit_ran_is_noted_by_the_next(project: Path, when) -> None:
    with SpacesHub() as hub:
        holds, take = [], hub.take_hold

        def freeze_the_note(request: Request) -> Hold | None:
            if is_note(request) and not holds:
                holds.append(hub.hold_at(1, when))
            return take(request)

        hub.take_hold = freeze_the_note
        process = start_push(hub, project)
        while process.poll() is None and not (holds and holds[0].reached.wait(0.02)):
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        holds[0].drop()
        push(hub, project)
        check_nothing_to_do(hub, project)
        check_is_noted(hub)


def wish_for(project: Path, name: str, version: int) -> dict[str, bytes]:
    """Wish for the Space in another way, with fresh weights and one module of its own."""
    toml = TOML.format(more=WISHES[name] + 'secrets = ["API_KEY"]')
    (project / "spaces" / "spaces.toml").write_text(toml)
    package = project / "shared" / "tiny"
    (package / "model.safetensors").write_bytes(f"{name} {version} ".encode() * 9000)
    for other in WISHES:
        (package / f"{other}.py").unlink(missing_ok=True)
    (package / f"{name}.py").write_text(f'"""Of version {version}."""\n')
    (package / "__init__.py").write_text(f"from shared.tiny import {name}\n")
    return {f"shared/tiny/{path.name}": path.read_bytes() for path in package.iterdir() if path.is_file()}


def check_is(hub: SpacesHub, name: str, files: dict[str, bytes]) -> None:
    """The Space is what it was wished to be, with nothing left of the other wish."""
    there = {path: data for path, data in hub.files(REPO).items() if path.startswith("shared/tiny/")}
    assert there == files
    space = hub.space(REPO)
    assert hub.secrets[REPO] == {"API_KEY": SECRET}
    if name == "small":
        check_runs(hub, hardware="cpu-basic")
        assert hub.variables[REPO] == {"GREETING": "hi", "OLD": "gone later"}
        assert (space.repo.private, space.volumes) == (False, [])
    else:
        check_runs(hub, hardware="t4-small", sleep_time=600)
        assert hub.variables[REPO] == {"GREETING": "hello"}
        assert space.repo.private
        assert [volume["mountPath"] for volume in space.volumes] == ["/weights"]


def test_a_change_killed_before_or_after_any_step_is_finished_by_the_next(project: Path) -> None:
    """Each kill meets a Space that is complete, and the next push has to make it the other one."""
    version, killed_at = count(), []
    with SpacesHub() as hub:
        wish_for(project, "small", next(version))
        hub.push_as_somebody_else("visitor/weights", {"w.safetensors": b"w"}, kind="model")
        push(hub, project)
        steps: dict[str, list[int]] = {}
        for name in ("large", "small"):  # unharmed, to see which requests write
            so_far, files = len(hub.requests), wish_for(project, name, next(version))
            push(hub, project)
            check_is(hub, name, files)
            made = hub.requests[so_far:]
            steps[name] = [
                number
                for number, request in enumerate(made, 1)
                if is_writing(request) and not is_note(request)
            ]
        for place in range(max(map(len, steps.values()))):
            for name, when in (("large", "before"), ("small", "after")):
                if place >= len(steps[name]):
                    continue
                files, n_commits = wish_for(project, name, next(version)), len(hub.commits(REPO))
                hold = hub.hold_at(steps[name][place], when)
                assert is_killed_at(hub, project, hold)
                killed_at.append(f"{when} {name_of(hold.request)}")
                print(f"killed {killed_at[-1]}, on the way to {name}")  # shown with what fails below
                push(hub, project)
                check_is(hub, name, files)
                assert len(hub.commits(REPO)) == n_commits + 1  # all files at once, and once
                assert hub.violations == []
        check_nothing_to_do(hub, project)
    for step in (
        "/settings",
        "/variables",
        "/volumes",
        "preupload",
        "/batch",
        "verify",
        "/commit/",
        "/hardware",
    ):
        for when in ("before", "after"):
            assert any(step in killed and killed.startswith(when) for killed in killed_at), (when, step)
