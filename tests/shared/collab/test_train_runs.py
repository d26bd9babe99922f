"""A training in a process of its own: it reports, it stops at once, it leaves nothing behind."""

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from shared.collab import train_request, train_stream
from shared.collab.train import TrainOptions
from shared.collab.train_request import METHODS, RANGES, TrainRequest, read_request
from shared.collab.train_stream import STAGES, TrainingRun, start_training
from shared.errors import InputError
from shared.worker import worker_environment

SMALL = TrainOptions(factors=2, epochs=4)
SLOW = TrainOptions(factors=8, epochs=300)
NEVER_ENDS = (sys.executable, "-c", "import time; time.sleep(600)")


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


def ended(process: subprocess.Popen, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return process.poll() is not None


def test_a_run_reports_its_curve_and_leaves_a_model(ratings_csv):
    with start_training(TrainRequest(SMALL, ratings_csv)) as run:
        folder = run.folder
        seen = list(run.watch(every=0.05))
        result = seen[-1].result
        with zipfile.ZipFile(result.zip_path) as archive:
            names = {Path(name).name for name in archive.namelist()}
            everything = b"".join(archive.read(name) for name in archive.namelist())
    assert {"config.json", "model.safetensors", "README.md"} <= names
    assert b"person 1" not in everything  # nobody's id
    assert [entry["epoch"] for entry in seen[-1].history] == [1, 2, 3, 4]
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {progress.phrase for progress in seen} <= {"Starting", "Done", *STAGES.values()}
    stars = result.metrics["stars"]
    assert seen[-1].baselines == pytest.approx(stars["baselines"])
    assert stars["rmse"] < stars["baselines"]["global mean"]
    assert set(result.metrics["list"]) == {"n_users", "model", "most popular", "predicted stars"}
    assert result.data["source"] == "own ratings"
    assert not os.path.exists(folder)


def test_the_phrases_of_training_are_known(ratings_csv, tmp_path):
    from shared.collab.own_ratings import read_own_ratings
    from shared.collab.train import train

    said: list[str] = []
    train(read_own_ratings(ratings_csv).table, tmp_path / "out", options=SMALL, on_stage=said.append)
    assert set(said) <= set(STAGES)


def test_stop_frees_the_worker_within_seconds(ratings_csv):
    with start_training(TrainRequest(SLOW, None)) as run:
        for progress in run.watch(every=0.1):
            if progress.history and not progress.is_stopped:
                run.stop()
                assert ended(run._process)
        assert progress.is_stopped
        assert progress.result is None
    assert not os.path.exists(run.folder)


def test_leaving_the_block_is_enough():
    """What Gradio does to a generator when the visitor hangs up."""

    def watch():
        with TrainingRun(TrainRequest(SMALL), command=NEVER_ENDS) as run:
            runs.append(run)
            yield from run.watch(every=0.05)

    runs: list[TrainingRun] = []
    generator = watch()
    next(generator), next(generator)
    generator.close()
    assert not runs[0].is_running
    assert not os.path.exists(runs[0].folder)


def test_a_run_that_nobody_watches_ends_by_itself(monkeypatch):
    monkeypatch.setattr(train_stream, "UNWATCHED_SECONDS", 0.2)
    run = TrainingRun(TrainRequest(SMALL), command=NEVER_ENDS)
    assert ended(run._process)
    deadline = time.monotonic() + 2
    while os.path.exists(run.folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not os.path.exists(run.folder)


def test_the_worker_ends_and_cleans_up_when_the_server_dies(ratings_csv, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    worker = subprocess.Popen(
        [sys.executable, "-m", "shared.collab.train_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=worker_environment(),
    )
    request = f'{{"options": {{"epochs": 300}}, "ratings": null, "folder": "{folder}"}}\n'
    worker.stdin.write(request.encode())
    worker.stdin.flush()
    assert b"Reading" in worker.stdout.readline()
    worker.stdin.close()
    assert ended(worker)
    assert not folder.exists()
    worker.stdout.close()


def test_what_the_visitor_did_wrong_comes_back_as_a_sentence(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("user,item,rating\n" + "\n".join(f"u{i % 5},b{i},7" for i in range(80)))
    with start_training(TrainRequest(SMALL, str(path))) as run, pytest.raises(InputError, match="Line 2"):
        list(run.watch())
    assert not os.path.exists(run.folder)


def test_a_failing_process_is_a_fault_of_ours():
    broken = (sys.executable, "-c", "raise SystemExit(3)")
    with TrainingRun(TrainRequest(SMALL), command=broken) as run, pytest.raises(RuntimeError, match="code 3"):
        list(run.watch())


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals on Windows")
def test_out_of_memory_is_named():
    killed = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with TrainingRun(TrainRequest(SMALL), command=killed) as run, pytest.raises(InputError, match="memory"):
        list(run.watch())


def test_a_run_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(train_stream, "MAX_TRAINING_SECONDS", 0)
    with (
        TrainingRun(TrainRequest(SMALL), command=NEVER_ENDS) as run,
        pytest.raises(InputError, match="fewer epochs"),
    ):
        list(run.watch(every=0.05))
    assert not run.is_running


def test_half_a_line_is_no_event():
    talks = (sys.executable, "-c", "print('{\"kind\": \"stage\"'); print('[]x'); raise SystemExit(1)")
    with TrainingRun(TrainRequest(SMALL), command=talks) as run, pytest.raises(RuntimeError):
        list(run.watch())


def test_fastai_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr(train_request.importlib.util, "find_spec", lambda name: None)
    assert not train_request.is_installed("fastai")
    assert train_request.is_installed("als")
    with pytest.raises(InputError, match="fastai is not installed"):
        start_training(TrainRequest(TrainOptions(method="fastai")))


def test_watching_imports_nothing_heavy():
    code = (
        "import sys, shared.collab.train_stream, shared.collab.train_request; "
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
