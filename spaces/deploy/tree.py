"""What is in a repository on the Hub at a commit, by hash: enough to compare without downloading anything.

from deploy.tree import is_same, read_tree
tree = read_tree(hub, "user/bears", repo_type="model", revision=commit)
is_same(tree.get("model.onnx"), Path("artifact/model.onnx"))
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.hub import Hub


@dataclass(frozen=True)
class TreeFile:
    """One file of a commit.

    Attributes:
        size: in bytes.
        digest: of the content: sha256 of a large file, git's own sha1 of another.
        is_large: whether the Hub keeps it as LFS.
    """

    size: int
    digest: str
    is_large: bool


def local_files(folder: Path) -> dict[str, Path]:
    """List the files of a folder by the paths that they have in a repository.

    Args:
        folder: any.
    """
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def read_tree(
    hub: "Hub", repo_id: str, *, repo_type: str, revision: str | None = None
) -> dict[str, TreeFile]:
    """List all files of a commit.

    Args:
        hub: where to ask.
        repo_id: "user/name".
        repo_type: "model" or "space".
        revision: a commit; None for the newest.

    Returns:
        The files by path, sorted.

    Raises:
        PushError: the Hub does not tell.
    """
    from huggingface_hub.hf_api import RepoFile

    def read() -> list[RepoFile]:
        entries = hub.api.list_repo_tree(repo_id, recursive=True, revision=revision, repo_type=repo_type)
        return [entry for entry in entries if isinstance(entry, RepoFile)]

    files = hub.call(f"list the files of {repo_id}", read, repo_id=repo_id)
    return {
        file.path: TreeFile(file.size, file.lfs.sha256 if file.lfs else file.blob_id, file.lfs is not None)
        for file in sorted(files, key=lambda file: file.path)
    }


def is_same(file: TreeFile | None, path: Path) -> bool:
    """Say whether a file on the Hub has the content of a local one.

    Args:
        file: None when the Hub has none.
        path: the local file.
    """
    if file is None or file.size != path.stat().st_size:
        return False
    content = path.read_bytes()
    if file.is_large:
        return file.digest == hashlib.sha256(content).hexdigest()
    return file.digest == hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
