"""The flags, measured another way, and on pictures with a known fault."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from shared.vision import flags
from shared.vision.dataset import Photo, duplicate_groups
from shared.vision.flags import (
    ACROSS,
    BLURRY,
    DARK,
    EXACT,
    NEAR,
    TINY,
    Measures,
    flag_photos,
    measure_photo,
    random_split,
    torn_apart,
)

FINE = Measures(0.5, 0.9, 300)


def scene(seed: int = 0, side: int = 240) -> Image.Image:
    """Sharp blocks of many tones."""
    blocks = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return Image.fromarray(blocks).resize((side, side), Image.Resampling.NEAREST)


def photo(name: str, digest: str, label: str = "a") -> Photo:
    return Photo(Path(name), label, digest)


def flags_of(image: Image.Image) -> tuple[str, ...]:
    return flag_photos([photo("x", "1")], [measure_photo(image)], [0])[0]


def test_sharpness_is_the_laplacian_over_the_range_of_tones():
    from scipy.ndimage import laplace

    image = scene()
    tones = np.asarray(image.convert("L"), dtype=float)
    edges = np.abs(laplace(tones)[1:-1, 1:-1])
    low, high = np.percentile(tones, [1, 99])
    assert measure_photo(image).sharpness == pytest.approx(np.percentile(edges, 99) / (high - low), rel=1e-5)


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 90)])
def test_brightness_of_one_colour_is_the_root_of_its_weighted_squares(colour):
    red, green, blue = (value / 255 for value in colour)
    by_hand = (0.241 * red**2 + 0.691 * green**2 + 0.068 * blue**2) ** 0.5
    assert measure_photo(Image.new("RGB", (50, 40), colour)).brightness == pytest.approx(by_hand, abs=1e-5)


def test_a_sharp_bright_large_picture_has_no_flag():
    assert flags_of(scene()) == ()


@pytest.mark.parametrize(
    ("spoil", "flag"),
    [
        (lambda image: image.filter(ImageFilter.GaussianBlur(6)), BLURRY),
        (lambda image: ImageEnhance.Brightness(image).enhance(0.2), DARK),
        (lambda image: image.resize((60, 60), Image.Resampling.NEAREST), TINY),
    ],
)
def test_a_spoilt_picture_has_the_flag_of_its_fault_alone(spoil, flag):
    assert flags_of(spoil(scene())) == (flag,)


def test_faint_contrast_is_not_blur():
    faint = ImageEnhance.Contrast(scene()).enhance(0.4)
    assert measure_photo(faint).sharpness == pytest.approx(measure_photo(scene()).sharpness, rel=0.1)


def test_more_blur_is_less_sharp():
    values = [measure_photo(scene().filter(ImageFilter.GaussianBlur(r))).sharpness for r in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (2, 2), (400, 3)])
def test_pictures_of_few_pixels_are_measured_too(size):
    measures = measure_photo(Image.new("RGB", size, "white"))
    assert measures.short_side_px == min(size)
    assert np.isfinite([measures.sharpness, measures.brightness]).all()


def test_copies_are_told_apart():
    photos = [photo("1", "x", "a"), photo("2", "x", "b"), photo("3", "y"), photo("4", "z"), photo("5", "w")]
    found = flag_photos(photos, [FINE] * 5, [0, 0, 1, 1, 2])
    assert [(EXACT in one, NEAR in one) for one in found] == [
        (True, False),
        (True, False),
        (False, True),
        (False, True),
        (False, False),
    ]


def test_an_exact_copy_may_have_a_near_one_too():
    photos = [photo("1", "x", "a"), photo("2", "x", "b"), photo("3", "y")]
    found = flag_photos(photos, [FINE] * 3, [0, 0, 0])
    assert [set(one) - {ACROSS} for one in found] == [{EXACT, NEAR}, {EXACT, NEAR}, {NEAR}]


def test_a_group_on_both_sides_of_a_split_is_torn_apart():
    assert torn_apart([0, 0, 1, 1, 2], [True, False, True, True, False]) == [True, True, False, False, False]


def test_the_random_split_is_the_one_behind_the_flag():
    n = 40
    groups = [at // 2 for at in range(n)]
    held = random_split(n)
    assert sum(held) == n // 5
    photos = [photo(str(at), str(at)) for at in range(n)]
    found = flag_photos(photos, [FINE] * n, groups)
    assert [ACROSS in one for one in found] == torn_apart(groups, held)
    assert any(ACROSS in one for one in found)


def test_near_copies_are_found_in_files(tmp_path):
    paths = [tmp_path / f"{at}.jpg" for at in range(3)]
    scene(1).save(paths[0], quality=95)
    scene(1).resize((150, 150)).save(paths[1], quality=50)
    scene(2).save(paths[2], quality=95)
    photos = [Photo(path, "a", f"{at}" + path.name) for at, path in enumerate(paths)]
    found = flag_photos(photos, [FINE] * 3, duplicate_groups(photos))
    assert [NEAR in one for one in found] == [True, True, False]


@pytest.mark.long
def test_real_photos_are_flagged_when_they_are_spoilt_and_not_before(require):
    paths = sorted(require("bears").glob("*/*.jpg"))[::8]
    images = [Image.open(path).convert("RGB") for path in paths]
    assert [flags_of(image) for image in images] == [()] * len(images)
    blurred = [image.filter(ImageFilter.GaussianBlur(max(image.size) / 50)) for image in images]
    assert np.mean([BLURRY in flags_of(image) for image in blurred]) > 0.97
    dark = [ImageEnhance.Brightness(image).enhance(0.2) for image in images]
    assert all(DARK in flags_of(image) for image in dark)


def test_every_flag_has_a_reason():
    assert set(flags.FLAGS) == {EXACT, NEAR, ACROSS, BLURRY, DARK, TINY}
