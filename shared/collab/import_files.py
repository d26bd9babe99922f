"""From an uploaded file to a table of text: the zip it may come in, and its header.

Every step refuses what it cannot read with one sentence that says what the file is and what to send instead;
what is inside is cut into cells as every table here is (`shared.tables`).
Nothing is written to disk, and nothing is unpacked beyond MAX_IMPORT_MB, whatever the zip's own figures say.

    table = read_table("ratings.csv", data)
    table.columns   # ("date", "name", "year", "letterboxd uri", "rating")
    table.rows[0]   # (2, ["2024-01-05", "The Matrix", "1999", "https://boxd.it/1", "4.5"]): line, cells
"""

import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from shared.errors import InputError
from shared.limits import (
    MAX_IMPORT_COLUMNS,
    MAX_IMPORT_MB,
    MAX_IMPORT_ROWS,
    MAX_ZIP_ENTRIES,
    MB,
)
from shared.tables.open_table import open_table
from shared.tables.sniff import shown_name

WANTED_ENTRY = "ratings.csv"  # in Letterboxd's zip
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CHUNK_BYTES = 1 << 20
_LEFT_OUT = ("__macosx", "deleted", "orphaned")  # folders with copies that are not the visitor's ratings


@dataclass(frozen=True)
class Table:
    """A file as text.

    Attributes:
        name: the file's name, for messages.
        columns: the header in small letters.
        rows: each with its line number; cells are stripped, and as many as the row really has.
        notes: what was decided on the way.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    notes: tuple[str, ...] = ()


def read_table(name: str, data: bytes) -> Table:
    """Read a CSV, or the ratings.csv inside Letterboxd's zip.

    Raises:
        InputError: the file is too large, empty, of another kind, damaged or encrypted.
    """
    shown = shown_name(name)
    if len(data) > MAX_IMPORT_MB * MB:
        raise InputError(f"{shown} is larger than {MAX_IMPORT_MB} MB. Send one person's ratings only.")
    if not data.strip():
        raise InputError(f"{shown} is empty. Send the file as it was exported.")
    if data.startswith(ZIP_MAGIC):
        shown, data = _read_zip(shown, data)
        if data.startswith(ZIP_MAGIC):
            raise InputError(f"{shown} is a zip inside a zip. Unpack it and send {WANTED_ENTRY}.")
    return _cut(shown, data)


def _read_zip(name: str, data: bytes) -> tuple[str, bytes]:
    """Take ratings.csv out of a zip; other files in it are not touched."""
    # Each entry of the directory begins with these bytes, so the count is known before anything is built.
    if data.count(b"PK\x01\x02") > MAX_ZIP_ENTRIES:
        raise InputError(f"{name} holds more than {MAX_ZIP_ENTRIES} files. Send Letterboxd's own zip.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = _choose_entry(name, archive.infolist())
            with archive.open(entry) as file:
                return shown_name(entry.filename), _read_bounded(f"{WANTED_ENTRY} in {name}", file)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name} is a damaged zip. Download the export again.") from error


def _choose_entry(name: str, entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    for entry in entries:
        path = entry.filename.replace("\\", "/")
        if entry.flag_bits & 0x1:
            raise InputError(f"{name} is protected by a password. Unpack it and send {WANTED_ENTRY}.")
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or path.startswith("/") or ":" in path.split("/")[0] or ".." in path.split("/"):
            raise InputError(
                f"{name} is no export: a file in it points elsewhere. Send Letterboxd's own zip."
            )
    if any(entry.filename in ("[Content_Types].xml", "xl/workbook.xml") for entry in entries):
        raise InputError(f"{name} is an Excel workbook. In Excel, save it as CSV and send that.")
    tables = [
        entry
        for entry in entries
        if entry.filename.lower().endswith(".csv")
        and not any(f"/{folder}/" in f"/{entry.filename.lower()}" for folder in _LEFT_OUT)
    ]
    found = [entry for entry in tables if entry.filename.lower().rsplit("/", 1)[-1] == WANTED_ENTRY]
    if not found and len(tables) == 1:
        found = tables
    if not found:
        raise InputError(f"There is no {WANTED_ENTRY} in {name}. Send Letterboxd's own zip, or a CSV.")
    entry = min(found, key=lambda candidate: candidate.filename.count("/"))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{name} is packed in an unusual way. Unpack it and send {WANTED_ENTRY}.")
    return entry


def _read_bounded(name: str, file: IO[bytes]) -> bytes:
    """Read what really comes out, not what the zip says will come out."""
    chunks: list[bytes] = []
    n_bytes = 0
    while chunk := file.read(_CHUNK_BYTES):
        n_bytes += len(chunk)
        if n_bytes > MAX_IMPORT_MB * MB:
            raise InputError(
                f"{name} unpacks to more than {MAX_IMPORT_MB} MB. Send one person's ratings only."
            )
        chunks.append(chunk)
    if not n_bytes:
        raise InputError(f"{name} is empty. Send the export as it was downloaded.")
    return b"".join(chunks)


def _cut(name: str, data: bytes) -> Table:
    """Cut a CSV into cells, as every table here is cut; a row keeps as many as it has."""
    rows: list[tuple[int, list[str]]] = []
    with open_table(data, name) as opened:
        _, first = next(opened.rows, (0, []))
        header = [cell.strip().casefold() for cell in first]
        if len(header) > MAX_IMPORT_COLUMNS:
            raise InputError(
                f"{name} has more than {MAX_IMPORT_COLUMNS} columns. Send the export as it was downloaded."
            )
        for line, cells in opened.rows:
            stripped = [cell.strip() for cell in cells[: MAX_IMPORT_COLUMNS + 1]]
            if any(stripped):
                rows.append((line, stripped))
            if len(rows) > MAX_IMPORT_ROWS:
                raise InputError(
                    f"{name} has more than {MAX_IMPORT_ROWS:,} rows. Send one person's ratings only."
                )
    while header and not header[-1]:
        header.pop()
    if not rows:
        raise InputError(f"{name} has a header but no ratings under it.")
    return Table(name, tuple(header), rows, opened.written.notes)
