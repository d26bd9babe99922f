"""The table that comes with the project: the published figures, their files, what is missing."""

import csv
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.image_models import refresh
from shared.image_models.table import (
    FAMILIES,
    HARDWARE,
    TABLE,
    Model,
    columns,
    family,
    load_models,
    load_source,
    milliseconds,
)


def model(name: str, size: int = 224) -> Model:
    return next(one for one in load_models() if one.name == name and one.size == size)


@pytest.mark.parametrize(
    ("name", "i7", "rtx3090"),
    [
        ("resnet26d.bt_in1k", "41", 4679.82),
        ("convnext_tiny.fb_in1k", "26.6", 3090.39),
        ("levit_256.fb_dist_in1k", "78", 9041.44),
    ],
)
def test_the_lessons_models_have_their_published_speeds(name: str, i7: str, rtx3090: float) -> None:
    found = model(name)
    assert f"{found.i7:.{len(i7.partition('.')[2])}f}" == i7
    assert found.rtx3090 == rtx3090
    assert milliseconds(found, "i7") == pytest.approx(1000 / found.i7)


def test_the_order_changes_with_the_hardware() -> None:
    vit, resnet = model("vit_small_patch16_224.augreg_in1k"), model("resnet50.a1_in1k")
    assert vit.rtx3090 > 1.4 * resnet.rtx3090
    assert vit.i7 < 0.9 * resnet.i7


def test_every_row_says_what_it_must_and_says_where_something_is_missing() -> None:
    models = load_models()
    assert len(models) == load_source()["rows"] > 1500
    assert len({(one.name, one.size) for one in models}) == len(models)
    assert [one.top1 for one in models] == sorted((one.top1 for one in models), reverse=True)
    for one in models:
        assert 0 < one.parameters < 2000
        assert all(0 < value <= 100 for value in (one.top1, one.real, one.v2, one.sketch, one.r))
        assert one.rtx5090
    assert all(
        milliseconds(one, key) is None or milliseconds(one, key) > 0 for one in models for key in HARDWARE
    )
    assert [one.name for one in models if one.a is None] == [
        "resnet50.tv_in1k"
    ]  # the one that A was picked with
    assert 0 < sum(one.i7 is None for one in models) < 150


def test_families_are_told_by_the_beginning_of_a_name() -> None:
    told = {
        "convnextv2_tiny": "ConvNeXt",
        "deit3_small_patch16_224": "ViT",
        "seresnext50_32x4d": "ResNet",
        "tf_efficientnetv2_s": "EfficientNet",
        "mobilenetv3_large_100": "MobileNet",
        "levit_conv_256": "LeViT",
        "efficientvit_b0": "Other",
        "mobilevit_s": "Other",
    }
    assert {name: family(name) for name in told} == told
    assert set(columns()["family"]) == set(FAMILIES)


def test_the_page_gets_it_small() -> None:
    sent = json.dumps(columns(), separators=(",", ":")).encode()
    assert len(gzip.compress(sent)) < 80_000
    assert TABLE.stat().st_size < 100_000


def test_it_was_made_of_these_files(require: Callable[[str], Path], tmp_path: Path) -> None:
    files = refresh.read_files(str(require("timm")))
    for name, digest in load_source()["files"].items():
        assert hashlib.sha256(files[name]).hexdigest() == digest
    refresh.write_table(files, source="x", table=tmp_path / "table.csv.gz", about=tmp_path / "source.toml")
    assert (tmp_path / "table.csv.gz").read_bytes() == TABLE.read_bytes()


def test_the_robustness_sets_are_joined_by_model_and_size(require: Callable[[str], Path]) -> None:
    """By another road: each file read on its own."""
    for column, name in (("v2", "imagenetv2-matched-frequency"), ("a", "imagenet-a"), ("sketch", "sketch")):
        with (require("timm") / f"results-{name}.csv").open(newline="") as file:
            read = {(row["model"], int(row["img_size"])): float(row["top1"]) for row in csv.DictReader(file)}
        assert all(getattr(one, column) == read.get((one.name, one.size)) for one in load_models())
