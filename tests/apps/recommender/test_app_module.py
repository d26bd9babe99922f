"""The app as a module and as a Space: what it imports, where it runs, what is staged."""

from pathlib import Path

import pytest
from gradio.blocks import Blocks

from tests.conftest import ROOT
from tests.imports import HEAVY, modules_after
from tests.servers.gradio_http import run_app
from tests.servers.space import stage_space


def test_nothing_heavy_is_imported_to_serve(tmp_path: Path) -> None:
    answer = (
        "import apps.recommender as app; from shared.collab.model import load_recommender\n"
        "model = load_recommender(); app.build_demo(model)\n"
        "model.recommend({318: 5.0}); model.explain({318: 5.0}, 858); model.ask({318: 5.0})"
    )
    assert modules_after(answer, cwd=tmp_path) & HEAVY == set()


def test_figures_wait_until_the_page_is_built(tmp_path: Path) -> None:
    modules = modules_after("import apps.recommender", cwd=tmp_path)
    assert modules & {*HEAVY, "plotly"} == set()


def test_two_pages_have_nothing_in_common() -> None:
    from apps.recommender import build_demo
    from shared.collab.model import load_recommender

    model = load_recommender()
    first, second = build_demo(model), build_demo(model)
    assert isinstance(first, Blocks)
    assert first.blocks.keys().isdisjoint(second.blocks)
    names = [sorted(fn.api_name for fn in demo.fns.values() if fn.api_name) for demo in (first, second)]
    assert names[0] == names[1]
    assert {id(fn) for fn in first.fns.values()}.isdisjoint(id(fn) for fn in second.fns.values())


@pytest.mark.long
def test_it_runs_from_another_folder(tmp_path: Path) -> None:
    with run_app("apps/recommender.py", log=tmp_path / "log.txt", cwd=tmp_path) as app:
        assert app.caller().call("search", "heat", 1)[0]["title"] == "Heat"
        assert app.n_failures() == 0


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the Space."""
    return stage_space("recommender", tmp_path_factory.mktemp("space"))


def test_everything_beside_the_code_is_staged(staged: Path) -> None:
    for folder in ("apps/views/recommender", "shared/ui", "shared/collab/artifact"):
        beside = {
            path.name
            for path in (ROOT / folder).iterdir()
            if path.is_file() and path.suffix != ".py" and not path.name.startswith(".")
        }
        assert beside
        assert beside <= {path.name for path in (staged / folder).iterdir()}
    assert not list(staged.rglob("__pycache__"))
    assert not (staged / "spaces").exists()
    assert not (staged / "tests").exists()
    assert sum(path.stat().st_size for path in staged.rglob("*") if path.is_file()) < 15 * 2**20


def test_requirements_are_what_the_staged_code_imports(staged: Path) -> None:
    """torch and fastai are among them: the Train tab imports them when somebody trains as the lesson does."""
    index, *lines = (staged / "requirements.txt").read_text().splitlines()
    assert index == "--extra-index-url https://download.pytorch.org/whl/cpu"  # not torch with its CUDA parts
    names = {line.partition("==")[0] for line in lines}
    assert all(line.partition("==")[2] for line in lines)
    assert {
        "numpy",
        "pandas",
        "plotly",
        "rapidfuzz",
        "safetensors",
        "torch",
        "torchvision",
        "fastai",
    } <= names
    assert names.isdisjoint({"gradio", "timm", "scikit-learn"})
