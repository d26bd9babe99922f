"""Pictures that nobody should send, and odd ones that are good: bytes made here, none of them stored.

open_photo(flat_png(20_000, 20_000))     # 47 KB that would unpack to 400 million pixels
REFUSED["text"]()                        # what is refused, by name
"""

import functools
import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
ADOBE_MARKER = b"\xff\xee\x00\x0eAdobe"
N_FRAMES = 3_000


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """A smooth picture without any symmetry: it looks different however it is turned."""
    y, x = np.mgrid[0:height, 0:width]
    red = 255 * x / max(width - 1, 1)
    green = 255 * y / max(height - 1, 1)
    blue = np.where((x < width / 3) & (y < height / 3), 255, 40)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).astype(np.uint8))


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int,
    height: int,
    rows: bytes,
    *,
    bits: int = 8,
    colour: int = 0,
    before: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """A PNG written by hand: rows with their filter bytes, chunks before and after them."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    end = png_chunk(b"IDAT", zlib.compress(rows)) + after + png_chunk(b"IEND", b"")
    return PNG_MAGIC + png_chunk(b"IHDR", header) + before + end


@functools.cache
def flat_png(width: int, height: int) -> bytes:
    """A black PNG of one bit a pixel."""
    return png(width, height, bytes((1 + (width + 7) // 8) * height), bits=1)


def cut_jpeg() -> bytes:
    whole = saved(scene(640, 480))
    return whole[: len(whole) // 2]


def huge_jpeg() -> bytes:
    """A small JPEG whose header says 65,000 × 65,000."""
    data = bytearray(saved(scene()))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    return bytes(data)


def huge_webp() -> bytes:
    """A small WebP whose header says 16,384 × 16,384: its decoder would take 2 GB at once."""
    data = bytearray(saved(scene(), "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    data[at : at + 4] = struct.pack(
        "<I", 0x3FFF | 0x3FFF << 14 | int.from_bytes(data[at : at + 4], "little") & 1 << 28
    )
    return bytes(data)


def scans_jpeg() -> bytes:
    """A progressive JPEG of 49 million pixels that is drawn 10,000 times over."""
    data = saved(Image.new("RGB", (7_000, 7_000), "red"), progressive=True, quality=50)
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 1)
    third = data.index(b"\xff\xda", second + 1)
    return data[:third] + data[second:third] * 10_000 + data[third:]


def flood_jpeg() -> bytes:
    """7 million empty comments before the picture."""
    data = saved(scene())
    return data[:2] + b"\xff\xfe\0\2" * 7_000_000 + data[2:]


def flood_png() -> bytes:
    """Two million empty chunks before the picture."""
    return png(8, 8, bytes(9 * 8), before=png_chunk(b"teSt", b"") * 2_000_000)


def text_bomb_png() -> bytes:
    """Comments that unpack to 20 GB."""
    packed = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000)))
    return png(8, 8, bytes(9 * 8), before=packed * 20_000)


def animated(kind: str) -> bytes:
    """Thousands of different frames, the first of them red."""
    frames = [Image.new("RGB", (8, 8), (at % 251, at // 251, 128)) for at in range(N_FRAMES)]
    frames[0] = Image.new("RGB", (8, 8), "red")
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=20)


def float_image(kind: str) -> bytes:
    return saved(Image.fromarray(np.linspace(0, 1, 4096, dtype=np.float32).reshape(64, 64)), kind)


def fits() -> bytes:
    cards = [
        "SIMPLE  =                    T",
        "BITPIX  =                    8",
        "NAXIS   =                    2",
    ]
    cards += ["NAXIS1  =                 9999", "NAXIS2  =                 9999", "END"]
    return "".join(card.ljust(80) for card in cards).ljust(2880).encode() + bytes(2880)


def psd() -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 30_000, 30_000, 8, 3) + bytes(100)


def svg() -> bytes:
    return b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def web_page() -> bytes:
    """A page with a whole JPEG inside."""
    return b"<!doctype html><html><script>alert(1)</script><!--" + saved(scene()) + b"-->"


def polyglot() -> bytes:
    """A JPEG that is a page, too: the page stands in its comment."""
    data = saved(scene())
    page = b"<html><script>alert(1)</script><!--"
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + data[2:]


# What is refused, with a piece of the sentence that says why.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty file": (lambda: b"", "empty"),
    "text renamed .jpg": (lambda: b"This is a bear, honestly.\n" * 40, "no picture"),
    "JPEG cut at half": (cut_jpeg, "damaged or incomplete"),
    "PNG cut at half": (lambda: saved(scene(), "PNG")[:120], "damaged or incomplete"),
    "WebP cut at half": (lambda: saved(scene(640, 480), "WEBP")[:900], "damaged or incomplete"),
    "JPEG magic only": (lambda: b"\xff\xd8\xff\xe0", "damaged or incomplete"),
    "PNG 20000 x 20000": (lambda: flat_png(20_000, 20_000), "20,000 × 20,000 pixels"),
    "PNG 13000 x 13000 1-bit": (lambda: flat_png(13_000, 13_000), "13,000 × 13,000 pixels"),
    "PNG 7000 x 7000": (lambda: flat_png(7_000, 7_000), "at most 16 million of a PNG"),
    "PNG 1 x 40000": (lambda: flat_png(1, 40_000), "30,000 on a side"),
    "JPEG header 65000 x 65000": (huge_jpeg, "65,000 × 65,000 pixels"),
    "WebP header 16384 x 16384": (huge_webp, "16,384 × 16,384 pixels"),
    "JPEG of 10,000 scans": (scans_jpeg, "damaged or incomplete"),
    "JPEG of 7 million comments": (flood_jpeg, "damaged or incomplete"),
    "PNG of 2 million chunks": (flood_png, "damaged or incomplete"),
    "PNG with a bomb of text": (text_bomb_png, "damaged or incomplete"),
    "animated GIF": (lambda: animated("GIF"), "a GIF"),
    "SVG with a script": (svg, "an SVG drawing"),
    "HTML with a JPEG inside": (web_page, "a web page"),
    "FITS": (fits, "a FITS file"),
    "SPIDER": (lambda: float_image("SPIDER"), "no picture"),
    "EPS": (lambda: saved(scene(), "EPS"), "a PostScript file"),
    "PSD": (psd, "a Photoshop file"),
    "TIFF": (lambda: saved(scene(), "TIFF"), "a TIFF"),
    "float TIFF": (lambda: float_image("TIFF"), "a TIFF"),
    "BMP": (lambda: saved(scene(), "BMP"), "a BMP"),
    "AVIF": (lambda: b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B" + bytes(64), "not read here"),
    "zip": (lambda: b"PK\3\4" + bytes(64), "a zip"),
}
