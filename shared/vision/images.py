"""The one door for pictures that come from outside: bytes in, an upright RGB picture out.

What a file is, its first bytes say, never its name. Only JPEG, PNG, WebP and HEIC are read, each by its own
decoder, so none of Pillow's forty others ever sees a visitor's file. The size is read from the header before
any memory is taken for pixels. Nothing but the pixels of the first frame comes out: no place, no camera, no
colour profile.

    photo = open_photo("bear.jpg")            # every pixel, turned as the camera was held
    photo = open_photo(data, max_side=512)    # no side longer; a large JPEG is decoded at half size or less
    photo_kind(data)                          # "JPEG"; "" when it is no photo that can be read
    return_memory()                           # once, in a process that serves

Follows lesson 1 (https://course.fast.ai/Lessons/lesson1.html), where `PILImage.create` opens any file.
"""

import contextlib
import ctypes
import io
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from shared.errors import InputError
from shared.limits import MAX_PHOTO_MB, MAX_PHOTO_MEGAPIXELS, MAX_PHOTO_SIDE, MAX_WHOLE_MEGAPIXELS, MB

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "HEIC": ".heic"}  # the kinds that are read
_WHOLE_KINDS = ("PNG", "WebP")  # decoded pixel by pixel, and a few kilobytes can hold millions of them
_REMEDY = "Send a JPEG, PNG or WebP photo."
_LARGE_PIXELS = 16_000_000  # of pictures larger than this, one is decoded at a time
_one_large = threading.Lock()
_slots = threading.BoundedSemaphore(2)  # photos decoded at a time, whoever asked for them
_M_MMAP_THRESHOLD = -3  # of glibc's mallopt
_MOST_READS = 100_000  # of parts of a file; a photo takes hundreds
_MOST_SCANS = 100  # passes over a JPEG, of which each costs milliseconds; a progressive one has ten

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_OTHER_KINDS = (
    (b"GIF8", "a GIF"),
    (b"II*\0", "a TIFF or a camera's raw file"),
    (b"MM\0*", "a TIFF or a camera's raw file"),
    (b"II+\0", "a TIFF"),
    (b"MM\0+", "a TIFF"),
    (b"8BPS", "a Photoshop file"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"%PDF", "a PDF"),
    (b"SIMPLE  =", "a FITS file"),
    (b"BM", "a BMP"),
    (b"\0\0\1\0", "an icon"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"PK\3\4", "a zip"),
    (b"\x1f\x8b", "a file compressed with gzip"),
)
_TEXT_KINDS = ((b"<svg", "an SVG drawing"), (b"<!doctype html", "a web page"), (b"<html", "a web page"))

_TURNS = {  # what undoes each EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112


def open_photo(source: bytes | str | Path, *, max_side: int | None = None, exact: bool = True) -> Image.Image:
    """Decode a photo that somebody sent.

    Args:
        source: the file's bytes, or where it lies.
        max_side: make the longer side no longer than this many pixels; None keeps every pixel.
        exact: False saves time: a JPEG is made smaller only as far as its decoder does it by itself, to less
            than twice `max_side`, and any other photo keeps its size.

    Returns:
        The first frame in RGB, upright, on white where it was transparent, without any metadata.

    Raises:
        InputError: it is too large, no JPEG, PNG, WebP or HEIC, or damaged.
    """
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    if len(data) > MAX_PHOTO_MB * MB:
        raise InputError(f"This picture is larger than {MAX_PHOTO_MB} MB. Save it smaller, then send it.")
    kind = photo_kind(data)
    if not kind:
        raise InputError(f"{_what_it_is(data)} {_REMEDY}")
    try:
        return _decode(kind, data, max_side, exact)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # Pillow answers a damaged file with almost any of them
        raise InputError(
            f"This {kind} picture is damaged or incomplete. Open it in an image program, save it again, and "
            "send that."
        ) from error


def return_memory() -> None:
    """Make the C library give the pixels of a photo back to the system as soon as they are freed.

    Otherwise glibc keeps what each thread once used: sixteen threads that decoded photos of 12 megapixels
    hold 200 MB for ever, larger photos 1 GB. For processes that serve; called once, when they start. Training
    would pay for it, and other C libraries need no telling.
    """
    with contextlib.suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MB)


