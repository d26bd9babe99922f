"""Take the README's pictures of the apps anew.

    python tests/browser/take_pictures.py            # into apps/pictures/
    python tests/browser/take_pictures.py --out build/pictures

Needs Chromium, as the browser's tests do, and Pillow, which Gradio brings.
"""

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.recommender_page import Visit  # noqa: E402
from tests.browser.screens import VIEWS, View, open_tab, open_view, start_app, start_browser  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = ROOT / "apps" / "pictures"
MAX_KB = 200
COLOURS = 128  # a page has few: a palette makes the file three times smaller and looks the same
RATINGS = (("matrix", 5), ("pulp fiction", 4.5), ("toy story", 2), ("amelie", 4), ("alien 1979", 4.5))


def take_recommender(browser: "Browser", url: str, view: View, path: Path, *, last: str) -> None:
    """Rate five films, and keep the page from its top down to the part that `last` selects."""
    with open_view(browser, url, view) as (page, _):
        visit = Visit(page, url)
        for query, stars in RATINGS:
            visit.rate(query, stars)
        take_top(page, view, path, last=last)


def take_bears(browser: "Browser", url: str, view: View, path: Path, *, example: str, last: str) -> None:
    """Choose an example, and keep the page from its top down to the part that `last` selects."""
    with open_view(browser, url, view) as (page, _):
        page.get_by_role("button", name=example).first.click()
        page.wait_for_timeout(2000)
        take_top(page, view, path, last=last)


def take_relu(
    browser: "Browser",
    url: str,
    view: View,
    path: Path,
    *,
    tab: str,
    press: tuple[str, ...],
    done: str,
    last: str,
) -> None:
    """Press buttons of a tab, wait until `done` is true in the page, and keep it down to the part `last`."""
    with open_view(browser, url, view) as (page, _):
        open_tab(page, tab)
        for name in press:
            page.get_by_text(name, exact=True).first.click()
        page.wait_for_function(f"() => {done}", timeout=60_000)
        page.wait_for_timeout(4000)
        take_top(page, view, path, last=last)


def take_forest(
    browser: "Browser",
    url: str,
    view: View,
    path: Path,
    *,
    table: str,
    rows: str,
    tab: str,
    done: str,
    last: str,
    press: tuple[str, ...] = (),
) -> None:
    """Use a table, open a tab, wait until `done` is true in the page, and keep it down to the part `last`.

    Args:
        browser: Playwright's.
        url: of the app.
        view: desk or phone.
        path: of the picture.
        table: as the list names it.
        rows: what the panel says of it once it is read: "2,930 rows".
        tab: to open.
        done: JavaScript that is true when the tab shows what it has.
        last: the lowest part of the picture.
        press: parts to click then.
    """
    with open_view(browser, url, view) as (page, _):
        page.get_by_role("button", name="Change the table").click()
        page.locator("#forest-table-use").wait_for()
        page.locator("#forest-table-name input").click()
        page.get_by_role("option", name=table).click()
        page.locator("#forest-table").get_by_text(rows).first.wait_for()  # it was read
        page.locator("#forest-table-use").click()
        page.wait_for_function(
            "table => document.querySelector('#forest-table-line').innerText.includes(table)", arg=table
        )
        open_tab(page, tab)
        page.wait_for_function(f"() => {done}", timeout=60_000)
        for part in press:
            page.locator(part).click()
            page.wait_for_timeout(2000)
        page.wait_for_timeout(2000)
        take_top(page, view, path, last=last)


def take_top(page: "Page", view: View, path: Path, *, last: str) -> None:
    """Save the page from its top down to the part that `last` selects."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    bottom = page.locator(last).evaluate("part => part.getBoundingClientRect().bottom + scrollY")
    # A window as high as the picture: to take more than the window, Chromium resizes it, and a row of tabs
    # that was moved to the open one would jump back.
    page.set_viewport_size({"width": view.width, "height": round(bottom) + 16})
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    for tab in page.locator("[role=tab][aria-selected=true]:visible").all():
        tab.evaluate("tab => tab.scrollIntoView({block: 'nearest', inline: 'center'})")
    page.wait_for_timeout(300)
    save(page.screenshot(), path)


def save(png: bytes, path: Path) -> None:
    """Write a picture with few colours.

    Raises:
        RuntimeError: it is larger than the README should load.
    """
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    size = path.stat().st_size // 1024
    print(f"{path.name}: {picture.width} x {picture.height}, {size} kB")
    if size > MAX_KB:
        raise RuntimeError(f"{path.name} has {size} kB; the README's pictures have at most {MAX_KB}.")


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder for the pictures")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    views = {view.name: view for view in VIEWS}
    with start_browser() as browser, start_app("apps/recommender.py") as url:
        take_recommender(browser, url, views["desk-light"], out / "recommender-light.png", last="#film-cards")
        take_recommender(
            browser, url, views["phone-dark"], out / "recommender-phone-dark.png", last="#import-panel"
        )
    with start_browser() as browser, start_app("apps/bears.py") as url:
        desk, phone = views["desk-light"], views["phone-dark"]
        take_bears(browser, url, desk, out / "bears-light.png", example="Grizzly", last="#which-maps")
        take_bears(browser, url, phone, out / "bears-phone-dark.png", example="Fox", last="#which-bars")
    with start_browser() as browser, start_app("apps/relu.py") as url:
        take_relu(
            browser,
            url,
            views["desk-light"],
            out / "relu-light.png",
            tab="ReLUs",
            press=("20 units", "Fit by gradient descent"),
            done="curveLab.state.units.fitted",
            last="#units-words",
        )
        take_relu(
            browser,
            url,
            views["phone-dark"],
            out / "relu-phone-dark.png",
            tab="Machine",
            press=("Show both", "Play 100 steps"),
            done="curveLab.state.machine.steps === 100",
            last="#machine-loss",
        )
    with start_browser() as browser, start_app("apps/forest.py") as url:
        table, rows = "Ames: what does a house cost?", "2,930 rows"
        take_forest(
            browser,
            url,
            views["desk-light"],
            out / "forest-light.png",
            table=table,
            rows=rows,
            tab="Partial dependence",
            done="document.querySelector('#partial-map .js-plotly-plot')?.data?.length > 0",
            press=("#partial-layers label >> nth=0",),
            last="#partial-all",
        )
        take_forest(
            browser,
            url,
            views["phone-dark"],
            out / "forest-phone-dark.png",
            table=table,
            rows=rows,
            tab="Why",
            done="document.querySelector('#why-plot .js-plotly-plot')?.data?.length > 0",
            last="#why-plot",
        )


if __name__ == "__main__":
    main()
