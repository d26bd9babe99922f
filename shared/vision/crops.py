"""From a photo of any shape to the square that the model sees: fastai's four ways, in Pillow alone.

`Resize` with "crop", "squish" and "pad" (by reflection), and `RandomResizedCrop` as "random". Without a
random generator a photo is treated as fastai treats it at validation and at inference; with one, as in
training. A `Cut` is such a decision before any pixel is moved, so a page can draw it on the photo and say
what is lost.

    square = resize_photo(photo, 224, "random")                          # what the model is asked about
    cut = draw_cut(photo.size, 224, "random", rng=random.Random(3))      # a draw as in training
    x = to_array(apply_cut(photo, cut), mean, std)                       # (3, 224, 224)

Lesson 2: https://course.fast.ai/Lessons/lesson2.html. The same pixels as fastai 2.8.12's vision/augment.py.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels of the photo

METHODS = ("crop", "squish", "pad", "random")
MIN_SCALE = 0.35  # of the photo's area: the least that RandomResizedCrop keeps, as in the lesson's examples
_RATIO = (3 / 4, 4 / 3)  # width over height of what RandomResizedCrop cuts out
_TRIES = 10  # draws before it settles for a crop in the middle
_VALID_EXTRA = 0.14  # how much larger RandomResizedCrop makes the photo at validation, before its centre crop
_STRIP_PIXELS = 4_000_000  # of a padded photo that are in memory at a time


@dataclass(frozen=True)
class Cut:
    """What is kept of a photo: a box, resized to a square, whose centre is seen.

    Attributes:
        photo_size: width and height of the photo.
        box: what is cut out. Where it reaches outside the photo, the photo's mirror image is seen.
        resized: side of the square that the box becomes.
        size: side of the centre that the model sees; the same unless `RandomResizedCrop` validates.
    """

    photo_size: tuple[int, int]
    box: Box
    resized: int
    size: int

    @property
    def seen(self) -> tuple[float, float, float, float]:
        """The part of the photo that the model sees, without padding: left, top, right, bottom in pixels."""
        left, top, right, bottom = self.box
        margin = (self.resized - self.size) / 2 / self.resized
        x_margin, y_margin = margin * (right - left), margin * (bottom - top)
        width, height = self.photo_size
        return (
            max(left + x_margin, 0),
            max(top + y_margin, 0),
            min(right - x_margin, width),
            min(bottom - y_margin, height),
        )

    @property
    def lost(self) -> float:
        """The share of the photo's pixels that are cut away."""
        left, top, right, bottom = self.seen
        width, height = self.photo_size
        return 1 - (right - left) * (bottom - top) / (width * height)

    @property
    def padded(self) -> float:
        """The share of the square that is mirror image, not photo."""
        left, top, right, bottom = self.seen
        box_left, box_top, box_right, box_bottom = self.box
        seen_of_box = (self.size / self.resized) ** 2 * (box_right - box_left) * (box_bottom - box_top)
        return 1 - (right - left) * (bottom - top) / seen_of_box

    @property
    def stretch(self) -> float:
        """How many times taller things become, compared with their width; under 1 they become wider."""
        left, top, right, bottom = self.box
        return (right - left) / (bottom - top)


def resize_photo(
    image: Image.Image,
    size: int,
    method: str,
    *,
    rng: random.Random | None = None,
    min_scale: float = MIN_SCALE,
) -> Image.Image:
    """Turn a photo into the square that the model sees.

    Args:
        image: RGB, of any shape.
        size: side of the square in pixels.
        method: one of `METHODS`.
        rng: draws as in training; None gives what fastai does at validation.
        min_scale: the least share of the photo that "random" keeps in training.
    """
    return apply_cut(image, draw_cut(image.size, size, method, rng=rng, min_scale=min_scale))


def draw_cut(
    photo_size: tuple[int, int],
    size: int,
    method: str,
    *,
    rng: random.Random | None = None,
    min_scale: float = MIN_SCALE,
) -> Cut:
    """Decide what is kept of a photo; the arguments are those of `resize_photo`.

    fastai rounds down to whole pixels, and so does this; only where it would cut out a box without any width
    (a photo one pixel wide), the box is one pixel wide here.
    """
    width, height = photo_size
    if method == "squish":
        return Cut(photo_size, (0, 0, width, height), size, size)
    if method == "random" and rng is None:
        extra = math.ceil(size * _VALID_EXTRA / 8) * 8
        return Cut(photo_size, (0, 0, width, height), size + extra, size)
    if method == "random" and rng is not None:
        return Cut(photo_size, _random_box(width, height, rng, min_scale), size, size)
    if method not in ("crop", "pad"):
        raise ValueError(f"method is {method!r}, and must be one of {', '.join(METHODS)}.")
    fit = min if method == "crop" else max
    pixel = fit(width / size, height / size)  # pixels of the photo for one of the square
    side = max(int(pixel * size), 1)
    x, y = (0.5, 0.5) if rng is None else (rng.random(), rng.random())
    left, top = int(x * (width - side)), int(y * (height - side))
    return Cut(photo_size, (left, top, left + side, top + side), size, size)


