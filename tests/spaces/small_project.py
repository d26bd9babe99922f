"""A project of its own with one small app, and `push.py` run in it as a user runs it.

project = make_project(tmp_path)          # apps/tiny.py, spaces/push.py, spaces.toml, requirements.txt
done = run_push(hub, project, "push", "tiny", "--yes")
assert done.returncode == 0, done.stderr

A quick one answers at once and waits for nothing, where a test is about something else than the waiting:

project = make_quick_project(tmp_path)
done = run_quick(hub, project, "push", "tiny", "--yes")
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = '''"""Greets."""

import os

import gradio as gr


def greet(name: str = "you") -> str:
    """Greet somebody."""
    return f"Hello {name}"


demo = gr.Interface(greet, "text", "text", api_name="greet")

if __name__ == "__main__":
    demo.launch()
'''
TOML = """
[tiny]
app = "tiny"
title = "Tiny: an app"
short_description = "It greets"
{more}
[tiny.checks.greet]
name = "Ada"
"""

# Answers at once. Its weights go the way of large files.
QUICK_APP = '''"""Answers."""

import http.server
import os

from shared import tiny


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


if __name__ == "__main__":
    address = (os.environ["GRADIO_SERVER_NAME"], int(os.environ["GRADIO_SERVER_PORT"]))
    http.server.ThreadingHTTPServer(address, Answer).serve_forever()
'''
# The command line itself, with short waits; the quick app has no endpoints to call, and imports no package,
# so none is looked for among the installed ones, which took a third of its time.
_QUICK_PUSH = """
import sys
sys.path.insert(0, "spaces")
from deploy import hub, push_space, requirements, wait
hub.FIRST_WAIT_SECONDS = 0.01
wait.wait_for_commit.__kwdefaults__.update(poll=0.05, settle=1.0, stuck=1.0)
push_space.check_endpoints = lambda *_, **__: []
push_space.rehearse = lambda *_, **__: None
requirements.providers_of_names = dict
import push
sys.argv[0] = "push.py"
push.main()
"""


def make_project(folder: Path, *, more: str = "", spaces: str = "") -> Path:
    """Write the project; `more` goes into the table of its Space, `spaces` are further tables."""
    shutil.copytree(ROOT / "spaces", folder / "spaces", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "apps").mkdir()
    (folder / "shared").mkdir()
    (folder / "apps" / "tiny.py").write_text(APP)
    (folder / "requirements.txt").write_text(f"gradio[oauth,mcp]=={importlib.metadata.version('gradio')}\n")
    (folder / "spaces" / "spaces.toml").write_text(TOML.format(more=more) + spaces)
    return folder


def make_quick_project(folder: Path, *, more: str = "") -> Path:
    """Write one whose app answers at once."""
    project = make_project(folder, more=more)
    (project / "apps" / "tiny.py").write_text(QUICK_APP)
    (project / "shared" / "tiny").mkdir()
    (project / "shared" / "__init__.py").touch()
    (project / "shared" / "tiny" / "__init__.py").touch()
    (project / "shared" / "tiny" / "model.safetensors").write_bytes(bytes(range(256)) * 400)
    return project


def start_quick(hub, project: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """Start a command with short waits, which finds what the one before it has compiled."""
    return subprocess.Popen(
        [sys.executable, "-c", _QUICK_PUSH, *arguments],
        cwd=project,
        env=environment(hub, PYTHONDONTWRITEBYTECODE="", **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_quick(hub, project: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command with short waits to its end."""
    process = start_quick(hub, project, *arguments, **more)
    said, complained = process.communicate(timeout=120)
    return subprocess.CompletedProcess(arguments, process.returncode, said, complained)


def environment(hub, **more: str) -> dict[str, str]:
    """The environment of a user of this Hub."""
    return {**os.environ, **hub.environment(), "PYTHONDONTWRITEBYTECODE": "1", **more}


def run_push(hub, project: Path, *arguments: str, answer: str = "", **more: str):
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "spaces/push.py", *arguments],
        cwd=project,
        env=environment(hub, **more),
        input=answer,
        capture_output=True,
        text=True,
        timeout=240,
    )
