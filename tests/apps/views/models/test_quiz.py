"""The quiz on choosing a model: every figure, computed again. Its form is tested in `tests/contract/`."""

import tomllib

import pytest

from apps.views.models.quiz import QUESTIONS_PATH
from shared.image_models.rank import Filters, Scoring, front, score, search
from shared.image_models.table import Model, load_models, milliseconds
from shared.stats import share_interval

MODELS = load_models()


def model(name: str, size: int = 224) -> Model:
    return next(one for one in MODELS if one.name == name and one.size == size)


def on_front(hardware: str) -> set[tuple[str, int]]:
    found = search(MODELS, Filters(hardware=hardware))
    ahead = front([(milliseconds(one, hardware), one.top1) for one in found])
    return {(found[i].name, found[i].size) for i in ahead}


def winner(weight: float) -> str:
    def of(one: Model) -> float:
        return score(1 - one.top1 / 100, Scoring().photos / one.train, weight)

    return min((one for one in MODELS if one.train), key=of).architecture


def test_the_figures_come_out_again() -> None:
    gpu, cpu = on_front("rtx3090"), on_front("i7")
    vit, resnet = model("vit_small_patch16_224.augreg_in1k"), model("resnet50.a1_in1k")
    near = [one.a for one in MODELS if abs(one.top1 - 83) <= 0.5 and one.a is not None]
    mean, low, high = share_interval(0.83 * 50_000, 50_000)
    small, large = model("convnext_tiny.in12k_ft_in1k"), model("convnext_tiny.in12k_ft_in1k_384", 384)
    assert round(100 * (mean - low), 1) == round(100 * (high - mean), 1)
    assert tomllib.loads(QUESTIONS_PATH.read_text("utf-8"))["figures"] == {
        "on_line": len(gpu),
        "both_lines": len(gpu & cpu),
        "of_models": f"{len(search(MODELS, Filters(hardware='rtx3090'))):,}",
        "gpu_times": f"{vit.rtx3090 / resnet.rtx3090:.2f}",
        "cpu_share": f"{vit.i7 / resnet.i7:.2f}",
        "points": f"{100 * (mean - low):.1f}",
        "a_low": round(min(near)),
        "a_high": round(max(near)),
        "megabytes": round(small.megabytes),
        "pixels": f"{(384 / 224) ** 2:.1f}",
        "slower": f"{small.rtx3090 / large.rtx3090:.1f}",
        "winner_20": winner(20),
        "winner_80": winner(80),
        "winner_300": winner(300),
        "score": round(score(0.06, 120, 80)),
    }
    assert len(cpu) < 100  # "The laptop's whole line has fewer models than that."


@pytest.mark.parametrize("hardware", ["rtx3090", "rtx4090", "rtx5090", "i7", "i9"])
def test_every_machine_has_its_own_line(hardware: str) -> None:
    assert len(on_front(hardware)) >= 20
