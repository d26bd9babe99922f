"""The quiz of each app: its form, the tabs it points to, and how it is played.

What a quiz does by itself (keyboard, every window) is tested once, in `tests/browser/test_quiz.py`,
and the figures that an app's questions state in `tests/apps/views/`.
"""

import importlib
import re
from typing import TYPE_CHECKING

import pytest

from apps.catalog import App
from shared.ui.quiz import Question
from tests.browser.screens import LEFT_PAGE, QUIET_CONSOLE, VIEWS, open_tab, open_view
from tests.contract.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def questions(app: App) -> tuple[Question, ...]:
    return importlib.import_module(f"apps.views.{app.name}.quiz").QUESTIONS


def test_it_has_a_handful_of_questions_in_a_tab_of_its_own(app: App, questions: tuple[Question, ...]) -> None:
    assert 6 <= len(questions) <= 10
    assert app.tabs[-1] == ("quiz", "Quiz")


def test_the_right_answer_does_not_stand_out(questions: tuple[Question, ...]) -> None:
    longest = [max(question.choices, key=lambda choice: len(choice.text)).right for question in questions]
    assert sum(longest) <= len(questions) / 2
    places = [[choice.right for choice in question.choices].index(True) for question in questions]
    assert {*places} == {0, 1, 2, 3}
    assert max(places.count(place) for place in places) <= len(questions) / 2


def test_its_texts_are_short_sentences(questions: tuple[Question, ...]) -> None:
    for question in questions:
        assert len(question.text) <= 160
        for choice in question.choices:
            assert choice.text.endswith(".")
            assert choice.why.endswith(".")
            assert len(choice.why) <= 240
            assert max(len(sentence.split()) for sentence in re.split(r"[.?!:] ", choice.why)) <= 26


def test_it_points_to_tabs_that_exist(app: App, questions: tuple[Question, ...]) -> None:
    titles = {title for _, title in app.tabs} - {"Quiz"}
    named = [set(re.findall(r"\*([^*]+)\*", question.see)) for question in questions if question.see]
    assert all(each & titles for each in named)
    assert len(titles.difference(*named)) <= 2  # nearly every tab is asked about


@pytest.mark.browser
@pytest.mark.long
def test_every_question_can_be_answered_and_says_why_and_the_score_is_kept(
    browser: "Browser", served: Served, questions: tuple[Question, ...]
) -> None:
    """Every second answer is wrong."""
    with open_view(browser, served.running.url, VIEWS[0]) as (page, errors):
        page.set_default_timeout(20_000)
        open_tab(page, "Quiz")
        for number, question in enumerate(questions):
            places = [
                place for place, choice in enumerate(question.choices) if choice.right == (number % 2 == 0)
            ]
            page.locator(".quiz-choices button:visible").nth(places[0]).click()
            reasons = page.locator(".quiz-why:visible").all_inner_texts()
            assert len(reasons) == len(question.choices)
            assert all(reasons)
            verdict = page.locator(".quiz-bar strong").inner_text()
            assert verdict == ("Not quite." if number % 2 else "Right.")
            page.locator(".quiz-next").click()
        score = f"{(len(questions) + 1) // 2} of {len(questions)} right"
        assert heading(page) == score
        page.reload()
        open_tab(page, "Quiz")
        assert heading(page) == score
        assert [line for line in errors if not (QUIET_CONSOLE.search(line) or LEFT_PAGE.search(line))] == []


def heading(page: "Page") -> str:
    return page.locator(".quiz h2:visible").inner_text()
