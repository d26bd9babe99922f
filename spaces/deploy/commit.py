"""One commit on top of what was looked at, or none when there is nothing to change.

from deploy.commit import commit_changes
commit = commit_changes(hub, operations, repo_id="user/bears", repo_type="space", head=head,
                        what="roll user/bears back", message="Roll back")
"""

from typing import TYPE_CHECKING, Any

from deploy.history import MARK

if TYPE_CHECKING:
    from deploy.hub import Hub


def commit_changes(
    hub: "Hub", operations: list[Any], *, repo_id: str, repo_type: str, head: str, what: str, message: str
) -> str:
    """Commit, unless somebody else has pushed since.

    Args:
        hub: where to.
        operations: of huggingface_hub; none for a repository that is as it should be.
        repo_id: "user/name".
        repo_type: "space" or "model".
        head: the commit that was looked at.
        what: is being done, for messages.
        message: of the commit.

    Returns:
        The newest commit afterwards.

    Raises:
        PushError: the Hub refused, or somebody else pushed meanwhile.
    """
    if not operations:
        return head
    made = hub.call(
        what,
        hub.api.create_commit,
        repo_id=repo_id,
        operations=operations,
        repo_type=repo_type,
        commit_message=message,
        commit_description=MARK,
        parent_commit=head,
    )
    return str(made.oid)
