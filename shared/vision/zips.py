"""A visitor's zip of class folders, unpacked: each photo's class is the folder it lies in.

What stands above that folder does not matter: `bears/train/black/1.jpg` is a photo of the class `black`.
Bytes are counted as they come out, whatever the zip says of its size, and photos appear in the folder only
when the whole zip was good. They are written as they came; `shared.vision.images` decodes them later.

    report = unpack_photos("bears.zip", folder)     # folder/black/1.jpg, folder/grizzly/2.jpg, ...
    report.n_photos, report.n_skipped               # (480, 12)
    report.notes                                    # ("12 files left out (hidden or ...): .DS_Store, ...",)

The folders are what fastai's `parent_label` reads: https://course.fast.ai/Lessons/lesson1.html.
"""

import re
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from shared.errors import InputError
from shared.limits import MAX_LABEL_CHARACTERS, MAX_PHOTO_MB, MAX_UNPACKED_MB, MB
from shared.vision.images import SUFFIXES, photo_kind
from shared.vision.zip_checks import DAMAGE, MAX_NAME_BYTES, ZIP_MAGIC, clean_name, open_zip, shown_name

_ARCHIVES = (*ZIP_MAGIC, b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")
_SYSTEM_FILES = ("thumbs.db", "desktop.ini")
_HEAD_BYTES = 64  # of a file, to see what it is
_CHUNK_BYTES = 1 << 20
_MOST_NAMED = 3  # files named in one sentence
_HOW_TO_ZIP = "Put the photos of each class into a folder, and zip the folders."


@dataclass(frozen=True)
class ZipReport:
    """What came out of a zip.

    Attributes:
        n_photos: files written.
        n_skipped: files left out because they are no photo of a class; damaged ones are counted apart.
        notes: plain sentences about what was left out or renamed.
        damaged: names of the files whose bytes are not what was packed.
    """

    n_photos: int
    n_skipped: int
    notes: tuple[str, ...]
    damaged: tuple[str, ...]


class DamagedZipError(InputError):
    """Some photos of a zip are damaged, the others are good, and the visitor has to decide.

    Attributes:
        damaged: names of the damaged files.
    """

    def __init__(self, message: str, damaged: tuple[str, ...]) -> None:
        super().__init__(message)
        self.damaged = damaged


@dataclass(frozen=True)
class _Packed:
    """A photo in a zip: its entry, the folders above it with its name at the end, and its kind."""

    entry: zipfile.ZipInfo
    parts: list[str]
    kind: str


def unpack_photos(zip_path: str | Path, folder: Path, *, keep_good: bool = False) -> ZipReport:
    """Write the photos of a zip to `folder/<class>/<name>`.

    Args:
        zip_path: the zip.
        folder: a new or an empty one.
        keep_good: leave damaged photos out, instead of refusing the zip because of them.

    Raises:
        DamagedZipError: some photos are damaged, and `keep_good` is false.
        InputError: it is no zip or not a safe one, it is too large, or there is no photo to take from it.
            No photo is written then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open_zip(Path(zip_path)) as archive, tempfile.TemporaryDirectory(dir=folder) as work:
        photos, left_out, damaged = _look_at_files(archive)
        classes = _name_classes(photos)
        writer = _Writer(Path(work))
        for photo in photos:
            name = photo.entry.orig_filename
            if len(photo.parts) < 2:
                left_out["in no folder of a class"].append(name)
                continue
            try:
                if not writer.copy(archive, photo, classes[photo.parts[-2]]):
                    left_out[f"larger than {MAX_PHOTO_MB} MB"].append(name)
            except DAMAGE as error:
                if isinstance(error, InputError):
                    raise
                damaged.append(name)
        _check_result(len(writer.paths), damaged, keep_good)
        for path in writer.paths:
            target = folder / path.relative_to(work)
            target.parent.mkdir(exist_ok=True)
            path.replace(target)
    notes = [_note(names, why) for why, names in left_out.items()]
    if damaged:
        notes.append(_note(damaged, "damaged"))
    if renamed := [label for raw, label in classes.items() if raw != label]:
        notes.append(f"Names of classes that were shortened or cleaned: {_listed(renamed)}.")
    n_skipped = sum(map(len, left_out.values()))
    return ZipReport(len(writer.paths), n_skipped, tuple(notes), tuple(map(shown_name, damaged)))


def _look_at_files(archive: zipfile.ZipFile) -> tuple[list[_Packed], dict[str, list[str]], list[str]]:
    """Find the photos by their first bytes.

    Returns:
        The photos, the names of what is left out by the reason, and the names of what is damaged.
    """
    photos: list[_Packed] = []
    left_out: dict[str, list[str]] = defaultdict(list)
    damaged: list[str] = []
    for entry in archive.infolist():
        name = entry.orig_filename
        path = unicodedata.normalize("NFC", name.replace("\\", "/"))  # macOS writes accents apart
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if path.endswith("/") or not parts:
            continue
        if any(part.startswith((".", "__")) for part in parts) or parts[-1].lower() in _SYSTEM_FILES:
            left_out["hidden or the computer's own"].append(name)
            continue
        try:
            with archive.open(entry) as file:
                head = file.read(_HEAD_BYTES)
        except DAMAGE:
            damaged.append(name)
            continue
        if head.startswith(_ARCHIVES):
            raise InputError(
                f"{shown_name(name)} is an archive inside the zip. Unpack it first, or leave it out."
            )
        if kind := photo_kind(head):
            photos.append(_Packed(entry, parts, kind))
        else:
            left_out["no JPEG, PNG, WebP or HEIC photos"].append(name)
    _peel(photos)
    return photos, left_out, damaged


def _peel(photos: Sequence[_Packed]) -> None:
    """Take off folders around the class folders, so that a photo beside those counts as in none."""
    while (
        len({photo.parts[0] for photo in photos}) == 1
        and all(len(photo.parts) > 1 for photo in photos)
        and any(len(photo.parts) > 2 for photo in photos)
    ):
        for photo in photos:
            del photo.parts[0]


def _name_classes(photos: Sequence[_Packed]) -> dict[str, str]:
    """Give each folder with photos the name of its class, which is a safe name for a folder, too."""
    classes: dict[str, str] = {}
    names = _Names()
    for photo in photos:
        if len(photo.parts) > 1 and photo.parts[-2] not in classes:
            # `read_photos` takes a folder that begins with a dot or two underscores for a hidden one.
            label = re.sub(r"^(\.|__|\s)+|[.\s]+$", "", clean_name(photo.parts[-2], MAX_LABEL_CHARACTERS))
            classes[photo.parts[-2]] = names.unique(label or "class")
    return classes


class _Writer:
    """Writes photos into class folders, and counts the bytes that come out of the zip."""

    def __init__(self, folder: Path) -> None:
        self.paths: list[Path] = []
        self._folder = folder
        self._names: dict[str, _Names] = defaultdict(_Names)
        self._n_bytes = 0

    def copy(self, archive: zipfile.ZipFile, photo: _Packed, label: str) -> bool:
        """Write one photo; false when it is too large, and then nothing stays of it."""
        stem = clean_name(PurePosixPath(photo.parts[-1]).stem, MAX_NAME_BYTES).strip(". ")
        path = self._folder / label / self._names[label].unique(stem or "photo", SUFFIXES[photo.kind])
        path.parent.mkdir(exist_ok=True)
        n_bytes = 0
        try:
            with archive.open(photo.entry) as packed, path.open("wb") as file:
                while n_bytes <= MAX_PHOTO_MB * MB and (chunk := packed.read(_CHUNK_BYTES)):
                    n_bytes += len(chunk)
                    self._n_bytes += len(chunk)
                    if self._n_bytes > MAX_UNPACKED_MB * MB:
                        raise InputError(
                            f"This zip unpacks to over {MAX_UNPACKED_MB} MB. Zip fewer or smaller photos."
                        )
                    file.write(chunk)
        except DAMAGE:
            path.unlink(missing_ok=True)
            raise
        if n_bytes > MAX_PHOTO_MB * MB:
            path.unlink()
            return False
        self.paths.append(path)
        return True


class _Names:
    """Names that are taken; some disks see no difference between large and small letters."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # of the last one with this name

    def unique(self, stem: str, suffix: str = "") -> str:
        """Number a name that is taken: `bear (2).jpg`."""
        name = wanted = f"{stem}{suffix}"
        number = self._numbers.get(wanted.casefold(), 0)
        while name.casefold() in self._numbers:
            number += 1
            name = f"{stem} ({number}){suffix}"
        self._numbers[name.casefold()] = 1
        self._numbers[wanted.casefold()] = max(number, 1)
        return name


def _check_result(n_photos: int, damaged: Sequence[str], keep_good: bool) -> None:
    if not n_photos and damaged:
        raise InputError(f"The photos in this zip are damaged: {_listed(damaged)}. Zip them again.")
    if not n_photos:
        raise InputError(f"There is no photo in a class folder in this zip. {_HOW_TO_ZIP}")
    if damaged and not keep_good:
        raise DamagedZipError(
            f"{len(damaged)} of {n_photos + len(damaged)} files in this zip are damaged: {_listed(damaged)}. "
            "Zip the photos again, or go on with the good ones only.",
            tuple(map(shown_name, damaged)),
        )


def _note(names: Sequence[str], why: str) -> str:
    return f"{len(names)} {'file' if len(names) == 1 else 'files'} left out ({why}): {_listed(names)}."


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(shown_name, names[:_MOST_NAMED])) + more
