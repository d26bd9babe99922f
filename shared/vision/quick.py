"""A model that is trained in a second, to find the photos worth looking at.

The app's network turns each photo into features once, and never changes; only the last layer is trained: a
multinomial logistic regression on these features. Every photo is judged by a model that did not see it: the
held-out ones by the model of all training photos, each training photo by one of five that were trained
without it and its copies. So a wrong label has a high loss on either side of the split.

    known = {}
    for done in read_features(photos, features, known): ...      # progress; `features` maps images to (n, d)
    scores = score_photos(photos, known, groups)
    np.argsort(-scores.loss)                       # places of the photos, the most doubtful first

Lesson 2, https://course.fast.ai/Lessons/lesson2.html: train first, then clean.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from shared import limits
from shared.errors import InputError
from shared.vision.dataset import Photo, split_photos
from shared.vision.flags import MEASURED_SIDE_PX, Measures, measure_photo
from shared.vision.images import open_photo
from shared.vision.metrics import cross_entropy

Features = Callable[[Sequence[Image.Image]], np.ndarray]

BATCH = 16  # photos between two signs of life
N_FOLDS = 5
# How free the last layer is. Of 480 bears 24 were given a wrong label: with this, 86 % of them were among the
# 24 highest losses; with 16 times more, 80 %.
C = 4.0


@dataclass(frozen=True)
class Known:
    """What was found out about one photo's content.

    Attributes:
        features: of the network, shape (d,).
        measures: for the flags.
    """

    features: np.ndarray
    measures: Measures


def read_features(photos: Sequence[Photo], features: Features, known: dict[str, Known]) -> Iterator[int]:
    """Look at every photo that is not known yet, a few at a time.

    Args:
        photos: of any classes.
        features: what turns images into features, shape (n, d).
        known: by digest; it is filled.

    Yields:
        How many of the photos are known, up to their number.
    """
    waiting = list({photo.digest: photo for photo in photos if photo.digest not in known}.values())
    yield len(photos) - len(waiting)
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        images = [open_photo(photo.path, max_side=MEASURED_SIDE_PX) for photo in batch]
        for photo, image, row in zip(batch, images, features(images), strict=True):
            known[photo.digest] = Known(np.asarray(row, dtype=np.float32), measure_photo(image))
        yield len(photos) - len(waiting) + start + len(batch)


@dataclass(frozen=True)
class Scores:
    """What the quick model says of each photo, by models that did not see it.

    Attributes:
        vocab: the classes.
        probabilities: shape (n, k).
        loss: minus the logarithm of the probability of the photo's own label, shape (n,).
        is_valid: which photos are held out, shape (n,).
    """

    vocab: list[str]
    probabilities: np.ndarray
    loss: np.ndarray
    is_valid: np.ndarray

    @property
    def predicted(self) -> list[str]:
        """The most probable class of each photo."""
        return [self.vocab[at] for at in self.probabilities.argmax(1)]


def score_photos(
    photos: Sequence[Photo],
    known: Mapping[str, Known],
    groups: Sequence[int],
    *,
    valid_pct: float = 0.2,
    seed: int = 0,
) -> Scores:
    """Split the photos, train, and judge each photo by a model that did not see it.

    Args:
        photos: all of a set, of two classes at least.
        known: of every photo, by digest.
        groups: of every photo; copies share one, and stay on one side.
        valid_pct: the share to hold out.
        seed: of the split and of the folds.

    Raises:
        InputError: there are too many photos or classes, or a class has too few different photos.
    """
    check_photos(photos, groups)
    vocab = sorted({photo.label for photo in photos})
    train, valid = map(np.array, split_photos(photos, valid_pct=valid_pct, seed=seed))
    x, y, group = feature_arrays(photos, known, vocab, groups)
    probabilities = np.zeros((len(photos), len(vocab)))
    probabilities[valid] = fit_predict(x[train], y[train], x[valid], len(vocab))
    for is_out in _folds(y[train], group[train], seed):
        out, rest = train[is_out], train[~is_out]
        probabilities[out] = fit_predict(x[rest], y[rest], x[out], len(vocab))
        probabilities[out[~np.isin(y[out], y[rest])]] = 1 / len(
            vocab
        )  # their class has no other scene to learn from
    loss = cross_entropy(probabilities, y.tolist())
    return Scores(vocab, probabilities, loss, np.isin(np.arange(len(photos)), valid))


def check_count(n_photos: int) -> None:
    """Check that there are not too many photos.

    Raises:
        InputError: there are.
    """
    if n_photos > limits.MAX_CLEAN_PHOTOS:
        raise InputError(
            f"There are {n_photos:,} photos; at most {limits.MAX_CLEAN_PHOTOS:,} can be cleaned here. "
            "Leave some out."
        )


def check_photos(photos: Sequence[Photo], groups: Sequence[int]) -> None:
    """Check that a set can be split into parts that each have every class.

    Raises:
        InputError: it cannot.
    """
    check_count(len(photos))
    vocab = sorted({photo.label for photo in photos})
    if len(vocab) > limits.MAX_CLEAN_CLASSES:
        raise InputError(
            f"There are {len(vocab)} classes; at most {limits.MAX_CLEAN_CLASSES} can be cleaned here."
        )
    for label in vocab:
        n_different = len(
            {group for photo, group in zip(photos, groups, strict=True) if photo.label == label}
        )
        if n_different < limits.MIN_CLEAN_SCENES:
            raise InputError(
                f"The class {label!r} has {n_different} different photos, copies "
                f"not counted. Each class needs {limits.MIN_CLEAN_SCENES} at least: add some."
            )


def feature_arrays(
    photos: Sequence[Photo], known: Mapping[str, Known], vocab: Sequence[str], groups: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (n, d) of length 1 on average, classes (n,) and groups (n,)."""
    x = np.stack([known[photo.digest].features for photo in photos]).astype(np.float64)
    x /= np.sqrt(np.mean(np.sum(x**2, axis=1))) or 1.0
    place = {label: at for at, label in enumerate(vocab)}
    return x, np.array([place[photo.label] for photo in photos]), np.asarray(groups)


def fit_predict(x: np.ndarray, y: np.ndarray, x_new: np.ndarray, n_classes: int) -> np.ndarray:
    """Train on some photos and give the probabilities of others, (n_new, n_classes)."""
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(y)) < 2:
        return np.full((len(x_new), n_classes), 1 / n_classes)
    model = LogisticRegression(C=C, max_iter=1000).fit(x, y)
    probabilities = np.zeros((len(x_new), n_classes))
    probabilities[:, model.classes_] = model.predict_proba(x_new)
    return probabilities


def _folds(y: np.ndarray, group: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Parts of the training photos to leave out in turn, each as a mask; a group is never torn apart.

    The groups of each class are dealt out like cards, so that no fold leaves out a whole class.
    """
    rng = np.random.default_rng(seed)
    fold_of: dict[int, int] = {}
    for label in np.unique(y):
        fresh = [g for g in dict.fromkeys(group[y == label].tolist()) if g not in fold_of]
        for at, g in enumerate(rng.permutation(fresh).tolist()):
            fold_of[g] = at % N_FOLDS
    folds = np.array([fold_of[g] for g in group.tolist()])
    for fold in np.unique(folds):
        yield folds == fold
