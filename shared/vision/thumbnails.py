"""Pictures as text: an address that holds the picture itself, so that a page fetches nothing.

data_uri(image)                            # "data:image/jpeg;base64,..."
thumbnail(path, 144)                       # of a file, decoded by `open_photo`; kept for the next time
"""

import base64
import functools
import io
from pathlib import Path

from PIL import Image

from shared.vision.images import open_photo

QUALITY = 86  # of the JPEG
_KEPT = 500  # thumbnails, of about 6 kB


def data_uri(image: Image.Image) -> str:
    """Write a picture as the text that a page or a program can show without fetching anything."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


@functools.lru_cache(maxsize=_KEPT)
def thumbnail(path: Path, side_px: int) -> str:
    """Give a small upright copy of a photo, without anything else that its file says.

    Args:
        path: the file.
        side_px: of the longer side.

    Raises:
        InputError: it is gone, or no photo.
    """
    return data_uri(open_photo(path, max_side=side_px))
