"""Where trained models come from, against a local Hub that the real client talks to."""

import bz2
import errno
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import huggingface_hub
import numpy as np
import pytest

from shared import artifacts, limits
from shared.artifacts import hub
from shared.errors import InputError
from tests.servers.hub import LocalHub, find_closed_port

ROOT = Path(__file__).resolve().parents[3]
REPO = "someone/films"
CARD = "---\nlicense: apache-2.0\n---\n# Films\n"
TENSORS = {"films": np.arange(600, dtype=np.float32).reshape(30, 20), "bias": np.float32([0.5, -0.5])}


def make_folder(folder: Path, mark: str, **extra: Any) -> Path:
    artifacts.save(
        folder, config={"mark": mark, **extra}, tensors=TENSORS, card=CARD, extra_files={"a.csv": b"1"}
    )
    return folder


def read_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="session")
def hub_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return read_files(make_folder(tmp_path_factory.mktemp("hub") / "films", "hub"))


class Setup:
    """A project with one bundled model, an empty cache, and whatever the test sets."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        self._monkeypatch = monkeypatch
        make_folder(folder / "bundled", "bundled")
        (folder / "artifacts").mkdir()
        monkeypatch.setattr(artifacts, "MANIFEST", folder / "artifacts" / "artifacts.toml")
        monkeypatch.setenv("HF_HUB_CACHE", str(self.cache))
        self.pin()
        self.go_offline(False)

    def pin(self, repo_id: str | None = None, revision: str = "") -> None:
        text = '[my-films]\nbundled = "bundled"\n'
        if repo_id:
            text += f'repo_id = "{repo_id}"\nrevision = "{revision}"\n'
        artifacts.MANIFEST.write_text(text)

    def choose(self, value: str | Path) -> None:
        self._monkeypatch.setenv("LESSONS_MY_FILMS_MODEL", str(value))

    def ask(self, url: str) -> None:
        self._monkeypatch.setenv("HF_ENDPOINT", url)

    def go_offline(self, offline: bool) -> None:
        self._monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", offline)

    def wait_at_most(self, *, answer: float, whole: float) -> None:
        self._monkeypatch.setattr(limits, "HUB_ANSWER_SECONDS", answer)
        self._monkeypatch.setattr(limits, "HUB_WAIT_SECONDS", whole)

    def load(self) -> artifacts.Artifact:
        artifacts.clear_loaded()
        return artifacts.load("my-films")


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setup]:
    yield Setup(tmp_path, monkeypatch)
    artifacts.clear_loaded()


@pytest.fixture
def local_hub(setup: Setup, hub_files: dict[str, bytes]) -> Iterator[LocalHub]:
    """The Hub with one good model, pinned in the manifest."""
    with LocalHub() as server:
        setup.ask(server.url)
        setup.pin(REPO, server.add_commit(REPO, hub_files))
        yield server
    assert server.violations == []


def assert_bundled(artifact: artifacts.Artifact, *words: str) -> None:
    """The model that comes with the project answers, and one plain sentence says why and what to do."""
    assert artifact.source == "bundled"
    assert artifact.config["mark"] == "bundled"
    np.testing.assert_array_equal(artifact.tensors()["films"], TENSORS["films"])
    notice = artifact.notice or ""
    assert "so this app uses the model that comes with it; " in notice
    assert notice.count(". ") == 0
    assert notice.endswith(".")
    assert str(artifact.folder.parent) not in notice  # no path of the server
    for word in words:
        assert word in notice


def assert_from_hub(artifact: artifacts.Artifact, mark: str = "hub") -> None:
    assert (artifact.source, artifact.notice, artifact.config["mark"]) == ("hub", None, mark)
    np.testing.assert_array_equal(artifact.tensors()["films"], TENSORS["films"])
    assert artifact.path("a.csv").read_bytes() == b"1"


# ---- without the Hub: bundled, an explicit folder, once per process --------------------------------------


def test_bundled_model_is_the_default(setup: Setup) -> None:
    artifact = setup.load()
    assert (artifact.name, artifact.source, artifact.notice) == ("my-films", "bundled", None)
    assert artifact.tensors()["films"].shape == (30, 20)
    assert artifact.path("README.md").read_text() == CARD


def test_two_threads_load_once(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    find = artifacts._find

    def slow_find(name: str) -> artifacts.Artifact:
        calls.append(name)
        time.sleep(0.05)
        return find(name)

    monkeypatch.setattr(artifacts, "_find", slow_find)
    artifacts.clear_loaded()
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(artifacts.load, ["my-films"] * 8))
    assert calls == ["my-films"]
    assert all(one is loaded[0] for one in loaded)


def test_explicit_folder_comes_first(setup: Setup, local_hub: LocalHub) -> None:
    setup.choose(make_folder(setup.folder / "mine", "mine"))
    artifact = setup.load()
    assert (artifact.source, artifact.config["mark"], artifact.notice) == ("folder", "mine", None)
    assert local_hub.requests == []


def _change_model(folder: Path) -> None:
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)


def _set_files(folder: Path, files: object) -> None:
    (folder / "config.json").write_text(json.dumps({"files": files}))


SHA = "0" * 64
WRONG_FOLDERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "no config.json"),
    "config is a folder": (
        lambda f: ((f / "config.json").unlink(), (f / "config.json").mkdir()),
        "no config.json",
    ),
    "config cut in half": (lambda f: (f / "config.json").write_text('{"files": {'), "not JSON"),
    "config is not text": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe\x00"), "not JSON"),
    "config is nested": (lambda f: (f / "config.json").write_text("[" * 100_000), "not JSON"),
    "config is a list": (lambda f: (f / "config.json").write_text("[]"), "not a table"),
    "config is huge": (lambda f: (f / "config.json").write_text(" " * 1_100_000), "larger than 1 MB"),
    "config lists nothing": (lambda f: _set_files(f, {}), "does not list its files"),
    "files is a list": (lambda f: _set_files(f, ["model.safetensors"]), "does not list its files"),
    "too many files": (
        lambda f: _set_files(f, {"model.safetensors": SHA, **{f"f{i}.csv": SHA for i in range(20)}}),
        "more than 20 files",
    ),
    "hash is no hash": (lambda f: _set_files(f, {"model.safetensors": "abc"}), "no sha256"),
    "model is missing": (lambda f: (f / "model.safetensors").unlink(), "model.safetensors is missing"),
    "model is changed": (_change_model, "model.safetensors is damaged"),
    "card is changed": (lambda f: (f / "README.md").write_text("hello"), "README.md is damaged"),
    "a pickle beside it": (lambda f: (f / "export.pkl").write_bytes(b""), "could run code"),
    "torch weights beside it": (lambda f: (f / "Model.PTH").write_bytes(b""), "could run code"),
}


@pytest.mark.parametrize("case", WRONG_FOLDERS)
def test_wrong_folder_is_visible_and_the_app_still_answers(
    setup: Setup, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_folder(setup.folder / "mine", "mine")
    spoil, words = WRONG_FOLDERS[case]
    spoil(folder)
    setup.choose(folder)
    assert_bundled(setup.load(), words)
    assert [r.levelname for r in caplog.records][-1] == "ERROR"
    assert str(folder) in caplog.text  # the operator is told which setting it was


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "..", "a/b.csv", "C:\\x.csv", "..\\x.csv", "a\x00.csv", "", ".env",
     "config.json", "CONFIG.json", "x" * 200, "\u202egpj.csv", "a..b", "a\n.csv"],
)  # fmt: skip
def test_config_cannot_name_a_file_elsewhere(
    setup: Setup, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(setup.folder / "mine", "mine")
    good = json.loads((folder / "config.json").read_text())["files"]
    _set_files(folder, {name: SHA, **good})
    opened: list[str] = []
    real_open = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *a, **k: opened.append(str(self)) or real_open(self, *a, **k)
    )
    setup.choose(folder)
    assert_bundled(setup.load(), "names a file that is not allowed")
    assert not [path for path in opened if "passwd" in path]


@pytest.mark.parametrize(
    "choice",
    ["/no/such/folder", "someone/films", "someone/films@", "@main", "a/b/c@main", "~nobody/x", "x" * 5000],
)
def test_choice_that_is_nothing(setup: Setup, choice: str) -> None:
    setup.choose(choice)
    assert_bundled(setup.load(), "neither a folder that exists nor a name like user/repo@revision")


def test_empty_choice_is_no_choice(setup: Setup) -> None:
    setup.choose(" ")
    assert setup.load().notice is None


def test_broken_bundled_model_is_an_error(setup: Setup) -> None:
    _change_model(setup.folder / "bundled")
    with pytest.raises(artifacts.ArtifactError, match=r"my-films that comes with the project .*fresh copy"):
        setup.load()
    with pytest.raises(KeyError):
        artifacts.load("no such table")


PICKLES = {
    "protocol 0 list": b"(lp0\nI1\na.",
    "protocol 0 call": b"cposix\nsystem\np0\n(Vid\np1\ntp2\nRp3\n.",
    "protocol 0 instance": b"(i__main__\nThing\np0\n.",
    "protocol 1 list": b"]q\x00(K\x01K\x02e.",
    "protocol 2": b"\x80\x02]q\x00.",
    "protocol 4": b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00].",
    "protocol 5": b"\x80\x05].",
    "zip": b"PK\x03\x04rest",
    "empty zip": b"PK\x05\x06" + bytes(18),
    "numpy file": b"\x93NUMPY\x01\x00",
    "tar": bytes(257) + b"ustar" + bytes(300),
    "pickle in a gzip": gzip.compress(b"\x80\x04]."),
    "old pickle in a gzip": gzip.compress(b"cposix\nsystem\n(Vid\ntR."),
    "bz2": bz2.compress(b"\x80\x04]."),
    "xz": lzma.compress(b"\x80\x04]."),
}


@pytest.mark.parametrize("case", PICKLES)
@pytest.mark.parametrize("filename", ["films.csv", "films.json", "second.safetensors", "films"])
def test_pickle_under_a_harmless_name(tmp_path: Path, case: str, filename: str) -> None:
    words = "does not hold tensors" if filename.endswith("tensors") else "could run code"
    with pytest.raises(artifacts.ArtifactError, match=words):
        artifacts.save(
            tmp_path / "out", config={}, tensors=TENSORS, card=CARD, extra_files={filename: PICKLES[case]}
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["a.pkl", "a.PKL", "a.pkl.gz", "a.pt", "a.bin", "a.joblib", "a.npz", "a.zip"]
)
def test_pickle_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="could run code"):
        artifacts.save(tmp_path / "out", config={}, tensors=TENSORS, card=CARD, extra_files={name: b"x"})


def test_gzip_of_a_table_is_fine_and_a_broken_one_is_not(tmp_path: Path) -> None:
    table = gzip.compress(b"movie_id,title\n1,Toy Story\n", mtime=0)
    extra = {"films.csv.gz": table}
    artifact = artifacts.save(tmp_path / "out", config={}, tensors=TENSORS, card=CARD, extra_files=extra)
    assert artifact.path("films.csv.gz").read_bytes() == table
    with pytest.raises(InputError, match="not a sound gzip"):
        artifacts.save(
            tmp_path / "out", config={}, tensors=TENSORS, card=CARD, extra_files={"films.csv.gz": table[:12]}
        )
    assert artifacts.read_folder(tmp_path / "out").config == artifact.config


def test_tensors_whose_first_bytes_look_like_a_pickle(tmp_path: Path) -> None:
    """A header of 640 bytes starts with 80 02, as a pickle of protocol 2 does."""
    for length in range(400, 700):
        folder = tmp_path / str(length)
        artifact = artifacts.save(folder, config={}, tensors={"x" * length: np.zeros(1)}, card=CARD)
        if artifact.path("model.safetensors").read_bytes()[:2] == b"\x80\x02":
            return
    pytest.fail("no header of 640 bytes was made")


# ---- writing ---------------------------------------------------------------------------------------------


def test_save_round_trip_and_same_bytes(tmp_path: Path) -> None:
    tensors = {
        "turned": np.arange(12.0).reshape(3, 4).T,
        "scalar": np.array(3, dtype=np.int64),
        "half": np.linspace(0, 1, 5).astype(np.float16),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "mask": np.array([True, False]),
    }
    config = {"rmse": np.float32(0.5), "interval": np.array([0.4, 0.6]), "title": "Amélie"}
    first = artifacts.save(
        tmp_path / "a", config=config, tensors=tensors, card=CARD, extra_files={"b.csv": b"x"}
    )
    turned_around = dict(reversed(tensors.items()))
    artifacts.save(tmp_path / "b", config=dict(reversed(config.items())), tensors=turned_around, card=CARD,
                   extra_files={"b.csv": b"x"})  # fmt: skip
    assert read_files(tmp_path / "a") == read_files(tmp_path / "b")
    loaded = first.tensors()
    assert loaded.keys() == tensors.keys()
    for name, value in tensors.items():
        assert (loaded[name].shape, loaded[name].dtype) == (value.shape, value.dtype)
        np.testing.assert_array_equal(loaded[name], value)
    assert sorted(first.config["files"]) == ["README.md", "b.csv", "model.safetensors"]
    assert (first.config["interval"], first.config["title"]) == ([0.4, 0.6], "Amélie")
    with pytest.raises(artifacts.ArtifactError, match=r"no file labels\.json"):
        first.path("labels.json")


def test_save_replaces_an_artifact_and_nothing_else(tmp_path: Path) -> None:
    make_folder(tmp_path / "out", "old")
    (tmp_path / "out" / "stale.txt").write_text("x")
    make_folder(tmp_path / "out", "new")
    assert artifacts.read_folder(tmp_path / "out").config["mark"] == "new"
    assert not (tmp_path / "out" / "stale.txt").exists()
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds other files"):
        make_folder(home, "new")
    assert read_files(home) == {"letter.txt": b"dear"}
    assert {path.name for path in tmp_path.iterdir()} == {"out", "home"}


def test_save_keeps_the_old_artifact_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path / "out", "old")

    def no_room(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(InputError, match="No space left on device"):
        make_folder(tmp_path / "out", "new")
    monkeypatch.undo()
    assert artifacts.read_folder(tmp_path / "out").config["mark"] == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"extra_files": {"a.csv": bytes(11 * limits.MB)}}, "a.csv would be larger than 10 MB"),
        ({"extra_files": {f"{i}a.csv": bytes(6 * limits.MB) for i in range(3)}}, "larger than 15 MB"),
        ({"max_file_mb": 0.001}, "larger than 0.001 MB"),
        ({"extra_files": {"../a.csv": b""}}, "not allowed"),
        ({"extra_files": {"config.json": b"{}"}}, "not allowed"),
        ({"config": {"rmse": float("nan")}}, "JSON"),
        ({"config": {"model": object()}}, "not JSON"),
        ({"tensors": {"a": np.array([None])}}, "only numbers"),
        ({"tensors": {"a": np.array(["x"])}}, "only numbers"),
    ],
)
def test_save_refuses(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        artifacts.save(tmp_path / "out", **{"config": {}, "tensors": TENSORS, "card": CARD, **changes})
    assert list(tmp_path.iterdir()) == []


def test_zip_holds_the_artifact_and_is_the_same_each_time(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", "mine")
    (folder / "notes.txt").write_text("not part of it")
    packed = artifacts.as_zip(folder, name="films")
    assert packed == artifacts.as_zip(folder, name="films")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "unpacked")
    unpacked = read_files(tmp_path / "unpacked" / "films")
    assert unpacked == {name: data for name, data in read_files(folder).items() if name != "notes.txt"}
    assert artifacts.read_folder(tmp_path / "unpacked" / "films").config["mark"] == "mine"


# ---- the Hub ---------------------------------------------------------------------------------------------


def test_hub_model_is_downloaded_once(setup: Setup, local_hub: LocalHub) -> None:
    artifact = setup.load()
    assert_from_hub(artifact)
    for name in ("config.json", "model.safetensors", "README.md", "a.csv"):
        assert local_hub.count("GET", f"/{name}") + (name == "model.safetensors") == 1
    assert [r.server for r in local_hub.requests if r.method == "GET"].count("cdn") == 1
    before = len(local_hub.requests)
    assert_from_hub(setup.load())
    assert len(local_hub.requests) == before  # a pinned commit in the cache asks nobody


def test_only_named_files_are_downloaded(
    setup: Setup, local_hub: LocalHub, hub_files: dict[str, bytes]
) -> None:
    files = {**hub_files, "pytorch_model.bin": b"\x80\x02.", "onnx.zip": b"PK\x03\x04", "big.csv": b"0" * 999}
    setup.pin(REPO, local_hub.add_commit(REPO, files))
    assert_from_hub(setup.load())
    assert not [r for r in local_hub.requests if "bin" in r.path or "zip" in r.path or "big" in r.path]


def test_named_pickle_on_the_hub_is_never_asked_for(setup: Setup, local_hub: LocalHub) -> None:
    config = {"files": {"model.safetensors": SHA, "export.pkl": SHA}}
    files = {"config.json": json.dumps(config).encode(), "model.safetensors": b"", "export.pkl": b"\x80\x02."}
    setup.pin(REPO, local_hub.add_commit(REPO, files))
    assert_bundled(setup.load(), "could run code")
    assert not [r for r in local_hub.requests if "config.json" not in r.path]


def test_config_on_the_hub_cannot_leave_the_folder(setup: Setup, local_hub: LocalHub) -> None:
    config = {"files": {"model.safetensors": SHA, "../../etc/passwd": SHA}}
    files = {"config.json": json.dumps(config).encode(), "model.safetensors": b""}
    setup.pin(REPO, local_hub.add_commit(REPO, files))
    assert_bundled(setup.load(), "names a file that is not allowed")
    assert not [r for r in local_hub.requests if "config.json" not in r.path]


@pytest.mark.parametrize("filename", ["config.json", "model.safetensors", "a.csv"])
@pytest.mark.parametrize("fault", ["wrong bytes", "short"])
def test_damaged_download_is_deleted_and_retried_once(
    setup: Setup, local_hub: LocalHub, hub_files: dict[str, bytes], filename: str, fault: Any
) -> None:
    local_hub.go_wrong(filename, fault, times=1)
    artifact = setup.load()
    assert_from_hub(artifact)
    assert artifact.path(filename).read_bytes() == hub_files[filename]


@pytest.mark.parametrize(
    ("fault", "words"), [("wrong bytes", "model.safetensors is damaged"), ("short", "arrived damaged twice")]
)
def test_damaged_twice(setup: Setup, local_hub: LocalHub, fault: Any, words: str) -> None:
    local_hub.go_wrong("model.safetensors", fault)
    assert_bundled(setup.load(), words)
    assert sum(r.server == "cdn" for r in local_hub.requests) == 2
    local_hub.recover()
    assert_from_hub(setup.load())  # the damaged file is not in the way


def test_damaged_cache_is_repaired(setup: Setup, local_hub: LocalHub, hub_files: dict[str, bytes]) -> None:
    artifact = setup.load()
    path = artifact.path("model.safetensors")
    path.resolve().write_bytes(b"\0" * 100)
    assert_from_hub(setup.load())
    assert path.read_bytes() == hub_files["model.safetensors"]


def test_wrong_hash_in_config(setup: Setup, local_hub: LocalHub, hub_files: dict[str, bytes]) -> None:
    config = json.loads(hub_files["config.json"])
    config["files"]["a.csv"] = SHA
    files = {**hub_files, "config.json": json.dumps(config).encode()}
    setup.pin(REPO, local_hub.add_commit(REPO, files))
    assert_bundled(setup.load(), "a.csv is damaged")
    assert local_hub.count("GET", "/a.csv") == 2


@pytest.mark.parametrize("filename", ["config.json", "model.safetensors"])
def test_hub_answers_503(setup: Setup, local_hub: LocalHub, filename: str) -> None:
    local_hub.go_wrong(filename, "503")
    assert_bundled(setup.load(), "answered with error 503", "restart the app")
    assert local_hub.count("HEAD", f"/{filename}") == 1  # no waiting for retries


@pytest.mark.parametrize("filename", ["config.json", "model.safetensors"])
def test_hub_hangs(setup: Setup, local_hub: LocalHub, filename: str) -> None:
    setup.wait_at_most(answer=0.3, whole=2)
    local_hub.go_wrong(filename, "hang")
    assert_bundled(setup.load(), "did not answer in time")


@pytest.mark.parametrize("fault", ["hang in GET", "cut off", "endless"])
def test_download_that_never_ends(setup: Setup, local_hub: LocalHub, fault: Any) -> None:
    setup.wait_at_most(answer=2, whole=0.5)
    local_hub.go_wrong("model.safetensors", fault)
    assert_bundled(setup.load(), "Hugging Face Hub within 0.5 seconds")


def test_slow_download_is_there_at_the_next_start(setup: Setup, local_hub: LocalHub) -> None:
    setup.wait_at_most(answer=2, whole=0.6)
    local_hub.go_wrong("model.safetensors", "cut off", times=1)  # the client resumes after one second
    others = set(threading.enumerate())
    assert_bundled(setup.load(), "may be ready when the app is restarted")
    for thread in set(threading.enumerate()) - others:
        if thread.name.startswith("hub "):
            thread.join(timeout=10)
    before = len(local_hub.requests)
    assert_from_hub(setup.load())
    assert len(local_hub.requests) == before


def test_download_behind_the_app_is_stopped_in_the_end(
    setup: Setup, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client alone resumes a large file for ever: each try brings a chunk of it."""
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 500)
    monkeypatch.setattr(limits, "HUB_GIVE_UP_SECONDS", 0.5)
    local_hub.go_wrong("model.safetensors", "cut off")
    assert_bundled(setup.load(), "took too long")


