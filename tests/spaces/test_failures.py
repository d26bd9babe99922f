"""Each failure of a push, through the command line: a plain sentence, a next step, and no secret anywhere."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.spaces_hub import STRANGER, USER, SpacesHub, Token
from tests.servers.spaces_hub_samples import quick_space
from tests.spaces.small_project import make_project, make_quick_project, run_push, run_quick, start_quick

pytestmark = pytest.mark.long

REPO = "visitor/tiny"
PUSH = ("push", "tiny", "--yes")
# Each has a mark that is in nothing else, so that half of one is found too.
SECRET, TOKEN = "Q7mark the-value-of-a-secret W8mark", "hf_E4mark-of-a-token-R5mark"
MARKS = ("Q7mark", "W8mark", "E4mark", "R5mark")


@pytest.fixture
def hub() -> Iterator[SpacesHub]:
    with SpacesHub() as server:
        yield server
        assert server.violations == []


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
        "A free account can have no Gradio Space on cpu-basic.",
        "Push `gallery` first: it holds all apps, and runs on ZeroGPU, where two Spaces are free.",
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
    "no JSON": (
        lambda hub: hub.fail("whoami", status=200, body=b"<html>Log in to the network of this hotel</html>"),
        [],
        "the answer is not one that the Hub gives",
        "Check HF_ENDPOINT, and whether a proxy or the login page of a network is in between.",
    ),
    "JSON of something else": (
        lambda hub: hub.fail("whoami", status=200, body={"hello": "world"}),
        [],
        "the answer is not one that the Hub gives",
        "Check HF_ENDPOINT",
    ),
    "a large file that is refused": (
        lambda hub: hub.fail("PUT /store/put", status=403, times=9),
        [],
        "the large file shared/tiny/model.safetensors did not arrive",
        "Run this again: large files that did arrive are not sent again.",
    ),
    "ZeroGPU's limit": (
        lambda hub: hub.fail("repos/create", status=403, message="You have reached your limit of 2 Spaces"),
        [],
        "the account may have no more of them",
        "Delete one, put one on other hardware, or subscribe",
    ),
    "409": (
        lambda hub: hub.fail("POST .*/secrets", status=409, times=9),
        [],
        "another change of visitor/tiny is not finished",
        "Run this again in a minute: it goes on where it stopped.",
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
        lambda hub: hub.push_as_somebody_else("somebody/tiny", quick_space()),
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


def test_a_failure_for_machines(hub: SpacesHub, project: Path) -> None:
    hub.build_error = "ERROR: No matching distribution found for nonsense==9.9"
    done = push(hub, project, *PUSH, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["error"] == f"{REPO} could not be built (BUILD_ERROR)."
    assert told["next_step"].startswith("Put right what the end of its log says")
    assert "nonsense==9.9" in told["details"]


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


def test_a_hub_that_cannot_be_reached(hub: SpacesHub, project: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    done = push(hub, project, HF_ENDPOINT=nobody)
    assert done.returncode == 1
    assert "the Hub cannot be reached" in done.stderr
    assert "Check the connection" in done.stderr


def test_a_space_of_somebody_else_is_not_touched(hub: SpacesHub, project: Path) -> None:
    theirs = hub.push_as_somebody_else("somebody/tiny", quick_space())
    assert push(hub, project, *PUSH, "--owner", STRANGER).returncode == 1
    assert hub.commits("somebody/tiny")[-1].oid == theirs
    assert [request for request in hub.requests if request.method != "GET"] == []


def test_a_busy_hub_is_asked_again_when_it_says(hub: SpacesHub, project: Path) -> None:
    hub.fail("whoami", status=429, headers={"Retry-After": "2"})
    done = push(hub, project)
    assert done.returncode == 0, done.stderr
    assert "the Hub has had too many requests. Trying again in 2 s (1 of 5)." in done.stderr
    assert [request.path for request in hub.requests].count("/api/whoami-v2") == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_trouble_that_passes_is_waited_for_longer_each_time(
    hub: SpacesHub, project: Path, status: int
) -> None:
    hub.fail("whoami", status=status, times=3)
    done = push(hub, project)
    assert done.returncode == 0, done.stderr
    for wait, tried in (("0.01", 1), ("0.02", 2), ("0.04", 3)):  # small_project has made the first one short
        assert f"(error {status}). Trying again in {wait} s ({tried} of 5)." in done.stderr


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


def test_what_somebody_else_pushed_is_removed_only_with_overwrite(hub: SpacesHub, project: Path) -> None:
    assert push(hub, project).returncode == 0
    theirs = hub.push_as_somebody_else(REPO, {"theirs.txt": b"mine"})
    for arguments in (("plan", "tiny"), PUSH):
        done = push(hub, project, *arguments)
        assert done.returncode == (2 if arguments[0] == "plan" else 1)
        assert f"{theirs[:8]} Somebody else's change (somebody)" in done.stdout + done.stderr
        assert "--overwrite" in done.stdout + done.stderr
    assert "tiny has 1 commit that this tool did not make, and nothing was overwritten." in done.stderr
    assert hub.commits(REPO)[-1].oid == theirs
    done = push(hub, project, *PUSH, "--overwrite")
    assert done.returncode == 0, done.stderr
    assert "theirs.txt" not in hub.files(REPO)


def test_going_back_goes_to_the_version_that_last_ran(hub: SpacesHub, project: Path) -> None:
    assert push(hub, project).returncode == 0
    good = hub.files(REPO)
    change(project, "raise SystemExit('the door is locked')\n")
    assert push(hub, project).returncode == 1
    change(project, "raise SystemExit('the window is locked too')\n")
    done = push(hub, project, *PUSH, "--rollback-on-failure")
    assert "It was rolled back" in done.stderr
    assert hub.files(REPO) == good
    hub.wait_until("RUNNING", REPO, sha=hub.commits(REPO)[-1].oid)


def test_the_first_version_of_all_has_nothing_to_go_back_to(hub: SpacesHub, project: Path) -> None:
    change(project, "raise SystemExit('the door is locked')\n")
    for _ in range(2):  # a new Space, and one whose versions never ran
        done = push(hub, project, *PUSH, "--rollback-on-failure")
        assert "There is no version before it that ran." in done.stderr
        change(project)


def test_a_free_account_keeps_the_space_that_it_has(hub: SpacesHub, project: Path) -> None:
    assert push(hub, project).returncode == 0
    hub.account.is_pro = False
    change(project)
    assert push(hub, project).returncode == 0


def test_what_does_not_work_here_is_not_pushed(hub: SpacesHub, tmp_path: Path) -> None:
    project = make_project(tmp_path / "tried")
    app = project / "apps" / "tiny.py"
    app.write_text(app.read_text().replace('f"Hello {name}"', "1 / 0"))
    done = run_push(hub, project, *PUSH)
    assert done.returncode == 1
    assert (
        "tiny does not work on this computer, and was not pushed: 1 of 1 endpoints failed: greet."
        in done.stderr
    )
    assert "ZeroDivisionError" in done.stderr
    assert "--no-check" in done.stderr
    assert not hub.has_repo(REPO, "space")
    done = run_push(hub, project, *PUSH, "--no-check")
    assert "visitor/tiny runs, but 1 of 1 endpoints failed: greet." in done.stderr
    assert len(hub.commits(REPO)) == 2


def test_a_crash_at_the_start_shows_the_log_and_is_rolled_back(hub: SpacesHub, project: Path) -> None:
    assert push(hub, project).returncode == 0
    good = hub.files(REPO)
    change(project, "raise SystemExit('the door is locked')\n")
    done = push(hub, project, *PUSH, "--rollback-on-failure")
    assert done.returncode == 1
    assert "was built, but its app does not run" in done.stderr
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


ECHO = f"refused: {SECRET} with {TOKEN}"  # what a careless Hub sends back
CUT = f"{'x' * 370} {SECRET} {TOKEN}"  # so long that it is shown only up to the middle of a secret
TELLS = "import os\nprint('begins with', os.environ['API_KEY'], flush=True)\n"
CRASHES = f"{TELLS}raise SystemExit('ends with ' + os.environ['API_KEY'])\n"
# What happens, the command, its exit code, and what must be in its output for the step to mean anything.
LEAKS: tuple[tuple[Callable[[SpacesHub, Path], object], tuple[str, ...], int, str], ...] = (
    (lambda hub, project: None, ("plan", "tiny", "--json"), 2, "API_KEY"),
    (lambda hub, project: hub.fail("whoami", status=401, message=ECHO), PUSH, 1, "does not accept the token"),
    (lambda hub, project: hub.fail("whoami", status=503, times=9, message=ECHO), PUSH, 1, "Trying again"),
    (
        lambda hub, project: hub.fail("repos/create", status=403, message=ECHO),
        (*PUSH, "--json"),
        1,
        "refused: *** with ***",
    ),
    (
        lambda hub, project: hub.fail("POST .*/secrets", status=400, message=ECHO),
        PUSH,
        1,
        "refused: *** with ***",
    ),
    (lambda hub, project: hub.fail("POST .*/secrets", status=400, message=CUT), PUSH, 1, "xxx ***"),
    (lambda hub, project: hub.cut("POST .*/secrets", times=99), PUSH, 1, "the connection broke off"),
    (
        lambda hub, project: hub.fail("POST .*/commit/", status=400, message=ECHO),
        PUSH,
        1,
        "refused: *** with ***",
    ),
    (
        lambda hub, project: setattr(hub, "build_error", ECHO),
        (*PUSH, "--rollback-on-failure"),
        1,
        "refused: *** with ***",
    ),
    (lambda hub, project: None, ("logs", "tiny", "--build"), 0, "refused: *** with ***"),
    (lambda hub, project: change(project, TELLS), PUSH, 0, "pushed"),
    (lambda hub, project: None, ("logs", "tiny"), 0, "begins with ***"),
    (lambda hub, project: None, (*PUSH, "--renew-secrets", "--json"), 0, "Send: a request"),
    (lambda hub, project: None, ("status", "--json"), 0, "RUNNING"),
    (lambda hub, project: None, ("plan", "tiny", "--renew-secrets"), 2, "API_KEY"),
    (lambda hub, project: change(project, CRASHES), PUSH, 1, "ends with ***"),
    (lambda hub, project: None, ("push", "nonsense"), 1, "nonsense"),
)


def marks_in(folder: Path) -> list[tuple[Path, str]]:
    """Where a part of a secret or of the token is in the files of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(path, mark) for path in files for mark in MARKS if mark.encode() in path.read_bytes()]


