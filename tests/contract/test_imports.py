"""An app's page is built without the libraries that take seconds to import."""

from pathlib import Path

from apps.catalog import App
from tests.imports import HEAVY, modules_after


def test_nothing_heavy_is_imported_to_build_the_page(app: App, tmp_path: Path) -> None:
    build = f"import apps.{app.name} as app; app.build_demo()"
    assert modules_after(build, cwd=tmp_path) & HEAVY == set()
