"""A project of its own with one small app, and `push.py` run in it as a user runs it.

project = make_project(tmp_path)          # apps/tiny.py, spaces/push.py, spaces.toml, requirements.txt
done = run_push(hub, project, "push", "tiny", "--yes")
assert done.returncode == 0, done.stderr
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


def make_project(folder: Path, *, more: str = "", spaces: str = "") -> Path:
    """Write the project; `more` goes into the table of its Space, `spaces` are further tables."""
    shutil.copytree(ROOT / "spaces", folder / "spaces", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "apps").mkdir()
    (folder / "shared").mkdir()
    (folder / "apps" / "tiny.py").write_text(APP)
    (folder / "requirements.txt").write_text(f"gradio[oauth,mcp]=={importlib.metadata.version('gradio')}\n")
    (folder / "spaces" / "spaces.toml").write_text(TOML.format(more=more) + spaces)
    return folder


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
