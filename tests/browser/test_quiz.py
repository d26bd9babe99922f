"""The quiz in Chromium: keyboard alone, every reason, kept answers, and nothing asked of the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from shared.ui.launch import launch_app
from shared.ui.page import page as open_page
from shared.ui.quiz import Choice, Question, quiz
from tests.browser.axe import read_axe, serious_faults
from tests.browser.pages import lend_page
from tests.browser.screens import (
    DAY_AND_NIGHT,
    QUIET_CONSOLE,
    View,
    find_faults,
    free_port,
    open_view,
    settle,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

QUESTIONS = tuple(
    Question(
        f"What is {n} × 3? Take `{n}` three times.",
        tuple(
            Choice(f"{n} and {extra} is <b>{n + extra}</b>", extra == 2 * n, f"Reason {n} {extra}.")
            for extra in (3, 2 * n, 9 * n)
        ),
        see="Look in *Under the hood*, where a long sentence says what is to be seen." if n == 5 else "",
    )
    for n in (4, 5, 6)
)
BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } });"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with open_page("Numbers", "Answer.") as demo:
        quiz(QUESTIONS, key="numbers")
    _, address, _ = launch_app(demo, server_port=free_port(), prevent_thread_lock=True, quiet=True)
    yield address
    demo.close()


@contextmanager
def new_page(browser: "Browser", url: str, *, kept: str | None = None) -> "Iterator[Page]":
    with lend_page(browser, viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as page:
        page.set_default_timeout(10_000)
        if kept is not None:
            page.goto(f"{url}config")  # of the same origin, with no script
            page.evaluate("kept => localStorage.setItem('lessons-quiz-numbers', kept)", kept)
        open_quiz(page, url)
        yield page


def open_quiz(page: "Page", url: str) -> None:
    page.goto(url)
    page.locator(".quiz-step[aria-current], .quiz-end:visible").first.wait_for()


def heading(page: "Page") -> str:
    return page.locator(".quiz h2:visible").inner_text()


def press(page: "Page", *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: "Page") -> str:
    return page.evaluate("document.activeElement.innerText")


def step_names(page: "Page") -> list[str]:
    return page.locator(".quiz-step").evaluate_all("steps => steps.map(step => step.ariaLabel)")


def answer_all(page: "Page", *choices: int) -> None:
    for choice in choices:
        page.locator(".quiz-choices button:visible").nth(choice).click()
        page.locator(".quiz-next").click()


def test_the_keyboard_alone_is_enough(browser: "Browser", url: str) -> None:
    with new_page(browser, url) as page:
        page.locator(".quiz-step").last.focus()
        press(page, "Tab", "Tab", "Enter")  # the second answer, which is right
        assert focused(page) == "Next question"
        press(page, "Space")
        assert heading(page).startswith("Question 2 of 3")
        assert focused(page) == heading(page)
        press(page, "Tab", "Space", "Enter")  # the first answer, which is wrong
        press(page, "Tab", "Tab", "Tab", "Enter")
        assert focused(page) == "See your score"
        press(page, "Enter")
        assert heading(page) == focused(page) == "1 of 3 right"
        assert "Look again at question 2 and 3" in page.locator(".quiz-end p").inner_text()
        press(page, "Tab", "Enter")
        assert heading(page).startswith("Question 1 of 3")
        assert page.locator(".quiz-choices button:visible:enabled").count() == 3


def test_a_key_held_down_answers_one_question(browser: "Browser", url: str) -> None:
    with new_page(browser, url) as page:
        page.locator(".quiz-choices button:visible").first.focus()
        for _ in range(5):
            page.keyboard.down("Enter")
        page.keyboard.up("Enter")
        assert heading(page).startswith("Question 1 of 3")
        assert step_names(page)[1:] == ["Question 2, not answered", "Question 3, not answered"]


@pytest.mark.parametrize(("choice", "verdict"), [(0, "Not quite."), (1, "Right."), (2, "Not quite.")])
def test_every_answer_shows_every_reason(browser: "Browser", url: str, choice: int, verdict: str) -> None:
    with new_page(browser, url) as page:
        assert page.locator(".quiz-why:visible, .quiz-see:visible, .quiz-next:visible").count() == 0
        page.locator(".quiz-step").nth(1).click()
        page.locator(".quiz-choices button:visible").nth(choice).click()
        reasons = page.locator(".quiz-why:visible").all_inner_texts()
        assert reasons == ["Reason 5 3.", "Reason 5 10.", "Reason 5 45."]
        assert page.locator(".quiz-see:visible").count() == 1
        aloud = page.locator(".quiz-bar [role=status][aria-live=polite]").text_content()
        assert aloud == f"{verdict} {reasons[choice]} {int(choice == 1)} of 1 right so far."
        marks = page.locator(".quiz-mark:visible").all_inner_texts()
        expected = {
            0: ["✗ Your answer", "✓ The right answer"],
            1: ["✓ Your answer, right"],
            2: ["✓ The right answer", "✗ Your answer"],
        }
        assert marks == expected[choice]
        assert "<b>15</b>" in page.locator(".quiz-choices li:visible").nth(1).inner_text()
        page.locator(".quiz-next").click()
        assert heading(page).startswith("Question 3 of 3")
        page.locator(".quiz-choices button:visible").first.click()
        page.locator(".quiz-next").click()
        assert heading(page).startswith("Question 1 of 3")  # the one that was skipped


def test_the_server_is_not_asked(browser: "Browser", url: str) -> None:
    with new_page(browser, url) as page:
        settle(page)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        answer_all(page, 1, 1, 1)
        assert heading(page) == "3 of 3 right"
        assert requests == []
        is_hidden = page.evaluate(
            """() => {
              document.querySelector('.quiz-again').click();
              const button = document.querySelector('.quiz-choices button');
              button.click();
              return button.parentElement.querySelector('.quiz-why').hidden;
            }"""
        )
        assert not is_hidden  # the reason is there when the click returns


def test_answers_survive_a_reload_until_the_start_again(browser: "Browser", url: str) -> None:
    with new_page(browser, url) as page:
        page.locator(".quiz-choices button:visible").nth(2).click()
        open_quiz(page, url)
        assert heading(page).startswith("Question 2 of 3")
        answer_all(page, 1, 1)
        open_quiz(page, url)
        assert heading(page) == "2 of 3 right"
        assert step_names(page) == ["Question 1, not right", "Question 2, right", "Question 3, right"]
        page.locator(".quiz-step").first.click()
        assert "Your answer" in page.locator(".quiz-choices li:visible").nth(2).inner_text()
        page.get_by_role("button", name="Start again").click()
        open_quiz(page, url)
        assert heading(page).startswith("Question 1 of 3")
        assert all(name.endswith("not answered") for name in step_names(page))
    with new_page(browser, url) as other:
        assert heading(other).startswith("Question 1 of 3")


@pytest.mark.parametrize("script", [BLOCKED, FULL], ids=["blocked", "full"])
def test_a_browser_that_keeps_nothing_can_still_play(browser: "Browser", url: str, script: str) -> None:
    page = browser.new_page()
    page.add_init_script(script)
    open_quiz(page, url)
    answer_all(page, 1, 0, 1)
    assert heading(page) == "2 of 3 right"
    assert page.locator(".quiz-kept").is_hidden()
    page.close()


@pytest.mark.parametrize(
    "kept",
    [
        "null", "[]", "7", '"text"', "{", "{}", '{"MARK": 3}', '{"MARK": -1}', '{"MARK": 0.5}',
        '{"MARK": null}', '{"MARK": {"a": 1}}', '{"an older question": 1}', '{"MARK": "constructor"}',
    ],
)  # fmt: skip
def test_what_the_browser_kept_is_checked(browser: "Browser", url: str, kept: str) -> None:
    with new_page(browser, url, kept=kept.replace("MARK", QUESTIONS[0].mark)) as page:
        assert heading(page).startswith("Question 1 of 3")
        answer_all(page, 1, 1, 1)
        assert heading(page) == "3 of 3 right"


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_it_fits_every_window_and_axe_agrees(browser: "Browser", url: str, view: View) -> None:
    read_axe()
    with open_view(browser, url, view) as (page, errors):
        found: list[str] = []

        def look() -> None:
            found.extend([*find_faults(page, view), *serious_faults(page)])
            sizes = page.locator(".quiz button:visible").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
            )
            found.extend(f"small: {size}" for size in sizes if min(size) < 43.5)

        look()
        for choice in (0, 1, 2):
            page.locator(".quiz-choices button:visible").nth(choice).click()
            look()
            assert page.locator(".quiz-next").is_visible()
            box = page.locator(".quiz-next").bounding_box()
            assert box
            assert box["y"] + box["height"] <= view.height  # within sight, whatever the length of the reasons
            page.locator(".quiz-next").click()
        look()
        assert found == []
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
