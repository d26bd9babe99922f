"""Pictures from outside: what is refused, and that what is read looks as it should."""

import io
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from shared.errors import InputError
from shared.limits import MAX_PHOTO_MB, MAX_PHOTO_MEGAPIXELS, MB
from shared.vision import images
from shared.vision.images import SUFFIXES, open_photo, photo_kind
from tests.conftest import ROOT
from tests.servers.bad_images import (
    ADOBE_MARKER,
    REFUSED,
    animated,
    flat_png,
    png,
    png_chunk,
    polyglot,
    saved,
    scene,
)
from tests.servers.memory import needs_linux, peak_growth_mb

KINDS = {"JPEG": {"quality": 95, "subsampling": 0}, "PNG": {}, "WEBP": {"quality": 95}}


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)  # (height, width, 3)


def test_a_photo_from_bytes_and_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "bear.txt"  # the name says nothing
    path.write_bytes(saved(scene(), "PNG"))
    for source in (path, str(path), path.read_bytes()):
        photo = open_photo(source)
        assert type(photo) is Image.Image
        assert photo.mode == "RGB"
        assert np.array_equal(pixels(photo), pixels(scene()))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(kind: str) -> None:
    photo = open_photo(saved(scene(), kind, **KINDS[kind]))
    assert photo.size == (96, 64)
    assert np.abs(pixels(photo) - pixels(scene())).mean() < 3


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    make, why = REFUSED[name]
    data = make()
    (tmp_path / "bear.jpg").write_bytes(data)
    for source in (data, tmp_path / "bear.jpg"):
        with pytest.raises(InputError) as caught:
            open_photo(source)
        message = str(caught.value)
        assert why in message
        assert message.endswith(".")
        assert len(message) < 200
        assert str(tmp_path) not in message


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "bear.jpg"
    with path.open("wb") as file:
        file.write(saved(scene()))
        file.truncate(50 * MB)
    for source in (path, saved(scene()) + bytes(MAX_PHOTO_MB * MB)):
        with pytest.raises(InputError, match=f"larger than {MAX_PHOTO_MB} MB"):
            open_photo(source)


@pytest.mark.parametrize("name", ["nothing.jpg", ".", "a\0b.jpg", "x" * 5000])
def test_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read from its file"):
        open_photo(f"{tmp_path}/{name}")


# Memory.

PREPARE = """
from concurrent.futures import ThreadPoolExecutor
from shared.errors import InputError
from shared.vision.images import open_photo, return_memory
from tests.servers.bad_images import *

return_memory()

def refused(data):
    try:
        open_photo(data)
    except InputError:
        return True

data = """


@needs_linux
@pytest.mark.parametrize(
    "make", ["flat_png(20_000, 20_000)", "flat_png(13_000, 13_000)", "huge_webp()", "huge_jpeg()"]
)
def test_memory_stays_flat_through_fifty_bombs_at_once(make: str) -> None:
    work = "with ThreadPoolExecutor(50) as pool:\n    assert all(pool.map(refused, [data] * 50))"
    assert peak_growth_mb(PREPARE + make, work) < 15


@pytest.mark.long
@needs_linux
def test_large_photos_are_decoded_one_at_a_time_and_leave_nothing() -> None:
    prepare = PREPARE + "saved(Image.new('RGB', (7_000, 7_000)))\n"
    eight = (
        "with ThreadPoolExecutor(8) as pool:\n    list(pool.map(lambda _: open_photo(data).size, range(8)))\n"
    )
    one = peak_growth_mb(prepare, "open_photo(data)")
    assert peak_growth_mb(prepare, eight) < 1.3 * one + 20
    left = peak_growth_mb(prepare + "earlier = megabytes('VmRSS')\n" + eight, "before = earlier")
    assert left < 15


@needs_linux
@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_of_thousands_of_frames_only_the_first_is_decoded(kind: str) -> None:
    assert peak_growth_mb(f"{PREPARE}animated({kind!r})", "open_photo(data)") < 10
    photo = open_photo(animated(kind))
    assert np.abs(pixels(photo) - [255, 0, 0]).max() < 12


