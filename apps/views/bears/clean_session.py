"""The photos that one visitor cleans: their folder for an hour, and what was found out about them.

A visitor's photos lie in a temporary folder of their own. It is deleted when they load others, when their
session ends, and after an hour; past `MAX_CLEAN_FOLDERS` the oldest goes first. The demonstration set is no
visitor's: it is made once and serves everybody.

    folder = new_folder()
    session = finish_session(folder, photo_set, known)       # splits, trains, flags
    choose_places(session, label="black", split=BOTH, order=WORST, flag=ANY)   # worst first
"""

import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared import limits, scratch
from shared.errors import InputError
from shared.vision.cleaning import Choices
from shared.vision.dataset import Photo, PhotoSet, duplicate_groups
from shared.vision.demo_set import DemoSet, make_demo_set
from shared.vision.flags import FLAGS, flag_photos
from shared.vision.quick import Known, Scores, score_photos

EXPIRED = (
    "Your photos are gone: they are kept for an hour. Load them again; your choices are kept in this browser "
    "and come back with them."
)

ALL = "/"  # all classes; a class cannot be called so
BOTH = "Both"
SPLITS: dict[str, bool | None] = {BOTH: None, "Training": False, "Held out": True}
ANY = "any"  # flag or none
WORST = "Highest loss first"
ORDERS: dict[str, Callable[["Session"], Sequence[Any]]] = {  # what each photo is sorted by
    WORST: lambda session: [-loss for loss in session.scores.loss],
    "Lowest loss first": lambda session: list(session.scores.loss),
    "By name": lambda session: [photo.path.name for photo in session.photos],
    "Copies together": lambda session: _largest_first(session.groups),
}


@dataclass(frozen=True)
class Session:
    """One photo set, looked at.

    Attributes:
        folder: where the files lie.
        photo_set: as it was read.
        groups: of each photo; copies share one.
        known: features and measures by digest.
        scores: of the quick model.
        flags: of each photo.
        truth: digest -> true class, of the demonstration set; empty for a visitor's photos.
    """

    folder: Path
    photo_set: PhotoSet
    groups: list[int]
    known: Mapping[str, Known]
    scores: Scores
    flags: list[tuple[str, ...]]
    truth: Mapping[str, str] = field(default_factory=dict)

    @property
    def photos(self) -> tuple[Photo, ...]:
        """The photos, in the order that every list of places means."""
        return self.photo_set.photos

    def photo_of(self, digest: object, label: object) -> Photo:
        """Find a photo by its content and class.

        Raises:
            InputError: there is none.
        """
        for photo in self.photos:
            if (photo.digest, photo.label) == (digest, label):
                return photo
        raise InputError("This card belongs to no photo of this page. Reload the page.")


def finish_session(
    folder: Path,
    photo_set: PhotoSet,
    known: Mapping[str, Known],
    *,
    truth: Mapping[str, str] | None = None,
) -> Session:
    """Split, train the quick model, and flag.

    Args:
        folder: where the files lie.
        photo_set: what was read from it.
        known: of every photo.
        truth: of the demonstration set.
    """
    groups = duplicate_groups(photo_set.photos)
    scores = score_photos(photo_set.photos, known, groups)
    measures = [known[photo.digest].measures for photo in photo_set.photos]
    flags = flag_photos(photo_set.photos, measures, groups)
    return Session(folder, photo_set, groups, known, scores, flags, truth or {})


def need_session(session: Session | None) -> Session:
    """Give the session back while its photos are there.

    Raises:
        InputError: there is none, or its photos have been deleted.
    """
    if session is None:
        raise InputError("Load photos first: press the button *Train the quick model*.")
    if not session.folder.is_dir():
        raise InputError(EXPIRED)
    return session


def choose_places(session: Session, *, label: str, split: str, order: str, flag: str) -> list[int]:
    """List the places of the photos to show, in order.

    Args:
        session: whose photos.
        label: a class, or `ALL`.
        split: one of `SPLITS`.
        order: one of `ORDERS`.
        flag: one of `FLAGS`, or `ANY`.
    """
    side, keys = SPLITS[split], ORDERS[order](session)
    places = [
        at
        for at, photo in enumerate(session.photos)
        if label in (ALL, photo.label)
        and (side is None or bool(session.scores.is_valid[at]) == side)
        and (flag not in FLAGS or flag in session.flags[at])
    ]
    return sorted(places, key=keys.__getitem__)


def _largest_first(groups: Sequence[int]) -> list[tuple[int, int]]:
    sizes = Counter(groups)
    return [(-sizes[group], group) for group in groups]


def keep_known(choices: Choices, photo_set: PhotoSet) -> Choices:
    """Keep the choices about photos that are here."""
    return part_choices(choices, photo_set)[0]


def part_choices(choices: Choices, photo_set: PhotoSet) -> tuple[Choices, Choices]:
    """Part the choices: those about photos that are here, and those that wait for theirs to come back."""
    here = {(photo.digest, photo.label) for photo in photo_set.photos}
    parts = []
    for is_here in (True, False):
        steps = (tuple(one for one in step if (one.key in here) == is_here) for step in choices.steps)
        parts.append(Choices(tuple(step for step in steps if step)))
    return parts[0], parts[1]


class DemoShelf:
    """The demonstration set: made for the first visitor who wants it, then the same for everybody."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self._lock = threading.Lock()
        self._home: Path | None = None
        self._demo: DemoSet | None = None

    def take(self) -> tuple[Path, DemoSet]:
        """Give the folder with the pictures, and what is known of them."""
        with self._lock:
            if self._home is None or self._demo is None or not self._home.is_dir():
                self._home = scratch.new_folder("demo")
                self._demo = make_demo_set(self._home)
            return self._home, self._demo


# Folders


def _home() -> Path:
    """The folder of all visitors' folders; it goes when the server ends."""
    return scratch.own_folder() / "clean"


def new_folder() -> Path:
    """Make an empty folder for one visitor, and make room by deleting old ones."""
    home = _home()
    home.mkdir(mode=0o700, exist_ok=True)
    folders = sorted(home.iterdir(), key=_age)
    for at, folder in enumerate(folders):
        if _age(folder) > limits.CACHE_MAX_AGE_SECONDS or at >= limits.MAX_CLEAN_FOLDERS - 1:
            delete_folder(folder)
    return Path(tempfile.mkdtemp(dir=home))


def delete_session(session: Session | None) -> None:
    """Delete a visitor's photos; the demonstration set stays."""
    if session is not None and session.folder.parent == _home():
        delete_folder(session.folder)


def delete_folder(folder: Path) -> None:
    """Delete a folder with all that is in it; it may be gone already."""
    shutil.rmtree(folder, ignore_errors=True)


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:  # deleted meanwhile
        return float("inf")
