"""fastai's `aug_transforms()` as draws that can be shown and named: one photo, many pictures of it.

In training, every time a photo comes up it is cut anew, flipped, tilted, turned, zoomed, and lit a little
differently, so the model never sees the same pixels twice and learns what stays the same. An `Augmentation`
holds the numbers of one such draw; where it moves pixels they are resampled once, as in fastai.

    rng = random.Random(7)
    draw = draw_augmentation(rng)
    print(draw.caption(), draw.apply(square))                       # "Flipped, turned 4° left, ..."
    for caption, picture in tta_views(photo, 224, "random", rng): ...   # what `learn.tta` looks at

Lesson 2: https://course.fast.ai/Lessons/lesson2.html, with fastai 2.8.12's defaults.
"""

import math
import random
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared.errors import InputError
from shared.limits import MAX_AUGMENT_SEED, MAX_AUGMENT_VIEWS
from shared.vision.crops import METHODS, MIN_SCALE, Cut, apply_cut, draw_cut, resize_photo
from shared.vision.thumbnails import data_uri

Floats = npt.NDArray[np.float32]

# The defaults of aug_transforms.
P_FLIP, P_AFFINE, P_LIGHTING = 0.5, 0.75, 0.75
MAX_DEGREES, MAX_ZOOM, MAX_WARP, MAX_LIGHTING = 10.0, 1.1, 0.2, 0.2
_LEAST_BYTE = 1e-7  # fastai's: black and white have no logit

API_SIZE = 224  # pixels of the squares that `augment_answer` gives, the lesson's


@dataclass(frozen=True)
class Augmentation:
    """The numbers of one draw. Their defaults leave a picture as it is.

    Attributes:
        flipped: left and right are swapped.
        degrees: by how much the picture is turned; positive is clockwise.
        zoom: 1.1 shows things a tenth larger.
        zoom_x: where it zooms to, from 0 (left) to 1 (right).
        zoom_y: the same from 0 (top) to 1 (bottom).
        warp_x: as if seen from the left (positive) or the right, by this share of the picture's half height.
        warp_y: as if seen from above (positive) or below.
        brightness: what a mid-grey of 0.5 becomes.
        contrast: how many times further from mid-grey everything is, on the scale of logits.
    """

    flipped: bool = False
    degrees: float = 0.0
    zoom: float = 1.0
    zoom_x: float = 0.5
    zoom_y: float = 0.5
    warp_x: float = 0.0
    warp_y: float = 0.0
    brightness: float = 0.5
    contrast: float = 1.0

    def caption(self) -> str:
        """Say in words what is done; what cannot be seen is left out."""
        turn, zoom = round(self.degrees), round(self.zoom, 2)
        nearer = self._nearer()
        light, contrast = round(200 * self.brightness - 100), round(100 * self.contrast - 100)
        parts = [
            "flipped" if self.flipped else "",
            f"turned {abs(turn)}° {'right' if turn > 0 else 'left'}" if turn else "",
            f"zoomed {zoom:g} ×" if zoom != 1 else "",
            f"{nearer} nearer" if nearer else "",
            f"{abs(light)} % {'brighter' if light > 0 else 'darker'}" if abs(light) > 1 else "",
            f"{abs(contrast)} % {'more' if contrast > 0 else 'less'} contrast" if abs(contrast) > 1 else "",
        ]
        return ", ".join(part for part in parts if part).capitalize() or "Unchanged"

    def _nearer(self) -> str:
        """Name the sides that come nearer, as they are seen: the tilt comes before the flip."""
        sides = []
        if round(self.warp_x, 2):
            sides.append("left" if (self.warp_x > 0) != self.flipped else "right")
        if round(self.warp_y, 2):
            sides.append("top" if self.warp_y > 0 else "bottom")
        return " and ".join(sides)

    def apply(self, image: Image.Image) -> Image.Image:
        """Do it to an RGB picture of any shape."""
        x = np.asarray(image, dtype=np.float32) / np.float32(255)  # (height, width, 3)
        x = self._relight(self._move(x))
        return Image.fromarray((x * 255 + 0.5).astype(np.uint8))

    def _move(self, x: Floats) -> Floats:
        """Look up, for every pixel of the new picture, where it comes from: one resampling for everything."""
        height, width = x.shape[:2]
        matrix = self._matrix(height, width)
        if np.array_equal(matrix, np.eye(3)):
            return x
        ys, xs = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
        from_x, from_y, scale = (row[0] * xs + row[1] * ys + row[2] for row in matrix)
        return _sample(x, from_x / scale, from_y / scale)

    def _matrix(self, height: int, width: int) -> npt.NDArray[np.float64]:
        """Give the 3 x 3 matrix from places in the new picture to places in the old, both from -1 to 1."""
        angle, s = math.radians(self.degrees), 1 / self.zoom
        flip = np.diag([-1.0 if self.flipped else 1.0, 1, 1])
        turn = np.array(
            [[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0], [0, 0, 1]]
        )
        zoom = np.array(
            [[s, 0, (1 - s) * (2 * self.zoom_x - 1)], [0, s, (1 - s) * (2 * self.zoom_y - 1)], [0, 0, 1]]
        )
        affine = flip @ turn @ zoom
        affine[0, 1] *= height / width  # a turn is a turn in pixels
        affine[1, 0] *= width / height
        return _warp_matrix(self.warp_x, self.warp_y) @ affine

    def _relight(self, x: Floats) -> Floats:
        """Add brightness and multiply contrast on logits, where no value can leave 0 to 1."""
        if self.brightness == 0.5 and self.contrast == 1:
            return x
        x = np.clip(x, _LEAST_BYTE, 1 - _LEAST_BYTE, dtype=np.float32)
        odds = (x / (1 - x)) * np.float32(self.brightness / (1 - self.brightness))
        return np.reciprocal(1 + odds ** np.float32(-self.contrast), dtype=np.float32)


