"""Runs that nobody watches: whose turn it is, what gives way, and what a page finds that was loaded anew.

Queue, tokens, stopping and going on are tested with the trainings on photos (`vision/test_train_runs.py`).
"""

import sys
import textwrap
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pytest

from shared.errors import InputError
from shared.jobs import Job, Progress, Runs
from shared.jobs import queue as module
from shared.jobs.queue import GAVE_WAY
from tests.waiting import Clock, turns

# Counts to 3, one step for each file `go<n>` in its folder, and goes on where an earlier process was.
COUNT = """
import sys, time
from pathlib import Path
from shared.jobs import answer_request

def run(request, send):
    folder = Path(request["folder"])
    done = folder / "done"
    first = len(done.read_text()) + 1 if request["resume"] and done.exists() else 1
    for step in range(first, 4):
        while not (folder / f"go{step}").exists():
            time.sleep(0.02)
        with done.open("a") as file:
            file.write("x")
        send("step", step=step)
    send("result")

sys.exit(answer_request(run, memory_advice=""))
"""
COMMAND = (sys.executable, "-c", textwrap.dedent(COUNT))


@dataclass(frozen=True)
class Steps(Progress):
    steps: tuple[int, ...] = ()

    def take_in(self, event: dict[str, Any]) -> Self:
        if event["kind"] == "step":
            return replace(self, steps=(*self.steps, event["step"]), share=event["step"] / 3)
        return replace(self, result="counted")


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def runs(clock):
    made = Runs[Steps]("none", kind="test", max_seconds=600, command=COMMAND)
    yield made
    made.close()


def let(folder: Path, *steps: int) -> None:
    for step in steps:
        (folder / f"go{step}").touch()


def fast(folder: Path) -> None:
    let(folder, 1, 2, 3)


def peek(runs: Runs[Steps], token: str) -> Steps:
    """How far a run is, without being the page that watches it."""
    return runs._runs[token].progress


def wait(runs: Runs[Steps], token: str, until) -> Steps:
    for _ in turns(60):
        if until(peek(runs, token)):
            break
    assert until(peek(runs, token)), peek(runs, token)
    return peek(runs, token)


def test_a_run_whose_page_was_closed_gives_way_and_comes_to_its_end_later(runs, clock):
    orphan = runs.add(Job({}, Steps(), lambda folder: let(folder, 1)))
    wait(runs, orphan, lambda progress: progress.steps == (1,))
    clock.ahead += 10_000  # nobody has looked for hours
    other = runs.add(Job({}, Steps()))
    assert runs.status(other).state == "waiting"
    wait(runs, other, lambda progress: progress.state == "running")
    waiting = peek(runs, orphan)
    assert (waiting.state, waiting.phrase, waiting.steps) == ("waiting", GAVE_WAY, (1,))
    fast(runs._runs[orphan].folder)
    fast(runs._runs[other].folder)
    assert wait(runs, other, lambda progress: progress.is_over).state == "done"
    done = wait(runs, orphan, lambda progress: progress.is_over)
    assert (done.state, done.steps) == ("done", (1, 2, 3))  # the first was not counted again


def test_a_run_that_is_watched_is_not_put_aside(runs, clock):
    first = runs.add(Job({}, Steps(), lambda folder: let(folder, 1)))
    wait(runs, first, lambda progress: progress.steps == (1,))
    clock.ahead += 10_000
    runs.status(first)
    other = runs.add(Job({}, Steps()))
    let(runs._runs[first].folder, 2)
    wait(runs, first, lambda progress: progress.steps == (1, 2))
    assert (runs.status(first).state, runs.status(other).ahead) == ("running", 1)


def test_without_anybody_waiting_nothing_gives_way(runs, clock):
    orphan = runs.add(Job({}, Steps(), lambda folder: let(folder, 1)))
    wait(runs, orphan, lambda progress: progress.steps == (1,))
    clock.ahead += 10_000
    fast(runs._runs[orphan].folder)
    assert wait(runs, orphan, lambda progress: progress.is_over).state == "done"


