"""Our augmentation against fastai's own transforms with the same numbers, and our draws against its."""

import base64
import inspect
import io
import json
import math
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.stats import ks_2samp

from shared.errors import InputError
from shared.limits import MAX_AUGMENT_VIEWS
from shared.vision import augment
from shared.vision.augment import Augmentation, draw_augmentation
from shared.vision.crops import resize_photo

N_DRAWS = 4000


def picture(width: int = 96, height: int = 96, *, smooth: bool = True) -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    return image.filter(ImageFilter.GaussianBlur(4)) if smooth else image


def fastai_image(image: Image.Image, draw: Augmentation) -> np.ndarray:
    """What fastai makes of the same numbers, with its transforms put together by `setup_aug_tfms`."""
    import torch
    from fastai.vision import augment as theirs
    from fastai.vision.core import TensorImage

    transforms = theirs.setup_aug_tfms(
        [
            theirs.Flip(p=1.0, draw=int(draw.flipped)),
            theirs.Warp(p=1.0, draw_x=draw.warp_x, draw_y=draw.warp_y),
            theirs.Rotate(p=1.0, draw=draw.degrees),
            theirs.Zoom(p=1.0, draw=draw.zoom, draw_x=draw.zoom_x, draw_y=draw.zoom_y),
            theirs.Brightness(p=1.0, draw=draw.brightness),
            theirs.Contrast(p=1.0, draw=draw.contrast),
        ]
    )
    x = TensorImage(torch.tensor(np.asarray(image)).permute(2, 0, 1)[None].float() / 255)
    for transform in transforms:
        x = transform(x, split_idx=0)
    return x[0].permute(1, 2, 0).numpy()


DRAWS = {
    "nothing": Augmentation(),
    "flip": Augmentation(flipped=True),
    "turn": Augmentation(degrees=8.5),
    "turn far": Augmentation(degrees=-70),
    "zoom": Augmentation(zoom=1.09, zoom_x=0.9, zoom_y=0.2),
    "zoom out": Augmentation(zoom=0.4),
    "warp": Augmentation(warp_x=0.17, warp_y=-0.08),
    "brighter": Augmentation(brightness=0.58),
    "contrast": Augmentation(contrast=0.82),
    "all": Augmentation(True, -9.3, 1.07, 0.1, 0.8, -0.19, 0.12, 0.42, 1.22),
    **{f"drawn {seed}": draw_augmentation(random.Random(seed)) for seed in range(6)},
}


@pytest.mark.parametrize("shape", [(96, 96), (120, 70), (2, 40)], ids=str)
@pytest.mark.parametrize("name", DRAWS)
def test_pixels_are_fastais(name: str, shape: tuple[int, int]) -> None:
    image = picture(*shape, smooth=False)
    ours = np.asarray(DRAWS[name].apply(image)) / 255
    difference = np.abs(ours - fastai_image(image, DRAWS[name]))
    assert difference.max() < 1.2 / 255  # ours is rounded to whole bytes
    assert difference.mean() < 0.3 / 255


def test_the_defaults_are_those_of_aug_transforms() -> None:
    from fastai.vision.augment import Flip, aug_transforms

    theirs = {name: p.default for name, p in inspect.signature(aug_transforms).parameters.items()}
    ours = {
        "max_rotate": augment.MAX_DEGREES,
        "min_zoom": 1,
        "max_zoom": augment.MAX_ZOOM,
        "max_warp": augment.MAX_WARP,
        "max_lighting": augment.MAX_LIGHTING,
        "p_affine": augment.P_AFFINE,
        "p_lighting": augment.P_LIGHTING,
        "do_flip": True,
        "flip_vert": False,
        "mult": 1,
    }
    assert {name: theirs[name] for name in ours} == ours
    assert inspect.signature(Flip).parameters["p"].default == augment.P_FLIP


def fastai_draws() -> dict[str, np.ndarray]:
    """Many draws of fastai's own, each by its own function."""
    import torch
    from fastai.vision import augment as theirs

    torch.manual_seed(3)
    x = torch.zeros(N_DRAWS, 3, 1, 1)
    turn = theirs.rotate_mat(x, max_deg=10, p=0.75)
    zoom = theirs.zoom_mat(x, min_zoom=1.0, max_zoom=1.1, p=0.75)
    warp = theirs._WarpCoord(magnitude=0.2, p=0.75)
    warp.before_call(x)
    bright, contrast = theirs._BrightnessLogit(0.2, 0.75), theirs._ContrastLogit(0.2, 0.75)
    bright.before_call(x)
    contrast.before_call(x)
    draws = {
        "flipped": theirs.flip_mat(x, p=0.5)[:, 0, 0] < 0,
        "degrees": torch.rad2deg(torch.atan2(turn[:, 0, 1], turn[:, 0, 0])),
        "zoom": 1 / zoom[:, 0, 0],
        "warp_x": -1 - warp.targ_pts[:, 0, 1],
        "warp_y": -1 - warp.targ_pts[:, 0, 0],
        "brightness": bright.change,
        "contrast": contrast.change,
    }
    return {name: np.asarray(values, dtype=float) for name, values in draws.items()}


def test_draws_are_distributed_as_fastais() -> None:
    rng = random.Random(11)
    ours = [draw_augmentation(rng) for _ in range(N_DRAWS)]
    for name, theirs in fastai_draws().items():
        mine = np.array([getattr(draw, name) for draw in ours], dtype=float)
        assert ks_2samp(mine, theirs).statistic < 0.04, (
            name
        )  # 1 in 300 pairs of the same kind is further apart


