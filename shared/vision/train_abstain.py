"""Set up "none of these" for a trained network: fit the checks, choose thresholds, measure what they refuse.

Thresholds come from photos that a check had not seen. As long as the network's own layers stayed frozen, its
features know nothing of our photos, so every photo counts: its neighbours are looked for among the others,
its "something else" score comes from cross-validation. Once all layers were trained, only held-out photos
count.

    abstainer, measured = fit_abstainer(outputs, labels, (train, valid), groups=groups, settings=settings)
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.stats import share_interval
from shared.vision.abstain import (
    NO_THRESHOLDS,
    Abstainer,
    Thresholds,
    choose_threshold,
    fit_other,
    fit_temperature,
    neighbour_distances,
    unit_rows,
)
from shared.vision.metrics import softmax
from shared.vision.network import Outputs
from shared.vision.train_options import TrainOptions

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

HALF = 0.5  # of the probability


def fit_abstainer(
    outputs: Outputs,
    labels: Sequence[int],
    split: tuple[list[int], list[int]],
    *,
    groups: Sequence[int],
    settings: TrainOptions,
    other_features: Array | None = None,
    look_alikes: dict[str, int] | None = None,
) -> tuple[Abstainer, dict[str, Any]]:
    """Fit the checks and measure them.

    Args:
        outputs: of the network for all photos.
        labels: index of each photo's class.
        split: indices of the training and of the held-out photos.
        groups: duplicate group of each photo.
        settings: of the training.
        other_features: (m, d) of other things.
        look_alikes: names and indices of ImageNet classes.

    Returns:
        The checks, and what was measured: how far photos are from each other, and shares refused with their
        95 % intervals.
    """
    train, valid = split
    is_frozen = settings.epochs == 0
    judged = sorted([*train, *valid]) if is_frozen else list(valid)
    features = outputs.features
    neighbours = unit_rows(features[train])
    # (n_judged,) for each check: how strongly it speaks against a photo of ours
    against: dict[str, Floats] = {}
    # (m,) the same for the other things
    others_against: dict[str, Floats] = {}
    if is_frozen:
        against["distance"] = neighbour_distances(features, unit_rows(features), groups=groups)
    else:
        against["distance"] = neighbour_distances(features[valid], neighbours)
    other = None
    if other_features is not None:
        ours = features if is_frozen else features[train]
        other, against["other"], others_against["other"] = fit_other(ours, other_features, seed=settings.seed)
        if not is_frozen:
            against["other"] = features[valid].astype(np.float64) @ other[:-1] + other[-1]
        others_against["distance"] = neighbour_distances(other_features, neighbours)
    rows = look_alike_rows(features[train], [labels[at] for at in train], settings, look_alikes or {})
    temperature = fit_temperature(outputs.logits[valid], [labels[at] for at in valid])
    abstainer = Abstainer(neighbours, temperature, NO_THRESHOLDS, other, rows, tuple(look_alikes or ()))
    if look_alikes:
        against["look_alike"] = abstainer.look_alike_margins(features[judged])[0]
        if other_features is not None:
            others_against["look_alike"] = abstainer.look_alike_margins(other_features)[0]
    limits = {name: choose_threshold(values) for name, values in against.items()}
    # Two classes that both fit make a doubtful answer, not a foreign photo. Refused is only what is
    # less likely than every held-out photo, and has no class with more than half.
    confidences = softmax(outputs.logits[valid] / temperature).max(1)
    thresholds = Thresholds(confidence=min(float(confidences.min()), HALF), **limits)
    measured: dict[str, Any] = {
        "ours_refused": _share(_refused(against, limits)),
        "distances": [float(value) for value in np.quantile(against["distance"], (0.05, 0.5, 0.95))],
    }
    if others_against:
        measured["others_refused"] = _share(_refused(others_against, limits))
    return replace(abstainer, thresholds=thresholds), measured


def _refused(against: dict[str, Floats], limits: dict[str, float]) -> npt.NDArray[np.bool_]:
    """Which photos at least one check refuses."""
    return np.any([values > limits[name] for name, values in against.items()], axis=0)


def look_alike_rows(
    features: Array, labels: Sequence[int], settings: TrainOptions, look_alikes: dict[str, int]
) -> Array | None:
    """Rows of the pretrained classifier: the look-alikes', then one for each of our classes.

    A class of ours belongs to the ImageNet class that most of its photos would be taken for.
    """
    if not look_alikes:
        return None
    from shared.vision.train_init import imagenet_rows, pretrained_state

    state = pretrained_state(settings.arch, settings.init)
    assert state is not None, "look-alikes need pretrained weights"
    rows = imagenet_rows(settings.arch, state).numpy()
    foreign = list(look_alikes.values())
    answers = (features @ rows[:, :-1].T + rows[:, -1]).argmax(1)
    homes: set[int] = set()
    for label in sorted(set(labels)):
        counts = np.bincount(answers[np.asarray(labels) == label], minlength=len(rows))
        counts[foreign] = 0
        homes.add(int(counts.argmax()))
    return rows[foreign + sorted(homes)].astype(np.float32)


def _share(refused: npt.NDArray[np.bool_]) -> dict[str, Any]:
    n, n_refused = len(refused), int(refused.sum())
    share, *ends = map(float, share_interval(n_refused, n))
    return {"n": n, "share": share, "interval": ends}
