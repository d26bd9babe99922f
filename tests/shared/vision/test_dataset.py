"""Photos in folders: what is read, what counts as a copy, and a split that keeps copies together."""

import hashlib
import io
import random
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from shared import limits
from shared.errors import InputError
from shared.vision.dataset import (
    NEAR_BITS,
    Photo,
    PhotoSet,
    duplicate_groups,
    perceptual_hash,
    read_photos,
    split_photos,
)
from shared.vision.demo_set import make_demo_set
from tests.shared.vision.conftest import EXAMPLES, draw_scene, draw_set, labels_of


def photo(path: Path, content: bytes | Image.Image, label: str = "a") -> Photo:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Image.Image):
        content.save(path)
    else:
        path.write_bytes(content)
    return Photo(path, label, hashlib.sha256(path.read_bytes()).hexdigest())


def jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def crop_a_little(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((width // 100, height // 100, width - width // 100, height - height // 100))


COPIES = {
    "the same file": lambda picture: jpeg(picture, 95),
    "half the size": lambda picture: jpeg(picture.resize([side // 2 for side in picture.size]), 95),
    "one and a half times": lambda picture: jpeg(
        picture.resize([side * 3 // 2 for side in picture.size]), 95
    ),
    "poor quality": lambda picture: jpeg(picture, 15),
    "a little brighter": lambda picture: jpeg(ImageEnhance.Brightness(picture).enhance(1.15), 90),
    "a little cropped": lambda picture: jpeg(crop_a_little(picture), 90),
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_copy_shares_its_group(how: str, path: Path, tmp_path: Path) -> None:
    original = Image.open(path).convert("RGB")
    photos = [photo(tmp_path / "1.jpg", jpeg(original, 95)), photo(tmp_path / "2.jpg", COPIES[how](original))]
    assert duplicate_groups(photos) == [0, 0]


def test_other_pictures_do_not(tmp_path: Path) -> None:
    photos = [photo(tmp_path / path.name, path.read_bytes()) for path in EXAMPLES]
    photos += [photo(tmp_path / f"{seed}.png", draw_scene(seed)) for seed in range(40)]
    assert duplicate_groups(photos) == list(range(len(photos)))


def test_being_alike_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A and C differ in more bits than are allowed, but both are like B, which comes last."""
    hashes = {"a": 0, "c": 2 ** (2 * NEAR_BITS) - 1, "other": 2**63 - 2**40, "b": 2**NEAR_BITS - 1}
    monkeypatch.setattr("shared.vision.dataset.perceptual_hash", lambda path, digest: hashes[path.name])
    photos = [Photo(Path(name), "x", name) for name in hashes]
    assert duplicate_groups(photos) == [0, 0, 1, 0]
    assert duplicate_groups(photos[:3]) == [0, 1, 2]


def test_the_hash_is_that_of_the_library(tmp_path: Path) -> None:
    """A phone's photo that lies on its side is the same picture as the upright one."""
    import imagehash

    upright = draw_scene(3, side=256)
    here = photo(tmp_path / "upright.png", upright)
    assert perceptual_hash(here.path, here.digest) == int(str(imagehash.phash(upright)), 16)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to see it upright
    lying = tmp_path / "lying.png"
    upright.rotate(90, expand=True).save(lying, exif=exif)
    turned = Photo(lying, "a", hashlib.sha256(lying.read_bytes()).hexdigest())
    assert duplicate_groups([here, turned]) == [0, 0]


def test_no_photos_have_no_groups() -> None:
    assert duplicate_groups([]) == []


# Reading


def test_what_is_read_and_what_is_left_out(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        for number in range(3):
            photo(tmp_path / name / f"{number}.png", draw_scene(number + 10 * (name == "dog")))
    shutil.copy(tmp_path / "cat/0.png", tmp_path / "cat/copy.png")  # in its own class: left out
    shutil.copy(tmp_path / "cat/1.png", tmp_path / "dog/cat.png")  # in another class: both stay
    (tmp_path / "dog/text.jpg").write_text("no photo")
    (tmp_path / "dog/.DS_Store").write_text("x")
    photo(tmp_path / "__MACOSX/1.png", draw_scene(1))
    photo(tmp_path / ".git/1.png", draw_scene(1))
    (tmp_path / "readme.txt").write_text("beside the classes")
    photo_set = read_photos(tmp_path)
    assert photo_set.vocab == ["cat", "dog"]
    names = [f"{one.label}/{one.path.name}" for one in photo_set.photos]
    assert names == [
        "cat/0.png",
        "cat/1.png",
        "cat/2.png",
        "dog/0.png",
        "dog/1.png",
        "dog/2.png",
        "dog/cat.png",
    ]
    assert photo_set.photos[1].digest == photo_set.photos[6].digest
    assert all(one.digest == hashlib.sha256(one.path.read_bytes()).hexdigest() for one in photo_set.photos)
    assert photo_set.notes == (
        "1 could not be read as a photo and were left out: text.jpg.",
        "1 exact copies within a class were left out.",
    )


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ([], "at least two classes are needed, and there is none"),
        (["cat"], "only the class 'cat'"),
    ],
)
def test_fewer_than_two_classes_are_refused(classes: list[str], words: str, tmp_path: Path) -> None:
    for name in classes:
        photo(tmp_path / name / "1.png", draw_scene(1))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=words):
        read_photos(tmp_path)


def test_no_folder_and_too_many_photos_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no folder 'nowhere'") as caught:
        read_photos(tmp_path / "nowhere")
    assert str(tmp_path) not in str(caught.value)
    monkeypatch.setattr(limits, "MAX_TRAINING_PHOTOS", 5)
    with pytest.raises(InputError, match="There are 6 photos; at most 5"):
        read_photos(draw_set(tmp_path / "photos", n=3))


# Splitting


def draw_groups(monkeypatch: pytest.MonkeyPatch, groups: list[str]) -> list[Photo]:
    """Photos of the classes that each word spells: "ab" is a group of two photos, of classes a and b."""
    photos = [Photo(Path(f"{at}"), label, f"{at}") for at, label in enumerate("".join(groups))]
    numbers = [number for number, word in enumerate(groups) for _ in word]
    monkeypatch.setattr("shared.vision.dataset.duplicate_groups", lambda given: numbers[: len(given)])
    return photos


def assert_sound(photos: list[Photo], groups: list[str], sides: tuple[list[int], list[int]]) -> None:
    """Every photo on one side, no group on two, every class on both."""
    train, valid = sides
    assert sorted([*train, *valid]) == list(range(len(photos)))
    assert train == sorted(train)
    assert valid == sorted(valid)
    numbers = [number for number, word in enumerate(groups) for _ in word]
    assert {numbers[at] for at in train}.isdisjoint(numbers[at] for at in valid)
    assert {photos[at].label for at in train} == {photos[at].label for at in valid} == {*"".join(groups)}


def test_a_group_is_never_torn_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 random sets with groups over one or more classes: a sound split, or a plain refusal."""
    draw = random.Random(0)
    n_refused = 0
    for seed in range(200):
        groups = ["".join(draw.choices("abc", k=draw.choice([1, 1, 1, 2, 2, 3, 5]))) for _ in range(12)]
        photos = draw_groups(monkeypatch, groups)
        try:
            sides = split_photos(photos, valid_pct=draw.choice([0.1, 0.2, 0.5]), seed=seed)
        except InputError as error:
            assert "can be held out" in str(error)  # noqa: PT017
            n_refused += 1
            continue
        assert_sound(photos, groups, sides)
    assert n_refused < 20


def test_a_group_over_two_classes_does_not_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Class a can only be held out with a large group, and the smaller one holds one of b's two groups."""
    groups = ["aaab", "aaaaa", "b", "c", "c"]
    for seed in range(30):
        photos = draw_groups(monkeypatch, groups)
        assert_sound(photos, groups, split_photos(photos, valid_pct=0.2, seed=seed))


def test_the_same_seed_gives_the_same_split(shapes: Path) -> None:
    photos = read_photos(shapes).photos
    first, again, other = (split_photos(photos, valid_pct=0.25, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert labels_of(photos, first[0]) == labels_of(photos, first[1]) == {"bar", "disc"}
    assert len(first[1]) == 6  # a quarter of 12 in each class


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_a_share_outside_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        split_photos([], valid_pct=share)


def test_a_class_of_one_scene_is_refused_by_name(tmp_path: Path) -> None:
    draw_set(tmp_path, n=4)
    shutil.rmtree(tmp_path / "bar")
    scene = draw_scene(5, shape="bar", side=256)
    for number, quality in enumerate((95, 60, 40)):
        photo(tmp_path / "bar" / f"{number}.jpg", jpeg(scene, quality))
    with pytest.raises(InputError, match="The class 'bar' has photos of one scene only"):
        split_photos(read_photos(tmp_path).photos)


def test_the_copies_of_the_demo_set_stay_together(tmp_path: Path) -> None:
    photos = make_demo_set(tmp_path).photo_set.photos
    groups = duplicate_groups(photos)
    assert len(set(groups)) < len(photos)
    for seed in range(5):
        train, valid = split_photos(photos, seed=seed)
        assert {groups[at] for at in train}.isdisjoint(groups[at] for at in valid)
        assert 0.15 < len(valid) / len(photos) < 0.25


@pytest.mark.long
def test_the_one_photo_that_two_bears_share(bears: PhotoSet) -> None:
    """Among the 480: the same file as black and as grizzly, and no other pair over two classes."""
    groups = duplicate_groups(bears.photos)
    labels: dict[int, set[str]] = {}
    for number, one in zip(groups, bears.photos, strict=True):
        labels.setdefault(number, set()).add(one.label)
    both = [number for number, found in labels.items() if len(found) > 1]
    assert len(both) == 1
    names = {
        f"{one.label}/{one.path.stem}"
        for number, one in zip(groups, bears.photos, strict=True)
        if number == both[0]
    }
    assert names == {"black/00000169", "grizzly/00000122"}
    train, valid = split_photos(bears.photos, seed=0)
    assert {groups[at] for at in train}.isdisjoint(groups[at] for at in valid)
    assert labels_of(bears.photos, valid) == set(bears.vocab)
