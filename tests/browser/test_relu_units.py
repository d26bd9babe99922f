"""*ReLUs* in Chromium: move units, fit, replay, sweep, follow a link, with the keyboard alone, on a phone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import read_axe, serious_faults
from tests.browser.relu_page import open_relu, record_requests, slide, trace_y, wait_for_text
from tests.browser.screens import (
    DAY_AND_NIGHT,
    QUIET_CONSOLE,
    View,
    find_faults,
    open_tab,
    open_view,
    settle,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

FIT_SECONDS = 60  # the first fit of an app imports PyTorch
V_SHAPE = "units=-4,0,1.5,4,0,1.5,1"  # two units that open to either side, and c = 1
DEAD = "units=1.5,1.5,1,1,-5,1,0"  # the second is off from -2 to 2


@pytest.fixture
def page(browser: "Browser", relu_url: str) -> "Iterator[Page]":
    with open_relu(browser, relu_url, "tab=units") as opened:
        yield ready(opened)


def ready(page: "Page") -> "Page":
    page.wait_for_function("() => curveLab.plot('units-plot')?.data?.length > 3")
    settle(page)
    return page


def shown(page: "Page", name: str) -> float:
    return float(page.locator(f"#units-{name} input[type=number]").input_value())


def press(page: "Page", name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fit(page: "Page") -> None:
    press(page, "Fit by gradient descent")
    page.wait_for_function("() => curveLab.units.fit && !curveLab.units.playing", timeout=1000 * FIT_SECONDS)


def network_y(page: "Page", x: float) -> float:
    return page.evaluate("x => curveLab.units.at([x])[0]", x)


def test_a_slider_moves_unit_knot_and_sum_and_asks_nothing(page: "Page") -> None:
    page.wait_for_timeout(500)
    asked = record_requests(page)
    before = trace_y(page, "units-plot", "Sum")
    loss = page.locator("#units-loss b").inner_text()
    slide(page, "#units-m", -3)
    slide(page, "#units-b", 3)
    slide(page, "#units-c", 2)
    page.wait_for_function("old => document.querySelector('#units-loss b').textContent !== old", arg=loss)
    assert trace_y(page, "units-plot", "Sum") != before
    assert network_y(page, -2) == pytest.approx(2 + (-3 * -2 + 3))
    knot = page.evaluate("curveLab.plot('units-plot').data.find((trace) => trace.name === 'Knot')")
    assert knot["x"] == [pytest.approx(1)]
    assert knot["y"] == [pytest.approx(2)]
    assert knot["marker"]["symbol"] == "diamond"
    page.wait_for_timeout(500)
    assert asked == []


def test_units_are_added_and_each_can_be_moved(page: "Page") -> None:
    press(page, "2 units")
    wait_for_text(page, "#units-facts", "7")  # parameters
    page.wait_for_function("() => document.querySelector('#units-m input[type=number]').value === '-1.5'")
    page.get_by_label("Unit to move").select_option("0")
    page.wait_for_function("() => document.querySelector('#units-m input[type=number]').value === '1.5'")
    slide(page, "#units-w", 2)
    page.wait_for_function("() => curveLab.state.units.units.w[0] === 2")
    assert page.evaluate("curveLab.state.units.units.w") == [2, 1]
    press(page, "20 units")
    page.wait_for_function("() => document.querySelector('#units-count input[type=number]').value === '20'")
    press(page, "The unit before")
    wait_for_text(page, "#units-picker select", "19 of 20")
    assert page.get_by_label("Unit to move").input_value() == "18"
    press(page, "1 unit")
    wait_for_text(page, "#units-facts", "4")
    assert page.evaluate("curveLab.state.units.units.w") == [2]


def test_a_dead_unit_is_named(page: "Page") -> None:
    assert page.locator("#units-words").inner_text() == ""
    slide(page, "#units-m", 1)
    slide(page, "#units-b", -3)
    wait_for_text(page, "#units-words", "Unit 1 is dead: off at every point, so its gradient is 0.")
    page.get_by_label("Leaky ReLU", exact=True).check()
    page.wait_for_function("() => document.querySelector('#units-words').innerText === ''")


def test_a_fit_plays_pauses_and_can_be_scrubbed(browser: "Browser", relu_url: str) -> None:
    with open_relu(browser, relu_url, f"tab=units&{V_SHAPE}", reduced_motion="no-preference") as page:
        ready(page)
        assert page.get_by_role("button", name="Play").is_disabled()
        press(page, "Fit by gradient descent")
        page.wait_for_function("() => curveLab.units.playing", timeout=1000 * FIT_SECONDS)
        first = trace_y(page, "units-plot", "Sum")
        page.wait_for_function("() => curveLab.units.frame > 10")
        assert trace_y(page, "units-plot", "Sum") != first
        press(page, "Pause")
        page.wait_for_function("() => !curveLab.units.playing")
        frame = page.evaluate("curveLab.units.frame")
        page.wait_for_timeout(300)
        assert (
            page.evaluate("curveLab.units.frame")
            == frame
            < page.evaluate("curveLab.units.fit.frames.length - 1")
        )
        scrubber = page.locator("#units-player input[type=range]")
        scrubber.focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("curveLab.units.frame") == frame + 1
        page.keyboard.press("Home")
        wait_for_text(page, "#units-player", "Step 0 of 1000")
        start = float(page.locator("#units-loss b").inner_text())
        page.keyboard.press("End")
        wait_for_text(page, "#units-player", "Step 1000 of 1000")
        assert float(page.locator("#units-loss b").inner_text()) < start
        page.wait_for_function(
            "() => Math.abs(document.querySelector('#units-c input[type=number]').value"
            " - curveLab.state.units.units.c) < 1e-3"
        )
        press(page, "Play")
        page.wait_for_function("() => !curveLab.units.playing")
        wait_for_text(page, "#units-player", "Step 1000 of 1000")


def test_a_fit_goes_on_from_the_visitors_units(browser: "Browser", relu_url: str) -> None:
    with open_relu(browser, relu_url, f"tab=units&{V_SHAPE}") as page:
        ready(page)
        page.get_by_label("Start from my units").check()
        loss = page.evaluate("curveLab.units.loss()")
        fit(page)
        assert page.evaluate("curveLab.units.fit.frame_losses[0]") == pytest.approx(loss, rel=1e-3)
        assert page.evaluate("curveLab.units.loss()") < 1.1
        assert page.evaluate("curveLab.state.units.fitted") is False  # no seed gives these


def test_many_seeds_at_once(page: "Page") -> None:
    press(page, "2 units")
    page.get_by_label("Seeds at once").click()
    page.get_by_role("option", name="100", exact=True).click()
    fit(page)
    wait_for_text(page, "#units-spread", "Final loss of 100 seeds: best 0.9")
    names = page.evaluate("curveLab.plot('units-losses').data.map(({name}) => name)")
    assert names[0] == "The other 99 seeds"
    assert float(page.locator("#units-loss b").inner_text()) < 1


def test_a_rate_that_is_far_too_large_is_named(page: "Page") -> None:
    page.get_by_label("Learning rate").click()
    page.get_by_role("option", name="1 billion").click()
    fit(page)
    wait_for_text(page, "#units-notice", "the learning rate is too large. Try 0.01.")


def test_the_sweep_says_where_overfitting_starts(page: "Page") -> None:
    press(page, "Try 1 to 100 units")
    page.wait_for_function("() => curveLab.units.rows.length === 8", timeout=1000 * FIT_SECONDS)
    # The intervals of 3, 5 and 10 units touch that of 2 units, where the error to the true curve is smallest.
    wait_for_text(page, "#sweep-words", "From 20 units on the training error is smaller")
    wait_for_text(page, "#sweep-words", "that is overfitting.")
    lines = page.evaluate("curveLab.plot('sweep-plot').data.filter(({name}) => name)")
    assert [line["name"] for line in lines] == ["Training error", "Error to the true curve"]
    assert [line["marker"]["symbol"] for line in lines] == ["circle", "square"]
    assert [line["line"]["dash"] for line in lines] == ["solid", "dash"]
    train, truth = (line["y"] for line in lines)
    assert len(train) == 8
    assert train[-1] < 0.6 < train[1] < 1
    assert truth[-1] > truth[1]
    whiskers = lines[1]["error_y"]
    assert truth[5] - whiskers["arrayminus"][5] > truth[1] + whiskers["array"][1]
    slide(page, "#units-noise", 0)  # other points: the lines are of none of them
    page.wait_for_function("() => curveLab.units.rows.length === 0")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(1, 0.9, 1, 1), (0.8, 0.6, 0.5, 0.7), (0.7, 0.65, 0.64, 0.8)], {}),  # flat, and the intervals touch
        ([(1, 0.9, 1, 1), (0.8, 0.6, 0.5, 0.7), (0.7, 0.8, 0.71, 0.9)], {"from": 3}),
        ([(1, 0.5, 0.4, 0.6), (0.8, 0.8, 0.7, 0.9), (0.7, 0.6, 0.5, 0.7)], {}),  # it came down again
        (
            [(0.8, 0.5, 0.4, 0.6), (0.9, 0.8, 0.7, 0.9), (0.95, 0.8, 0.7, 0.9)],
            {},
        ),  # a worse fit, not overfitting
        ([(1, 0.5, None, None), (0.8, 0.8, None, None), (0.7, 0.9, None, None)], {}),  # one seed
    ],
)
def test_overfitting_is_said_only_where_the_intervals_part(
    page: "Page", rows: list[tuple[float | None, ...]], said: dict[str, int]
) -> None:
    sent = [
        {"count": i, "train": {"best": train}, "truth": {"best": best, "least": least, "most": most}}
        for i, (train, best, least, most) in enumerate(rows, 1)
    ]
    found = page.evaluate("(rows) => curveLab.units.overfitsFrom(rows).from?.count ?? null", sent)
    assert found == said.get("from")


def test_the_sweep_can_be_stopped(page: "Page") -> None:
    press(page, "Try 1 to 100 units")
    page.wait_for_function("() => curveLab.units.rows.length >= 1", timeout=1000 * FIT_SECONDS)
    press(page, "Stop")
    n_rows = page.evaluate("curveLab.units.rows.length")
    page.wait_for_timeout(2500)
    assert page.evaluate("curveLab.units.rows.length") == n_rows < 8


def test_the_noise_moves_the_points_and_asks_nothing(page: "Page") -> None:
    fit(page)
    page.wait_for_timeout(500)
    asked = record_requests(page)
    before = trace_y(page, "units-plot", "Data")
    slide(page, "#units-noise", 0)
    page.wait_for_function("() => curveLab.points.y[0] === 9")  # 3 (-2)^2 + 2 (-2) + 1
    assert trace_y(page, "units-plot", "Data") != before
    assert page.evaluate("curveLab.units.fit") is None
    slide(page, "#units-noise", 1)
    page.wait_for_function("y => Math.abs(curveLab.points.y[0] - y) < 1e-9", arg=before[0])
    press(page, "New noise")
    page.wait_for_function("y => Math.abs(curveLab.points.y[0] - y) > 1e-3", arg=before[0])
    assert asked == []


def test_own_points_have_no_noise_and_are_held_out(browser: "Browser", relu_url: str) -> None:
    points = ";".join(f"{x},{x * x}" for x in range(-4, 5))
    with open_relu(browser, relu_url, f"tab=units&curve=none&points={points}") as page:
        ready(page)
        wait_for_text(page, "#units-own-points", "These are your own points")
        wait_for_text(page, "#units-facts", "unknown")
        press(page, "Try 1 to 100 units")
        page.wait_for_function("() => curveLab.units.rows.length >= 2", timeout=1000 * FIT_SECONDS)
        wait_for_text(page, "#sweep-words", "error on points held out")


def test_a_link_brings_back_the_screen(browser: "Browser", relu_url: str) -> None:
    with open_relu(browser, relu_url, "tab=units&noise=0.5") as page:
        ready(page)
        page.get_by_label("Tanh", exact=True).check()
        press(page, "20 units")
        slide(page, "#units-steps", 300)
        fit(page)
        page.wait_for_function("() => location.hash.includes('fitted')")
        link = page.evaluate("location.hash.slice(1)")
        seen = page.evaluate("[curveLab.state.units, curveLab.units.loss(), curveLab.points]")
        words = [page.locator(f"#{part}").inner_text() for part in ("units-loss", "units-facts", "units-try")]
    with open_relu(browser, relu_url, link) as page:
        ready(page)
        again = page.evaluate("[curveLab.state.units, curveLab.units.loss(), curveLab.points]")
        assert again[0] == seen[0]
        assert again[1:] == seen[1:]
        for part, text in zip(("units-loss", "units-facts", "units-try"), words, strict=True):
            wait_for_text(page, f"#{part}", text)
        assert page.get_by_label("Tanh", exact=True).is_checked()
        page.wait_for_function(
            "() => document.querySelector('#units-count input[type=number]').value === '20'"
        )
        assert shown(page, "steps") == 300
        assert shown(page, "noise") == 0.5
        assert shown(page, "m") == pytest.approx(again[0]["units"]["m"][0], rel=1e-3)


@pytest.mark.parametrize(
    "link",
    [
        "units=1,2",
        "units=1,nan,3,4",
        "units=1e9,1,1,1",
        "wiggle=constructor",
        "fitrate=7&fitsteps=1e99&seed=-1",
    ],
)
def test_a_broken_link_breaks_nothing(browser: "Browser", relu_url: str, link: str) -> None:
    with open_relu(browser, relu_url, f"tab=units&{link}") as page:
        ready(page)
        assert page.evaluate("curveLab.state.units.activation") == "relu"
        assert page.evaluate("curveLab.state.units.units.m") == [1.5]
        assert page.evaluate("curveLab.state.units.lr") == 0.01
        slide(page, "#units-m", 2)
        page.wait_for_function("() => curveLab.state.units.units.m[0] === 2")


def test_numbers_out_of_range_come_back_into_it(page: "Page") -> None:
    for name, typed, used in (("count", "1000", "100"), ("steps", "0", "1"), ("noise", "1e300", "3")):
        box = page.locator(f"#units-{name} input[type=number]")
        box.fill(typed)
        box.press("Enter")
        page.wait_for_function(
            "([name, used]) => document.querySelector(`#units-${name} input[type=number]`).value === used",
            arg=[name, used],
        )


def test_the_keyboard_alone_does_it(page: "Page") -> None:
    page.get_by_role("button", name="2 units", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => curveLab.state.units.count === 2")
    for _ in range(20):  # on to the picker
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            break
    page.keyboard.press("ArrowUp")
    page.wait_for_function("() => curveLab.units.chosen === 0")
    page.locator("#units-m input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => Math.abs(curveLab.state.units.units.m[0] - 1.55) < 1e-9")
    page.locator("#units-fit").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => curveLab.units.fit", timeout=1000 * FIT_SECONDS)
    page.locator("#units-player input").focus()
    page.keyboard.press("Home")
    wait_for_text(page, "#units-player", "Step 0 of")
    assert page.locator("#units-player input").get_attribute("aria-valuetext") == "Step 0 of 1000"
    page.locator("#units-sweep").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Stop").wait_for()
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").wait_for(state="detached")


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_it_fits_every_window_and_axe_agrees(browser: "Browser", relu_url: str, view: View) -> None:
    read_axe()
    with open_view(browser, relu_url, view) as (page, errors):
        open_tab(page, "ReLUs")
        ready(page)
        page.evaluate("curveLab.units.hear('seeds', 10)")
        press(page, "20 units")
        fit(page)
        press(page, "Try 1 to 100 units")
        page.wait_for_function("() => curveLab.units.rows.length >= 2", timeout=1000 * FIT_SECONDS)
        settle(page)
        assert find_faults(page, view) == []
        assert serious_faults(page) == []
        if view.is_phone:
            picture = page.locator("#units-plot")
            page.locator("#units-m").scroll_into_view_if_needed()
            assert picture.bounding_box()["y"] < view.height / 2  # it stays while a slider moves
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
