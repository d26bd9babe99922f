"""Runs a Space of the local Hub for real: checks a commit out, builds it, starts it, and watches it.

One thread for each Space takes its newest wish. While it builds, the old process goes on serving and the
stage is RUNNING_BUILDING, as on the Hub; the new one takes over when it answers. A process that ends makes
the stage RUNTIME_ERROR, and its output is the log.

    space = Space(hub, repository, {"hardware": "cpu-basic"})
    space.wake()          # after a commit or a changed setting
    space.describe_runtime()["stage"]
    space.end()
"""

import http.client
import os
import re
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.run_staged import AS_SPACE, ENDS_WITH_STDIN
from tests.servers.spaces_hub_door import Door
from tests.servers.spaces_hub_files import Commit, Repository
from tests.servers.spaces_hub_guard import IN_EVERY_SPACE, write_guard
from tests.servers.spaces_hub_process import Log, Process, now
from tests.servers.spaces_hub_rules import (
    FREE_SLEEP_SECONDS,
    ZERO_HARDWARE,
    ZERO_PYTHON,
    BuildError,
    check_requirements,
    is_paid,
    read_front_matter,
)
from tests.waiting import turns

if TYPE_CHECKING:
    from tests.servers.spaces_hub import SpacesHub

_ALIVE = ("RUNNING", "RUNNING_BUILDING", "RUNNING_APP_STARTING")
_POLL_SECONDS = 0.05
_DEFAULT_STARTUP = "30m"


class _Superseded(Exception):
    """Something newer is wanted."""


class _Stopped(Exception):
    """The Space does not come up."""

    def __init__(self, stage: str, message: str) -> None:
        super().__init__(message)
        self.stage = stage


