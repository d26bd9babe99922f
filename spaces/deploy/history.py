"""The commits of a Space: which of them this tool made, and which ran.

The Hub keeps no record of what ran, so a commit that was seen to run gets a tag of git. One that this tool
made says so in its description: everything else is somebody else's, and is not taken away unasked.

    from deploy.history import read_history
    [entry.commit for entry in read_history(hub, "user/bears", running=None) if entry.has_run]
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from deploy.errors import PushError
from deploy.words import count

if TYPE_CHECKING:
    from deploy.hub import Hub

MARK = "Made by spaces/push.py"  # the description of our commits
_RAN = "ran-"  # and the commit: a tag
_FIRST = "initial commit"  # the Hub's own


@dataclass(frozen=True)
class Entry:
    """One commit.

    Attributes:
        commit: its 40 digits.
        title: its first line.
        authors: accounts.
        date: in ISO form.
        is_ours: whether this tool or the Hub itself made it.
        is_noted: whether it has the tag of one that ran.
        runs: whether it answers visitors now.
    """

    commit: str
    title: str
    authors: tuple[str, ...]
    date: str
    is_ours: bool
    is_noted: bool
    runs: bool

    @property
    def has_run(self) -> bool:
        """Whether it is known to work."""
        return self.is_noted or self.runs

    def __str__(self) -> str:
        return f"{self.commit[:8]} {self.title} ({', '.join(self.authors) or 'unknown'})"


def read_history(hub: "Hub", repo_id: str, *, running: str | None) -> list[Entry]:
    """List the commits of a Space, the newest first.

    Args:
        hub: where to ask.
        repo_id: "user/name".
        running: the commit that answers visitors, as far as the Hub tells.

    Raises:
        PushError: the Hub does not tell.
    """
    what, api = f"read the history of {repo_id}", hub.api
    commits = hub.call(what, lambda: list(api.list_repo_commits(repo_id, repo_type="space")), repo_id=repo_id)
    tags = {tag.name for tag in hub.call(what, api.list_repo_refs, repo_id=repo_id, repo_type="space").tags}
    return [
        Entry(
            commit=commit.commit_id,
            title=commit.title,
            authors=tuple(commit.authors),
            date=commit.created_at.isoformat(),
            is_ours=MARK in commit.message or (commit is commits[-1] and commit.title == _FIRST),
            is_noted=f"{_RAN}{commit.commit_id}" in tags,
            runs=commit.commit_id == running,
        )
        for commit in commits
    ]


def note_that_it_ran(hub: "Hub", repo_id: str, commit: str) -> None:
    """Keep for later that a commit ran.

    Args:
        hub: where to.
        repo_id: "user/name".
        commit: of 40 digits.

    Raises:
        PushError: the Hub refused.
    """
    hub.call(
        f"note that {commit[:8]} of {repo_id} runs",
        hub.api.create_tag,
        repo_id=repo_id,
        repo_type="space",
        tag=f"{_RAN}{commit}",
        revision=commit,
        exist_ok=True,
    )


def last_that_ran(history: Iterable[Entry]) -> str | None:
    """The newest commit that ran, or None when none is known to.

    Args:
        history: the newest first.
    """
    return next((entry.commit for entry in history if entry.has_run), None)


def not_ours(history: Iterable[Entry], *, down_to: str | None = None) -> list[Entry]:
    """The commits of others that would be taken away.

    Args:
        history: the newest first.
        down_to: the commit that is gone back to; None for all on top of our newest.
    """
    newer = takewhile(lambda entry: entry.commit != down_to if down_to else not entry.is_ours, history)
    return [entry for entry in newer if not entry.is_ours]


def check_ours(repo_id: str, theirs: list[Entry], *, command: str) -> None:
    """Refuse to take away what somebody else has pushed.

    Args:
        repo_id: "user/name".
        theirs: from `not_ours`.
        command: what takes it away all the same.

    Raises:
        PushError: there is something.
    """
    if theirs:
        raise PushError(
            f"{repo_id} has {count(len(theirs), 'commit')} that this tool did not make, and"
            " nothing was overwritten.",
            f"Look at what they changed and take over what is worth it; `{command}` removes it.",
            details="\n".join(map(str, theirs)),
        )
