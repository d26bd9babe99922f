"""What the commands of `spaces/push.py` share: options, which Spaces are meant, questions, printing.

Results go to stdout, what is being done to stderr: with --json, stdout holds one JSON document and no more.

    from deploy.command_line import Wish, choose_spaces, say
"""

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.config import Config, load_config, override
from deploy.errors import PushError
from deploy.plan import Plan
from deploy.plan_text import plan_as_text, price_as_text
from deploy.redact import read_secrets
from deploy.space import Space
from deploy.words import find_meant

if TYPE_CHECKING:
    from deploy.hub import Hub

Apps = Annotated[list[str] | None, typer.Argument(metavar="APP...", help="Tables of spaces.toml.")]
App = Annotated[str, typer.Argument(metavar="APP", help="A table of spaces.toml.")]
All = Annotated[bool, typer.Option("--all", help="All Spaces, in the order of their lessons.")]
Owner = Annotated[
    str | None, typer.Option(metavar="NAME", help="User or organisation; default: the token's user.")
]
Hardware = Annotated[
    str | None, typer.Option(metavar="FLAVOR", help="Instead of that in spaces.toml, such as t4-small.")
]
SleepTime = Annotated[
    int | None, typer.Option(metavar="SECONDS", help="Without a visitor, on paid hardware; -1 for never.")
]
Private = Annotated[bool | None, typer.Option("--private/--public", help="Who sees it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
Port = Annotated[int, typer.Option(help="Of this computer.")]
NoCheck = Annotated[
    bool,
    typer.Option("--no-check", help="Do not start the app on this computer first and call its endpoints."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Take away what somebody else has pushed.")]
RollbackOnFailure = Annotated[
    bool, typer.Option("--rollback-on-failure", help="Go back when the new version does not work.")
]
RenewSecrets = Annotated[
    bool, typer.Option("--renew-secrets", help="Set every secret anew, not only missing ones.")
]


@dataclass(frozen=True)
class Wish:
    """What the command line says instead of spaces.toml; None leaves it as it is there."""

    owner: str | None = None
    hardware: str | None = None
    sleep_time: int | None = None
    private: bool | None = None


def choose_spaces(names: list[str] | None, *, every: bool, wish: Wish = Wish()) -> tuple[Config, list[Space]]:
    """Find the Spaces that are meant, checked, before anything is asked of the Hub.

    Args:
        names: tables of spaces.toml.
        every: all of them, in their order.
        wish: what holds instead of spaces.toml.

    Raises:
        PushError: there is no such Space, none is named, or the Hub would refuse the wish.
    """
    config = load_config()
    for space in config.spaces.values():
        read_secrets(space.secrets, dict(os.environ))  # kept out of every output, logs of Spaces too
    known = list(config.spaces)
    if every and names:
        raise PushError("--all means every Space, and some are named too.", "Leave out one of the two.")
    if not every and not names:
        raise PushError("No Space is named.", f"Name some of {', '.join(known)}, or give --all.")
    for name in names or ():
        if name not in config.spaces:
            _, listed = find_meant(name, known, most=1)
            raise PushError(f"spaces.toml has no Space {name!r}.", f"Choose one of: {listed}.")
    chosen = [config.spaces[name] for name in (known if every else dict.fromkeys(names or ()))]
    return config, [
        override(space, hardware=wish.hardware, sleep_time=wish.sleep_time, private=wish.private)
        for space in chosen
    ]


def connect() -> "Hub":
    """Give the Hub, which tells on stderr what it waits for."""
    from deploy.hub import Hub

    return Hub(say=say)


def find_spaces(names: list[str] | None, *, every: bool, wish: Wish) -> "tuple[Hub, str, list[Space]]":
    """Find the Spaces that are meant, then the Hub they are on and whose they are.

    Args:
        names: tables of spaces.toml.
        every: all of them, in their order.
        wish: what holds instead of spaces.toml.

    Raises:
        PushError: as `choose_spaces` does; there is no token, or the Hub does not tell whose it is.
    """
    config, spaces = choose_spaces(names, every=every, wish=wish)
    hub = connect()
    return hub, owner_of(hub, config, wish.owner), spaces


def owner_of(hub: "Hub", config: Config, owner: str | None) -> str:
    """Whose Spaces they are: said on the command line, in spaces.toml, or by the token.

    Args:
        hub: where to ask for the token's user.
        config: from spaces.toml.
        owner: from the command line.
    """
    return owner or config.owner or hub.account().name


def say(text: str) -> None:
    """Tell what is being done.

    Args:
        text: one line.
    """
    print(text, file=sys.stderr, flush=True)


def show(text: str, document: Any, *, as_json: bool) -> None:
    """Print a result.

    Args:
        text: for people.
        document: the same for machines.
        as_json: which of the two.
    """
    print(json.dumps(document, indent=2, ensure_ascii=False) if as_json else text, flush=True)


def confirm(question: str, *, yes: bool) -> bool:
    """Ask before something is done; nobody there to answer is an error, never a yes.

    Args:
        question: that yes or no answers.
        yes: whether it was answered beforehand.

    Raises:
        PushError: there is nobody to ask.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise PushError(
            "Nobody is there to be asked, so nothing was done.", "Say --yes to go on without asking."
        )
    return bool(typer.confirm(question, err=True))


def ask_for_plan(plan: Plan, *, yes: bool) -> bool:
    """Show a plan with its price, and ask whether to go on.

    Args:
        plan: what would be done.
        yes: whether it was answered beforehand.
    """
    say(plan_as_text(plan))
    return confirm(f"{price_as_text(plan)} Push {plan.repo_id}?", yes=yes)


def report(error: PushError, *, as_json: bool) -> None:
    """Print what went wrong and what to do.

    Args:
        error: to be told.
        as_json: as a document on stdout instead of text on stderr.
    """
    if as_json:
        show("", error_as_json(error), as_json=True)
        return
    if error.details:
        say(error.details)
    say(f"{error.problem}\n{error.next_step}".strip())


def error_as_json(error: PushError) -> dict[str, str]:
    """Give an error for machines.

    Args:
        error: to be told.
    """
    return {"error": error.problem, "next_step": error.next_step, "details": error.details}
