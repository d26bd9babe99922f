"""The measurement, by a clock that the test moves itself; what is refused; and the process of its own."""

import itertools

import pytest

from shared.errors import InputError
from shared.image_models import measure_worker
from shared.image_models.measure import MAX_REPEATS, MIN_REPEATS, build, count_parameters, time_architecture
from shared.image_models.measure_worker import time_apart


def clock_of(seconds: float):
    """A clock on which every repeat takes so long."""
    ticks = itertools.count()
    return lambda: (next(ticks) + 1) // 2 * seconds


@pytest.mark.parametrize(("each", "repeats"), [(0.001, MAX_REPEATS), (1.0, 6), (60.0, MIN_REPEATS)])
def test_repeats_fill_their_time(each: float, repeats: int) -> None:
    timing = time_architecture("test_vit", clock=clock_of(each))
    assert timing.seconds == pytest.approx([each] * repeats)
    assert (timing.architecture, timing.size) == ("test_vit", 160)
    assert timing.parameters == pytest.approx(0.37, abs=0.005)  # as timm's table says
    mean, low, high = timing.milliseconds()
    assert low <= mean <= high
    assert mean == pytest.approx(1000 * each)
    assert "processor core" in timing.machine


def test_a_size_of_its_own_where_the_network_takes_it() -> None:
    assert time_architecture("test_vit.r160_in1k", size=96, clock=clock_of(1)).size == 96
    assert time_architecture("test_byobnet", size=64, clock=clock_of(1)).size == 64
    with pytest.raises(InputError, match=r"test_vit takes no photo of 50 pixels\. Choose 0"):
        time_architecture("test_vit", size=50, clock=clock_of(1))


@pytest.mark.parametrize(
    "name", ["convnxt_tiny", "hf-hub:timm/resnet18", "local-dir:/etc", "../x", "", "resnet18\n", "é"]
)
def test_no_other_name_reaches_timm(name: str) -> None:
    with pytest.raises(InputError, match=r"timm knows no architecture .* Try \w+"):
        build(name)


def test_a_large_network_is_refused_before_it_takes_memory() -> None:
    with pytest.raises(InputError, match=r"vit_giant_patch14_224 has 1013 million parameters"):
        build("vit_giant_patch14_224")


def test_parameters_are_counted_in_millions() -> None:
    assert count_parameters(build("test_byobnet")) == pytest.approx(0.46, abs=0.005)


def test_without_torch_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.installed.find_missing", lambda *names: [*names])
    monkeypatch.setattr(measure_worker, "ask_worker", None)  # no process is started
    with pytest.raises(InputError, match=r"Measuring needs torch and timm.*make setup-train"):
        time_apart("resnet18")


@pytest.mark.long
def test_it_is_timed_in_a_process_of_its_own() -> None:
    timing = time_apart("test_vit", size=160)
    assert timing.size == 160
    assert MIN_REPEATS <= len(timing.seconds) <= MAX_REPEATS
    assert min(timing.seconds) > 0
    with pytest.raises(InputError, match="Try convnext_tiny"):
        time_apart("convnxt_tiny")
