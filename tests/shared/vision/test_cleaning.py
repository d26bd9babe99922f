"""Choices about photos: made, undone, written, read, applied."""

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.vision.cleaning import (
    COLUMNS,
    Choices,
    apply_choices,
    from_csv,
    is_label,
    to_csv,
    unknown_choices,
    write_zip,
)
from shared.vision.dataset import Photo, PhotoSet


def photo(name: str, label: str, content: str = "") -> Photo:
    digest = hashlib.sha256((content or name).encode()).hexdigest()
    return Photo(Path("nowhere") / label / name, label, digest)


A, B, C = photo("a.jpg", "black"), photo("b.jpg", "grizzly"), photo("c.jpg", "teddy")
SET = PhotoSet((A, B, C), ("One was broken.",))
DIGEST = "0" * 64
HEADER = ",".join(COLUMNS)


def labels(photo_set: PhotoSet) -> dict[str, str]:
    return {photo.path.name: photo.label for photo in photo_set.photos}


def test_the_last_choice_counts_and_undo_brings_the_earlier_one_back():
    choices = Choices().choose(A, "delete").choose(B, "keep").choose(A, "relabel", "teddy")
    assert choices.counts == {"keep": 1, "delete": 0, "relabel": 1}
    assert choices.undo().counts == {"keep": 1, "delete": 1, "relabel": 0}
    assert choices.undo().undo().undo() == Choices()
    assert Choices().undo() == Choices()


def test_an_imported_table_is_one_step():
    read = from_csv(to_csv(Choices().choose(A, "delete").choose(B, "keep")))
    choices = Choices().choose(C, "delete").add(read.current.values())
    assert sum(choices.counts.values()) == 3
    assert choices.undo().counts == {"keep": 0, "delete": 1, "relabel": 0}


def test_the_same_file_in_two_classes_has_two_choices():
    in_black, in_teddy = photo("a.jpg", "black", "same"), photo("b.jpg", "teddy", "same")
    choices = Choices().choose(in_black, "delete")
    assert labels(apply_choices(PhotoSet((in_black, in_teddy)), choices)) == {"b.jpg": "teddy"}


def test_a_choice_survives_a_new_name_and_another_folder():
    moved = Photo(Path("elsewhere") / "black" / "renamed.png", "black", A.digest)
    assert apply_choices(PhotoSet((moved, B)), Choices().choose(A, "delete")).photos == (B,)


@pytest.mark.parametrize("action", ["", "remove", "KEEP"])
def test_only_three_actions_exist(action):
    with pytest.raises(InputError, match="keep, delete, relabel"):
        Choices().choose(A, action)


@pytest.mark.parametrize(
    "label", ["", " ", "../black", "a\\b", "C:x", ".hidden", "x\0y", "x\ny", "x" * 101, " x"]
)
def test_what_is_no_folder_is_no_class(label):
    assert not is_label(label)
    with pytest.raises(InputError, match="class name"):
        Choices().choose(A, "relabel", label)


@pytest.mark.parametrize("label", ["teddy", "polar bear", "Bär", "<img onerror=alert(1)>", "=1+1", "x" * 100])
def test_class_names_of_any_kind_come_back_from_the_table(label):
    choices = Choices().choose(
        photo('=cmd|" \n,;é.jpg', label), "relabel", "new" if label == "teddy" else label
    )
    assert from_csv(to_csv(choices)).current == choices.current
    assert from_csv(to_csv(choices).encode("utf-8-sig")).current == choices.current


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "'"])
def test_no_cell_of_the_table_starts_like_a_formula(start):
    choices = Choices().choose(photo(f"{start}1+1.jpg", f"{start}two"), "delete")
    cells = [cell for row in csv.reader(io.StringIO(to_csv(choices), newline="")) for cell in row]
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in cells)
    assert from_csv(to_csv(choices)).current == choices.current


