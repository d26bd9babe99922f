"""When the answer is "none of these": each check by hand on small numbers, and all of them together."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from shared.vision.abstain import (
    N_NEIGHBOURS,
    NO_THRESHOLDS,
    REASONS,
    Abstainer,
    Thresholds,
    choose_threshold,
    fit_other,
    fit_temperature,
    neighbour_distances,
    unit_rows,
)
from shared.vision.metrics import softmax


def rows(*values: tuple[float, ...]) -> np.ndarray:
    return np.array(values, np.float32)


# Distances


def test_distances_by_hand() -> None:
    """Five neighbours count, and their cosines are plain to see; the length of a photo's numbers is not."""
    neighbours = rows((1, 0), (1, 0), (0, 1), (0, 1), (0, 1), (-1, 0))
    features = rows((5, 0), (0, 0.1), (3, 4), (-2, 0))
    similar = [
        (1 + 1 + 0 + 0 + 0) / 5,
        (1 + 1 + 1 + 0 + 0) / 5,
        (0.8 + 0.8 + 0.8 + 0.6 + 0.6) / 5,
        (1 + 0 + 0 + 0 - 1) / 5,
    ]
    assert neighbour_distances(features, neighbours) == pytest.approx(1 - np.array(similar), abs=1e-6)


def test_fewer_neighbours_than_five_all_count() -> None:
    assert neighbour_distances(rows((1, 0)), rows((1, 0), (0, 1))) == pytest.approx([0.5])


def test_distances_are_those_of_scikit_learn() -> None:
    from sklearn.neighbors import NearestNeighbors

    draw = np.random.default_rng(0)
    train, new = draw.normal(size=(40, 16)).astype(np.float32), draw.normal(size=(9, 16)).astype(np.float32)
    theirs = NearestNeighbors(n_neighbors=N_NEIGHBOURS, metric="cosine").fit(train).kneighbors(new)[0]
    assert neighbour_distances(new, unit_rows(train)) == pytest.approx(theirs.mean(1), abs=1e-5)


def test_nobody_is_their_own_neighbour_nor_is_a_copy() -> None:
    """Photos 0 to 2 are copies; each must be judged by the others alone."""
    draw = np.random.default_rng(1)
    features = draw.normal(size=(12, 8)).astype(np.float32)
    features[1] = features[2] = features[0]
    groups = [0, 0, 0, *range(1, 10)]
    found = neighbour_distances(features, unit_rows(features), groups=groups)
    for at in range(12):
        others = [other for other in range(12) if groups[other] != groups[at]]
        alone = neighbour_distances(features[at : at + 1], unit_rows(features[others]))
        assert found[at] == pytest.approx(alone[0], abs=1e-6)
    assert neighbour_distances(features, unit_rows(features))[0] < found[0]


def test_few_photos_are_as_near_as_those_there_are() -> None:
    """Of four equal photos each has three others: their distance is 0, not that of something opposite."""
    features = np.ones((4, 3), np.float32)
    assert neighbour_distances(features, unit_rows(features), groups=[0, 1, 2, 3]) == pytest.approx(
        [0] * 4, abs=1e-6
    )
    assert neighbour_distances(features, unit_rows(features), groups=[0] * 4) == pytest.approx(
        [1] * 4, abs=1e-6
    )


def test_rows_of_length_one() -> None:
    assert unit_rows(rows((3, 4), (0, 0))).tolist() == rows((0.6, 0.8), (0, 0)).tolist()


# Temperature and thresholds


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_of_made_up_scores_is_found(temperature: float) -> None:
    """Labels are drawn from calibrated scores; the model's are `temperature` times as large."""
    draw = np.random.default_rng(3)
    calibrated = draw.normal(0, 2, (20_000, 3))
    labels = (softmax(calibrated).cumsum(1) > draw.random((20_000, 1))).argmax(1)
    assert fit_temperature(calibrated * temperature, labels) == pytest.approx(temperature, rel=0.05)


def test_a_threshold_refuses_the_stated_share() -> None:
    values = np.random.default_rng(4).permutation(1000) / 10
    for share in (0.01, 0.05, 0.5):
        assert (values > choose_threshold(values, refused=share)).mean() == pytest.approx(share, abs=0.001)
    assert (values > choose_threshold(values)).sum() == 10


# Something else


def test_other_things_are_told_apart_by_scores_nobody_had_seen() -> None:
    draw = np.random.default_rng(5)
    ours, others = (
        draw.normal(0, 1, (80, 6)).astype(np.float32),
        draw.normal(0, 1, (120, 6)).astype(np.float32),
    )
    others[:, 0] += 6
    weights, unseen_ours, unseen_others = fit_other(ours, others)
    assert weights.shape == (7,)
    assert (unseen_ours.shape, unseen_others.shape) == ((80,), (120,))
    assert unseen_ours.max() < unseen_others.min()
    both = np.concatenate([ours, others])
    scores = both @ weights[:-1] + weights[-1]
    unseen = np.r_[unseen_ours, unseen_others]
    assert np.corrcoef(scores, unseen)[0, 1] > 0.98
    assert np.abs(scores - unseen).max() > 1e-3  # not the same model


