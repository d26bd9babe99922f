"""Decisions about photos: keep, delete, relabel; undone one by one, kept as CSV, applied to a photo set.

The lesson's cleaner forgets its marks as soon as another class is shown. Here a choice belongs to the photo's
content (the sha256 of its bytes) and to the class it was filed under: the same file may lie in two classes,
and only one of the two be wrong. So choices outlive pages, classes, new names and another copy of the folder.

    choices = Choices().choose(photo, "relabel", "grizzly")
    Path("choices.csv").write_text(to_csv(choices), encoding="utf-8-sig")
    cleaned = apply_choices(read_photos("bears"), from_csv(Path("choices.csv").read_bytes()))

Lesson 2, https://course.fast.ai/Lessons/lesson2.html: train first, then let the model show what to clean.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shared import limits
from shared.errors import InputError
from shared.tables.write_csv import write_csv
from shared.vision.dataset import Photo, PhotoSet
from shared.words import count

ACTIONS = ("keep", "delete", "relabel")
COLUMNS = ("digest", "name", "label", "action", "new_label")

Key = tuple[str, str]  # digest and the class it was filed under

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST_NAMED = 3  # photos named in one note


@dataclass(frozen=True)
class Choice:
    """What is to become of one photo.

    Attributes:
        digest: of the file's bytes.
        name: of the file, for people.
        label: the class it was filed under.
        action: one of `ACTIONS`.
        new_label: the class it belongs to, for "relabel"; otherwise "".
    """

    digest: str
    name: str
    label: str
    action: str
    new_label: str = ""

    @property
    def key(self) -> Key:
        """What the choice is found by."""
        return self.digest, self.label


@dataclass(frozen=True)
class Choices:
    """All choices, with the way they came about.

    Attributes:
        steps: oldest first. A step is what one undo takes back: one choice, or all of an imported file.
    """

    steps: tuple[tuple[Choice, ...], ...] = ()

    @property
    def current(self) -> dict[Key, Choice]:
        """The choice that counts for each photo: its last one."""
        return {choice.key: choice for step in self.steps for choice in step}

    @property
    def counts(self) -> dict[str, int]:
        """How many photos each action has, zeros included."""
        found = Counter(choice.action for choice in self.current.values())
        return {action: found[action] for action in ACTIONS}

    def choose(self, photo: Photo, action: str, new_label: str = "") -> "Choices":
        """Add a choice; an earlier one for the same photo gives way until this one is undone.

        Raises:
            InputError: the action is none of `ACTIONS`, or the new class is missing or no class name.
        """
        choice = Choice(photo.digest, photo.path.name, photo.label, action, new_label)
        return self.add([_checked(choice, "This choice")])

    def add(self, choices: Iterable[Choice]) -> "Choices":
        """Add several choices as one step."""
        step = tuple(choices)
        return Choices((*self.steps, step)) if step else self

    def undo(self) -> "Choices":
        """Take the last step back; without any, nothing changes."""
        return Choices(self.steps[:-1])


def is_label(text: str) -> bool:
    """Say whether a text can be the name of a class, and so of a folder."""
    return (
        0 < len(text) <= limits.MAX_LABEL_CHARACTERS
        and text == text.strip()
        and not text.startswith(".")
        and not any(character in "/\\:" or not character.isprintable() for character in text)
    )


def _checked(choice: Choice, where: str) -> Choice:
    if choice.action not in ACTIONS:
        raise InputError(
            f"{where} has the action {_short(choice.action)!r}. Use one of {', '.join(ACTIONS)}."
        )
    if choice.action == "relabel" and not is_label(choice.new_label):
        raise InputError(
            f"{where} has the new label {_short(choice.new_label)!r}, which is no class name. Use a name "
            f"without slashes and colons, of at most {limits.MAX_LABEL_CHARACTERS} characters."
        )
    return choice if choice.action == "relabel" else replace(choice, new_label="")


# The table of choices


def to_csv(choices: Choices) -> str:
    """Write the current choices as CSV, in the order they were first made.

    A spreadsheet would run a cell that begins like a formula; it gets an apostrophe in front, which
    `from_csv` takes off again.
    """
    rows = ([_marked(getattr(choice, column)) for column in COLUMNS] for choice in choices.current.values())
    return write_csv(COLUMNS, rows)


def from_csv(content: str | bytes) -> Choices:
    """Read what `to_csv` wrote. The photos themselves are not needed.

    Args:
        content: of the file; bytes are UTF-8.

    Returns:
        The choices as one step. A photo that stands in several rows has its last one.

    Raises:
        InputError: this is no such table; the sentence names the row.
    """
    if len(content) > limits.MAX_CHOICES_MB * limits.MB:
        raise InputError(
            f"The table of choices is larger than {limits.MAX_CHOICES_MB} MB. Choose another file."
        )
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError("The table of choices is not a UTF-8 text. Save it as CSV UTF-8.") from error
    reader = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            raise InputError(
                f"The table of choices lacks the columns {', '.join(missing)}. Its first line must be "
                f"{','.join(COLUMNS)}."
            )
        places = [header.index(column) for column in COLUMNS]
        rows = [
            _read_row(row, places, reader.line_num) for row in reader if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise InputError(
            "The table of choices is not a CSV file. Download it again from this page."
        ) from error
    return Choices().add({choice.key: choice for choice in rows}.values())


def _read_row(row: Sequence[str], places: Sequence[int], line: int) -> Choice:
    if len(row) <= max(places):
        raise InputError(
            f"Line {line} of the table of choices has {len(row)} cells instead of {len(COLUMNS)}."
        )
    digest, name, label, action, new_label = (row[place].removeprefix("'") for place in places)
    if not _DIGEST.fullmatch(digest):
        raise InputError(
            f"Line {line} of the table of choices has the digest {_short(digest)!r}. It must be the "
            "sha256 of the photo, 64 hexadecimal digits."
        )
    if not label:
        raise InputError(f"Line {line} of the table of choices has no label. Write the photo's class.")
    return _checked(Choice(digest, name, label, action, new_label), f"Line {line} of the table of choices")


def _marked(cell: str) -> str:
    return f"'{cell}" if cell.startswith("'") else cell  # its own apostrophe is not taken off then


def _short(text: str) -> str:
    return (
        text
        if len(text) <= limits.MAX_ERROR_VALUE_CHARACTERS
        else text[: limits.MAX_ERROR_VALUE_CHARACTERS] + "…"
    )


# What choices do to a photo set


def unknown_choices(photos: Sequence[Photo], choices: Choices) -> list[Choice]:
    """List the choices whose photo is not there, or is filed under another class."""
    known = {(photo.digest, photo.label) for photo in photos}
    return [choice for key, choice in choices.current.items() if key not in known]


def apply_choices(photo_set: PhotoSet, choices: Choices) -> PhotoSet:
    """Give the photo set as the choices want it: without the deleted, the relabelled under their new class.

    Files stay where they are. A photo relabelled into a class that holds the same file already is left out.

    Args:
        photo_set: as it was read.
        choices: any; those whose photo is not there are named in the notes.
    """
    wanted = choices.current
    kept: dict[Key, Photo] = {}
    n_copies = 0
    for photo in photo_set.photos:
        choice = wanted.get((photo.digest, photo.label))
        if choice and choice.action == "delete":
            continue
        label = choice.new_label if choice and choice.action == "relabel" else photo.label
        n_copies += (photo.digest, label) in kept
        kept.setdefault((photo.digest, label), Photo(photo.path, label, photo.digest))
    photos = sorted(kept.values(), key=lambda photo: (photo.label, photo.path.name))
    notes = [*photo_set.notes]
    if n_copies:
        notes.append(f"{n_copies} became exact copies within a class and were left out.")
    if unknown := unknown_choices(photo_set.photos, choices):
        names = ", ".join(choice.name or choice.digest[:8] for choice in unknown[:_MOST_NAMED])
        more = ", …" if len(unknown) > _MOST_NAMED else ""
        notes.append(
            f"{count(len(unknown), 'choice is', 'choices are')} about photos that are not here: {names}"
            f"{more}."
        )
    return PhotoSet(tuple(photos), tuple(notes))


def write_zip(photos: Sequence[Photo], path: Path) -> Path:
    """Write photos into a zip with one folder for each class; every file keeps its bytes.

    Args:
        photos: such as those of a cleaned set.
        path: of the zip.

    Returns:
        The path.
    """
    used: set[str] = set()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # photos are compressed already
        for photo in photos:
            name = f"{photo.label}/{photo.path.name}"
            if name.lower() in used:  # two classes may have used the same name
                name = f"{photo.label}/{photo.path.stem}-{photo.digest[:8]}{photo.path.suffix}"
            used.add(name.lower())
            archive.write(photo.path, name)
    return path