def _random_box(width: int, height: int, rng: random.Random, min_scale: float) -> Box:
    """Draw area and shape until they fit into the photo, then the place."""
    for _ in range(_TRIES):
        area = rng.uniform(min_scale, 1) * width * height
        ratio = math.exp(rng.uniform(math.log(_RATIO[0]), math.log(_RATIO[1])))
        box_width = max(round(math.sqrt(area * ratio)), 1)
        box_height = max(round(math.sqrt(area / ratio)), 1)
        if box_width <= width and box_height <= height:
            left, top = rng.randint(0, width - box_width), rng.randint(0, height - box_height)
            return left, top, left + box_width, top + box_height
    box_width, box_height = width, height
    if width / height < _RATIO[0]:
        box_height = int(width / _RATIO[0])
    elif width / height > _RATIO[1]:
        box_width = int(height * _RATIO[1])
    left, top = (width - box_width) // 2, (height - box_height) // 2
    return left, top, left + box_width, top + box_height


def apply_cut(image: Image.Image, cut: Cut) -> Image.Image:
    """Cut the photo, resize what is kept, and take the centre that the model sees."""
    left, top, right, bottom = cut.box
    width, height = cut.photo_size
    inside = image.crop((max(left, 0), max(top, 0), min(right, width), min(bottom, height)))
    before, after = (max(-left, 0), max(-top, 0)), (max(right - width, 0), max(bottom - height, 0))
    if any(before) or any(after):
        square = _resize_padded(inside, before, after, cut.resized)
    else:
        square = inside.resize((cut.resized, cut.resized), Image.Resampling.BILINEAR)
    if cut.resized == cut.size:
        return square
    margin = (cut.resized - cut.size) // 2
    return square.crop((margin, margin, margin + cut.size, margin + cut.size))


def cut_middle(image: Image.Image, ratio: float) -> Image.Image:
    """Cut the largest part with this width over height out of the middle, as if the photo were taken so."""
    width, height = image.size
    new_width, new_height = min(width, round(height * ratio)), min(height, round(width / ratio))
    left, top = (width - new_width) // 2, (height - new_height) // 2
    return image.crop((left, top, left + max(new_width, 1), top + max(new_height, 1)))


def _resize_padded(
    image: Image.Image, before: tuple[int, int], after: tuple[int, int], size: int
) -> Image.Image:
    """Pad by reflection and resize, without ever holding the padded photo.

    Pillow resizes rows first and columns afterwards. So rows are padded and resized a strip at a time, and
    the columns of what is then narrow are padded last: the pixels are the same, and a photo of 20,000 x 200
    pixels does not become a square of 400 million.
    """
    pixels = np.asarray(image)
    n_rows = max(_STRIP_PIXELS // (before[0] + image.width + after[0]), 1)
    columns, rows = (before[0], after[0]), (before[1], after[1])
    strips = [
        _resize(np.pad(pixels[start : start + n_rows], ((0, 0), columns, (0, 0)), mode="reflect"), width=size)
        for start in range(0, image.height, n_rows)
    ]
    narrow = np.concatenate(strips)  # (height, size, 3)
    return Image.fromarray(_resize(np.pad(narrow, (rows, (0, 0), (0, 0)), mode="reflect"), height=size))


def _resize(
    pixels: npt.NDArray[np.uint8], *, width: int | None = None, height: int | None = None
) -> npt.NDArray[np.uint8]:
    target = (width or pixels.shape[1], height or pixels.shape[0])
    return np.asarray(Image.fromarray(pixels).resize(target, Image.Resampling.BILINEAR))


def to_array(image: Image.Image, mean: Sequence[float], std: Sequence[float]) -> npt.NDArray[np.float32]:
    """Turn an RGB picture into what the model calculates with: (3, height, width), normalized.

    The same numbers as fastai's `ToTensor`, `IntToFloatTensor` and `Normalize`, to 1e-6.

    Args:
        image: RGB.
        mean: of each channel, on a scale from 0 to 1.
        std: of each channel.
    """
    pixels = np.asarray(image)  # (height, width, 3)
    x = np.empty((3, *pixels.shape[:2]), dtype=np.float32)
    for channel in range(3):
        np.multiply(pixels[:, :, channel], np.float32(1 / (255 * std[channel])), out=x[channel])
        x[channel] -= np.float32(mean[channel] / std[channel])
    return x