OPEN_ALL = """
import sys
from pathlib import Path
from shared.errors import InputError
from shared.vision.images import open_photo

for path in Path(sys.argv[1]).iterdir():
    try:
        open_photo(path)
    except InputError:
        pass
print([name for name in sys.modules if name.startswith("PIL.") and name.endswith("ImagePlugin")])
"""


def test_other_decoders_never_run(tmp_path: Path) -> None:
    pictures = [make() for make, _ in REFUSED.values()]
    pictures += [saved(scene(), kind, exif=exif_of(6)) for kind in KINDS]
    for number, data in enumerate(pictures):
        (tmp_path / f"{number}.gif").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", OPEN_ALL, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "JpegImagePlugin" in done.stdout
    for name in ("Gif", "Eps", "Psd", "Fits", "Spider", "Bmp", "Avif", "Mpo"):
        assert name not in done.stdout


def test_pillows_own_warning_never_comes() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert MAX_PHOTO_MEGAPIXELS * 1_000_000 < Image.MAX_IMAGE_PIXELS
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.parametrize("size", [(4032, 3024), (8064, 6048), (8192, 6144)])
def test_photos_of_phones(size: tuple[int, int]) -> None:
    photo = open_photo(saved(Image.new("RGB", size, "teal")), max_side=512)
    assert max(photo.size) == 512
    assert np.abs(pixels(photo) - [0, 128, 128]).max() < 4


@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_thinnest_pictures(kind: str, size: tuple[int, int]) -> None:
    data = saved(Image.new("RGB", size, "teal"), kind)
    assert open_photo(data).size == size
    assert open_photo(data, max_side=100).size == tuple(min(side, 100) for side in size)


# Colours, each worked out by hand.


def row_png(values: list[int], *, bits: int, colour: int, before: bytes = b"") -> bytes:
    packed = b"".join(value.to_bytes(bits // 8, "big") for value in values)
    n_channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    return png(len(values) // n_channels, 1, b"\0" + packed, bits=bits, colour=colour, before=before)


PALETTE = png_chunk(b"PLTE", bytes([255, 0, 0, 0, 0, 255])) + png_chunk(b"tRNS", bytes([255, 0]))
COLOURS: dict[str, tuple[bytes, list[list[int]]]] = {
    "16-bit grey": (row_png([0, 0x8000, 0xFFFF], bits=16, colour=0), [[0] * 3, [128] * 3, [255] * 3]),
    "16-bit grey, one see-through": (
        row_png([0, 0x4000], bits=16, colour=0, before=png_chunk(b"tRNS", b"\x40\0")),
        [[0] * 3, [255] * 3],
    ),
    "16-bit RGB": (
        row_png([0xFFFF, 0x8000, 0, 0, 0, 0xFF00], bits=16, colour=2),
        [[255, 128, 0], [0, 0, 255]],
    ),
    "16-bit RGBA": (row_png([0xFFFF, 0, 0, 0xFFFF, 0, 0, 0, 0], bits=16, colour=6), [[255, 0, 0], [255] * 3]),
    "8-bit grey": (row_png([0, 77, 255], bits=8, colour=0), [[0] * 3, [77] * 3, [255] * 3]),
    "grey + alpha": (row_png([0, 255, 0, 0, 0, 128], bits=8, colour=4), [[0] * 3, [255] * 3, [127] * 3]),
    "RGBA": (row_png([0, 0, 255, 255, 0, 0, 255, 0], bits=8, colour=6), [[0, 0, 255], [255] * 3]),
    "RGB, one see-through": (
        row_png([1, 2, 3, 9, 9, 9], bits=8, colour=2, before=png_chunk(b"tRNS", bytes([0, 1, 0, 2, 0, 3]))),
        [[255] * 3, [9] * 3],
    ),
    "palette + alpha": (row_png([0, 1], bits=8, colour=3, before=PALETTE), [[255, 0, 0], [255] * 3]),
    "1-bit": (png(3, 1, b"\0\xa0", bits=1), [[255] * 3, [0] * 3, [255] * 3]),
    "1-bit, black see-through": (
        png(2, 1, b"\0\x80", bits=1, before=png_chunk(b"tRNS", b"\0\0")),
        [[255] * 3, [255] * 3],
    ),
}


@pytest.mark.parametrize("name", COLOURS)
def test_colours(name: str) -> None:
    data, expected = COLOURS[name]
    assert np.abs(pixels(open_photo(data))[0] - expected).max() <= 1


@pytest.mark.parametrize("adobe", [True, False])
def test_cmyk(adobe: bool) -> None:
    inks = {"cyan": (255, 0, 0, 0), "yellow": (0, 0, 255, 0), "black": (0, 0, 0, 255), "paper": (0, 0, 0, 0)}
    seen = {"cyan": (0, 255, 255), "yellow": (255, 255, 0), "black": (0, 0, 0), "paper": (255, 255, 255)}
    for name, ink in inks.items():
        # Pillow writes inks inverted, with Adobe's marker. Without it, stored values are the inks themselves.
        stored = ink if adobe else tuple(255 - value for value in ink)
        data = saved(Image.new("CMYK", (16, 16), stored), quality=100)
        assert ADOBE_MARKER in data
        if not adobe:
            at = data.index(ADOBE_MARKER)
            data = data[:at] + data[at + 16 :]
        assert np.abs(pixels(open_photo(data)) - seen[name]).max() < 4, name


# How the camera was held, and what else is beside the pixels.


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.9), 3: "E", 4: (2.0, 17.0, 40.2)})
    return exif


