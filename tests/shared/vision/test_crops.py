"""Our squares against fastai's own, pixel for pixel."""

import random

import numpy as np
import pytest
from PIL import Image

from shared.vision import crops

SHAPES = [
    (640, 480),
    (480, 640),
    (500, 500),
    (499, 500),
    (224, 224),
    (225, 223),
    (37, 211),
    (1000, 90),
    (3, 2),
    (1, 1),
    (1, 10_000),
    (10_000, 1),
    (1, 300),
    (300, 2),
    (1234, 777),
]
SIZES = [224, 64, 97]


def noise(width: int, height: int) -> Image.Image:
    """Every pixel different, so that a shift by one shows."""
    pixels = np.random.default_rng(width * 31 + height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def fastai_square(image: Image.Image, size: int, method: str, *, split_idx: int) -> Image.Image:
    """What fastai makes of it: split_idx 1 is validation, 0 is training."""
    from fastai.vision.augment import RandomResizedCrop, Resize
    from fastai.vision.core import PILImage

    transform = RandomResizedCrop(size, min_scale=0.35) if method == "random" else Resize(size, method=method)
    return transform(PILImage(image), split_idx=split_idx)


@pytest.mark.parametrize("method", crops.METHODS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_validation_pixels_are_fastais(shape: tuple[int, int], method: str) -> None:
    image = noise(*shape)
    for size in SIZES:
        ours = crops.resize_photo(image, size, method)
        np.testing.assert_array_equal(ours, fastai_square(image, size, method, split_idx=1))


@pytest.mark.parametrize("method", crops.METHODS)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if max(shape) < 5000], ids=str)
def test_training_pixels_are_fastais_with_the_same_seed(shape: tuple[int, int], method: str) -> None:
    image = noise(*shape)
    state = random.getstate()
    try:
        for seed in range(5):
            random.seed(seed)
            theirs = fastai_square(image, 96, method, split_idx=0)
            ours = crops.resize_photo(image, 96, method, rng=random.Random(seed))
            np.testing.assert_array_equal(ours, theirs)
    finally:
        random.setstate(state)


def test_a_box_without_any_width_is_one_pixel_wide() -> None:
    assert int(1 / 49 * 49) == 0  # what fastai's rounding makes of it, which then cannot be resized
    assert crops.resize_photo(noise(1, 30), 49, "crop").size == (49, 49)
    rng = random.Random(0)
    assert all(crops.resize_photo(noise(1, 1), 8, "random", rng=rng, min_scale=0.01) for _ in range(20))


def test_a_long_photo_is_padded_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    for image in (noise(40, 900), noise(900, 40)):
        whole = crops.resize_photo(image, 50, "pad")
        with monkeypatch.context() as patch:
            patch.setattr(crops, "_STRIP_PIXELS", 7000)
            np.testing.assert_array_equal(crops.resize_photo(image, 50, "pad"), whole)


def test_to_array_gives_fastais_numbers() -> None:
    from fastai.data.transforms import IntToFloatTensor, Normalize, ToTensor
    from fastai.vision.core import PILImage

    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    image = noise(31, 57)
    theirs = IntToFloatTensor()(ToTensor()(PILImage(image)))[None]
    theirs = Normalize.from_stats(mean, std, cuda=False)(theirs)[0]
    ours = crops.to_array(image, mean, std)
    assert ours.dtype == np.float32
    assert ours.shape == (3, 57, 31)
    assert ours.flags.c_contiguous
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("method", "lost", "padded", "stretch"),
    [
        ("crop", 0.5, 0, 1),  # the middle 100 x 100 of 200 x 100
        ("squish", 0, 0, 2),
        ("pad", 0, 0.5, 1),
        ("random", 1 - (224 / 256) ** 2, 0, 2),  # squished to 256, then the middle 224
    ],
)
def test_what_a_cut_says_of_itself(method: str, lost: float, padded: float, stretch: float) -> None:
    cut = crops.draw_cut((200, 100), 224, method)
    assert (cut.lost, cut.padded, cut.stretch) == pytest.approx((lost, padded, stretch), abs=1e-9)


def test_seen_is_where_the_pixels_come_from() -> None:
    columns = np.linspace(0, 255, 256, dtype=np.uint8)
    ramp = Image.fromarray(np.repeat(np.tile(columns, (128, 1))[:, :, None], 3, axis=2))  # value = column
    for method in ("crop", "random"):
        cut = crops.draw_cut(ramp.size, 64, method)
        row = np.asarray(crops.apply_cut(ramp, cut))[32, :, 0].astype(float)
        left, _, right, _ = cut.seen
        pixel = (right - left) / 64
        assert row[0] == pytest.approx(left + pixel / 2 - 0.5, abs=1.5)
        assert row[-1] == pytest.approx(right - pixel / 2 - 0.5, abs=1.5)


@pytest.mark.parametrize("min_scale", [0.35, 0.9])
def test_random_keeps_at_least_min_scale(min_scale: float) -> None:
    rng = random.Random(5)
    cuts = [crops.draw_cut((400, 300), 64, "random", rng=rng, min_scale=min_scale) for _ in range(300)]
    kept = [1 - cut.lost for cut in cuts]
    assert min(kept) >= min_scale - 0.01
    assert max(kept) <= 1
    assert np.mean(kept) == pytest.approx((min_scale + 1) / 2, abs=0.12)


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="crop, squish, pad, random"):
        crops.draw_cut((10, 10), 8, "stretch")