def test_of_those_that_wait_the_watched_come_first(runs, clock):
    first = runs.add(Job({}, Steps()))
    orphan = runs.add(Job({}, Steps(), fast))
    wait(runs, first, lambda progress: progress.state == "running")
    clock.ahead += 10_000
    runs.status(first)
    other = runs.add(Job({}, Steps(), fast))
    assert runs.status(other).ahead == 1
    assert runs._in_turn() == [other, orphan]
    assert runs.status(orphan).ahead == 1  # whoever comes back has the place they had
    assert runs.status(other).ahead == 2
    fast(runs._runs[first].folder)
    assert wait(runs, other, lambda progress: progress.is_over).state == "done"


def test_a_run_has_its_token_before_what_was_sent_is_read(runs):
    read = threading.Event()
    token = runs.start(Job({}, Steps(), lambda folder: read.wait(60) and fast(folder)))
    assert runs.status(token).state == "reading"
    assert not runs.status(token).is_over
    runs.stop(token)  # from a page that was loaded anew
    read.set()
    wait(runs, token, lambda progress: progress.is_over)
    assert (runs.status(token).state, runs.status(token).phrase) == ("ended", module.STOPPED)
    runs.resume(token)
    assert wait(runs, token, lambda progress: progress.is_over).state == "done"


@pytest.mark.parametrize(
    ("error", "phrase"),
    [(InputError("This zip is damaged."), "This zip is damaged."), (OSError("/secret"), module._UNREAD)],
)
def test_what_cannot_be_read_is_said_to_the_page_that_comes_back(runs, error, phrase):
    folders = []

    def fill(folder: Path) -> None:
        folders.append(folder)
        raise error

    token = runs.start(Job({}, Steps(), fill))
    refused = wait(runs, token, lambda progress: progress.is_over)
    assert (refused.state, refused.phrase, refused.error) == ("refused", phrase, error)
    assert not folders[0].exists()
    with pytest.raises(type(error), match=str(error)):  # whoever waits for it hears it
        runs.add(Job({}, Steps(), fill))


def test_runs_that_are_being_read_count_as_waiting(clock):
    runs = Runs[Steps]("none", kind="test", max_seconds=600, command=COMMAND, max_waiting=1)
    read = threading.Event()
    opened = runs.start(Job({}, Steps(), lambda folder: read.wait(60) and fast(folder)))
    with pytest.raises(InputError, match="The queue is full: 1 waiting"):
        runs.start(Job({}, Steps()))
    read.set()
    assert wait(runs, opened, lambda progress: progress.is_over).state == "done"
    runs.close()


def test_a_browser_has_one_run_at_a_time(runs):
    first = runs.start(Job({}, Steps()), browser="mine")
    assert runs.going("mine") == first
    with pytest.raises(InputError, match="still going on, here or in another tab"):
        runs.start(Job({}, Steps()), browser="mine")
    others = [runs.start(Job({}, Steps()), browser=browser) for browser in ("yours", None, None)]
    runs.stop(first)
    wait(runs, first, lambda progress: progress.is_over)
    assert runs.going("mine") is None
    again = runs.start(Job({}, Steps()), browser="mine")
    with pytest.raises(InputError, match="still going on"):
        runs.resume(first)
    assert runs.going("mine") == again
    assert [runs.going(None), runs.going("nobody")] == [None, None]
    assert not any(runs.status(token).is_over for token in others)


def test_the_speed_of_a_turn_is_its_own(runs):
    token = runs.add(Job({}, Steps(), lambda folder: let(folder, 1)))
    wait(runs, token, lambda progress: progress.steps == (1,))
    runs.stop(token)
    stopped = wait(runs, token, lambda progress: progress.is_over)
    assert stopped.since == (pytest.approx(1 / 3), pytest.approx(stopped.seconds, abs=60))
    runs.resume(token)
    assert wait(runs, token, lambda progress: progress.state == "running").since is None
    let(runs._runs[token].folder, 2)
    gone_on = wait(runs, token, lambda progress: progress.steps == (1, 2))
    assert gone_on.since[0] == pytest.approx(2 / 3)
    assert gone_on.since[1] >= stopped.seconds
