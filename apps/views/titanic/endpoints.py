"""What programs and assistants call: `/train`, `/predict`, `/failure_map`, `/compare`, `/embed`."""

from typing import Any, TypedDict

import gradio as gr

from apps.views.titanic.compare import QUEUE as FORESTS
from apps.views.titanic.embed import Chosen, ChosenOfAny, find_columns
from apps.views.titanic.failure import QUEUE as NETS
from shared.errors import InputError
from shared.options import check
from shared.stats import Interval
from shared.tabular.compare import RULE, ask_models
from shared.tabular.failures import Settings, map_failures
from shared.tabular.own import Wanted, compare_on
from shared.tabular.passengers import Person
from shared.tabular.train import LESSON_RUNS, Training, run_training
from shared.ui.endpoint import add_file_endpoint
from shared.ui.options import add_options_endpoint


class Accuracy(TypedDict):
    """A share that is right, and its 95 % interval."""

    accuracy: float
    accuracy_low: float
    accuracy_high: float


class Trained(Accuracy):
    """Answer of `/train`; a list has a number for each epoch."""

    right: int
    held_out: int
    losses: list[float]
    losses_held_out: list[float]
    accuracies: list[float]
    columns: list[str]
    sizes: list[float]
    numbers_learned: int


class Said(TypedDict):
    """What one model says of a person."""

    model: str
    survives: float


class Chances(TypedDict):
    """Answer of `/predict`; the inputs are what the steps make of the person."""

    chances: list[Said]
    inputs: dict[str, float]


class OneModel(Accuracy):
    """One model on the lesson's split and over random ones."""

    model: str
    right: int
    mean_over_splits: float
    splits_low: float
    splits_high: float
    ahead_of_rule: int
    level_with_rule: int
    unlike_linear: int
    splits: int


class Compared(TypedDict):
    """Answer of `/compare`."""

    models: list[OneModel]
    splits: int
    held_out: int


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


class Embedded(TypedDict):
    """Answer of `/embed`; the nearest comes first."""

    vector: list[float]
    nearest: list[str]
    median_price: float
    rows: int


def train(options: Training) -> Trained:
    """Train one of the lesson's nets on 713 passengers, and test it on 178 others."""
    run = run_training(options)
    return {
        **_named(run.accuracy),
        "right": run.n_right,
        "held_out": run.n_valid,
        "losses": run.losses.tolist(),
        "losses_held_out": run.valid_losses.tolist(),
        "accuracies": (run.right / run.n_valid).tolist(),
        "columns": [*run.names],
        "sizes": run.sizes[-1].tolist(),
        "numbers_learned": run.net.n_numbers,
    }


def predict(person: Person) -> Chances:
    """Say how likely somebody would have been to survive the Titanic, as each of six models sees it."""
    recipe = run_training(LESSON_RUNS["Deep"]).recipe
    inputs = recipe.apply(person.as_passengers())[0].tolist()
    return {
        "chances": [{"model": name, "survives": chance} for name, chance in ask_models(person).items()],
        "inputs": dict(zip(recipe.names, inputs, strict=True)),
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


def compare(splits: int = 40, file: str | None = None, target: str = "", fastai: bool = False) -> Compared:
    """Hold six models, and fastai's net, against each other: on the lesson's split, and on random ones.

    Args:
        splits: random splits, a whole number from 20 to 200.
        file: a CSV to compare them on; without one, the passengers of the Titanic.
        target: the column of the CSV to predict, of two values.
        fastai: whether fastai's net is trained, too: of the passengers, on 20 of the splits, half a minute.
    """
    if file and not target:
        raise InputError("Name the target: a column of the file that has two values.")
    wanted = check(Wanted, {"splits": splits, "file": file, "target": target, "fastai": fastai})
    scores = compare_on(wanted)
    models: Any = [
        {
            "model": name,
            "right": score.right,
            **_named(score.lesson),
            **dict(zip(("mean_over_splits", "splits_low", "splits_high"), score.spread, strict=True)),
            "ahead_of_rule": score.ahead,
            "level_with_rule": score.level,
            "unlike_linear": score.unlike,
            "splits": len(score.accuracies),
        }
        for name, score in scores.items()
    ]
    return {"models": models, "splits": splits, "held_out": scores[RULE].n}


def embed(chosen: Chosen) -> Embedded:
    """Look up what a net has learned of a category of the houses of Ames, and which others are like it."""
    found = find_columns(ChosenOfAny()).get(chosen.column)
    if found is None:
        raise InputError("Ames has no such column of categories. Choose one such as Neighborhood.")
    place = found.place(chosen.category)
    return {
        "vector": found.vectors[place].tolist(),
        "nearest": [found.levels[at] for at in found.nearest(place)],
        "median_price": float(found.values[place]),
        "rows": int(found.counts[place]),
    }


def _named(interval: Interval) -> Accuracy:
    mean, low, high = map(float, interval)
    return {"accuracy": mean, "accuracy_low": low, "accuracy_high": high}


def build_endpoints() -> None:
    """Add them to the Blocks that is open."""
    add_options_endpoint(Training, train)
    add_options_endpoint(Person, predict)
    add_options_endpoint(Settings, failure_map, **NETS)
    parts = ((gr.Number, "splits", 40), (gr.File, "file", None), (gr.Textbox, "target", ""))
    inputs = [part(value, label=name, visible=False) for part, name, value in parts]
    inputs.append(gr.Checkbox(False, label="fastai", visible=False))
    add_file_endpoint(compare, inputs, **FORESTS)
    add_options_endpoint(Chosen, embed)
