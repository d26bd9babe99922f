"""What a trained model looks like on disk: one folder that is checked before it is read.

`config.json` says what the model is, how it was trained, its metrics with their intervals, and the sha256 of
every other file; beside it lie `model.safetensors`, `README.md` (a model card for the Hugging Face Hub) and
perhaps more data. Never a pickle: it runs code when it is loaded, so anything that looks like one is refused.

`shared.artifacts` finds a model and offers everything here under its own name.

    from shared import artifacts
    model = artifacts.save("out", config={"factors": 8}, tensors={"films": films}, card="# My model")
    artifacts.read_folder("out").tensors()["films"]
"""

import gzip
import hashlib
import io
import json
import logging
import os
import re
import shutil
import uuid
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np

from shared import limits
from shared.errors import InputError

logger = logging.getLogger(__name__)

CONFIG, TENSORS, CARD = "config.json", "model.safetensors", "README.md"

_PICKLE_SUFFIXES = frozenset({
    ".pkl", ".pickle", ".p", ".dill", ".joblib", ".pt", ".pth", ".th", ".bin", ".ckpt", ".model", ".mar",
    ".npy", ".npz", ".zip", ".h5", ".keras",
})  # fmt: skip
# How a pickle of protocol 2 to 5 starts, a zip (torch.save writes one), numpy's own format, and packed files
# that are not looked into (bz2, xz, 7z, zstd). A gzip is looked into.
_PICKLE_MAGIC = re.compile(
    rb"\x80[\x02-\x05]|PK[\x03\x05\x07]|\x93NUMPY|BZh|\xfd7zXZ|7z\xbc\xaf|\x28\xb5\x2f\xfd", re.DOTALL
)
# Protocols 0 and 1 have no magic: first a list, a dict or the name of a function, and a full stop at the end.
_OLD_PICKLE = re.compile(rb"\(?(?:[ld]p?\d*\n|[\]\}(]q|[ci][\w.]+\n[\w.]+\n)")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}[A-Za-z0-9]")
_ANOTHER, _FRESH = "choose another model", "get a fresh copy of the model"


