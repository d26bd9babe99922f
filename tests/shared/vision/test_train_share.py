"""Two processes train together, as `accelerate launch` starts them: one model, one voice, one resume."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from shared.jobs.worker import worker_environment
from shared.vision import train_share

pytestmark = pytest.mark.long

ARGUMENTS = [
    *("--arch", "test_resnet", "--init", "none", "--epochs", "3"),
    *("--size", "64", "--resize", "squish", "--batch-size", "4"),
]
# Killed from inside in its third epoch, by whichever process comes there first.
KILL = """
import os, sys
from shared.vision import train, train_callbacks
tell = train_callbacks.Report.after_batch
def die(self):
    if self.training and self.n_before[self.stage] + self.epoch == 2:
        os._exit(7)
    tell(self)
train_callbacks.Report.after_batch = die
sys.exit(train.main(sys.argv[1:]))
"""


def launch(program: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program twice at once."""
    # With --cpu it would start a single process.
    command = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
    command += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    return subprocess.run(
        [sys.executable, "-m", *command, *program, *arguments],
        env={**worker_environment(), "OMP_NUM_THREADS": "1", "LESSONS_DEVICE": "cpu"},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture(scope="module")
def trained(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("shared") / "model"
    done = launch(["-m", "shared.vision.train"], "--data", str(shapes), "--out", str(out), *ARGUMENTS)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_one_process_chooses_the_rate_speaks_and_writes(trained: tuple[Path, str]) -> None:
    out, said = trained
    assert said.count("Wrote") == said.count("held-out photos (95 % interval") == 1
    config = json.loads((out / "config.json").read_text())
    assert config["trained_with"]["lr"] > 0
    assert [entry["epoch"] for entry in config["history"]] == [1, 2, 3]
    n_valid = config["metrics"]["n_valid"]
    for entry in config["history"]:  # all held-out photos are counted, each one once
        assert entry["error_rate"] * n_valid == pytest.approx(round(entry["error_rate"] * n_valid), abs=1e-9)
    assert not out.with_name("model.checkpoint").exists()
    assert not [name for name in load_file(out / "model.safetensors") if name.startswith("module.")]


def test_a_killed_one_goes_on_to_the_same_weights(
    trained: tuple[Path, str], shapes: Path, tmp_path: Path
) -> None:
    where = ["--data", str(shapes), "--out", str(tmp_path / "model")]
    (tmp_path / "kill.py").write_text(KILL)
    killed = launch([str(tmp_path / "kill.py")], *where, *ARGUMENTS)
    assert killed.returncode != 0
    assert not (tmp_path / "model").exists()
    facts = json.loads((tmp_path / "model.checkpoint" / "checkpoint.json").read_text())
    assert facts["epoch"] == 2
    assert len(facts["chance"]) == 2
    assert facts["chance"][0]["torch"] != facts["chance"][1]["torch"]  # each crops and turns in its own way
    resumed = launch(["-m", "shared.vision.train"], *where, *ARGUMENTS, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    expected = load_file(trained[0] / "model.safetensors")
    for name, value in load_file(tmp_path / "model" / "model.safetensors").items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)
    histories = [
        json.loads((out / "config.json").read_text())["history"] for out in (trained[0], tmp_path / "model")
    ]
    assert histories[0] == histories[1]


def test_alone_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with train_share.joined():
        assert train_share.from_first(lambda: 3) == 3
        assert train_share.from_all("x") == ["x"]
    assert train_share.share_of([4, 5, 6]) == [4, 5, 6]


@pytest.mark.parametrize(("n", "shares"), [(5, [[0, 2, 4], [1, 3]]), (1, [[0], [0]])])
def test_held_out_photos_are_shared_out(
    monkeypatch: pytest.MonkeyPatch, n: int, shares: list[list[int]]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank, expected in enumerate(shares):
        monkeypatch.setenv("RANK", str(rank))
        assert train_share.share_of(range(n)) == expected
        assert train_share.is_first() == (rank == 0)


@pytest.mark.parametrize(("name", "value"), [("LESSONS_DEVICE", "cpu"), ("ACCELERATE_USE_CPU", "true")])
def test_a_gpu_that_is_not_wanted_is_not_used(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert train_share.uses_gpu()
    monkeypatch.setenv(name, value)
    assert not train_share.uses_gpu()
