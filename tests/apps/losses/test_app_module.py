"""The losses as a module and as a Space: what the app imports, and what is staged."""

from pathlib import Path

import pytest

from tests.apps.recommender.test_app_module import HEAVY, modules_after
from tests.servers.space import run_space, stage_space


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    build = "import apps.losses as app; app.build_demo()"
    assert modules_after(build, cwd=tmp_path) & {*HEAVY, "plotly"} == set()


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_space("losses", tmp_path_factory.mktemp("space"))


def test_what_is_staged_is_enough_and_no_more(staged: Path) -> None:
    names = {line.partition("==")[0] for line in (staged / "requirements.txt").read_text().splitlines()}
    assert {"numpy", "jinja2", "torch", "timm"} <= names
    assert names.isdisjoint({"pydantic", "gradio", "fastai", "plotly"})
    for path in (
        "shared/losses/maths.js",
        "shared/losses/torch_forms.py",
        "shared/image_models/memory.csv",
        "shared/image_models/memory_worker.py",
        "shared/datasets/titanic/titanic.csv.gz",
        "apps/views/losses/forms.js",
        "apps/views/losses/rows.js",
        "apps/views/losses/same.html",
        "apps/views/losses/quiz.toml",
    ):
        assert (staged / path).is_file(), path
    for path in ("shared/image_models/table.py", "shared/tabular", "shared/vision"):
        assert not (staged / path).exists(), path


@pytest.mark.long
def test_the_staged_app_starts_as_a_space(staged: Path, tmp_path: Path) -> None:
    with run_space(staged, tmp_path) as app:
        answer = app.caller().call_named("accumulate", split="16 × 4")
        assert [loop["is_same"] for loop in answer["loops"]] == [True, False, False, False]
        assert app.n_failures() == 0
