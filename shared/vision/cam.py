"""Where on a photo the answer comes from: class activation maps.

After Zhou et al., 2016, https://arxiv.org/abs/1512.04150. The
network's last feature map (d, h, w) is averaged over its places, and the last layer adds the averages up with
a class's weights. Turned round: weigh the map first, and the mean over all places is the class's score. So
each place's share of the score is known exactly, without any gradient.

A map that would look the same with other weights says nothing about the class. `strength_left` deals the
class's weights out anew, and says how much of the strongest colour is left (after Adebayo et al., 2018,
https://arxiv.org/abs/1810.03292).

    shares = activation_map(answer.maps, classifier.weights[at])     # (7, 7), its mean is logit - bias
    picture = draw_map(photo, shares, cut)

Lesson 2 of part 1, and chapter 18 of the book: https://github.com/fastai/fastbook/blob/master/18_CAM.ipynb.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared.vision.crops import Cut

Array = npt.NDArray[np.float32]

N_SHUFFLES = 20
# From nothing to much, on a photo turned grey: dark blue, blue, orange, pale yellow.
_STOPS = np.array([[15, 23, 42], [37, 99, 235], [249, 115, 22], [254, 240, 138]], np.float32)
_STRENGTH = 0.6  # of the colour over the photo
_SIDE_PX = 480  # the longer side of the picture


def activation_map(maps: Array, weights: Array) -> Array:
    """Give each place's share of a class's score: (h, w).

    Args:
        maps: (d, h, w) the last feature map of one photo.
        weights: (d,) of the class in the last layer.

    Returns:
        The map. Its mean plus the class's bias is the class's logit, where the network averages its last map.
    """
    return np.tensordot(weights, maps, axes=1)


def strength_left(maps: Array, weights: Array, *, seed: int = 0) -> float:
    """Say how much of a map's strength is left when the class's weights are dealt out anew.

    Returns:
        The largest share after a shuffle over the largest one before, the mean of `N_SHUFFLES`: near 0 where
        the map comes from what was learned, near 1 where any weights would give it. NaN when nothing speaks
        for the class.
    """
    strongest = float(activation_map(maps, weights).max())
    if strongest <= 0:
        return float("nan")
    rng = np.random.default_rng(seed)
    left = [max(float(activation_map(maps, rng.permutation(weights)).max()), 0.0) for _ in range(N_SHUFFLES)]
    return float(np.mean(left)) / strongest


def shuffled_map(maps: Array, weights: Array, *, seed: int = 0) -> Array:
    """Give the map of one shuffle, to look at: (h, w)."""
    return activation_map(maps, np.random.default_rng(seed).permutation(weights))


def draw_map(photo: Image.Image, shares: Array, cut: Cut, *, top: float | None = None) -> Image.Image:
    """Draw a map over the photo; what the network did not see stays grey.

    Args:
        photo: RGB.
        shares: (h, w) of `activation_map`.
        cut: how the photo became the network's square.
        top: the share that gets the strongest colour; by default the largest of this map. Negative shares
            speak against the class and are left without colour.
    """
    scale = _SIDE_PX / max(photo.size)
    size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    grey = np.asarray(photo.resize(size, Image.Resampling.BILINEAR).convert("L"), np.float32)
    picture = np.repeat(grey[:, :, None], 3, axis=2)  # (height, width, 3)
    left, upper, right, lower = (round(edge * scale) for edge in cut.seen)
    box = max(left, 0), max(upper, 0), min(max(right, left + 1), size[0]), min(max(lower, upper + 1), size[1])
    strongest = float(shares.max()) if top is None else top
    strength = np.clip(shares / strongest, 0, 1) if strongest > 0 else np.zeros_like(shares)
    spread = Image.fromarray(strength.astype(np.float32)).resize(
        (box[2] - box[0], box[3] - box[1]), Image.Resampling.BICUBIC
    )
    heat = np.clip(np.asarray(spread), 0, 1)[:, :, None]
    seen = picture[box[1] : box[3], box[0] : box[2]]
    seen += (_colour(heat[:, :, 0]) - seen) * (_STRENGTH * heat)
    return Image.fromarray(picture.round().clip(0, 255).astype(np.uint8))


def _colour(strength: npt.NDArray[np.floating]) -> Array:
    """Look up colours (height, width, 3) for strengths between 0 and 1."""
    places = np.linspace(0, 1, len(_STOPS))
    return np.stack([np.interp(strength, places, _STOPS[:, c]) for c in range(3)], axis=-1).astype(np.float32)