def test_more_bytes_than_announced(
    setup: Setup, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_LOADED_ARTIFACT_MB", 1)
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 2 * limits.MB)
    local_hub.go_wrong("model.safetensors", "endless")
    assert_bundled(setup.load(), "larger than allowed")


@pytest.mark.parametrize("filename", ["config.json", "model.safetensors"])
def test_large_file_is_refused_before_it_is_downloaded(
    setup: Setup, local_hub: LocalHub, filename: str
) -> None:
    local_hub.go_wrong(filename, "huge")
    assert_bundled(setup.load(), "larger than allowed")
    assert not [r for r in local_hub.requests if r.method == "GET" and filename in r.path]


def test_no_server_at_all(setup: Setup, local_hub: LocalHub) -> None:
    setup.ask(f"http://127.0.0.1:{find_closed_port()}")
    assert_bundled(setup.load(), "could not be reached", "check the connection")


def test_no_dns(setup: Setup, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that hangs is not covered by any timeout of the client."""
    is_over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: is_over.wait() and [])
    setup.ask("http://hub.invalid")
    setup.wait_at_most(answer=0.2, whole=2)
    assert_bundled(setup.load(), "did not answer in time")  # while it still hangs
    is_over.set()


def test_login_page_instead_of_the_hub(setup: Setup, local_hub: LocalHub) -> None:
    local_hub.go_wrong("config.json", "not a hub")
    assert_bundled(setup.load(), "Something other than the Hugging Face Hub answered")


def test_pinned_revision_is_gone(setup: Setup, local_hub: LocalHub, hub_files: dict[str, bytes]) -> None:
    commit = local_hub.add_commit(REPO, {**hub_files, "more.csv": b"2"})
    setup.pin(REPO, commit)
    local_hub.drop_commit(REPO, commit)
    assert_bundled(setup.load(), f"chosen version of {REPO} is no longer on the Hugging Face Hub")


def test_pinned_revision_is_gone_but_cached(setup: Setup, local_hub: LocalHub, hub_files: dict) -> None:
    assert_from_hub(setup.load())
    local_hub.drop_commit(REPO, local_hub.add_commit(REPO, hub_files))
    assert_from_hub(setup.load())


def test_repository_is_gone(setup: Setup, local_hub: LocalHub) -> None:
    setup.pin("someone/else", "1" * 40)
    assert_bundled(setup.load(), "someone/else does not exist on the Hugging Face Hub, or is private")


def test_file_is_missing_from_the_repository(setup: Setup, local_hub: LocalHub, hub_files: dict) -> None:
    files = {name: data for name, data in hub_files.items() if name != "a.csv"}
    setup.pin(REPO, local_hub.add_commit(REPO, files))
    assert_bundled(setup.load(), "A file is missing")


def test_private_repository(setup: Setup, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    local_hub.private.add(REPO)
    assert_bundled(setup.load(), "or is private", "HF_TOKEN")
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    assert_from_hub(setup.load())  # and the server would note a token sent to the CDN


@pytest.mark.parametrize("revision", ["main", "", "abc123", "A" * 40])
def test_manifest_must_pin_a_commit(setup: Setup, local_hub: LocalHub, revision: str) -> None:
    setup.pin(REPO, revision)
    assert_bundled(setup.load(), "not pinned to a full commit")
    assert local_hub.requests == []


def test_chosen_repository_comes_before_the_pinned_one(setup: Setup, local_hub: LocalHub) -> None:
    other = local_hub.add_commit("me/mine", read_files(make_folder(setup.folder / "mine", "mine")))
    setup.choose(f"me/mine@{other}")
    assert_from_hub(setup.load(), "mine")


def test_branch_is_followed_and_survives_without_the_hub(
    setup: Setup, local_hub: LocalHub, tmp_path: Path
) -> None:
    local_hub.add_commit("me/mine", read_files(make_folder(tmp_path / "one", "one")), branch="try/this")
    setup.choose("me/mine@try/this")
    assert_from_hub(setup.load(), "one")
    local_hub.add_commit("me/mine", read_files(make_folder(tmp_path / "two", "two")), branch="try/this")
    assert_from_hub(setup.load(), "two")
    local_hub.go_wrong("config.json", "503")
    assert_from_hub(setup.load(), "two")
    setup.go_offline(True)
    assert_from_hub(setup.load(), "two")


def test_offline_with_a_warm_cache(setup: Setup, local_hub: LocalHub) -> None:
    assert_from_hub(setup.load())
    before = len(local_hub.requests)
    setup.go_offline(True)
    assert_from_hub(setup.load())
    assert len(local_hub.requests) == before


def test_offline_with_a_cold_cache(setup: Setup, local_hub: LocalHub) -> None:
    setup.go_offline(True)
    assert_bundled(setup.load(), "set to work offline", "without HF_HUB_OFFLINE")
    assert local_hub.requests == []


def test_offline_with_a_damaged_cache(setup: Setup, local_hub: LocalHub) -> None:
    setup.load().path("model.safetensors").resolve().write_bytes(b"\0")
    setup.go_offline(True)
    assert_bundled(setup.load(), "damaged")


def test_hub_down_with_a_warm_cache(setup: Setup, local_hub: LocalHub) -> None:
    assert_from_hub(setup.load())
    before = len(local_hub.requests)
    for name in ("config.json", "model.safetensors", "README.md", "a.csv"):
        local_hub.go_wrong(name, "hang")
    assert_from_hub(setup.load())
    assert len(local_hub.requests) == before


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "no room left on the disk"), (errno.EROFS, "read-only"), (errno.EACCES, "read-only")],
)
def test_disk_is_full_or_read_only(
    setup: Setup, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    real_open = Path.open

    def refuse(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "w" in mode and setup.cache in self.parents:
            raise OSError(code, os.strerror(code), str(self))
        return real_open(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    assert_bundled(setup.load(), words)


def test_cache_folder_is_read_only(
    setup: Setup, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.cache.mkdir()
    setup.cache.chmod(0o500)
    if os.access(setup.cache, os.W_OK):  # root writes everywhere but in the system's own folders
        folder = "/sys/kernel" if sys.platform == "linux" else "/System"  # the latter is macOS
        monkeypatch.setenv("HF_HUB_CACHE", f"{folder}/lessons")
    assert_bundled(setup.load(), "read-only")


def test_cache_path_is_a_file(setup: Setup, local_hub: LocalHub) -> None:
    setup.cache.write_text("in the way")
    assert_bundled(setup.load())


def test_unforeseen_error_still_starts_the_app(
    setup: Setup, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("out of the blue")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    assert_bundled(setup.load(), "could not be loaded")
    assert "out of the blue" in caplog.text


def test_threads_share_one_download(setup: Setup, local_hub: LocalHub) -> None:
    artifacts.clear_loaded()
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(artifacts.load, ["my-films"] * 4))
    assert all(one is loaded[0] for one in loaded)
    assert local_hub.count("GET", "/config.json") == 1


def test_notice_is_kept_and_not_asked_again(setup: Setup, local_hub: LocalHub) -> None:
    local_hub.go_wrong("config.json", "503")
    first = setup.load()
    assert artifacts.load("my-films") is first
    assert len(local_hub.requests) == 1


# ---- in a process of its own, as an operator runs it ------------------------------------------------------


def run_python(code: str, **environment: str) -> str:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "LESSONS_"))} | environment
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_bundled_model_needs_no_hub_client(setup: Setup) -> None:
    code = (
        "import sys; from pathlib import Path; from shared import artifacts\n"
        f"artifacts.MANIFEST = Path({str(artifacts.MANIFEST)!r})\n"
        "artifacts.load('my-films').tensors()\n"
        "print([m for m in ('huggingface_hub', 'httpx2', 'torch', 'pandas', 'gradio') if m in sys.modules])"
    )
    assert run_python(code) == "[]"


def test_environment_of_the_real_client(setup: Setup, local_hub: LocalHub, hub_files: dict) -> None:
    """HF_ENDPOINT, HF_HOME and HF_HUB_OFFLINE as the client itself reads them when it is imported."""
    commit = local_hub.add_commit(REPO, hub_files)
    code = (
        "import logging; logging.disable(); from pathlib import Path; from shared import artifacts\n"
        f"artifacts.MANIFEST = Path({str(artifacts.MANIFEST)!r})\n"
        "print(artifacts.load('my-films').source)"
    )
    home = str(setup.folder / "home")
    environment = {
        "LESSONS_MY_FILMS_MODEL": f"{REPO}@{commit}",
        "HF_HOME": home,
        "HF_ENDPOINT": local_hub.url,
    }
    assert run_python(code, **environment, HF_HUB_OFFLINE="1") == "bundled"
    assert run_python(code, **environment) == "hub"
    before = len(local_hub.requests)
    assert run_python(code, **environment, HF_HUB_OFFLINE="1") == "hub"
    assert len(local_hub.requests) == before


def test_the_project_manifest() -> None:
    import tomllib

    for name, entry in tomllib.loads((ROOT / "shared" / "artifacts" / "artifacts.toml").read_text()).items():
        assert set(entry) <= {"bundled", "repo_id", "revision"}, name
        if "repo_id" in entry:
            assert hub.COMMIT.fullmatch(entry["revision"]), name
        folder = ROOT / "shared" / entry["bundled"]
        if folder.exists():
            artifacts.read_folder(folder, name=name, max_mb=limits.MAX_ARTIFACT_MB)
            assert all(
                path.stat().st_size < limits.MAX_ARTIFACT_FILE_MB * limits.MB for path in folder.iterdir()
            )
