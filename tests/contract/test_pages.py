"""Each app's page is as its row says, alone and in the gallery."""

from pathlib import Path

import httpx

from apps.catalog import App
from tests.contract.conftest import Served, tab_row
from tests.servers.gradio_http import RunningApp, run_app


def test_the_tabs_are_those_of_its_row(served: Served) -> None:
    assert tab_row(served.config) == list(served.app.tabs)


def test_the_page_and_the_gallery_call_it_as_its_row_does(served: Served, gallery: RunningApp) -> None:
    assert served.config["title"] == served.app.title
    front = httpx.get(gallery.url).text
    assert f'href=".{served.app.path}/"' in front
    assert served.app.title in front
    assert served.app.lesson_words in front


def test_it_starts_alone_with_the_same_tabs_and_endpoints(app: App, served: Served, tmp_path: Path) -> None:
    with run_app(f"apps/{app.name}.py", log=tmp_path / "log.txt") as running:
        alone = Served(app, running)
        assert tab_row(alone.config) == list(app.tabs)
        assert alone.endpoints == served.endpoints
        assert running.n_failures() == 0