def test_a_picture_one_pixel_wide_stays_a_picture() -> None:
    for draw in DRAWS.values():
        assert draw.apply(picture(1, 7)).size == (1, 7)
        assert draw.apply(Image.new("RGB", (1, 1), (10, 20, 30))).size == (1, 1)


# What the words say is what is seen


def spot(x: float, y: float) -> Image.Image:
    """A light spot on black, at a place from -1 to 1."""
    pixels = np.zeros((101, 101, 3), dtype=np.uint8)
    column, row = round(50 + 50 * x), round(50 + 50 * y)
    pixels[row - 2 : row + 3, column - 2 : column + 3] = 255
    return Image.fromarray(pixels)


def where(image: Image.Image) -> tuple[float, float]:
    weight = np.asarray(image, dtype=float).sum(axis=2)
    ys, xs = np.mgrid[-1:1:101j, -1:1:101j]
    return float((weight * xs).sum() / weight.sum()), float((weight * ys).sum() / weight.sum())


def test_right_is_clockwise() -> None:
    draw = Augmentation(degrees=10)
    x, y = where(draw.apply(spot(0, -0.5)))  # above the middle
    assert (x, y) == pytest.approx(
        (0.5 * math.sin(math.radians(10)), -0.5 * math.cos(math.radians(10))), abs=0.01
    )
    assert draw.caption() == "Turned 10° right"
    flipped_x, _ = where(replace(draw, flipped=True).apply(spot(0, -0.5)))
    assert flipped_x == pytest.approx(x, abs=0.01)


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize(
    ("warp", "side"),
    [
        ({"warp_x": 0.15}, "left"),
        ({"warp_x": -0.15}, "right"),
        ({"warp_y": 0.15}, "top"),
        ({"warp_y": -0.15}, "bottom"),
    ],
)
def test_the_nearer_side_looks_larger(warp: dict[str, float], side: str, flipped: bool) -> None:
    draw = Augmentation(flipped=flipped, **warp)
    if flipped:
        side = {"left": "right", "right": "left"}.get(side, side)
    along_y = side in ("left", "right")
    place = {"left": -0.7, "right": 0.7, "top": -0.7, "bottom": 0.7}[side]

    def height_at(position: float) -> float:
        """How far two spots, one on each side of the axis, are apart where the side is."""
        position = -position if flipped and along_y else position
        spots = [spot(position, y) if along_y else spot(y, position) for y in (-0.4, 0.4)]
        a, b = (where(draw.apply(image))[int(along_y)] for image in spots)
        return abs(a - b)

    assert height_at(place) > height_at(-place) + 0.05
    assert draw.caption().lower().endswith(f"{side} nearer")


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (Augmentation(), "Unchanged"),
        (Augmentation(degrees=0.3, zoom=1.003, warp_x=0.004, brightness=0.501), "Unchanged"),
        (Augmentation(flipped=True, zoom=1.05), "Flipped, zoomed 1.05 ×"),
        (Augmentation(brightness=0.55, contrast=0.9), "10 % brighter, 10 % less contrast"),
        (
            Augmentation(degrees=-4.2, warp_x=0.1, warp_y=-0.1),
            "Turned 4° left, left and bottom nearer",
        ),
    ],
)
def test_captions(draw: Augmentation, words: str) -> None:
    assert draw.caption() == words


def test_brightness_says_what_mid_grey_becomes() -> None:
    grey = Image.new("RGB", (4, 4), (128, 128, 128))
    assert np.asarray(Augmentation(brightness=0.55).apply(grey))[0, 0, 0] == pytest.approx(0.55 * 255, abs=1)


# Views of one photo


def test_tta_is_the_plain_view_and_n_draws_that_the_seed_repeats() -> None:
    photo = picture(130, 90)
    first, second = (augment.tta_views(photo, 64, "random", random.Random(5), n=3) for _ in range(2))
    assert [caption for caption, _ in first] == [caption for caption, _ in second]
    assert len(first) == 4
    np.testing.assert_array_equal(first[0][1], resize_photo(photo, 64, "random"))
    for (_, one), (_, again) in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, again)
        assert one.size == (64, 64)
    assert len({view.tobytes() for _, view in first}) == 4


def test_the_answer_is_plain_json_that_can_be_done_again() -> None:
    photo = picture(130, 90)
    answer = augment.augment_answer(photo, 3, "random", 8)
    assert json.loads(json.dumps(answer)) == answer
    assert answer == augment.augment_answer(photo, 3, "random", 8)
    assert answer != augment.augment_answer(photo, 3, "random", 9)
    for item in answer:
        data = base64.b64decode(item["image"].removeprefix("data:image/jpeg;base64,"))
        shown = np.asarray(Image.open(io.BytesIO(data)), dtype=float)
        values = dict(item["values"])
        left, top, right, bottom = values.pop("box")
        square = photo.crop((left, top, right, bottom)).resize((224, 224), Image.Resampling.BILINEAR)
        again = np.asarray(Augmentation(**values).apply(square), dtype=float)
        assert np.abs(shown - again).mean() < 4  # of 255: what JPEG loses


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n": 0}, f"The number of pictures must be a whole number from 1 to {MAX_AUGMENT_VIEWS}"),
        ({"n": MAX_AUGMENT_VIEWS + 1}, "The number of pictures"),
        ({"n": 2.5}, "The number of pictures"),
        ({"n": math.nan}, "The number of pictures"),
        ({"n": None}, "The number of pictures"),
        ({"seed": -1}, "The seed must be"),
        ({"seed": math.inf}, "The seed must be"),
        ({"seed": True}, "The seed must be"),
        ({"method": "stretch"}, "There is no method 'stretch'. Use one of crop, squish, pad, random"),
        ({"method": ["crop"]}, "There is no method"),
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_said(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        augment.augment_answer(picture(20, 20), **arguments)
