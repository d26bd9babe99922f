"""Jobs of the local Hub of Spaces: a command in an empty folder, really run, with its log and how it ended.

    POST /api/jobs/visitor                {"command": ["uv", "run", "train.py"], "flavor": "t4-small", ...}
    GET  /api/jobs/visitor/<id>           {"status": {"stage": "RUNNING"}, ...}
    GET  /api/jobs/visitor/<id>/logs      server-sent events

A volume that is a repository is copied into the job's folder, and its mount path in the command means that
copy. `uv` is spaces_hub_uv; `python` is the one that runs the tests.
"""

import os
import re
import secrets
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.spaces_hub_http import Answer, Call, Refusal, Stream, Violation, route
from tests.servers.spaces_hub_process import Log, Process, now
from tests.servers.spaces_hub_rules import JOB_FLAVORS, JOB_HARDWARE
from tests.waiting import turns

if TYPE_CHECKING:
    from tests.servers.spaces_hub import SpacesHub

_ALL = "/api/jobs/(?P<owner>(?!hardware)[^/]+)"
_ONE = _ALL + "/(?P<job>[0-9a-f]{24})"
_OVER = ("COMPLETED", "CANCELED", "ERROR")
_DEFAULT_SECONDS = 30 * 60
_POLL_SECONDS = 0.05
_UV = Path(__file__).with_name("spaces_hub_uv.py")


class Job:
    """One job; `spec` is what was sent.

    Attributes:
        stage: SCHEDULING, RUNNING, COMPLETED, CANCELED or ERROR.
        log: what it prints.
    """

    def __init__(self, hub: "SpacesHub", owner: str, spec: dict[str, Any]) -> None:
        self.id = secrets.token_hex(12)
        self.owner = owner
        self.spec = spec
        self.stage = "SCHEDULING"
        self.message: str | None = None
        self.log = Log(line_end="")
        self._hub = hub
        self._times = {"createdAt": now()}
        self._process: Process | None = None
        self._is_canceled = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def describe(self) -> dict[str, Any]:
        """The job as the Hub writes it; secrets by name only."""
        return {
            "id": self.id,
            **self._times,
            "dockerImage": self.spec.get("dockerImage"),
            "spaceId": self.spec.get("spaceId"),
            "command": self.spec["command"],
            "arguments": self.spec["arguments"],
            "environment": self.spec["environment"],
            "secrets": dict.fromkeys(self.spec.get("secrets") or {}, "encrypted"),
            "flavor": self.spec["flavor"],
            "labels": self.spec.get("labels") or {},
            "volumes": self.spec.get("volumes") or [],
            "status": {"stage": self.stage, "message": self.message},
            "owner": {"id": "0" * 24, "name": self.owner, "type": "user"},
            "initiator": {"type": "user", "id": "0" * 24, "name": self.owner},
        }

    def cancel(self) -> None:
        """End the job before it is over."""
        self._is_canceled.set()

    def join(self) -> None:
        """Wait until the job's process is gone."""
        self._thread.join(timeout=10)

    def _work(self) -> None:
        folder = self._hub.folder / "jobs" / self.id
        (folder / "tmp").mkdir(parents=True)
        (folder / "work").mkdir()
        self._set("RUNNING", "startedAt")
        self.log.add(f"===== Job started at {now()} =====")
        try:
            mounts = self._mount(folder)
            command = [_replace(part, mounts) for part in [*self.spec["command"], *self.spec["arguments"]]]
            environment = self._environment(folder, mounts)
            self._process = Process(
                command, folder=folder / "work", environment=environment, log=self.log, closes_log=False
            )
            stage, message = self._watch(self._process)
        except (OSError, Refusal) as error:
            stage, message = "ERROR", str(error)
        if self._process is not None:
            self._process.end()
        self._set(stage, "finishedAt", message)
        self.log.close()

    def _set(self, stage: str, time_name: str, message: str | None = None) -> None:
        with self._hub.lock:
            self.stage, self.message = stage, message
            self._times[time_name] = now()

    def _watch(self, process: Process) -> tuple[str, str | None]:
        for _ in turns(self.spec.get("timeoutSeconds") or _DEFAULT_SECONDS, every=_POLL_SECONDS):
            if (code := process.exit_code()) is not None:
                return ("COMPLETED", None) if code == 0 else ("ERROR", f"Job failed with exit code: {code}")
            if self._is_canceled.is_set():
                return "CANCELED", None
        return "ERROR", "Job timeout"

    def _mount(self, folder: Path) -> dict[str, str]:
        mounts = {}
        for number, volume in enumerate(self.spec.get("volumes") or []):
            with self._hub.lock:
                try:
                    repo = self._hub.repo(volume["source"], volume["type"])
                except KeyError:
                    raise Refusal(404, f"No such volume: {volume['source']}") from None
                files = repo.files(volume.get("revision"))
            top = folder / "volumes" / str(number)
            inside = f"{volume['path'].strip('/')}/" if volume.get("path") else ""
            for path, data in files.items():
                if path.startswith(inside):
                    target = top / path[len(inside) :]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
            mounts[volume["mountPath"].rstrip("/")] = str(top)
        return mounts

    def _environment(self, folder: Path, mounts: dict[str, str]) -> dict[str, str]:
        binaries = folder / "bin"
        binaries.mkdir()
        uv = binaries / "uv"
        uv.write_text(f'#!/bin/sh\nexec {sys.executable} {_UV} "$@"\n')
        uv.chmod(0o755)
        asked = {name: _replace(value, mounts) for name, value in self.spec["environment"].items()}
        return {
            "PATH": f"{binaries}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "TMPDIR": str(folder / "tmp"),
            "PYTHONUNBUFFERED": "1",
            "JOB_ID": self.id,
            "ACCELERATOR": self.spec["flavor"],
            "HF_ENDPOINT": self._hub.url,
            "HF_HUB_DISABLE_XET": "1",
            **asked,
            **(self.spec.get("secrets") or {}),
        }


