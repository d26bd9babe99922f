"""The model-loading module: where a trained model comes from, found, checked and loaded once.

`load` looks in this order, and takes the first that is set:

1. `$LESSONS_<NAME>_MODEL`: a folder, or `user/repo@revision` on the Hugging Face Hub;
2. the Hub repository pinned in `artifacts.toml`;
3. the folder that comes with the project.

When 1 or 2 turns out to be missing, damaged or out of reach, the answer is 3 with a `notice` for the page: an
app always starts. `save` writes such a folder, `as_zip` packs it for a visitor to take away. What a folder
holds and how it is checked is in `folder.py`; how the Hub is asked, in `hub.py`.

    from shared import artifacts
    model = artifacts.load("recommender")
    weights = model.tensors()  # {"item_factors": array of shape (n_items, n_factors), ...}
"""

import logging
import os
import re
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared import limits
from shared.artifacts.folder import (
    CONFIG,
    Artifact,
    ArtifactError,
    as_zip,
    check_file,
    check_output,
    read_config,
    read_folder,
    refuse,
    save,
)

if TYPE_CHECKING:
    from shared.artifacts.hub import HubRepo

__all__ = [
    "Artifact",
    "ArtifactError",
    "as_zip",
    "check_output",
    "clear_loaded",
    "load",
    "read_folder",
    "save",
]

logger = logging.getLogger(__name__)

MANIFEST = Path(__file__).with_name("artifacts.toml")
_HUB_NAME = re.compile(r"(?P<repo_id>\w[\w.-]*/\w[\w.-]*)@(?P<revision>\w[\w./-]*)", re.ASCII)

_loaded: dict[str, Artifact] = {}
_locks: dict[str, threading.Lock] = {}


def load(name: str) -> Artifact:
    """The trained model `name`, from the first place that is set; checked, and loaded once per process.

    Args:
        name: a table of `artifacts.toml`, such as "recommender".

    Raises:
        KeyError: the manifest has no such table.
        ArtifactError: even the model that comes with the project is missing or damaged.
    """
    with _locks.setdefault(name, threading.Lock()):
        if name not in _loaded:
            _loaded[name] = _find(name)
        return _loaded[name]


def clear_loaded() -> None:
    """Forget what has been loaded: the next `load` looks again."""
    _loaded.clear()


def _find(name: str) -> Artifact:
    with MANIFEST.open("rb") as file:
        entry = tomllib.load(file)[name]
    variable = f"LESSONS_{re.sub(r'[^A-Z0-9]', '_', name.upper())}_MODEL"
    choice = os.environ.get(variable, "").strip()
    notice = None
    try:
        if choice:
            return _from_choice(name, choice)
        if entry.get("repo_id"):
            return _from_manifest(name, entry)
    except ArtifactError as error:
        asked = f"{variable}={choice}" if choice else f"{entry['repo_id']}@{entry.get('revision')}"
        logger.error("Model %s, %s: %s", name, asked, error, exc_info=error.__cause__)
        notice = f"{error.reason}, so this app uses the model that comes with it; {error.fix}."
    try:
        bundled = read_folder(MANIFEST.parents[1] / entry["bundled"], name=name)
    except ArtifactError as error:
        reason = f"The model {name} that comes with the project is missing or damaged ({error.reason})"
        raise ArtifactError(reason, "get a fresh copy of the project") from error
    return replace(bundled, source="bundled", notice=notice)


def _from_choice(name: str, choice: str) -> Artifact:
    """The folder or repository that the operator chose in the environment."""
    if os.path.isdir(os.path.expanduser(choice)):
        return read_folder(choice, name=name)
    match = _HUB_NAME.fullmatch(choice)
    if match is None:
        refuse(
            "The chosen model is neither a folder that exists nor a name like user/repo@revision",
            "correct the setting and restart the app",
        )
    return _from_hub(name, match["repo_id"], match["revision"])


def _from_manifest(name: str, entry: Mapping[str, str]) -> Artifact:
    """The repository pinned in the manifest."""
    revision = entry.get("revision", "")
    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        refuse(
            f"The model {entry['repo_id']} is not pinned to a full commit of 40 digits",
            "correct artifacts.toml and restart the app",
        )
    return _from_hub(name, entry["repo_id"], revision)


def _from_hub(name: str, repo_id: str, revision: str) -> Artifact:
    """A repository's config.json, then exactly the files that it names."""
    from shared.artifacts import hub  # imports huggingface_hub, which an app with its own model never needs

    def bring(repo: "HubRepo") -> Artifact:
        def check_config(path: Path) -> tuple[Path, dict[str, Any]]:
            return path.parent, read_config(path)

        folder, config = repo.fetch(CONFIG, max_bytes=limits.MAX_CONFIG_MB * limits.MB, check=check_config)
        room = limits.MAX_LOADED_ARTIFACT_MB * limits.MB
        for filename, digest in config["files"].items():
            room -= repo.fetch(filename, max_bytes=room, check=partial(check_file, digest=digest))
        return Artifact(name, folder, config, "hub")

    repo = hub.HubRepo(repo_id, revision)
    try:
        return hub.wait_for(repo, lambda: bring(repo))
    except hub.HubError as error:
        raise ArtifactError(error.reason, error.fix) from error
