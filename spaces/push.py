"""Push each app to its Space on the Hugging Face Hub: plan, push, wait, check, roll back.

    export HF_TOKEN=hf_...                       # with write access; or: hf auth login
    python spaces/push.py plan bears             # what would change, and what it costs
    python spaces/push.py push bears             # the same, then do it, wait, and call every endpoint
    python spaces/push.py status --all

What each Space is to be stands in `spaces/spaces.toml`; the work is done in `spaces/deploy/`.
Exit codes: 0 done, 1 something is wrong or was declined, 2 (of `plan`) there is something to do.
"""

import dataclasses
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy import command_line as line
from deploy.command_line import Wish, choose_spaces, confirm, connect, find_spaces, owner_of, say, show
from deploy.errors import PushError
from deploy.operate_commands import COMMANDS
from deploy.redact import clean, guard_output, read_secrets
from deploy.space import Space
from deploy.words import count

SOMETHING_TO_DO = 2
app = typer.Typer(
    help="Push each app to its Space on the Hugging Face Hub. `COMMAND --help` says more of each.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain text, which is easy to keep secrets out of
    pretty_exceptions_enable=False,
)


@app.command()
def stage(
    name: line.App,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write.")],
    owner: line.Owner = None,
    hardware: line.Hardware = None,
    as_json: line.Json = False,
) -> None:
    """Write the folder of a Space. It holds exactly the files that the Space will have."""
    from deploy.plan_text import size_as_text
    from deploy.stage import stage_space

    config, (space,) = choose_spaces([name], every=False, wish=Wish(hardware=hardware))
    files = stage_space(space, to, owner=owner or config.owner)
    size = sum(file.size for file in files)
    text = f"{count(len(files), 'file')}, {size_as_text(size)}, in {to}. Start it there with: python app.py"
    show(text, {"folder": str(to), "files": [vars(file) for file in files]}, as_json=as_json)


@app.command()
def run(name: line.App, port: line.Port = 7860, owner: line.Owner = None, as_json: line.Json = False) -> None:
    """Start a Space on this computer. It runs as on the Hub, from its staged files alone."""
    from deploy.push_space import staged

    config, (space,) = choose_spaces([name], every=False)
    owner = owner or config.owner or "you"
    with staged(space, owner=owner) as folder:
        _run(space, folder, port=port, owner=owner, as_json=as_json)


def _run(space: Space, folder: Path, *, port: int, owner: str, as_json: bool) -> None:
    """Run a staged folder to its end; for machines, with its address once it answers."""
    from deploy.run_staged import run_staged

    def tell(url: str) -> None:
        show(url, {"url": url}, as_json=True)

    settings = {**space.variables, **read_secrets(space.secrets, dict(os.environ))}
    tells = tell if as_json else None
    raise typer.Exit(run_staged(folder, port=port, owner=owner, settings=settings, tell=tells))


@app.command()
def plan(
    names: line.Apps = None,
    every: line.All = False,
    owner: line.Owner = None,
    hardware: line.Hardware = None,
    sleep_time: line.SleepTime = None,
    private: line.Private = None,
    renew_secrets: line.RenewSecrets = False,
    as_json: line.Json = False,
) -> None:
    """Say what a push would change. It tells the price too; exit code 2: there is something to do."""
    from deploy.plan import make_plan
    from deploy.plan_text import plan_as_json, plan_as_text
    from deploy.push_space import staged

    wish = Wish(owner, hardware, sleep_time, private)
    hub, owner, spaces = find_spaces(names, every=every, wish=wish)
    plans = []
    for space in spaces:
        with staged(space, owner=owner) as folder:
            plans.append(
                make_plan(hub, space, folder, repo_id=f"{owner}/{space.repo}", renew_secrets=renew_secrets)
            )
    text = "\n\n".join(plan_as_text(made) for made in plans)
    show(text, [plan_as_json(made) for made in plans], as_json=as_json)
    if not all(made.is_empty for made in plans):
        raise typer.Exit(SOMETHING_TO_DO)