class ArtifactError(InputError):
    """A model cannot be used: `reason` and `fix` are two halves of one plain sentence."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(f"{reason}; {fix}.")
        self.reason = reason
        self.fix = fix


@dataclass(frozen=True)
class Artifact:
    """A trained model whose files have been checked.

    Attributes:
        name: its table in `artifacts.toml`, or whatever `read_folder` was told.
        folder: where its files are; `path` gives the checked ones.
        config: the content of config.json.
        source: "folder" (somebody chose it), "hub" or "bundled".
        notice: one sentence for the page when this is not the model that was asked for, otherwise None.
    """

    name: str
    folder: Path
    config: dict[str, Any]
    source: Literal["folder", "hub", "bundled"]
    notice: str | None = None

    def path(self, filename: str) -> Path:
        """The path of config.json or of one of the files it names.

        Raises:
            ArtifactError: config.json names no such file.
        """
        if filename != CONFIG and filename not in self.config["files"]:
            refuse(f"The model {self.name} has no file {filename}", "train it again with this version")
        return self.folder / filename

    def tensors(self) -> dict[str, np.ndarray]:
        """All arrays of model.safetensors by name, read anew at each call."""
        from safetensors.numpy import load_file

        return load_file(self.path(TENSORS))


def read_folder(folder: str | Path, *, name: str = "model", max_mb: float | None = None) -> Artifact:
    """Check a folder and return it as an artifact.

    Args:
        folder: the artifact's folder.
        name: what to call it in messages.
        max_mb: cap on all files together; without it MAX_LOADED_ARTIFACT_MB.

    Raises:
        ArtifactError: a file is missing, damaged, too large, not what its name says, or a pickle.
    """
    folder = Path(os.path.expanduser(folder))
    config = read_config(folder / CONFIG)
    try:
        entries = os.listdir(folder)
    except OSError as error:
        raise ArtifactError("This model's folder cannot be listed", "check who may read it") from error
    for entry in entries:
        _refuse_pickle_name(entry)
    room = (limits.MAX_LOADED_ARTIFACT_MB if max_mb is None else max_mb) * limits.MB
    for filename, digest in config["files"].items():
        room -= check_file(folder / filename, digest)
        if room < 0:
            refuse("This model is larger than allowed", "choose a smaller model")
    return Artifact(name, folder, config, "folder")


def save(
    folder: str | Path,
    *,
    config: Mapping[str, Any],
    tensors: Mapping[str, np.ndarray],
    card: str,
    extra_files: Mapping[str, bytes] | None = None,
    max_total_mb: float = limits.MAX_ARTIFACT_MB,
    max_file_mb: float = limits.MAX_ARTIFACT_FILE_MB,
) -> Artifact:
    """Write an artifact folder: all of it or nothing, and the same bytes for the same content.

    Args:
        folder: where to; an artifact that is there already is replaced, any other folder is left alone.
        config: what the model is, how it was trained, metrics; `files` is added here.
        tensors: arrays of numbers by name.
        card: the text of README.md, with the Hub's front matter.
        extra_files: more files by name.
        max_total_mb: cap on all files together.
        max_file_mb: cap on each file.

    Raises:
        ArtifactError: a name, a size or the folder is not allowed, or the disk is full; nothing has changed.
        ValueError: `config` is not JSON (NaN, for one), or `tensors` holds something other than numbers.
    """
    contents = {TENSORS: _pack_tensors(tensors), CARD: card.encode(), **(extra_files or {})}
    files = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(contents.items())}
    text = json.dumps({**config, "files": files}, **_JSON_STYLE)
    contents[CONFIG] = f"{text}\n".encode()
    _check_files_table(files)
    for name, data in contents.items():
        if len(data) > max_file_mb * limits.MB:
            refuse(f"{name} would be larger than {max_file_mb:g} MB", "train a smaller model")
    if sum(map(len, contents.values())) > max_total_mb * limits.MB:
        refuse(f"The model would be larger than {max_total_mb:g} MB", "train a smaller model")

    folder = check_output(folder)
    scratch = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir()
        for name in sorted(contents):
            (scratch / name).write_bytes(contents[name])
        read_folder(scratch, max_mb=max_total_mb)
        _swap_in(scratch, folder)
    except OSError as error:
        reason = f"The model could not be written to the disk ({error.strerror})"
        raise ArtifactError(reason, "make room or name another folder, and try again") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return read_folder(folder, name=folder.name, max_mb=max_total_mb)


def check_output(folder: str | Path) -> Path:
    """The full path of a folder that `save` may write: new, empty, or with an artifact in it.

    Raises:
        ArtifactError: it holds something else.
    """
    folder = Path(os.path.expanduser(folder)).resolve()
    if folder.exists() and not (folder / CONFIG).exists() and (not folder.is_dir() or any(folder.iterdir())):
        refuse("The output folder holds other files", "name a new or empty folder")
    return folder


def as_zip(folder: str | Path, *, name: str = "model") -> bytes:
    """An artifact folder as the bytes of a zip, made in memory; the same bytes for the same content.

    Args:
        folder: the artifact's folder; only the files that config.json names are packed.
        name: the folder's name inside the zip.

    Raises:
        ArtifactError: the folder is not a sound artifact.
    """
    artifact = read_folder(folder)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for filename in [CONFIG, *sorted(artifact.config["files"])]:
            entry = zipfile.ZipInfo(f"{name}/{filename}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, artifact.path(filename).read_bytes())
    return packed.getvalue()


def refuse(reason: str, fix: str) -> NoReturn:
    """Raise ArtifactError with the two halves of a sentence."""
    raise ArtifactError(reason, fix)


def read_config(path: Path) -> dict[str, Any]:
    """The content of a config.json whose `files` table is safe to follow.

    Raises:
        ArtifactError: it is missing, too large, not JSON, or names files that are not allowed.
    """
    if not os.path.isfile(path):
        refuse("This model has no config.json", "choose a folder that training wrote")
    try:
        if path.stat().st_size > limits.MAX_CONFIG_MB * limits.MB:
            refuse(f"This model's config.json is larger than {limits.MAX_CONFIG_MB} MB", _ANOTHER)
        config = json.loads(path.read_bytes())
    except ArtifactError:
        raise
    except OSError as error:
        raise ArtifactError("This model's config.json cannot be read", "check who may read it") from error
    except (ValueError, RecursionError) as error:
        raise ArtifactError("This model's config.json is not JSON", _FRESH) from error
    if not isinstance(config, dict):
        refuse("This model's config.json is not a table of names and values", _ANOTHER)
    _check_files_table(config.get("files"))
    return config


def check_file(path: Path, digest: str) -> int:
    """The size of a file in bytes, once its sha256 agrees and it holds what its name says.

    Raises:
        ArtifactError: it is missing, damaged, a pickle, or not safetensors though it is called so.
    """
    if not os.path.isfile(path):
        refuse(f"This model's {path.name} is missing", _FRESH)
    try:
        with path.open("rb") as file:
            head = file.read(512)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            last = file.read(1)
            file.seek(0)
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArtifactError(f"This model's {path.name} cannot be read", "check who may read it") from error
    if found != digest:
        refuse(f"This model's {path.name} is damaged (its sha256 is not the one in config.json)", _FRESH)
    if path.suffix.lower() == ".safetensors":
        # Starts with a length, which can look like a pickle's first bytes: the strict reader decides.
        _check_tensors(path)
        return size
    if head.startswith(b"\x1f\x8b"):
        head, last = _look_into_gzip(path), b"."
    if _PICKLE_MAGIC.match(head) or (last == b"." and _OLD_PICKLE.match(head)) or head[257:262] == b"ustar":
        _refuse_pickle(path)
    return size


def _check_files_table(files: object) -> None:
    """Plain file names without a folder, each with a sha256; no way out of the folder, no pickle."""
    if not isinstance(files, dict) or TENSORS not in files:
        refuse("This model's config.json does not list its files", "choose a folder that training wrote")
    if len(files) > limits.MAX_ARTIFACT_FILES:
        refuse(f"This model has more than {limits.MAX_ARTIFACT_FILES} files", _ANOTHER)
    for name, digest in files.items():
        if not _FILE_NAME.fullmatch(name) or ".." in name or name.lower() == CONFIG:
            logger.error("Refused a file name in config.json: %.200r", name)
            refuse("This model's config.json names a file that is not allowed", _ANOTHER)
        _refuse_pickle_name(name)
        if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            refuse(f"This model's config.json has no sha256 for {name}", _ANOTHER)


def _check_tensors(path: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as header:
            header.keys()
    except SafetensorError as error:
        raise ArtifactError(f"This model's {path.name} does not hold tensors", _FRESH) from error


def _look_into_gzip(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(512)
    except (OSError, EOFError, zlib.error) as error:
        raise ArtifactError(f"This model's {path.name} is not a sound gzip file", _FRESH) from error


def _refuse_pickle_name(filename: str) -> None:
    if os.path.splitext(filename.lower().removesuffix(".gz"))[1] in _PICKLE_SUFFIXES:
        _refuse_pickle(filename)


def _refuse_pickle(path: str | Path) -> NoReturn:
    logger.error("Refused a file that may run code when it is loaded: %s", path)
    refuse("This model holds a file that could run code (a pickle or a zip)", "choose a model without it")


def _pack_tensors(tensors: Mapping[str, np.ndarray]) -> bytes:
    from safetensors.numpy import save as pack

    dense = {}
    for name, value in sorted(tensors.items()):
        if value.dtype.kind not in "biufc":
            raise ValueError(f"tensors[{name!r}] has dtype {value.dtype}: only numbers can be saved")
        # The memory is written as it lies: a transposed view would be stored wrongly.
        dense[name] = np.ascontiguousarray(value).reshape(value.shape)
    return pack(dense)


def _swap_in(scratch: Path, folder: Path) -> None:
    """Put `scratch` in the place of `folder`; whatever was there comes back if that fails."""
    old = scratch.with_suffix(".old")
    if folder.exists():
        folder.rename(old)
    try:
        scratch.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _to_json(value: object) -> Any:
    """What json cannot write by itself: numpy's numbers and arrays."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise ValueError(f"config holds a {type(value).__name__}, which is not JSON")


_JSON_STYLE: dict[str, Any] = {
    "indent": 2,
    "sort_keys": True,
    "ensure_ascii": False,
    "allow_nan": False,
    "default": _to_json,
}
