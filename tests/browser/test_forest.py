"""The forest explorer in Chromium: every tab opened and used, by keyboard too, on a desk and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.axe import read_axe, serious_faults
from tests.browser.relu_page import record_requests
from tests.browser.screens import (
    DAY_AND_NIGHT,
    QUIET_CONSOLE,
    VIEWS,
    View,
    find_faults,
    open_tab,
    open_view,
    tab_names,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

# Each tab, and what is true when it shows the visitor's forest and no placeholder any more.
PLOTTED = "document.querySelector('#{} .js-plotly-plot')?.data?.length > 0"
READY = {
    "One split": "/\\d/.test(document.querySelector('#split-tool b')?.innerText)"
    " && document.querySelector('#split-ranking tbody tr')",
    "Grow a tree": "document.querySelector('#grow-tree [data-node]')",
    "Forest": PLOTTED.format("forest-confidence"),
    "Which matter": f"{PLOTTED.format('matter-plot')} && {PLOTTED.format('alike-plot')}",
    "Partial dependence": f"{PLOTTED.format('partial-plot')} && {PLOTTED.format('partial-map')}",
    "Why": PLOTTED.format("why-plot"),
    "Beyond": PLOTTED.format("beyond-line"),
    "Quiz": "document.querySelector('.quiz h2')",
}
ORDERS = Path(__file__).parents[1] / "shared/forest/data/orders.csv"
LONG_NAMES = (
    "Common garden snail (Cornu aspersum)",
    "Slug",
    "Freshwater limpet of the northern lakes",
    "Whelk",
)
LONG_PLACES = ("on the bank of the river near the weir", "lake", "shore")
LONG_CSV = (
    "length of the body in mm,length of the shell in mm,place where it was found,found on,kind of animal\n"
)
LONG_CSV += "".join(
    f"{at * 7 % 40 + 30 * (at % 4)},{at * 5 % 13 if at % 9 else ''},{LONG_PLACES[at % 3]},"
    f"2024-{1 + at % 12:02}-{1 + at % 28:02},{LONG_NAMES[at % 4]}\n"
    for at in range(200)
)
CSV = "size,place,price\n" + "".join(f"{at % 37},{'ab'[at % 2]},{at % 37 * 3 + at % 2}\n" for at in range(80))


@pytest.fixture(scope="module")
def opened(browser: "Browser", forest_url: str) -> "Iterator[tuple[Page, list[str]]]":
    """One page for all tests on the desk, and its console errors."""
    read_axe()
    with open_view(browser, forest_url, VIEWS[0]) as (page, errors):
        page.set_default_timeout(20_000)
        wait(page, READY["One split"])
        yield page, errors


@pytest.fixture
def page(opened: "tuple[Page, list[str]]") -> "Iterator[Page]":
    """The page as the test before left it. With what a test made, its tab is still without faults."""
    page, errors = opened
    yield page
    assert page.locator(".toast-body").all_inner_texts() == []  # no message that something went wrong
    assert [*find_faults(page, VIEWS[0]), *serious_faults(page)] == []
    assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []


def wait(page: "Page", condition: str, arg: Any = None) -> None:
    page.wait_for_function(f"arg => Boolean({condition})", arg=arg)


def go_to(page: "Page", name: str) -> None:
    open_tab(page, name)
    wait(page, READY[name])


def drawn(page: "Page", figure: str) -> str:
    """Give what a figure draws, as text."""
    return page.evaluate(_DRAWN_JS, figure)


_DRAWN_JS = """id => JSON.stringify(
  document.querySelector(`#${id} .js-plotly-plot`).data.map(trace => [trace.x, trace.y, trace.z]))"""


def wait_until_other(page: "Page", figure: str, before: str) -> None:
    page.wait_for_function(f"([id, before]) => ({_DRAWN_JS})(id) !== before", arg=[figure, before])


def text(page: "Page", selector: str) -> str:
    return page.locator(selector).first.inner_text()


def press_until_inside(page: "Page", selector: str, *, most: int = 12) -> None:
    """Press Tab until the focus is in a part of the page."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => Boolean(document.activeElement.closest(selector))", selector):
            return
    pytest.fail(f"Tab does not come to {selector}")


