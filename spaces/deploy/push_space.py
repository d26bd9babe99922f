"""One push from its beginning to its end: stage, plan, ask, apply, wait, call every endpoint, or go back.

from deploy.push_space import push_space
result = push_space(hub, space, repo_id="user/bears", ask=lambda plan: True, say=print)
result.is_changed, result.commit, result.url
"""

import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy import wait
from deploy.apply import apply_plan
from deploy.errors import PushError
from deploy.operate import rollback
from deploy.plan import Plan, make_plan
from deploy.redact import read_secrets
from deploy.smoke import EndpointResult, check_endpoints
from deploy.space import Space
from deploy.stage import stage_space
from deploy.state import SpaceNow, app_url, require_info, space_url

if TYPE_CHECKING:
    from deploy.hub import Hub


@dataclass(frozen=True)
class PushResult:
    """How a push ended well.

    Attributes:
        repo_id: "user/name".
        outcome: "pushed", "unchanged", "declined" or "paused".
        commit: the newest of the Space, or None when there is no Space.
        url: of the Space on the Hub.
        app_url: of the running app.
        endpoints: what each answered.
    """

    repo_id: str
    outcome: str
    commit: str | None
    url: str
    app_url: str = ""
    endpoints: tuple[EndpointResult, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether anything was changed on the Hub."""
        return self.outcome in ("pushed", "paused")


@contextmanager
def staged(space: Space, *, owner: str | None) -> Iterator[Path]:
    """Stage a Space into a folder that is gone afterwards.

    Args:
        space: what to stage.
        owner: for the README's examples.

    Yields:
        The folder, named as the Space.
    """
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / space.repo
        stage_space(space, folder, owner=owner)
        yield folder


def push_space(
    hub: "Hub",
    space: Space,
    *,
    repo_id: str,
    ask: Callable[[Plan], bool],
    say: Callable[[str], None],
    folder: Path | None = None,
    message: str | None = None,
    renew_secrets: bool = False,
    rollback_on_failure: bool = False,
    **patience: Any,
) -> PushResult:
    """Make the Space on the Hub what it is wished to be, and see that it works.

    Args:
        hub: where to.
        space: as it is wished for.
        repo_id: "user/name".
        ask: shown the plan; says whether to go on. It is not asked when there is nothing to do.
        say: told each step.
        folder: what is staged already, or None to stage it.
        message: of the commit.
        renew_secrets: set every secret anew.
        rollback_on_failure: put files and settings back when the new version does not run or does not answer.
        **patience: for `wait_for_commit`.

    Raises:
        PushError: what went wrong, and what to do.
    """
    if folder is None:
        with staged(space, owner=repo_id.partition("/")[0]) as made:
            return push_space(
                hub,
                space,
                repo_id=repo_id,
                ask=ask,
                say=say,
                folder=made,
                message=message,
                renew_secrets=renew_secrets,
                rollback_on_failure=rollback_on_failure,
                **patience,
            )
    secrets = read_secrets(space.secrets, dict(os.environ))
    hub.check_may_write(repo_id)
    plan = make_plan(hub, space, folder, repo_id=repo_id, renew_secrets=renew_secrets)
    before, url = plan.now, space_url(hub, repo_id)
    if not plan.is_empty:
        if not ask(plan):
            return PushResult(repo_id, "declined", before.head if before else None, url)
        commit = apply_plan(hub, plan, secrets=secrets, message=message or f"Push {space.title}", say=say)
        if before and before.stage == "PAUSED":
            return PushResult(repo_id, "paused", commit, url)
    else:
        assert before is not None
        commit, patience = before.head, {"settle": 0, **patience}
    try:
        address, endpoints = _see_that_it_works(hub, plan, commit, say, patience)
    except PushError as error:
        if plan.is_empty or not rollback_on_failure:
            raise
        raise _go_back(hub, plan, commit, error, say, patience) from None
    outcome = "unchanged" if plan.is_empty else "pushed"
    return PushResult(repo_id, outcome, commit, url, address, tuple(endpoints))


def _see_that_it_works(
    hub: "Hub", plan: Plan, commit: str, say: Callable[[str], None], patience: dict[str, Any]
) -> tuple[str, list[EndpointResult]]:
    """Wait for the commit, then call every endpoint once; give the app's address and what they answered."""
    space = plan.space
    wait.wait_for_commit(hub, plan.repo_id, commit, hardware=space.hardware, say=say, **patience)
    info = require_info(hub, plan.repo_id)
    address = app_url(hub, info)
    say(f"Calling every endpoint of {address}")
    endpoints = check_endpoints(
        address, token=str(hub.api.token) if info.private else None, checks=space.checks
    )
    failed = [result for result in endpoints if not result.ok]
    if failed:
        raise PushError(
            f"{plan.repo_id} runs, but {len(failed)} of {len(endpoints)} endpoints failed:"
            f" {', '.join(result.name or 'the app' for result in failed)}.",
            "Put right what they say and push again, or go back with `rollback`.",
            details="\n".join(f"{result.name or 'the app'}: {result.problem}" for result in failed),
        )
    return address, endpoints


def _go_back(
    hub: "Hub",
    plan: Plan,
    commit: str,
    error: PushError,
    say: Callable[[str], None],
    patience: dict[str, Any],
) -> PushError:
    """Put files and settings back to what they were, and tell that with the failure."""
    before = plan.now
    if before is None:
        return PushError(
            f"{error.problem} There is no version before it to go back to.",
            error.next_step,
            details=error.details,
        )
    say(f"Going back to {before.head[:8]}")
    try:
        if require_info(hub, plan.repo_id).sha != commit:  # going back would take theirs away too
            raise PushError(
                "Somebody else has pushed on top of it.", "Look at what they pushed, then push again."
            )
        if commit != before.head:
            commit = rollback(hub, plan.repo_id, before.head)
        settings = make_plan(
            hub, _as_it_was(plan.space, before), plan.folder, repo_id=plan.repo_id, diffs=False
        )
        undo = dataclasses.replace(settings, files=(), secrets=())
        commit = apply_plan(hub, undo, secrets={}, message="", say=say)
        wait.wait_for_commit(hub, plan.repo_id, commit, say=say, **patience)
    except PushError as second:
        return PushError(
            f"{error.problem} Going back to {before.head[:8]} failed too: {second.problem}",
            second.next_step,
            details="\n".join(filter(None, (error.details, second.details))),
        )
    return PushError(
        f"{error.problem} It was rolled back: {plan.repo_id} runs the version of {before.head[:8]} again.",
        "Put right what failed and push again.",
        details=error.details,
    )


def _as_it_was(space: Space, before: SpaceNow) -> Space:
    """The wish for the settings that a Space had."""
    return dataclasses.replace(
        space,
        hardware=before.requested_hardware or before.hardware or space.hardware,
        sleep_time=before.sleep_time,
        variables=before.variables,
        volumes=before.volumes,
        private=before.private,
        secrets=(),
    )
