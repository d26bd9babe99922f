"""What cleaning changed: the error of the quick model before and after, on the same held-out photos.

Cleaning also changes what the error is measured on, so three errors are told apart: by the labels as they
were filed, by the new labels before cleaning the training photos, and by the new labels after it. Only the
last two are compared, photo by photo.

    comparison = compare_cleaning(photos, known, groups, scores.is_valid, choices)
    comparison.difference, comparison.low, comparison.high       # (-0.05, -0.20, 0.11)

Lesson 2, https://course.fast.ai/Lessons/lesson2.html. D. Bonett, R. Price, "Adjusted Wald confidence interval
for a difference of binomial proportions based on paired data", J. Educ. Behav. Stat. 37 (2012).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.stats import paired_share_interval
from shared.vision.cleaning import Choices
from shared.vision.dataset import Photo
from shared.vision.quick import Known, feature_arrays, fit_predict


@dataclass(frozen=True)
class Comparison:
    """The held-out error before and after cleaning, on the same photos.

    Attributes:
        n: held-out photos that are judged, one of each group of copies.
        wrong_as_filed: how many the model of the photos as they were gets wrong by their old labels, which is
            what was seen before cleaning.
        wrong_before: how many it gets wrong by the new labels.
        wrong_after: how many the model of the cleaned photos gets wrong by the new labels.
        n_mended: wrong before and right after.
        n_broken: right before and wrong after.
        low: lower end of the 95 % interval of the difference of the two errors.
        high: its upper end.
        p_value: of the exact McNemar test.
        n_train: photos trained on, before and after.
    """

    n: int
    wrong_as_filed: int
    wrong_before: int
    wrong_after: int
    n_mended: int
    n_broken: int
    low: float
    high: float
    p_value: float
    n_train: tuple[int, int]

    @property
    def difference(self) -> float:
        """The error after minus the error before; below zero is better."""
        return (self.wrong_after - self.wrong_before) / self.n


def compare_cleaning(
    photos: Sequence[Photo],
    known: Mapping[str, Known],
    groups: Sequence[int],
    is_valid: Sequence[bool] | np.ndarray,
    choices: Choices,
) -> Comparison:
    """Train on the photos as they were and as they are chosen to be; judge both on the same held-out photos.

    Deleted photos are judged in neither, relabelled ones by their new label in both. Of held-out copies only
    the first is judged, so that one scene counts once.

    Args:
        photos: all of a set, as it was read.
        known: of every photo, by digest.
        groups: of every photo.
        is_valid: the split that both models share.
        choices: what to delete and to relabel.

    Raises:
        InputError: after the choices nothing is held out, or fewer than two classes are left to train on.
    """
    wanted = choices.current
    labels, is_kept = [], np.ones(len(photos), dtype=bool)
    for at, photo in enumerate(photos):
        choice = wanted.get((photo.digest, photo.label))
        labels.append(choice.new_label if choice and choice.action == "relabel" else photo.label)
        is_kept[at] = not (choice and choice.action == "delete")
    vocab = sorted({*labels, *(photo.label for photo in photos)})
    x, before, group = feature_arrays(photos, known, vocab, groups)
    after = np.array([vocab.index(label) for label in labels])
    held = np.asarray(is_valid, dtype=bool)
    first = np.zeros(len(photos), dtype=bool)
    judgeable = np.flatnonzero(held & is_kept)
    first[judgeable[np.unique(group[judgeable], return_index=True)[1]]] = True
    train = ~held & is_kept
    if not first.any():
        raise InputError(
            "Every held-out photo is deleted, so nothing is left to judge by. Undo some choices."
        )
    if len(set(after[train])) < 2:
        raise InputError(
            "After these choices fewer than two classes have training photos. Undo some choices."
        )
    answers = fit_predict(x[~held], before[~held], x[first], len(vocab)).argmax(1)
    right_before = answers == after[first]
    right_after = fit_predict(x[train], after[train], x[first], len(vocab)).argmax(1) == after[first]
    n_mended, n_broken = int((~right_before & right_after).sum()), int((right_before & ~right_after).sum())
    _, low, high = map(float, paired_share_interval(n_mended, n_broken, int(first.sum())))
    return Comparison(
        n=int(first.sum()),
        wrong_as_filed=int((answers != before[first]).sum()),
        wrong_before=int((~right_before).sum()),
        wrong_after=int((~right_after).sum()),
        n_mended=n_mended,
        n_broken=n_broken,
        low=low,
        high=high,
        p_value=mcnemar(n_mended, n_broken),
        n_train=(int((~held).sum()), int(train.sum())),
    )


def mcnemar(n_mended: int, n_broken: int) -> float:
    """Give McNemar's p-value, exact: how likely so lopsided a change is where no model is better."""
    from scipy.stats import binomtest

    n_changed = n_mended + n_broken
    return float(binomtest(n_mended, n_changed).pvalue) if n_changed else 1.0