# Texts of figures that stick out of them, so that they are cut off.
_CUT_OFF_JS = """() => [...document.querySelectorAll('.js-plotly-plot, .split-drawing')]
  .filter(figure => figure.offsetParent)
  .flatMap(figure => {
    const ground = figure.getBoundingClientRect();
    return [...figure.querySelectorAll('text')]
      .filter(text => text.textContent.trim() && !text.closest('.hoverlayer'))
      .filter(text => {
        const place = text.getBoundingClientRect();
        return place.width > 0 && (place.left < ground.left - 1 || place.right > ground.right + 1
          || place.top < ground.top - 1 || place.bottom > ground.bottom + 1);
      })
      .map(text => `cut off: ${text.textContent}`);
  })"""


def find_cut_off(page: "Page") -> list[str]:
    """List the texts that stick out of their figure."""
    return page.evaluate(_CUT_OFF_JS)


def test_it_starts_with_the_lessons_table_and_its_best_split(page: "Page") -> None:
    assert [name for name in tab_names(page) if name in READY] == list(READY)
    assert "891 rows" in text(page, "#forest-table-line")
    assert "Sex" in text(page, "#split-ranking tbody tr")


def test_one_split_with_the_keyboard_alone(page: "Page") -> None:
    open_tab(page, "One split")
    page.get_by_role("tab", name="One split", exact=True).first.focus()
    press_until_inside(page, "#split-column")
    page.keyboard.type("Age")
    page.keyboard.press("Enter")
    wait(page, "/^Age ≤/.test(document.querySelector('#split-tool .split-side').innerText)")
    page.wait_for_timeout(300)
    asked = record_requests(page)
    press_until_inside(page, "#split-tool input[type=range]")
    side, score = text(page, "#split-tool .split-side"), text(page, "#split-tool b")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert text(page, "#split-tool .split-side") != side
    assert text(page, "#split-tool b") != score
    press_until_inside(page, "[data-do=all]", most=3)
    page.keyboard.press("Space")
    assert page.locator("[data-do=all]").get_attribute("aria-pressed") == "true"
    press_until_inside(page, "[data-do=best]", most=2)
    page.keyboard.press("Enter")
    assert text(page, "#split-try").startswith("Done.")
    assert "Age ≤ 6" in text(page, "#split-tool .split-side")  # the lesson's
    assert asked == []


def test_grow_a_tree(page: "Page") -> None:
    go_to(page, "Grow a tree")
    assert page.locator("#grow-tree [data-node]").count() == 1
    page.locator("#grow-best").click()
    wait(page, "document.querySelectorAll('#grow-tree [data-node]').length === 2")
    assert "Sex" in text(page, "#grow-tree")
    page.locator("#grow-undo").click()
    wait(page, "document.querySelectorAll('#grow-tree [data-node]').length === 1")