def test_no_secret_and_no_token_in_any_output_or_file(hub: SpacesHub, project: Path, tmp_path: Path) -> None:
    """Success and failures, whatever the Hub sends back, and with everything said that can be said."""
    hub.tokens[TOKEN] = Token(USER, can_write=True)
    (tmp_path / "temp").mkdir()
    temp = {"TMPDIR": str(tmp_path / "temp"), "HOME": str(tmp_path)}
    loud = {**temp, "HF_TOKEN": TOKEN, "HF_HUB_VERBOSITY": "debug", "HF_DEBUG": "1"}
    for happens, arguments, code, telling in LEAKS:
        hub.recover()
        happens(hub, project)
        done = push(hub, project, *arguments, **loud)
        said = done.stdout + done.stderr
        assert [mark for mark in MARKS if mark in said] == [], arguments
        assert (done.returncode, telling in said) == (code, True), said
        assert marks_in(tmp_path) == []
    assert hub.secrets[REPO] == {"API_KEY": SECRET}  # it did get to where it belongs
    assert marks_in(hub.folder / "client") == []
    pushed = b"".join(data for commit in hub.commits(REPO) for data in hub.files(REPO, commit.oid).values())
    told = " ".join(request.path for request in hub.requests) + repr(hub.variables)
    assert [mark for mark in MARKS if mark.encode() in pushed or mark in told] == []


def test_a_killed_push_leaves_no_secret_behind(hub: SpacesHub, project: Path, tmp_path: Path) -> None:
    hub.tokens[TOKEN] = Token(USER, can_write=True)
    (tmp_path / "temp").mkdir()
    holds, take = [], hub.take_hold

    def freeze_the_commit(request):
        if "/commit/" in request.path:
            holds.append(hub.hold_at(1))
        return take(request)

    hub.take_hold = freeze_the_commit
    temp = {"TMPDIR": str(tmp_path / "temp"), "HF_TOKEN": TOKEN, "API_KEY": SECRET}
    process = start_quick(hub, project, *PUSH, **temp)
    while process.poll() is None and not (holds and holds[0].reached.wait(0.02)):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    said = "".join(process.communicate())
    holds[0].drop()
    assert list((tmp_path / "temp").rglob("app.py")) != []  # there is something to look at
    assert [mark for mark in MARKS if mark in said] == []
    assert marks_in(tmp_path) == marks_in(hub.folder / "client") == []
