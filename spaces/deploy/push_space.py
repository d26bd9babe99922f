"""One push from its beginning to its end: stage, plan, ask, try it here, apply, wait, try it there, go back.

from deploy.push_space import push_space
result = push_space(hub, space, repo_id="user/bears", ask=lambda plan: True, say=print)
result.is_changed, result.commit, result.url
"""

import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy import wait
from deploy.apply import apply_plan
from deploy.errors import PushError
from deploy.history import check_ours, last_that_ran, note_that_it_ran
from deploy.hub_errors import GALLERY_FIRST
from deploy.operate import rollback
from deploy.plan import Plan, make_plan
from deploy.redact import read_secrets
from deploy.rehearse import rehearse
from deploy.smoke import EndpointResult, check_endpoints, tell_failures
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


@dataclass(frozen=True)
class PushOptions:
    """How a push is done.

    Attributes:
        message: of the commit.
        renew_secrets: set every secret anew.
        rollback_on_failure: put settings back, and the files that last ran, when the new version does not run
            or does not answer.
        overwrite: take away commits of somebody else.
        check: start the app on this computer first and call its endpoints.
    """

    message: str | None = None
    renew_secrets: bool = False
    rollback_on_failure: bool = False
    overwrite: bool = False
    check: bool = True


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
    options: PushOptions = PushOptions(),
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
        options: how.
        **patience: for `wait_for_commit`.

    Raises:
        PushError: what went wrong, and what to do.
    """
    secrets = read_secrets(space.secrets, dict(os.environ))
    hub.check_may_write(repo_id)
    with nullcontext(folder) if folder else staged(space, owner=repo_id.partition("/")[0]) as files:
        plan = make_plan(hub, space, files, repo_id=repo_id, renew_secrets=options.renew_secrets)
        before, url = plan.now, space_url(hub, repo_id)
        if plan.is_empty:
            assert before is not None
            if before.stage == "PAUSED":
                say(f"{repo_id} is paused: `restart` starts it.")
                return PushResult(repo_id, "unchanged", before.head, url)
            commit, patience = before.head, {"settle": 0, **patience}
        else:
            _check_allowed(plan, options)
            if not ask(plan):
                return PushResult(repo_id, "declined", before.head if before else None, url)
            if options.check and plan.files:
                rehearse(files, space, owner=repo_id.partition("/")[0], secrets=secrets, say=say)
            message = options.message or f"Push {space.title}"
            commit = apply_plan(hub, plan, secrets=secrets, message=message, say=say)
            if before and before.stage == "PAUSED":
                return PushResult(repo_id, "paused", commit, url)
        try:
            address, endpoints = _see_that_it_works(hub, plan, commit, say, patience)
        except PushError as error:
            if plan.is_empty or not options.rollback_on_failure:
                raise
            raise _go_back(hub, plan, commit, error, say, patience) from None
        _note(hub, plan, commit, say)
    outcome = "unchanged" if plan.is_empty else "pushed"
    return PushResult(repo_id, outcome, commit, url, address, tuple(endpoints))


def _check_allowed(plan: Plan, options: PushOptions) -> None:
    """Refuse what the Hub would refuse later, and what would take away somebody else's work."""
    if plan.needs_pro:
        raise PushError(f"A free account can have no Gradio Space on {plan.space.hardware}.", GALLERY_FIRST)
    if not options.overwrite:
        check_ours(plan.repo_id, plan.theirs, command=f"push {plan.space.name} --overwrite")


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
    failed, details = tell_failures(endpoints)
    if failed:
        raise PushError(
            f"{plan.repo_id} runs, but {failed}.",
            "Put right what they say and push again, or go back with `rollback`.",
            details=details,
        )
    return address, endpoints


def _note(hub: "Hub", plan: Plan, commit: str, say: Callable[[str], None]) -> None:
    """Keep for a rollback that this commit ran; that the Hub does not take it is no reason to fail."""
    if any(entry.commit == commit and entry.is_noted for entry in plan.history):
        return
    try:
        note_that_it_ran(hub, plan.repo_id, commit)
    except PushError as error:
        say(error.problem)


def _go_back(
    hub: "Hub",
    plan: Plan,
    commit: str,
    error: PushError,
    say: Callable[[str], None],
    patience: dict[str, Any],
) -> PushError:
    """Put the settings back to what they were, the files to what last ran, and tell that with the failure."""
    before, good = plan.now, last_that_ran(plan.history)
    if before is None or good is None:
        return PushError(
            f"{error.problem} There is no version before it that ran.", error.next_step, details=error.details
        )
    say(f"Going back to {good[:8]}")
    try:
        if require_info(hub, plan.repo_id).sha != commit:  # going back would take theirs away too
            raise PushError(
                "Somebody else has pushed on top of it.", "Look at what they pushed, then push again."
            )
        if commit != good:
            commit = rollback(hub, plan.repo_id, good, overwrite=True)  # what was theirs is gone already
        settings = make_plan(
            hub, _as_it_was(plan.space, before), plan.folder, repo_id=plan.repo_id, diffs=False
        )
        undo = dataclasses.replace(settings, files=(), secrets=())
        commit = apply_plan(hub, undo, secrets={}, message="", say=say)
        wait.wait_for_commit(hub, plan.repo_id, commit, say=say, **patience)
        note_that_it_ran(hub, plan.repo_id, commit)
    except PushError as second:
        return PushError(
            f"{error.problem} Going back to {good[:8]} failed too: {second.problem}",
            second.next_step,
            details="\n".join(filter(None, (error.details, second.details))),
        )
    return PushError(
        f"{error.problem} It was rolled back: {plan.repo_id} runs the version of {good[:8]} again.",
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