def test_the_forest(page: "Page") -> None:
    go_to(page, "Forest")
    before = drawn(page, "forest-curve")
    page.locator("#forest-trees input[type=range]").evaluate(
        "range => { range.value = 20; range.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    wait_until_other(page, "forest-curve", before)
    longest = page.evaluate(
        "Math.max(...document.querySelector('#forest-curve .js-plotly-plot').data"
        ".filter(trace => trace.name === 'validation').flatMap(trace => trace.x))"
    )
    assert longest == 20


def test_which_matter(page: "Page") -> None:
    go_to(page, "Which matter")
    before = drawn(page, "matter-plot")
    page.locator("#matter-measure input[type=radio]").nth(1).check()
    wait_until_other(page, "matter-plot", before)
    assert "noise" in page.evaluate(
        "JSON.stringify(document.querySelector('#matter-plot .js-plotly-plot').layout)"
        " + JSON.stringify(document.querySelector('#matter-plot .js-plotly-plot').data)"
    )


def test_partial_dependence(page: "Page") -> None:
    go_to(page, "Partial dependence")
    before, first = drawn(page, "partial-plot"), page.locator("#partial-column input").input_value()
    page.locator("#partial-all [data-column]").nth(1).click()
    wait_until_other(page, "partial-plot", before)
    assert page.locator("#partial-column input").input_value() != first


def test_why(page: "Page") -> None:
    go_to(page, "Why")
    before = drawn(page, "why-plot")
    page.locator("#why-row input").fill("2")
    wait_until_other(page, "why-plot", before)


def test_beyond(page: "Page") -> None:
    go_to(page, "Beyond")
    page.locator("#beyond-valid").click()
    wait(page, PLOTTED.format("beyond-tellers"))


def test_a_table_of_ones_own(page: "Page") -> None:
    """A bad file is one sentence; a good one becomes what every tab shows."""
    page.get_by_role("button", name="Change the table").click()
    page.locator("#forest-table-use").wait_for()
    wait(page, "document.querySelector('#forest-table table')")
    upload = page.locator("#forest-table-file input[type=file]")
    upload.set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": b"PK\x03\x04" + bytes(9)})
    page.get_by_text("t.csv is an Excel workbook or a zip.").wait_for()
    upload = page.locator("#forest-table-file input[type=file]")
    upload.set_input_files({"name": "flats.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    page.get_by_text(re.compile("flats.csv: 80 rows and 3 columns")).wait_for()
    assert "891 rows" in text(page, "#forest-table-line")  # the forest is still the old one
    page.locator("#forest-table-use").click()
    wait(page, "document.querySelector('#forest-table-line').innerText.includes('flats.csv')")
    assert "80 rows, 2 columns learned from, target price" in text(page, "#forest-table-line")
    open_tab(page, "One split")
    wait(page, "document.querySelector('#split-ranking tbody tr').innerText.includes('size')")


def test_a_word_for_no_value_is_said_and_its_button_takes_it_back(
    browser: "Browser", forest_url: str
) -> None:
    """By keyboard: the remark's button reads the column otherwise, and the focus stays at the column."""
    with open_view(browser, forest_url, VIEWS[0]) as (page, errors):
        wait(page, READY["One split"])
        page.get_by_role("button", name="Change the table").click()
        wait(page, "document.querySelector('#forest-understood table')")
        name = page.locator("#forest-understood summary", has_text="SibSp")
        name.focus()
        page.keyboard.press("Enter")
        page.locator("#forest-understood").get_by_text("Brothers, sisters and spouse aboard.").wait_for()
        page.locator("#forest-table-file input[type=file]").set_input_files(ORDERS)
        page.get_by_text('"k. A." in "Gewicht (kg)" is read as no value').wait_for()
        assert page.locator("#forest-understood details").count() == 0  # nobody knows a visitor's columns
        page.get_by_role("button", name="Read it as a category: Gewicht (kg)").focus()
        page.keyboard.press("Enter")
        page.get_by_text('"Gewicht (kg)" is read as a category').wait_for()
        wait(page, "document.activeElement.dataset.column === 'Gewicht (kg)'")
        page.keyboard.press("Enter")
        page.get_by_text('"k. A." in "Gewicht (kg)" is read as no value').wait_for()
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []


def test_every_tab_fits_a_phone(browser: "Browser", forest_url: str) -> None:
    view = VIEWS[3]
    with open_view(browser, forest_url, view) as (page, errors):
        wait(page, READY["One split"])
        names = tab_names(page)
        assert [name for name in names if name in READY] == list(READY)
        found: list[str] = []
        for name in names:
            open_tab(page, name)
            wait(page, READY.get(name, "true"))
            faults = [*find_faults(page, view), *find_cut_off(page), *serious_faults(page)]
            found += [f"{name}: {fault}" for fault in faults]
        assert found == []
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_long_names_and_several_classes_fit_every_tab(
    browser: "Browser", forest_url: str, view: View
) -> None:
    with open_view(browser, forest_url, view) as (page, errors):
        wait(page, READY["One split"])
        page.get_by_role("button", name="Change the table").click()
        page.locator("#forest-table-use").wait_for()
        wait(page, "document.querySelector('#forest-table table')")
        page.locator("#forest-table-file input[type=file]").set_input_files(
            {"name": "animals.csv", "mimeType": "text/csv", "buffer": LONG_CSV.encode()}
        )
        page.get_by_text(re.compile("animals.csv: 200 rows and 5 columns")).wait_for()
        page.locator("#forest-table-use").click()
        wait(page, "document.querySelector('#forest-table-line').innerText.includes('animals.csv')")
        found: list[str] = []
        for name, ready in READY.items():
            open_tab(page, name)
            wait(page, ready)
            page.wait_for_timeout(500)
            found += [f"{name}: {fault}" for fault in [*find_faults(page, view), *find_cut_off(page)]]
        assert found == []
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
