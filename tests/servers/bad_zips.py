"""Zips that nobody should send, written byte by byte because no zip program would write them.

unpack_photos(REFUSED["flat bomb"][0](), folder)     # refused: 10 MB that unpack to 10 GB
"""

import functools
import io
import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.servers.bad_images import saved, scene

MB = 1024 * 1024
JPEG_HEAD = b"\xff\xd8\xff\xe0\0\x10JFIF\0"


@dataclass(frozen=True)
class Entry:
    """A file in a zip, and what the zip says of it, which may be a lie."""

    name: str | bytes
    packed: bytes
    size: int
    crc: int = 0
    method: int = zipfile.ZIP_DEFLATED
    flags: int = 0x800  # the name is UTF-8
    attributes: int = 0o100644 << 16
    at: int | None = None  # of its local header; None: where it really lies
    packed_size: int | None = None

    def header(self, *, offset: int | None = None) -> bytes:
        """The local header, or the entry of the table of contents when an offset is given."""
        name = self.name if isinstance(self.name, bytes) else self.name.encode()
        packed_size = len(self.packed) if self.packed_size is None else self.packed_size
        common = struct.pack(
            "<HHHHHIIIHH", 20, self.flags, self.method, 0, 33, self.crc, packed_size, self.size, len(name), 0
        )
        if offset is None:
            return b"PK\3\4" + common + name
        return (
            b"PK\1\2"
            + struct.pack("<H", 0x314)
            + common
            + struct.pack("<HHHII", 0, 0, 0, self.attributes, offset)
            + name
        )


def stored(name: str | bytes, content: bytes, **more: int) -> Entry:
    return Entry(name, content, len(content), zlib.crc32(content), zipfile.ZIP_STORED, **more)


def raw_zip(entries: Sequence[Entry]) -> bytes:
    """Write the files, then the table of contents."""
    file = io.BytesIO()
    table = []
    for entry in entries:
        table.append(entry.header(offset=file.tell() if entry.at is None else entry.at))
        if entry.at is None:
            file.write(entry.header() + entry.packed)
    contents = b"".join(table)
    count = min(len(entries), 0xFFFF)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(contents), file.tell(), 0)
    return file.getvalue() + contents + end


