"""A running app, and one who calls it: plain HTTP over one kept connection, as a TypeScript program speaks.

with run_app("apps/recommender.py", log=path) as app:
    app.caller().call("search", "heat", 3)       # {"data": [...]} in, the one output back
    app.caller().press(7, [None, []])            # an event of the page, by its number in /config
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.browser.screens import ROOT, free_port, wait_for

API = "gradio_api/"


class Refused(Exception):
    """What the app answered instead of a result."""

    def __init__(self, message: object, status: int = 200) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(frozen=True)
class RunningApp:
    """An app in a process of its own."""

    url: str  # with a slash at the end
    pid: int
    log: Path

    def caller(self) -> "Caller":
        return Caller(self.url)

    def n_failures(self, *, since: int = 0) -> int:
        """How many exceptions it has logged, those of event loops that Python collects late left out.

        Such a loop complains that its socket is closed already, whenever the collector comes by. It harms
        nobody.
        """
        text = self.log.read_text()[since:]
        return text.count("Traceback (most") - text.count(
            "Exception ignored in: <function BaseEventLoop.__del__"
        )

    def memory_mb(self) -> float:
        """Resident memory, on Linux."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


class Caller:
    """One client with one connection that is kept open."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=60, verify=False)  # no TLS here: reads no certificates

    def post(self, path: str, body: object) -> httpx.Response:
        """Send JSON; NaN and Infinity pass, as Python writes them."""
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.http.post(API + path, content=content, headers={"Content-Type": "application/json"})

    def call(self, name: str, *values: object) -> Any:
        return self.call_raw(name, {"data": values})

    def call_raw(self, name: str, body: object) -> Any:
        """Send a body as it stands to an endpoint, and wait for the result."""
        event_id = _event_id(self.post(f"call/{name}", body))
        return self.read(f"call/{name}/{event_id}")

    def call_all(self, name: str, *values: object) -> list[Any]:
        """Call an endpoint, and give all its outputs."""
        event_id = _event_id(self.post(f"call/{name}", {"data": values}))
        return self.read_all(f"call/{name}/{event_id}")

    def call_named(self, name: str, **values: object) -> Any:
        event_id = _event_id(self.post(f"call/v2/{name}", values))
        return self.read(f"call/{name}/{event_id}")

    def read(self, path: str) -> Any:
        """Read a stream to its end, which leaves the connection open, and give its last first output."""
        return self.read_all(path)[0]

    def read_all(self, path: str) -> list[Any]:
        """The same, with all outputs."""
        kind, said = "", None
        with self.http.stream("GET", API + path) as lines:
            for line in lines.iter_lines():
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:"):
                    said = json.loads(line[5:])
        if kind != "complete":
            raise Refused(said.get("error") if isinstance(said, dict) else said)
        return said

    def press(
        self, fn_index: int, values: list[Any], *, event: object = None, session: str = ""
    ) -> list[Any]:
        """Send one of the page's events, and wait for all its outputs."""
        session = session or secrets.token_hex(6)
        body = {"data": values, "fn_index": fn_index, "event_data": event, "session_hash": session}
        _event_id(self.post("queue/join", body))
        with self.http.stream("GET", f"{API}queue/data", params={"session_hash": session}) as lines:
            messages = [json.loads(line[5:]) for line in lines.iter_lines() if line.startswith("data:")]
        for message in messages:
            if message["msg"] == "process_completed" and message["success"]:
                return message["output"]["data"]
            if message["msg"] == "process_completed":
                raise Refused(message["output"].get("error"))
        raise Refused(messages[-1].get("message") if messages else "the stream ended")

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload a file, and give what an endpoint takes for it."""
        answer = self.http.post(f"{API}upload", files={"files": (name, content)})
        answer.raise_for_status()
        return file_data(answer.json()[0])


def file_data(path: str, **more: object) -> dict[str, Any]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}, **more}


def _event_id(answer: httpx.Response) -> str:
    if answer.status_code != 200:
        try:
            raise Refused(answer.json()["detail"], answer.status_code)
        except (ValueError, KeyError, TypeError):
            raise Refused(answer.text, answer.status_code) from None
    return answer.json()["event_id"]


@contextmanager
def run_app(
    script: str | Path,
    *,
    log: Path,
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
    python: str | Path = sys.executable,
    ready: str = "config",
) -> Iterator[RunningApp]:
    """Run an app until the block ends; what it prints goes to `log`, and it is up when `ready` answers."""
    port = free_port()
    variables = {**os.environ, "GRADIO_SERVER_PORT": str(port), "OPENBLAS_NUM_THREADS": "1", **(env or {})}
    with log.open("w") as printed:
        process = subprocess.Popen(
            [str(python), str(ROOT / script)],
            cwd=cwd,
            env=variables,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    try:
        try:
            wait_for(f"http://127.0.0.1:{port}/{ready}", process=process)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{log.read_text()[-3000:]}") from None
        yield RunningApp(f"http://127.0.0.1:{port}/", process.pid, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
