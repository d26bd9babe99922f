"""GroupLens archives of ratings, such as ml-latest-small.zip and ml-32m.zip, by file or by address.

What is no such archive is refused with one sentence that says why and what to give instead. Nothing is
written to disk, and no more is unpacked than the allowed rows can need. A rating's time is never read.
GroupLens writes these tables in one known way, tens of millions of rows, so there is nothing to find out
about them: pandas reads them straight into numbers. Anybody else's CSV is `ratings_files`.

    with open("ml-25m.zip", "rb") as file:
        ratings, films, called = read_archive(file, "ml-25m.zip", max_rows=40_000_000)
    is_movielens(called)                   # True, whatever the file is called now
"""

import http.client
import io
import re
import urllib.request
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from shared.errors import InputError
from shared.limits import MAX_ARCHIVE_MB, MAX_CATALOGUE_MB, MAX_ZIP_ENTRIES, MB

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

YEAR_AT_END = r"\s*\((\d{4})\)\s*$"  # "Heat (1995)"
_MOVIELENS = re.compile(r"ml-(latest(-small)?|\d+m)(\.zip)?")  # those that hold ratings.csv and movies.csv
_CHUNK_BYTES = 1 << 20
_ROW_BYTES = 64  # a row of GroupLens' ratings.csv has about 30


def read_archive(file: IO[bytes], name: str, *, max_rows: int) -> tuple["pd.DataFrame", "pd.DataFrame", str]:
    """Read ratings.csv and movies.csv out of a GroupLens archive such as ml-latest-small.zip or ml-32m.zip.

    Returns:
        ratings with the columns user, item, rating; films with movie_id, title, year, genres; and what the
        archive is called: MovieLens keeps its name when the file is renamed.

    Raises:
        InputError: it is no such archive, is damaged or locked, or has more than `max_rows` ratings.
    """
    import pandas as pd

    damaged = f"{name} is a damaged or unusual zip. Download it again."
    _refuse_many_entries(file, name)
    try:
        with zipfile.ZipFile(file) as archive:
            inside = {Path(entry).name: entry for entry in archive.namelist()}
            if "workbook.xml" in inside:
                raise InputError(f"{name} is an Excel workbook. In Excel, save it as CSV and give that.")
            if not {"ratings.csv", "movies.csv"} <= inside.keys():
                raise InputError(
                    f"{name} has no ratings.csv and movies.csv. Give a GroupLens archive like ml-32m.zip."
                )
            with _open_bounded(archive, inside["ratings.csv"], max_rows * _ROW_BYTES + MB) as entry:
                ratings = pd.read_csv(
                    entry,
                    usecols=["userId", "movieId", "rating"],
                    dtype={"userId": "int32", "movieId": "int32", "rating": "float32"},
                    nrows=max_rows + 1,
                )
            with _open_bounded(archive, inside["movies.csv"], MAX_CATALOGUE_MB * MB) as entry:
                films = pd.read_csv(entry, usecols=["movieId", "title", "genres"], keep_default_na=False)
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise InputError(damaged) from error
    except RuntimeError as error:  # zipfile's way to ask for a password
        raise InputError(f"{name} is protected by a password. Unpack it and pack it without one.") from error
    except ValueError as error:
        raise InputError(
            f"A table in {name} is not as GroupLens writes it. Give an archive like ml-32m.zip as it was "
            "downloaded."
        ) from error
    if len(ratings) > max_rows:
        raise InputError(f"{name} has more than {max_rows:,} ratings. Train on a smaller archive.")
    films["year"] = pd.to_numeric(films["title"].str.extract(YEAR_AT_END, expand=False))
    films["title"] = films["title"].str.replace(YEAR_AT_END, "", regex=True)
    ratings = ratings.rename(columns={"userId": "user", "movieId": "item"})
    folder = Path(inside["ratings.csv"]).parent.name
    called = f"{folder}.zip" if is_movielens(folder) else name
    return ratings, films.rename(columns={"movieId": "movie_id"}), called


def download(url: str) -> bytes:
    """Fetch an archive that the person at the command line named.

    Raises:
        InputError: the address cannot be reached, or holds more than MAX_ARCHIVE_MB.
    """
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            data = answer.read(MAX_ARCHIVE_MB * MB + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise InputError(f"{url} cannot be fetched ({error}). Check the address or give a file.") from error
    if len(data) > MAX_ARCHIVE_MB * MB:
        raise InputError(f"{url} is larger than {MAX_ARCHIVE_MB} MB. Download it and give the file.")
    return bytes(data)


def is_movielens(source: str) -> bool:
    """Tell from the name of an archive, such as ml-32m.zip, whether it is a MovieLens set of GroupLens."""
    return bool(_MOVIELENS.fullmatch(source))


def _refuse_many_entries(file: IO[bytes], name: str) -> None:
    """Count the entries before zipfile builds an object for each."""
    n_entries, tail = 0, b""
    while chunk := file.read(_CHUNK_BYTES):
        n_entries += (tail + chunk).count(b"PK\x01\x02")
        tail = chunk[-3:]
        if n_entries > MAX_ZIP_ENTRIES:
            raise InputError(f"{name} holds more than {MAX_ZIP_ENTRIES:,} files. Give a GroupLens archive.")
    file.seek(0)


class _Bounded(io.RawIOBase):
    """Counts what really comes out of a zip, not what its directory says will come out."""

    def __init__(self, file: IO[bytes], max_bytes: int, message: str) -> None:
        super().__init__()
        self._file, self._room, self._message = file, max_bytes, message

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # typeshed hides the buffer's type
        data = self._file.read(len(buffer))
        self._room -= len(data)
        if self._room < 0:
            raise InputError(self._message)
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _open_bounded(archive: zipfile.ZipFile, entry: str, max_bytes: int) -> "Iterator[IO[bytes]]":
    message = f"{Path(entry).name} unpacks to more than {max_bytes // MB:,} MB. Train on a smaller archive."
    with archive.open(entry) as file:
        yield io.BufferedReader(_Bounded(file, max_bytes, message), _CHUNK_BYTES)
