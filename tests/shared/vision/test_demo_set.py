"""The demonstration set: made of three pictures, spoilt in known ways, the same every time."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.vision import demo_set
from shared.vision.dataset import duplicate_groups, split_photos
from shared.vision.demo_set import CLASSES, DemoSet, make_demo_set
from shared.vision.flags import ACROSS, BLURRY, DARK, EXACT, NEAR, TINY, flag_photos, measure_photo
from shared.vision.images import open_photo
from shared.vision.quick import check_photos


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> DemoSet:
    return make_demo_set(tmp_path_factory.mktemp("demo"))


def test_it_has_the_size_and_the_classes_it_says(demo):
    photos = demo.photo_set.photos
    assert len(photos) == 113
    assert demo.photo_set.vocab == list(CLASSES)
    assert not demo.photo_set.notes
    assert min(Counter(photo.label for photo in photos).values()) > 30


def test_its_faults_are_known(demo):
    n_wrong = 3 * demo_set.SWAPPED_A_CLASS + demo_set.COPIES_IN_TWO_CLASSES
    assert len(demo.mislabelled) == n_wrong
    assert {demo.true_label(photo) for photo in demo.mislabelled} == set(CLASSES)


def test_a_true_label_is_the_picture_it_was_made_from(demo):
    """By colour alone: the nearest of the three sources is the true one for nearly all."""
    sources = {label: mean_colour(demo_set.EXAMPLES / f"{label}.jpg") for label in CLASSES}
    photos = demo.photo_set.photos
    right_true = right_label = 0
    for photo in photos:
        colour = mean_colour(photo.path)
        nearest = min(sources, key=lambda label: float(np.abs(sources[label] - colour).sum()))
        right_true += nearest == demo.true_label(photo)
        right_label += nearest == photo.label
    assert right_true > right_label
    assert right_true / len(photos) > 0.6


def mean_colour(path: Path) -> np.ndarray:
    """The animal's: of what differs from the ground in the corner, as shares of red, green and blue."""
    pixels = np.asarray(open_photo(path).resize((64, 64)), float).reshape(-1, 3)
    animal = pixels[np.abs(pixels - np.percentile(pixels, 90, axis=0)).sum(1) > 60]
    animal = animal if len(animal) else pixels
    return np.array([*(animal.mean(0) / animal.mean()), animal.mean() / np.percentile(pixels, 90)])


def test_every_fault_is_flagged_and_nothing_else(demo):
    photos = demo.photo_set.photos
    measures = [measure_photo(open_photo(photo.path)) for photo in photos]
    counts = Counter(
        flag for flags in flag_photos(photos, measures, duplicate_groups(photos)) for flag in flags
    )
    assert (counts[BLURRY], counts[DARK], counts[TINY]) == (3, 3, 3)
    assert counts[EXACT] == 2 * demo_set.COPIES_IN_TWO_CLASSES
    assert counts[NEAR] >= 2 * 3 * demo_set.NEAR_COPIES_A_CLASS
    assert counts[ACROSS] >= 2


def test_it_can_be_split_without_tearing_copies_apart(demo):
    photos = demo.photo_set.photos
    groups = duplicate_groups(photos)
    check_photos(photos, groups)
    train, valid = split_photos(photos, valid_pct=0.2, seed=0)
    assert not {groups[at] for at in train} & {groups[at] for at in valid}


def test_the_same_seed_gives_the_same_set_and_another_one_another(demo, tmp_path):
    again = make_demo_set(tmp_path / "again")
    other = make_demo_set(tmp_path / "other", seed=1)
    digests = [{photo.digest for photo in one.photo_set.photos} for one in (demo, again, other)]
    assert digests[0] == digests[1]
    assert not digests[0] & digests[2]


def test_names_do_not_give_labels_away(demo):
    assert all(not any(label in photo.path.name for label in CLASSES) for photo in demo.photo_set.photos)


def test_near_copies_are_smaller_and_look_the_same():
    picture = Image.open(demo_set.EXAMPLES / "teddy.jpg").convert("RGB")
    copy = demo_set.near_copy(picture)
    assert copy.width < picture.width
    difference = np.asarray(copy.resize(picture.size), float) - np.asarray(picture, float)
    assert np.abs(difference).mean() < 8
