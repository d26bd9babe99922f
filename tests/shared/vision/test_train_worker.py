"""The real process behind a training from the page, on the demonstration set and the smallest networks."""

import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from shared import artifacts
from shared.jobs.worker import worker_environment
from shared.vision.demo_set import make_demo_set
from shared.vision.train_options import TrainOptions
from shared.vision.train_runs import new_photo_runs, photo_job
from tests.waiting import turns

TINY = TrainOptions(arch="test_resnet", init="none", epochs=3, size=64, lr=1e-3, resize="squish")


@pytest.fixture(scope="module")
def runs():
    registry = new_photo_runs()
    yield registry
    registry.close()


def wait(runs, token, until, seconds: float = 240.0):
    for _ in turns(seconds):
        if until(progress := runs.status(token)):
            break
    assert until(progress), progress
    return progress


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="there are no such signals on Windows")
def test_a_killed_training_goes_on_and_leaves_a_model(runs):
    token = runs.add(photo_job(TINY, make_demo_set))
    wait(runs, token, lambda progress: progress.history or progress.is_over)
    os.kill(runs._runs[token].worker._process.pid, signal.SIGKILL)
    killed = wait(runs, token, lambda progress: progress.is_over)
    assert killed.state == "ended"
    assert 1 <= len(killed.history) < 3
    runs.resume(token)
    done = wait(runs, token, lambda progress: progress.is_over)
    assert done.state == "done", done.phrase
    assert [entry["epoch"] for entry in done.history] == [1, 2, 3]
    assert done.history[: len(killed.history)] == killed.history  # not trained again
    metrics = done.result.metrics
    confusion = metrics["confusion"]
    assert sum(map(sum, confusion)) == metrics["n_valid"] == len(metrics["valid"])
    assert metrics["accuracy"] == pytest.approx(
        sum(row[at] for at, row in enumerate(confusion)) / metrics["n_valid"]
    )
    assert all(Path(entry["path"]).is_file() for entry in metrics["valid"])
    assert artifacts.read_folder(done.result.artifact).config["trained_with"]["arch"] == "test_resnet"
    with zipfile.ZipFile(done.result.zip_path) as archive:
        names = {Path(name).name for name in archive.namelist()}
    assert {"config.json", "model.safetensors", "model.onnx", "README.md"} <= names
    assert not any(name.endswith(".jpg") for name in names)  # nobody's photos


@pytest.mark.long
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (replace(TINY, lr=1e9), "diverged in epoch 1: the loss is no number any more"),
        (replace(TINY, arch="test_resnett"), "Did you mean test_resnet"),
    ],
)
def test_what_cannot_be_trained_is_said(runs, options, message):
    token = runs.add(photo_job(options, make_demo_set))
    refused = wait(runs, token, lambda progress: progress.is_over)
    assert refused.state == "refused"
    assert message in refused.phrase
    assert "fastai" not in refused.phrase
    assert "_Report" not in refused.phrase
    assert refused.has_diverged is (options.lr == 1e9)  # drawn as far as it went


def test_watching_imports_nothing_heavy():
    code = (
        "import sys, apps.views.bears.train_tab, shared.vision.train_runs; "
        "print([n for n in ('torch', 'fastai', 'timm', 'scipy', 'sklearn', 'plotly') if n in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], env=worker_environment(), capture_output=True, text=True
    )
    assert answer.stdout.strip() == "[]", answer.stderr


def test_a_request_is_plain_values():
    import json

    assert TrainOptions(**json.loads(json.dumps(asdict(TINY)))) == TINY
