"""Filters, the Pareto front by another road, and recommendations that nothing on the list beats."""

import random

import pytest

from shared.image_models.rank import (
    MARGIN_POINTS,
    MARGIN_TIMES,
    Filters,
    Needs,
    explain_other,
    front,
    recommend,
    score,
    search,
)
from shared.image_models.table import load_models, milliseconds

MODELS = load_models()


def test_filters_keep_what_they_say() -> None:
    wanted = Filters(hardware="i7", max_ms=50, max_mb=120, max_size=224, family="ConvNeXt", name="TINY in12k")
    assert [one.name for one in search(MODELS, wanted)] == ["convnext_tiny.in12k_ft_in1k"]
    wanted = Filters(hardware="i7", max_ms=50, max_mb=100, max_size=224)
    kept = {(one.name, one.size) for one in search(MODELS, wanted)}
    for one in MODELS:
        ms = milliseconds(one, "i7")
        fits = ms is not None and ms <= 50 and 4 * one.parameters <= 100 and one.size <= 224
        assert ((one.name, one.size) in kept) == fits
    assert len(search(MODELS, Filters(hardware="rtx5090"))) == len(MODELS)


def test_the_front_is_what_no_other_beats() -> None:
    draw = random.Random(1)
    for n in (0, 1, 2, 60):
        pairs = [(draw.randint(1, 20), draw.randint(1, 20)) for _ in range(n)]
        beaten = [
            any((x <= a and y > b) or (x < a and y >= b) for x, y in pairs) or (a, b) in pairs[:i]
            for i, (a, b) in enumerate(pairs)
        ]
        found = front(pairs)
        assert sorted(found) == [i for i, is_beaten in enumerate(beaten) if not is_beaten]
        assert [pairs[i][0] for i in found] == sorted(pairs[i][0] for i in found)


@pytest.mark.parametrize("priority", ["accuracy", "speed", "size"])
def test_what_is_recommended_fits_and_is_worth_its_place(priority: str) -> None:
    needs = Needs(hardware="i7", max_ms=80, max_mb=150, min_accuracy=75, priority=priority)
    n_fitting, picks = recommend(MODELS, needs)
    fitting = [one for one in search(MODELS, needs) if one.top1 >= 75]
    assert n_fitting == len(fitting)
    assert 3 <= len(picks) <= 8
    first = picks[0].model
    best = {
        "accuracy": max(one.top1 for one in fitting) == first.top1,
        "speed": max(one.i7 for one in fitting) == first.i7,
        "size": min(one.parameters for one in fitting) == first.parameters,
    }
    assert best[priority]
    assert f"of {n_fitting} models that fit" in picks[0].reason
    for place, pick in enumerate(picks):
        for above in picks[:place]:
            gains = (
                pick.model.top1 - above.model.top1 >= MARGIN_POINTS - 1e-9
                or pick.model.i7 / above.model.i7 >= MARGIN_TIMES - 1e-9
                or above.model.parameters / pick.model.parameters >= MARGIN_TIMES - 1e-9
            )
            assert gains, (pick.model.name, above.model.name)


def test_nothing_fits_and_only_one_does() -> None:
    assert recommend(MODELS, Needs(min_accuracy=100)) == (0, [])
    n_fitting, picks = recommend(MODELS, Needs(name="levit_256.fb", hardware="i7"))
    assert (n_fitting, [pick.reason for pick in picks]) == (1, ["The only model that fits."])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((-0.8, 2.6, 1.0), "Against the first: 2.6 × as fast, but 0.8 points less accurate."),
        (
            (1.5, 0.5, 2.0),
            "Against the first: 1.5 points more accurate and 2.0 × as small, but 2.0 × as slow.",
        ),
        (
            (-1.0, 1.2, 0.8),
            "Against the first: 1.2 × as fast, but 1.0 points less accurate and 1.3 × as large.",
        ),
        ((0.01, 1.3, 1.3), "Against the first: 1.3 × as fast and 1.3 × as small."),
    ],
)
def test_reasons_name_what_is_gained_and_lost(given: tuple[float, float, float], said: str) -> None:
    assert explain_other(*given) == said


def test_the_score_is_the_lessons() -> None:
    assert score(0.06, 120, 80) == pytest.approx(12)
