"""The recommender in Chromium: what a visitor does, with mouse, finger and keyboard.

One app serves the whole file. Most tests share one page, cleared before each; a test that needs a page of its
own opens one. How each tab looks when it is opened is tested in `tests/contract/`.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import AXE_PATH, read_axe, serious_faults
from tests.browser.recommender_page import FIRST_LIST, Visit, read_csv_link
from tests.browser.screens import (
    DAY_AND_NIGHT,
    QUIET_CONSOLE,
    View,
    find_faults,
    open_tab,
    open_view,
    start_app,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.long]

APP = "apps/recommender.py"
DESK = {"width": 1280, "height": 900}
LETTERBOXD = (
    "Date,Name,Year,Letterboxd URI,Rating\n"
    "2024-01-05,Amélie,2001,https://boxd.it/1,4.5\n"
    '2024-01-06,"Matrix, The",1999,https://boxd.it/2,4\n'
    "2024-01-06,The Godfather,1973,https://boxd.it/6,5\n"
    "2024-01-07,Dune: Part Two,2024,https://boxd.it/3,5\n"
    "2024-01-08,<img src=x onerror=alert(1)>,2011,https://boxd.it/4,2\n"
    "2024-01-09,Heat,1995,https://boxd.it/5,\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[ExitStack]:
    """What stops the app; a test may restart it, on the same port."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def app(server: ExitStack, browser: "Browser") -> str:
    """The app's address."""
    return server.enter_context(start_app(APP))


@contextmanager
def new_visit(browser: "Browser", url: str, **settings: object) -> "Iterator[Visit]":
    """A visitor whom the app has never seen."""
    context = browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **settings})
    context.set_default_timeout(15_000)
    try:
        yield Visit(context.new_page(), url).open()
    finally:
        context.close()


@pytest.fixture(scope="module")
def shared_visit(browser: "Browser", app: str) -> "Iterator[tuple[Visit, list[str]]]":
    with new_visit(browser, app) as visit:
        errors: list[str] = []
        visit.page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        visit.page.on("pageerror", lambda error: errors.append(str(error)))
        yield visit, errors


@pytest.fixture
def visit(shared_visit: tuple[Visit, list[str]]) -> Iterator[Visit]:
    """The page that most tests share, without ratings. A test that makes the console complain fails."""
    visit, errors = shared_visit
    visit.clear()
    errors.clear()
    yield visit
    assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []


# Find and rate


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("Amélie", "Amelie"),
        ("matrix, the", "The Matrix"),
        ("the godfather", "The Godfather"),
        ("pulp fictoin", "Pulp Fiction"),
        ("terminator 2", "Terminator 2: Judgment Day"),
    ],
)
def test_search_finds_what_people_type(visit: Visit, query: str, title: str) -> None:
    assert visit.type_title(query)[0] == title


def test_search_says_that_nothing_was_found(visit: Visit) -> None:
    visit.page.locator("#rater-input").fill("zzzzqqqq xkcd")
    visit.page.get_by_text("No film like").wait_for()
    assert visit.page.locator("#rater-menu").is_hidden()
    assert visit.page.locator("#rater-input").input_value() == "zzzzqqqq xkcd"


def test_everything_is_within_reach_of_the_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.type_title("star wars")
    titles = visit.suggestions()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    active = page.locator("#rater-input").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert visit.ratings() == {titles[1]: None}
    with visit.new_list():
        for _ in range(7):
            page.keyboard.press("ArrowRight")
    assert visit.ratings() == {titles[1]: 3.5}
    with visit.new_list():
        page.keyboard.press("ArrowLeft")
    assert visit.ratings() == {titles[1]: 3.0}
    stars = visit.stars_of(titles[1])
    assert stars.get_attribute("aria-valuetext") == "3 stars"
    page.keyboard.press("Tab")
    with visit.new_list():
        page.keyboard.press("Enter")  # the × behind the stars
    assert visit.ratings() == {}
    assert page.evaluate("document.activeElement.id") == "rater-input"


