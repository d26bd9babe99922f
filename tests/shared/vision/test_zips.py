"""Zips from outside: what is refused, and what becomes of the rest."""

import hashlib
import io
import random
import zipfile
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.limits import MAX_LABEL_CHARACTERS, MAX_PHOTO_MB, MB
from shared.vision.dataset import read_photos
from shared.vision.zips import DamagedZipError, ZipReport, unpack_photos
from tests.effort import n_calls
from tests.servers.bad_images import saved, scene
from tests.servers.bad_zips import (
    REFUSED,
    Entry,
    bears,
    damaged,
    deflated,
    good_zip,
    named,
    photo,
    raw_zip,
    stored,
)
from tests.servers.memory import needs_linux, peak_growth_mb


def unpack(tmp_path: Path, data: bytes, **options: bool) -> tuple[ZipReport, dict[str, bytes]]:
    """Unpack into an empty folder, and give the report and all files under it."""
    (tmp_path / "bears.zip").write_bytes(data)
    folder = tmp_path / "out"
    report = unpack_photos(tmp_path / "bears.zip", folder, **options)
    return report, files(folder)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("wrap", ["", "bears/", "a/b/c/", "./"])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_class_folders(tmp_path: Path, wrap: str, method: int) -> None:
    report, out = unpack(tmp_path, good_zip(bears(wrap=wrap), method=method))
    assert out == bears()
    assert report == ZipReport(3, 0, (), ())


def test_train_and_valid_are_put_together(tmp_path: Path) -> None:
    zipped = good_zip(
        {
            "set/train/black/1.jpg": photo(0),
            "set/valid/black/1.jpg": photo(1),
            "set/train/fox/1.jpg": photo(2),
        }
    )
    _, out = unpack(tmp_path, zipped)
    assert out == {"black/1.jpg": photo(0), "black/1 (2).jpg": photo(1), "fox/1.jpg": photo(2)}


def test_what_is_unpacked_can_be_read(tmp_path: Path) -> None:
    unpack(tmp_path, good_zip(bears()))
    photos = read_photos(tmp_path / "out").photos
    assert [(item.label, item.digest) for item in photos] == [
        (name.split("/")[0], hashlib.sha256(content).hexdigest()) for name, content in bears().items()
    ]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(tmp_path: Path, name: str) -> None:
    make, why = REFUSED[name]
    (tmp_path / "bears.zip").write_bytes(make())
    with pytest.raises(InputError) as caught:
        unpack_photos(tmp_path / "bears.zip", tmp_path / "deep/out")
    message = str(caught.value)
    assert why in message
    assert message.endswith(".")
    assert len(message) < 250
    assert str(tmp_path) not in message
    assert files(tmp_path / "deep") == {}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["bears.zip", "deep", "out"]


@needs_linux
@pytest.mark.parametrize("name", REFUSED)
def test_memory_of_refusing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bears.zip"
    path.write_bytes(REFUSED[name][0]())
    prepare = "from shared.errors import InputError\nfrom shared.vision.zips import unpack_photos"
    work = (
        f"try:\n    unpack_photos({str(path)!r}, Path({str(tmp_path / 'out')!r}))\n"
        "    raise SystemExit('not refused')\n"
        "except InputError:\n    pass"
    )
    assert peak_growth_mb(prepare, work) < 60


@pytest.mark.parametrize("path", ["nothing.zip", ".", "a\0b"])
def test_no_file(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError, match="cannot be read from its file"):
        unpack_photos(f"{tmp_path}/{path}", tmp_path / "out")


def test_the_computers_own_files_are_skipped_and_counted(tmp_path: Path) -> None:
    own = ["__MACOSX/black/._1.jpg", "black/.DS_Store", "black/Thumbs.db", "desktop.ini", ".git/config"]
    report, out = unpack(tmp_path, good_zip({**dict.fromkeys(own, photo()), **bears()}))
    assert out == bears()
    assert (report.n_photos, report.n_skipped) == (3, 5)
    (note,) = report.notes
    assert note.startswith(
        "5 files left out (hidden or the computer's own): black/._1.jpg, black/.DS_Store, "
    )


