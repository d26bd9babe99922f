"""A small photo set to practise cleaning on, made of three pictures, with faults that are known.

No photo set may be shipped with the project, so this one is drawn: crops, turns, mirrorings and colour
changes of the bundled `examples/black.jpg`, `grizzly.jpg` and `teddy.jpg`. Then it is spoilt: some labels
are swapped, some pictures are too dark, blurred or tiny, some are there twice. Such a set is easier than
real photos, and what is learned on it says nothing about real bears; it shows how cleaning works.

    demo = make_demo_set(folder)               # 111 files in folder/black, folder/grizzly, folder/teddy
    demo.photo_set.photos[0].label, demo.true_label(demo.photo_set.photos[0])

Lesson 2, https://course.fast.ai/Lessons/lesson2.html
"""

import io
import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from shared.vision.dataset import Photo, PhotoSet, read_photos
from shared.vision.images import open_photo

EXAMPLES = Path(__file__).with_name("examples")
CLASSES = ("black", "grizzly", "teddy")
PICTURES_A_CLASS = 32
SWAPPED_A_CLASS = 3  # of them, filed under another class
NEAR_COPIES_A_CLASS = 2  # the same picture, a little smaller and saved again
COPIES_IN_TWO_CLASSES = 2  # the same file, filed under a second class too
SIDE_PX = 256
TINY_PX = 40


@dataclass(frozen=True)
class DemoSet:
    """The photos, and what only their maker knows.

    Attributes:
        photo_set: as `read_photos` reads them.
        truth: digest -> the class that the picture was made from.
    """

    photo_set: PhotoSet
    truth: dict[str, str]

    def true_label(self, photo: Photo) -> str:
        """Give the class a photo was made from, whatever it is filed under."""
        return self.truth[photo.digest]

    @property
    def mislabelled(self) -> list[Photo]:
        """The photos that are filed under a wrong class."""
        return [photo for photo in self.photo_set.photos if photo.label != self.true_label(photo)]


def make_demo_set(folder: Path, *, seed: int = 0) -> DemoSet:
    """Draw the pictures into a folder; the same seed gives the same set.

    Args:
        folder: gets one folder for each class. The files' names do not give the labels away.
        seed: of all draws.
    """
    draw = random.Random(seed)
    made: list[tuple[bytes, str, str]] = []  # file, true class, class it is filed under
    for label in CLASSES:
        source = open_photo(EXAMPLES / f"{label}.jpg")
        pictures = [_vary(source, draw) for _ in range(PICTURES_A_CLASS)]
        others = [other for other in CLASSES if other != label]
        filed = [others[at % 2] if at < SWAPPED_A_CLASS else label for at in range(PICTURES_A_CLASS)]
        made += [(_save(picture), label, under) for picture, under in zip(pictures, filed, strict=True)]
        good = pictures[SWAPPED_A_CLASS:]
        made += [(_save(near_copy(picture)), label, label) for picture in good[:NEAR_COPIES_A_CLASS]]
        made += [(_save(spoil(_vary(source, draw))), label, label) for spoil in (darken, blur, shrink)]
    straight = [entry for entry in made if entry[1] == entry[2]]
    for content, label, _ in draw.sample(straight, COPIES_IN_TWO_CLASSES):
        made.append((content, label, draw.choice([other for other in CLASSES if other != label])))
    draw.shuffle(made)
    for number, (content, _, under) in enumerate(made, 1):
        path = folder / under / f"photo-{number:03}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    photo_set = read_photos(folder)
    by_name = {f"photo-{number:03}.jpg": label for number, (_, label, _) in enumerate(made, 1)}
    return DemoSet(photo_set, {photo.digest: by_name[photo.path.name] for photo in photo_set.photos})


def near_copy(picture: Image.Image) -> Image.Image:
    """The same picture as it comes back from the web: a little smaller, saved again."""
    side = round(min(picture.size) * 0.85)
    return Image.open(io.BytesIO(_save(picture.resize((side, side)), quality=60)))


def darken(picture: Image.Image) -> Image.Image:
    """Underexpose a picture."""
    return ImageEnhance.Brightness(picture).enhance(0.2)


def blur(picture: Image.Image) -> Image.Image:
    """Put a picture out of focus."""
    return picture.filter(ImageFilter.GaussianBlur(min(picture.size) / 25))


def shrink(picture: Image.Image) -> Image.Image:
    """Leave a picture the size of an icon."""
    return picture.resize((TINY_PX, TINY_PX))


def _vary(source: Image.Image, draw: random.Random) -> Image.Image:
    """One picture out of the source: turned, cropped, mirrored, with other light and colour."""
    ground = source.getpixel((2, 2))
    turned = source.rotate(draw.uniform(-35, 35), Image.Resampling.BILINEAR, fillcolor=ground)
    side = draw.uniform(0.5, 0.95) * min(source.size)
    left, top = (draw.uniform(0, size - side) for size in source.size)
    picture = turned.resize(
        (SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR, box=(left, top, left + side, top + side)
    )
    if draw.random() < 0.5:
        picture = ImageOps.mirror(picture)
    for change, low, high in (
        (ImageEnhance.Brightness, 0.7, 1.15),
        (ImageEnhance.Contrast, 0.7, 1.3),
        (ImageEnhance.Color, 0.3, 1.5),
    ):
        picture = change(picture).enhance(draw.uniform(low, high))
    return picture


def _save(picture: Image.Image, *, quality: int = 90) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()
