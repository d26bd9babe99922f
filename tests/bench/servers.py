"""Start an app in a process of its own, and speak plain keep-alive HTTP to it as a browser would."""

import contextlib
import http.client
import json
import os
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


def bare_app(folder: Path) -> list[str]:
    """Write the bare app; returns the command that runs it."""
    file = folder / "bare_app.py"
    file.write_text(BARE_APP, "utf-8")
    return [sys.executable, str(file)]


def our_app() -> list[str]:
    """Return the command that runs the recommender."""
    return [sys.executable, str(ROOT / "apps" / "recommender.py")]


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[App]:
    """Run an app on a free port, the same settings for all; yields it before it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LESSONS_")},
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_ANALYTICS_ENABLED": "False",  # measuring needs no internet
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
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
