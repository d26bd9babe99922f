"""Trainings on ratings from the page: what they report and leave; `jobs` has what all runs do."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from shared.collab import train_request
from shared.collab.train import TrainOptions
from shared.collab.train_request import METHODS, RANGES, TrainRequest, read_request
from shared.collab.train_runs import STAGES, TrainProgress, new_rating_runs, rating_job, spans_of
from shared.errors import InputError
from shared.jobs import STOPPED, Progress, Runs
from shared.jobs.worker import worker_environment
from tests.waiting import turns

SMALL = TrainOptions(factors=2, epochs=4)


@pytest.fixture(scope="module")
def ratings_csv(tmp_path_factory) -> str:
    rng = np.random.default_rng(0)
    taste, kind = rng.normal(0, 1, (60, 2)), rng.normal(0, 1, (40, 2))
    stars = np.clip(np.round(2 * (3.3 + taste @ kind.T)) / 2, 0.5, 5)
    rated = np.argwhere(rng.random(stars.shape) < 0.6)
    lines = [f"person {user},Film {film} (19{50 + film}),{stars[user, film]}" for user, film in rated]
    path = tmp_path_factory.mktemp("csv") / "own.csv"
    path.write_text("user,item,rating\n" + "\n".join(lines))
    return str(path)


@pytest.fixture
def runs():
    registry = new_rating_runs()
    yield registry
    registry.close()


def wait(runs: Runs, token: str, until, seconds: float = 300.0):
    """Look until it is so; everything that was seen on the way."""
    seen = []
    for _ in turns(seconds, every=0.05):
        seen.append(runs.status(token))
        if until(seen[-1]):
            break
    assert until(seen[-1]), seen[-1]
    return seen


def is_over(progress) -> bool:
    return progress.is_over


def test_a_run_reports_its_curve_and_leaves_a_model(runs, ratings_csv, tmp_path):
    path = tmp_path / "own.csv"
    shutil.copyfile(ratings_csv, path)
    token = runs.add(rating_job(TrainRequest(SMALL, str(path))))
    path.unlink()  # the upload is deleted sooner or later; the run has its own copy
    seen = wait(runs, token, is_over)
    last = seen[-1]
    assert last.state == "done", last.phrase
    with zipfile.ZipFile(last.result.zip_path) as archive:
        names = {Path(name).name for name in archive.namelist()}
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert {"config.json", "model.safetensors", "README.md"} <= names
    assert b"person 1" not in everything  # nobody's id
    assert [entry["epoch"] for entry in last.history] == [1, 2, 3, 4]
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {progress.phrase for progress in seen} <= {"Starting", "Done", Progress.phrase, *STAGES.values()}
    stars = last.result.metrics["stars"]
    assert last.baselines == pytest.approx(stars["baselines"])
    assert stars["rmse"] < stars["baselines"]["global mean"]
    assert set(last.result.metrics["list"]) == {"n_users", "model", "most popular", "predicted stars"}
    assert last.result.data["source"] == "own ratings"


@pytest.mark.long
def test_a_run_that_was_stopped_goes_on_from_its_epochs_to_the_same_model(runs):
    options = TrainOptions(factors=4, epochs=60)
    token = runs.add(rating_job(TrainRequest(options)))
    wait(runs, token, lambda progress: len(progress.history) > 20)
    runs.stop(token)
    stopped = wait(runs, token, is_over)[-1]
    assert (stopped.state, stopped.phrase, stopped.result) == ("ended", STOPPED, None)
    assert stopped.n_kept == len(stopped.history) > 20
    runs.resume(token)
    again = runs.status(token)
    assert again.history == stopped.history
    assert again.share == stopped.share
    seen = wait(runs, token, is_over)
    done = seen[-1]
    assert done.state == "done", done.phrase
    assert [entry["epoch"] for entry in done.history] == list(range(1, 61))
    assert done.history[: len(stopped.history)] == stopped.history
    assert all(progress.share >= stopped.share for progress in seen)
    whole = wait(runs, runs.add(rating_job(TrainRequest(options))), is_over)[-1]
    assert whole.result.metrics == done.result.metrics


def test_the_lesson_s_method_begins_again():
    lesson = TrainProgress(method="fastai", n_epochs=2, stage=1, share=0.5, history=({"epoch": 1},))
    assert (lesson.n_kept, lesson.kept().share, lesson.kept().history) == (0, 0.0, ())


def test_what_the_visitor_did_wrong_comes_back_as_a_sentence(runs, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("user,item,rating\n" + "\n".join(f"u{i % 5},b{i},7" for i in range(80)))
    refused = wait(runs, runs.add(rating_job(TrainRequest(SMALL, str(path)))), is_over)[-1]
    assert refused.state == "refused"
    assert "Line 2" in refused.phrase
    with pytest.raises(InputError, match="Upload it again"):
        runs.add(rating_job(TrainRequest(SMALL, str(tmp_path / "gone.csv"))))


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals on Windows")
def test_what_is_known_of_a_killed_process_is_said():
    killed = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    registry = new_rating_runs(command=killed)
    ended = wait(registry, registry.add(rating_job(TrainRequest(SMALL))), is_over)[-1]
    assert ended.state == "ended"
    assert "ended from outside, most often because the machine ran out of memory" in ended.phrase
    assert "fewer factors" in ended.phrase
    registry.close()


def test_fastai_that_is_not_there_is_said(runs, monkeypatch):
    monkeypatch.setattr(train_request, "find_missing", lambda *names: list(names))
    assert not train_request.is_installed("fastai")
    assert train_request.is_installed("als")
    with pytest.raises(InputError, match="needs fastai and torch, which are not installed here"):
        runs.add(rating_job(TrainRequest(TrainOptions(method="fastai"))))


@pytest.mark.parametrize("first", [1, 51])  # from the beginning, and continued in the middle
@pytest.mark.parametrize("method", ["als", "fastai"])
def test_the_bar_and_the_time_left_go_as_the_parts_do(method, first):
    """Each part takes its span of 100 s; the epochs fill it evenly."""
    spans, n = spans_of(TrainOptions(method=method, epochs=20, factors=8).filled()), 100
    low, high = spans[1]
    begin = low + (high - low) * (first - 1) / n if first > 1 else 0.0
    progress = TrainProgress(state="running", n_epochs=n, method=method, spans=spans, share=begin)
    shares, told = [], []
    for stage, phrase in enumerate(STAGES):
        low, high = spans[stage]
        events = [(low, {"kind": "stage", "phrase": phrase})]
        for epoch in range(first if stage == 1 else 1, n + 1 if high > low else 1):
            event = {"kind": "epoch", "epoch": epoch, "train_rmse": 1.0, "valid_rmse": 1.0}
            events.append(
                (low + (high - low) * epoch / n, event if stage == 1 else {**event, "kind": "step"})
            )
        for share, event in events:
            progress = progress.after(event, 100 * share)
            shares.append(progress.share)
            assert progress.share == pytest.approx(max(share, begin))
            told.append(progress.seconds_left)
            assert told[-1] is None or told[-1] == pytest.approx(100 - 100 * share, abs=0.5)
    assert shares == sorted(shares)
    assert len([left for left in told if left is not None]) > 0.5 * len(told)


def test_the_phrases_of_training_are_known(ratings_csv, tmp_path):
    from shared.collab.own_ratings import read_own_ratings
    from shared.collab.train import train

    said: list[str] = []
    train(read_own_ratings(ratings_csv).table, tmp_path / "out", options=SMALL, on_stage=said.append)
    assert set(said) <= set(STAGES)


def test_watching_imports_nothing_heavy():
    code = (
        "import sys, shared.collab.train_runs, shared.collab.train_request; "
        "print([n for n in ('torch', 'fastai', 'pandas', 'scipy', 'plotly') if n in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], env=worker_environment(), capture_output=True, text=True
    )
    assert answer.stdout.strip() == "[]", answer.stderr


@pytest.mark.parametrize("label", METHODS)
def test_the_defaults_are_inside_the_ranges(label):
    filled = TrainOptions(method=METHODS[label]).filled()
    request = read_request(None, label, filled.factors, filled.epochs, filled.weight_decay)
    assert request.options.filled() == filled
    ranges = RANGES[METHODS[label]]
    most = read_request(None, label, ranges.max_factors, ranges.max_epochs, ranges.max_decay)
    assert most.options.filled().factors == ranges.max_factors


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        (("nearest neighbours", 8, 60, 0), "Choose a method"),
        (("Alternating least squares", NAN, 60, 0), "factors must be a number from 1 to 20"),
        (("Alternating least squares", 1e308, 60, 0), "factors"),
        (("Alternating least squares", None, 60, 0), "factors"),
        (("Alternating least squares", 8, 0, 0), "epochs must be a number from 1 to 300"),
        (("Alternating least squares", 8, "many", 0), "epochs"),
        (("fastai, as in the lesson", 50, 300, 0.1), "epochs must be a number from 1 to 20"),
        (("Alternating least squares", 8, 60, INF), "weight decay"),
        (("Alternating least squares", 8, 60, -1), "weight decay"),
    ],
)
def test_numbers_that_cannot_be(controls, message):
    with pytest.raises(InputError, match=message):
        read_request(None, *controls)


def test_own_ratings_need_a_file():
    with pytest.raises(InputError, match="Upload a CSV"):
        read_request(None, "Alternating least squares", 8, 60, 0, is_own=True)
    assert read_request("a.csv", "Alternating least squares", 8, 60, 0).ratings is None