def _replace(text: str, mounts: dict[str, str]) -> str:
    for mount, folder in mounts.items():
        text = re.sub(rf"(?<![\w/.-]){re.escape(mount)}(?![\w.-])", folder.replace("\\", r"\\"), text)
    return text


class Jobs:
    """All jobs by their ids."""

    def __init__(self, hub: "SpacesHub") -> None:
        self.all: dict[str, Job] = {}
        self._hub = hub

    def start(self, owner: str, spec: dict[str, Any]) -> Job:
        """Run a job."""
        job = Job(self._hub, owner, spec)
        self.all[job.id] = job
        return job

    def find(self, call: Call) -> Job:
        """The job that a call names."""
        _check_owner(call)
        job = self.all.get(call.names["job"])
        if job is None or job.owner != call.names["owner"]:
            raise Refusal(404, "Job not found")
        return job

    def end(self) -> None:
        """End every job."""
        for job in self.all.values():
            job.cancel()
        for job in self.all.values():
            job.join()


def _check_owner(call: Call) -> None:
    if not call.hub.may_write(call, call.names["owner"]):
        raise Refusal(403, f"You have no rights to run jobs as {call.names['owner']}")


@route("GET", "/api/jobs/hardware", who="anyone")
def list_hardware(call: Call) -> Answer:
    """All flavours with their prices."""
    return Answer(JOB_HARDWARE)


@route("POST", _ALL, who="writer", content="json")
def run_job(call: Call) -> Answer:
    """Start a job."""
    spec = call.fields(
        {"command": list, "arguments": list, "environment": dict, "flavor": str},
        {
            "secrets": dict,
            "timeoutSeconds": int,
            "attempts": int,
            "labels": dict,
            "volumes": list,
            "dockerImage": str,
            "spaceId": str,
        },
    )
    _check_owner(call)
    if spec["flavor"] not in JOB_FLAVORS:
        raise Refusal(400, f'"flavor" must be one of [{", ".join(JOB_FLAVORS)}]')
    if bool(spec.get("dockerImage")) == bool(spec.get("spaceId")):
        raise Violation("a job needs an image: dockerImage or spaceId")
    if not call.hub.account.can_pay:
        raise Refusal(402, "Pre-paid credit balance is insufficient: see the billing settings")
    texts = [*spec["command"], *spec["arguments"], *spec["environment"].values()]
    if not all(isinstance(text, str) for text in [*texts, *(spec.get("secrets") or {}).values()]):
        raise Violation("a command or variable that is no text")
    return Answer(call.hub.jobs.start(call.names["owner"], spec).describe())


@route("GET", _ALL, who="user")
def list_jobs(call: Call) -> Answer:
    """The jobs of an account."""
    _check_owner(call)
    stages = call.query.get("stage", [])
    jobs = [job for job in call.hub.jobs.all.values() if job.owner == call.names["owner"]]
    return Answer([job.describe() for job in jobs if not stages or job.stage in stages])


@route("GET", _ONE, who="user")
def show_job(call: Call) -> Answer:
    """How a job is."""
    return Answer(call.hub.jobs.find(call).describe())


@route("GET", _ONE + "/logs", who="user")
def show_log(call: Call) -> Stream:
    """What a job prints, until it is over."""
    tail = call.query.get("tail")
    return Stream(call.hub.jobs.find(call).log.follow(tail=int(tail[0]) if tail else None))


@route("POST", _ONE + "/cancel", who="writer")
def cancel_job(call: Call) -> Answer:
    """End a job."""
    job = call.hub.jobs.find(call)
    if job.stage not in _OVER:
        job.cancel()
    return Answer(job.describe())
