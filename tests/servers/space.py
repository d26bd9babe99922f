"""An app as a Space: its files staged as for the Hub, then started where nothing else can be seen."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.run_staged import AS_SPACE
from deploy.stage import stage
from tests.servers.gradio_http import RunningApp, run_app

_SETTINGS = {
    "SYSTEM": "spaces",
    "SPACE_ID": "x/y",
    "PYTHONPATH": str(AS_SPACE),
    "GRADIO_SERVER_NAME": "127.0.0.1",
}


def stage_space(app: str, folder: Path) -> Path:
    """Stage an app into a folder of its own inside `folder`, and give that one."""
    staged = folder / app
    stage(app, to=staged)
    return staged


@contextmanager
def run_space(staged: Path, folder: Path, **more: Any) -> Iterator[RunningApp]:
    """Run a copy of the staged files, in `folder`, as the Hub starts them; `more` is for `run_app`."""
    home = folder / "home" / "app"
    shutil.copytree(staged, home)
    with run_app(home / "app.py", log=folder / "log.txt", cwd=home, env=_SETTINGS, **more) as app:
        yield app
