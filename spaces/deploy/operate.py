"""Looking after Spaces that are there: how they are, what they log, one step back, pause, restart, delete.

from deploy.operate import rollback, status
status(hub, ["user/bears", "user/forest"])[0].stage  # "RUNNING"
rollback(hub, "user/bears", None)                    # the files of the commit before, as a new commit
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploy.commit import commit_changes
from deploy.errors import PushError
from deploy.lines import read_lines
from deploy.state import find_info, plain
from deploy.tree import TreeFile, read_tree

if TYPE_CHECKING:
    from huggingface_hub.hf_api import GitCommitInfo

    from deploy.hub import Hub

MISSING = "MISSING"  # the stage of a Space that is not there; the Hub has no word for it
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

    @property
    def is_current(self) -> bool:
        """Whether visitors get the newest commit."""
        return self.stage == "RUNNING" and self.running_commit in (None, self.commit)


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
        hardware=runtime.hardware,
        requested_hardware=runtime.requested_hardware,
        sleep_time=runtime.sleep_time,
        private=bool(info.private),
        url=info.host or "",
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


def rollback(hub: "Hub", repo_id: str, commit: str | None) -> str:
    """Put a Space back to the files of an earlier commit, as a new commit on top: nothing is rewritten.

    Large files stay where they are on the Hub. Somebody else's push meanwhile is never overwritten.

    Args:
        hub: where to do it.
        repo_id: which Space.
        commit: the first digits of one of its commits; None for the one before the newest.

    Returns:
        The new commit, or the newest one when its files are those already.

    Raises:
        PushError: there is no such commit, it holds no app, or the Hub refused.
    """
    from huggingface_hub import CommitOperationCopy, CommitOperationDelete

    history = hub.call(
        f"read the history of {repo_id}",
        lambda: list(hub.api.list_repo_commits(repo_id, repo_type="space")),
        repo_id=repo_id,
    )
    head, target = history[0].commit_id, _find_commit(history, commit, repo_id)
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


def _find_commit(history: "list[GitCommitInfo]", wanted: str | None, repo_id: str) -> str:
    """The full name of the commit that is meant."""
    commits = [entry.commit_id for entry in history]
    if wanted is None:
        if len(commits) < 2:
            raise PushError(f"{repo_id} has no commit before its newest.", "Push a version that works.")
        return commits[1]
    if not re.fullmatch(r"[0-9a-f]{4,40}", wanted):
        raise PushError(f"{wanted[:50]!r} is not a commit.", "Give the first digits of one, at least 4.")
    found = [oid for oid in commits if oid.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    recent = "; ".join(f"{entry.commit_id[:8]} {entry.title}" for entry in history[:5])
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
