"""The notebook that an app gives away runs from top to bottom, and computes a figure of the screen again.

The figure is whatever has the class `look-noted` on the page.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apps.catalog import APPS
from tests.browser.actions import PANEL, main_action, press
from tests.browser.screens import VIEWS, open_every_tab, open_tab, open_view
from tests.contract.conftest import Served
from tests.notebooks import run_notebook
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.mark.parametrize("app", [app for app in APPS if app.notebook], indirect=True)
def test_the_notebook_runs_and_computes_a_figure_of_the_screen(
    browser: "Browser", served: Served, tmp_path: Path
) -> None:
    with open_view(browser, served.running.url, VIEWS[0]) as (page, _):
        page.set_default_timeout(60_000)
        for _ in open_every_tab(page):
            pass
        figures = [_NUMBER.search(text) for text in page.locator(".look-noted").all_text_contents()]
        assert figures
        open_tab(page, dict(served.app.tabs)[served.app.notebook])
        download(page, tmp_path)
    (path,) = tmp_path.glob("*.ipynb")
    printed = run_notebook(json.loads(path.read_text("utf-8")), tmp_path)
    for figure in figures:
        assert figure
        assert figure[0] in printed_as(figure[0], printed)


def printed_as(figure: str, printed: str) -> set[str]:
    """Write all printed numbers with as many places as a figure has, a share in per cent, too."""
    places = len(figure.partition(".")[2])
    numbers = [float(number) for number in _NUMBER.findall(printed)]
    return {f"{times * number:.{places}f}" for number in numbers for times in (1, 100)}


def download(page: "Page", folder: Path) -> None:
    """Take the notebook of the open tab, and the files that are made with it."""
    panel = page.locator(PANEL).first
    files = [panel.get_by_role("button", name=re.compile("notebook", re.IGNORECASE))]
    if files[0].is_disabled():
        names = panel.get_by_role("button", disabled=True).all_inner_texts()
        files = [panel.get_by_role("button", name=name, exact=True) for name in names]
        action = main_action(page)
        assert action
        press(action)
        wait_until(lambda: all(file.is_enabled() for file in files))
    for file in files:
        with page.expect_download() as given:
            file.click()
        given.value.save_as(folder / given.value.suggested_filename)
