"""What programs and assistants call: `/search`, `/recommend`, `/measure`."""

from typing import Annotated, Any, TypedDict

from pydantic import Field

from apps.views.models.measure import QUEUE, measure
from shared.image_models import rank
from shared.image_models.measure import Measurement
from shared.image_models.rank import Filters, Needs
from shared.image_models.table import Model, family, load_models, milliseconds
from shared.ui.options import add_options_endpoint


class Figures(TypedDict):
    """What is known of one model; what nobody published is null. top1 is the accuracy on ImageNet."""

    name: str
    size: int
    parameters: float
    top1: float
    real: float | None
    v2: float | None
    sketch: float | None
    r: float | None
    a: float | None
    family: str
    megabytes: float
    milliseconds: float


class Match(Figures):
    """One model of `/search`, and whether no other that was found is faster and more accurate."""

    on_front: bool


class Matches(TypedDict):
    """Answer of `/search`: how many there are, and the most accurate of them."""

    found: int
    models: list[Match]


class Recommended(Figures):
    """One model of `/recommend`."""

    reason: str


class Recommendations(TypedDict):
    """Answer of `/recommend`: how many fit, and those that are worth a look."""

    fitting: int
    models: list[Recommended]


class Query(Filters):
    """Which models, and how many of them are sent."""

    n: Annotated[int, Field(ge=1, le=100, title="Number", description="Models in the answer")] = 20


def search(query: Query) -> Matches:
    """Find image models by hardware, time, size, family and name, the most accurate first."""
    found = rank.search(load_models(), query)
    ahead = {*rank.front([(milliseconds(model, query.hardware) or 0, model.top1) for model in found])}
    sent = enumerate(found[: query.n])
    models: Any = [_figures(model, query) | {"on_front": place in ahead} for place, model in sent]
    return {"found": len(found), "models": models}


def recommend(needs: Needs) -> Recommendations:
    """Recommend image models for what you have and need, each with the reason."""
    fitting, picks = rank.recommend(load_models(), needs)
    models: Any = [_figures(pick.model, needs) | {"reason": pick.reason} for pick in picks]
    return {"fitting": fitting, "models": models}


def _figures(model: Model, wanted: Filters) -> dict[str, Any]:
    known = model._asdict()
    figures: dict[str, Any] = {name: known[name] for name in Figures.__annotations__ if name in known}
    ms = milliseconds(model, wanted.hardware)
    return figures | {"family": family(model.architecture), "megabytes": model.megabytes, "milliseconds": ms}


def build_endpoints() -> None:
    """Add them to the Blocks that is open."""
    add_options_endpoint(Query, search)
    add_options_endpoint(Needs, recommend)
    add_options_endpoint(Measurement, measure, **QUEUE)
