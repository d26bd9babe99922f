"""Which of the models? Filters, the Pareto front, recommendations with reasons, and the course's score.

    found = search(load_models(), Filters(hardware="i7", max_ms=50))
    front([(ms, top1), ...])                       # those that no other beats in both
    recommend(load_models(), Needs(max_mb=100))    # how many fit, and a few of them with the reason for each
    score(0.17, 120, 80)                           # error * (seconds + 80), lesson 3's: lower is better

`rank.js` filters and scores alike for the page, while a control moves.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from shared.image_models.table import Model, family, milliseconds
from shared.options import Options

MARGIN_POINTS = 0.5  # of accuracy: less is within the chance of 50,000 test photos
MARGIN_TIMES = 1.2  # as fast, or as small
_EQUAL = 0.05  # points, or times: less is not spoken of
_Ms = Field(ge=0, title="Longest time", description="Of a photo; 0 for any", json_schema_extra={"unit": "ms"})
_Mb = Field(ge=0, title="Largest file", description="Its weights; 0: any", json_schema_extra={"unit": "MB"})
_PIXELS: dict[str, Any] = {"unit": "px", "step": 16}
_PERCENT: dict[str, Any] = {"unit": "%", "step": 1}
_Size = Field(ge=64, le=800, title="Largest photo", description="Side of a square", json_schema_extra=_PIXELS)
_Least = Field(ge=0, le=100, title="Least accuracy", description="On ImageNet", json_schema_extra=_PERCENT)
_Photos = Field(ge=1000, le=100_000, title="Photos", description="× epochs", json_schema_extra={"step": 1000})
_FAMILIES = Literal["all", "ConvNeXt", "ViT", "ResNet", "EfficientNet", "MobileNet", "LeViT", "Other"]
Machine = Annotated[Literal["rtx3090", "rtx4090", "rtx5090", "i7", "i9"], Field(title="Hardware")]
Milliseconds = Annotated[float, _Ms]
_Name = Field(max_length=60, title="Name", description="Parts of it, such as convnext in22k")


class Filters(Options):
    """Which models count, and on which hardware."""

    hardware: Machine = "rtx3090"
    max_ms: Milliseconds = 0
    max_mb: Annotated[float, _Mb] = 0
    max_size: Annotated[int, _Size] = 800
    family: Annotated[_FAMILIES, Field(title="Family")] = "all"
    name: Annotated[str, _Name] = ""


class Needs(Filters):
    """What a visitor has and needs."""

    min_accuracy: Annotated[float, _Least] = 0
    priority: Annotated[Literal["accuracy", "speed", "size"], Field(title="What matters most")] = "accuracy"


class Scoring(Options):
    """How the course's score weighs time against error."""

    weight: Annotated[int, Field(ge=0, le=600, title="The constant", description="80 in the lesson")] = 80
    photos: Annotated[int, _Photos] = 18_000


class Pick(NamedTuple):
    """A model that is recommended, and why."""

    model: Model
    reason: str


def search(models: Sequence[Model], wanted: Filters) -> list[Model]:
    """Keep the models that the filters let through and that were timed on the hardware, in their order."""
    words = wanted.name.lower().split()
    return [
        model
        for model in models
        if (ms := milliseconds(model, wanted.hardware)) is not None
        and (not wanted.max_ms or ms <= wanted.max_ms)
        and (not wanted.max_mb or model.megabytes <= wanted.max_mb)
        and model.size <= wanted.max_size
        and wanted.family in ("all", family(model.architecture))
        and all(word in model.name for word in words)
    ]


def front(pairs: Sequence[tuple[float, float]]) -> list[int]:
    """Find the Pareto front: no other pair has both a smaller first and a larger second number.

    Args:
        pairs: such as (milliseconds, accuracy).

    Returns:
        Their places, the smallest first number first.
    """
    order = sorted(range(len(pairs)), key=lambda i: (pairs[i][0], -pairs[i][1]))
    best, found = -math.inf, []
    for i in order:
        if pairs[i][1] > best:
            best = pairs[i][1]
            found.append(i)
    return found


def recommend(models: Sequence[Model], needs: Needs, *, most: int = 8) -> tuple[int, list[Pick]]:
    """Choose among the models that fit: the best first, then those that are worth a loss.

    A model follows only if, against each one above it, it is right for at least MARGIN_POINTS more, or at
    least MARGIN_TIMES as fast or as small. So nothing is listed that another beats in everything.

    Returns:
        How many fit, and the chosen ones.
    """
    fitting = [model for model in search(models, needs) if model.top1 >= needs.min_accuracy]

    def ms(model: Model) -> float:
        return milliseconds(model, needs.hardware) or math.inf

    def gains(model: Model, other: Model) -> bool:
        return (
            model.top1 >= other.top1 + MARGIN_POINTS
            or ms(other) >= MARGIN_TIMES * ms(model)
            or other.parameters >= MARGIN_TIMES * model.parameters
        )

    ranks = {
        "accuracy": lambda m: (-m.top1, ms(m)),
        "speed": lambda m: (ms(m), -m.top1),
        "size": lambda m: (m.parameters, -m.top1),
    }
    kept: list[Model] = []
    for model in sorted(fitting, key=ranks[needs.priority]):
        if all(gains(model, other) for other in kept):
            kept.append(model)
        if len(kept) == most:
            break
    picks = [Pick(model, explain_first(needs.priority, len(fitting))) for model in kept[:1]]
    for model in kept[1:]:
        times = ms(kept[0]) / ms(model), kept[0].parameters / model.parameters
        picks.append(Pick(model, explain_other(model.top1 - kept[0].top1, *times)))
    return len(fitting), picks


def explain_first(priority: str, n_fitting: int) -> str:
    """Say why the first one is the first."""
    if n_fitting == 1:
        return "The only model that fits."
    best = {"accuracy": "most accurate", "speed": "fastest", "size": "smallest"}[priority]
    return f"The {best} of {n_fitting} models that fit."


def explain_other(points: float, times_fast: float, times_small: float) -> str:
    """Say what another one gains and loses, compared with the first; what is about equal is left out.

    Args:
        points: by how much its accuracy is higher, in points.
        times_fast: how many times as fast it is.
        times_small: how many times as small.
    """
    parts = (
        (points, abs(points) >= _EQUAL, f"{_tenth(abs(points))} points", "more accurate", "less accurate"),
        (times_fast - 1, _differs(times_fast), _times(times_fast), "as fast", "as slow"),
        (times_small - 1, _differs(times_small), _times(times_small), "as small", "as large"),
    )
    gains = [f"{text} {better}" for gain, differs, text, better, _ in parts if differs and gain > 0]
    losses = [f"{text} {worse}" for gain, differs, text, _, worse in parts if differs and gain <= 0]
    return f"Against the first: {', but '.join(filter(None, [' and '.join(gains), ' and '.join(losses)]))}."


def score(error: float, seconds: float, weight: float) -> float:
    """Give the course's score, which weighs an error against a time; lower is better."""
    return error * (seconds + weight)


def _tenth(value: float) -> str:
    return f"{math.floor(10 * value + 0.5) / 10:.1f}"


def _times(times: float) -> str:
    return f"{_tenth(max(times, 1 / times))} ×"


def _differs(times: float) -> bool:
    return max(times, 1 / times) >= 1 + _EQUAL
