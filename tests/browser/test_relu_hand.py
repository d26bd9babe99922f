"""*By hand* in Chromium: slide, see the loss, race, follow a link, with the keyboard alone and on a phone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import read_axe, serious_faults
from tests.browser.relu_page import READY, open_relu, record_requests, slide, trace_y, wait_for_text
from tests.browser.screens import DAY_AND_NIGHT, QUIET_CONSOLE, View, find_faults, open_view, tab_names

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Eight points of x^2, and an outlier in the middle.
OUTLIER = [[x / 2, x * x / 4] for x in range(-4, 5) if x != 1] + [[0.5, 9]]

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def page(browser: "Browser", relu_url: str) -> "Iterator[Page]":
    with open_relu(browser, relu_url) as opened:
        yield opened


def test_it_starts_as_the_lesson_does(page: "Page") -> None:
    wait_for_text(page, "#hand-loss b", "2.422")
    page.wait_for_function(READY)
    assert trace_y(page, "hand-plot", "Data")[:3] == pytest.approx([11.8690, 6.5433, 5.9396], abs=1e-4)


def test_a_slider_moves_the_curve_and_the_loss_and_asks_nothing(page: "Page") -> None:
    page.wait_for_timeout(500)
    asked = record_requests(page)
    before = trace_y(page, "hand-plot", "Yours")
    slide(page, "#hand-a", 3)
    slide(page, "#hand-b", 2)
    slide(page, "#hand-c", 1)
    wait_for_text(page, "#hand-loss b", "1.477")  # the true parameters
    wait_for_text(page, "#hand-loss .look-hint", "Your best so far")
    after = trace_y(page, "hand-plot", "Yours")
    assert after != before
    assert after[0] == pytest.approx(3 * 2.2**2 - 2 * 2.2 + 1, abs=1e-6)
    page.wait_for_timeout(500)
    assert asked == []


def test_the_colour_of_the_loss_comes_with_a_word(page: "Page") -> None:
    colours = set()
    for a, b, c, word in ((-5, 0, 0, "far off"), (2.65, 1.3, 0.5, "as good as it gets")):
        for name, value in zip("abc", (a, b, c), strict=True):
            slide(page, f"#hand-{name}", value)
        wait_for_text(page, "#hand-loss", word)
        colours.add(page.locator("#hand-loss b").evaluate("number => getComputedStyle(number).color"))
    assert len(colours) == 2


@pytest.mark.parametrize(
    ("kind", "points", "params", "word"),
    [
        ("MAE", None, (2.85, 1.15, 0.4), "close"),  # 1.019, and 0.986 is possible
        ("MAE", None, (2.75, 1.15, 0.55), "close"),  # the optimum of the other loss
        ("MSE", None, (2.75, 1.15, 0.55), "as good as it gets"),
        ("MAE", OUTLIER, (1, 0, 0), "as good as it gets"),
        ("MSE", OUTLIER, (1, 0, 0), "getting there"),
        ("MAE", [[0, 1], [0, 3], [0, 4], [1, 2]], (0, -1, 3), "as good as it gets"),  # two x: a median each
        ("MSE", [[0, 1], [0, 3], [1, 2]], (0, 0, 2), "as good as it gets"),
        ("MAE", [[0, 1], [0, 3], [0, 4], [1, 2]], (0, 0, 2), "getting there"),
    ],
)
def test_the_word_grades_against_the_best_curve_of_the_chosen_loss(
    page: "Page", kind: str, points: list[list[float]] | None, params: tuple[float, ...], word: str
) -> None:
    if points:
        page.evaluate("(points) => curveLab.setData({points, curve: null})", points)
    page.get_by_label(kind, exact=True).check()
    for name, value in zip("abc", params, strict=True):
        slide(page, f"#hand-{name}", value)
    wait_for_text(page, "#hand-loss .look-unit", word)


def test_a_best_curve_beyond_the_sliders_is_called_so(page: "Page") -> None:
    wait_for_text(page, "#hand-try", "Does the loss go down?")
    page.evaluate("() => curveLab.setData({points: [[-1, 8], [0, 0], [1, 8], [2, 32]], curve: null})")
    wait_for_text(page, "#hand-try", "lies beyond the sliders")


def test_the_other_loss(page: "Page") -> None:
    page.get_by_label("MSE", exact=True).check()
    wait_for_text(page, "#hand-loss .look-label", "mean squared error")
    errors = page.evaluate(
        "() => curveLab.points.x.map((x, i) => (1.1 * x * x + 1.1 * x + 1.1 - curveLab.points.y[i]) ** 2)"
    )
    wait_for_text(page, "#hand-loss b", f"{sum(errors) / len(errors):.3f}")


def test_the_race_puts_everybody_on_one_axis(page: "Page") -> None:
    slide(page, "#hand-a", 2)
    page.get_by_role("button", name="Race the machine").click()
    wait_for_text(page, "#race-words", "Gradients never zeroed")
    losses = page.evaluate("() => curveLab.plot('race-plot').data.map((trace) => trace.x[0])")
    you, turns, descent, summed, exact = losses
    assert exact == pytest.approx(0.98592, abs=1e-5)
    assert exact <= min(descent, turns) + 1e-9
    assert max(descent, turns) < min(summed, you)
    slide(page, "#hand-a", 2.5)  # the visitor's mark goes on moving
    page.wait_for_function("(before) => curveLab.plot('race-plot').data[0].x[0] < before", arg=you)


def test_a_race_that_fails_says_so_and_keeps_the_sliders(page: "Page") -> None:
    slide(page, "#hand-a", 2)
    page.route("**/component_server**", lambda route: route.abort())
    page.get_by_role("button", name="Race the machine").click()
    wait_for_text(page, "#race-notice", "did not answer")
    assert page.locator("#hand-a input[type=range]").input_value() == "2"


def test_a_link_restores_the_screen(browser: "Browser", relu_url: str, page: "Page") -> None:
    slide(page, "#hand-a", 2.6)
    slide(page, "#hand-c", -0.5)
    page.get_by_label("MSE", exact=True).check()
    page.wait_for_function("() => location.hash.includes('loss=mse')")
    link = page.evaluate("() => location.hash.slice(1)")
    wait_for_text(page, "#hand-loss .look-label", "squared")
    loss = page.locator("#hand-loss b").inner_text()
    with open_relu(browser, relu_url, link) as again:
        wait_for_text(again, "#hand-loss b", loss)
        assert again.locator("#hand-a input[type=range]").input_value() == "2.6"
        assert again.locator("#hand-c input[type=number]").input_value() == "-0.5"
        assert again.get_by_label("MSE", exact=True).is_checked()


@pytest.mark.parametrize(
    "link",
    [
        "abc=NaN,1,2",
        "abc=1,2",
        "abc=1e308,1,1",
        "points=1,2;x",
        "noise=Infinity&draw=-5&n=1e9",
        "tab=__proto__&curve=constructor&loss=toString",
        "%E0%A4%A",
        "points=" + ";".join(["1,1"] * 5000),
    ],
)
def test_a_broken_link_opens_a_page_that_works(browser: "Browser", relu_url: str, link: str) -> None:
    with open_relu(browser, relu_url, link) as page:
        slide(page, "#hand-a", 2)
        page.wait_for_function("() => !/2\\.422|NaN/.test(document.querySelector('#hand-loss b').innerText)")


def test_start_again(page: "Page") -> None:
    slide(page, "#hand-a", 4)
    page.get_by_role("button", name="Start again").first.click()
    wait_for_text(page, "#hand-loss b", "2.422")
    assert page.locator("#hand-a input[type=range]").input_value() == "1.1"


def test_the_keyboard_alone(page: "Page") -> None:
    page.locator("#hand-a input[type=range]").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    wait_for_text(page, "#hand-loss .look-hint", "Your best so far")
    assert float(page.locator("#hand-a input[type=range]").input_value()) == pytest.approx(1.6)
    page.locator("#hand-race").focus()
    page.keyboard.press("Enter")
    wait_for_text(page, "#race-words", "Coordinate descent")


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_it_looks_right(browser: "Browser", relu_url: str, view: View) -> None:
    with open_view(browser, relu_url, view) as (page, errors):
        wait_for_text(page, "#hand-loss b", "2.422")
        assert tab_names(page) == ["By hand", "Machine", "ReLUs", "Points", "Quiz"]
        page.get_by_role("button", name="Race the machine").click()
        wait_for_text(page, "#race-words", "Coordinate descent")
        page.wait_for_function("() => curveLab.plot('race-plot')?.data.length")  # until then a placeholder
        assert find_faults(page, view) == []
        page.evaluate(read_axe())
        assert serious_faults(page) == []
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
