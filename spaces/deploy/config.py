"""What `spaces.toml` says of each Space, checked before the Hub is asked for anything.

`[defaults]` holds for all Spaces, `[collection]` names the one collection of them all, and every other table is
a Space. A mistake is told with the file, the table, the key and the values that are allowed.

    from deploy.config import load_config, override
    config = load_config()
    bears = override(config.spaces["bears"], hardware="t4-small")  # which now sleeps after 900 seconds
"""

import dataclasses
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.config_rules import RULES, Problem, check_value, choose
from deploy.errors import PushError
from deploy.hardware import COLORS, FREE_HARDWARE, HARDWARE, ZERO_GPU, ZERO_GPU_PYTHON

__all__ = ["COLORS", "HARDWARE", "Config", "Space", "load_config", "override"]

ROOT = Path(__file__).resolve().parents[2]
SPACES_TOML = ROOT / "spaces" / "spaces.toml"
DEFAULT_SLEEP_SECONDS = 900  # of paid hardware that is not told otherwise
NEVER = -1  # as a sleep time

_OTHER_TABLES = ("defaults", "collection")
_ONLY_A_SPACE = ("app", "title", "repo", "lesson", "checks", "short_description")
# What tokens and keys look like. Shorter strings such as hf_oauth are names.
_SECRET_VALUE = re.compile(
    r"(?<![A-Za-z0-9])(hf_[A-Za-z0-9]{10,}|sk-[\w-]{10,}|gh[pousr]_\w{10,}|github_pat_\w{10,}|AKIA[0-9A-Z]{12,}"
    r"|xox[abprs]-[\w-]{10,})|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_SECRET_NAME = re.compile(r"(^|_)(TOKEN|SECRET|PASSWORD|API_KEY|PRIVATE_KEY)$")


@dataclass(frozen=True)
class Volume:
    """Something on the Hub that a Space sees as a folder.

    Attributes:
        kind: "bucket", "model", "dataset" or "space".
        source: "user/name".
        mount_path: where the Space sees it, such as "/models".
        read_only: always true for a repository.
        revision: of a repository; None is its main branch.
    """

    kind: str
    source: str
    mount_path: str
    read_only: bool
    revision: str | None = None


@dataclass(frozen=True)
class Space:
    """One Space as it is wished for.

    Attributes:
        name: of its table in spaces.toml.
        app: a file in `apps/`, without `.py`.
        title: what visitors read at its top.
        emoji: one.
        color_from: of its card on the Hub.
        color_to: of its card on the Hub.
        short_description: 60 characters at most.
        hardware: one of HARDWARE.
        sleep_time: seconds without a visitor until it sleeps; -1 is never, None what the hardware does anyway.
        volumes: folders from the Hub.
        python_version: such as "3.12".
        variables: public settings by name.
        secrets: names only; the values come from the environment.
        models: what is there before the app starts: a line as `preload_from_hub` has it, or the name of a
            model in shared/artifacts.toml.
        oauth: whether visitors can sign in.
        tags: for the Hub's search.
        private: whether only its owner sees it.
        packages: of Debian, that the app needs.
        repo: the repository's name, without the owner.
        lesson: the Space's place among the others.
        checks: arguments for the smoke test, by endpoint; an endpoint that is not named gets its defaults.
    """

    name: str
    app: str
    title: str
    emoji: str = "🎓"
    color_from: str = "blue"
    color_to: str = "gray"
    short_description: str = ""
    hardware: str = "cpu-basic"
    sleep_time: int | None = None
    volumes: tuple[Volume, ...] = ()
    python_version: str = "3.12"
    variables: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    oauth: bool = False
    tags: tuple[str, ...] = ()
    private: bool = False
    packages: tuple[str, ...] = ()
    repo: str = ""
    lesson: int = 0
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.repo:
            object.__setattr__(self, "repo", self.name)

    @property
    def is_paid(self) -> bool:
        """Whether its hardware costs money by the hour."""
        return self.hardware not in FREE_HARDWARE


@dataclass(frozen=True)
class CollectionWish:
    """The collection of all Spaces: its title on the Hub, and what it says below it."""

    title: str
    description: str = ""


@dataclass(frozen=True)
class Config:
    """All of spaces.toml: the Spaces in the order of their lessons, their collection, and whose they are."""

    spaces: dict[str, Space]
    collection: CollectionWish
    owner: str | None = None


def load_config(path: Path = SPACES_TOML) -> Config:
    """Read spaces.toml and check all of it. Apps are looked for beside the folder the file is in.

    Args:
        path: the file.

    Raises:
        PushError: the file is missing or not TOML, holds a secret, or says something that the Hub would refuse.
    """
    tables = _read(path)
    try:
        owner = tables.pop("owner", None)
        if owner is not None:
            check_value("owner", owner)
        for name, table in tables.items():
            if not isinstance(table, dict):
                raise Problem(f"has {name} outside of a table", "Put it into [defaults] or a Space's table")
        defaults, collection = (_take(tables, name) for name in _OTHER_TABLES)
        if not tables:
            raise Problem("names no Space", "Give it a table such as [bears]")
        spaces = [
            _space(name, table, defaults=defaults, root=path.parents[1]) for name, table in tables.items()
        ]
        _check_repos(spaces)
    except Problem as problem:
        raise PushError(f"{path.name}: {problem.where}{problem.what}.", f"{problem.fix}.") from None
    spaces.sort(key=lambda space: space.lesson)  # the order of the file, within a lesson
    return Config({space.name: space for space in spaces}, CollectionWish(**collection), owner)


def override(
    space: Space, *, hardware: str | None = None, sleep_time: int | None = None, private: bool | None = None
) -> Space:
    """Change what the command line says otherwise, and check it as the file is checked.

    Args:
        space: as it stands in the file.
        hardware: another flavour; its sleep time becomes its own unless one is given.
        sleep_time: seconds, or -1 for never.
        private: whether only the owner sees it.

    Raises:
        PushError: the Hub would refuse it.
    """
    try:
        changed = _override(space, hardware=hardware, sleep_time=sleep_time, private=private)
    except Problem as problem:
        raise PushError(f"{space.name}: {problem.what}.", f"{problem.fix}.") from None
    return changed


def _override(space: Space, *, hardware: str | None, sleep_time: int | None, private: bool | None) -> Space:
    given = {"hardware": hardware, "sleep_time": sleep_time, "private": private}
    given = {key: value for key, value in given.items() if value is not None}
    for key, value in given.items():
        check_value(key, value)
    changed = dataclasses.replace(space, **given)
    if sleep_time is None and not changed.is_paid:
        changed = dataclasses.replace(changed, sleep_time=None)
    return _settle(changed)


def _read(path: Path) -> dict[str, Any]:
    """Parse the file, once it is sure that no message about it can hold a secret."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise PushError(f"{path.name} cannot be read.", "It is spaces/spaces.toml of the project.") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if _SECRET_VALUE.search(line):
            raise PushError(
                f"{path.name}: line {number} holds what looks like a secret.",
                "Take it out, and make it worthless on the site that gave it: the file keeps names of secrets, "
                "and their values come from the environment.",
            )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PushError(f"{path.name} is not TOML: {error}.", "Put that line right.") from None


def _take(tables: dict[str, Any], name: str) -> dict[str, Any]:
    """Take one of the tables that are no Space, checked."""
    table: dict[str, Any] = tables.pop(name, {})
    if name == "defaults":
        keys = [key for key in RULES["space"] if key not in _ONLY_A_SPACE]
    else:
        table.setdefault("title", "Apps")
        keys = list(RULES[name])
    _check_table(name, table, keys=keys, rules="space" if name == "defaults" else name)
    return table


def _check_table(name: str, table: dict[str, Any], *, keys: list[str], rules: str) -> None:
    for key, value in table.items():
        try:
            choose(key, keys, what="key")
            check_value(key, value, rules=rules)
        except Problem as problem:
            raise problem.within(name) from None


def _space(name: str, table: dict[str, Any], *, defaults: dict[str, Any], root: Path) -> Space:
    """Make one Space of its table and the defaults."""
    _check_table(name, table, keys=list(RULES["space"]), rules="space")
    merged = {"repo": name, "title": name.replace("_", " ").capitalize(), "app": name, **defaults, **table}
    for key in ("variables",):
        merged[key] = {**defaults.get(key, {}), **table.get(key, {})}
    try:
        check_value("repo", merged["repo"])
        app = root / "apps" / f"{merged['app']}.py"
        if not app.is_file():
            known = sorted(path.stem for path in app.parent.glob("[!_]*.py"))
            choose(merged["app"], known, what="app", key="app")
        merged["volumes"] = tuple(_volume(volume) for volume in merged.get("volumes", ()))
        for key in ("secrets", "models", "tags", "packages"):
            merged[key] = tuple(dict.fromkeys(merged.get(key, ())))
        _check_models(merged["models"], root)
        space = Space(name=name, **merged)
        if not space.is_paid and "sleep_time" not in table:
            space = dataclasses.replace(space, sleep_time=None)  # the defaults' is for those that pay
        return _settle(space)
    except Problem as problem:
        raise problem.within(name) from None


def _volume(table: dict[str, Any]) -> Volume:
    is_bucket = table["kind"] == "bucket"
    volume = Volume(**{"read_only": not is_bucket, **table})
    if not is_bucket and not volume.read_only:
        raise Problem(f"volumes: a {volume.kind} can only be read", "Leave read_only out, or use a bucket")
    if is_bucket and volume.revision:
        raise Problem("volumes: a bucket has no revisions", "Leave revision out")
    return volume


def _settle(space: Space) -> Space:
    """Check what depends on more than one key, and give paid hardware its sleep time."""
    both = sorted(set(space.secrets) & space.variables.keys())
    if both:
        raise Problem(f"{both[0]} is a variable and a secret", "Keep it in one of the two")
    telling = [name for name in space.variables if _SECRET_NAME.search(name)]
    if telling:
        raise Problem(
            f"variables: {telling[0]} sounds like a secret, and everybody can read variables",
            "Name it under secrets, and give its value in the environment",
        )
    paths = [volume.mount_path.rstrip("/") for volume in space.volumes]
    if len(set(paths)) < len(paths):
        raise Problem("volumes: two have the same mount_path", "Give each its own")
    if space.hardware == ZERO_GPU and space.python_version not in ZERO_GPU_PYTHON:
        raise Problem(
            f"python_version {space.python_version!r} is not there on {ZERO_GPU}",
            f"Use one of: {', '.join(ZERO_GPU_PYTHON)}",
        )
    if space.is_paid:
        return dataclasses.replace(
            space, sleep_time=DEFAULT_SLEEP_SECONDS if space.sleep_time is None else space.sleep_time
        )
    if space.sleep_time is not None:
        raise Problem(
            f"sleep_time: {space.hardware} is free, and the Hub decides when it sleeps",
            "Leave sleep_time out, or choose hardware that costs",
        )
    return space


def _check_models(models: tuple[str, ...], root: Path) -> None:
    """Hold names of models against the manifest; lines for `preload_from_hub` were checked before."""
    names = [model for model in models if "/" not in model]
    manifest = root / "shared" / "artifacts.toml"
    known = sorted(tomllib.loads(manifest.read_text("utf-8"))) if names and manifest.is_file() else []
    for name in names:
        choose(name, known, what="model of shared/artifacts.toml", key="models")


def _check_repos(spaces: list[Space]) -> None:
    """No two Spaces may be the same repository: the Hub does not tell capitals from small letters."""
    seen: dict[str, str] = {}
    for space in spaces:
        other = seen.setdefault(space.repo.lower(), space.name)
        if other != space.name:
            raise Problem(
                f"repo {space.repo!r} is the repository of [{other}] too", "Give it another"
            ).within(space.name)