def test_escape_closes_the_menu_and_keeps_the_text(visit: Visit) -> None:
    visit.type_title("alien")
    visit.page.keyboard.press("Escape")
    assert visit.page.locator("#rater-menu").is_hidden()
    # Chromium empties a search field on Escape; the first press belongs to the menu.
    assert visit.page.locator("#rater-input").input_value() == "alien"


def test_enter_waits_for_the_films_of_the_last_letter(visit: Visit) -> None:
    visit.type_title("matrix")
    visit.page.locator("#rater-input").fill("pulp fiction")
    visit.page.keyboard.press("Enter")
    visit.stars_of("Pulp Fiction").wait_for()
    assert list(visit.ratings()) == ["Pulp Fiction"]


@pytest.mark.parametrize(
    ("star", "part", "stars"), [(1, 0.2, 0.5), (3, 0.25, 2.5), (4, 0.5, 4.0), (5, 0.3, 4.5), (5, 0.95, 5.0)]
)
def test_a_click_gives_the_half_star_under_it(visit: Visit, star: int, part: float, stars: float) -> None:
    visit.rate("fargo", 1.5 if stars != 1.5 else 2)
    control = visit.stars_of("Fargo")
    box = control.bounding_box()
    with visit.new_list():
        control.click(position={"x": box["width"] * (star - 1 + part) / 5, "y": box["height"] / 2})
    assert visit.ratings() == {"Fargo": stars}


def test_recommendations_follow_each_rating(visit: Visit) -> None:
    popular = visit.films()
    heading = visit.page.locator(".films-head h3")
    assert "Famous films" in heading.inner_text()
    number = visit.page.locator(".look-number", has_text="uncertainty").locator("b")
    before = float(number.inner_text().removeprefix("± "))

    visit.rate("matrix", 5)
    visit.rate("alien 1979", 5)
    assert heading.inner_text() == "Your list, from 2 films you rated"
    liked = visit.films()
    assert liked != popular
    assert not {"The Matrix", "Alien"} & set(liked)
    assert len(liked) == len(set(liked)) == 10
    assert float(number.inner_text().removeprefix("± ")) < before

    with visit.new_list():
        visit.stars_of("Alien").press("Home")
    assert visit.ratings()["Alien"] == 0.5
    assert visit.films() != liked


def test_ratings_are_removed_cleared_and_brought_back(visit: Visit) -> None:
    visit.rate("fargo", 4)
    visit.rate("heat 1995", 3)
    assert visit.page.get_by_text("Your ratings (2)").is_visible()
    with visit.new_list():
        visit.page.get_by_role("button", name="Remove Heat").click()
    assert visit.ratings() == {"Fargo": 4.0}
    visit.clear()
    assert visit.ratings() == {}
    assert "Famous films" in visit.page.locator(".films-head h3").inner_text()
    with visit.new_list():
        visit.page.get_by_role("button", name="Undo").click()
    assert visit.ratings() == {"Fargo": 4.0}


# A visitor's own export


def _zipped(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("profile.csv", "Username\nsomebody\n")
        archive.writestr("ratings.csv", text)
        archive.writestr(
            "watched.csv", "Date,Name,Year,Letterboxd URI\n2024-01-01,Fargo,1996,https://boxd.it/9\n"
        )
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data"), [("letterboxd-somebody.zip", _zipped(LETTERBOXD)), ("ratings.csv", LETTERBOXD.encode())]
)
def test_import_of_a_letterboxd_export(visit: Visit, name: str, data: bytes) -> None:
    visit.rate("fargo", 3)
    visit.import_file(name, data)
    assert visit.ratings() == {"Amelie": 4.5, "The Matrix": 4.0, "The Godfather": 5.0, "Fargo": 3.0}
    panel = visit.page.locator("#import-panel")
    assert "3 rows were left out" in panel.inner_text()
    assert "1 row matched although the year is a little off: The Godfather (1972)." in panel.inner_text()
    left_out = panel.locator(".look-list li").all_inner_texts()
    assert [text.splitlines()[0] for text in left_out] == [
        "Dune: Part Two 2024",
        "<img src=x onerror=alert(1)> 2011",
        "Heat 1995",
    ]
    assert "no rating" in left_out[2]

    mine = read_csv_link(panel.get_by_role("link", name="Download your 4 ratings"))
    assert {row["title"]: float(row["rating"]) for row in mine} == visit.ratings()


