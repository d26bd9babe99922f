"""The error before and after cleaning, on the same held-out photos."""

from pathlib import Path

import numpy as np
import pytest

from shared.errors import InputError
from shared.vision.before_after import compare_cleaning, mcnemar
from shared.vision.cleaning import Choices
from shared.vision.dataset import Photo
from shared.vision.flags import Measures
from shared.vision.quick import Known

CLASSES = ("a", "b")
N = 40
HELD = np.arange(N) % 4 == 0  # ten photos
GROUPS = list(range(N))


def photo(at: int, label: str) -> Photo:
    return Photo(Path(f"{at}.jpg"), label, f"{at:064x}")


def truth(at: int) -> str:
    return CLASSES[at // 4 % 2]


PHOTOS = [photo(at, truth(at)) for at in range(N)]
KNOWN = {
    one.digest: Known(np.array([1.0 if truth(at) == "a" else -1.0, 0.1 * at / N]), Measures(1, 1, 99))
    for at, one in enumerate(PHOTOS)
}


def relabel_all(photos: list[Photo]) -> Choices:
    choices = Choices()
    for at, one in enumerate(photos):
        if one.label != truth(at):
            choices = choices.choose(one, "relabel", truth(at))
    return choices


def test_without_a_change_nothing_changes():
    comparison = compare_cleaning(PHOTOS, KNOWN, GROUPS, HELD, Choices().choose(PHOTOS[0], "keep"))
    assert (comparison.n, comparison.wrong_before, comparison.wrong_after) == (10, 0, 0)
    assert comparison.difference == 0
    assert comparison.n_train == (30, 30)
    assert comparison.low < 0 < comparison.high
    assert comparison.p_value == 1


def test_mending_spoilt_training_labels_mends_the_answers():
    """All training labels are swapped, so the model says the opposite everywhere."""
    spoilt = [
        one if held else photo(at, "b" if one.label == "a" else "a")
        for at, (one, held) in enumerate(zip(PHOTOS, HELD, strict=True))
    ]
    comparison = compare_cleaning(spoilt, KNOWN, GROUPS, HELD, relabel_all(spoilt))
    assert (comparison.wrong_before, comparison.wrong_after) == (10, 0)
    assert (comparison.n_mended, comparison.n_broken) == (10, 0)
    assert comparison.difference == -1
    assert comparison.high < 0
    assert comparison.p_value == pytest.approx(2 / 2**10)


def test_a_relabelled_held_out_photo_is_judged_by_its_new_label_in_both():
    spoilt = [photo(0, "b"), *PHOTOS[1:]]  # 0 is held out and an "a"
    comparison = compare_cleaning(spoilt, KNOWN, GROUPS, HELD, relabel_all(spoilt))
    assert comparison.wrong_as_filed == 1
    assert (comparison.wrong_before, comparison.wrong_after) == (0, 0)


def test_a_deleted_photo_is_judged_in_neither_and_trained_on_in_one():
    choices = Choices().choose(PHOTOS[0], "delete").choose(PHOTOS[1], "delete")
    comparison = compare_cleaning(PHOTOS, KNOWN, GROUPS, HELD, choices)
    assert comparison.n == 9
    assert comparison.n_train == (30, 29)


def test_of_held_out_copies_one_is_judged_even_when_the_first_is_deleted():
    groups = [0 if at in (0, 8, 16) else at for at in range(N)]
    assert compare_cleaning(PHOTOS, KNOWN, groups, HELD, Choices()).n == 8
    assert compare_cleaning(PHOTOS, KNOWN, groups, HELD, Choices().choose(PHOTOS[0], "delete")).n == 8


def test_what_cannot_be_judged_is_said():
    nothing_held, one_class = Choices(), Choices()
    for one, held in zip(PHOTOS, HELD, strict=True):
        if held:
            nothing_held = nothing_held.choose(one, "delete")
        elif one.label == "b":
            one_class = one_class.choose(one, "delete")
    with pytest.raises(InputError, match="held-out photo is deleted"):
        compare_cleaning(PHOTOS, KNOWN, GROUPS, HELD, nothing_held)
    with pytest.raises(InputError, match="fewer than two classes"):
        compare_cleaning(PHOTOS, KNOWN, GROUPS, HELD, one_class)


@pytest.mark.parametrize(("mended", "broken"), [(0, 0), (5, 0), (0, 5), (6, 3)])
def test_p_is_that_of_tossing_a_coin_for_each_changed_answer(mended, broken):
    from math import comb

    changed = mended + broken
    tail = sum(comb(changed, at) for at in range(min(mended, broken) + 1)) / 2**changed
    assert mcnemar(mended, broken) == pytest.approx(min(1, 2 * tail))