class Space:
    """What belongs to a Space beside its files.

    Attributes:
        secrets: values by name; the Hub never gives them back.
        variables: values by name.
        notes: descriptions by name, of secrets and variables.
        changed: when each secret and variable was set.
        volumes: as they were sent.
        requested: the hardware that was asked for.
        sleep_time: in seconds; None when nothing was asked for.
        stage: one of the Hub's words.
        url: where it is served, whichever process does it.
    """

    def __init__(self, hub: "SpacesHub", repo: Repository, body: dict[str, Any]) -> None:
        self.repo = repo
        self.secrets: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.notes: dict[str, str | None] = {}
        self.changed: dict[str, str] = {}
        self.volumes: list[dict[str, Any]] = []
        self.requested: str = body.get("hardware") or "cpu-basic"
        self.sleep_time: int | None = body.get("sleepTimeSeconds")
        self.stage = "NO_APP_FILE"
        self._door = Door()
        self.url = self._door.url
        self.build_log, self.run_log = Log(), Log()
        for log in (self.build_log, self.run_log):
            log.close()
        self._hub = hub
        self._current: str | None = None
        self._sha: str | None = None
        self._error: str | None = None
        self._error_sha: str | None = None
        self._built: tuple[str, str] | None = None
        self._home: Path | None = None
        self._process: Process | None = None
        self._wish = 0
        self._is_paused = False
        self._wake = threading.Event()
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    # What others may ask and want

    def describe_runtime(self) -> dict[str, Any]:
        """The Hub's answer to what the Space is doing."""
        is_alive = self.stage in _ALIVE or self._process is not None
        sleep = self.sleep_time if is_paid(self.requested) else FREE_SLEEP_SECONDS
        runtime: dict[str, Any] = {
            "stage": self.stage,
            "hardware": {"current": self._current if is_alive else None, "requested": self.requested},
            "storage": None,
            "gcTimeout": sleep,
            "replicas": {"current": int(is_alive), "requested": 1},
            "devMode": False,
            "domains": [{"domain": self.url.removeprefix("http://"), "stage": "READY"}],
        }
        if self.volumes:
            runtime["volumes"] = self.volumes
        if is_alive:
            runtime["sha"] = self._sha
        if self._error is not None:
            runtime["errorMessage"] = self._error
            if self._hub.errors_name_commit and not is_alive:
                runtime["sha"] = self._error_sha
        return runtime

    def describe(self) -> dict[str, Any]:
        """What the Space adds to the description of its repository."""
        metadata = self.repo.metadata()
        return {
            "sdk": metadata.get("sdk"),
            "host": self.url,
            "subdomain": self.repo.id.replace("/", "-").lower(),
            "runtime": self.describe_runtime(),
            "models": metadata.get("models", []),
            "datasets": metadata.get("datasets", []),
        }

    @property
    def pid(self) -> int | None:
        """The process that serves the Space now."""
        return self._process.pid if self._process else None

    def wake(self, *, restart: bool = False, factory: bool = False) -> None:
        """Take the newest commit and settings into account; a paused Space only when it is restarted.

        Args:
            restart: whether the owner asked for it.
            factory: build again even when nothing changed.
        """
        if self._is_paused and not restart:
            return
        self._is_paused = False
        if factory:
            self._built = None
        self._wish += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._wake.set()

    def pause(self) -> None:
        """Stop serving until a restart."""
        self._is_paused = True
        self._wish += 1
        self._set("PAUSED")
        self._end_process()

    def end(self) -> None:
        """End the process and the thread."""
        self._wish += 1
        self._is_over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._end_process()
        self._door.close()

    # The thread

    def _work(self) -> None:
        done = 0
        while not self._is_over.is_set():
            wish = self._wish
            if wish != done and not self._is_paused:
                done = wish
                self._fulfil(wish)
            elif self._process and self.stage == "RUNNING" and self._process.exit_code() is not None:
                self._fail(wish, _Stopped("RUNTIME_ERROR", self._explain_exit(self._process, self.run_log)))
            self._wake.wait(_POLL_SECONDS)
            self._wake.clear()

    def _fulfil(self, wish: int) -> None:
        with self._hub.lock:
            commit = self.repo.head
        try:
            self._sleep(wish, self._hub.lag_seconds)
            is_built = self._built == (commit.oid, self.requested) and self._home is not None
            home = self._home if is_built else self._build(wish, commit)
            assert home is not None
            self._home, self._built = home, (commit.oid, self.requested)
            self._start(wish, commit, home)
        except _Superseded:
            self.build_log.close()
        except _Stopped as stopped:
            self._fail(wish, stopped, commit)

    def _sleep(self, wish: int, seconds: float) -> None:
        for _ in turns(seconds, every=min(_POLL_SECONDS, seconds)):
            self._check(wish)

    def _check(self, wish: int) -> None:
        if wish != self._wish or self._is_over.is_set():
            raise _Superseded

    def _set(self, stage: str, **values: Any) -> None:
        with self._hub.lock:
            self.stage = stage
            for name, value in values.items():
                setattr(self, name, value)

    def _enter(self, wish: int, stage: str) -> None:
        with self._hub.lock:
            self._check(wish)
            is_alive = self._process is not None and self._process.exit_code() is None
            self._set(f"RUNNING_{stage}" if is_alive else stage)

    def _fail(self, wish: int, stopped: _Stopped, commit: Commit | None = None) -> None:
        with self._hub.lock:
            if wish != self._wish:
                return
            sha = commit.oid if commit else self._sha
            self._set(stopped.stage, _error=str(stopped), _error_sha=sha)
            old = self._hub.old_stage if stopped.stage == "BUILD_ERROR" and self._process else None
            if old:
                self._set(old, _error=None if old == "RUNNING" else str(stopped))
        self.build_log.close()
        if not old:
            self._end_process()

    def _end_process(self) -> None:
        with self._hub.lock:
            process, self._process = self._process, None
            self._door.port = None
        if process is not None:
            process.end()

    # Building

    def _build(self, wish: int, commit: Commit) -> Path:
        metadata = self._read_configuration(commit)
        app_file = metadata.get("app_file", "app.py")
        if app_file not in commit.files:
            raise _Stopped("NO_APP_FILE", f"No application file: {app_file}")
        self._enter(wish, "BUILDING")
        log = self.build_log = Log()
        log.add(f"===== Build Queued at {now()} / Commit SHA: {commit.oid[:7]} =====")
        while self._hub.stuck_build:
            self._sleep(wish, _POLL_SECONDS)
        self._sleep(wish, self._hub.build_seconds)
        home = self._check_out(commit)
        try:
            for line in self._check_build(commit, metadata):
                log.add(line)
            if self._hub.build_error is not None:
                raise BuildError(self._hub.build_error)
        except BuildError as error:
            log.add(str(error))
            reason = f"Job failed with exit code: 1. Reason: {str(error).splitlines()[-1]}"
            log.add("--> ERROR: process did not complete successfully: exit code: 1")
            raise _Stopped("BUILD_ERROR", reason) from None
        log.add("--> Pushing image: DONE")
        log.close()
        return home

    def _read_configuration(self, commit: Commit) -> dict[str, Any]:
        metadata = read_front_matter(commit.files.get("README.md", b"").decode())
        if not isinstance(metadata, dict):
            raise _Stopped("CONFIG_ERROR", metadata or "Missing configuration in README")
        if metadata.get("sdk") != "gradio" or not metadata.get("sdk_version"):
            raise _Stopped("CONFIG_ERROR", "The local Hub runs Spaces with sdk: gradio and an sdk_version")
        if both := sorted(set(self.secrets) & set(self.variables)):
            names = ", ".join(both)
            raise _Stopped("CONFIG_ERROR", f"Collision on variables and secrets names: {names}")
        return metadata

    def _check_out(self, commit: Commit) -> Path:
        home = self._hub.folder / "homes" / self.repo.id / str(self._wish)
        shutil.rmtree(home, ignore_errors=True)
        app = home / "app"
        app.mkdir(parents=True)
        for path, data in commit.files.items():
            target = app / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return home

    def _check_build(self, commit: Commit, metadata: dict[str, Any]) -> Iterator[str]:
        python = metadata.get("python_version", "3.10")
        if self.requested == ZERO_HARDWARE and not str(python).startswith(ZERO_PYTHON):
            raise BuildError(f"ERROR: ZeroGPU offers Python {', '.join(ZERO_PYTHON)}, not {python}")
        yield f"--> FROM docker.io/library/python:{python}"
        for line in commit.files.get("packages.txt", b"").decode().split("\n"):
            if line.strip() and not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", line.strip()):
                raise BuildError(f"E: Unable to locate package {line.strip()}")
        yield f"--> RUN pip install -r requirements.txt gradio[oauth,mcp]=={metadata['sdk_version']} spaces"
        yield from check_requirements(
            commit.files.get("requirements.txt", b"").decode(),
            sdk_version=metadata["sdk_version"],
            hardware=self.requested,
            installable=self._hub.installable,
        )
        for line in metadata.get("preload_from_hub", []):
            yield f"--> preload {line}"
            self._check_preload(line)

    def _check_preload(self, line: str) -> None:
        repo_id, _, rest = line.partition(" ")
        names, _, revision = rest.partition(" ")
        problem = self._hub.find_preload_problem(repo_id, names.split(",") if names else [], revision or None)
        if problem:
            raise BuildError(f"ERROR: cannot preload {line!r}: {problem}")

    # Starting

    def _start(self, wish: int, commit: Commit, home: Path) -> None:
        self._enter(wish, "APP_STARTING")
        log = Log()
        log.add(f"===== Application Startup at {now()} =====")
        port = _free_port()
        metadata = self.repo.metadata(commit.oid)
        process = Process(
            [sys.executable, metadata.get("app_file", "app.py")],
            folder=home / "app",
            environment=self._environment(home, port, commit, metadata),
            log=log,
        )
        try:
            self._wait_until_served(wish, process, port, log, metadata)
        except BaseException:
            process.end()
            with self._hub.lock:
                self.run_log = log
            raise
        with self._hub.lock:
            self._check_or_end(wish, process)
            old, self._process, self.run_log = self._process, process, log
            self._door.port = port
            self._set("RUNNING", _sha=commit.oid, _current=self.requested, _error=None)
        if old is not None:
            old.end()

    def _check_or_end(self, wish: int, process: Process) -> None:
        try:
            self._check(wish)
        except _Superseded:
            process.end()
            raise

    def _wait_until_served(
        self, wish: int, process: Process, port: int, log: Log, metadata: dict[str, Any]
    ) -> None:
        allowed = metadata.get("startup_duration_timeout", _DEFAULT_STARTUP)
        for _ in turns(self._hub.startup_seconds, every=_POLL_SECONDS):
            self._check(wish)
            if _is_served(port):
                return
            if process.exit_code() is not None:
                raise _Stopped("RUNTIME_ERROR", self._explain_exit(process, log))
        raise _Stopped("RUNTIME_ERROR", f"Launch timed out, workload was not healthy after {allowed}")

    def _explain_exit(self, process: Process, log: Log) -> str:
        tail = log.text().splitlines()[-10:]
        return f"Exit code: {process.exit_code()}. Reason: " + "\n".join(tail)

    def _environment(self, home: Path, port: int, commit: Commit, metadata: dict[str, Any]) -> dict[str, str]:
        temporary = home / "tmp"
        temporary.mkdir(exist_ok=True)
        requirements = commit.files.get("requirements.txt", b"").decode()
        as_space = (AS_SPACE / "sitecustomize.py").read_text()
        guard = write_guard(home / "guard", f"{IN_EVERY_SPACE}\n{requirements}", more=as_space)
        is_zero = self.requested == ZERO_HARDWARE
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "PYTHONPATH": str(guard),
            ENDS_WITH_STDIN: "1",  # if the tests are killed, nothing stays
            "PYTHONUNBUFFERED": "1",
            "OPENBLAS_NUM_THREADS": "1",  # several Spaces share the machine
            "SYSTEM": "spaces",
            "SPACE_ID": self.repo.id,
            "SPACE_HOST": self.url.removeprefix("http://"),
            "SPACE_AUTHOR_NAME": self.repo.owner,
            "SPACE_REPO_NAME": self.repo.id.split("/")[1],
            "SPACE_TITLE": str(metadata.get("title", "")),
            "ACCELERATOR": "none" if self.requested.startswith("cpu") or is_zero else self.requested,
            "CPU_CORES": "2",
            "MEMORY": "16Gi",
            "GRADIO_SERVER_NAME": "127.0.0.1",
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "HF_ENDPOINT": self._hub.url,
            "HF_HUB_DISABLE_XET": "1",
            **self.variables,
            **self.secrets,
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_served(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
