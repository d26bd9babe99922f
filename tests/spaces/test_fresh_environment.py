"""Staged apps in an environment that holds what their own requirements.txt names, and nothing else.

One app of each kind, in the same environment: without torch and with a compiler (forest), then the one with a
web server of its own and all packages (gallery, on the CPU: the torch of ZeroGPU is another one).
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.config import load_config, override
from deploy.requirements import CPU_TORCH
from deploy.stage import stage_space
from tests.servers.gradio_http import Caller
from tests.servers.space import run_space

pytestmark = pytest.mark.long

# How the versions of pip say it.
UNREACHABLE = re.compile("connection broken by|Failed to connect to")
# Each has the packages of those before it, too.
ASKED: list[tuple[str, str, str, list[Any]]] = [
    ("forest", "", "gini", [[9, 3]]),
    ("gallery", "relu/", "loss", [[], 1.1, 1.1, 1.1, "mae"]),
]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Path]:
    """Where to make the environment. It is gone afterwards, however the test ends: gigabytes, with torch."""
    yield tmp_path / "environment"
    shutil.rmtree(tmp_path / "environment", ignore_errors=True)


def drop_what_is_out_of_reach(requirements: Path) -> None:
    """Leave PyTorch's own index out where it cannot be reached: pip would try again for each package."""
    text = requirements.read_text("utf-8")
    if CPU_TORCH in text:
        try:
            socket.create_connection((str(urlsplit(CPU_TORCH.split()[1]).hostname), 443), timeout=10).close()
        except OSError:
            requirements.write_text(text.replace(f"{CPU_TORCH}\n", ""), "utf-8")


def install(staged: Path, environment: Path) -> Path:
    """Install as the Hub does into the environment, which is made when it is not there; gives its Python."""
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    version = re.search(r"^sdk_version: (\S+)", (staged / "README.md").read_text("utf-8"), re.MULTILINE)
    assert version
    # The command that the Hub's build logs show.
    drop_what_is_out_of_reach(staged / "requirements.txt")
    wanted = ["-r", str(staged / "requirements.txt"), f"gradio[oauth,mcp]=={version[1]}"]
    wanted += ["uvicorn>=0.14.0", "websockets>=10.4", "spaces"]
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "-q", "--no-cache-dir", *wanted],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    # What passed with a second try is no reason to skip.
    if done.returncode and UNREACHABLE.search(done.stderr):
        pytest.skip("needs a package index, which cannot be reached")
    assert done.returncode == 0, done.stderr[-3000:]
    return python


def test_they_start_and_answer_with_their_own_requirements_alone(tmp_path: Path, environment: Path) -> None:
    for name, path, endpoint, arguments in ASKED:
        space = override(load_config().spaces[name], hardware="cpu-basic")
        staged = tmp_path / name / "staged"
        stage_space(space, staged)
        python = install(staged, environment)
        with run_space(staged, tmp_path / name, python=python, ready=f"{path}config") as app:
            assert Caller(f"{app.url}{path}").call(endpoint, *arguments)
