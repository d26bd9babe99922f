"""Each failure of a push, through the command line: a plain sentence, a next step, and no secret anywhere."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.spaces_hub import SpacesHub
from tests.spaces.small_project import make_quick_project, run_quick

pytestmark = pytest.mark.slow

REPO = "visitor/tiny"
PUSH = ("push", "tiny", "--yes")
SECRET, TOKEN = "the-value-of-a-secret-9f3", "hf_write"


@pytest.fixture
def hub() -> Iterator[SpacesHub]:
    with SpacesHub() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_quick_project(tmp_path / "project", more='secrets = ["API_KEY"]')


def push(hub: SpacesHub, project: Path, *arguments: str, **environment: str):
    done = run_quick(hub, project, *(arguments or PUSH), **{"API_KEY": SECRET, **environment})
    assert "Traceback" not in done.stderr
    return done


def change(project: Path, code: str = "# another version\n") -> None:
    """Change the app; the code comes first."""
    app = project / "apps" / "tiny.py"
    app.write_text(f"{code}{app.read_text()}")


# What goes wrong, what is said of it, and what to do.
FAILURES: dict[str, tuple[Callable[[SpacesHub], object], list[str], str, str]] = {
    "401": (lambda hub: hub.fail("whoami", status=401), [], "does not accept the token", "hf auth login"),
    "402 on a free account": (
        lambda hub: setattr(hub.account, "is_pro", False),
        [],
        "PRO subscription",
        "Two Spaces on ZeroGPU are free: push `gallery`, which holds all apps",
    ),
    "403 without a payment method": (
        lambda hub: setattr(hub.account, "can_pay", False),
        ["--hardware", "t4-small"],
        "the account cannot pay for it",
        "Add a payment method at https://huggingface.co/settings/billing, or choose free hardware.",
    ),
    "403 otherwise": (
        lambda hub: hub.fail("repos/create", status=403, message="Forbidden: no rights"),
        [],
        "the token may not do that",
        "Make one with write access",
    ),
    "404": (
        lambda hub: hub.fail("GET .*runtime", status=404, times=99),
        [],
        f"the Hub has no {REPO}, or the token may not see it",
        "Check the owner and the name",
    ),
    "409": (
        lambda hub: hub.fail("POST .*/secrets", status=409, times=9),
        [],
        "something else with visitor/tiny is going on",
        "run this again in a minute",
    ),
    "429 that lasts": (
        lambda hub: hub.fail("whoami", status=429, times=99, headers={"Retry-After": "0"}),
        [],
        "the Hub has had too many requests",
        "Run this again in",
    ),
    "503 that lasts": (
        lambda hub: hub.fail("whoami", status=503, times=99),
        [],
        "the Hub is in trouble (error 503)",
        "Look at https://status.huggingface.co and run this again: it goes on where it stopped.",
    ),
    "the network is gone half way": (
        lambda hub: hub.cut("POST .*/secrets", times=99),
        [],
        "the connection broke off",
        "Run this again: it goes on where it stopped.",
    ),
    "an error in the build": (
        lambda hub: setattr(hub, "build_error", "ERROR: No matching distribution found for nonsense==9.9"),
        [],
        "No matching distribution found for nonsense==9.9",
        "Put right what the end of its log says and push again",
    ),
    "a stuck build": (
        lambda hub: setattr(hub, "stuck_build", True),
        [],
        "The build of visitor/tiny is stuck: its log has said nothing new",
        "push.py restart tiny --rebuild",
    ),
    "a Space of somebody else": (
        lambda hub: None,
        ["--owner", "somebody"],
        "somebody/tiny belongs to somebody, and the token is visitor's.",
        "Choose an owner that this token may write to with --owner: visitor.",
    ),
}


@pytest.mark.parametrize(("happens", "options", "problem", "next_step"), FAILURES.values(), ids=FAILURES)
def test_each_failure_has_its_own_message_and_next_step(
    hub: SpacesHub,
    project: Path,
    happens: Callable[[SpacesHub], object],
    options: list[str],
    problem: str,
    next_step: str,
) -> None:
    happens(hub)
    done = push(hub, project, *PUSH, *options)
    assert done.returncode == 1
    assert problem in done.stderr
    assert next_step in done.stderr
    # Once the cause is gone, the next run does the rest.
    hub.recover()
    change(project)
    hub.account.is_pro = hub.account.can_pay = True
    again = push(hub, project)
    assert again.returncode == 0, again.stderr
    assert hub.space(REPO).describe_runtime()["sha"] == hub.commits(REPO)[-1].oid


def test_no_token(hub: SpacesHub, project: Path) -> None:
    done = push(hub, project, HF_TOKEN="")
    assert done.returncode == 1
    assert "There is no token" in done.stderr
    assert "https://huggingface.co/settings/tokens" in done.stderr


def test_a_token_that_only_reads(hub: SpacesHub, project: Path) -> None:
    done = push(hub, project, HF_TOKEN="hf_read")
    assert done.returncode == 1
    assert "The token may only read." in done.stderr
    assert [request for request in hub.requests if request.method != "GET"] == []


def test_a_secret_without_a_value(hub: SpacesHub, project: Path) -> None:
    done = push(hub, project, API_KEY="")
    assert done.returncode == 1
    assert "The environment has no value for API_KEY" in done.stderr
    assert "export API_KEY=" in done.stderr


def test_nobody_there_to_ask(hub: SpacesHub, project: Path) -> None:
    done = push(hub, project, "push", "tiny")
    assert done.returncode == 1
    assert "Nobody is there to be asked" in done.stderr
    assert not hub.has_repo(REPO, "space")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_waited_for(hub: SpacesHub, project: Path, status: int) -> None:
    hub.fail("whoami", status=status, times=2, headers={"Retry-After": "0"} if status == 429 else None)
    done = push(hub, project)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Trying again in") == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_commit_whose_answer_is_lost_is_made_once(hub: SpacesHub, project: Path, when: str) -> None:
    hub.cut("POST .*/commit/", when=when)
    done = push(hub, project)
    if done.returncode:  # the client gave up: the next run finds out what became of it
        done = push(hub, project)
    assert done.returncode == 0, done.stderr
    assert len(hub.commits(REPO)) == 2  # the Hub's own and ours


def test_someone_who_pushed_meanwhile_is_never_overwritten(hub: SpacesHub, project: Path) -> None:
    assert push(hub, project).returncode == 0
    change(project)
    n_commits, take = len(hub.commits(REPO)), hub.take_hold

    def push_theirs_after_the_plan(request):
        if "/preupload/" in request.path and len(hub.commits(REPO)) == n_commits:
            hub.push_as_somebody_else(REPO, {"theirs.txt": b"mine"})
        return take(request)

    hub.take_hold = push_theirs_after_the_plan
    done = push(hub, project)
    assert done.returncode == 1
    assert "somebody else has pushed meanwhile, and nothing was overwritten" in done.stderr
    assert "Somebody else's change (somebody)" in done.stderr
    assert "theirs.txt" in done.stderr
    assert hub.files(REPO)["theirs.txt"] == b"mine"
    assert len(hub.commits(REPO)) == n_commits + 1


def test_a_crash_at_the_start_shows_the_log_and_is_rolled_back(hub: SpacesHub, project: Path) -> None:
    assert push(hub, project).returncode == 0
    good = hub.files(REPO)
    change(project, "raise SystemExit('the door is locked')\n")
    done = push(hub, project, *PUSH, "--rollback-on-failure")
    assert done.returncode == 1
    assert "was built but its app crashed at the start" in done.stderr
    assert "the door is locked" in done.stderr
    assert "It was rolled back" in done.stderr
    assert hub.files(REPO) == good
    hub.wait_until("RUNNING", REPO, sha=hub.commits(REPO)[-1].oid)
    assert len(hub.commits(REPO)) == 4  # the Hub's own, ours, the one that crashed, the way back


def test_going_back_takes_nothing_of_somebody_else_away(hub: SpacesHub, project: Path) -> None:
    assert push(hub, project).returncode == 0
    change(project, "raise SystemExit('the door is locked')\n")
    n_commits, take = len(hub.commits(REPO)), hub.take_hold

    def push_theirs_after_the_crash(request):
        if "/logs/run" in request.path and len(hub.commits(REPO)) == n_commits + 1:
            hub.push_as_somebody_else(REPO, {"theirs.txt": b"mine"})
        return take(request)

    hub.take_hold = push_theirs_after_the_crash
    done = push(hub, project, *PUSH, "--rollback-on-failure")
    assert done.returncode == 1
    assert "Going back" in done.stderr
    assert "failed too: Somebody else has pushed on top of it." in done.stderr
    assert hub.files(REPO)["theirs.txt"] == b"mine"
    assert len(hub.commits(REPO)) == n_commits + 2  # ours that crashed, and theirs


def test_no_secret_and_no_token_in_any_output_or_file(hub: SpacesHub, project: Path, tmp_path: Path) -> None:
    """Success and failures, whatever the Hub sends back, and with everything said that can be said."""
    (tmp_path / "temp").mkdir()
    loud = {"TMPDIR": str(tmp_path / "temp"), "HF_HUB_VERBOSITY": "debug", "HF_DEBUG": "1"}
    echo = f"refused: {SECRET} with {TOKEN}"
    said = []
    for prepare, arguments in (
        (lambda: None, ("plan", "tiny", "--json")),
        (lambda: hub.fail("POST .*/secrets", status=400, message=echo), PUSH),
        (lambda: hub.fail("repos/create", status=403, message=echo), (*PUSH, "--json")),
        (lambda: setattr(hub, "build_error", echo), PUSH),
        (lambda: change(project, f"raise SystemExit({echo!r})\n"), PUSH),
        (lambda: None, ("logs", "tiny")),
        (lambda: None, ("logs", "tiny", "--build")),
        (lambda: None, ("status", "--json")),
        (lambda: None, ("plan", "tiny", "--renew-secrets")),
        (lambda: None, ("push", "nonsense")),
    ):
        hub.recover()
        prepare()
        done = push(hub, project, *arguments, **loud)
        said.append(done.stdout + done.stderr)
    assert any("refused" in text for text in said)
    for text in said:
        assert SECRET not in text
        assert TOKEN not in text
    folders = [project / "spaces", tmp_path / "temp", hub.folder / "client"]
    written = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    for path in written:
        data = path.read_bytes()
        assert SECRET.encode() not in data, path
        assert TOKEN.encode() not in data or path.suffix in (".py", ".pyc"), path
    assert os.environ.get("API_KEY") is None
