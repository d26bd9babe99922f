"""Pictures as text: small, upright, and silent about their file."""

import base64
import io

import pytest
from PIL import Image

from shared.errors import InputError
from shared.vision.thumbnails import thumbnail


def test_a_thumbnail_is_small_upright_and_says_nothing_else_of_the_file(tmp_path):
    picture = Image.new("RGB", (1200, 600), "red")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # orientation: lies on its side; description
    path = tmp_path / "photo.jpg"
    picture.save(path, exif=exif)
    address = thumbnail(path, 144)
    head, _, data = address.partition(",")
    assert head == "data:image/jpeg;base64"
    content = base64.b64decode(data)
    assert b"home" not in content
    small = Image.open(io.BytesIO(content))
    assert small.size == (72, 144)
    assert not small.getexif()
    assert len(address) < 10_000


def test_a_photo_that_is_gone_is_a_plain_sentence(tmp_path):
    with pytest.raises(InputError):
        thumbnail(tmp_path / "gone.jpg", 144)
