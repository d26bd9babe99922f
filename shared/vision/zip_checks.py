"""A zip that nobody vouches for: judged by its table of contents before anything in it is read.

A zip bomb is small and unpacks to gigabytes, by packing zeros a thousandfold, by naming the same bytes many
times over, or by holding bombs in its turn. Other zips want to write outside of their folder. None of them is
opened here.

    with open_zip(Path("bears.zip")) as archive:    # or InputError
        archive.infolist()                          # ordinary files, each with bytes of its own
    clean_name(name, 100)                           # without NUL, or letters that turn the direction

On zip bombs: D. Fifield, "A better zip bomb" (https://www.usenix.org/conference/woot19/presentation/fifield).
"""

import contextlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from shared.errors import InputError
from shared.limits import MAX_ERROR_VALUE_CHARACTERS, MAX_ZIP_DIRECTORY_MB, MAX_ZIP_FILES, MAX_ZIP_RATIO, MB

ZIP_MAGIC = (b"PK\3\4", b"PK\5\6")
MAX_NAME_BYTES = 200  # of a file or a folder; most disks take 255
# What zipfile raises for a damaged file in a zip.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError),
)
_HEADER_BYTES = 30  # before each file in a zip, its name not counted
_RATIO_FROM_BYTES = 1 << 20  # anything smaller may be packed as tightly as it likes


@contextlib.contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose files can be read one by one without harm; none of them has been read yet.

    Args:
        path: where it lies.

    Raises:
        InputError: it is no zip, or one of those described above.
    """
    try:
        file = _ShortReads(path)
    except (OSError, ValueError) as error:
        raise InputError("The zip cannot be read from its file. Send it again.") from error
    with file:
        if file.read(4) not in ZIP_MAGIC:
            raise InputError(
                "This file is no zip. Put the photos of each class into a folder, and zip the folders."
            )
        try:
            archive = zipfile.ZipFile(file)
        except (*DAMAGE, OSError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError("This zip is damaged or incomplete. Zip the photos again.") from error
        with archive:
            _check_entries(archive)
            yield archive


class _ShortReads(io.FileIO):
    """A file that refuses to be read in one very large piece, as zipfile reads a zip's table of contents."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_ZIP_DIRECTORY_MB * MB:
            raise InputError(
                f"The table of contents of this zip is larger than {MAX_ZIP_DIRECTORY_MB} MB. Zip at most "
                f"{MAX_ZIP_FILES:,} photos, with short names."
            )
        return super().read(size) or b""


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ZIP_FILES:
        raise InputError(
            f"This zip holds {len(entries):,} files; at most {MAX_ZIP_FILES:,} are read. Zip fewer."
        )
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        name = shown_name(entry.orig_filename)
        path = entry.orig_filename.replace("\\", "/")
        if entry.flag_bits & 0x1:
            raise InputError("This zip is protected by a password. Zip the photos without one.")
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in path.split("/"):
            raise InputError(f"{name} in this zip points elsewhere. Zip the class folders themselves.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError("This zip is packed in an unusual way. Make an ordinary zip of the photos.")
        if entry.file_size > max(_RATIO_FROM_BYTES, MAX_ZIP_RATIO * entry.compress_size):
            raise InputError(
                f"{name} in this zip unpacks to over {MAX_ZIP_RATIO} times its size. Leave it out."
            )
        if entry.header_offset < end:
            break
        end = entry.header_offset + _HEADER_BYTES + entry.compress_size
    else:
        if end <= archive.start_dir:
            return
    raise InputError("Files in this zip share their bytes. Make an ordinary zip of the photos.")


def clean_name(text: str, most_characters: int) -> str:
    """Make a name short and printable: no NUL, no letters that turn the direction of reading.

    Args:
        text: a name from a zip.
        most_characters: how many of it stay; never more than `MAX_NAME_BYTES` bytes do.
    """
    printable = "".join(letter for letter in text if letter.isprintable())
    short = " ".join(printable[:most_characters].split())
    return short.encode()[:MAX_NAME_BYTES].decode(errors="ignore")


def shown_name(name: str) -> str:
    """Give the last two parts of a name for a message, short and printable; names can hold anything."""
    last = "/".join(name.replace("\\", "/").rsplit("/", 2)[-2:])
    return clean_name(last, MAX_ERROR_VALUE_CHARACTERS) or "A file"
