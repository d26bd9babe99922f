"""Trainings that go on when nobody watches: the queue, the tokens, the end, and what is left of each."""

import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.jobs import Runs, queue
from shared.vision.train_options import TrainOptions
from shared.vision.train_runs import PHOTOS, new_photo_runs, photo_job
from tests.waiting import turns, wait_until

OPTIONS = TrainOptions(epochs=3, init="none")

# Stands in for `train_worker`: three epochs, each written down, so that it can go on after the last one.
FAKE = """
import os, sys, time
from pathlib import Path
from shared.errors import InputError
from shared.jobs import answer_request

def run(request, send):
    folder = Path(request["folder"])
    names = sorted(path.name for path in (folder / "photos").iterdir())
    if "bad" in names:
        raise InputError("One class only. Add another.")
    done = folder / "done"
    first = len(done.read_text()) + 1 if request["resume"] and done.exists() else 1
    send("stage", phrase="Fitting")
    for epoch in range(first, request["options"]["epochs"] + 1):
        send("batch", epoch=epoch, batch=1, n_batches=2, loss=1 / epoch)
        while (folder / "photos" / "slow").exists() and not (folder / f"go{epoch}").exists():
            time.sleep(0.02)
        if "crash" in names and not request["resume"] and epoch == 2:
            raise SystemExit(3)
        send("epoch", epoch=epoch, train_loss=1 / epoch, valid_loss=1 / epoch, error_rate=0.1)
        with done.open("a") as file:
            file.write("x")
    model = folder / "model"
    model.mkdir(exist_ok=True)
    send("result", metrics={"pid": os.getpid()}, artifact=str(model), zip_path=str(folder / "m.zip"))

sys.exit(answer_request(run, memory_advice=""))
"""
COMMAND = (sys.executable, "-c", textwrap.dedent(FAKE))


def photos(*names: str):
    def fill(folder: Path) -> None:
        for name in names:
            (folder / name).mkdir()

    return fill


def wait(runs: Runs, token: str, until, seconds: float = 10.0):
    for _ in turns(seconds):
        if until(progress := runs.status(token)):
            break
    assert until(progress), progress
    return progress


def is_over(progress) -> bool:
    return progress.is_over


def let(runs: Runs, token: str, epochs: int = 3) -> None:
    """Let a slow run finish so many epochs."""
    for epoch in range(1, epochs + 1):
        (folder_of(runs, token) / f"go{epoch}").touch()


def folder_of(runs: Runs, token: str) -> Path:
    return runs._runs[token].folder


@pytest.fixture
def make():
    made: list[Runs] = []

    def new(**settings) -> Runs:
        made.append(new_photo_runs(command=COMMAND, **settings))
        return made[-1]

    yield new
    for runs in made:
        runs.close()


def test_a_run_that_nobody_watches_comes_to_its_end(make):
    runs = make()
    token = runs.add(photo_job(OPTIONS, photos("a", "b")))
    progress = wait(runs, token, is_over)
    assert progress.state == "done"
    assert progress.share == 1
    assert [entry["epoch"] for entry in progress.history] == [1, 2, 3]
    assert progress.batches == ((0.5, 1.0), (1.5, 0.5), (2.5, pytest.approx(1 / 3)))
    assert Path(progress.result.artifact).is_dir()
    assert progress.seconds > 0


def test_one_runs_and_the_others_know_how_many_are_ahead(make):
    runs = make()
    first = runs.add(photo_job(OPTIONS, photos("slow")))
    wait(runs, first, lambda progress: progress.state == "running")
    others = [runs.add(photo_job(OPTIONS, photos("a"))) for _ in range(3)]
    assert [runs.status(token).ahead for token in others] == [1, 2, 3]
    runs.stop(others[1])
    assert [runs.status(token).ahead for token in others] == [1, 0, 2]
    let(runs, first)
    pids = {wait(runs, token, is_over).result.metrics["pid"] for token in (first, others[0], others[2])}
    assert len(pids) == 3  # a process each
    assert runs.status(others[1]).phrase == "Stopped"


def test_tokens_cannot_be_guessed_and_open_only_their_own_run(make):
    runs = make()
    tokens = {runs.add(photo_job(OPTIONS, photos("a"))) for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 32 for token in tokens)
    for stranger in (None, "", "x" * 32, next(iter(tokens))[:-1]):
        assert runs.status(stranger) is None
        runs.stop(stranger)
    assert not any(runs.status(token).state == "ended" for token in tokens)


