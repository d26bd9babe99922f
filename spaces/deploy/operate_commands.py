"""The commands that look after a Space that is there: how it is, logs, commits, back, pause, restart, delete.

from deploy.operate_commands import COMMANDS
for command in COMMANDS:
    app.command()(command)
"""

import dataclasses
import json
import sys
from typing import Annotated, Any

import typer

from deploy import command_line as line
from deploy import operate
from deploy.command_line import Wish, confirm, find_spaces, say, show
from deploy.errors import PushError
from deploy.history import note_that_it_ran
from deploy.wait import wait_for_commit


def status(
    names: line.Apps = None,
    every: line.All = False,
    owner: line.Owner = None,
    as_json: line.Json = False,
) -> None:
    """Say how Spaces are. Without a name: all of them."""
    hub, owner, spaces = find_spaces(names, every=every or not names, wish=Wish(owner))
    rows = operate.status(hub, [f"{owner}/{space.repo}" for space in spaces])
    width = max(len(row.repo_id) for row in rows)
    lines = []
    for row in rows:
        wanted = row.requested_hardware if row.hardware != row.requested_hardware else None
        about = [row.hardware, wanted and f"{wanted} asked for", (row.commit or "")[:8]]
        lines.append(
            f"{row.repo_id:<{width}}  {row.stage:<13}  {row.meaning}  ({', '.join(filter(None, about))})"
        )
        lines += [f"{'':<{width}}  {words}" for words in row.error.splitlines()]
    show(
        "\n".join(text.removesuffix("  ()") for text in lines),
        [{**dataclasses.asdict(row), "is_current": row.is_current, "meaning": row.meaning} for row in rows],
        as_json=as_json,
    )


def logs(
    name: line.App,
    build: Annotated[bool, typer.Option("--build", help="Of the build, not of the running app.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    owner: line.Owner = None,
    as_json: line.Json = False,
) -> None:
    """Print the log of a Space. With --follow: as it is written; with --json too, a text in quotes a line."""
    hub, repo_id = _one_space(name, owner)
    lines = operate.follow_logs(hub, repo_id, build=build, follow=follow)
    if as_json and not follow:
        show("", {"repo_id": repo_id, "lines": list(lines)}, as_json=True)
        return
    for entry in lines:
        print(json.dumps(entry, ensure_ascii=False) if as_json else entry, flush=True)


def history(name: line.App, owner: line.Owner = None, as_json: line.Json = False) -> None:
    """List the commits of a Space. It says which ran, and which somebody else made."""
    hub, repo_id = _one_space(name, owner)
    entries = operate.history(hub, repo_id)
    lines = []
    for entry in entries:
        state = "runs" if entry.runs else "ran" if entry.has_run else ""
        lines.append(f"{entry.date[:16]}  {state:<4}  {entry}{'' if entry.is_ours else ', not by this tool'}")
    show(
        "\n".join(lines),
        [{**dataclasses.asdict(entry), "has_run": entry.has_run} for entry in entries],
        as_json=as_json,
    )


def rollback(
    name: line.App,
    commit: Annotated[
        str | None,
        typer.Argument(
            metavar="COMMIT", help="Of `history`; default: the one that last ran before the newest."
        ),
    ] = None,
    owner: line.Owner = None,
    yes: line.Yes = False,
    overwrite: line.Overwrite = False,
    as_json: line.Json = False,
) -> None:
    """Go back to an earlier commit. Its files become a new commit, and the Space must run it."""
    hub, repo_id = _one_space(name, owner)
    hub.check_may_write(repo_id)
    commit = operate.find_commit(operate.history(hub, repo_id), commit, repo_id)
    if not confirm(f"Put {repo_id} back to {commit[:8]}?", yes=yes):
        raise typer.Exit(1)
    made = operate.rollback(hub, repo_id, commit, overwrite=overwrite)
    wait_for_commit(hub, repo_id, made, say=say)
    note_that_it_ran(hub, repo_id, made)
    told = {"repo_id": repo_id, "commit": made, "back_to": commit}
    show(f"{repo_id} runs the files of {commit[:8]} again, as commit {made[:8]}.", told, as_json=as_json)


def pause(name: line.App, owner: line.Owner = None, as_json: line.Json = False) -> None:
    """Stop a Space until `restart`. It costs nothing meanwhile."""
    hub, repo_id = _one_space(name, owner)
    operate.pause(hub, repo_id)
    text = f"{repo_id} is paused. Start it with: python spaces/push.py restart {name}"
    show(text, {"repo_id": repo_id, "done": "paused"}, as_json=as_json)


def restart(
    name: line.App,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it from nothing.")] = False,
    owner: line.Owner = None,
    as_json: line.Json = False,
) -> None:
    """Start a Space again. With --rebuild: from nothing."""
    hub, repo_id = _one_space(name, owner)
    operate.restart(hub, repo_id, rebuild=rebuild)
    text = f"{repo_id} starts. Look at it with: python spaces/push.py status {name}"
    show(text, {"repo_id": repo_id, "done": "restarted"}, as_json=as_json)


def delete(
    name: line.App,
    owner: line.Owner = None,
    confirmed: Annotated[
        str | None, typer.Option("--confirm", metavar="OWNER/NAME", help="Its full name, for machines.")
    ] = None,
    as_json: line.Json = False,
) -> None:
    """Delete a Space. History, settings and secrets go too, once its full name is typed."""
    hub, repo_id = _one_space(name, owner)
    hub.check_may_write(repo_id)
    if confirmed is None and sys.stdin.isatty():
        confirmed = typer.prompt(f"This cannot be undone. Type {repo_id} to delete it", err=True)
    if confirmed != repo_id:
        raise PushError("Nothing was deleted.", f"Give its full name to delete it: --confirm {repo_id}")
    operate.delete(hub, repo_id)
    show(f"{repo_id} is deleted.", {"repo_id": repo_id, "done": "deleted"}, as_json=as_json)


def _one_space(name: str, owner: str | None) -> tuple[Any, str]:
    """The Hub, and the full name of one Space of spaces.toml."""
    hub, owner, (space,) = find_spaces([name], every=False, wish=Wish(owner))
    return hub, f"{owner}/{space.repo}"


COMMANDS = (status, logs, history, rollback, pause, restart, delete)
