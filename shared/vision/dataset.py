"""Photos in class folders: read them, find near-duplicates, and split so that none is on both sides.

A photo is known by the sha256 of its bytes, so a choice made for it survives renaming and moving. Two photos
are near-duplicates when their perceptual hashes (64 bits from the lowest frequencies, pHash) differ in few
bits: the same picture resized, recompressed or slightly cropped. A validation set that holds a copy of a
training photo measures memory, not learning (lesson 1), so a whole group goes to one side.

    photo_set = read_photos("bears")                  # bears/black/*.jpg, bears/grizzly/*.jpg, ...
    train, valid = split_photos(photo_set.photos, valid_pct=0.2, seed=0)
"""

import functools
import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared import limits
from shared.errors import InputError
from shared.vision.images import open_photo

NEAR_BITS = 6  # of 64: copies that were resized, recompressed or cropped a little stay within
_HASH_SIDE_PX = 256  # a hash of 64 bits needs no more


@dataclass(frozen=True)
class Photo:
    """One photo of a class.

    Attributes:
        path: the file.
        label: its class.
        digest: sha256 of the file's bytes, 64 hexadecimal digits.
    """

    path: Path
    label: str
    digest: str


@dataclass(frozen=True)
class PhotoSet:
    """Photos with their classes, and what was left out on reading.

    Attributes:
        photos: by class, then by name.
        notes: plain sentences about what was left out.
    """

    photos: tuple[Photo, ...]
    notes: tuple[str, ...] = ()

    @property
    def vocab(self) -> list[str]:
        """The classes, sorted."""
        return sorted({photo.label for photo in self.photos})


def read_photos(folder: str | Path) -> PhotoSet:
    """Read a folder that holds one folder for each class.

    Every photo is decoded once; those that cannot be are left out and named in the notes, as is the second
    copy of the same file within a class.

    Args:
        folder: such as bears/ with black/, grizzly/ and teddy/ in it.

    Raises:
        InputError: there is no such folder, fewer than two classes have photos, or there are too many photos.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder.name!r}. Name one that holds a folder for each class.")
    files = [
        path
        for class_folder in sorted(folder.iterdir())
        if class_folder.is_dir() and not class_folder.name.startswith((".", "__"))
        for path in sorted(class_folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
    if len(files) > limits.MAX_TRAINING_PHOTOS:
        raise InputError(
            f"There are {len(files):,} photos; at most {limits.MAX_TRAINING_PHOTOS:,} can be used. "
            "Leave some out."
        )
    photos: list[Photo] = []
    broken: list[str] = []
    seen: set[tuple[str, str]] = set()
    n_copies = 0
    for path in files:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if (path.parent.name, digest) in seen:
            n_copies += 1
            continue
        seen.add((path.parent.name, digest))
        try:
            perceptual_hash(path, digest)
        except InputError:
            broken.append(path.name)
            continue
        photos.append(Photo(path, path.parent.name, digest))
    labels = Counter(photo.label for photo in photos)
    if len(labels) < 2:
        found = f"only the class {next(iter(labels))!r}" if labels else "none"
        raise InputError(
            f"Photos of at least two classes are needed, and there is {found}. Put each class into a folder "
            "of its own."
        )
    return PhotoSet(tuple(photos), tuple(_reading_notes(broken, n_copies)))


def _reading_notes(broken: Sequence[str], n_copies: int) -> list[str]:
    notes = []
    if broken:
        names = ", ".join(broken[:3]) + (", …" if len(broken) > 3 else "")
        notes.append(f"{len(broken)} could not be read as a photo and were left out: {names}.")
    if n_copies:
        notes.append(f"{n_copies} exact copies within a class were left out.")
    return notes


def perceptual_hash(path: Path, digest: str) -> int:
    """Give a photo's pHash as a number of 64 bits; worked out once for each content.

    Raises:
        InputError: the file is no photo.
    """
    return _hash_of(digest, str(path))


@functools.lru_cache(maxsize=4 * limits.MAX_TRAINING_PHOTOS)
def _hash_of(digest: str, path: str) -> int:
    import imagehash

    picture = open_photo(path, max_side=_HASH_SIDE_PX)
    bits = imagehash.phash(picture).hash.ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def duplicate_groups(photos: Sequence[Photo]) -> list[int]:
    """Give each photo the number of its group: copies and near-copies share one.

    Being alike is passed on: when A is like B and B like C, all three are one group.

    Returns:
        One group number for each photo, counted from 0 in order of appearance.
    """
    with ThreadPoolExecutor(2) as pool:
        hashes = np.array(
            list(pool.map(lambda photo: perceptual_hash(photo.path, photo.digest), photos)), dtype=np.uint64
        )
    group = list(range(len(photos)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for at in range(1, len(photos)):
        near = np.flatnonzero(np.bitwise_count(hashes[:at] ^ hashes[at]) <= NEAR_BITS)
        for other in near:
            low, high = sorted((root(int(other)), root(at)))
            group[high] = low
    roots = [root(at) for at in range(len(photos))]
    numbers = {first: number for number, first in enumerate(dict.fromkeys(roots))}
    return [numbers[first] for first in roots]


def split_photos(
    photos: Sequence[Photo], *, valid_pct: float = 0.2, seed: int = 0
) -> tuple[list[int], list[int]]:
    """Hold out a share of every class; a group of near-duplicates is never torn apart.

    Groups are drawn at random and go to the held-out side as long as one of their classes still lacks photos
    there.

    Args:
        photos: what to split.
        valid_pct: the share to hold out, between 0 and 1.
        seed: of the draw.

    Returns:
        Indices to train on and indices held out, both sorted.

    Raises:
        InputError: the share is not between 0 and 1, or a class has too few different photos for both sides.
    """
    if not 0 < valid_pct < 1:
        raise InputError(f"The held-out share must be between 0 and 1, not {valid_pct}.")
    members = defaultdict(list)
    for at, number in enumerate(duplicate_groups(photos)):
        members[number].append(at)
    groups = list(members.values())
    random.Random(seed).shuffle(groups)
    wanted = {
        label: max(1, round(valid_pct * count)) for label, count in Counter(p.label for p in photos).items()
    }
    n_groups = Counter(label for group in groups for label in {photos[at].label for at in group})
    for label, count in n_groups.items():
        if count < 2:
            raise InputError(
                f"The class {label!r} has photos of one scene only, so none can be held out. Add others."
            )
    held: Counter[str] = Counter()
    left = Counter(n_groups)
    valid: list[int] = []

    def hold_out(group: list[int]) -> None:
        labels = Counter(photos[at].label for at in group)
        valid.extend(group)
        held.update(labels)
        left.subtract(labels.keys())

    def can_spare(group: list[int]) -> bool:
        return all(left[photos[at].label] > 1 for at in group)

    for group in groups:
        labels = Counter(photos[at].label for at in group)
        if can_spare(group) and all(held[label] + n <= wanted[label] for label, n in labels.items()):
            hold_out(group)
    for label in wanted:
        if not held[label]:  # every group of the class was larger than its share
            free = [g for g in groups if label in {photos[at].label for at in g} and can_spare(g)]
            if not free:
                raise InputError(
                    f"No photo of the class {label!r} can be held out: their copies are in other classes, "
                    "which have no others. Take the copies out, or add photos."
                )
            hold_out(min(free, key=len))
    train = sorted(set(range(len(photos))) - set(valid))
    return train, sorted(valid)