def test_the_weights_are_those_of_the_pipeline() -> None:
    """Standardizing is folded into the weights: the plain product gives scikit-learn's own log-odds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    draw = np.random.default_rng(6)
    ours = draw.normal(2, 3, (60, 5)).astype(np.float32)
    others = draw.normal(1, 0.2, (50, 5)).astype(np.float32)
    weights = fit_other(ours, others)[0]
    x = np.concatenate([ours, others]).astype(float)
    scaler = StandardScaler().fit(x)
    labels = np.r_[np.zeros(60), np.ones(50)]
    theirs = LogisticRegression(C=0.003, max_iter=2000).fit(scaler.transform(x), labels)
    expected = theirs.decision_function(scaler.transform(x))
    assert x @ weights[:-1] + weights[-1] == pytest.approx(expected, abs=1e-4)


# All checks together

# Features (a, b, c, d): our photos lie along a, look-alikes along b, other things along c.
NEIGHBOURS = rows(*[(1, 0, 0, 0)] * 5)
LIMITS = Thresholds(distance=0.5, confidence=0.6, other=0.0, look_alike=0.0)
CHECKS = Abstainer(
    neighbours=NEIGHBOURS,
    temperature=2.0,
    thresholds=LIMITS,
    other=np.array([0, 0, 1, 0, -0.5], np.float32),
    # Look-alikes: ice bear on b, wolf on d with a bias; home: a.
    look_alike=rows((0, 1, 0, 0, 0), (0, 0, 0, 1, 0.1), (1, 0, 0, 0, 0)),
    look_alike_names=("ice bear", "wolf"),
)
SURE, UNSURE = rows((4, 0, 0)), rows((1, 0.5, 0))
OURS = rows((1, 0, 0, 0))


def test_a_photo_of_ours_passes() -> None:
    (verdict,) = CHECKS.judge(OURS, SURE)
    assert verdict.is_known
    assert verdict.reason == ""
    assert verdict.distance == pytest.approx(0, abs=1e-6)
    assert verdict.confidence == pytest.approx(float(np.exp(2) / (np.exp(2) + 2)))  # 4 divided by 2


@pytest.mark.parametrize(
    ("features", "logits", "reason"),
    [
        (rows((0, 0, 0, 1)), SURE, REASONS["distance"]),
        (rows((0.7, 0.71, 0, 0)), SURE, REASONS["look_alike"].format(name="an ice bear")),
        (rows((0.7, 0, 0, 0.65)), SURE, REASONS["look_alike"].format(name="a wolf")),
        (rows((1, 0, 0.6, 0)), SURE, REASONS["other"]),
        (OURS, UNSURE, REASONS["confidence"]),
    ],
)
def test_each_check_refuses_with_its_reason(features: np.ndarray, logits: np.ndarray, reason: str) -> None:
    (verdict,) = CHECKS.judge(features, logits)
    assert not verdict.is_known
    assert verdict.reason == reason


def test_photos_are_judged_each_on_their_own() -> None:
    features = np.concatenate([OURS, rows((0, 0, 0, 1)), rows((1, 0, 0.6, 0))])
    logits = np.concatenate([SURE, SURE, UNSURE])
    together = CHECKS.judge(features, logits)
    assert together == [CHECKS.judge(features[at : at + 1], logits[at : at + 1])[0] for at in range(3)]
    assert [verdict.is_known for verdict in together] == [True, False, False]


def test_look_alikes_by_hand() -> None:
    margins, names = CHECKS.look_alike_margins(rows((2, 3, 0, 0), (2, 1, 0, 4), (1, 0, 0, 0)))
    assert margins == pytest.approx([3 - 2, 4.1 - 2, 0.1 - 1])
    assert names == ["ice bear", "wolf", "wolf"]


def test_without_thresholds_nothing_is_refused() -> None:
    bare = Abstainer(NEIGHBOURS, 1.0, NO_THRESHOLDS)
    features = np.random.default_rng(7).normal(size=(20, 4)).astype(np.float32)
    logits = np.random.default_rng(8).normal(size=(20, 3)).astype(np.float32)
    assert all(verdict.is_known for verdict in bare.judge(features, logits))


@pytest.mark.parametrize(
    "checks", [CHECKS, replace(CHECKS, other=None, look_alike=None, look_alike_names=())]
)
def test_what_is_saved_judges_alike(checks: Abstainer) -> None:
    """Through a real safetensors file and real JSON. Neighbours are kept in 16 bits."""
    used = checks.thresholds if checks.other is not None else Thresholds(distance=0.5, confidence=0.6)
    checks = replace(checks, thresholds=used)
    config = json.loads(json.dumps(checks.to_config(), allow_nan=False))
    again = Abstainer.from_artifact(config, load(save(checks.to_tensors())))
    draw = np.random.default_rng(9)
    features = draw.normal(0.5, 0.5, (200, 4)).astype(np.float32)
    logits = draw.normal(0, 2, (200, 3)).astype(np.float32)
    before, after = checks.judge(features, logits), again.judge(features, logits)
    assert [verdict.reason for verdict in before] == [verdict.reason for verdict in after]
    assert {verdict.is_known for verdict in before} == {True, False}
    for one, other in zip(before, after, strict=True):
        assert other.distance == pytest.approx(one.distance, abs=1e-3)
        assert other.confidence == pytest.approx(one.confidence)
    assert again.thresholds == checks.thresholds
