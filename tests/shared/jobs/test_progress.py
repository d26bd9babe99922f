"""How long a job will still take: an estimate from what is over, and only when enough is."""

from dataclasses import dataclass, replace
from typing import Any, Self

import pytest

from shared.jobs import Progress, describe_left
from shared.jobs.progress import seconds_left


@dataclass(frozen=True)
class Steps(Progress):
    """Ten steps, of which the first two say nothing of the speed."""

    def says_speed(self, event: dict[str, Any]) -> bool:
        return event["step"] > 2

    def take_in(self, event: dict[str, Any]) -> Self:
        return replace(self, share=max(self.share, event["step"] / 10))


def going(*steps: tuple[int, float], progress: Steps | None = None) -> Steps:
    """A run of which each step came at so many seconds."""
    progress = progress or Steps(state="running")
    for step, seconds in steps:
        progress = progress.after({"kind": "step", "step": step}, seconds)
    return progress


@pytest.mark.parametrize(
    ("share", "seconds", "since", "left"),
    [
        (0.5, 10, (0.0, 0.0), 10),
        (0.25, 10, (0.0, 0.0), 30),
        (0.5, 110, (0.4, 100), 50),  # the turn that goes on took 10 s for a tenth
        (1.0, 10, (0.0, 0.0), 0),
        (1.2, 12, (0.0, 0.0), 0),
        (0.04, 100, (0.0, 0.0), None),  # a guess
        (0.9, 1.5, (0.0, 0.0), None),
        (0.5, 100, (0.5, 60), None),
        (0.0, 0.0, (0.0, 0.0), None),
    ],
)
def test_a_job_goes_on_as_fast_as_it_went(share, seconds, since, left):
    assert seconds_left(share, seconds, since=since) == (None if left is None else pytest.approx(left))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.0, "a few seconds left"),
        (9.9, "a few seconds left"),
        (12, "about 10 seconds left"),
        (38, "about 40 seconds left"),
        (54.9, "about 50 seconds left"),
        (55, "about 1 minute left"),
        (89, "about 1 minute left"),
        (100, "about 2 minutes left"),
        (20 * 60, "about 20 minutes left"),
        (100 * 60, "about 2 hours left"),
    ],
)
def test_an_estimate_is_said_as_roughly_as_it_is_known(seconds, words):
    assert describe_left(seconds) == words


def test_what_comes_before_the_steady_part_is_not_its_speed():
    assert going((1, 30.0), (2, 60.0)).seconds_left is None
    assert going((1, 30.0), (2, 60.0), (3, 99.0)).seconds_left is None
    assert going((1, 30.0), (2, 60.0), (3, 99.0), (4, 101.0)).seconds_left == pytest.approx(12)  # 6 of 2 s


def test_after_a_resume_only_its_own_speed_counts():
    stopped = going((3, 10.0), (4, 15.0), (5, 20.0))
    assert stopped.seconds_left == pytest.approx(25)
    again = replace(stopped, since=None)
    told_again = going((3, 50.0), (5, 60.0), progress=again)  # half a minute until it is where it was
    assert (told_again.share, told_again.seconds_left) == (0.5, None)
    assert going((6, 61.0), (8, 63.0), progress=told_again).seconds_left == pytest.approx(2)


@pytest.mark.parametrize("state", ["reading", "waiting", "done", "ended", "refused"])
def test_of_what_does_not_run_nothing_is_said(state):
    assert replace(going((3, 2.0), (5, 8.0)), state=state).seconds_left is None