def good_zip(photos: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An ordinary zip, as Python writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in photos.items():
            archive.writestr(name, content)
    return file.getvalue()


@functools.cache
def photo(number: int = 0) -> bytes:
    return saved(scene(64, 48 + number))


def bears(*, wrap: str = "") -> dict[str, bytes]:
    names = ["black/1.jpg", "black/2.jpg", "grizzly/1.jpg"]
    return {f"{wrap}{name}": photo(number) for number, name in enumerate(names)}


def deflated(start: bytes, block: bytes, repeat: int) -> bytes:
    """Pack `start` and then `block` many times over, without packing it each time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * repeat + packer.flush()


def with_bombs(*bombs: Entry) -> bytes:
    return raw_zip([*(stored(name, content) for name, content in bears().items()), *bombs])


def flat_bomb(start: bytes = b"", name: str = "black/bomb{}.jpg") -> bytes:
    """10 files of 1 MB that unpack to 1 GB each."""
    packed = deflated(start, bytes(16 * MB), 64)
    return with_bombs(*(Entry(name.format(at), packed, len(start) + 1024 * MB) for at in range(10)))


def lying_bomb(size: int) -> bytes:
    """Photos that unpack to 1 GB each and say that they are small."""
    packed = deflated(JPEG_HEAD, bytes(16 * MB), 64)
    return raw_zip([Entry(f"black/{at}.jpg", packed, size) for at in range(10)])


def wide_bomb() -> bytes:
    """40 files of 20 MB, packed no tighter than is allowed."""
    block = random.Random(0).randbytes(16 * 1024) + bytes(MB - 16 * 1024)
    packed = deflated(JPEG_HEAD, block, 20)
    return raw_zip([Entry(f"black/{at}.jpg", packed, len(JPEG_HEAD) + 20 * MB) for at in range(40)])


def nested_bomb(depth: int = 5) -> bytes:
    """42.zip in small: each zip holds ten of the next."""
    content = good_zip({"zeros.jpg": JPEG_HEAD + bytes(10 * MB)})
    for _ in range(depth):
        content = good_zip({f"black/{at}.jpg": content for at in range(10)})
    return content


def overlapping() -> bytes:
    """A thousand names for the same bytes."""
    content = JPEG_HEAD + random.Random(0).randbytes(MB)
    again = [stored(f"black/{at}.jpg", content, at=0) for at in range(1, 1000)]
    return raw_zip([stored("black/0.jpg", content), *again])


def quoted() -> bytes:
    """Each file begins with the header of the next, as in Fifield's bomb."""
    inner = stored("black/1.jpg", JPEG_HEAD + bytes(5000))
    whole = inner.header() + inner.packed
    outer = stored("black/0.jpg", whole)
    return raw_zip([outer, stored("black/1.jpg", inner.packed, at=len(outer.header()))])


def beyond_the_table() -> bytes:
    """A file that says it goes on into the table of contents."""
    return raw_zip(
        [Entry("black/1.jpg", photo(), len(photo()), method=zipfile.ZIP_STORED, packed_size=10 * MB)]
    )


def tiny_files(count: int) -> bytes:
    return raw_zip([stored(f"c/{at}", b"x") for at in range(count)])


def long_names() -> bytes:
    return raw_zip([stored(f"{at}/" + "x" * 60_000, b"") for at in range(100)])


def named(name: str | bytes, **more: int) -> bytes:
    return raw_zip([*(stored(*pair) for pair in bears().items()), stored(name, photo(9), **more)])


def damaged(*, method: int = zipfile.ZIP_DEFLATED, which: Sequence[str] = ("black/2.jpg",)) -> bytes:
    """Bytes changed in the middle of some files."""
    data = bytearray(good_zip(bears(), method=method))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        for name in which:
            entry = archive.getinfo(name)
            at = entry.header_offset + 30 + len(name) + entry.compress_size // 2
            data[at : at + 8] = bytes(255 - value for value in data[at : at + 8])
    return bytes(data)


def cut() -> bytes:
    data = good_zip(bears())
    return data[: len(data) // 2]


# What is refused, with a piece of the sentence that says why.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty file": (lambda: b"", "no zip"),
    "a photo": (photo, "no zip"),
    "cut at half": (cut, "damaged or incomplete"),
    "an empty zip": (lambda: good_zip({}), "no photo"),
    "no photos": (lambda: good_zip({"black/1.txt": b"bear"}), "no photo"),
    "photos in no folder": (
        lambda: good_zip({"1.jpg": photo(), "2.jpg": photo()}),
        "no photo in a class folder",
    ),
    "nested bomb": (nested_bomb, "an archive inside the zip"),
    "flat bomb": (flat_bomb, "over 100 times its size"),
    "flat bomb of photos": (lambda: flat_bomb(JPEG_HEAD), "over 100 times its size"),
    "flat bomb beside photos": (lambda: flat_bomb(name="zeros{}.bin"), "over 100 times its size"),
    "flat bomb that is packed loosely": (wide_bomb, "over 300 MB"),
    "headers that say 1,000 bytes": (lambda: lying_bomb(1000), "are damaged"),
    "headers that say 20 MB": (lambda: lying_bomb(20 * MB), "are damaged"),
    "overlapping": (overlapping, "share their bytes"),
    "overlapping by quotation": (quoted, "share their bytes"),
    "beyond the table of contents": (beyond_the_table, "share their bytes"),
    "../": (lambda: named("../../evil.jpg"), "points elsewhere"),
    "../ as a class": (lambda: named("bears/../evil.jpg"), "points elsewhere"),
    "..\\": (lambda: named("black\\..\\..\\evil.jpg"), "points elsewhere"),
    "absolute": (lambda: named("/etc/cron.d/evil.jpg"), "points elsewhere"),
    "C:\\": (lambda: named("C:\\Windows\\evil.jpg"), "points elsewhere"),
    "\\\\server": (lambda: named("\\\\server\\black\\evil.jpg"), "points elsewhere"),
    "symlink": (lambda: named("black/evil.jpg", attributes=(stat.S_IFLNK | 0o777) << 16), "points elsewhere"),
    "encrypted": (lambda: named("black/secret.jpg", flags=0x801), "password"),
    "an unusual packing": (lambda: good_zip(bears(), method=zipfile.ZIP_LZMA), "unusual"),
    "100,000 tiny files": (lambda: tiny_files(100_000), "table of contents"),
    "12,000 tiny files": (lambda: tiny_files(12_000), "12,000 files"),
    "names of 60,000 characters": (long_names, "table of contents"),
    "a CRC error": (damaged, "1 of 3 files in this zip are damaged: black/2.jpg."),
    "all damaged": (lambda: damaged(which=list(bears())), "The photos in this zip are damaged"),
}
