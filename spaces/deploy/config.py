"""What `apps/catalog.py` and `spaces.toml` say of each Space, checked before the Hub is asked for anything.

Each app of the catalogue has a Space. In `spaces.toml` `[defaults]` holds for all Spaces, `[collection]`
names the one collection of them all, and every other table is a Space, or says what differs in one. A mistake
is told with the file, the table, the key and the values that are allowed.

    from deploy.config import load_config, override
    config = load_config()
    bears = override(config.spaces["bears"], hardware="t4-small")  # which now sleeps after 900 seconds
"""

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

from deploy import ROOT
from deploy.catalog import read_catalog
from deploy.config_rules import RULES, RuleError, check_value, choose
from deploy.errors import PushError
from deploy.hardware import COLORS, HARDWARE, ZERO_GPU, ZERO_GPU_PYTHON
from deploy.space import CollectionWish, Config, Space, Volume
from deploy.toml_file import read_toml

__all__ = [
    "COLORS",
    "DEFAULT_SLEEP_SECONDS",
    "HARDWARE",
    "CollectionWish",
    "Config",
    "Space",
    "Volume",
    "load_config",
    "override",
]

SPACES_TOML = ROOT / "spaces" / "spaces.toml"
DEFAULT_SLEEP_SECONDS = 900  # of paid hardware that is not told otherwise

_OTHER_TABLES = ("defaults", "collection")
_ONLY_A_SPACE = ("app", "title", "repo", "lesson", "checks", "mounts", "short_description")
_SECRET_NAME = re.compile(r"(^|_)(TOKEN|SECRET|PASSWORD|API_KEY|PRIVATE_KEY)$")


def load_config(path: Path = SPACES_TOML) -> Config:
    """Read spaces.toml and check all of it. Apps are looked for beside the folder the file is in.

    Args:
        path: the file.

    Raises:
        PushError: the file is missing or not TOML, holds a secret, or says what the Hub would refuse.
    """
    tables, root = read_toml(path), path.parents[1]
    catalog = read_catalog(root)
    try:
        owner = tables.pop("owner", None)
        if owner is not None:
            check_value("owner", owner)
        for name, table in tables.items():
            if not isinstance(table, dict):
                raise RuleError(f"{name!r} is no table", "Put it into [defaults] or a Space's table")
        defaults, collection = (_take(tables, name) for name in _OTHER_TABLES)
        collection.setdefault("title", catalog.title or "Apps")
        said = catalog.settings()
        tables = {name: {} for name in said} | tables
        if not tables:
            raise RuleError("there is no Space in it", "Give it a table such as [bears]")
        spaces = []
        for name, table in tables.items():
            row = said.get(str(table.get("app", name)), {})
            _check_table(f"{name} in apps/catalog.py", row, keys=list(RULES["space"]), rules="space")
            spaces.append(_space(name, table, defaults=defaults | row, root=root))
        _check_repos(spaces)
        spaces = [_with_mounts(space, spaces) for space in spaces]
    except RuleError as problem:
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
    wishes: dict[str, Any] = {"hardware": hardware, "sleep_time": sleep_time, "private": private}
    given = {key: value for key, value in wishes.items() if value is not None}
    try:
        for key, value in given.items():
            check_value(key, value)
        changed = dataclasses.replace(space, **given)
        if sleep_time is None and not changed.is_paid:
            changed = dataclasses.replace(changed, sleep_time=None)
        return _settle(changed)
    except RuleError as problem:
        raise PushError(f"{space.name}: {problem.what}.", f"{problem.fix}.") from None


def _take(tables: dict[str, Any], name: str) -> dict[str, Any]:
    """Take one of the tables that are no Space, checked."""
    table: dict[str, Any] = tables.pop(name, {})
    if name == "defaults":
        keys = [key for key in RULES["space"] if key not in _ONLY_A_SPACE]
    else:
        keys = list(RULES[name])
    _check_table(name, table, keys=keys, rules="space" if name == "defaults" else name)
    return table


def _check_table(name: str, table: dict[str, Any], *, keys: list[str], rules: str) -> None:
    for key, value in table.items():
        try:
            choose(key, keys, what="key")
            check_value(key, value, rules=rules)
        except RuleError as problem:
            raise problem.within(name) from None


