"""What the tests of photos share: drawn photo sets, the bundled classifier, the bears beside the project."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from shared.vision.dataset import Photo, PhotoSet, read_photos
from shared.vision.model import Classifier, load_classifier
from tests.conftest import ROOT

EXAMPLES = sorted((ROOT / "shared/vision/examples").glob("*.jpg"))


def draw_scene(seed: int, *, shape: str = "disc", side: int = 96) -> Image.Image:
    """A picture like no other: a soft ground of random colours with discs or bars on it."""
    draw = random.Random(seed)
    ground = Image.new("RGB", (4, 4))
    ground.putdata([tuple(draw.randint(0, 255) for _ in range(3)) for _ in range(16)])
    picture = ground.resize((side, side), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(3))
    pencil = ImageDraw.Draw(picture)
    for _ in range(4):
        x, y = draw.randrange(side), draw.randrange(side)
        colour = (250, 240, 40) if shape == "disc" else (30, 20, 200)
        wide, high = (side // 6, side // 6) if shape == "disc" else (side // 3, side // 24)
        pencil.ellipse((x - wide, y - high, x + wide, y + high), fill=colour)
    return picture


def draw_set(folder: Path, *, n: int = 12) -> Path:
    """Class folders `bar` and `disc` with n pictures each."""
    for at, shape in enumerate(("bar", "disc")):
        (folder / shape).mkdir(parents=True)
        for number in range(n):
            picture = draw_scene(1000 * at + number, shape=shape)
            picture.save(folder / shape / f"{number:02}.jpg", quality=95)
    return folder


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_set(tmp_path_factory.mktemp("shapes") / "photos")


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return load_classifier()


@pytest.fixture(scope="session")
def bears(require: Callable[[str], Path]) -> PhotoSet:
    """The 480 photos, read and hashed once."""
    return read_photos(require("bears"))


def labels_of(photos: tuple[Photo, ...], rows: list[int]) -> set[str]:
    return {photos[row].label for row in rows}
