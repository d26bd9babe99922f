"""Everything that a process puts on the disk for a while, in a folder of its own that goes when it ends.

However it ends: `close` empties it when a server is told to stop and when Python ends. For a process that was
killed, the next one to start removes what it left. Each keeps a lock on a file in its folder, and the system
drops that lock with the process, so that nobody takes a living one's files.

    folder = new_folder("photos")                    # <temp>/lessons-x1y2/photos-a3b4
    with temporary_folder("zip") as name: ...        # gone after the block
    at_end(runs.close)                               # before the folders go
"""

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: a killed process's folder stays until somebody empties the temporary folder
    fcntl = None  # type: ignore[assignment]

PREFIX = "lessons-"
_OWNER = "owner"  # the file that is locked

_lock = threading.RLock()
_held: dict[Path, tuple[Path, IO[bytes], int]] = {}  # by parent: the folder, its lock, and the process
_ends: list[Callable[[], object]] = []
_n_users = 0


def own_folder(parent: str | Path | None = None) -> Path:
    """Give this process's folder. The first time it is made, and those whose processes are gone are removed.

    Args:
        parent: where it lies; by default in the system's folder for temporary files.
    """
    place = Path(parent or tempfile.gettempdir()).resolve()
    with _lock:
        folder, _, process = _held.get(place, (None, None, 0))
        if folder is None or process != os.getpid() or not (folder / _OWNER).exists():
            place.mkdir(parents=True, exist_ok=True)
            folder, owner = _claim(place)
            _held[place] = folder, owner, os.getpid()
            _remove_left(place)
    return folder


def new_folder(kind: str) -> Path:
    """Make an empty folder; it stays until it is removed or the process ends.

    Args:
        kind: what it is for; its name begins so.
    """
    return Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=own_folder()))


def temporary_folder(kind: str) -> "tempfile.TemporaryDirectory[str]":
    """Make an empty folder that goes at the end of a `with` block.

    Args:
        kind: what it is for; its name begins so.
    """
    return tempfile.TemporaryDirectory(prefix=f"{kind}-", dir=own_folder(), ignore_cleanup_errors=True)


def at_end(callback: Callable[[], object]) -> None:
    """Have something done before the folders go, such as ending the work that fills them."""
    with _lock:
        _ends.append(callback)


@contextlib.contextmanager
def in_use() -> Iterator[None]:
    """Serve an app in this block. After the last of them, everything goes."""
    global _n_users
    with _lock:
        _n_users += 1
    try:
        yield
    finally:
        with _lock:
            _n_users -= 1
            is_last = _n_users == 0
        if is_last:
            close()


def close() -> None:
    """End what fills the folders, and remove them; whoever needs one afterwards gets a new one."""
    with _lock:
        ends = [*_ends]
        _ends.clear()
    for end in ends:
        end()
    with _lock:
        for folder, owner, process in _held.values():
            if process == os.getpid():  # a forked process knows its parent's
                shutil.rmtree(folder, ignore_errors=True)
            owner.close()
        _held.clear()


atexit.register(close)


def _claim(parent: Path) -> tuple[Path, IO[bytes]]:
    """Make a folder, and lock it before anybody can see that it has an owner."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    unseen = folder / "new"
    owner = unseen.open("wb")
    if fcntl is not None:
        fcntl.flock(owner, fcntl.LOCK_EX)
    unseen.rename(folder / _OWNER)
    return folder, owner


def _remove_left(parent: Path) -> None:
    """Remove the folders whose owners are gone; all others are locked."""
    if fcntl is None:
        return
    for path in parent.glob(f"{PREFIX}*/{_OWNER}"):
        with contextlib.suppress(OSError), path.open("r+b") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.parent, ignore_errors=True)
