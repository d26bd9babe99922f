"""Repositories of the local Hub of Spaces: commits and files, and how the Hub describes them.

repo = Repository("visitor/bears", "space", private=False)
repo.commit({"app.py": b"..."}, set(), "First", author="visitor")
repo.files()["app.py"]
"""

import fnmatch
import hashlib
import importlib.metadata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from tests.servers.spaces_hub_http import Refusal
from tests.servers.spaces_hub_process import now
from tests.servers.spaces_hub_rules import read_front_matter

KINDS = {"models": "model", "datasets": "dataset", "spaces": "space"}
_MAX_REGULAR_BYTES = 10_000_000
_LFS_ENDINGS = (
    "7z",
    "bin",
    "gz",
    "h5",
    "joblib",
    "npy",
    "npz",
    "onnx",
    "parquet",
    "pkl",
    "pt",
    "pth",
    "safetensors",
    "tar",
    "tgz",
    "zip",
    "zst",
)
_GIT_ATTRIBUTES = "".join(f"*.{ending} filter=lfs diff=lfs merge=lfs -text\n" for ending in _LFS_ENDINGS)


@dataclass(frozen=True)
class Commit:
    """One commit: `files` is everything that is in the repository after it."""

    oid: str
    title: str
    message: str
    author: str
    date: str
    files: dict[str, bytes]
    large: frozenset[str]  # the paths that are kept in the store


@dataclass
class Repository:
    """A repository with one branch; the newest commit is the last.

    Attributes:
        kind: model, dataset or space.
        tags: commits by a name that somebody gave them.
    """

    id: str
    kind: str
    private: bool
    commits: list[Commit] = field(default_factory=list)
    created: str = field(default_factory=now)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> Commit:
        """The newest commit."""
        return self.commits[-1]

    @property
    def owner(self) -> str:
        """The account or organisation it belongs to."""
        return self.id.split("/")[0]

    def find(self, revision: str | None) -> Commit:
        """A commit by its 40 digits, or the newest for "main" and None.

        Raises:
            Refusal: when there is none.
        """
        if revision in (None, "main"):
            return self.head
        for commit in self.commits:
            if commit.oid == revision:
                return commit
        raise Refusal(404, f"Invalid rev id: {revision}", code="RevisionNotFound")

    def files(self, revision: str | None = None) -> dict[str, bytes]:
        """What is in the repository at a commit."""
        return dict(self.find(revision).files)

    def commit(
        self,
        files: dict[str, bytes],
        removed: set[str],
        title: str,
        *,
        author: str,
        message: str = "",
        large: set[str] | None = None,
    ) -> Commit:
        """Add files, take some away, and keep the result as the newest commit.

        Args:
            files: what to add or replace.
            removed: paths to take away first.
            title: the first line of the message.
            author: whose commit it is.
            message: the rest of the message.
            large: the paths of `files` that are kept in the store; by default decided from path and content.
        """
        before = self.commits[-1] if self.commits else None
        kept = {path: data for path, data in (before.files if before else {}).items() if path not in removed}
        now_large = {path for path in (before.large if before else ()) if path in kept and path not in files}
        if large is None:
            large = {path for path, data in files.items() if self.is_large(path, len(data), data[:512])}
        parts = [before.oid if before else "", title, message, author, str(len(self.commits)), self.id]
        parts += [f"{path} {git_oid(data)}" for path, data in sorted({**kept, **files}.items())]
        oid = hashlib.sha1("\n".join(parts).encode()).hexdigest()
        everything = dict(sorted({**kept, **files}.items()))
        made = Commit(oid, title, message, author, now(), everything, frozenset(now_large | large))
        self.commits.append(made)
        return made

    def is_large(self, path: str, size: int, sample: bytes) -> bool:
        """Whether a file must go to the store: by .gitattributes, its size, or because it is binary."""
        rules = self.commits[-1].files.get(".gitattributes", b"").decode() if self.commits else ""
        patterns = [line.split()[0] for line in rules.splitlines() if "filter=lfs" in line]
        is_named = any(fnmatch.fnmatch(PurePosixPath(path).name, pattern) for pattern in patterns)
        return size > 0 and (is_named or size > _MAX_REGULAR_BYTES or b"\0" in sample)

    def metadata(self, revision: str | None = None) -> dict[str, Any]:
        """What the README's front matter says; empty when it has none."""
        found = read_front_matter(self.files(revision).get("README.md", b"").decode())
        return found if isinstance(found, dict) else {}


def git_oid(data: bytes) -> str:
    """The name of a file in git."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _pointer(data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n".encode()


def describe_file(commit: Commit, path: str) -> dict[str, Any]:
    """A file as the Hub lists it: sizes and hashes, no content."""
    data = commit.files[path]
    if path not in commit.large:
        return {"type": "file", "path": path, "oid": git_oid(data), "size": len(data)}
    pointer = _pointer(data)
    lfs = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": len(pointer)}
    return {"type": "file", "path": path, "oid": git_oid(pointer), "size": len(data), "lfs": lfs}


def describe_folder(commit: Commit, path: str) -> dict[str, Any]:
    """A folder as the Hub lists it."""
    inside = sorted(name for name in commit.files if name.startswith(f"{path}/"))
    listing = "\n".join(f"{name} {git_oid(commit.files[name])}" for name in inside)
    return {
        "type": "directory",
        "path": path,
        "oid": hashlib.sha1(listing.encode()).hexdigest(),
        "size": 0,
    }


def folders(commit: Commit) -> set[str]:
    """All folders of a commit."""
    return {str(parent) for path in commit.files for parent in PurePosixPath(path).parents} - {"."}


def first_files(repo_id: str, kind: str, sdk: str | None) -> dict[str, bytes]:
    """What the Hub itself puts into a new repository."""
    files = {".gitattributes": _GIT_ATTRIBUTES.encode()}
    if kind == "space":
        lines = [
            "---",
            f"title: {repo_id.split('/')[1]}",
            "emoji: 🚀",
            "colorFrom: blue",
            "colorTo: green",
            f"sdk: {sdk}",
            f"sdk_version: {importlib.metadata.version('gradio')}",
            "pinned: false",
            "---",
            "",
        ]
        files["README.md"] = "\n".join(lines).encode()
    return files
