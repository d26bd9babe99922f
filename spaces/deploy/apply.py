"""Make a Space what its plan says: settings first, then all files in one commit, hardware last.

Every step can be done twice without harm, and none depends on an earlier run having come to its end: a push
that was cut off anywhere is finished by the next one. Hardware that costs is never asked for without its
sleep time in the same request.

    from deploy.apply import apply_plan
    commit = apply_plan(hub, plan, secrets={"API_KEY": value}, say=print)
"""

import dataclasses
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from deploy.errors import PushError
from deploy.history import MARK, read_history
from deploy.plan import KEPT, Plan, make_plan
from deploy.state import SpaceNow, require_space
from deploy.tree import is_same, local_files
from deploy.words import count

if TYPE_CHECKING:
    from deploy.hub import Hub

_FIRST_FILES = (*KEPT, "README.md")  # what the Hub itself puts into a new Space


def apply_plan(
    hub: "Hub", plan: Plan, *, secrets: Mapping[str, str], message: str, say: Callable[[str], None]
) -> str:
    """Do what a plan says.

    Args:
        hub: where to.
        plan: what to change.
        secrets: the values of the secrets that the plan sets.
        message: of the commit.
        say: told each step.

    Returns:
        The newest commit of the Space afterwards.

    Raises:
        PushError: a secret has no value here, somebody else pushed meanwhile, or the Hub refused.
    """
    _check_secrets(plan, secrets)
    if plan.now is None:
        plan = _create(hub, plan, say)
    now = plan.now
    assert now is not None
    settings = {change.name: change for change in plan.settings}
    if "private" in settings and plan.space.private:
        _set_private(hub, plan, say)  # before the files come
    _set_values(hub, plan, secrets, say)
    if "volumes" in settings:
        _set_volumes(hub, plan, say)
    head = _commit(hub, plan, now, message, say) if plan.files else now.head
    _set_hardware(hub, plan, say)
    if "private" in settings and not plan.space.private:
        _set_private(hub, plan, say)  # once there is something to see
    return head


def _check_secrets(plan: Plan, secrets: Mapping[str, str]) -> None:
    if missing := [name for name in plan.secrets if not secrets.get(name)]:
        raise PushError(
            f"The environment has no value for {', '.join(missing)}, secret of {plan.repo_id}.",
            f"Set it and push again, such as: export {missing[0]}=...",
        )


def _create(hub: "Hub", plan: Plan, say: Callable[[str], None]) -> Plan:
    """Create the Space on its hardware, since a free account may create none on other, and plan anew."""
    say(f"Creating {plan.repo_id} on {plan.space.hardware}")
    hub.call(
        f"create {plan.repo_id} on {plan.space.hardware}",
        hub.api.create_repo,
        repo_id=plan.repo_id,
        repo_type="space",
        space_sdk="gradio",
        space_hardware=plan.space.hardware,
        space_sleep_time=plan.sleep_time,
        private=plan.space.private or None,
        exist_ok=True,  # an answer that was lost on its way: the second try finds the Space there
    )
    made = make_plan(hub, plan.space, plan.folder, repo_id=plan.repo_id, diffs=False)
    now = require_space(hub, plan.repo_id) if made.now is None else made.now
    if others := [path for path in now.files if path not in _FIRST_FILES]:
        raise PushError(
            f"Somebody else made {plan.repo_id} meanwhile, with {', '.join(others[:5])}.",
            "Look at it on the Hub, then plan and push again.",
        )
    return dataclasses.replace(made, now=now, secrets=plan.secrets)


def _set_private(hub: "Hub", plan: Plan, say: Callable[[str], None]) -> None:
    private = plan.space.private
    say(f"Making {plan.repo_id} {'private' if private else 'public'}")
    hub.call(
        f"make {plan.repo_id} {'private' if private else 'public'}",
        hub.api.update_repo_settings,
        repo_id=plan.repo_id,
        repo_type="space",
        private=private,
    )