# What the sensor stored, by the table of the EXIF standard: where its row 0 and column 0 belong.
STORED: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: np.rot90(upright.transpose(1, 0, 2), 2),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("max_side", [None, 48])
@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", KINDS)
def test_every_orientation_gives_the_upright_picture(
    kind: str, orientation: int, max_side: int | None
) -> None:
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](np.asarray(scene()))))
    turned = open_photo(saved(stored, kind, exif=exif_of(orientation), **KINDS[kind]), max_side=max_side)
    upright = open_photo(saved(scene(), kind, **KINDS[kind]), max_side=max_side)
    assert turned.size == upright.size
    difference = np.abs(pixels(turned) - pixels(upright))
    assert difference.mean() < 3
    if kind == "PNG":
        assert difference.max() <= (0 if max_side is None else 2)  # resized along the other side first


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_does_not_exist(orientation: int) -> None:
    assert open_photo(saved(scene(), exif=exif_of(orientation))).size == (96, 64)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + b"\xff" * 500, b"junk"]
)
def test_a_damaged_exif_counts_as_upright(exif: bytes) -> None:
    assert open_photo(saved(scene(), exif=exif)).size == (96, 64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("max_side", [None, 48])
def test_nothing_but_pixels_comes_out(kind: str, max_side: int | None) -> None:
    data = saved(scene(), kind, exif=exif_of(6), icc_profile=b"broken profile" * 9)
    assert b"broken profile" in data or kind == "PNG"
    photo = open_photo(data, max_side=max_side)
    assert photo.info == {}
    assert dict(photo.getexif()) == {}
    for again in KINDS:
        for trace in (b"Exif", b"broken profile", b"eXIf", b"iCCP", b"ICC_PROFILE"):
            assert trace not in saved(photo, again)


def test_a_page_in_a_comment_is_gone() -> None:
    assert b"<script>" in polyglot()
    assert b"<script>" not in saved(open_photo(polyglot()))


def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    large = scene().resize((4032, 3024), Image.Resampling.BICUBIC)
    data = saved(large, quality=92)
    decoded: list[tuple[int, int]] = []
    to_rgb = images._to_rgb
    monkeypatch.setattr(images, "_to_rgb", lambda image: (decoded.append(image.size), to_rgb(image))[1])
    open_photo(data)
    open_photo(data, max_side=448)
    assert decoded == [(4032, 3024), (504, 378)]
    exact = large.resize((448, 336), Image.Resampling.BICUBIC)
    assert np.abs(pixels(open_photo(data, max_side=448)) - pixels(exact)).mean() < 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_picture_is_not_enlarged(kind: str) -> None:
    assert open_photo(saved(scene(), kind), max_side=1000).size == (96, 64)


# Damage.


@pytest.mark.filterwarnings("ignore:Corrupt EXIF", "ignore:Truncated File")
@pytest.mark.parametrize("kind", ["JPEG", "progressive JPEG", "PNG", "WEBP", "HEIC"])
def test_damaged_files_give_a_picture_or_one_sentence(kind: str) -> None:
    """500 copies with a few bytes changed or cut out; seeded."""
    if kind == "HEIC":
        data = heic(scene(), exif=exif_of(6).tobytes())
    else:
        options = {"progressive": True} if kind.startswith("progressive") else {}
        data = saved(scene(), kind.split()[-1], exif=exif_of(6), **options)
    draw = random.Random(0)
    n_refused = 0
    for _ in range(500):
        broken = bytearray(data)
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(4, len(broken))
            if draw.random() < 0.2:
                del broken[at : at + draw.randint(1, 40)]
            else:
                broken[at] = draw.randrange(256)
        try:
            assert open_photo(bytes(broken), max_side=64).mode == "RGB"
        except InputError:
            n_refused += 1
    assert n_refused > 20


def test_many_threads_at_once() -> None:
    data = [saved(scene(), kind, **KINDS[kind]) for kind in KINDS] * 20
    data += [REFUSED["JPEG cut at half"][0]()] * 20

    def read(item: bytes) -> bytes:
        try:
            return open_photo(item).tobytes()
        except InputError:
            return b"refused"

    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(read, data))
    assert together == [read(item) for item in data]
    assert together[-20:] == [b"refused"] * 20
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