def test_stop_and_go_on_from_the_last_epoch(make):
    runs = make()
    token = runs.add(photo_job(OPTIONS, photos("slow")))
    wait(runs, token, lambda progress: progress.batches)
    let(runs, token, 1)
    wait(runs, token, lambda progress: len(progress.batches) == 2)  # in the second epoch
    runs.stop(token)
    stopped = wait(runs, token, is_over)
    assert (stopped.state, len(stopped.history)) == ("ended", 1)
    let(runs, token)
    runs.resume(token)
    assert len(runs.status(token).batches) == 1  # the second epoch begins again
    done = wait(runs, token, is_over)
    assert done.state == "done"
    assert [entry["epoch"] for entry in done.history] == [1, 2, 3]
    assert [gone_by for gone_by, _ in done.batches] == [0.5, 1.5, 2.5]


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals on Windows")
def test_a_killed_process_can_be_continued(make):
    runs = make()
    token = runs.add(photo_job(OPTIONS, photos("slow")))
    wait(runs, token, lambda progress: progress.batches)
    os.kill(runs._runs[token].worker._process.pid, signal.SIGKILL)
    ended = wait(runs, token, is_over)
    assert ended.state == "ended"
    assert "Continue" in ended.phrase
    let(runs, token)
    runs.resume(token)
    assert wait(runs, token, is_over).state == "done"


def test_a_crash_says_nothing_of_the_server_and_can_be_continued(make):
    runs = make()
    token = runs.add(photo_job(OPTIONS, photos("crash")))
    ended = wait(runs, token, is_over)
    assert (ended.state, ended.phrase) == ("ended", queue._FAILED)
    runs.resume(token)
    assert [entry["epoch"] for entry in wait(runs, token, is_over).history] == [1, 2, 3]


def test_a_refusal_is_kept_and_cannot_be_continued(make):
    runs = make()
    token = runs.add(photo_job(OPTIONS, photos("bad")))
    refused = wait(runs, token, is_over)
    assert (refused.state, refused.phrase) == ("refused", "One class only. Add another.")
    with pytest.raises(InputError, match="no training here to continue"):
        runs.resume(token)
    with pytest.raises(InputError, match="no training here to continue"):
        runs.resume("another")


def test_a_run_that_takes_too_long_makes_room(make):
    runs = make(max_seconds=0.5)
    token = runs.add(photo_job(OPTIONS, photos("slow")))
    ended = wait(runs, token, is_over)
    assert ended.state == "ended"
    assert "fewer epochs" in ended.phrase


def test_after_its_time_the_folder_and_the_photos_are_gone(make):
    runs = make(kept_seconds=0.3)
    token = runs.add(photo_job(OPTIONS, photos("a")))
    wait(runs, token, is_over)
    folder = folder_of(runs, token)
    assert (folder / PHOTOS / "a").is_dir()
    wait_until(lambda: not folder.exists())
    assert runs.status(token) is None


def test_the_number_of_runs_is_bounded(make):
    runs = make(max_kept=2, max_waiting=1)
    first = runs.add(photo_job(OPTIONS, photos("a")))
    wait(runs, first, is_over)
    second = runs.add(photo_job(OPTIONS, photos("slow")))
    wait(runs, second, lambda progress: progress.state == "running")
    folder = folder_of(runs, first)
    third = runs.add(photo_job(OPTIONS, photos("a")))
    assert runs.status(first) is None  # the one that ended first made room
    assert not folder.exists()
    filled = []
    with pytest.raises(InputError, match="The queue is full: 1 waiting"):
        runs.add(photo_job(OPTIONS, filled.append))
    assert filled == []
    let(runs, second)
    assert wait(runs, third, is_over).state == "done"


def test_photos_that_cannot_be_used_leave_nothing(make):
    runs = make()
    folders = []

    def fill(folder: Path) -> None:
        folders.append(folder)
        raise InputError("This zip is damaged.")

    with pytest.raises(InputError, match="damaged"):
        runs.add(photo_job(OPTIONS, fill))
    assert not folders[0].parent.exists()


def test_close_ends_everything(make):
    runs = make()
    tokens = [runs.add(photo_job(OPTIONS, photos("slow"))) for _ in range(2)]
    wait(runs, tokens[0], lambda progress: progress.batches)
    process = runs._runs[tokens[0]].worker._process
    folders = [folder_of(runs, token) for token in tokens]
    runs.close()
    assert process.poll() is not None
    assert not any(folder.exists() for folder in folders)
