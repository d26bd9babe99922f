"""*Points* in Chromium: set, drag and remove points, bring a table, share; also by keyboard and by finger."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.axe import read_axe, serious_faults
from tests.browser.relu_page import open_relu, record_requests, trace_y
from tests.browser.screens import DAY_AND_NIGHT, QUIET_CONSOLE, View, find_faults, open_tab, open_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

POINTS = "() => curveLab.points.x.map((x, i) => [x, curveLab.points.y[i]])"
# Where a place of the axes is in the window, in pixels.
PLACE = """([x, y]) => {
  const plot = curveLab.plot("points-plot");
  const { left, top } = plot.getBoundingClientRect();
  const { xaxis, yaxis } = plot._fullLayout;
  return [left + xaxis._offset + xaxis.d2p(x), top + yaxis._offset + yaxis.d2p(y)];
}"""
SAID = "#points-form [role=status]"


@pytest.fixture
def page(browser: "Browser", relu_url: str) -> "Iterator[Page]":
    with open_relu(browser, relu_url, "tab=points") as opened:
        yield ready(opened)


def ready(page: "Page") -> "Page":
    """Wait until the plot is drawn and takes clicks."""
    page.wait_for_function("() => curveLab.plot('points-plot')?.dataset.listens === 'yes'")
    page.wait_for_selector("#points-form select")
    page.locator("#points-plot").scroll_into_view_if_needed()
    return page


def points(page: "Page") -> list[list[float]]:
    return page.evaluate(POINTS)


def place(page: "Page", point: list[float]) -> tuple[float, float]:
    x, y = page.evaluate(PLACE, point)
    return x, y


def wait_for(page: "Page", selector: str, text: str) -> None:
    page.wait_for_function(
        "([selector, text]) => document.querySelector(selector)?.textContent.includes(text)",
        arg=[selector, text],
    )


def paste(page: "Page", text: str) -> None:
    page.locator("#points-text textarea").fill(text)
    page.get_by_role("button", name="Read the table").click()


def drag(page: "Page", start: list[float], end: list[float]) -> None:
    page.mouse.move(*place(page, start))
    page.mouse.down()
    page.mouse.move(*place(page, end), steps=8)


def test_a_click_adds_a_point_for_every_tab(page: "Page") -> None:
    page.mouse.click(*place(page, [-0.5, 10]))
    wait_for(page, "#points-count b", "21")
    assert points(page)[-1] == pytest.approx([-0.5, 10], abs=0.1)
    wait_for(page, "#points-count .look-hint", "changed by you")
    wait_for(page, SAID, "21 points now")
    assert len(trace_y(page, "points-plot", "Data")) == 21
    open_tab(page, "By hand")
    assert len(trace_y(page, "hand-plot", "Data")) == 21


def test_a_drag_moves_a_point_smoothly_and_asks_nothing(page: "Page") -> None:
    first = points(page)[0]
    page.wait_for_timeout(300)
    asked = record_requests(page)
    drag(page, first, [-1.5, 18])
    # It is drawn before the button is let go, and the best curve by MSE comes along.
    page.wait_for_function(
        "() => curveLab.plot('points-plot').data.find((t) => t.name === 'Data').y[0] > 17.5"
    )
    assert page.evaluate("() => curveLab.state.data.points") is None
    page.mouse.up()
    page.wait_for_function("() => curveLab.state.data.points?.length === 20")
    assert points(page)[0] == pytest.approx([-1.5, 18], abs=0.1)
    assert page.locator("#points-form [name=y]").input_value().startswith("1")
    wait_for(page, "#points-try", "The MSE squares the error")
    page.wait_for_timeout(500)
    assert asked == []


def test_an_outlier_pulls_the_best_mse_and_leaves_the_best_mae(page: "Page") -> None:
    # As the explanation says: the first point 10 higher.
    cells = (
        "() => [...document.querySelectorAll('#points-best td:nth-child(2)')].map((cell) => cell.textContent)"
    )
    assert page.evaluate(cells) == ["2.614", "2.760"]
    page.locator("#points-form [name=y]").fill("21.869")
    page.locator("#points-form [name=y]").blur()
    page.wait_for_function(f"() => ({cells})()[1] === '3.493'")
    assert page.evaluate(cells)[0] == "2.614"


def test_a_double_click_removes_and_one_on_an_empty_place_adds_one(page: "Page") -> None:
    second = points(page)[1]
    page.mouse.dblclick(*place(page, second))
    wait_for(page, "#points-count b", "19")
    assert second[0] not in [x for x, _ in points(page)]
    page.wait_for_timeout(500)
    page.mouse.dblclick(*place(page, [1, -3]))
    wait_for(page, "#points-count b", "20")
    page.wait_for_timeout(500)
    assert len(points(page)) == 20


def test_undo_takes_back_step_by_step(page: "Page") -> None:
    lesson = points(page)
    undo = page.locator("#points-form [data-do=undo]")
    assert undo.is_disabled()
    page.mouse.click(*place(page, [0.5, 9]))
    drag(page, points(page)[0], [-1.2, 15])
    page.mouse.up()
    page.get_by_role("button", name="Clear all").click()
    wait_for(page, "#points-count b", "0")
    wait_for(page, "#points-try", "Click the plot")
    assert len(points(page)) == 21  # the other tabs keep them
    assert trace_y(page, "points-plot", "Data") == []
    undo.click()
    wait_for(page, "#points-count b", "21")
    undo.click()
    page.wait_for_function("() => curveLab.points.x[0] === -2")
    undo.click()
    wait_for(page, "#points-count b", "20")
    assert points(page) == lesson
    assert undo.is_disabled()
    assert page.get_by_label("Quadratic (the lesson's)").is_checked()


def test_points_from_nothing_have_no_true_curve(page: "Page") -> None:
    page.get_by_role("button", name="Clear all").click()
    page.mouse.click(*place(page, [0, 5]))
    wait_for(page, "#points-count b", "1")
    wait_for(page, "#points-count .look-hint", "nobody knows the true curve")
    assert page.evaluate("() => curveLab.state.data.curve") is None
    assert page.locator("#points-best td").nth(1).inner_text() == "–"
    assert page.locator("#points-noise input[type=range]").is_disabled()


def test_presets_and_their_noise(page: "Page") -> None:
    page.get_by_label("Step", exact=True).check()
    wait_for(page, "#points-count .look-hint", "Step, noise 1.00")
    noise = page.locator("#points-noise input[type=range]")
    noise.evaluate(
        "(range) => { range.value = 0; range.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.wait_for_function("() => curveLab.points.y.every((y) => y === 0 || y === 1)")
    page.locator("#points-n input[type=number]").fill("50")
    page.locator("#points-n input[type=number]").blur()
    wait_for(page, "#points-count b", "50")
    page.get_by_label("Only noise").check()
    page.wait_for_function("() => curveLab.points.y.every((y) => y === 0)")
    noise.evaluate(
        "(range) => { range.value = 2; range.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.wait_for_function("() => curveLab.points.y.some((y) => y > 1)")
    before = points(page)
    page.get_by_role("button", name="New noise").first.click()
    page.wait_for_function("(before) => curveLab.points.y[0] !== before", arg=before[0][1])
    assert len(points(page)) == 50


def test_noise_set_in_another_tab_arrives_here(page: "Page") -> None:
    page.evaluate("() => curveLab.setData({ noise: 2.5 })")
    page.wait_for_function("() => document.querySelector('#points-noise input[type=range]').value === '2.5'")
    wait_for(page, "#points-count .look-hint", "noise 2.50")


def test_lines_can_be_chosen(page: "Page") -> None:
    page.get_by_label("True curve").check()
    page.get_by_label("Curves of the other tabs").check()
    names = "() => curveLab.plot('points-plot').data.map((trace) => trace.name)"
    page.wait_for_function(f"() => ({names})().includes('ReLUs')")
    assert {"True curve", "By hand", "Best MAE", "Best MSE", "Data"} <= set(page.evaluate(names))
    page.get_by_label("Best quadratics").uncheck()
    page.wait_for_function(f"() => !({names})().includes('Best MAE')")


def test_a_pasted_table_is_shown_before_it_is_used(page: "Page") -> None:
    lesson = points(page)
    paste(page, "year;price\n1990;100,5\n2000;300\nbad;row\n2010;200\n")
    wait_for(page, "#points-found", "3 points: x from 1990 to 2010, y from 100.5 to 300.")
    found = page.locator("#points-found").inner_text()
    for words in ("Decimal commas", "1 row was skipped", "scaled x = (x − 2000) / 5", "year", "price"):
        assert words in found
    assert points(page) == lesson
    page.get_by_role("button", name="Leave them").click()
    assert page.locator("#points-found").inner_text() == ""
    assert points(page) == lesson
    paste(page, "year;price\n1990;100\n2000;300\n2010;200\n")
    page.get_by_role("button", name="Use these points").click()
    page.wait_for_function("() => curveLab.points.x.length === 3")
    assert points(page) == [[-2, -10], [0, 10], [2, 0]]
    wait_for(page, "#points-scale", "x = (year − 2000) / 5, y = (price − 200) / 10")
    page.locator("#points-form [data-do=undo]").click()
    page.wait_for_function("() => curveLab.points.x.length === 20")
    assert page.locator("#points-scale").inner_text() == ""


HOUSES = "year;price\n" + "\n".join(f"{1990 + i};{150_000 + 25_000 * (i * 7 % 5)}" for i in range(21))
DAYS = "day,temperature\n" + "\n".join(f"2024-{1 + i:02d}-15,{5 + 60 * (i % 3)}" for i in range(10))
AXIS = """([figure, axis]) => {
  const { ticktext, title } = curveLab.plot(figure).layout[axis];
  return [title?.text ?? title, ...(ticktext ?? [])];
}"""


def use(page: "Page", text: str) -> None:
    paste(page, text)
    page.get_by_role("button", name="Use these points").click()
    page.wait_for_function("() => curveLab.state.points.scale")


def test_own_points_are_shown_in_their_own_units(page: "Page") -> None:
    use(page, HOUSES)
    assert page.evaluate(AXIS, ["points-plot", "xaxis"]) == ["year", "1990", "1995", "2000", "2005", "2010"]
    name, *prices = page.evaluate(AXIS, ["points-plot", "yaxis"])
    assert name == "price"
    assert "200,000" in prices
    assert page.locator("#points-form [name=x]").input_value() == "1990"
    page.locator("#points-form [name=y]").fill("300000")
    page.locator("#points-form [name=y]").blur()
    wait_for(page, SAID, "year 1990, price 300,000.")
    mae = page.locator("#points-best [data-kind=mae] td").nth(4).inner_text()
    assert 10_000 < float(mae.replace(",", "")) < 50_000
    for tab, figure in (("By hand", "hand-plot"), ("Machine", "machine-plot"), ("ReLUs", "units-plot")):
        open_tab(page, tab)
        assert page.evaluate(AXIS, [figure, "xaxis"])[:2] == ["year", "1990"]
        number = page.locator(f"#{figure.split('-')[0]}-loss b").inner_text()
        assert 10_000 < float(number.replace(",", "")) < 200_000
    open_tab(page, "By hand")
    page.get_by_role("button", name="Race the machine").click()
    page.wait_for_function("() => curveLab.plot('race-plot').data.at(-1).x[0] > 10000")
    assert "e+" not in page.locator("body").inner_text()
    open_tab(page, "Points")
    page.get_by_label("Sine wave").check()  # a preset has no units
    page.wait_for_function("() => !curveLab.plot('points-plot').layout.xaxis.ticktext")


def test_dates_stay_dates(browser: "Browser", relu_url: str, page: "Page") -> None:
    use(page, DAYS)
    name, *dates = page.evaluate(AXIS, ["points-plot", "xaxis"])
    assert name == "day"
    assert dates == ["2024-03", "2024-05", "2024-07", "2024-09"]
    field = page.locator("#points-form [name=x]")
    assert (field.get_attribute("type"), field.input_value()) == ("date", "2024-01-15")
    field.fill("2024-03-01")
    field.blur()
    wait_for(page, SAID, "day 2024-03-01, temperature 5.")
    link = page.evaluate("() => curveLab.share.address()")
    with open_relu(browser, link) as again:
        ready(again)
        assert again.evaluate(AXIS, ["points-plot", "xaxis"]) == [name, *dates]
        assert again.locator("#points-form [name=x]").input_value() == "2024-03-01"


def test_a_name_in_a_link_is_text(browser: "Browser", relu_url: str) -> None:
    names = "%3Ca%20href%3D%22javascript%3Aalert(1)%22%3Ex%3C%2Fa%3E%7C" + "y" * 500
    link = f"tab=points&points=0,1;1,2&scale=0,5,0,5&names={names}"
    with open_relu(browser, relu_url, link) as page:
        ready(page)
        shown = page.evaluate("() => curveLab.state.points.names")
        assert not set("<>&") & set("".join(shown))
        assert max(map(len, shown)) <= 60
        assert page.locator("#points-plot a[href^=javascript]").count() == 0


def test_a_table_that_cannot_be_read_changes_nothing(page: "Page") -> None:
    lesson = points(page)
    for text, words in (("", "nothing in this table"), ("<img src=x onerror=alert(1)>", "no rows under it")):
        paste(page, text)
        wait_for(page, "#points-notice", words)
    paste(page, "1,2\n3,4")
    wait_for(page, "#points-found", "2 points")
    assert page.locator("#points-notice").inner_text() == ""
    assert points(page) == lesson


def test_an_uploaded_csv_is_shown_then_used(page: "Page", tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("<b>x</b>,y\n0,1\n1,3\n2,2\n", encoding="utf-8")
    for _ in range(2):  # the same file again
        page.locator("#points-file input[type=file]").set_input_files(table)
        wait_for(page, "#points-found", "3 points: x from 0 to 2, y from 1 to 3.")
        assert page.locator("#points-found b").count() == 0  # a heading is text
        page.get_by_role("button", name="Use these points").click()
        page.wait_for_function("() => curveLab.points.x.join() === '0,1,2'")
        page.wait_for_selector("#points-file input[type=file]", state="attached")
    table.write_bytes(b"\x1f\x8b" + bytes(50))
    page.locator("#points-file input[type=file]").set_input_files(table)
    wait_for(page, "#points-notice", "compressed with gzip")
    assert len(points(page)) == 3


def test_the_link_brings_back_the_screen(browser: "Browser", relu_url: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with open_relu(browser, relu_url, "tab=points", permissions=permissions) as page:
        ready(page)
        page.get_by_label("True curve").check()
        page.mouse.click(*place(page, [-0.5, 10]))
        wait_for(page, "#points-count b", "21")
        wait_for(page, "#share-words", "The link holds the 21 points")
        page.get_by_role("button", name="Copy link").click()
        wait_for(page, "#share-link", "Copied")
        link = page.evaluate("() => navigator.clipboard.readText()")
        assert page.locator("#share-link input").input_value() == link
        mine = points(page)
        hint = page.locator("#points-count .look-hint").inner_text()
    with open_relu(browser, link) as again:
        ready(again)
        wait_for(again, "#points-count b", "21")
        assert points(again) == mine
        assert again.locator("#points-count .look-hint").inner_text() == hint
        assert again.get_by_label("True curve").is_checked()
        assert "True curve" in again.evaluate("() => curveLab.plot('points-plot').data.map((t) => t.name)")
        assert (
            again.evaluate(
                "() => [...document.querySelectorAll('#points-preset input')].filter((i) => i.checked)"
            )
            == []
        )


def test_a_scaled_table_survives_a_link(browser: "Browser", relu_url: str, page: "Page") -> None:
    paste(page, "\n".join(f"{1990 + i},{1e6 / (i + 1)!r}" for i in range(30)))
    page.get_by_role("button", name="Use these points").click()
    wait_for(page, "#points-scale", "your x − 2004.5")
    link = page.evaluate("() => curveLab.share.address()")
    mine, scale = points(page), page.locator("#points-scale").inner_text()
    with open_relu(browser, link) as again:
        ready(again)
        assert points(again) == mine
        assert again.locator("#points-scale").inner_text() == scale


@pytest.mark.parametrize(
    "own",
    ["1,1", "1,1;2,2", "0,1;1,3;2,2", "2,1;2,2;2,3", "0,0;0,0;0,0", "-1,3;0,3;1,3;2,3",
     ";".join(f"{i / 200 - 2.5:.4g},{i % 7}" for i in range(1000))],
    ids=["one", "two", "three, exactly met", "all at one x", "the same three times", "level", "1,000"],
)  # fmt: skip
def test_every_tab_takes_any_points(browser: "Browser", relu_url: str, own: str) -> None:
    faults: list[str] = []
    with open_relu(browser, relu_url, f"tab=points&curve=none&points={own}") as page:
        page.on("pageerror", lambda error: faults.append(str(error)))
        ready(page)
        wait_for(page, "#points-count b", f"{own.count(';') + 1:,}")
        for tab in ("By hand", "Machine", "ReLUs", "Points"):
            open_tab(page, tab)
        low, high = page.evaluate("() => curveLab.ownPoints.ranges.y")
        target = [-1.1, low + 0.8 * (high - low)]
        drag(page, points(page)[0], target)  # or one that lies on it
        page.mouse.up()
        near = (
            "([x, y]) => curveLab.points.x.some((v, i) => Math.hypot(v - x, curveLab.points.y[i] - y) < 0.2)"
        )
        page.wait_for_function(near, arg=target)
        if own.count(";") < 999:
            page.mouse.click(*place(page, [0.3, target[1]]))
            wait_for(page, "#points-count b", str(own.count(";") + 2))
        page.get_by_role("button", name="Remove").click()
        wait_for(page, SAID, "emoved" if ";" in own else "point")
    assert faults == []


@pytest.mark.parametrize(
    "link", ["lines=x,__proto__&scale=1,2", "scale=NaN,1,1,1&points=1,2", "scale=0,0,0,0&points=1,1;2,2"]
)
def test_a_broken_link_opens_a_plot_that_works(browser: "Browser", relu_url: str, link: str) -> None:
    with open_relu(browser, relu_url, f"tab=points&{link}") as page:
        ready(page)
        n = len(points(page))
        page.get_by_role("button", name="Add a point").click()
        wait_for(page, "#points-count b", str(n + 1))
        assert page.locator("#points-scale").inner_text() == ""


def test_without_a_clipboard_the_link_is_selected(page: "Page") -> None:
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy link").click()
    wait_for(page, "#share-link", "The link is selected")
    selected = """() => {
      const field = document.querySelector("#share-link input");
      return field.value.slice(field.selectionStart, field.selectionEnd);
    }"""
    assert page.evaluate(selected) == page.evaluate("() => curveLab.share.address()")


def test_the_notebook_comes_down_and_holds_the_screen(page: "Page", tmp_path: Path) -> None:
    page.get_by_label("Sine wave").check()
    page.wait_for_function("() => curveLab.state.data.curve === 'sin'")
    page.evaluate("() => Object.assign(curveLab.state, { hand: [0.5, 1.25, -2] })")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download notebook").click()
    assert started.value.suggested_filename.endswith(".ipynb")
    started.value.save_as(tmp_path / "screen.ipynb")
    notebook: dict[str, Any] = json.loads((tmp_path / "screen.ipynb").read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert any("a, b, c = 0.5, 1.25, -2.0" in source for source in sources)
    assert any("y = np.sin(2 * x)" in source for source in sources)
    assert "[The same screen in the app](http://127.0.0.1" in sources[0]


def test_a_notebook_that_fails_says_so(page: "Page") -> None:
    page.route("**/component_server**", lambda route: route.abort())
    page.get_by_role("button", name="Download notebook").click()
    wait_for(page, "#share-notice", "did not answer")


def test_the_keyboard_alone(page: "Page") -> None:
    page.locator("#points-plot .js-plotly-plot").focus()
    page.keyboard.press("PageDown")
    wait_for(page, SAID, "Point 2 of 20")
    x, y = points(page)[1]
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    wait_for(page, SAID, "Point 2 of 20 is now at")
    moved = points(page)[1]
    assert moved[0] > x + 0.3
    assert moved[1] > y + 0.5
    page.keyboard.press("Control+z")  # all of these moves together
    page.wait_for_function("(y) => curveLab.points.y[1] === y", arg=y)
    page.keyboard.press("Delete")
    wait_for(page, "#points-count b", "19")
    page.keyboard.press("Enter")
    wait_for(page, "#points-count b", "20")
    # On to the fields: the list of points, then x and y.
    page.locator("#points-form select").focus()
    page.keyboard.press("Home")
    wait_for(page, SAID, "Point 1 of 20: x -2")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.name") == "x"
    page.keyboard.type("1.5")
    page.keyboard.press("Tab")
    page.wait_for_function("() => curveLab.state.data.points?.[0][0] === 1.5")
    page.keyboard.type("999")  # beyond what gradient descent can use
    page.keyboard.press("Enter")
    page.wait_for_function("() => curveLab.state.data.points[0][1] === 25")
    page.wait_for_function("() => document.querySelector('#points-form [name=y]').value === '25'")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => curveLab.points.y[0] === 24.9")


def test_what_is_typed_half_changes_nothing(page: "Page") -> None:
    lesson = points(page)
    field = page.locator("#points-form [name=x]")
    field.fill("")
    field.press("-")
    assert points(page) == lesson
    field.blur()
    page.wait_for_function("() => document.querySelector('#points-form [name=x]').value === '-2'")
    assert points(page) == lesson


def test_a_finger_adds_and_drags_and_still_scrolls(browser: "Browser", relu_url: str) -> None:
    viewport = {"width": 360, "height": 740}
    with open_relu(
        browser, relu_url, "tab=points", viewport=viewport, has_touch=True, is_mobile=True
    ) as page:
        ready(page)
        page.touchscreen.tap(*place(page, [0.4, 12]))
        wait_for(page, "#points-count b", "21")
        assert points(page)[-1] == pytest.approx([0.4, 12], abs=0.2)
        client = page.context.new_cdp_session(page)

        def swipe(start: tuple[float, float], by: tuple[float, float]) -> None:
            at = {"x": start[0], "y": start[1]}
            client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
            for step in range(1, 11):
                at = {"x": start[0] + by[0] * step / 10, "y": start[1] + by[1] * step / 10}
                client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
                page.wait_for_timeout(20)
            client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        before = page.evaluate("() => scrollY")
        low = points(page)[10][1]
        swipe(place(page, points(page)[10]), (0, -80))
        page.wait_for_function("(low) => curveLab.state.data.points[10][1] > low + 3", arg=low)
        assert page.evaluate("() => scrollY") == before
        assert len(points(page)) == 21
        swipe(place(page, [0, 20]), (0, -120))  # not on a point: the page moves
        page.wait_for_function("(before) => scrollY > before + 60", arg=before)
        assert len(points(page)) == 21


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_it_looks_right(browser: "Browser", relu_url: str, view: View) -> None:
    with open_view(browser, relu_url, view) as (page, errors):
        open_tab(page, "Points")
        ready(page)
        paste(page, "year;price\n1990;100,5\n2000;300\nbad;row\n2010;200\n")
        wait_for(page, "#points-found", "3 points")
        page.get_by_role("button", name="Copy link").click()
        page.wait_for_selector("#share-link input")
        page.evaluate(read_axe())
        assert find_faults(page, view) == []
        assert serious_faults(page) == []
        page.get_by_role("button", name="Use these points").click()
        wait_for(page, "#points-scale", "scaled points")
        assert find_faults(page, view) == []
        assert serious_faults(page) == []
        if view.is_phone:
            heights = page.locator("#points-form :is(button, select, input)").evaluate_all(
                "all => all.map((one) => one.getBoundingClientRect().height)"
            )
            assert min(heights) >= 44
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
