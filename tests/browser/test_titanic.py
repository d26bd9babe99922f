"""The net from scratch in a browser: steps, switches, links, trainings and what they say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.screens import open_link, open_tab, start_app

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

NUMBERS = "#hand-picture .tt-numbers"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_app("apps/titanic.py") as address:
        yield address


def loss(page: "Page") -> str:
    return page.locator(f"{NUMBERS} b").first.inner_text()


def test_by_hand_a_step_goes_down_and_asks_no_server_and_the_link_keeps_it(browser, url) -> None:
    with open_link(browser, url) as page:
        page.locator(f"{NUMBERS} b").first.wait_for()
        assert loss(page) == "0.5382"
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.get_by_role("button", name="One gradient step").click()
        assert loss(page) == "0.5197"
        page.get_by_role("slider", name="Coefficient of Sex_female").press("End")
        moved = loss(page)
        assert moved != "0.5197"
        assert asked == []
        link = page.evaluate("location.hash")
    with open_link(browser, url + link) as page:
        page.locator(f"{NUMBERS} b").first.wait_for()
        assert loss(page) == moved
        page.get_by_role("button", name="Start again").click()
        assert loss(page) == "0.5382"


def test_by_hand_each_switch_changes_the_table_and_a_missing_age_spoils_it(browser, url) -> None:
    with open_link(browser, url) as page:
        page.locator(f"{NUMBERS} b").first.wait_for()
        page.get_by_label("Fill missing values").uncheck()
        page.get_by_text("177 ages are missing").wait_for()
        assert loss(page) == "nan"
        page.get_by_label("Fill missing values").check()
        page.get_by_label("Dummy variables").uncheck()
        page.wait_for_function("document.querySelectorAll('#hand-picture .tt-slider').length === 7")
        page.get_by_text("Rank and shape of every tensor").click()
        page.get_by_text("(891, 7)").first.wait_for()
        page.get_by_label("none", exact=True).first.check()
        page.wait_for_function(f"document.querySelector('{NUMBERS} b').textContent > '1'")


def test_the_lessons_runs_are_a_press_away_and_the_hundred_too(browser, url) -> None:
    with open_link(browser, url) as page:
        open_tab(page, "Train")
        page.get_by_role("button", name="Lesson: Linear").click()
        page.get_by_text("140 of 178").wait_for()
        epochs = page.get_by_label("number input for Epochs").and_(page.locator(":visible"))
        assert epochs.input_value() == "18"
        page.get_by_role("button", name="One step more").click()
        page.get_by_text("in 19 epochs").wait_for()
        assert epochs.input_value() == "19"
        open_tab(page, "Failure map")
        page.get_by_role("button", name="Train 100 nets").click()
        page.get_by_text("93 of the 96 failed nets").wait_for()
        page.get_by_role("radio", name="kaiming").and_(page.locator(":visible")).check()
        page.get_by_role("button", name="Train 100 nets").click()
        page.get_by_text("None of them has a dead layer").wait_for()
        open_tab(page, "Same split")
        page.get_by_role("button", name="Ask all six").click()
        page.get_by_text("What each model says").wait_for()


def test_an_own_table_is_compared_and_its_categories_learned_and_a_bad_one_loses_nothing(
    browser, url, tmp_path
) -> None:
    towns = ("Oslo", "Bergen", "Bodo")
    rows = [f"{towns[at % 3]},{30 + at},{'yes' if at % 3 == 0 or at % 7 == 0 else 'no'}" for at in range(90)]
    good, bad = tmp_path / "flats.csv", tmp_path / "bad.csv"
    good.write_text("\n".join(["town,size,sold", *rows]))
    bad.write_text("a,b\n1,2\n3,4\n5,6\n")
    with open_link(browser, url) as page:
        open_tab(page, "Same split")
        upload = page.locator("[role=tabpanel]:visible input[type=file]")
        upload.set_input_files(good)
        page.get_by_text("flats.csv: 90 rows and 3 columns").wait_for()
        target = page.get_by_label("What to predict").and_(page.locator(":visible"))
        assert target.input_value() == "sold"
        page.get_by_role("button", name="Compare six models").click()
        page.get_by_text("ahead of the rule of one question").wait_for()
        open_tab(page, "Embeddings")
        column = page.get_by_label("Column").and_(page.locator(":visible"))
        column.click()
        page.get_by_role("option", name="Yours: town").click()
        page.locator("#embed-maps figcaption", has_text="Yours: town: 3 vectors of 20 numbers").wait_for()
        category = page.get_by_label("Category").and_(page.locator(":visible"))
        assert category.input_value() in towns
        category.click()
        page.get_by_role("option", name="Oslo").click()
        page.locator("#embed-words b", has_text="Oslo").wait_for()
        page.locator("#embed-words").get_by_text("The share with sold = yes is 100 %").wait_for()
        open_tab(page, "Same split")
        upload.set_input_files(bad)
        page.get_by_text("No column of this table has exactly two values").wait_for()
        assert target.input_value() == "sold"
        page.get_by_role("button", name="Compare six models").click()
        page.get_by_text("The same 18 rows for all").wait_for()


def test_a_category_is_looked_up_and_a_link_keeps_it(browser, url) -> None:
    with open_link(browser, url + "#embed?column=House_Style&category=SLvl") as page:
        page.locator("#embed-words b", has_text="SLvl").wait_for()
        page.locator("#embed-maps figcaption", has_text="House Style: 8 vectors of 5 numbers").wait_for()
        column = page.get_by_label("Column").and_(page.locator(":visible"))
        column.click()
        page.get_by_role("option", name="Neighborhood").click()
        page.locator("#embed-words b", has_text="North Ames").wait_for()
        page.get_by_text("The product, row by row").click()
        cells = page.locator("#embed-product .tt-picked")
        assert cells.count() == 2
        picked, total = (cells.nth(at).locator("td").all_inner_texts()[1:] for at in (0, 1))
        assert picked == total
        assert len(picked) == 11


def test_fastais_way_finds_trains_and_carries_and_stands_beside_the_others(browser, url) -> None:
    with open_link(browser, url) as page:
        page.set_default_timeout(300_000)
        open_tab(page, "fastai's way")
        for name, value in (("Seeds", "3"), ("Epochs", "2")):
            box = page.get_by_label(f"number input for {name}").and_(page.locator(":visible"))
            box.fill(value)
            box.blur()
        page.get_by_role("button", name="Start", exact=True).click()
        page.locator("#fastai-finder .legendtext", has_text="valley: 0.016").wait_for(state="attached")
        page.get_by_role("cell", name="0: #na#").wait_for()
        page.get_by_text("12 runs").wait_for()
        open_tab(page, "Same split")
        page.get_by_label("fastai's net, too").check()
        page.get_by_role("button", name="Compare six models").click()
        page.get_by_role("cell", name="17 of 20").wait_for()