PICTURE = ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(200))
REFUSED = "photo.csv is a picture. Send the table as CSV. Your ratings are as they were."


def test_a_file_that_is_no_export_is_refused_in_one_sentence_and_costs_nothing(visit: Visit) -> None:
    visit.rate("fargo", 3)
    visit.import_file("ratings.csv", LETTERBOXD.encode())
    before = visit.ratings()
    visit.refused_file(*PICTURE)
    panel = visit.page.locator("#import-panel")
    assert panel.get_by_role("alert").inner_text() == REFUSED
    assert "were left out" not in panel.inner_text()  # the last report would speak of another file
    assert visit.page.locator(".gradio-container .error:visible").count() == 0
    assert visit.page.locator(".toast-body").count() == 0
    assert visit.ratings() == before
    visit.import_file("more.csv", b"title,year,rating\nHeat,1995,4\n")
    assert panel.get_by_role("alert").count() == 0


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_an_import_is_undone_after_a_reload_too(browser: "Browser", app: str, view: View) -> None:
    with new_visit(browser, app, viewport={"width": view.width, "height": view.height}) as visit:
        visit.open_import()
        undo = visit.page.get_by_role("button", name="Undo the import")
        assert undo.is_hidden()
        visit.rate("matrix", 2)
        visit.rate("fargo", 3)
        visit.import_file("ratings.csv", LETTERBOXD.encode())
        assert visit.ratings() == {"Amelie": 4.5, "The Matrix": 4.0, "The Godfather": 5.0, "Fargo": 3.0}
        visit.refused_file(*PICTURE)
        assert undo.is_visible()  # of the import that was one
        visit.reopen()
        visit.open_import()
        assert not view.is_phone or undo.bounding_box()["height"] >= 43.5
        with visit.new_list():
            undo.click()
        assert visit.ratings() == {"Fargo": 3.0, "The Matrix": 2.0}
        assert list(visit.ratings()) == ["Fargo", "The Matrix"]
        assert "Your ratings are back" in visit.page.locator("#import-panel").inner_text()
        assert undo.is_hidden()
        visit.reopen()
        assert visit.ratings() == {"Fargo": 3.0, "The Matrix": 2.0}
        visit.open_import()
        assert undo.is_hidden()


def test_what_was_rated_since_an_import_stays_when_it_is_undone(visit: Visit) -> None:
    visit.rate("fargo", 3)
    visit.import_file("ratings.csv", LETTERBOXD.encode())
    visit.rate("heat 1995", 4)
    with visit.new_list():
        visit.stars_of("Amelie").press("Home")
    with visit.new_list():
        visit.page.get_by_role("button", name="Undo the import").click()
    assert visit.ratings() == {"Heat": 4.0, "Amelie": 0.5, "Fargo": 3.0}
    assert "The 2 films you rated since stay." in visit.page.locator("#import-panel").inner_text()


# The list


def test_the_list_can_be_taken_away(visit: Visit) -> None:
    visit.rate("matrix", 5)
    rows = read_csv_link(visit.page.get_by_role("link", name="Download as CSV"))
    assert [row["title"] for row in rows] == visit.films()
    assert [round(float(row["stars"]), 1) for row in rows] == pytest.approx(visit.stars(), abs=0.051)
    assert all(float(row["low"]) <= float(row["stars"]) <= float(row["high"]) for row in rows)


