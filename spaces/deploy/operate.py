"""Looking after Spaces that are there: how they are, what they log, one step back, pause, restart, delete.

from deploy.operate import rollback, status
status(hub, ["user/bears", "user/forest"])[0].stage  # "RUNNING"
rollback(hub, "user/bears", None)                    # the files of the commit that last ran, as a new commit
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploy.commit import commit_changes
from deploy.errors import PushError
from deploy.history import Entry, check_ours, last_that_ran, not_ours, read_history
from deploy.lines import read_lines
from deploy.state import find_info, plain
from deploy.tree import TreeFile, read_tree
from deploy.wait import ANSWERS, MISSING, STAGES, hubs_words

if TYPE_CHECKING:
    from deploy.hub import Hub

_APP_FILES = ("README.md", "app.py")


@dataclass(frozen=True)
class StatusRow:
    """How one Space is.

    Attributes:
        repo_id: "user/name".
        stage: the Hub's word, such as "RUNNING" or "BUILD_ERROR"; "MISSING" when there is no such Space.
        commit: the newest commit, or None.
        running_commit: the one that answers visitors, as far as the Hub tells.
        hardware: what it runs on, or None while it does not.
        requested_hardware: what it is to run on.
        sleep_time: seconds without a visitor until it sleeps, or None.
        private: whether only its owner sees it.
        url: of the running app.
        error: what the Hub itself says is wrong, or nothing.
    """

    repo_id: str
    stage: str
    commit: str | None = None
    running_commit: str | None = None
    hardware: str | None = None
    requested_hardware: str | None = None
    sleep_time: int | None = None
    private: bool = False
    url: str = ""
    error: str = ""

    @property
    def is_current(self) -> bool | None:
        """Whether visitors get the newest commit; None when the Hub does not tell which one they get."""
        if self.stage in ANSWERS and self.running_commit is None:
            return None
        return self.running_commit is not None and self.running_commit == self.commit

    @property
    def meaning(self) -> str:
        """What its stage means, in words."""
        if self.stage not in ANSWERS:
            old = f"; visitors get {self.running_commit[:8]}" if self.running_commit else ""
            return f"{STAGES.get(self.stage, 'is in a stage that this tool does not know')}{old}"
        which = {
            True: "the newest commit",
            False: f"{(self.running_commit or '')[:8]}, not the newest commit",
            None: "a commit that the Hub does not tell",
        }[self.is_current]
        return f"{STAGES[self.stage]} {which}"


def status(hub: "Hub", repo_ids: list[str]) -> list[StatusRow]:
    """Say how Spaces are.

    Args:
        hub: where to ask.
        repo_ids: which.

    Raises:
        PushError: the Hub does not tell.
    """
    return [_status_of(hub, repo_id) for repo_id in repo_ids]


def _status_of(hub: "Hub", repo_id: str) -> StatusRow:
    info = find_info(hub, repo_id)
    if info is None:
        return StatusRow(repo_id, MISSING)
    runtime = hub.call(f"look at {repo_id}", hub.api.get_space_runtime, repo_id=repo_id)
    return StatusRow(
        repo_id,
        str(plain(runtime.stage)),
        commit=info.sha,
        running_commit=runtime.raw.get("sha"),
        hardware=plain(runtime.hardware),
        requested_hardware=plain(runtime.requested_hardware),
        sleep_time=runtime.sleep_time,
        private=bool(info.private),
        url=info.host or "",
        error=hubs_words(runtime),
    )


def follow_logs(hub: "Hub", repo_id: str, *, build: bool = False, follow: bool = False) -> Iterator[str]:
    """Give the lines that a Space printed.

    Args:
        hub: where to ask.
        repo_id: whose.
        build: of its build instead of the running app.
        follow: wait for further lines until the Space stops or the caller does.

    Returns:
        The lines, without their ends, as they come.

    Raises:
        PushError: the Hub does not tell.
    """
    which = "build" if build else "run"
    return read_lines(
        hub,
        f"read the {which} log of {repo_id}",
        lambda: hub.api.fetch_space_logs(repo_id, build=build, follow=follow),
        repo_id=repo_id,
    )


def history(hub: "Hub", repo_id: str) -> list[Entry]:
    """List the commits of a Space, the newest first.

    Args:
        hub: where to ask.
        repo_id: which Space.

    Raises:
        PushError: there is none, or the Hub does not tell.
    """
    runtime = hub.call(f"look at {repo_id}", hub.api.get_space_runtime, repo_id=repo_id)
    return read_history(hub, repo_id, running=runtime.raw.get("sha"))


def rollback(hub: "Hub", repo_id: str, commit: str | None, *, overwrite: bool = False) -> str:
    """Put a Space back to the files of an earlier commit, as a new commit on top: nothing is rewritten.

    Large files stay where they are on the Hub. Somebody else's push meanwhile is never overwritten.

    Args:
        hub: where to do it.
        repo_id: which Space.
        commit: the first digits of one of its commits; None for the one that last ran before the newest.
        overwrite: take away commits of somebody else too.

    Returns:
        The new commit, or the newest one when its files are those already.

    Raises:
        PushError: there is no such commit, it holds no app, somebody else pushed since, or the Hub refused.
    """
    from huggingface_hub import CommitOperationCopy, CommitOperationDelete

    entries = history(hub, repo_id)
    head, target = entries[0].commit, find_commit(entries, commit, repo_id)
    if not overwrite:
        again = f"rollback {repo_id.partition('/')[2]} {target[:8]} --overwrite"
        check_ours(repo_id, not_ours(entries, down_to=target), command=again)
    now, then = (read_tree(hub, repo_id, repo_type="space", revision=oid) for oid in (head, target))
    if not all(name in then for name in _APP_FILES):
        raise PushError(
            f"The commit {target[:8]} of {repo_id} holds no app.",
            "Push a version that works, or name another commit.",
        )
    changed = [path for path, file in then.items() if not _is_equal(file, now.get(path))]
    operations: list[Any] = [
        *(CommitOperationCopy(path, path, src_revision=target) for path in changed),
        *(CommitOperationDelete(path) for path in now if path not in then),
    ]
    return commit_changes(
        hub,
        operations,
        repo_id=repo_id,
        repo_type="space",
        head=head,
        what=f"roll {repo_id} back",
        message=f"Roll back to {target[:8]}",
    )


def find_commit(entries: list[Entry], wanted: str | None, repo_id: str) -> str:
    """Find the commit that is meant.

    Args:
        entries: from `history`.
        wanted: its first digits; None for the one that last ran before the newest.
        repo_id: which Space.

    Returns:
        Its 40 digits.

    Raises:
        PushError: there is none, or there are several.
    """
    commits = [entry.commit for entry in entries]
    if wanted is None:
        if ran := last_that_ran(entries[1:]):
            return ran
        raise PushError(
            f"No commit of {repo_id} before its newest is known to have run.",
            "Push a version that works, or name a commit that `history` lists.",
        )
    if not re.fullmatch(r"[0-9a-f]{4,40}", wanted):
        raise PushError(f"{wanted[:50]!r} is not a commit.", "Give the first digits of one, at least 4.")
    found = [oid for oid in commits if oid.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    recent = "; ".join(f"{entry.commit[:8]} {entry.title}" for entry in entries[:5])
    if found:
        raise PushError(f"Several commits of {repo_id} begin with {wanted}.", "Give more of its digits.")
    raise PushError(f"{repo_id} has no commit {wanted}.", f"Its newest are: {recent}.")


def _is_equal(one: TreeFile, other: TreeFile | None) -> bool:
    return other is not None and (one.digest, one.size) == (other.digest, other.size)


def pause(hub: "Hub", repo_id: str) -> None:
    """Stop a Space until its owner restarts it; it costs nothing meanwhile.

    Args:
        hub: where to do it.
        repo_id: which Space.

    Raises:
        PushError: the Hub refused.
    """
    hub.call(f"pause {repo_id}", hub.api.pause_space, repo_id=repo_id)


def restart(hub: "Hub", repo_id: str, *, rebuild: bool = False) -> None:
    """Start a Space again.

    Args:
        hub: where to do it.
        repo_id: which Space.
        rebuild: from nothing: no layer of the last build is used.

    Raises:
        PushError: the Hub refused.
    """
    hub.call(f"restart {repo_id}", hub.api.restart_space, repo_id=repo_id, factory_reboot=rebuild)


def delete(hub: "Hub", repo_id: str) -> None:
    """Delete a Space with its history, its settings and its secrets. The caller asks for its name first.

    Args:
        hub: where to do it.
        repo_id: which Space.

    Raises:
        PushError: there is none, or the Hub refused.
    """
    hub.call(f"delete {repo_id}", hub.api.delete_repo, repo_id=repo_id, repo_type="space")
