"""What programs and assistants call: `/cross_entropy`, `/accumulate`."""

from typing import TypedDict

from apps.views.losses.same import SAME
from shared.losses.accumulate import WAYS, Accumulation
from shared.losses.accumulate import accumulate as run_all
from shared.losses.entropy import LN_10, Batch, compute
from shared.ui.options import add_options_endpoint


class Entropy(TypedDict):
    """Answer of `/cross_entropy`: a row of numbers for each row of logits, and the loss of them all."""

    loss: float
    loss_base_10: float
    losses: list[float]
    probabilities: list[list[float]]
    gradient: list[list[float]]


class Loop(TypedDict):
    """One loop: where it ended, and how far from the big batch; the multiple is null where there is none."""

    loop: str
    divides: bool
    waits_for_more: bool
    steps: int
    gradient_times: float | None
    largest_difference: float
    is_same: bool
    loss: float


class Accumulated(TypedDict):
    """Answer of `/accumulate`."""

    loops: list[Loop]
    steps_of_big_batch: int
    loss_of_big_batch: float


def cross_entropy(batch: Batch) -> Entropy:
    """Work out cross-entropy, probabilities and gradient of some logits, as PyTorch does."""
    found = compute(batch)
    return {
        "loss": found.loss,
        "loss_base_10": found.loss / LN_10,
        "losses": found.losses.tolist(),
        "probabilities": found.probabilities.tolist(),
        "gradient": found.gradient.tolist(),
    }


def accumulate(options: Accumulation) -> Accumulated:
    """Train on batches of 64, whole and in micro-batches, and say whether the weights end up the same."""
    runs = run_all(options)
    loops: list[Loop] = []
    for name, way in WAYS.items():
        run = runs[name]
        loops.append(
            {
                "loop": way.title,
                "divides": way.divides,
                "waits_for_more": way.is_late,
                "steps": run.updates,
                "gradient_times": run.times,
                "largest_difference": run.difference,
                "is_same": run.difference < SAME,
                "loss": run.loss,
            }
        )
    big = runs["big"]
    return {"loops": loops, "steps_of_big_batch": big.updates, "loss_of_big_batch": big.loss}


def build_endpoints() -> None:
    """Add them to the Blocks that is open."""
    add_options_endpoint(Batch, cross_entropy)
    add_options_endpoint(Accumulation, accumulate)
