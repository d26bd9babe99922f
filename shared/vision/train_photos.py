"""A visitor's photos, put into class folders and looked over before anything is trained.

    gather_classes(folder, [("black", ["a.jpg", "b.jpg"]), ("grizzly", ["c.jpg", "d.jpg"])])
    unpack_photos("bears.zip", folder)         # the other way, in zips.py
    check_gathered(folder)                     # InputError when no classifier can be made of them

What needs every photo decoded (broken files, near-duplicates) is found out in the process that trains.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from shared.errors import InputError
from shared.limits import (
    MAX_LABEL_CHARACTERS,
    MAX_PAGE_CLASSES,
    MAX_PAGE_PHOTOS,
    MAX_PAGE_PHOTOS_MB,
    MAX_PHOTO_MB,
    MB,
)
from shared.vision.cleaning import is_label

MIN_PHOTOS = 2  # of a class: one to learn from, one to hold out
_MAX_STEM = 60  # characters kept of a file's name


def gather_classes(folder: Path, classes: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Copy photos into one folder for each class.

    Args:
        folder: where the class folders go.
        classes: name and files of each; one with neither is left out.

    Raises:
        InputError: a name is missing, there twice or no name, or the files are too many or too large.
    """
    given = [(_one_line(name), list(paths)) for name, paths in classes]
    given = [(name, paths) for name, paths in given if name or paths]
    _check_names(given)
    paths = [Path(path) for _, files in given for path in files]
    if len(paths) > MAX_PAGE_PHOTOS:
        raise InputError(_too_many(len(paths)))
    if not all(path.is_file() for path in paths):
        raise InputError("Some of the photos are no longer on the server. Upload them again.")
    sizes = [path.stat().st_size for path in paths]
    if max(sizes, default=0) > MAX_PHOTO_MB * MB:
        largest = paths[sizes.index(max(sizes))]
        raise InputError(f"{largest.name[:40]} is larger than {MAX_PHOTO_MB} MB. Send a smaller one.")
    if sum(sizes) > MAX_PAGE_PHOTOS_MB * MB:
        raise InputError(
            f"Together the photos are larger than {MAX_PAGE_PHOTOS_MB} MB. Send fewer, or make them smaller."
        )
    for name, files in given:
        (folder / name).mkdir(parents=True)
        for number, source in enumerate(map(Path, files), 1):
            stem = re.sub(r"[^\w.-]+", "_", source.stem)[:_MAX_STEM]
            suffix = re.sub(r"[^\w.]+", "", source.suffix)[:8]
            shutil.copyfile(source, folder / name / f"{number:04}-{stem}{suffix}")


def check_gathered(folder: Path) -> None:
    """Check that a classifier can be made of the class folders, as far as their files tell.

    Raises:
        InputError: there are too few or too many classes or photos, or a class is one photo many times.
    """
    classes = {path.name: sorted(path.iterdir()) for path in sorted(folder.iterdir()) if path.is_dir()}
    n_photos = sum(map(len, classes.values()))
    if n_photos == 0:
        raise InputError("There are no photos yet. Add some to each class, or use the demonstration set.")
    if len(classes) < 2:
        raise InputError(
            f"There is only one class, {_short(next(iter(classes)))}. A classifier chooses between at least "
            "two: add another one."
        )
    if len(classes) > MAX_PAGE_CLASSES:
        raise InputError(
            f"There are {len(classes):,} classes. At most {MAX_PAGE_CLASSES} can be used: leave some out."
        )
    if n_photos > MAX_PAGE_PHOTOS:
        raise InputError(_too_many(n_photos))
    for name, paths in classes.items():
        if len(paths) < MIN_PHOTOS:
            found = "no photo" if not paths else "only one photo"
            raise InputError(
                f"The class {_short(name)} has {found}. Add at least {MIN_PHOTOS}; from 20 on it works well."
            )
        if len({hashlib.sha256(path.read_bytes()).digest() for path in paths}) < MIN_PHOTOS:
            raise InputError(
                f"The class {_short(name)} has the same photo {len(paths)} times. Add different ones."
            )


def _check_names(given: Sequence[tuple[str, list[str]]]) -> None:
    seen: set[str] = set()
    for number, (name, paths) in enumerate(given, 1):
        if not name:
            raise InputError(f"Class {number} has photos ({len(paths)}) and no name. Give it one.")
        if not is_label(name):
            raise InputError(
                f"{_short(name)} cannot be the name of a class. Use at most {MAX_LABEL_CHARACTERS} "
                "characters, without slashes and colons, not starting with a full stop."
            )
        if name.casefold() in seen:
            raise InputError(f"Two classes are called {_short(name)}. Give each a name of its own.")
        seen.add(name.casefold())


def _too_many(n_photos: int) -> str:
    return f"There are {n_photos:,} photos. At most {MAX_PAGE_PHOTOS:,} can be used: take fewer."


def _one_line(name: object) -> str:
    return " ".join(str(name or "").split())


def _short(name: str) -> str:
    return repr(name if len(name) <= 40 else f"{name[:39]}…")
