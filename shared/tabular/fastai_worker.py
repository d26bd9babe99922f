"""fastai's way in a process of its own: torch goes away with it, and the page needs none of it.

runs = fastai_runs()
token = runs.start(fastai_job(FastaiOptions()))
runs.status(token).found["suggested"]["valley"]     # then .runs, one for each suggestion and seed
answer_apart([42, 0, 1])                            # who survives, of the rows that each split holds out
"""

import functools
import sys
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field

from shared.installed import check_installed
from shared.jobs import RESULT, Event, Job, Progress, Runs, Send, answer_request, ask_worker
from shared.options import Options

NEEDED = ("torch", "fastai")
SUGGESTIONS = ("slide", "valley", "steep", "minimum")
MAX_SECONDS = 600
_MODULE = "shared.tabular.fastai_worker"
_ADVICE = "Choose fewer epochs, seeds or splits."
_STARTED = 0.15  # the share that is over when fastai is there and the rates are found
_Seeds = Field(ge=3, le=10, title="Seeds", description="Runs of each suggestion")


class FastaiOptions(Options):
    """How the net is trained at each suggested rate."""

    schedule: Annotated[Literal["fit_one_cycle", "fit"], Field(title="Schedule")] = "fit_one_cycle"
    epochs: Annotated[int, Field(ge=2, le=30, title="Epochs")] = 16
    seeds: Annotated[int, _Seeds] = 5


@dataclass(frozen=True)
class FastaiProgress(Progress):
    """How far it is.

    Attributes:
        options: of all runs.
        found: rates, losses and `suggested`, once the learning rate was looked for.
        runs: one for each suggestion and seed so far, with its losses and schedule.
        carried: what `test_dl` carries, at the end.
    """

    options: FastaiOptions = field(default_factory=FastaiOptions)
    found: dict[str, Any] | None = None
    runs: tuple[dict[str, Any], ...] = ()
    carried: dict[str, Any] | None = None

    def take_in(self, event: Event) -> Self:
        """Take one event of the process in."""
        if event["kind"] == RESULT:
            return replace(self, carried=event, result=True)
        if event["kind"] == "found":
            return replace(self, found=event, phrase="Training at each suggestion", share=_STARTED)
        runs = (*self.runs, event)
        share = len(runs) / (len(SUGGESTIONS) * self.options.seeds)
        return replace(self, runs=runs, share=_STARTED + (1 - _STARTED) * share)

    def kept(self) -> Self:
        """Nothing: it begins again."""
        return replace(self, found=None, runs=(), share=0.0)


def fastai_job(options: FastaiOptions) -> Job[FastaiProgress]:
    """Ask for it.

    Raises:
        InputError: torch or fastai is not installed.
    """
    check_installed("fastai's way", *NEEDED)
    return Job({"options": options.model_dump()}, FastaiProgress(options=options))


@functools.cache
def fastai_runs() -> Runs[FastaiProgress]:
    """Give the runs of this server."""
    advice = (_ADVICE, _ADVICE)
    return Runs(_MODULE, kind="fastai", max_seconds=MAX_SECONDS, advice=advice)


def answer_apart(seeds: list[int]) -> np.ndarray:
    """Say who survives of the rows that each split holds out, (n_splits, n_valid), as fastai's net sees it.

    Raises:
        InputError: torch or fastai is not installed.
        JobEndedError: the process was ended from outside, or took too long.
    """
    check_installed("fastai's net", *NEEDED)
    told = ask_worker(_MODULE, {"splits": seeds}, max_seconds=MAX_SECONDS, advice=_ADVICE)
    return np.array(told["answers"])


def run(request: dict[str, Any], send: Send) -> None:
    """Do what a request asks for, and send it."""
    from shared.tabular import train_fastai

    if "splits" in request:
        return send(RESULT, answers=train_fastai.answer_splits(request["splits"], request["folder"]))
    options = FastaiOptions(**request["options"])
    dls = train_fastai.load(request["folder"])
    found = train_fastai.find_rates(dls)
    send("found", **found)
    how = options.model_dump(include={"schedule", "epochs"})
    for seed in range(options.seeds):
        for name in SUGGESTIONS:
            one = train_fastai.fit(dls, rate=found["suggested"][name], seed=seed, **how)
            learn = one.pop("learn")
            send("run", name=name, **one)
    return send(RESULT, **train_fastai.carry(dls, learn))


if __name__ == "__main__":
    sys.exit(answer_request(run, memory_advice=_ADVICE))
