"""From an uploaded file to a table of text: zip, encoding, separator, header.

Every step refuses what it cannot read with one sentence that says what the file is and what to send instead.
Nothing is written to disk, and nothing is unpacked beyond MAX_IMPORT_MB, whatever the zip's own figures say.

    table = read_table("ratings.csv", data)
    table.columns   # ("date", "name", "year", "letterboxd uri", "rating")
    table.rows[0]   # (2, ["2024-01-05", "The Matrix", "1999", "https://boxd.it/1", "4.5"]): line, cells
"""

import csv
import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from shared.errors import InputError
from shared.limits import (
    MAX_ERROR_VALUE_CHARACTERS,
    MAX_IMPORT_COLUMNS,
    MAX_IMPORT_MB,
    MAX_IMPORT_ROWS,
    MAX_ZIP_ENTRIES,
    MB,
)

WANTED_ENTRY = "ratings.csv"  # in Letterboxd's zip
SEPARATORS = ",;\t"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CHUNK_BYTES = 1 << 20
_LONGEST_LINE = 100_000  # characters; a row of ratings has a few hundred
_LEFT_OUT = ("__macosx", "deleted", "orphaned")  # folders with copies that are not the visitor's ratings

# What a file says of itself in its first bytes, whatever its name says.
_OTHER_KINDS = (
    (b"\x1f\x8b", "is compressed with gzip. Unpack it first"),
    (b"BZh", "is compressed with bzip2. Unpack it first"),
    (b"\xfd7zXZ\0", "is compressed with xz. Unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd. Unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive. Unpack it first"),
    (b"Rar!", "is a RAR archive. Unpack it first"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook. In Excel, save it as CSV"),
    (b"PAR1", "is a Parquet file. Save the table as CSV"),
    (b"SQLite format 3\0", "is a database. Save the table as CSV"),
    (b"%PDF", "is a PDF. {remedy}"),
    (b"\x89PNG", "is a picture. {remedy}"),
    (b"\xff\xd8\xff", "is a picture. {remedy}"),
    (b"GIF8", "is a picture. {remedy}"),
)


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
    text, notes = decode_text(shown, data)
    return _parse(shown, text, notes)


def shown_name(name: str) -> str:
    """Give the last part of a file's name, short and printable; names can hold anything."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in last if letter.isprintable())
    return printable[:MAX_ERROR_VALUE_CHARACTERS] or "The file"


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


def decode_text(
    name: str, data: bytes, *, remedy: str = "Send the CSV of the export"
) -> tuple[str, tuple[str, ...]]:
    """Turn bytes into text: UTF-8, UTF-16, else Western European as old exports and Excel write it.

    Args:
        name: what messages call the file.
        data: its bytes.
        remedy: what the person can do when the file is no text at all.

    Returns:
        The text, and notes on what was decided.

    Raises:
        InputError: the bytes are of another kind, such as a picture, a workbook or a pickle.
    """
    for magic, what in _OTHER_KINDS:
        if data.startswith(magic):
            raise InputError(f"{name} {what.format(remedy=remedy)}.")
    if data.startswith(b"\x80") and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise InputError(
            f"{name} is a Python pickle, which can run code and is never read. Save the table as CSV."
        )
    if data.startswith(ZIP_MAGIC):
        raise InputError(f"{name} is a zip or an Excel workbook, whatever its name says. {remedy}.")
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data[1:40:2].count(0) > 10:
        encoding = "utf-16-le"
    elif data[0:40:2].count(0) > 10:
        encoding = "utf-16-be"
    elif b"\0" in data:
        raise InputError(f"{name} is no text. {remedy}.")
    notes: tuple[str, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise InputError(f"{name} is damaged or no text. {remedy}.") from error
        text = data.decode("cp1252", errors="replace")
        notes = (f"{name} is not UTF-8: it was read as Western European text. Check titles with accents.",)
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        raise InputError(f"{name} is a web page, not the export. Download the CSV and send that.")
    if text.lstrip()[:1] in ("{", "["):
        raise InputError(f"{name} looks like JSON. Send the ratings as CSV.")
    return text, notes


def _parse(name: str, text: str, notes: tuple[str, ...]) -> Table:
    lines = text.lstrip("\ufeff\r\n")
    if max(map(len, lines.splitlines()), default=0) > _LONGEST_LINE:
        raise InputError(
            f"{name} has a line of more than {_LONGEST_LINE:,} characters. Send the export as it was."
        )
    if lines[:4].lower() == "sep=":  # a line that Excel adds
        lines = lines.partition("\n")[2]
    header_line = lines.partition("\n")[0]
    separator = max(SEPARATORS, key=header_line.count)
    rows: list[tuple[int, list[str]]] = []
    try:
        reader = csv.reader(io.StringIO(lines, newline=""), delimiter=separator, skipinitialspace=True)
        header = [cell.strip().casefold() for cell in next(reader, [])]
        for cells in reader:
            stripped = [cell.strip() for cell in cells[: MAX_IMPORT_COLUMNS + 1]]
            if any(stripped):
                rows.append((reader.line_num, stripped))
            if len(rows) > MAX_IMPORT_ROWS:
                raise InputError(
                    f"{name} has more than {MAX_IMPORT_ROWS:,} rows. Send one person's ratings only."
                )
    except csv.Error as error:
        raise InputError(f"{name} cannot be read as CSV: a quotation mark may not be closed.") from error
    if len(header) > MAX_IMPORT_COLUMNS:
        raise InputError(
            f"{name} has more than {MAX_IMPORT_COLUMNS} columns. Send the export as it was downloaded."
        )
    while header and not header[-1]:
        header.pop()
    if not rows:
        raise InputError(f"{name} has a header but no ratings under it.")
    return Table(name, tuple(header), rows, notes)
