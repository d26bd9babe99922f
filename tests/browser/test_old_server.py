"""A server past the age at which files are deleted: what belongs to the pages stays, visitors' files go."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.screens import open_every_tab, open_tab, settle
from tests.browser.walk import visit
from tests.conftest import ROOT
from tests.servers.gradio_http import Caller, RunningApp, run_app
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.long]

# All others before the one that is there from the start.
EXAMPLES = {"Fox": "fox", "Teddy": "teddy", "Black bear": "black", "Grizzly": "grizzly"}
PHOTO = (ROOT / "shared/vision/examples/teddy.jpg").read_bytes()


@pytest.fixture(scope="module")
def old_gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """Its first visitor's photo is deleted by now, and so would be all files that are as old."""
    log = tmp_path_factory.mktemp("gallery") / "log.txt"
    with run_app("tests/servers/short_memory.py", log=log, ready="recommender/config") as app:
        caller = Caller(f"{app.url}bears/")
        sent = caller.upload("mine.jpg", PHOTO)
        answer = caller.call("classify", sent)
        assert answer["label"] == "teddy"
        assert caller.http.get(f"gradio_api/file={sent['path']}").status_code == 200
        wait_until(lambda: not Path(sent["path"]).exists())  # the promise to delete it
        assert caller.http.get(f"gradio_api/file={sent['path']}").status_code in (403, 404)
        yield app


@pytest.mark.parametrize("name", ["bears", "relu", "forest", "recommender"])
def test_every_tab_of_an_old_server_is_whole(browser: "Browser", old_gallery: RunningApp, name: str) -> None:
    with visit(browser, f"{old_gallery.url}{name}/") as seen:
        for tab in open_every_tab(seen.page):
            assert seen.broken_pictures() == [], tab
        assert seen.faults == []


def test_every_example_of_an_old_server_works(browser: "Browser", old_gallery: RunningApp) -> None:
    with visit(browser, f"{old_gallery.url}bears/") as seen:
        for tab in ("Which bear?", "What it sees", "Inside"):
            open_tab(seen.page, tab)
            for words, file in EXAMPLES.items():
                seen.page.get_by_role("button", name=words).filter(visible=True).first.click()
                seen.page.wait_for_function(
                    "file => [...document.images].some(e => e.offsetParent && e.src.endsWith(`/${file}.jpg`) "
                    "&& e.naturalWidth > 100)",
                    arg=file,
                )
                settle(seen.page)
        assert seen.broken_pictures() == seen.faults == []
