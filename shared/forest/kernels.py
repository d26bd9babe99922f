"""Which loops answer: the compiled ones when they are ready, numpy's until then.

Compiling takes seconds the first time, and nobody should wait for it. An app calls `prepare()` as it starts.
Until the compiled loops are there, the same functions in numpy answer the same, some ten times slower.

    prepare()                       # returns at once, compiles in the background
    is_ready()                      # False, and True a little later
    current().add_predictions(...)  # from shared.forest.compiled or from shared.forest.plain

Machine code is kept between runs: in `NUMBA_CACHE_DIR` when that is set, else beside the source, else in the
user's own cache, else in a temporary folder of this process.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import TypeVar

import numpy as np

from shared.device import count_threads
from shared.forest import plain
from shared.garbage import keep_for_good
from shared.scratch import new_folder

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_starting = threading.Lock()
_thread: threading.Thread | None = None
_compiled: ModuleType | None = None  # set once, when everything in it is compiled


def prepare(*, wait: bool = False) -> None:
    """Compile the loops in the background, or read them from disk. Calling it again does nothing.

    When numba is missing or fails, a warning is logged and numpy's loops go on answering.

    Args:
        wait: return only when they are ready, or have failed.
    """
    global _thread
    with _starting:
        if _thread is None:
            _thread = threading.Thread(target=_import_compiled, name="compile-forest", daemon=True)
            _thread.start()
    if wait:
        _thread.join()


def is_ready() -> bool:
    """Say whether the compiled loops answer by now."""
    return _compiled is not None


def current() -> ModuleType:
    """Give the module whose loops answer now. Ask once for each computation."""
    return _compiled or plain


def share_out(work: Callable[[int, int], _T], n: int, *, fewest: int = 1) -> list[_T]:
    """Call `work(start, stop)` for parts of range(n), one in each thread, and give the results in order.

    The compiled loops release Python's lock, so the threads run at the same time.

    Args:
        work: takes where a part begins and ends.
        n: how many there are.
        fewest: of these in a part; less is not worth starting a thread, which waits for all others to start.
    """
    n_parts = max(1, min(n // max(1, fewest), count_threads()))
    ends = np.linspace(0, n, n_parts + 1).astype(int).tolist()
    if n_parts == 1:
        return [work(0, n)]
    with ThreadPoolExecutor(n_parts) as pool:
        return list(pool.map(work, ends[:-1], ends[1:]))


def _import_compiled() -> None:
    global _compiled
    try:
        import numba  # noqa: F401

        try:
            from shared.forest import compiled
        except Exception:
            # Nowhere to keep the machine code, a full disk, or a damaged file from an earlier run.
            _log.info("Compiling again, into a temporary folder.", exc_info=True)
            _use_temporary_cache()
            from shared.forest import compiled
        keep_for_good()
        _compiled = compiled
    except Exception:  # whatever stops numba must not stop the app
        _log.warning("The fast loops could not be compiled: numpy's answer in their place.", exc_info=True)


def _use_temporary_cache() -> None:
    import numba.core.config as settings

    settings.CACHE_DIR = str(new_folder("numba"))  # type: ignore[attr-defined]  # made as it is imported