def test_what_is_no_photo_is_skipped_and_counted(tmp_path: Path) -> None:
    others = {
        "black/notes.jpg": b"text",
        "black/a.gif": b"GIF89a",
        "black/empty.png": b"",
        "top.jpg": photo(5),
    }
    report, out = unpack(tmp_path, good_zip({**bears(), **others}))
    assert out == bears()
    assert report.n_skipped == 4
    assert report.notes == (
        "3 files left out (no JPEG, PNG, WebP or HEIC photos): "
        "black/notes.jpg, black/a.gif, black/empty.png.",
        "1 file left out (in no folder of a class): top.jpg.",
    )


def test_a_photo_beside_the_class_folders_belongs_to_none(tmp_path: Path) -> None:
    report, out = unpack(tmp_path, good_zip({"bears/cover.jpg": photo(5), **bears(wrap="bears/")}))
    assert out == bears()
    assert report.notes == ("1 file left out (in no folder of a class): bears/cover.jpg.",)


def test_a_photo_over_the_limit_is_left_out(tmp_path: Path) -> None:
    block = bytes(range(256)) * 200 + bytes(MB - 256 * 200)
    packed = deflated(photo(), block + random.Random(0).randbytes(16_000), MAX_PHOTO_MB + 1)
    report, out = unpack(
        tmp_path,
        raw_zip(
            [*(stored(*pair) for pair in bears().items()), Entry("black/9.jpg", packed, 100 * len(packed))]
        ),
    )
    assert out == bears()
    assert report.notes == (f"1 file left out (larger than {MAX_PHOTO_MB} MB): black/9.jpg.",)


# Damage.


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_damaged_photos_are_left_out_only_when_the_visitor_agrees(tmp_path: Path, method: int) -> None:
    with pytest.raises(DamagedZipError) as caught:
        unpack(tmp_path, damaged(method=method))
    assert caught.value.damaged == ("black/2.jpg",)
    assert files(tmp_path / "out") == {}
    report, out = unpack(tmp_path, damaged(method=method), keep_good=True)
    assert out == {name: content for name, content in bears().items() if name != "black/2.jpg"}
    assert report == ZipReport(2, 0, ("1 file left out (damaged): black/2.jpg.",), ("black/2.jpg",))


def test_nothing_is_kept_when_all_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="photos in this zip are damaged"):
        unpack(tmp_path, damaged(which=list(bears())), keep_good=True)
    assert files(tmp_path / "out") == {}


def test_a_damaged_table_of_contents_gives_one_sentence(tmp_path: Path) -> None:
    """300 copies with a few bytes changed anywhere; seeded."""
    data = good_zip(bears())
    draw = random.Random(0)
    n_refused = 0
    for at in range(300):
        broken = bytearray(data)
        for _ in range(draw.randint(1, 4)):
            broken[draw.randrange(len(data) - 300 if at % 2 else 4, len(data))] = draw.randrange(256)
        (tmp_path / "bears.zip").write_bytes(broken)
        try:
            assert unpack_photos(tmp_path / "bears.zip", tmp_path / f"out{at}", keep_good=True).n_photos > 0
        except InputError:
            n_refused += 1
    assert n_refused > 30


# Names.

RISKY = "<img src=x onerror=alert(1)>"
CLASSES = {
    RISKY: RISKY,
    "🐻 bär": "🐻 bär",
    "ours à lunettes": "ours à lunettes",
    "a\u202eb": "ab",
    "tab\there": "tabhere",
    "  spaced  ": "spaced",
    "x" * 10_000: "x" * MAX_LABEL_CHARACTERS,
    "🐻" * 10_000: "🐻" * 50,
    "note: bears": "note: bears",
    "ends with a dot.": "ends with a dot",
    "\u202e": "class",
    "\0": "class",
    "\u202e..": "class",
}


@pytest.mark.parametrize("name", CLASSES, ids=lambda name: ascii(name)[:40])
def test_names_of_classes(tmp_path: Path, name: str) -> None:
    zipped = raw_zip([*(stored(*pair) for pair in bears().items()), stored(f"{name}/1.jpg", photo(7))])
    report, out = unpack(tmp_path, zipped)
    label = CLASSES[name]
    assert out == {**bears(), f"{label}/1.jpg": photo(7)}
    renamed = any(
        note.startswith("Names of classes that were shortened or cleaned:") for note in report.notes
    )
    assert renamed == (name != label)
    assert all(len(note) < 250 for note in report.notes)
    assert label in read_photos(tmp_path / "out").vocab


