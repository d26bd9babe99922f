"""The folders of a process: whose they are, and that they go with it, however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from shared import scratch
from tests.conftest import ROOT

_CHILD = """
import sys, time
from shared import scratch
folder = scratch.new_folder("photos")
(folder / "photo.jpg").write_bytes(b"x")
print(folder, flush=True)
{then}
"""


def run_child(then: str, temp: Path, **more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD.format(then=then)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temp), **more},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_process_that_ends_leaves_nothing(tmp_path: Path) -> None:
    child = run_child("", tmp_path)
    printed, _ = child.communicate(timeout=30)
    assert printed.startswith(str(tmp_path / "lessons-"))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_at_the_next_start_and_no_living_ones(tmp_path: Path) -> None:
    living, killed = (run_child("time.sleep(60)", tmp_path) for _ in range(2))
    try:
        kept, left = (Path(child.stdout.readline().strip()) for child in (living, killed))
        killed.kill()
        killed.wait()
        assert (left / "photo.jpg").exists()
        other = tmp_path / "lessons-of-somebody-else"
        other.mkdir()
        third = run_child("", tmp_path)
        third.communicate(timeout=30)
        assert not left.parent.exists()
        assert (kept / "photo.jpg").exists()
        assert other.exists()  # it says of nobody that it is theirs
    finally:
        living.kill()
        living.wait()


def test_everything_goes_at_once_and_in_order(temp: Path) -> None:
    folder, seen = scratch.new_folder("photos"), []
    scratch.at_end(lambda: seen.append(folder.exists()))
    with scratch.temporary_folder("zip") as name:
        assert Path(name).parent == folder.parent == scratch.own_folder()
        with scratch.in_use(), scratch.in_use():
            pass
        assert not folder.parent.exists()
    assert seen == [True]
    assert scratch.own_folder() != folder.parent  # whoever goes on gets a new one
    scratch.close()
    assert seen == [True]
    assert list(temp.iterdir()) == []


def test_nothing_goes_while_another_app_of_the_process_is_served(temp: Path) -> None:
    with scratch.in_use():
        folder = scratch.new_folder("photos")
        with scratch.in_use():
            pass
        assert folder.exists()
    assert not folder.exists()


def test_only_its_owner_reads_it(temp: Path) -> None:
    assert scratch.own_folder().stat().st_mode & 0o077 == 0
    scratch.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_takes_nothing_from_its_parent(temp: Path) -> None:
    folder = scratch.new_folder("photos")
    if (child := os.fork()) == 0:
        scratch.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert folder.exists()
    scratch.close()


def test_a_signal_in_the_middle_is_no_end(tmp_path: Path) -> None:
    """Killed by SIGTERM without a server, a process leaves its folder; the next start finds it."""
    child = run_child("time.sleep(60)", tmp_path)
    left = Path(child.stdout.readline().strip())
    child.send_signal(signal.SIGTERM)
    child.wait()
    assert left.exists()
    run_child("", tmp_path).communicate(timeout=30)
    assert list(tmp_path.iterdir()) == []
