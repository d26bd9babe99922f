"""What the gallery weighs: under 600 MB until somebody trains, and no torch, whatever is asked of it."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.config import load_config
from deploy.smoke import check_endpoints
from tests.conftest import ROOT
from tests.servers.gradio_http import run_app
from tests.servers.memory import needs_linux

MAX_MB = 600
HEAVY = ("torch", "fastai", "timm")


def heavy_of(pid: int) -> set[str]:
    """The packages for training whose compiled parts a process has loaded."""
    loaded = Path(f"/proc/{pid}/maps").read_text()
    return {name for name in HEAVY if re.search(rf"/site-packages/{name}/", loaded)}


@needs_linux
@pytest.mark.long
def test_pages_and_answers_of_the_gallery_stay_light(tmp_path: Path) -> None:
    space = load_config().spaces["gallery"]
    with run_app("apps/gallery.py", log=tmp_path / "log.txt", ready="style.css") as app:
        for path in ("", *(f"{name}/" for name in space.mounts)):
            assert httpx.get(app.url + path, timeout=60).status_code == 200
        results = check_endpoints(app.url, token=None, checks=space.checks)
        assert [result for result in results if not result.ok] == []
        assert len(results) > 20
        assert heavy_of(app.pid) == set()
        assert app.memory_mb() < MAX_MB


@pytest.mark.long
def test_taking_a_forest_away_imports_no_torch() -> None:
    code = (
        "import sys; from shared.forest.take_away import _import_skops as get; print(get().dumps.__name__, "
        "{'torch', 'dask'} & set(sys.modules)); import sklearn.externals.array_api_compat.torch"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert answer.stdout.strip() == "dumps set()", answer.stderr
    assert answer.returncode == 0, answer.stderr  # who asks for it later finds it