def test_only_the_current_choice_is_written():
    text = to_csv(Choices().choose(A, "delete").choose(A, "keep"))
    assert text.splitlines() == [
        '"' + HEADER.replace(",", '","') + '"',
        f'"{A.digest}","a.jpg","black","keep",""',
    ]


def test_columns_may_stand_in_another_order():
    read = from_csv(f"action,new_label,label,name,digest,more\nrelabel,teddy,black,a.jpg,{A.digest},x\n\n")
    assert labels(apply_choices(SET, read))["a.jpg"] == "teddy"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "lacks the columns digest, name, label, action, new_label"),
        ("digest,name,label,action\n", "lacks the columns new_label"),
        (f"{HEADER}\n{DIGEST},a,b,keep\n", "Line 2 .* 4 cells"),
        (f"{HEADER}\nabc,a,b,keep,\n", "Line 2 .* digest 'abc'"),
        (f"{HEADER}\n{DIGEST},a,b,remove,\n", "Line 2 .* action 'remove'"),
        (f"{HEADER}\n{DIGEST},a,,keep,\n", "Line 2 .* no label"),
        (f"{HEADER}\n{DIGEST},a,b,relabel,../x\n", "Line 2 .* new label '../x'"),
        (f"{HEADER}\n{DIGEST},a,b,relabel,{'x' * 10_000}\n", "Line 2 .* at most 100 characters"),
        (b"\xff\xfe\x00", "UTF-8"),
        (f'{HEADER}\n{DIGEST},"{"x" * 200_000}",b,keep,\n', "not a CSV file"),
        ("x" * (6 * 1024 * 1024), "larger than 5 MB"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_line(content, words):
    with pytest.raises(InputError, match=words) as caught:
        from_csv(content)
    assert len(str(caught.value)) < 400


def test_apply_deletes_relabels_and_keeps_the_rest():
    choices = Choices().choose(A, "delete").choose(B, "relabel", "brown").choose(C, "keep")
    cleaned = apply_choices(SET, choices)
    assert labels(cleaned) == {"b.jpg": "brown", "c.jpg": "teddy"}
    assert cleaned.vocab == ["brown", "teddy"]
    assert cleaned.photos[0].path == B.path
    assert cleaned.notes == SET.notes


def test_unknown_digests_are_listed():
    gone = photo("gone.jpg", "black")
    choices = Choices().choose(gone, "delete").choose(A, "keep")
    assert [choice.name for choice in unknown_choices(SET.photos, choices)] == ["gone.jpg"]
    cleaned = apply_choices(SET, choices)
    assert cleaned.photos == SET.photos
    assert cleaned.notes[-1] == "1 choice is about photos that are not here: gone.jpg."


def test_a_photo_moved_into_a_class_that_has_it_is_left_out():
    in_black, in_teddy = photo("a.jpg", "black", "same"), photo("b.jpg", "teddy", "same")
    cleaned = apply_choices(PhotoSet((in_black, in_teddy, C)), Choices().choose(in_black, "relabel", "teddy"))
    assert len(cleaned.photos) == 2
    assert "exact copies" in cleaned.notes[-1]


def test_the_zip_holds_every_file_unchanged(tmp_path):
    photos = []
    for label in ("black", "grizzly", "teddy"):
        path = tmp_path / label / "Photo.jpg"
        path.parent.mkdir()
        path.write_bytes(label.encode() * 9)
        photos.append(Photo(path, label, hashlib.sha256(path.read_bytes()).hexdigest()))
    # Two of the three files with one name go into one class.
    choices = Choices().choose(photos[1], "relabel", "black")
    cleaned = apply_choices(PhotoSet(tuple(photos)), choices)
    with zipfile.ZipFile(write_zip(cleaned.photos, tmp_path / "out.zip")) as archive:
        assert archive.testzip() is None
        found = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert set(found.values()) == {photo.digest for photo in photos}
    assert sorted(name.split("/")[0] for name in found) == ["black", "black", "teddy"]
