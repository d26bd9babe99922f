"""What can be seen of a photo without any label: copies, blur, darkness, size.

Each flag is a measure and a threshold, all in this file. A flag is a hint to look, never a reason to delete
by itself. CleanVision 0.3.7 has such checks, but does not serve here: it opens the files itself, past the
caps of `images.py`, it prints, and it takes for near copies only photos whose hashes are equal. Of 480 bears
blurred with a radius of 2 % of their longer side it flagged 26 %; the measure here flags all but one. Its
measure of darkness is the one used here.

    measures = [measure_photo(open_photo(photo.path, max_side=MEASURED_SIDE_PX)) for photo in photos]
    flag_photos(photos, measures, duplicate_groups(photos))     # [("near copy", "blurry"), (), ...]

Lesson 2, https://course.fast.ai/Lessons/lesson2.html; CleanVision, https://github.com/cleanlab/cleanvision
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from shared.vision.dataset import Photo

EXACT, NEAR, ACROSS, BLURRY, DARK, TINY = "exact copy", "near copy", "across", "blurry", "dark", "tiny"
FLAGS = {
    EXACT: "the same file is in two classes",
    NEAR: "another photo looks almost the same",
    ACROSS: "a plain random split would put this photo and its copy on different sides",
    BLURRY: "not even its sharpest edges are sharp",
    DARK: "not even its brightest spots are bright",
    TINY: "it has fewer pixels than the network reads",
}

# Thresholds. Of 1,475 photos of bears and other things none is blurry, dark or tiny by them. Of the 480 bears
# blurred with a radius of 1 % of their longer side, 99 % are blurry; all are dark at a fifth of their light.
BLURRY_BELOW = 0.07  # of `Measures.sharpness`
DARK_BELOW = 0.32  # of `Measures.brightness`; CleanVision's threshold for the same measure
TINY_BELOW_PX = 100  # of `Measures.short_side_px`: a network of 224 pixels enlarges it more than twice

MEASURED_SIDE_PX = 512  # photos come with this longer side at most
_SHARPNESS_SIDE_PX = 256
_BRIGHTNESS_SIDE_PX = 128
_LEAST_TONES = 8  # of 255: a picture of one tone has no edges to judge
_LUMA = np.array([0.241, 0.691, 0.068], dtype=np.float32)  # weights of red, green, blue for the eye


@dataclass(frozen=True)
class Measures:
    """What the flags of one photo are read from.

    Attributes:
        sharpness: of its sharpest edges (99th percentile of the Laplacian), as a share of its range of tones.
        brightness: of its brightest spots (99th percentile), 0 black to 1 white.
        short_side_px: its shorter side, once the longer one is at most `MEASURED_SIDE_PX`.
    """

    sharpness: float
    brightness: float
    short_side_px: int


def measure_photo(image: Image.Image) -> Measures:
    """Measure one photo.

    Args:
        image: RGB, its longer side at most `MEASURED_SIDE_PX`.
    """
    return Measures(_sharpness(image), _brightness(image), min(image.size))


def _sharpness(image: Image.Image) -> float:
    tones = np.asarray(_within(image.convert("L"), _SHARPNESS_SIDE_PX), dtype=np.float32)  # (h, w)
    if min(tones.shape) < 3:
        return 1.0
    edges = np.abs(
        4 * tones[1:-1, 1:-1] - tones[:-2, 1:-1] - tones[2:, 1:-1] - tones[1:-1, :-2] - tones[1:-1, 2:]
    )
    low, high = np.percentile(tones, [1, 99])
    if high - low < _LEAST_TONES:
        return 1.0
    return float(np.percentile(edges, 99) / (high - low))


def _brightness(image: Image.Image) -> float:
    colours = np.asarray(_within(image, _BRIGHTNESS_SIDE_PX), dtype=np.float32) / 255  # (h, w, 3)
    return float(np.percentile(np.sqrt(colours**2 @ _LUMA), 99))


def _within(image: Image.Image, side: int) -> Image.Image:
    """Make the longer side no longer than `side`; nothing is enlarged."""
    scale = min(1.0, side / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def flag_photos(
    photos: Sequence[Photo], measures: Sequence[Measures], groups: Sequence[int], *, seed: int = 42
) -> list[tuple[str, ...]]:
    """Give each photo its flags, in the order of `FLAGS`.

    Args:
        photos: all of a set.
        measures: of each photo.
        groups: of each photo, as `duplicate_groups` numbers them.
        seed: of the random split that is looked at for copies on both sides.
    """
    files = Counter(photo.digest for photo in photos)
    sizes = Counter(groups)
    across = torn_apart(groups, random_split(len(photos), seed=seed))
    flags = []
    for photo, measure, group, is_torn in zip(photos, measures, groups, across, strict=True):
        found = {
            EXACT: files[photo.digest] > 1,
            NEAR: sizes[group] > files[photo.digest],
            ACROSS: is_torn,
            BLURRY: measure.sharpness < BLURRY_BELOW,
            DARK: measure.brightness < DARK_BELOW,
            TINY: measure.short_side_px < TINY_BELOW_PX,
        }
        flags.append(tuple(name for name in FLAGS if found[name]))
    return flags


def random_split(n_photos: int, *, valid_pct: float = 0.2, seed: int = 42) -> list[bool]:
    """Hold photos out at random one by one, as the lesson does, copies or not; True is held out."""
    order = np.random.default_rng(seed).permutation(n_photos)
    return (order < valid_pct * n_photos).tolist()


def torn_apart(groups: Sequence[int], is_valid: Sequence[bool]) -> list[bool]:
    """Say for each photo whether a split puts copies of it on both sides: the held-out error then flatters.

    Args:
        groups: of each photo.
        is_valid: of each photo, whether it is held out.
    """
    sides = set(zip(groups, is_valid, strict=True))
    return [(group, True) in sides and (group, False) in sides for group in groups]