# HEIC.


def heic(image: Image.Image, **options: object) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs pillow-heif")
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=95, chroma=444, **options)
    return file.getvalue()


@pytest.mark.parametrize("max_side", [None, 48])
def test_heic(max_side: int | None) -> None:
    data = heic(scene(), exif=exif_of(6).tobytes())  # pillow-heif makes it the file's own turn
    assert photo_kind(data) == "HEIC"
    photo = open_photo(data, max_side=max_side)
    expected = scene().transpose(Image.Transpose.ROTATE_270).resize(photo.size, Image.Resampling.BICUBIC)
    assert photo.size == ((64, 96) if max_side is None else (32, 48))
    assert np.abs(pixels(photo) - pixels(expected)).mean() < 4
    assert photo.info == {}


def test_a_heic_cut_at_half_or_too_large() -> None:
    data = heic(scene(640, 480))
    with pytest.raises(InputError, match="HEIC picture is damaged"):
        open_photo(data[: len(data) // 2])
    at = data.index(b"ispe") + 8
    with pytest.raises(InputError, match="20,000 × 20,000 pixels"):
        open_photo(data[:at] + (20_000).to_bytes(4, "big") * 2 + data[at + 8 :])


def test_a_heic_that_lies_about_its_size() -> None:
    data = bytearray(heic(Image.new("RGB", (3000, 3000), "teal")))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = (64).to_bytes(4, "big") * 2
    with pytest.raises(InputError, match="HEIC picture is damaged"):
        open_photo(bytes(data))


def test_without_the_package_a_heic_is_told_how_to_be_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(InputError, match="Save it as JPEG"):
        open_photo(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64))


def test_every_kind_has_its_suffix() -> None:
    heads = [saved(scene(), kind)[:64] for kind in KINDS] + [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"]
    assert [photo_kind(head) for head in heads] == list(SUFFIXES)
    assert photo_kind(b"") == ""
    assert flat_png(8, 8)[:4] == b"\x89PNG"


def test_two_photos_are_decoded_at_a_time_and_a_large_one_leaves_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A large photo that waits for another holds no slot."""
    at_work: list[int] = []
    most: dict[str, int] = {"all": 0, "large": 0}
    guard = threading.Lock()
    to_rgb = images._to_rgb

    def watched(image: Image.Image) -> Image.Image:
        with guard:
            at_work.append(image.width)
            most["all"] = max(most["all"], len(at_work))
            most["large"] = max(most["large"], sum(width > 100 for width in at_work))
        time.sleep(0.02)
        with guard:
            at_work.remove(image.width)
        return to_rgb(image)

    monkeypatch.setattr(images, "_to_rgb", watched)
    monkeypatch.setattr(images, "_LARGE_PIXELS", 100 * 100)
    photos = [saved(Image.new("RGB", (side, 60))) for side in [400] * 6 + [50] * 6]
    with ThreadPoolExecutor(12) as pool:
        assert len(list(pool.map(open_photo, photos))) == 12
    assert most["all"] <= 2
    assert most["large"] == 1
