"""A trained model to a repository of its own on the Hub, and its commit into the manifest that apps read.

`shared/artifacts/artifacts.toml` pins the commit, so that nobody changes the model under a running app;
everything else in that file, comments too, stays as it is.

    from deploy.models import publish_model
    publish_model(hub, "bears", repo_id="user/bears-model", artifact=None, private=False)  # the commit
"""

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy import ROOT
from deploy.commit import commit_changes
from deploy.errors import PushError
from deploy.tree import is_same, read_tree

if TYPE_CHECKING:
    from deploy.hub import Hub
    from shared.artifacts import Artifact

MANIFEST = ROOT / "shared" / "artifacts" / "artifacts.toml"
CONFIG = "config.json"
TRAINING = "training"  # the folder with the code that trained a model on Jobs; no part of the model


def publish_model(
    hub: "Hub",
    name: str,
    *,
    repo_id: str,
    artifact: Path | None = None,
    private: bool = False,
    manifest: Path = MANIFEST,
) -> str:
    """Commit a trained model to its repository, and pin that commit in the manifest.

    Args:
        hub: where to.
        name: of the model, a table of the manifest.
        repo_id: "user/name"; it is created when it is not there.
        artifact: the folder that training wrote; None for the model that comes with the project.
        private: whether only its owner sees a new repository.
        manifest: where the commit is written to.

    Returns:
        The commit of 40 digits: the newest of the repository when it holds just this model already.

    Raises:
        PushError: there is no such model, its folder is not sound, or the Hub refused.
    """
    bundled = read_manifest(manifest, name)
    model = _read_artifact(artifact or bundled, name)
    repo_id = make_model_repo(hub, repo_id, private=private)
    commit = push_artifact(hub, model, repo_id, message=f"Publish the model {name}")
    pin(manifest, name, repo_id=repo_id, revision=commit)
    return commit


def make_model_repo(hub: "Hub", repo_id: str, *, private: bool) -> str:
    """Create a model repository, if it is not there.

    Args:
        hub: where to.
        repo_id: "user/name".
        private: whether only its owner sees a new one.

    Returns:
        Its full name, as the Hub has it.

    Raises:
        PushError: the Hub refused.
    """
    url = hub.call(
        f"create the model repository {repo_id}",
        hub.api.create_repo,
        repo_id=repo_id,
        private=private,
        exist_ok=True,
    )
    return str(url.repo_id)


def read_model_head(hub: "Hub", repo_id: str) -> str:
    """Give the newest commit of a model repository.

    Args:
        hub: where to ask.
        repo_id: "user/name".

    Raises:
        PushError: the Hub does not tell.
    """
    return str(hub.call(f"look at {repo_id}", hub.api.model_info, repo_id=repo_id).sha)


def push_artifact(hub: "Hub", model: "Artifact", repo_id: str, *, message: str) -> str:
    """Make a repository hold a model's files, with one commit, or none when it does already.

    Args:
        hub: where to.
        model: what to push.
        repo_id: an existing model repository.
        message: of the commit.

    Returns:
        The commit that holds them.

    Raises:
        PushError: the Hub refused, or somebody else pushed meanwhile.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    head = read_model_head(hub, repo_id)
    tree = read_tree(hub, repo_id, repo_type="model", revision=head)
    paths = {name: model.path(name) for name in [CONFIG, *sorted(model.config["files"])]}
    # A file of an earlier model would be mistaken for one of this; the record of a training is none of them.
    left_over = [
        path
        for path in tree
        if path not in paths and path != ".gitattributes" and not path.startswith(f"{TRAINING}/")
    ]
    operations = [
        *(
            CommitOperationAdd(name, path)
            for name, path in paths.items()
            if not is_same(tree.get(name), path)
        ),
        *(CommitOperationDelete(path) for path in left_over),
    ]
    return commit_changes(
        hub,
        operations,
        repo_id=repo_id,
        repo_type="model",
        head=head,
        what=f"push the model to {repo_id}",
        message=message,
    )


def read_manifest(manifest: Path, name: str) -> Path:
    """Find the folder of the model that comes with the project.

    Args:
        manifest: `artifacts.toml`.
        name: of the model.

    Raises:
        PushError: the manifest has no such model.
    """
    tables = tomllib.loads(manifest.read_text("utf-8"))
    if name not in tables:
        raise PushError(
            f"{manifest.name} has no model {name!r}.", f"Choose one of: {', '.join(sorted(tables))}."
        )
    return manifest.parents[1] / str(tables[name]["bundled"])


def pin(manifest: Path, name: str, *, repo_id: str, revision: str) -> None:
    """Write a model's repository and commit into the manifest; the file is untouched when they stand there.

    Args:
        manifest: `artifacts.toml`.
        name: of the model.
        repo_id: "user/name".
        revision: 40 digits.
    """
    import tomlkit

    document = tomlkit.parse(manifest.read_text("utf-8"))
    table: Any = document[name]
    wanted = {"repo_id": repo_id, "revision": revision}
    if {key: table.get(key) for key in wanted} == wanted:
        return
    for key, value in wanted.items():
        table[key] = value
    text = tomlkit.dumps(document)
    scratch = manifest.with_suffix(".toml.new")
    scratch.write_text(text, "utf-8", newline="\n")
    scratch.replace(manifest)  # all of it or nothing: apps read it at their start


def _read_artifact(folder: Path, name: str) -> "Artifact":
    """Check every file of a model: nothing damaged, and never a pickle, is published."""
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))  # `python spaces/push.py` puts only spaces/ there
    from shared.artifacts import ArtifactError, read_folder

    try:
        return read_folder(folder, name=name)
    except ArtifactError as error:
        raise PushError(
            f"The model in {folder} cannot be published: {error.reason}.", f"{error.fix}."
        ) from None