def test_a_folder_that_hides_is_no_class(tmp_path: Path) -> None:
    report, out = unpack(tmp_path, named("..\0/1.jpg"))
    assert out == bears()
    assert report.n_skipped == 1


def test_long_names_stay_different(tmp_path: Path) -> None:
    long = "x" * 10_000
    _, out = unpack(tmp_path, raw_zip([stored(f"{long}{end}/1.jpg", photo(end)) for end in (0, 1)]))
    short = "x" * MAX_LABEL_CHARACTERS
    assert out == {f"{short}/1.jpg": photo(0), f"{short} (2)/1.jpg": photo(1)}


def test_accents_written_in_two_ways_are_one_class(tmp_path: Path) -> None:
    _, out = unpack(tmp_path, good_zip({"b\u00e4r/1.jpg": photo(0), "ba\u0308r/2.jpg": photo(1)}))
    assert out == {"b\u00e4r/1.jpg": photo(0), "b\u00e4r/2.jpg": photo(1)}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("gpj.\u202eevil.jpg", "gpj.evil.jpg"),
        ("a\0b.jpg", "ab.jpg"),
        ("BEAR.JPEG", "BEAR.jpg"),
        ("bear", "bear.jpg"),
        ("bear.php", "bear.jpg"),
        ("🐻.jpg", "🐻.jpg"),
        ("x" * 5000 + ".jpg", "x" * 200 + ".jpg"),
        ("\u202e.jpg", "photo.jpg"),
        ('"><script>.jpg', '"><script>.jpg'),
    ],
    ids=lambda name: ascii(name)[:40],
)
def test_names_of_photos(tmp_path: Path, name: str, safe: str) -> None:
    _, out = unpack(tmp_path, named(f"black/{name}"))
    assert out == {**bears(), f"black/{safe}": photo(9)}


def test_names_that_become_the_same_stay_apart(tmp_path: Path) -> None:
    names = ["a.jpg", "A.jpg", "a.jpeg", "a (2).jpg", "a\u202e.jpg"]
    _, out = unpack(tmp_path, raw_zip([stored(f"black/{name}", photo(at)) for at, name in enumerate(names)]))
    assert sorted(out.values()) == sorted(map(photo, range(5)))
    assert len({name.casefold() for name in out}) == 5


def test_the_last_of_many_of_one_name_takes_no_more_than_the_first(tmp_path: Path) -> None:
    def steps(n: int) -> int:
        (tmp_path / "bears.zip").write_bytes(raw_zip([stored("black/1.jpg", photo()) for _ in range(n)]))
        return n_calls(lambda: unpack_photos(tmp_path / "bears.zip", tmp_path / str(n)))

    assert steps(1000) < 12 * steps(100)
    assert len(files(tmp_path / "1000")) == 1000


def test_windows_separators(tmp_path: Path) -> None:
    zipped = raw_zip(
        [stored(name.replace("/", "\\"), content) for name, content in bears(wrap="set/").items()]
    )
    assert unpack(tmp_path, zipped)[1] == bears()


def test_each_kind_gets_its_suffix(tmp_path: Path) -> None:
    kinds = {".png": "PNG", ".webp": "WEBP", ".jpg": "JPEG"}
    photos = {f"black/{suffix[1:]}.dat": saved(scene(), kind) for suffix, kind in kinds.items()}
    _, out = unpack(tmp_path, good_zip(photos))
    assert sorted(out) == ["black/jpg.jpg", "black/png.png", "black/webp.webp"]


def test_the_photos_beside_the_project(tmp_path: Path, require) -> None:
    paths = sorted(require("bears").rglob("*.jpg"))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in paths:
            archive.write(path, f"bears/{path.parent.name}/{path.name}")
    report, out = unpack(tmp_path, file.getvalue())
    assert report.n_photos == len(paths) == len(out)
    assert {f"{path.parent.name}/{path.name}" for path in paths} == set(out)
