"""Start a staged folder the way a Space does: a clean process that sees that folder and nothing else of ours.

from deploy.run_staged import run_staged
run_staged(Path("build/spaces/bears"), port=None, owner="you")  # http://127.0.0.1:7860 until Ctrl-C
"""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.errors import PushError

HOST = "127.0.0.1"  # a Space listens to everybody; a computer on a desk should not
PORT = 7860
GRACE_SECONDS = 10  # from Ctrl-C to the end

# All that the app may see of the environment it is started from. No token is among it, as on a Space.
_KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HF_ENDPOINT", "HF_HOME", "HF_HUB_OFFLINE", "CUDA_VISIBLE_DEVICES", "GRADIO_ANALYTICS_ENABLED",
)  # fmt: skip


def run_staged(
    folder: Path, *, port: int | None, owner: str, settings: Mapping[str, str] | None = None
) -> int:
    """Run the staged app until it ends or Ctrl-C is pressed.

    Args:
        folder: from `stage_space`; its name is taken for the Space's.
        port: where it listens on this computer; None is 7860, as on the Hub.
        owner: the account that the app is told it belongs to.
        settings: the Space's variables and secrets.

    Returns:
        The exit code of the app; 0 when Ctrl-C ended it.

    Raises:
        PushError: nothing is staged there, or the port is taken.
    """
    if not (folder / "app.py").is_file():
        raise PushError(f"{folder} holds no app.py.", "Stage the app into it first.")
    port = PORT if port is None else port
    _check_port(port)
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=folder,
        env=space_environment(f"{owner}/{folder.resolve().name}", port=port, settings=settings),
    )
    try:
        return process.wait()
    except KeyboardInterrupt:  # the app got it too, and is closing
        try:
            process.wait(GRACE_SECONDS)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            process.kill()
        return 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


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
