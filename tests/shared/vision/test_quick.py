"""The quick model: features read once, losses of photos that the model has not seen."""

import hashlib
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared import limits
from shared.errors import InputError
from shared.vision import quick
from shared.vision.dataset import Photo, duplicate_groups, split_photos
from shared.vision.flags import Measures
from shared.vision.quick import Known, check_photos, fit_predict, read_features, score_photos

CLASSES = ("a", "b", "c")
N = 60  # photos, as many of each class
N_SWAPPED = 6


def noise_photo(folder: Path, number: int, label: str) -> Photo:
    """A photo that is no near copy of another."""
    path = folder / label / f"{number:03}.png"
    path.parent.mkdir(exist_ok=True)
    blocks = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(blocks).resize((64, 64), Image.Resampling.NEAREST).save(path)
    return Photo(path, label, hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> list[Photo]:
    folder = tmp_path_factory.mktemp("noise")
    return [noise_photo(folder, at, CLASSES[at % 3]) for at in range(N)]


@pytest.fixture(scope="module")
def groups(photos) -> list[int]:
    numbers = duplicate_groups(photos)
    assert len(set(numbers)) == N
    return numbers


@pytest.fixture(scope="module")
def known(photos) -> dict[str, Known]:
    """Features that tell the classes apart, with noise in 37 more directions."""
    rng = np.random.default_rng(0)
    found = {}
    for photo in photos:
        row = rng.normal(0, 1, 40)
        row[CLASSES.index(photo.label)] += 4
        found[photo.digest] = Known(row.astype(np.float32), Measures(1, 1, 64))
    return found


@pytest.fixture(scope="module")
def swapped(photos) -> list[Photo]:
    """The same photos, the first six under a wrong class."""
    wrong = [replace(photo, label=CLASSES[(at + 1) % 3]) for at, photo in enumerate(photos[:N_SWAPPED])]
    return wrong + photos[N_SWAPPED:]


def test_features_are_read_once_for_each_content(photos):
    asked: list[int] = []

    def features(images):
        asked.append(len(images))
        return np.stack([np.asarray(image.resize((2, 2)), np.float32).ravel() for image in images])

    known: dict[str, Known] = {}
    twice = [*photos, replace(photos[0], label="b")]
    steps = list(read_features(twice, features, known))
    assert steps[0] == 1  # the second copy asks for nothing
    assert steps == sorted(steps)
    assert steps[-1] == len(twice)
    assert sum(asked) == len(known) == N
    assert max(asked) <= quick.BATCH
    assert known[photos[0].digest].measures.short_side_px == 64
    assert list(read_features(twice, features, known)) == [len(twice)]
    assert sum(asked) == N


def test_held_out_photos_are_judged_as_scikit_learn_does_by_hand(photos, known, groups):
    from sklearn.linear_model import LogisticRegression

    scores = score_photos(photos, known, groups, seed=3)
    train, valid = split_photos(photos, valid_pct=0.2, seed=3)
    assert np.flatnonzero(scores.is_valid).tolist() == valid
    x = np.stack([known[photo.digest].features for photo in photos]).astype(float)
    x /= math.sqrt((x**2).sum(1).mean())
    y = np.array([photo.label for photo in photos])
    by_hand = LogisticRegression(C=quick.C, max_iter=1000).fit(x[train], y[train])
    assert scores.vocab == by_hand.classes_.tolist()
    np.testing.assert_allclose(scores.probabilities[valid], by_hand.predict_proba(x[valid]), atol=1e-6)
    own = [scores.probabilities[at, scores.vocab.index(photos[at].label)] for at in range(N)]
    np.testing.assert_allclose(scores.loss, -np.log(own), rtol=1e-6)


def test_swapped_labels_have_the_highest_losses_on_both_sides(swapped, known, groups):
    sides = set()
    for seed in range(4):
        scores = score_photos(swapped, known, groups, seed=seed)
        worst = np.argsort(-scores.loss)[:N_SWAPPED]
        assert set(worst) == set(range(N_SWAPPED))
        sides |= {bool(scores.is_valid[at]) for at in worst}
    assert sides == {True, False}


def test_a_training_photo_is_judged_by_models_that_did_not_see_it(photos, groups):
    """Labels without any relation to the features: learned by heart they would all be right."""
    rng = np.random.default_rng(1)
    random = {photo.digest: Known(rng.normal(0, 1, 400), Measures(1, 1, 64)) for photo in photos}
    scores = score_photos(photos, random, groups)
    right = np.array(scores.predicted) == np.array([photo.label for photo in photos])
    assert right[~scores.is_valid].mean() < 0.6
    x, y, _ = quick.feature_arrays(photos, random, CLASSES, groups)
    assert (fit_predict(x, y, x, 3).argmax(1) == y).all()


def test_copies_are_left_out_together(photos, known):
    """Two copies with the same wrong label would vouch for each other."""
    y = np.arange(30) % 3
    group = np.arange(30) // 2
    folds = list(quick._folds(y, group, 0))
    assert np.sum(folds, 0).tolist() == [1] * 30
    for fold in folds:
        assert not set(group[fold]) & set(group[~fold])
        assert set(y[~fold]) == {0, 1, 2}


def test_each_fold_leaves_some_of_every_class_with_two_scenes():
    y = np.array([0] * 40 + [1, 1] + [2] * 5)
    for seed in range(20):
        for fold in quick._folds(y, np.arange(47), seed):
            assert set(y[~fold]) == {0, 1, 2}


def test_without_a_second_class_nothing_is_known():
    x = np.random.default_rng(0).normal(0, 1, (6, 5))
    assert (fit_predict(x[:4], np.array([1, 1, 1, 1]), x[4:], 4) == 0.25).all()


def test_a_class_with_one_scene_to_train_on_gets_no_verdict_there(photos, known, groups, monkeypatch):
    """One held-out photo of a class, all others copies of one scene: no fold can judge those."""
    lonely = [at for at, photo in enumerate(photos) if photo.label == "c"]
    together = list(groups)
    for at in lonely[2:]:
        together[at] = groups[lonely[2]]
    held = {*lonely[:2], *range(0, N, 12)}
    split = sorted(set(range(N)) - held), sorted(held)
    monkeypatch.setattr(quick, "split_photos", lambda *_, **__: split)
    monkeypatch.setattr(limits, "MIN_CLEAN_SCENES", 1)
    scores = score_photos(photos, known, together)
    assert np.allclose(scores.probabilities[lonely[2:]], 1 / 3)
    assert not np.allclose(scores.probabilities[lonely[:2]], 1 / 3)


@pytest.mark.parametrize(
    ("labels", "groups", "words"),
    [
        (["a"] * 4 + ["b"] * 2, range(6), "class 'b' has 2 different photos"),
        (["a"] * 4 + ["b"] * 9, [0, 1, 2, 3, *[4] * 9], "class 'b' has 1 different"),
        ([str(at % 60) for at in range(240)], range(240), "60 classes; at most 50"),
        (["a"] * 2001, range(2001), "2,001 photos; at most 2,000"),
    ],
)
def test_sets_that_cannot_be_split_are_refused(labels, groups, words):
    assert limits.MAX_CLEAN_PHOTOS == 2000
    photos = [Photo(Path(str(at)), label, str(at)) for at, label in enumerate(labels)]
    with pytest.raises(InputError, match=words):
        check_photos(photos, list(groups))


@pytest.mark.long
def test_the_size_of_the_features_does_not_matter(photos, known, groups):
    larger = {key: Known(1000 * one.features, one.measures) for key, one in known.items()}
    a, b = score_photos(photos, known, groups), score_photos(photos, larger, groups)
    np.testing.assert_allclose(a.loss, b.loss, rtol=1e-3)