@app.command()
def push(
    names: line.Apps = None,
    every: line.All = False,
    owner: line.Owner = None,
    hardware: line.Hardware = None,
    sleep_time: line.SleepTime = None,
    private: line.Private = None,
    yes: line.Yes = False,
    renew_secrets: line.RenewSecrets = False,
    rollback_on_failure: line.RollbackOnFailure = False,
    overwrite: line.Overwrite = False,
    no_check: line.NoCheck = False,
    message: Annotated[str | None, typer.Option("--message", "-m", help="Of the commit.")] = None,
    as_json: line.Json = False,
) -> None:
    """Plan, ask, try it here, push one commit, and check. The Space must run it and answer everywhere."""
    from deploy.push_space import PushOptions, push_space

    wish = Wish(owner, hardware, sleep_time, private)
    hub, owner, spaces = find_spaces(names, every=every, wish=wish)
    options = PushOptions(message, renew_secrets, rollback_on_failure, overwrite, not no_check)
    lines, results = [], []
    for space in spaces:
        repo_id = f"{owner}/{space.repo}"
        try:
            result = push_space(
                hub,
                space,
                repo_id=repo_id,
                ask=lambda made: line.ask_for_plan(made, yes=yes),
                say=say,
                options=options,
            )
        except PushError as error:
            if len(spaces) == 1:
                raise
            line.report(error, as_json=False)  # the others are pushed all the same
            lines.append(f"{repo_id}: failed. {error.problem}")
            results.append({"repo_id": repo_id, "outcome": "failed", **line.error_as_json(error)})
        else:
            lines.append(_outcome_text(result))
            results.append(dataclasses.asdict(result))
    show("\n".join(lines), results, as_json=as_json)
    if any(result["outcome"] in ("failed", "declined") for result in results):
        raise typer.Exit(1)


def _outcome_text(result: Any) -> str:
    answered = f" {count(len(result.endpoints), 'endpoint')} answered." if result.endpoints else ""
    return {
        "pushed": f"{result.repo_id}: pushed.{answered} {result.url}",
        "unchanged": f"{result.repo_id}: nothing to do.{answered} {result.url}",
        "declined": f"{result.repo_id}: nothing was done.",
        "paused": f"{result.repo_id}: pushed, and still paused. Start it with `restart`. {result.url}",
    }[result.outcome]


for _command in COMMANDS:
    app.command()(_command)


@app.command("publish-model")
def publish_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model of shared/artifacts/artifacts.toml.")],
    repo: Annotated[str | None, typer.Option(metavar="OWNER/NAME", help="Default: OWNER/NAME-model.")] = None,
    artifact: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What training wrote; default: the bundled one.")
    ] = None,
    owner: line.Owner = None,
    private: Annotated[bool, typer.Option("--private", help="A new repository only its owner sees.")] = False,
    as_json: line.Json = False,
) -> None:
    """Push a trained model to the Hub. That commit is pinned in shared/artifacts/artifacts.toml."""
    from deploy import models

    hub, repo_id = _model(name, repo, owner)
    commit = models.publish_model(hub, name, repo_id=repo_id, artifact=artifact, private=private)
    text = f"{repo_id} holds the model {name} at {commit}, and shared/artifacts/artifacts.toml says so."
    show(text, {"repo_id": repo_id, "commit": commit}, as_json=as_json)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def train(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model of shared/artifacts/artifacts.toml.")],
    on: Annotated[str, typer.Option("--on", help="Only: jobs.")] = "jobs",
    flavor: Annotated[str, typer.Option(help="The hardware.")] = "t4-small",
    repo: Annotated[str | None, typer.Option(metavar="OWNER/NAME", help="Default: OWNER/NAME-model.")] = None,
    owner: line.Owner = None,
    timeout: Annotated[str, typer.Option(help="Ends the job, such as 90m.")] = "2h",
    private: Annotated[bool, typer.Option("--private", help="A new repository only its owner sees.")] = False,
    yes: line.Yes = False,
    as_json: line.Json = False,
) -> None:
    """Train a model on Hugging Face Jobs, and push it. What follows -- goes to training."""
    from deploy import train as training

    if on != "jobs":
        raise PushError(f"A model is trained on jobs, not on {on[:50]!r}.", "Say --on jobs.")
    hub, repo_id = _model(name, repo, owner)
    price = training.price_per_hour(hub, flavor)
    if not confirm(f"{flavor} costs ${price:.2f} an hour, {timeout} at most. Train {name}?", yes=yes):
        raise typer.Exit(1)
    commit = training.train_on_jobs(
        hub,
        name,
        flavor=flavor,
        repo_id=repo_id,
        arguments=context.args,
        timeout=timeout,
        private=private,
        say=say,
    )
    text = f"{repo_id} holds the trained model at {commit}."
    show(text, {"repo_id": repo_id, "commit": commit}, as_json=as_json)


