"""Work for a Dask cluster instead of this machine, where the one who starts the app names a scheduler.

    python apps/forest.py --scheduler tcp://192.0.2.7:8786      # or LESSONS_DASK in the environment

    with on_cluster():                                          # without a scheduler: this machine's cores
        fit_forest(encoded)
    for draw in iterate_on_cluster(lambda: run_lottery(X, y, task="classification")):
        ...

joblib sends the jobs, so the numbers are those of this machine. It connects when there is something to do.
When the package, the scheduler or its workers are missing, that is logged and shown, this machine does the
work, and the next try is half a minute later.

The workers run the project's code: start them in its folder, `PYTHONPATH=. dask worker ADDRESS`. Dask sends
pickles and trusts everybody who can connect, so name only a scheduler of your own, on a network of your own.
"""

import importlib
import importlib.util
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from shared.errors import InputError

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
SCHEDULER_VARIABLE = "LESSONS_DASK"
LOST = "The cluster stopped answering. Try again: this machine does the work when the cluster cannot."
_PACKAGE = "distributed"  # imported by name: it is optional, and a Space needs no pin for it
_CONNECT_SECONDS, _RETRY_SECONDS = 5, 30
_SAME_EVERYWHERE = ("numpy", "sklearn")  # another version may give another forest


class Cluster:
    """One scheduler and the connection to it. Many threads may ask at once."""

    def __init__(self, address: str) -> None:
        """Remember an address, such as "tcp://192.0.2.7:8786"; empty for no cluster. Nothing is connected."""
        self.address = address.strip()
        self._client: Any = None
        self._problem, self._size, self._next_try = "", "", 0.0
        self._lock = threading.Lock()

    def find_client(self) -> Any:
        """Give Dask's client, connected when that is due; None when this machine has to do the work."""
        if not self.address:
            return None
        with self._lock:
            if self._client is not None and not _count_threads(self._client):
                self._leave(f"The Dask cluster at {self.address} stopped answering.")
            if self._client is None and time.monotonic() >= self._next_try:
                self._connect()
            return self._client

    def describe(self) -> str:
        """Say in one sentence where the work was done last; empty without a cluster or before the first."""
        if self._client is not None:
            return f"On the Dask cluster: {self._size}."
        return f"{self._problem} This machine does the work." if self._problem else ""

    def close(self) -> None:
        """Leave the cluster, which goes on without us."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close(timeout=_CONNECT_SECONDS)

    @contextmanager
    def plain_loss(self) -> Iterator[None]:
        """Say in plain words when the cluster is lost in the middle; any other mistake stays what it is.

        Raises:
            InputError: it is lost.
        """
        client = self._client
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            is_dasks = type(error).__module__.partition(".")[0] == _PACKAGE
            if client is None or not (is_dasks or not _count_threads(client)):
                raise
            with self._lock:
                if self._client is client:
                    self._leave(f"The Dask cluster at {self.address} stopped answering.")
            raise InputError(LOST) from error

    def _connect(self) -> None:
        where = f"The Dask scheduler at {self.address}"
        if importlib.util.find_spec(_PACKAGE) is None:
            self._leave(
                "For a cluster, the package `distributed` must be installed: pip install --group cluster."
            )
            return
        try:
            self._client = importlib.import_module(_PACKAGE).Client(
                self.address, timeout=_CONNECT_SECONDS, set_as_default=False
            )
            workers = self._client.run(greet, on_error="return")
        except Exception:
            _log.info("No connection to %s", self.address, exc_info=True)
            self._leave(f"{where} cannot be reached.")
            return
        if not workers:
            self._leave(f"{where} has no workers.")
        elif any(isinstance(answer, BaseException) for answer in workers.values()):
            self._leave(f"{where} has workers that cannot import this project: start them in its folder.")
        elif other := _other_versions(workers.values()):
            self._leave(f"{where} has workers with another {other}: install the same version there.")
        elif _count_threads(self._client) < 2:  # joblib would keep all jobs here, and we would say otherwise
            self._leave(f"{where} has one thread in all, which is no faster: start more workers.")
        else:
            workers_text = "1 worker" if len(workers) == 1 else f"{len(workers):,} workers"
            self._size = f"{workers_text}, {_count_threads(self._client):,} threads"
            self._problem = ""
            _log.info("%s: %s", self.address, self._size)

    def _leave(self, problem: str) -> None:
        """Give up the connection for a while, and say why where it is seen."""
        client, self._client = self._client, None
        self._next_try = time.monotonic() + _RETRY_SECONDS
        if problem != self._problem:  # said once, not at every try
            _log.warning("%s This machine does the work.", problem)
        self._problem = problem
        if client is not None:
            # Closing waits for a scheduler that may be gone; nobody else has to.
            threading.Thread(target=client.close, args=(_CONNECT_SECONDS,), daemon=True).start()


_cluster: Cluster | None = None


def use_scheduler(address: str | None) -> None:
    """Name the scheduler whose cluster works from now on, in place of `LESSONS_DASK`.

    Args:
        address: such as "tcp://192.0.2.7:8786"; empty for this machine; None for what the variable says.
    """
    global _cluster
    earlier, _cluster = _cluster, None if address is None else Cluster(address)
    if earlier is not None:
        earlier.close()


@contextmanager
def on_cluster() -> Iterator[None]:
    """Let joblib's jobs inside run on the cluster; on all cores here, when none is named or can be reached.

    Not to be left open over the `yield` of a generator: what holds inside is bound to the thread.

    Raises:
        InputError: the cluster was lost in the middle.
    """
    from joblib import parallel_config

    cluster = _current()
    client = cluster.find_client()
    if client is None:
        with parallel_config(backend="threading", n_jobs=-1):
            yield
        return
    with cluster.plain_loss(), parallel_config(backend="dask", client=client):
        yield


def iterate_on_cluster(start: Callable[[], Iterator[_T]]) -> Iterator[_T]:
    """Give one result after the other of work that begins on the cluster and goes on there.

    Args:
        start: begins the work and returns at once; the next results may be asked for in any thread.

    Raises:
        InputError: the cluster was lost in the middle.
    """
    with on_cluster():
        results = start()
    with _current().plain_loss():
        yield from results


def has_cluster() -> bool:
    """Say whether a cluster does the work: it is named and answers, or this is one of its workers."""
    distributed = sys.modules.get(_PACKAGE)
    if distributed is not None:
        try:
            distributed.get_worker()
        except ValueError:
            pass
        else:
            return True
    return _current().find_client() is not None


def describe_cluster() -> str:
    """Say in one sentence where the work was done last; empty when nobody named a scheduler."""
    return _current().describe()


def greet() -> dict[str, str]:
    """Tell a worker's versions; its compiled loops get ready meanwhile. Runs in each worker."""
    from shared.forest.kernels import prepare

    prepare()
    return {name: importlib.import_module(name).__version__ for name in _SAME_EVERYWHERE}


def _current() -> Cluster:
    global _cluster
    if _cluster is None:
        _cluster = Cluster(os.environ.get(SCHEDULER_VARIABLE, ""))
    return _cluster


def _other_versions(answers: Any) -> str:
    """Name the packages whose version differs from ours in some worker."""
    ours = {name: importlib.import_module(name).__version__ for name in _SAME_EVERYWHERE}
    different = {name for answer in answers for name in ours if answer[name] != ours[name]}
    return " and ".join(sorted(different)).replace("sklearn", "scikit-learn")


def _count_threads(client: Any) -> int:
    """Count what can work at a time; 0 when the scheduler or all workers are gone."""
    if client.status != "running":
        return 0
    try:
        return sum(client.ncores().values())
    except Exception:  # it went away while it was asked
        return 0