def test_filters_and_order_change_the_list(visit: Visit) -> None:
    page = visit.page
    visit.rate("matrix", 5)
    visit.rate("fargo", 5)
    plain = visit.films()

    with visit.new_list():
        page.get_by_role("radio", name="Highest stars").check()
    assert visit.films() != plain
    assert visit.stars() == sorted(visit.stars(), reverse=True)
    with visit.new_list():
        page.get_by_role("radio", name="What you may pick").check()
    assert visit.films() == plain

    def n_ratings() -> float:
        counts = [int(re.search(r"([\d,]+) ratings?$", fact)[1].replace(",", "")) for fact in visit.facts()]
        return sum(counts) / len(counts)

    slider = page.get_by_role("slider", name="Hidden gems")
    neutral = n_ratings()
    with visit.new_list():
        slider.press("Home")
    hidden = n_ratings()
    with visit.new_list():
        slider.press("End")
    assert hidden < neutral < n_ratings()
    with visit.new_list():
        page.get_by_role("button", name="Reset").first.click()
    assert visit.films() == plain

    decade = page.get_by_role("combobox", name="Made in").or_(page.get_by_label("Made in")).first
    with visit.new_list():
        decade.click()
        page.get_by_role("option", name="1980s").click()
    assert {fact[:3] for fact in visit.facts()} == {"198"}
    with visit.new_list():
        page.get_by_label("Genres").first.click()
        page.get_by_role("option", name="Comedy").click()
    assert all("Comedy" in fact for fact in visit.facts())
    assert {fact[:3] for fact in visit.facts()} == {"198"}
    visit.clear()
    visit.open()  # the next test wants no filters


def test_a_film_that_few_people_rated_makes_a_list_too(visit: Visit) -> None:
    popular = visit.films()
    visit.rate("now and then", 5)
    listed = visit.films()
    assert listed[:2] != ["Toy Story", "Jumanji"]  # the catalogue's order
    assert listed != popular
    said = visit.page.locator(".films-head p").inner_text()
    assert said == "This film has fewer than 10 ratings, so the list rests on fame, genres and years."
    visit.open_why(row=0)
    *bars, total = visit.bars("why-list")
    assert [label for label, _ in bars] == ["How many people rated this film", "You gave Now and Then 5"]
    assert sum(value for _, value in bars) == pytest.approx(total[1], abs=1e-6)
    visit.rate("matrix", 5)
    said = visit.page.locator(".films-head p").inner_text()
    assert said == (
        "It rests on what people rate along with 1 of your 2 films; the other counts by its genres and years."
    )


# Why, and the model's question


def test_why_adds_up_and_says_what_each_rating_did(visit: Visit) -> None:
    for query, stars in (("matrix", 5), ("fargo", 4), ("toy story", 2)):
        visit.rate(query, stars)
    title = visit.open_why(row=1)
    for figure in ("why-stars", "why-list"):
        *bars, (total_label, total) = visit.bars(figure)
        assert total_label in ("Predicted stars", "Score in the list")
        assert sum(value for _, value in bars) == pytest.approx(total, abs=1e-6)
        assert any("You gave The Matrix 5" in label for label, _ in bars)
    assert visit.bars("why-stars")[-1][1] == pytest.approx(visit.stars()[1], abs=0.051)

    table = visit.page.locator("#why table")
    assert title in table.locator("caption").inner_text()
    assert "number 2 now" in table.locator("caption").inner_text()
    rows = [row.split("\t") for row in table.locator("tbody tr").all_inner_texts()]
    assert {row[0].strip() for row in rows} == {"The Matrix", "Fargo", "Toy Story"}
    assert all(re.fullmatch(r"[\d,]+", row[2].strip()) for row in rows)

    # The panel is about the list as it stands, and the heading is where a keyboard goes on.
    assert visit.page.evaluate("document.activeElement.textContent").startswith(f"Why {title}")
    with visit.new_list():
        visit.page.get_by_role("radio", name="Highest stars").check()
    visit.page.wait_for_function(
        "() => !document.querySelector('#why caption').textContent.includes('number 2 now')"
    )
    with visit.new_list():
        visit.page.get_by_role("radio", name="What you may pick").check()


def test_seen_it_puts_the_film_in_the_rater_and_waits_for_its_stars(visit: Visit) -> None:
    visit.rate("matrix", 5)
    title = visit.act("Seen it", row=2)
    visit.stars_of(title).wait_for()
    assert visit.ratings() == {title: None, "The Matrix": 5.0}
    assert visit.page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(
        f"Stars for {title}"
    )
    with visit.new_list():
        visit.page.keyboard.press("End")
    assert visit.ratings()[title] == 5.0
    assert title not in visit.films()


