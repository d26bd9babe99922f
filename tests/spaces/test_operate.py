"""Status, logs, roll back, pause, restart and delete, against the local Hub."""

from collections.abc import Iterator

import pytest

from deploy.errors import PushError
from deploy.history import MARK, note_that_it_ran
from deploy.hub import Hub
from deploy.operate import StatusRow, delete, follow_logs, history, pause, restart, rollback, status
from tests.servers.spaces_hub import SpacesHub
from tests.spaces.listening import listening
from tests.waiting import wait_until

SPACE = "visitor/bears"
README = (
    "---\ntitle: Bears\nemoji: 🐻\ncolorFrom: blue\ncolorTo: gray\nsdk: gradio\nsdk_version: 6.31.0\n"
    'python_version: "3.12"\napp_file: app.py\n---\n'
)
APP = """
import gradio as gr

print("The app says {word}")


def word() -> str:
    return "{word}"


with gr.Blocks() as demo:
    gr.api(word, api_name="word")
demo.launch(prevent_thread_lock=True)
demo.server.watch_thread.join(20)  # on the Hub it takes new code from anybody, and never ends
print("Nobody watches")
demo.block_thread()
"""


@pytest.fixture
def server(monkeypatch) -> Iterator[SpacesHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def hub(server) -> Hub:
    return Hub(token="hf_write", endpoint=server.url)


def push(hub, files, *, removed=()):
    """Commit to the Space as a push does, making it when it is not there."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    hub.api.create_repo(SPACE, repo_type="space", space_sdk="gradio", exist_ok=True)
    operations = [
        *(CommitOperationAdd(path, content) for path, content in files.items()),
        *(CommitOperationDelete(path) for path in removed),
    ]
    return hub.api.create_commit(
        SPACE, operations, repo_type="space", commit_message="Push", commit_description=MARK
    ).oid


FIRST = {
    "README.md": README.encode(),
    "app.py": APP.format(word="first").encode(),
    "requirements.txt": b"",
    "shared/model.safetensors": bytes(range(256)) * 4000,  # large enough for LFS
    "old.txt": b"old",
}


@pytest.fixture
def two_versions(server, hub):
    """Two commits of an app; it never runs."""
    server.stuck_build = True
    first = push(hub, FIRST)
    changed = {"app.py": APP.format(word="second").encode(), "new.txt": b"new"}
    second = push(hub, {**changed, "shared/model.safetensors": bytes(1_000_000)}, removed=["old.txt"])
    note_that_it_ran(hub, SPACE, first)
    return first, second


def test_rollback_puts_back_the_files_that_last_ran_as_a_new_commit(server, hub, two_versions):
    never_ran = push(hub, {"app.py": b"raise SystemExit"})
    first, second = two_versions
    uploads = sum(request.method == "PUT" for request in server.requests)
    made = rollback(hub, SPACE, None)
    assert server.files(SPACE) == server.files(SPACE, first)
    assert server.files(SPACE)["shared/model.safetensors"] == FIRST["shared/model.safetensors"]
    assert [commit.oid for commit in server.commits(SPACE)][1:] == [first, second, never_ran, made]
    assert sum(request.method == "PUT" for request in server.requests) == uploads  # nothing was sent again


def test_rollback_goes_to_a_named_commit_and_is_done_only_once(server, hub, two_versions):
    first, second = two_versions
    made = rollback(hub, SPACE, first[:8])
    assert rollback(hub, SPACE, first[:8]) == made
    assert rollback(hub, SPACE, made) == made
    back = rollback(hub, SPACE, second)
    assert server.files(SPACE) == server.files(SPACE, second)
    assert len(server.commits(SPACE)) == 5
    assert server.commits(SPACE)[-1].oid == back


def test_rollback_never_overwrites_what_somebody_else_pushed_meanwhile(server, hub, two_versions):
    first, _ = two_versions
    create_commit = hub.api.create_commit

    def commit_too_late(*args, **named):
        server.push_as_somebody_else(SPACE, {"theirs.txt": b"theirs"})
        return create_commit(*args, **named)

    hub.api.create_commit = commit_too_late
    with pytest.raises(PushError):
        rollback(hub, SPACE, first)
    assert server.files(SPACE)["theirs.txt"] == b"theirs"
    assert server.files(SPACE)["app.py"] == APP.format(word="second").encode()


@pytest.mark.parametrize(
    ("commit", "problem"),
    [
        ("0000000", "has no commit 0000000"),
        ("main", "'main' is not a commit"),
        ("abc", "'abc' is not a commit"),
    ],
)
def test_rollback_to_what_is_no_commit_is_refused(hub, two_versions, commit, problem):
    with pytest.raises(PushError, match=problem) as caught:
        rollback(hub, SPACE, commit)
    if commit == "0000000":
        assert two_versions[1][:8] in caught.value.next_step


def test_rollback_to_a_commit_without_an_app_is_refused(server, hub):
    server.stuck_build = True
    push(hub, FIRST)
    with pytest.raises(PushError, match="holds no app"):  # the Hub's own first commit
        rollback(hub, SPACE, server.commits(SPACE)[0].oid)
    with pytest.raises(PushError, match="No commit of visitor/bears before its newest is known to have run"):
        rollback(hub, SPACE, None)
    assert len(server.commits(SPACE)) == 2


def test_rollback_takes_nothing_of_somebody_else_away_unasked(server, hub, two_versions):
    first, _ = two_versions
    theirs = server.push_as_somebody_else(SPACE, {"theirs.txt": b"theirs"})
    with pytest.raises(PushError, match="has 1 commit that this tool did not make") as caught:
        rollback(hub, SPACE, None)
    assert f"{theirs[:8]} Somebody else's change (somebody)" in caught.value.details
    assert f"rollback bears {first[:8]} --overwrite" in caught.value.next_step
    assert server.commits(SPACE)[-1].oid == theirs
    rollback(hub, SPACE, None, overwrite=True)
    assert server.files(SPACE) == server.files(SPACE, first)


def test_history_says_what_ran_and_who_made_it(server, hub, two_versions):
    first, second = two_versions
    theirs = server.push_as_somebody_else(SPACE, {"theirs.txt": b"theirs"})
    told = [(entry.commit, entry.is_ours, entry.has_run) for entry in history(hub, SPACE)]
    own = server.commits(SPACE)[0].oid
    assert told == [(theirs, False, False), (second, True, False), (first, True, True), (own, True, False)]


SAID = {
    ("RUNNING", "a" * 40): (True, "runs the newest commit"),
    ("RUNNING", "b" * 40): (False, "runs bbbbbbbb, not the newest commit"),
    ("RUNNING", None): (None, "runs a commit that the Hub does not tell"),
    ("SLEEPING", "a" * 40): (True, "sleeps until its next visitor, with the newest commit"),
    ("RUNNING_BUILDING", "b" * 40): (False, "is being built; visitors get bbbbbbbb"),
    ("BUILDING", None): (False, "is being built, and answers nobody yet"),
    ("BUILD_ERROR", "b" * 40): (False, "could not be built; visitors get bbbbbbbb"),
    ("PAUSED", None): (False, "is paused until `restart`"),
    ("SOMETHING_NEW", None): (False, "is in a stage that this tool does not know"),
}


@pytest.mark.parametrize(("stage", "running"), SAID)
def test_a_stage_means_what_it_says(stage, running):
    row = StatusRow(SPACE, stage, commit="a" * 40, running_commit=running)
    assert (row.is_current, row.meaning) == SAID[stage, running]


def test_status_of_a_space_that_is_not_there(hub):
    (row,) = status(hub, ["visitor/gone"])
    assert (row.stage, row.commit, row.is_current) == ("MISSING", None, False)


@pytest.mark.long
def test_a_space_that_runs_from_its_start_to_its_end(server, hub):
    commit = push(hub, {name: FIRST[name] for name in ("README.md", "app.py", "requirements.txt")})
    server.wait_until("RUNNING", SPACE, sha=commit)
    (row,) = status(hub, [SPACE])
    assert (row.stage, row.commit, row.running_commit) == ("RUNNING", commit, commit)
    assert (row.hardware, row.private, row.is_current) == ("cpu-basic", False, True)
    assert row.url.startswith("http")

    wait_until(lambda: "Nobody watches" in list(follow_logs(hub, SPACE)))
    assert {address for address, _ in listening(server.space(SPACE).pid)} == {"127.0.0.1"}
    assert "The app says first" in list(follow_logs(hub, SPACE))
    assert list(follow_logs(hub, SPACE, build=True))
    lines = follow_logs(hub, SPACE, follow=True)
    assert any(line == "The app says first" for line in lines)  # and leaves it while it goes on

    pause(hub, SPACE)
    assert status(hub, [SPACE])[0].stage == "PAUSED"
    restart(hub, SPACE)
    server.wait_until("RUNNING", SPACE, sha=commit)
    restart(hub, SPACE, rebuild=True)
    server.wait_until("RUNNING", SPACE, sha=commit)

    newer = push(hub, {"app.py": b"raise RuntimeError('broken at its start')\n"})
    server.wait_until("RUNTIME_ERROR", SPACE)
    (row,) = status(hub, [SPACE])
    assert (row.commit, row.is_current) == (newer, False)
    assert row.error.startswith("Exit code: 1. Reason:")
    assert "broken at its start" in row.error
    note_that_it_ran(hub, SPACE, commit)
    assert any("broken at its start" in line for line in follow_logs(hub, SPACE))
    made = rollback(hub, SPACE, None)
    server.wait_until("RUNNING", SPACE, sha=made)
    assert status(hub, [SPACE])[0].is_current

    delete(hub, SPACE)
    assert status(hub, [SPACE])[0].stage == "MISSING"


@pytest.mark.parametrize(
    "act",
    [
        lambda hub: rollback(hub, "visitor/gone", None),
        lambda hub: list(follow_logs(hub, "visitor/gone")),
        lambda hub: pause(hub, "visitor/gone"),
        lambda hub: restart(hub, "visitor/gone"),
        lambda hub: delete(hub, "visitor/gone"),
    ],
    ids=["rollback", "logs", "pause", "restart", "delete"],
)
def test_nothing_can_be_done_to_a_space_that_is_not_there(hub, act):
    with pytest.raises(PushError) as caught:
        act(hub)
    assert caught.value.next_step


def test_a_log_that_fails_at_first_is_asked_for_again(server, hub):
    server.stuck_build = True
    push(hub, FIRST)
    wait_until(lambda: server.space(SPACE).build_log.text())
    server.fail(r"GET /api/spaces/visitor/bears/logs/build", status=503)
    assert list(follow_logs(hub, SPACE, build=True))