def draw_augmentation(rng: random.Random) -> Augmentation:
    """Draw as `aug_transforms()` does: each change has its own chance to happen, and its own size."""

    def maybe(p: float, value: float, neutral: float) -> float:
        return value if rng.random() < p else neutral

    log_contrast = -math.log(1 - MAX_LIGHTING)
    return Augmentation(
        flipped=rng.random() < P_FLIP,
        degrees=maybe(P_AFFINE, rng.uniform(-MAX_DEGREES, MAX_DEGREES), 0),
        zoom=maybe(P_AFFINE, rng.uniform(1, MAX_ZOOM), 1),
        zoom_x=rng.random(),
        zoom_y=rng.random(),
        warp_x=maybe(P_AFFINE, rng.uniform(-MAX_WARP, MAX_WARP), 0),
        warp_y=maybe(P_AFFINE, rng.uniform(-MAX_WARP, MAX_WARP), 0),
        brightness=maybe(P_LIGHTING, rng.uniform(0.5 * (1 - MAX_LIGHTING), 0.5 * (1 + MAX_LIGHTING)), 0.5),
        contrast=maybe(P_LIGHTING, math.exp(rng.uniform(-log_contrast, log_contrast)), 1),
    )


def _warp_matrix(warp_x: float, warp_y: float) -> npt.NDArray[np.float64]:
    """Solve for the perspective that takes the moved corners back to the corners of the picture."""
    if warp_x == warp_y == 0:
        return np.eye(3)
    corners = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    moved = [
        (-1 - warp_y, -1 - warp_x),
        (-1 + warp_y, 1 + warp_x),
        (1 + warp_y, -1 + warp_x),
        (1 - warp_y, 1 - warp_x),
    ]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, moved, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
        values += [x, y]
    return np.append(np.linalg.solve(np.array(rows, dtype=float), values), 1).reshape(3, 3)


def _sample(x: Floats, from_x: npt.NDArray[np.float64], from_y: npt.NDArray[np.float64]) -> Floats:
    """Read between pixels, bilinearly; outside the picture its mirror image is read."""
    height, width = x.shape[:2]
    left, right, across = _neighbours(from_x, width)
    top, bottom, down = _neighbours(from_y, height)
    pixels = x.reshape(-1, 3)
    top, bottom = top * width, bottom * width
    upper = pixels[top + left] * (1 - across) + pixels[top + right] * across
    lower = pixels[bottom + left] * (1 - across) + pixels[bottom + right] * across
    return upper * (1 - down) + lower * down


