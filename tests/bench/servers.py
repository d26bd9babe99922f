"""Start an app in a process of its own, and speak plain keep-alive HTTP to it as a browser would."""

import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.common import ROOT, say

GIVE_UP_SECONDS = 180
# The smallest app with an endpoint, as its documentation would write it.
BARE_APP = """
import gradio as gr


def greet(name: str) -> str:
    return f"Hello {name}"


with gr.Blocks() as demo:
    name = gr.Textbox(label="Name")
    answer = gr.Textbox(label="Answer")
    gr.Button("Greet").click(greet, name, answer, api_name="greet")

demo.launch()
"""
# The same page in our frame.
FRAMED_APP = f"""
import sys

sys.path.insert(0, {str(ROOT)!r})
import gradio as gr

from shared.ui.launch import launch_app
from shared.ui.page import page, tabs


def greet(name: str) -> str:
    return f"Hello {{name}}"


with page("Title", "What to do.") as demo, tabs(), gr.Tab("One"):
    name = gr.Textbox(label="Name")
    answer = gr.Textbox(label="Answer")
    gr.Button("Greet").click(greet, name, answer, api_name="greet")

launch_app(demo)
"""


class App(NamedTuple):
    """An app that was started."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Say how long it has computed so far; NaN where the system does not tell."""
        try:
            after_name = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            return float("nan")
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    def peak_memory_mb(self) -> float:
        """Say what its resident memory was at most so far; NaN where the system does not tell."""
        return self._status_mb("VmHWM")

    def memory_mb(self) -> float:
        """Say what its resident memory is; NaN where the system does not tell."""
        return self._status_mb("VmRSS")

    def _status_mb(self, name: str) -> float:
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text("utf-8").splitlines()
        except OSError:
            return float("nan")
        return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


class Caller:
    """One keep-alive connection to an app.

    A page or `gradio_client` names its session in every call. Without a name Gradio opens a new session for
    each call, and works out the settings of every component of the page for it.
    """

    def __init__(self, port: int, *, session: str | None = None):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_SECONDS)
        self._session = {"session_hash": session} if session else {}

    def call(self, name: str, *arguments: Any) -> Any:
        """Call an endpoint: send the arguments, read the events until the answer.

        Raises:
            OSError: nobody answers.
            RuntimeError: the answer is an error.
        """
        path = f"/gradio_api/call/{name}"
        body = json.dumps({"data": arguments, **self._session})
        self._connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        sent = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {sent[:200]!r}")
        self._connection.request("GET", f"{path}/{json.loads(sent)['event_id']}")
        events = self._connection.getresponse().read().decode()
        kind, _, data = events.strip().rpartition("event: ")[2].partition("\ndata: ")
        if kind != "complete":
            raise RuntimeError(f"{path} ended with {events[-300:]!r}")
        return json.loads(data)[0]

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Visitor:
    """One browser at an app's page: a session and a kept connection; a call is what the page does at a click.

    Files are uploaded first. Then the call joins the queue, and the event stream is read to its end.
    """

    def __init__(self, port: int, name: str):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_SECONDS)
        self._connection.connect()
        # Browsers send at once what they have.
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._session = secrets.token_hex(6)
        events = json.loads(self._ask("GET", "/config"))["dependencies"]
        self._number = next(event["id"] for event in events if event["api_name"] == name)

    def upload(self, content: bytes) -> dict[str, Any]:
        """Upload a JPEG; returns what a call takes for it."""
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="photo.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        (path,) = json.loads(self._ask("POST", "/gradio_api/upload", body, kind))
        return {"path": path, "meta": {"_type": "gradio.FileData"}}

    def call(self, *arguments: Any) -> Any:
        """Call the event: send the arguments, read the stream until the answer.

        Raises:
            OSError: nobody answers.
            RuntimeError: the answer is an error.
        """
        body = {"data": arguments, "fn_index": self._number, "session_hash": self._session}
        self._ask("POST", "/gradio_api/queue/join", json.dumps(body).encode())
        stream = self._ask("GET", f"/gradio_api/queue/data?session_hash={self._session}")
        for line in stream.split(b"\n\n"):
            if b'"process_completed"' in line:
                message = json.loads(line.removeprefix(b"data:"))
                if message["success"]:
                    return message["output"]["data"][0]
                break
        raise RuntimeError(f"the call ended with {stream[-300:]!r}")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> bytes:
        self._connection.request(method, path, body, {"Content-Type": kind} if body else {})
        answer = self._connection.getresponse()
        sent = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {sent[:200]!r}")
        return sent


def bare_app(folder: Path) -> list[str]:
    """Write the bare app; returns the command that runs it."""
    return _write_app(folder / "bare_app.py", BARE_APP)


def framed_app(folder: Path) -> list[str]:
    """Write the bare app with our page frame around it; returns the command that runs it."""
    return _write_app(folder / "framed_app.py", FRAMED_APP)


def _write_app(file: Path, code: str) -> list[str]:
    file.write_text(code, "utf-8")
    return [sys.executable, str(file)]


def our_app(name: str = "recommender") -> list[str]:
    """Return the command that runs one of our apps."""
    return [sys.executable, str(ROOT / "apps" / f"{name}.py")]


@contextlib.contextmanager
def running(command: list[str], *, folder: Path | None = None) -> Iterator[App]:
    """Run an app on a free port, the same settings for all; yields it before it answers.

    Args:
        command: what runs it.
        folder: where, when it reads files there.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LESSONS_")},
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_ANALYTICS_ENABLED": "False",  # measuring needs no internet
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield App(port, process)
        except OSError:
            log.seek(0)
            say(log.read().decode()[-2000:])
            raise
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def call_when_ready(app: App, name: str, *arguments: Any) -> Any:
    """Try an endpoint again and again until it answers.

    Raises:
        OSError: it never does.
        RuntimeError: the answer is an error.
    """
    deadline = time.perf_counter() + GIVE_UP_SECONDS
    while True:
        caller = Caller(app.port)
        try:
            return caller.call(name, *arguments)
        except OSError:
            if time.perf_counter() > deadline or app.process.poll() is not None:
                raise
            time.sleep(0.01)
        finally:
            caller.close()


def for_recommend(ratings: list[dict[str, Any]]) -> tuple[Any, ...]:
    """All arguments of /recommend: over plain HTTP Gradio fills in no defaults."""
    return ratings, 10, [], [], 0.0, "list"
