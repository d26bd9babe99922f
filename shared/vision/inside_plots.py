"""Draw what `inside.py` finds: filters and activation maps as small pictures, written as data URIs.

filter_uris(inside.filters("conv_stem"))            # one "data:image/..." for each filter
map_uris(inside.activations("conv_stem", x).maps)   # one for each map
"""

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared.plotting import DIVERGING_SCALE, SEQUENTIAL_SCALE

Array = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

MAX_SIDE_PX = 112  # a larger map is made smaller: it is shown no larger
EXACT_SIDE_PX = (
    32  # up to here each pixel can be seen and is exact; larger pictures are an eighth of the size
)


def filter_pixels(filters: Array) -> Pixels:
    """Colour filters (n, c, h, w) as pictures (n, h, w, 3).

    Three channels are red, green and blue, grey where a weight is 0; one channel is drawn from pink (below 0)
    to teal. Each filter uses the whole range: its largest weight, by absolute value, is as far out as can be.
    """
    largest = np.maximum(np.abs(filters).max(axis=(1, 2, 3), keepdims=True), 1e-12)
    scaled = filters / largest  # (n, c, h, w) from -1 to 1
    if filters.shape[1] == 1:
        return _colour((scaled[:, 0] + 1) / 2, DIVERGING_SCALE)
    return np.round((scaled + 1) / 2 * 255).astype(np.uint8).transpose(0, 2, 3, 1)


def map_pixels(maps: Array) -> Pixels:
    """Colour maps (k, h, w) as pictures (k, h, w, 3), each over its own range.

    A map without a number below 0 goes from pale (0) to dark blue (its largest); any other from pink (below
    0) over grey (0) to teal, as far on both sides.
    """
    pictures = []
    for values in maps:
        reach = max(float(np.abs(values).max(initial=0)), 1e-12)
        if values.min(initial=0) < 0:
            pictures.append(_colour((values / reach + 1) / 2, DIVERGING_SCALE))
        else:
            pictures.append(_colour(values / reach, SEQUENTIAL_SCALE))
    return np.stack(pictures) if pictures else np.zeros((*maps.shape, 3), np.uint8)


def filter_uris(filters: Array) -> list[str]:
    """Write each filter as a picture, one pixel a weight."""
    return [_as_uri(pixels) for pixels in filter_pixels(filters)]


def map_uris(maps: Array) -> list[str]:
    """Write each map as a picture, one pixel a number unless there are very many."""
    return [_as_uri(pixels) for pixels in map_pixels(maps)]


def _colour(shares: npt.NDArray[np.floating], scale: tuple[tuple[float, str], ...]) -> Pixels:
    """Colour numbers from 0 to 1 by a scale of the palette: (...) becomes (..., 3)."""
    stops = [stop for stop, _ in scale]
    colours = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for _, colour in scale])
    channels = [np.interp(shares, stops, colours[:, channel]) for channel in range(3)]
    return np.round(np.stack(channels, axis=-1)).astype(np.uint8)


def _as_uri(pixels: Pixels) -> str:
    image = Image.fromarray(pixels)
    image.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.BOX)
    kind = "webp" if max(image.size) > EXACT_SIDE_PX else "png"
    file = io.BytesIO()
    image.save(file, kind, quality=80)  # PNG is exact and has no quality
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"
