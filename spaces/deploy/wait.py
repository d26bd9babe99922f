"""Waiting until a Space runs a certain commit, and saying what its log says when it does not.

RUNNING alone may still be the version before: the old app goes on answering after a push, and after a build
that failed too.

    from deploy.wait import wait_for_commit
    wait_for_commit(hub, "user/bears", commit, hardware="zero-a10g", say=print)
"""

import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from deploy.errors import PushError
from deploy.lines import read_lines
from deploy.redact import clean
from deploy.state import plain

if TYPE_CHECKING:
    from huggingface_hub import SpaceRuntime

    from deploy.hub import Hub

TIMEOUT_SECONDS = 1800.0  # the Hub itself gives an app half an hour to start
STUCK_SECONDS = 300.0  # between two looks at the log of a build that goes on
SETTLE_SECONDS = 20.0  # for which a stage may still be that of the version before
LOG_LINES = 30
MISSING = "MISSING"  # the stage of a Space that is not there; the Hub has no word for it
STAGES = {
    "RUNNING": "runs",
    "SLEEPING": "sleeps until its next visitor, with",
    "BUILDING": "is being built, and answers nobody yet",
    "RUNNING_BUILDING": "is being built",
    "APP_STARTING": "is starting, and answers nobody yet",
    "RUNNING_APP_STARTING": "is starting",
    "BUILD_ERROR": "could not be built",
    "CONFIG_ERROR": "has a README whose settings the Hub refuses",
    "NO_APP_FILE": "has no app.py",
    "RUNTIME_ERROR": "was built, but its app does not run",
    "PAUSED": "is paused until `restart`",
    "STOPPED": "is stopped until `restart`",
    "DELETING": "is being deleted",
    MISSING: "is not there; `push` creates it",
}
ANSWERS = ("RUNNING", "SLEEPING")  # one that sleeps is woken by its first visitor
_FAILED = ("BUILD_ERROR", "CONFIG_ERROR", "NO_APP_FILE", "RUNTIME_ERROR")
_AT_REST = ("PAUSED", "STOPPED", "DELETING")
_BUILDING = ("BUILDING", "RUNNING_BUILDING")
_BUSY = (*_BUILDING, "APP_STARTING", "RUNNING_APP_STARTING")
_ALL_LINES = 100_000


def wait_for_commit(
    hub: "Hub",
    repo_id: str,
    commit: str,
    *,
    say: Callable[[str], None],
    hardware: str | None = None,
    timeout: float = TIMEOUT_SECONDS,
    stuck: float = STUCK_SECONDS,
    poll: float = 2.0,
    settle: float = SETTLE_SECONDS,
) -> None:
    """Return once the Space runs this commit on this hardware.

    Args:
        hub: where to ask.
        repo_id: "user/name".
        commit: of 40 digits.
        say: told each new stage.
        hardware: to wait for too, or None.
        timeout: seconds to wait at most.
        stuck: seconds within which a build must say something new.
        poll: seconds between two questions.
        settle: seconds for which a stage without a commit may be that of the version before; 0 when
            nothing was pushed.

    Raises:
        PushError: it failed, with the Hub's words and the end of its log; it is at rest; or it took too long.
    """
    started = changed = time.monotonic()
    told, log_length, was_busy = "", -1, False
    while True:
        runtime = hub.call(f"ask how {repo_id} is", hub.api.get_space_runtime, repo_id=repo_id)
        stage, sha = str(plain(runtime.stage)), runtime.raw.get("sha")
        now = time.monotonic()
        if stage != told:
            say(f"{repo_id}: {stage}")
            told, changed, log_length = stage, now, -1
        was_busy |= stage in _BUSY
        # Without our commit, a stage may be what was left by the version before.
        is_news = sha == commit or was_busy or now - started >= settle
        if stage in ANSWERS and is_news and sha in (None, commit) and _is_on(runtime, hardware):
            return
        # The commit that runs is still the old one where a build fails beside it.
        if stage in _FAILED and is_news:
            raise _failure(hub, repo_id, stage, runtime, commit)
        if stage in ANSWERS and was_busy and sha not in (None, commit) and now - changed >= settle:
            raise _failure(hub, repo_id, "BUILD_ERROR", runtime, commit)
        if stage in _AT_REST and is_news:
            raise PushError(
                f"{repo_id} is at rest ({stage}), so nothing starts.",
                f"Start it with: python spaces/push.py restart {repo_id.partition('/')[2]}",
            )
        if stage in _BUILDING and now - changed >= stuck:
            length = len(log_end(hub, repo_id, build=True, lines=_ALL_LINES))
            if length == log_length:
                raise _stuck(hub, repo_id, now - started)
            changed, log_length = now, length
        if now - started > timeout:
            which = f"it is {stage}" + (f" with commit {sha[:8]}" if sha and sha != commit else "")
            raise PushError(
                f"{repo_id} did not run commit {commit[:8]} within {timeout:g} s: {which}.",
                "Look at `status` and `logs` in a while, or `restart --rebuild` it.",
                details="\n".join(log_end(hub, repo_id, build=stage in _BUILDING)),
            )
        time.sleep(poll)


def log_end(hub: "Hub", repo_id: str, *, build: bool, lines: int = LOG_LINES) -> list[str]:
    """The last lines of a log; none when the Hub gives none.

    Args:
        hub: where to ask.
        repo_id: whose log.
        build: that of the build instead of the app's.
        lines: how many.
    """
    what = f"read the {'build' if build else 'run'} log of {repo_id}"
    try:
        log = read_lines(hub, what, lambda: hub.api.fetch_space_logs(repo_id, build=build), repo_id=repo_id)
        return [clean(line) for line in deque(islice(log, _ALL_LINES), maxlen=lines)]
    except PushError:  # the failure that it was to explain is the news
        return []


def _is_on(runtime: "SpaceRuntime", hardware: str | None) -> bool:
    return hardware is None or plain(runtime.hardware) in (None, hardware)


def hubs_words(runtime: "SpaceRuntime") -> str:
    """What the Hub itself says is wrong with a Space, or nothing.

    Args:
        runtime: of the Space.
    """
    return clean(str(runtime.raw.get("errorMessage") or "")).strip()


def _failure(hub: "Hub", repo_id: str, stage: str, runtime: "SpaceRuntime", commit: str) -> PushError:
    old = runtime.raw.get("sha")
    told = log_end(hub, repo_id, build=stage != "RUNTIME_ERROR")
    if words := hubs_words(runtime):
        told.append(f"The Hub says: {words}")
    return PushError(
        f"{repo_id} {STAGES[stage]} ({stage})."
        + ("" if old in (None, commit) else f" Visitors still get {old[:8]}."),
        "Put right what the end of its log says and push again, or go back with `rollback`.",
        details="\n".join(told),
    )


def _stuck(hub: "Hub", repo_id: str, seconds: float) -> PushError:
    return PushError(
        f"The build of {repo_id} is stuck: its log has said nothing new, {seconds:.0f} s after the push.",
        f"Build it from nothing: python spaces/push.py restart {repo_id.partition('/')[2]} --rebuild",
        details="\n".join(log_end(hub, repo_id, build=True)),
    )