@app.command("from-notebook")
def from_notebook(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK.ipynb", help="With `#| export` cells.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Only write the folder of the Space there.")
    ] = None,
    owner: line.Owner = None,
    hardware: line.Hardware = None,
    sleep_time: line.SleepTime = None,
    private: line.Private = None,
    yes: line.Yes = False,
    rollback_on_failure: line.RollbackOnFailure = False,
    overwrite: line.Overwrite = False,
    no_check: line.NoCheck = False,
    run_it: Annotated[bool, typer.Option("--run", help="Only start it on this computer.")] = False,
    port: line.Port = 7860,
    as_json: line.Json = False,
) -> None:
    """Push the app of a notebook. It is made of the cells with `#| export`, the way of the course."""
    import tempfile

    from deploy.config import load_config, override
    from deploy.notebook import app_from_notebook, space_of
    from deploy.push_space import PushOptions, push_space

    space = override(space_of(notebook), hardware=hardware, sleep_time=sleep_time, private=private)
    if to is not None:
        folder = app_from_notebook(notebook, to, space=space)
        show(
            f"The Space of {notebook.name} is in {folder}. Start it there with: python app.py",
            {"folder": str(folder)},
            as_json=as_json,
        )
        return
    with tempfile.TemporaryDirectory() as parent:
        folder = app_from_notebook(notebook, Path(parent) / space.repo, space=space)
        if run_it:
            _run(space, folder, port=port, owner=owner or "you", as_json=as_json)
        hub = connect()
        result = push_space(
            hub,
            space,
            repo_id=f"{owner_of(hub, load_config(), owner)}/{space.repo}",
            ask=lambda made: line.ask_for_plan(made, yes=yes),
            say=say,
            folder=folder,
            options=PushOptions(None, False, rollback_on_failure, overwrite, not no_check),
        )
    show(_outcome_text(result), [dataclasses.asdict(result)], as_json=as_json)
    if result.outcome == "declined":
        raise typer.Exit(1)


@app.command()
def collection(owner: line.Owner = None, as_json: line.Json = False) -> None:
    """Make one collection of all Spaces that are there. They stand in the order of their lessons."""
    from deploy.collection import make_collection
    from deploy.config import load_config

    hub, owner, spaces = find_spaces(None, every=True, wish=Wish(owner))
    hub.check_may_write(f"{owner}/collection")
    wish = load_config().collection
    url, missing = make_collection(hub, wish, [f"{owner}/{space.repo}" for space in spaces], owner=owner)
    if missing:
        say(f"Not there yet, and left out: {', '.join(missing)}")
    show(url, {"url": url, "missing": missing}, as_json=as_json)


def _model(name: str, repo: str | None, owner: str | None) -> tuple[Any, str]:
    """The Hub, and the full name of a model's repository."""
    from deploy.config import load_config

    hub = connect()
    repo_id = repo or f"{owner_of(hub, load_config(), owner)}/{name}-model"
    hub.check_may_write(repo_id)
    return hub, repo_id


def main() -> None:
    """Run a command; every failure is a sentence and the exit code 1."""
    guard_output()
    # As Ctrl-C does, it unwinds: what a command has started and staged goes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        code = app(standalone_mode=False)
    except PushError as error:
        line.report(error, as_json="--json" in sys.argv)
        code = 1
    except (KeyboardInterrupt, typer.Abort):
        say("Stopped. What is done stays done; run it again and it goes on from there.")
        code = 130
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's own errors of usage have it
            raise
        wrong = PushError(clean(error.format_message()), "See: python spaces/push.py --help")
        line.report(wrong, as_json="--json" in sys.argv)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