def test_the_model_asks(visit: Visit) -> None:
    page = visit.page
    question = page.locator(".look-ask strong")
    first = question.inner_text()
    page.get_by_role("button", name="Not seen").click()
    page.wait_for_function("old => document.querySelector('.look-ask strong').textContent !== old", arg=first)
    second = question.inner_text()
    page.get_by_role("button", name="Rate it").click()
    visit.stars_of(second).wait_for()
    assert page.evaluate("document.activeElement.className") == "rater-stars"
    with visit.new_list():
        page.keyboard.press("End")
    assert visit.ratings() == {second: 5.0}
    assert question.inner_text() not in (first, second)


# When something is missing


def test_a_search_that_does_not_answer_keeps_what_was_typed(browser: "Browser", app: str) -> None:
    with new_visit(browser, app) as visit:
        visit.page.route("**/component_server**", lambda route: route.abort())
        field = visit.page.locator("#rater-input")
        field.fill("matrix")
        visit.page.get_by_text("The search did not answer").wait_for()
        assert field.input_value() == "matrix"
        visit.page.unroute("**/component_server**")
        field.press_sequentially(" 1999")
        visit.page.locator("#rater-menu li").first.wait_for()
        assert visit.suggestions()[0] == "The Matrix"


def test_without_scripts_the_page_says_so(browser: "Browser", app: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(app)
        assert "This page needs JavaScript" in page.locator("body").inner_text()
    finally:
        context.close()


# The page in use; how each tab looks when it is opened is tested in tests/contract/


@dataclass
class Tour:
    """What was found in one view."""

    view: View
    layout: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


_OUR_TARGETS_JS = """() => [...document.querySelectorAll(`.rater-input, .rater-stars, .rater-remove,
    .rater-clear, .rater-menu li, #import-undo, .films-acts button, .films-head a`)]
  .filter(target => target.offsetParent)
  .map(target => [target, target.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([target, box]) => `${target.className || target.textContent} ${box.width} x ${box.height}`)"""


@pytest.fixture(scope="module", params=DAY_AND_NIGHT, ids=lambda view: view.name)
def tour(request: pytest.FixtureRequest, browser: "Browser", app: str) -> Tour:
    view: View = request.param
    seen = Tour(view)
    has_axe = AXE_PATH.is_file()

    def look(page: "Page", name: str) -> None:
        seen.layout += [f"{name}: {fault}" for fault in find_faults(page, view)]
        if view.is_phone:
            small = page.evaluate(_OUR_TARGETS_JS)
            seen.layout += [f"{name}: too small for a finger: {line}" for line in small]
        if has_axe:
            seen.axe += [f"{name}: {fault}" for fault in serious_faults(page)]

    with open_view(browser, app, view) as (page, errors):
        page.set_default_timeout(20_000)
        page.wait_for_selector(FIRST_LIST)
        open_tab(page, "Similar")
        look(page, "Similar")
        page.get_by_role("tab", name="For you").first.click()
        visit = Visit(page, app)
        for query, stars in (("matrix", 5), ("fargo", 4)):
            visit.rate(query, stars)
        visit.import_file("ratings.csv", LETTERBOXD.encode())
        visit.open_why()
        page.locator("#rater-input").fill("star wars")
        page.locator("#rater-menu li").first.wait_for()
        look(page, "For you, in use")
        seen.console = [line for line in errors if not QUIET_CONSOLE.search(line)]
    return seen


def test_the_page_in_use_fits_its_window_and_the_finger(tour: Tour) -> None:
    assert tour.layout == []


def test_the_page_in_use_makes_the_console_complain_of_nothing(tour: Tour) -> None:
    assert tour.console == []


def test_axe_finds_nothing_serious_on_the_page_in_use(tour: Tour) -> None:
    read_axe()
    assert tour.axe == []


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_nothing_jumps_when_the_first_list_arrives(browser: "Browser", app: str, view: View) -> None:
    watch = """
      const parts = [".look-head h1", ".look-tabs > .tab-wrapper", ".look-try", ".rater label"];
      window.places = {};  // where each part has been, from its first frame on
      window.shifts = [];
      new PerformanceObserver(seen => window.shifts.push(...seen.getEntries().map(shift => shift.value)))
        .observe({ type: "layout-shift" });
      (function look() {
        for (const part of parts) {
          const found = document.querySelector(part);
          const box = found?.checkVisibility({ visibilityProperty: true }) && found.getBoundingClientRect();
          if (box?.height) (window.places[part] ??= new Set()).add(Math.round(box.top + scrollY));
        }
        requestAnimationFrame(look);
      })();
    """
    size = {"width": view.width, "height": view.height}
    context: BrowserContext = browser.new_context(viewport=size, color_scheme=view.theme)
    try:
        context.add_init_script(watch)
        page = context.new_page()
        visit = Visit(page, app).open(theme=view.theme)
        for title in ("matrix", "heat 1995", "toy story"):
            visit.rate(title, 5)
        asked: list[Route] = []
        page.route("**/queue/join*", lambda route: asked.append(route))  # the visitor's own list comes late
        visit.open(theme=view.theme)
        page.wait_for_timeout(500)  # Gradio takes its loading sign down
        assert page.locator(".rater-list li").count() == 0
        page.evaluate("window.shifts = []")
        for route in asked:
            route.continue_()
        page.unroute("**/queue/join*")
        page.wait_for_selector(".rater-list li")
        page.wait_for_timeout(500)
        places = page.evaluate("Object.entries(window.places).map(([part, at]) => [part, [...at]])")
        assert len(places) == 4
        assert [(part, tops) for part, tops in places if len(tops) > 1] == []
        assert sum(page.evaluate("window.shifts")) < 0.02
    finally:
        context.close()


def test_tab_key_walks_through_the_page_in_order(visit: Visit) -> None:
    visit.rate("matrix", 5)
    page = visit.page
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.locator(".look-head a").last.focus()
    wanted: list[tuple[str, Callable[[str], bool]]] = [
        ("a tab", lambda at: at.startswith("tab|")),
        ("the search", lambda at: "rater-input" in at),
        ("clear all", lambda at: "rater-clear" in at),
        ("the stars", lambda at: "rater-stars" in at),
        ("remove", lambda at: "rater-remove" in at),
        ("rate it", lambda at: "ask-rate" in at),
        ("not seen", lambda at: "ask-skip" in at),
        ("the order", lambda at: at.startswith("radio|")),
        ("download", lambda at: "recommendations.csv" in at),
        ("why", lambda at: "explain" in at),
        ("seen it", lambda at: "seen" in at),
    ]
    where = """() => {
      const at = document.activeElement;
      const kind = at.getAttribute('role') || at.type || at.tagName;
      return [kind, at.id, at.className, at.download, at.dataset.act].join('|');
    }"""
    walked = []
    for _ in range(40):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(where))
        if wanted and wanted[0][1](walked[-1]):
            wanted.pop(0)
        if not wanted:
            break
    assert [name for name, _ in wanted] == [], walked


# What the browser keeps. The last test: it restarts the app, which cuts off every other page.


def test_ratings_survive_a_reload_and_a_restart_and_are_nobody_elses(
    browser: "Browser", app: str, server: ExitStack
) -> None:
    with new_visit(browser, app) as visit, new_visit(browser, app) as other:
        visit.rate("matrix", 4.5)
        visit.rate("fargo", 2)
        mine, films = visit.ratings(), visit.films()
        assert mine == {"Fargo": 2.0, "The Matrix": 4.5}
        visit.reopen()
        assert (visit.ratings(), visit.films()) == (mine, films)

        other.open()
        assert other.ratings() == {}
        assert "Famous films" in other.page.locator(".films-head h3").inner_text()
        other.rate("toy story", 5)

        server.close()
        server.enter_context(start_app(APP, port=int(app.rstrip("/").rpartition(":")[2])))
        visit.reopen()
        assert (visit.ratings(), visit.films()) == (mine, films)
        assert other.reopen().ratings() == {"Toy Story": 5.0}
