"""Start a staged folder the way a Space does: a clean process that sees that folder and nothing else of ours.

Whatever ends it (the app itself, Ctrl-C, SIGTERM, SIGKILL, an error here) ends all that the app has started.

from deploy.run_staged import run_staged
run_staged(Path("build/spaces/bears"), port=None, owner="you")  # http://127.0.0.1:7860 until Ctrl-C
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.errors import PushError

HOST = "127.0.0.1"  # a Space listens to everybody; a computer on a desk should not
PORT = 7860
START_SECONDS = 300.0  # a first start may fetch a model
GRACE_SECONDS = 10  # from the wish that it ends to its end
ENDS_WITH_STDIN = "ENDS_WITH_STDIN"
AS_SPACE = Path(__file__).with_name("as_space")  # what Python runs before the app

# All that the app may see of the environment it is started from. No token is among it, as on a Space.
_KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HF_ENDPOINT", "HF_HOME", "HF_HUB_OFFLINE", "CUDA_VISIBLE_DEVICES", "GRADIO_ANALYTICS_ENABLED",
)  # fmt: skip


def run_staged(
    folder: Path,
    *,
    port: int | None,
    owner: str,
    settings: Mapping[str, str] | None = None,
    tell: Callable[[str], None] | None = None,
) -> int:
    """Run the staged app until it ends or Ctrl-C is pressed.

    Args:
        folder: from `stage_space`; its name is taken for the Space's.
        port: where it listens on this computer; None is 7860, as on the Hub.
        owner: the account that the app is told it belongs to.
        settings: the Space's variables and secrets.
        tell: given the app's address once it answers; what the app prints goes to stderr then.

    Returns:
        The exit code of the app; 0 when Ctrl-C ended it.

    Raises:
        PushError: nothing is staged there, or the port is taken.
    """
    port = PORT if port is None else port
    output = {"stdout": sys.stderr} if tell else {}
    with start_staged(folder, port=port, owner=owner, settings=settings, **output) as process:
        try:
            if tell:
                tell(wait_for_answer(process, port))
            return process.wait()
        except KeyboardInterrupt:
            return 0


@contextlib.contextmanager
def start_staged(
    folder: Path, *, port: int, owner: str, settings: Mapping[str, str] | None = None, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """Run the staged app until the block ends.

    Args:
        folder: from `stage_space`; its name is taken for the Space's.
        port: where it listens on this computer.
        owner: the account that the app is told it belongs to.
        settings: the Space's variables and secrets.
        **options: for `Popen`, such as where its output goes.

    Yields:
        The process.

    Raises:
        PushError: nothing is staged there, or the port is taken.
    """
    if not (folder / "app.py").is_file():
        raise PushError(f"{folder} holds no app.py.", "Stage the app into it first.")
    _check_port(port)
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=folder,
        env={
            **space_environment(f"{owner}/{folder.resolve().name}", port=port, settings=settings),
            ENDS_WITH_STDIN: "1",
        },
        stdin=subprocess.PIPE,  # closed when this process ends, whatever ends it
        start_new_session=True,  # so that what it starts can be ended with it
        text=True,
        **options,
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    """Ask the app to end, as the Hub does, and end whatever is left of it after a while."""
    try:
        process.terminate()
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:  # a second Ctrl-C comes here too
        if hasattr(os, "killpg"):  # not on Windows
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def wait_for_answer(process: "subprocess.Popen[str]", port: int, *, seconds: float = START_SECONDS) -> str:
    """Wait until the app answers, and give its address.

    Args:
        process: from `start_staged`.
        port: where it listens.
        seconds: how long at most.

    Raises:
        PushError: it ended first, or does not answer in time.
    """
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection(HOST, port, timeout=10)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status < 500:
                return f"http://{HOST}:{port}"
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    code = process.poll()
    raise PushError(
        f"The app did not answer within {seconds:g} s."
        if code is None
        else f"The app ended at its start (exit code {code}).",
        "Put right what it says.",
    )


def free_port() -> int:
    """Find a port of this computer that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def space_environment(
    repo_id: str, *, port: int, settings: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What the process of a Space finds in its environment.

    Args:
        repo_id: "user/name".
        port: where it is to listen.
        settings: the Space's variables and secrets.
    """
    owner, _, name = repo_id.partition("/")
    return {
        **{key: os.environ[key] for key in _KEPT if key in os.environ},
        "SYSTEM": "spaces",
        "SPACE_ID": repo_id,
        "SPACE_AUTHOR_NAME": owner,
        "SPACE_REPO_NAME": name,
        "SPACE_HOST": f"{HOST}:{port}",
        "ACCELERATOR": "none",
        "GRADIO_SERVER_NAME": HOST,
        "GRADIO_SERVER_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        **(settings or {}),
        "PYTHONPATH": str(AS_SPACE),
    }


def _check_port(port: int) -> None:
    """Say that a port is taken before a minute is spent on starting."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise PushError(
                f"Port {port} of this computer is taken or not allowed.", "Name another with --port."
            ) from None