def _space(name: str, table: dict[str, Any], *, defaults: dict[str, Any], root: Path) -> Space:
    """Make one Space of its table and of what holds where the table says nothing."""
    _check_table(name, table, keys=list(RULES["space"]), rules="space")
    merged: dict[str, Any] = {
        "repo": name,
        "title": name.replace("_", " ").capitalize(),
        "app": name,
        **defaults,
        **table,
    }
    merged["variables"] = {**defaults.get("variables", {}), **table.get("variables", {})}
    try:
        check_value("repo", merged["repo"])
        app = root / "apps" / f"{merged['app']}.py"
        if not app.is_file():
            known = sorted(path.stem for path in app.parent.glob("[!_]*.py"))
            choose(merged["app"], known, what="app", key="app")
        merged["volumes"] = tuple(_volume(volume) for volume in merged.get("volumes", ()))
        for key in ("secrets", "models", "tags", "packages", "mounts"):
            merged[key] = tuple(dict.fromkeys(merged.get(key, ())))
        _check_models(merged["models"], root)
        space = Space(name=name, **merged)
        if not space.is_paid and "sleep_time" not in table:
            space = dataclasses.replace(space, sleep_time=None)  # the defaults' is for those that pay
        return _settle(space)
    except RuleError as problem:
        raise problem.within(name) from None


def _volume(table: dict[str, Any]) -> Volume:
    is_bucket = table["kind"] == "bucket"
    volume = Volume(**{"read_only": not is_bucket, **table})
    if not is_bucket and not volume.read_only:
        raise RuleError(f"volumes: a {volume.kind} can only be read", "Leave read_only out, or use a bucket")
    if is_bucket and volume.revision:
        raise RuleError("volumes: a bucket has no revisions", "Leave revision out")
    return volume


def _settle(space: Space) -> Space:
    """Check what depends on more than one key, and give paid hardware its sleep time."""
    both = sorted(set(space.secrets) & space.variables.keys())
    if both:
        raise RuleError(f"{both[0]} is a variable and a secret", "Keep it in one of the two")
    telling = [name for name in space.variables if _SECRET_NAME.search(name)]
    if telling:
        raise RuleError(
            f"variables: {telling[0]} sounds like a secret, and everybody can read variables",
            "Name it under secrets, and give its value in the environment",
        )
    paths = [volume.mount_path.rstrip("/") for volume in space.volumes]
    if len(set(paths)) < len(paths):
        raise RuleError("volumes: two have the same mount_path", "Give each its own")
    if space.hardware == ZERO_GPU and space.python_version not in ZERO_GPU_PYTHON:
        raise RuleError(
            f"python_version {space.python_version!r} is not there on {ZERO_GPU}",
            f"Use one of: {', '.join(ZERO_GPU_PYTHON)}",
        )
    if space.is_paid:
        return dataclasses.replace(
            space, sleep_time=DEFAULT_SLEEP_SECONDS if space.sleep_time is None else space.sleep_time
        )
    if space.sleep_time is not None:
        raise RuleError(
            f"sleep_time: {space.hardware} is free, and the Hub decides when it sleeps",
            "Leave sleep_time out, or choose hardware that costs",
        )
    return space


def _check_models(models: tuple[str, ...], root: Path) -> None:
    """Hold names of models against the manifest; lines for `preload_from_hub` were checked before."""
    names = [model for model in models if "/" not in model]
    manifest = root / "shared" / "artifacts" / "artifacts.toml"
    known = sorted(tomllib.loads(manifest.read_text("utf-8"))) if names and manifest.is_file() else []
    for name in names:
        choose(name, known, what="model of shared/artifacts/artifacts.toml", key="models")


def _check_repos(spaces: list[Space]) -> None:
    """No two Spaces may be the same repository: the Hub does not tell capitals from small letters."""
    seen: dict[str, str] = {}
    for space in spaces:
        other = seen.setdefault(space.repo.lower(), space.name)
        if other != space.name:
            raise RuleError(
                f"repo {space.repo!r} is the repository of [{other}] too", "Give it another"
            ).within(space.name)


def _with_mounts(space: Space, spaces: list[Space]) -> Space:
    """Add what the apps that a Space mounts need: their models, and their checks under their paths."""
    others = {other.name: other for other in spaces if other.name != space.name}
    checks: dict[str, dict[str, Any]] = {}
    models = dict.fromkeys(space.models)
    for name in space.mounts:
        try:
            choose(name, list(others), what="table", key="mounts")
        except RuleError as problem:
            raise problem.within(space.name) from None
        checks |= {f"{name}/{endpoint}": given for endpoint, given in others[name].checks.items()}
        models |= dict.fromkeys(others[name].models)
    return dataclasses.replace(space, checks={**checks, **space.checks}, models=tuple(models))