def _set_values(hub: "Hub", plan: Plan, secrets: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Set variables and secrets; variables that spaces.toml does not name are removed, secrets never."""
    for change in plan.settings:
        kind, _, name = change.name.partition(" ")
        if kind != "variable":
            continue
        say(f"{'Removing' if change.after is None else 'Setting'} the variable {name}")
        if change.after is None:
            hub.call(f"remove the variable {name}", hub.api.delete_space_variable, plan.repo_id, name)
        else:
            hub.call(f"set the variable {name}", hub.api.add_space_variable, plan.repo_id, name, change.after)
    for name in plan.secrets:
        say(f"Setting the secret {name}")
        hub.call(
            f"set the secret {name}",
            hub.api.add_space_secret,
            repo_id=plan.repo_id,
            key=name,
            value=secrets[name],
        )


def _set_volumes(hub: "Hub", plan: Plan, say: Callable[[str], None]) -> None:
    from huggingface_hub import Volume

    say("Setting the volumes")
    if not plan.space.volumes:
        hub.call("remove the volumes", hub.api.delete_space_volumes, repo_id=plan.repo_id)
        return
    volumes = [
        Volume(
            type=volume.kind,
            source=volume.source,
            mount_path=volume.mount_path,
            read_only=volume.read_only,
            revision=volume.revision,
        )
        for volume in plan.space.volumes
    ]
    hub.call("set the volumes", hub.api.set_space_volumes, repo_id=plan.repo_id, volumes=volumes)


def _commit(hub: "Hub", plan: Plan, now: SpaceNow, message: str, say: Callable[[str], None]) -> str:
    """Send all files as one commit on top of the one that the plan has seen, and give its 40 digits."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    def operations() -> list[Any]:
        return [
            CommitOperationDelete(change.path)
            if change.kind == "removed"
            else CommitOperationAdd(change.path, plan.folder / change.path)
            for change in plan.files
        ]

    def commit() -> str:
        # The operations remember what was sent, so each try makes its own.
        made = hub.api.create_commit(
            plan.repo_id,
            operations(),
            repo_type="space",
            commit_message=message,
            commit_description=MARK,
            parent_commit=now.head,
        )
        return str(made.oid)

    say(f"Sending {count(len(plan.files), 'changed file')}")
    try:
        return hub.call(f"push to {plan.repo_id}", commit, repo_id=plan.repo_id)
    except PushError as error:
        # An answer can be lost after the commit was made; what counts is what the Space holds.
        after = require_space(hub, plan.repo_id)
        if after.head == now.head:
            raise
        if _holds(after, plan):
            return after.head
        raise _somebody_else(hub, plan, now, after, error) from None


def _holds(now: SpaceNow, plan: Plan) -> bool:
    """Whether a Space has exactly the files of a folder."""
    ours = local_files(plan.folder)
    theirs = {path for path in now.files if path not in KEPT or path in ours}
    return theirs == set(ours) and all(is_same(now.files[path], local) for path, local in ours.items())


def _somebody_else(hub: "Hub", plan: Plan, before: SpaceNow, after: SpaceNow, error: PushError) -> PushError:
    """Say what was pushed by somebody else, file by file and commit by commit."""
    paths = sorted(
        path for path in {*before.files, *after.files} if before.files.get(path) != after.files.get(path)
    )
    history = read_history(hub, plan.repo_id, running=None)
    newer = takewhile(lambda entry: entry.commit != before.head, history)
    lines = [*map(str, newer), *(f"  {path}" for path in paths)]
    return PushError(
        f"Could not push to {plan.repo_id}: somebody else has pushed meanwhile, and nothing was overwritten.",
        "Look at what they changed, take over what is worth it, then plan and push again.",
        details="\n".join(lines) or error.problem,
    )


def _set_hardware(hub: "Hub", plan: Plan, say: Callable[[str], None]) -> None:
    """Ask for the hardware together with its sleep time, or for the sleep time alone."""
    changed = {change.name for change in plan.settings}
    if "hardware" in changed:
        say(f"Asking for {plan.space.hardware}")
        hub.call(
            f"get {plan.space.hardware} for {plan.repo_id}",
            hub.api.request_space_hardware,
            repo_id=plan.repo_id,
            hardware=plan.space.hardware,
            sleep_time=plan.sleep_time,
        )
    elif "sleep time" in changed:
        say(f"Setting the sleep time to {plan.sleep_time} s")
        hub.call(
            f"set the sleep time of {plan.repo_id}",
            hub.api.set_space_sleep_time,
            repo_id=plan.repo_id,
            sleep_time=plan.sleep_time,
        )