def photo_kind(head: bytes) -> str:
    """Tell from a file's first bytes what it is.

    Args:
        head: at least the first 64 bytes, when there are so many.

    Returns:
        "JPEG", "PNG", "WebP", "HEIC", or "" for anything that is not read.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS and b"avif" not in head[:64]:
        return "HEIC"
    return ""


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_PHOTO_MB * MB + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"The picture cannot be read from its file. {_REMEDY}") from error


def _what_it_is(data: bytes) -> str:
    """Name what was sent instead of a photo, as a sentence."""
    if not data:
        return "This file is empty."
    for magic, name in _OTHER_KINDS:
        if data.startswith(magic):
            return f"This is {name}, whatever its name says."
    if data[4:8] == b"ftyp":
        return "This is a film or a picture of a kind that is not read here."
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for tag, name in _TEXT_KINDS:
        if start.startswith(tag) or (start.startswith((b"<?xml", b"<!--")) and tag in start):
            return f"This is {name}, whatever its name says."
    return "This file is no picture that can be read here."


def _decode(kind: str, data: bytes, max_side: int | None, exact: bool) -> Image.Image:
    if kind == "WebP":  # its decoder takes memory for all pixels as soon as it is opened
        _check_size(kind, *_webp_size(data))
    if kind == "JPEG" and data.count(b"\xff\xda\0") > _MOST_SCANS:
        raise ValueError("a JPEG of too many scans")
    image = _OPENERS[kind](_FewReads(data))
    width, height = image.size
    _check_size(kind, width, height)
    # A large photo waits for another large one before it takes a slot, so one is left for all others.
    with _one_large if width * height > _LARGE_PIXELS else contextlib.nullcontext(), _slots:
        scale = min(1.0, max_side / max(width, height)) if max_side else 1.0
        size = max(1, round(width * scale)), max(1, round(height * scale))
        if kind == "JPEG" and scale < 1:
            image.draft(None, size)
        image.load()
        photo = _to_rgb(image)
        if exact and photo.size != size:
            photo = photo.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
        turn = _TURNS.get(_orientation(image))
        if turn is not None:
            photo = photo.transpose(turn)
        if photo is image:
            photo = image.copy()
        photo.info = {}
        return photo


class _FewReads(io.BytesIO):
    """A file that ends the work of a decoder that finds millions of empty parts in it."""

    n_reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.n_reads += 1
        if self.n_reads > _MOST_READS:
            raise ValueError("a picture of too many parts")
        return super().read(size)


def _check_size(kind: str, width: int, height: int) -> None:
    of_kind, most = "", MAX_PHOTO_MEGAPIXELS
    if kind in _WHOLE_KINDS:
        of_kind, most = f" of a {kind}", MAX_WHOLE_MEGAPIXELS
    if width * height > most * 1_000_000 or max(width, height) > MAX_PHOTO_SIDE:
        raise InputError(
            f"This picture has {width:,} × {height:,} pixels; at most {most} million{of_kind} and "
            f"{MAX_PHOTO_SIDE:,} on a side are read. Save it smaller{', or as a JPEG' * bool(of_kind)}, then "
            "send it."
        )


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read width and height from the first chunk: https://developers.google.com/speed/webp/docs/riff_container."""
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return (
        int.from_bytes(data[26:28], "little") & 0x3FFF,
        int.from_bytes(data[28:30], "little") & 0x3FFF,
    )


def _open_heic(file: io.BytesIO) -> ImageFile.ImageFile:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise InputError(
            "This is a HEIC photo, which cannot be read here. Save it as JPEG and send that; an iPhone takes "
            "JPEG photos with Settings, Camera, Formats, Most Compatible."
        ) from error
    image: ImageFile.ImageFile = HeifImageFile(file)
    return image


# The decoders themselves, not Image.open: it would offer the file to every decoder that is registered.
_OPENERS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "HEIC": _open_heic,
}


def _to_rgb(image: Image.Image) -> Image.Image:
    """Give the pixels as RGB; what can be seen through is laid on white."""
    if image.mode == "CMYK" and "adobe" not in image.info:
        # Pillow takes every CMYK for Adobe's, which stores the inks inverted.
        return ImageChops.invert(image).convert("RGB")
    if image.mode == "I;16":  # Pillow would clip to the darkest 256 of the 65,536 greys
        greys = np.asarray(image)
        bright = np.where(greys == image.info.get("transparency"), 255, greys >> 8)
        return Image.fromarray(bright.astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        photo = Image.new("RGB", image.size, "white")
        photo.paste(layer, mask=layer.getchannel("A"))
        return photo
    return image if image.mode == "RGB" else image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """Read how the camera was held; a damaged EXIF counts as upright."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Pillow reads EXIF as far as it can, and then raises almost anything
        return 1
