"""Waiting for a commit: the version before is never taken for it, and each way to fail is told apart."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.errors import PushError
from deploy.hub import Hub
from deploy.wait import log_end, wait_for_commit
from tests.servers.spaces_hub import SpacesHub
from tests.servers.spaces_hub_samples import quick_space

REPO = "visitor/tiny"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpacesHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def hub(server: SpacesHub) -> Hub:
    return Hub(token="hf_write", endpoint=server.url)


def push(server: SpacesHub, **what: Any) -> str:
    return server.push_as_somebody_else(REPO, quick_space(**what))


def wait(hub: Hub, commit: str, **patience: Any) -> list[str]:
    said: list[str] = []
    wait_for_commit(hub, REPO, commit, say=said.append, **{"poll": 0.05, "timeout": 30, **patience})
    return [line.partition(": ")[2] for line in said]


def failure(hub: Hub, commit: str, **patience: Any) -> PushError:
    with pytest.raises(PushError) as caught:
        wait(hub, commit, **patience)
    return caught.value


def test_the_old_version_that_still_answers_is_not_taken_for_the_new(server: SpacesHub, hub: Hub) -> None:
    first = push(server)
    wait(hub, first)
    server.lag_seconds = 0.5  # the old stage and the old commit stay for a while
    second = push(server, code="# new")
    stages = wait(hub, second)
    assert stages[0] == "RUNNING"
    assert stages[-1] == "RUNNING"
    assert len(stages) > 1
    assert server.space(REPO).describe_runtime()["sha"] == second


@pytest.mark.parametrize("errors_name_commit", [True, False])
def test_a_crash_shows_the_log_and_the_next_version_is_waited_for(
    server: SpacesHub, hub: Hub, errors_name_commit: bool
) -> None:
    server.errors_name_commit = errors_name_commit
    error = failure(hub, push(server, code="raise SystemExit('the door is locked')"), settle=2)
    assert error.problem == f"{REPO} was built, but its app does not run (RUNTIME_ERROR)."
    assert "the door is locked" in error.details
    assert "The Hub says: Exit code: 1. Reason:" in error.details
    server.lag_seconds = 0.3  # RUNTIME_ERROR is still that of the version before
    assert wait(hub, push(server, code="# put right"), settle=2)[-1] == "RUNNING"


def test_an_error_in_the_build(server: SpacesHub, hub: Hub) -> None:
    error = failure(hub, push(server, requirements="nonsense==9.9"), settle=2)
    assert error.problem == f"{REPO} could not be built (BUILD_ERROR)."
    assert "nonsense" in error.details
    assert "nonsense" in "\n".join(log_end(hub, REPO, build=True))


def test_what_the_hub_says_when_no_log_does(server: SpacesHub, hub: Hub) -> None:
    server.startup_seconds = 0.2
    error = failure(hub, push(server, code="import time\ntime.sleep(60)"), settle=2)
    assert "The Hub says: Launch timed out, workload was not healthy after 30m" in error.details


@pytest.mark.parametrize("stage", ["BUILD_ERROR", "RUNNING"])
def test_a_build_that_fails_beside_the_old_version_is_a_failure_at_once(
    server: SpacesHub, hub: Hub, stage: str
) -> None:
    old = push(server)
    wait(hub, old)
    server.old_stage = stage
    error = failure(hub, push(server, requirements="nonsense==9.9"), settle=0.5)
    assert error.problem == f"{REPO} could not be built (BUILD_ERROR). Visitors still get {old[:8]}."
    assert "nonsense" in error.details
    assert server.space(REPO).describe_runtime()["sha"] == old  # and they do
    assert wait(hub, push(server, code="# put right"), settle=0.5)[-1] == "RUNNING"


@pytest.mark.long
def test_a_stuck_build(server: SpacesHub, hub: Hub) -> None:
    server.stuck_build = True
    error = failure(hub, push(server), stuck=0.3)
    assert "is stuck: its log has said nothing new" in error.problem
    assert "--rebuild" in error.next_step


def test_one_that_is_paused(server: SpacesHub, hub: Hub) -> None:
    commit = push(server)
    wait(hub, commit)
    hub.api.pause_space(REPO)
    assert "at rest (PAUSED)" in failure(hub, commit, settle=0).problem


@pytest.mark.long
def test_it_does_not_wait_for_ever(server: SpacesHub, hub: Hub) -> None:
    server.build_seconds = 30
    error = failure(hub, push(server), timeout=0.4)
    assert "did not run commit" in error.problem
    assert "within 0.4 s" in error.problem