def _neighbours(
    place: npt.NDArray[np.float64], n: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """Turn places from -1 to 1 into the pixel before, the pixel after, and how far it is between them."""
    span = n - 1
    if span == 0:
        zero = np.zeros(place.shape, dtype=np.intp)
        return zero, zero, np.zeros((*place.shape, 1), dtype=np.float32)
    pixel = np.abs((place + 1) / 2 * span) % (2 * span)
    pixel = np.where(pixel > span, 2 * span - pixel, pixel)
    before = pixel.astype(np.intp)
    return before, np.minimum(before + 1, span), (pixel - before).astype(np.float32)[..., None]


# What training, and test-time augmentation, make of one photo


@dataclass(frozen=True)
class View:
    """One picture of a photo as training sees it: how it was cut, what was done then, what came out."""

    cut: Cut
    augmentation: Augmentation
    image: Image.Image

    def caption(self) -> str:
        """Say in words what was done."""
        kept = round(100 * (1 - self.cut.lost))
        return f"{kept} % of the photo. {self.augmentation.caption()}."

    def values(self) -> Any:
        """The same as numbers (`Drawn`): the box in pixels of the photo, and the draw's own."""
        return {"box": list(self.cut.box), **asdict(self.augmentation)}


def training_view(
    image: Image.Image, size: int, method: str, rng: random.Random, *, min_scale: float = MIN_SCALE
) -> View:
    """Cut a photo and augment it, as happens anew each time training comes to it.

    Args:
        image: RGB, of any shape.
        size: side of the square in pixels.
        method: one of `shared.vision.crops.METHODS`.
        rng: draws.
        min_scale: the least share of the photo that "random" keeps.
    """
    cut = draw_cut(image.size, size, method, rng=rng, min_scale=min_scale)
    augmentation = draw_augmentation(rng)
    return View(cut, augmentation, augmentation.apply(apply_cut(image, cut)))


def tta_views(
    image: Image.Image, size: int, method: str, rng: random.Random, n: int = 4
) -> list[tuple[str, Image.Image]]:
    """Give what test-time augmentation looks at: the view of validation, then `n` views as in training."""
    views = [training_view(image, size, method, rng) for _ in range(n)]
    return [("As always", resize_photo(image, size, method)), *((v.caption(), v.image) for v in views)]


class Drawn(TypedDict):
    """What was drawn for a picture: the box that was cut from the photo, and the fields of `Augmentation`."""

    box: list[float]
    flipped: bool
    degrees: float
    zoom: float
    zoom_x: float
    zoom_y: float
    warp_x: float
    warp_y: float
    brightness: float
    contrast: float


class AugmentedPicture(TypedDict):
    """A picture as a data URI (JPEG), and what was done to it in words and numbers."""

    caption: str
    values: Drawn
    image: str


def augment_answer(
    image: Image.Image, n: int = 4, method: str = "random", seed: int = 0
) -> list[AugmentedPicture]:
    """Give `n` pictures of a photo as training would see it, as plain JSON.

    Args:
        image: RGB, of any shape.
        n: how many.
        method: one of `shared.vision.crops.METHODS`.
        seed: the same number gives the same pictures.

    Returns:
        For each, a caption, the values that were drawn, and the picture as a data URI (JPEG).

    Raises:
        InputError: a number is out of range, or there is no such method.
    """
    if method not in METHODS:
        raise InputError(f"There is no method {str(method)[:20]!r}. Use one of {', '.join(METHODS)}.")
    n = _check_whole("The number of pictures", n, low=1, high=MAX_AUGMENT_VIEWS)
    rng = random.Random(_check_whole("The seed", seed, low=0, high=MAX_AUGMENT_SEED))
    views = (training_view(image, API_SIZE, method, rng) for _ in range(n))
    return [{"caption": v.caption(), "values": v.values(), "image": data_uri(v.image)} for v in views]


def _check_whole(name: str, value: object, *, low: int, high: int) -> int:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not low <= number <= high or number != int(number):  # NaN is in no range
        raise InputError(f"{name} must be a whole number from {low:,} to {high:,}.")
    return int(number)
