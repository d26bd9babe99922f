"""*Machine* in Chromium: step, play, both runs, rates, the surface, guesses, links, keyboard, phone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from shared.curves.data import make_points
from shared.curves.quadratic import descend, exact_optimum
from tests.browser.axe import read_axe, serious_faults
from tests.browser.relu_page import open_relu, record_requests, trace_y, wait_for_text
from tests.browser.screens import DAY_AND_NIGHT, QUIET_CONSOLE, View, find_faults, open_tab, open_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

ZEROED = "2.40 2.38 2.36 2.34 2.32 2.30 2.28 2.26 2.23 2.21"  # the erratum's figures, after steps 1 to 10
NEVER_ZEROED = "2.40 2.36 2.30 2.21 2.11 1.98 1.85 1.72 1.58 1.46"


@pytest.fixture
def page(browser: "Browser", relu_url: str) -> "Iterator[Page]":
    with open_relu(browser, relu_url) as opened:
        yield open_machine(opened)


def open_machine(page: "Page") -> "Page":
    open_tab(page, "Machine")
    page.wait_for_function("() => curveLab.plot('machine-surface')?.data?.length > 0")
    return page


def step(page: "Page", times: int = 1) -> None:
    for _ in range(times):
        page.locator("#machine-step").click()


def choose(page: "Page", name: str) -> None:
    page.get_by_label(name, exact=True).check()


def type_rate(page: "Page", rate: str) -> None:
    page.locator("#machine-rate-typed").fill(rate)
    page.locator("#machine-rate-typed").press("Enter")


def slide_rate(page: "Page", stop: int) -> None:
    page.locator("#machine-rate-range").evaluate(
        "(range, stop) => { range.value = stop; range.dispatchEvent(new Event('input', {bubbles: true})); }",
        stop,
    )


def row(page: "Page", run: str, place: int) -> "Locator":
    return page.locator(f'.machine-card[data-run="{run}"] li').nth(place)


def state(page: "Page") -> dict[str, Any]:
    return page.evaluate("() => curveLab.state.machine")


def test_a_step_shows_the_lessons_figures_and_asks_nothing(page: "Page") -> None:
    wait_for_text(page, "#machine-loss b", "2.422")
    page.wait_for_timeout(500)
    asked = record_requests(page)
    assert row(page, "zeroed", 0).locator(".machine-sum").inner_text() == "a: 1.100 − 0.01 × (−1.353) = 1.114"
    assert "up by 0.0135" in row(page, "zeroed", 0).inner_text()
    assert "gradient −0.500" in row(page, "zeroed", 2).inner_text()
    step(page)
    wait_for_text(page, "#machine-loss .look-label", "Loss after 1 step:")
    assert row(page, "zeroed", 0).locator(".machine-sum").inner_text().startswith("a: 1.114 − 0.01 × (")
    step(page, 9)
    wait_for_text(page, "#machine-figures-said", f"Zeroed: 2.42; after each step {ZEROED}")
    assert trace_y(page, "machine-losses", "Zeroed")[1] == pytest.approx(2.40, abs=0.005)
    page.wait_for_timeout(500)
    assert asked == []


def test_both_runs_start_together_and_part(page: "Page") -> None:
    choose(page, "Show both")
    step(page, 10)
    wait_for_text(page, "#machine-figures-said", NEVER_ZEROED)
    wait_for_text(page, "#machine-figures-said", ZEROED)
    wait_for_text(page, "#machine-loss .look-hint", "Never zeroed: 1.46")
    both = page.evaluate(
        "() => curveLab.plot('machine-plot').data.map(({ name, line }) => [name, line?.dash])"
    )
    assert [name for name, _ in both] == ["Exact optimum", "Zeroed", "Never zeroed", "Data"]
    assert len({dash for _, dash in both[:3]}) == 3  # never colour alone
    assert "held (" in row(page, "held", 0).inner_text()
    choose(page, "No")
    page.wait_for_function("() => document.querySelectorAll('.machine-card').length === 1")
    wait_for_text(page, "#machine-loss .look-unit", "never zeroed")


@pytest.mark.parametrize("zero", [True, False])
@pytest.mark.parametrize("kind", ["mae", "mse"])
def test_the_page_takes_the_steps_that_python_takes(page: "Page", zero: bool, kind: str) -> None:
    run = page.evaluate(
        """([kind, name]) => {
          curveLab.setKind(kind);
          curveLab.machine.set({ lr: 0.05, steps: 80 });
          const { params, losses, used } = curveLab.machine.run(name);
          return { params, losses, used };
        }""",
        [kind, "zeroed" if zero else "held"],
    )
    twin = descend([1.1] * 3, *make_points(), kind=kind, lr=0.05, n_steps=80, zero_gradients=zero)
    for key, values in (("params", twin.params), ("losses", twin.losses), ("used", twin.gradients)):
        np.testing.assert_allclose(run[key], values, rtol=1e-9, atol=1e-9)


def test_arrows_point_where_the_next_step_goes(page: "Page") -> None:
    choose(page, "Show both")
    type_rate(page, "0.3")
    step(page, 7)
    wait_for_text(page, "#machine-loss .look-label", "after 7 steps")
    ends = page.locator(".machine-shaft").evaluate_all(
        "all => all.map(path => Number(path.getAttribute('d').split('H')[1]) - 100)"
    )
    moves = page.evaluate("() => ['zeroed', 'held'].flatMap((name) => curveLab.machine.now(name).move)")
    tips = page.locator(".machine-head").evaluate_all(
        "all => all.map(path => Number(path.getAttribute('d').slice(1).split(' ')[0]) - 100)"
    )
    assert np.sign(tips).tolist() == np.sign(moves).tolist()
    assert {-1.0, 1.0} <= set(np.sign(tips).tolist())  # some turn back, or this says little
    order = np.argsort(np.abs(moves))
    assert (np.diff(np.abs(tips)[order]) >= -1e-9).all()  # a longer move has no shorter arrow
    assert len(ends) == 6
    words = page.locator(".machine-way").all_inner_texts()
    assert [text.split()[0] for text in words] == ["up" if move > 0 else "down" for move in moves]


def test_play_runs_to_the_end(page: "Page") -> None:
    page.locator("#machine-play-100").click()
    page.wait_for_function("() => curveLab.state.machine.steps === 100 && !curveLab.machine.playing")
    wait_for_text(page, "#machine-loss b", "1.21")
    wait_for_text(page, "#machine-figures-said", "after 50 1.57")
    wait_for_text(page, "#machine-play-100", "Play 100 steps")
    # Figures that were out of view have caught up.
    assert len(trace_y(page, "machine-surface", "Zeroed")) == 101
    assert len(trace_y(page, "machine-losses", "Zeroed")) == 101


def test_play_can_be_stopped_and_goes_on(page: "Page") -> None:
    button = page.locator("#machine-play-1000")
    button.click()
    page.wait_for_function("() => curveLab.state.machine.steps > 10")
    assert button.inner_text() == "Stop"
    button.click()
    wait_for_text(page, "#machine-play-1000", "Play 1,000 steps")
    stopped = state(page)["steps"]
    assert 10 < stopped < 1000
    page.wait_for_timeout(400)
    assert state(page)["steps"] == stopped
    step(page)
    assert state(page)["steps"] == stopped + 1
    page.locator("#machine-again").click()
    wait_for_text(page, "#machine-loss .look-label", "after 0 steps")
    wait_for_text(page, "#machine-loss b", "2.422")


def test_the_steps_axis_grows_in_windows(page: "Page") -> None:
    ends = []
    for _ in range(25):
        step(page)
        ends.append(page.evaluate("() => curveLab.plot('machine-losses').layout.xaxis.range[1]"))
    assert sorted(set(ends)) == [10, 20, 50]
    assert ends == sorted(ends)


def test_divergence_is_drawn_and_named(page: "Page") -> None:
    choose(page, "Show both")
    type_rate(page, "1 billion")
    step(page)
    wait_for_text(page, "#machine-said", "Zeroed: diverged at step 1: the learning rate is too large; try 0.")
    wait_for_text(page, "#machine-said", "Never zeroed: diverged at step 1")
    wait_for_text(page, "#machine-loss b", "huge")
    wait_for_text(page, "#machine-moves", "No further step")
    step(page, 3)  # changes nothing any more
    assert state(page)["steps"] == 1
    drawn = page.evaluate(
        "() => (({ layout, data }) => [layout.yaxis.type, data])(curveLab.plot('machine-losses'))"
    )
    assert drawn[0] == "log"
    assert max(next(trace["y"] for trace in drawn[1] if trace["name"] == "Zeroed")) > 1e8
    type_rate(page, "0.01")
    page.wait_for_function("() => document.querySelector('#machine-said').innerText === ''")
    wait_for_text(page, "#machine-loss b", "2.401")
    assert page.evaluate("() => curveLab.plot('machine-losses').layout.yaxis.type") == "linear"


def test_a_run_that_grows_or_dances_is_named_too(page: "Page") -> None:
    type_rate(page, "1")
    page.evaluate("() => curveLab.machine.set({ steps: 60 })")
    wait_for_text(page, "#machine-said", "the loss went up and down between 1.03 and 1.55")
    page.evaluate("() => curveLab.setKind('mse')")
    type_rate(page, "0.24")
    wait_for_text(
        page, "#machine-said", "times the loss at the start: the learning rate is too large; try 0.1."
    )
    type_rate(page, "0.1")
    page.wait_for_function("() => document.querySelector('#machine-said').innerText === ''")


def test_the_rate_slider_takes_the_same_steps_again(page: "Page") -> None:
    step(page, 20)
    before = trace_y(page, "machine-plot", "Zeroed")
    slide_rate(page, 30)
    wait_for_text(page, "#machine-loss .look-label", "after 20 steps")
    page.wait_for_function(
        "before => curveLab.plot('machine-plot').data.find(({ name }) => name === 'Zeroed').y[0] !== before",
        arg=before[0],
    )
    assert state(page)["lr"] == 0.1
    assert page.locator("#machine-rate-typed").input_value() == "0.1"
    assert page.locator("#machine-rate-range").get_attribute("aria-valuetext") == "0.1"
    twin = descend([1.1] * 3, *make_points(), lr=0.1, n_steps=20)
    wait_for_text(page, "#machine-loss b", f"{twin.losses[-1]:.3f}")


@pytest.mark.parametrize("rate", ["", "fast", "-1", "0", "NaN", "Infinity", "1e308", "1e-300", "0x10 "])
def test_a_rate_that_is_none_is_refused_in_words(page: "Page", rate: str) -> None:
    step(page)
    type_rate(page, rate)
    if rate == "0x10 ":  # a number to JavaScript, so it is one here
        assert state(page)["lr"] == 16
        return
    wait_for_text(page, "#machine-rate", "Type a learning rate from 0.000001 to 1,000,000,000")
    assert page.locator("#machine-rate-typed").get_attribute("aria-invalid") == "true"
    assert state(page)["lr"] == 0.01
    type_rate(page, "0,02")
    wait_for_text(page, "#machine-rate", "How long the steps are")
    assert state(page)["lr"] == 0.02


def test_the_surface_has_the_path_and_the_optimum(page: "Page") -> None:
    choose(page, "Show both")
    page.evaluate("() => curveLab.machine.set({ steps: 40 })")
    x, y = make_points()
    run = descend([1.1] * 3, x, y, n_steps=40)
    best = exact_optimum(x, y)
    for label, (across, up, third) in {
        "a and b": (0, 1, 2),
        "a and c": (0, 2, 1),
        "b and c": (1, 2, 0),
    }.items():
        choose(page, label)
        page.wait_for_function(
            "titles => ['xaxis', 'yaxis'].every((axis, i) =>"
            " curveLab.plot('machine-surface').layout[axis].title.text === titles[i])",
            arg=["abc"[across], "abc"[up]],
        )
        surface, *lines = page.evaluate("() => curveLab.plot('machine-surface').data")
        named = {line["name"]: line for line in lines}
        np.testing.assert_allclose(named["Zeroed"]["x"], run.params[:, across], rtol=1e-9)
        np.testing.assert_allclose(named["Zeroed"]["y"], run.params[:, up], rtol=1e-9)
        assert len(named["Never zeroed"]["x"]) == 41
        assert [named["Exact optimum"]["x"][0], named["Exact optimum"]["y"][0]] == pytest.approx(
            best[[across, up]], abs=1e-6
        )
        # The heights are losses, with the third parameter where the run is now.
        params = np.zeros(3)
        params[[across, up, third]] = surface["x"][7], surface["y"][30], run.params[-1][third]
        errors = np.polyval(params, x) - y
        assert surface["z"][30][7] == pytest.approx(np.abs(errors).mean(), abs=1e-6)


def test_guesses_hide_the_arrows_and_are_scored(page: "Page") -> None:
    page.locator("#machine-guess-on").click()
    wait_for_text(page, "#machine-guess", "Which way will a go on the next step (zeroed)?")
    assert "Hidden while you guess" in row(page, "zeroed", 0).inner_text()
    assert "×" not in page.locator("#machine-moves").inner_text()
    page.locator("#machine-up").click()
    wait_for_text(page, "#machine-guess", "Right. a went up by 0.0135: its gradient was −1.353")
    wait_for_text(page, "#machine-guess", "1 of 1 right")
    wait_for_text(page, "#machine-guess", "Which way will b go")
    page.locator("#machine-down").click()
    wait_for_text(page, "#machine-guess", "Not this time. b went up")
    wait_for_text(page, "#machine-guess", "1 of 2 right")
    assert state(page)["steps"] == 2
    page.locator("#machine-guess-on").click()
    wait_for_text(page, "#machine-moves", "×")
    assert page.locator("#machine-up").is_hidden()


def test_a_guess_about_held_gradients_says_what_won(page: "Page") -> None:
    choose(page, "No")
    page.evaluate("() => { curveLab.machine.set({ steps: 15 }); curveLab.machine.toggleGuessing(); }")
    page.locator("#machine-up").click()
    wait_for_text(page, "#machine-guess", "says down, but with the held ones the sum was")


def test_the_sweep_gives_the_losses_that_python_finds(page: "Page") -> None:
    lines = page.evaluate("() => curveLab.plot('machine-sweep').data")
    for line, zero in zip(lines, (True, False), strict=False):
        assert len(line["x"]) == 41
        for at in (0, 20, 30, 40):
            twin = descend([1.1] * 3, *make_points(), lr=line["x"][at], n_steps=50, zero_gradients=zero)
            assert line["y"][at] == pytest.approx(min(twin.losses[-1], 20 * twin.losses[0]), rel=1e-6)
    assert lines[2]["name"] == "Your rate"
    assert lines[2]["x"] == [0.01, 0.01]
    wait_for_text(page, "#machine-sweep-said", "the same size near the minimum as far away")
    slide_rate(page, 40)
    page.wait_for_function("() => curveLab.plot('machine-sweep').data[2].x[0] === 1")


def test_it_starts_from_the_visitors_own_quadratic(page: "Page") -> None:
    page.evaluate("() => curveLab.hand.move(2, 1, 0.5)")
    step(page, 3)
    choose(page, "Start from my sliders")
    wait_for_text(page, "#machine-loss .look-label", "after 0 steps")
    assert row(page, "zeroed", 0).inner_text().startswith("a: 2.000 −")
    assert state(page)["start"] == [2, 1, 0.5]


def test_other_points_are_fitted_at_once(page: "Page") -> None:
    page.evaluate("() => curveLab.machine.set({ steps: 30 })")
    page.evaluate("() => curveLab.setData({ points: [[-1, 4], [0, 1], [1, 2], [2, 9]] })")
    x, y = np.array([-1.0, 0, 1, 2]), np.array([4.0, 1, 2, 9])
    wait_for_text(page, "#machine-loss b", f"{descend([1.1] * 3, x, y, n_steps=30).losses[-1]:.3f}")
    page.evaluate("() => curveLab.setData({ points: [[1, 2]] })")  # no one optimum, and no fault
    page.wait_for_function(
        "() => !curveLab.plot('machine-surface').data.some(({ name }) => name === 'Exact optimum')"
    )


def test_a_link_restores_the_screen(browser: "Browser", relu_url: str, page: "Page") -> None:
    choose(page, "Show both")
    choose(page, "b and c")
    type_rate(page, "0.02")
    page.evaluate("() => curveLab.hand.move(2, 1, 0.5)")
    choose(page, "Start from my sliders")
    step(page, 12)
    page.wait_for_function("() => location.hash.includes('steps=12')")
    link = page.evaluate("() => location.hash.slice(1)")
    figures = page.locator("#machine-figures-said").inner_text()
    with open_relu(browser, relu_url, link) as again:
        again.wait_for_function("() => curveLab.plot('machine-surface')?.data?.length > 0")
        wait_for_text(again, "#machine-figures-said", figures.splitlines()[0])
        assert again.locator("#machine-figures-said").inner_text() == figures
        assert state(again) == state(page)
        for label in ("Show both", "b and c", "Start from my sliders"):
            assert again.get_by_label(label, exact=True).is_checked()
        assert again.locator("#machine-rate-typed").input_value() == "0.02"


@pytest.mark.parametrize(
    "link",
    [
        "rate=NaN&zero=maybe&steps=-3&surface=aa&start=here",
        "rate=1e308&steps=1e308",
        "rate=0&zero=constructor&surface=__proto__",
        "steps=Infinity&rate=",
    ],
)
def test_a_broken_link_opens_a_page_that_works(browser: "Browser", relu_url: str, link: str) -> None:
    with open_relu(browser, relu_url, link) as page:
        open_machine(page)
        assert 0 <= state(page)["steps"] <= 5000
        page.locator("#machine-again").click()
        type_rate(page, "0.01")
        step(page)
        wait_for_text(page, "#machine-loss b", "2.401")


def test_the_line_try_this_goes_on_with_the_visitor(page: "Page") -> None:
    seen = [page.locator("#machine-try").inner_text()]

    def note() -> None:
        page.wait_for_function(
            "before => document.querySelector('#machine-try').innerText !== before", arg=seen[-1]
        )
        seen.append(page.locator("#machine-try").inner_text())

    step(page)
    note()
    step(page, 10)
    note()
    type_rate(page, "100")
    note()
    type_rate(page, "0.01")
    choose(page, "Show both")
    note()
    choose(page, "a and c")
    note()
    assert len(set(seen)) == 6


def test_the_keyboard_alone(page: "Page") -> None:
    page.locator("#machine-step").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    wait_for_text(page, "#machine-loss .look-label", "after 2 steps")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Play 100 steps
    wait_for_text(page, "#machine-play-100", "Stop")
    page.keyboard.press("Enter")  # the focus has stayed
    wait_for_text(page, "#machine-play-100", "Play 100 steps")
    assert state(page)["steps"] < 102
    page.locator("#machine-zero input").first.focus()
    page.keyboard.press("Tab")  # each of Gradio's radio buttons is a stop of its own
    page.keyboard.press("Space")
    page.wait_for_function("() => curveLab.state.machine.zero === 'no'")
    page.locator("#machine-rate-range").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => curveLab.state.machine.lr === 0.012")
    page.keyboard.press("End")
    page.wait_for_function("() => curveLab.state.machine.lr === 1e9")


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_it_fits_every_window_and_axe_agrees(browser: "Browser", relu_url: str, view: View) -> None:
    with open_view(browser, relu_url, view) as (page, errors):
        page.set_default_timeout(20_000)
        open_machine(page)
        page.evaluate(read_axe())
        page.evaluate("() => curveLab.machine.set({ zero: 'both', steps: 60 })")
        for change in ("{}", "{ lr: 1e9 }"):
            page.evaluate(f"() => curveLab.machine.set({change})")
            page.wait_for_timeout(300)
            assert find_faults(page, view) == []
            assert serious_faults(page) == []
        page.evaluate("() => { curveLab.machine.set({ lr: 0.01 }); curveLab.machine.toggleGuessing(); }")
        page.locator("#machine-up").wait_for()
        assert find_faults(page, view) == []
        assert serious_faults(page) == []
        if view.is_phone:
            heights = page.locator("#machine-rate input").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect().height)"
            )
            assert min(heights) >= 44
            page.locator("#machine-step").scroll_into_view_if_needed()
            top = page.locator("#machine-plot").evaluate("plot => plot.getBoundingClientRect().top")
            assert -1 <= top < 300  # the plot stays in view while the button is pressed
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
