"""What programs and assistants call: `/train`, `/predict`, `/failure_map`."""

from typing import Annotated, TypedDict

from pydantic import Field

from apps.views.titanic.failure import QUEUE
from shared.tabular.failures import Settings, map_failures
from shared.tabular.net import Kind
from shared.tabular.passengers import Person
from shared.tabular.train import LESSON_RUNS, Training, run_training
from shared.ui.options import add_options_endpoint


class Trained(TypedDict):
    """Answer of `/train`; a list has a number for each epoch."""

    right: int
    held_out: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    losses: list[float]
    losses_held_out: list[float]
    accuracies: list[float]
    columns: list[str]
    sizes: list[float]
    numbers_learned: int


class Chance(TypedDict):
    """Answer of `/predict`; the inputs are what the steps make of the person."""

    survives: float
    model: str
    inputs: dict[str, float]


class Failures(TypedDict):
    """Answer of `/failure_map`."""

    failed: int
    seeds: int
    failed_low: float
    failed_high: float
    dead_layer: int
    median_accuracy: float
    accuracies: list[float]
    lesson_seed_accuracy: float


class Asked(Person):
    """A person, and which of the lesson's nets is asked."""

    model: Annotated[Kind, Field(title="Model", description="As the lesson trains it")] = "two hidden layers"


def train(options: Training) -> Trained:
    """Train one of the lesson's nets on 713 passengers, and test it on 178 others."""
    run = run_training(options)
    return {
        "right": run.n_right,
        "held_out": run.n_valid,
        "accuracy": float(run.accuracy.mean),
        "accuracy_low": float(run.accuracy.low),
        "accuracy_high": float(run.accuracy.high),
        "losses": run.losses.tolist(),
        "losses_held_out": run.valid_losses.tolist(),
        "accuracies": (run.right / run.n_valid).tolist(),
        "columns": [*run.names],
        "sizes": run.sizes[-1].tolist(),
        "numbers_learned": run.net.n_numbers,
    }


def predict(asked: Asked) -> Chance:
    """Say how likely somebody would have been to survive the Titanic, as a net of the lesson sees it."""
    run = run_training(next(one for one in LESSON_RUNS.values() if one.model == asked.model))
    inputs = run.recipe.apply(asked.as_passengers())[0]
    return {
        "survives": run.ask(asked),
        "model": asked.model,
        "inputs": dict(zip(run.names, inputs.tolist(), strict=True)),
    }


def failure_map(settings: Settings) -> Failures:
    """Train the deep net from 100 seeds at once, and count those that learn nothing."""
    found = map_failures(settings)
    return {
        "failed": found.failed,
        "seeds": len(found.accuracies),
        "failed_low": float(found.share.low),
        "failed_high": float(found.share.high),
        "dead_layer": found.dead,
        "median_accuracy": found.median,
        "accuracies": found.accuracies.tolist(),
        "lesson_seed_accuracy": found.lesson,
    }


def build_endpoints() -> None:
    """Add them to the Blocks that is open."""
    add_options_endpoint(Training, train)
    add_options_endpoint(Asked, predict)
    add_options_endpoint(Settings, failure_map, **QUEUE)
