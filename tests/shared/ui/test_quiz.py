"""The quiz: which questions it takes, what it writes, and that no text becomes HTML."""

import html
import importlib
import re

import gradio as gr
import pytest

from shared.ui.quiz import Choice, Question, quiz, quiz_html

ATTACK = "<img src=x onerror=alert(1)>\"'${alert(1)}{{value}}"
RIGHT = Choice("Zero", right=True, why="Zero times anything is zero.")
WRONG = Choice("Three", right=False, why="That is the sum.")
QUESTION = Question("What is 0 × 3?", (RIGHT, WRONG))


@pytest.mark.parametrize(
    ("text", "choices", "message"),
    [
        (" ", (RIGHT, WRONG), "has no text"),
        ("What?", (), "two to six answers, not 0"),
        ("What?", (RIGHT,), "two to six answers, not 1"),
        ("What?", tuple(Choice(f"{i}", i == 0, "Why.") for i in range(7)), "not 7"),
        ("What?", (RIGHT, Choice(" Zero", False, "Why.")), "there twice"),
        ("What?", (RIGHT, Choice("", False, "Why.")), "empty"),
        ("What?", (RIGHT, Choice("Three", False, " ")), "no reason for 'Three'"),
        ("What?", (WRONG, Choice("Four", False, "Why.")), "exactly one right answer, not 0"),
        ("What?", (RIGHT, Choice("Nought", True, "Why.")), "exactly one right answer, not 2"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(text, choices, message):
    with pytest.raises(ValueError, match=message):
        Question(text, choices)


@pytest.mark.parametrize(
    ("questions", "key", "message"),
    [
        ([], "numbers", "no question"),
        ([QUESTION, QUESTION], "numbers", "twice"),
        ([QUESTION], "", "short name"),
        ([QUESTION], "A b", "short name"),
        ([QUESTION], 'x"y', "short name"),
    ],
)
def test_a_quiz_that_cannot_be_shown_is_refused(questions, key, message):
    with pytest.raises(ValueError, match=message):
        quiz_html(questions, key=key)


def test_every_text_is_escaped():
    choices = (Choice(ATTACK, True, ATTACK + "2"), Choice(ATTACK + "1", False, ATTACK + "3"))
    made = quiz_html([Question(ATTACK, choices, see=ATTACK)], key="numbers")
    assert "<img" not in made
    assert "${" not in made
    assert "{{" not in made
    read = html.unescape(re.sub(r"</?(?!img)[a-z][^>]*>", "", made))
    assert read.count(ATTACK) == 6


def test_stress_and_code_are_understood():
    made = quiz_html([Question("*Why* `x`?", (RIGHT, WRONG))], key="numbers")
    assert "<em>Why</em> <code>x</code>?" in made


def test_answers_are_forgotten_when_their_question_changes_and_only_then():
    again = Question("What is 0 × 3?", (RIGHT, WRONG), see="Look there.")
    assert again.mark == QUESTION.mark
    changed = [
        Question("What is 0 × 4?", (RIGHT, WRONG)),
        Question("What is 0 × 3?", (WRONG, RIGHT)),
        Question("What is 0 × 3?", (RIGHT, Choice("Three", False, "Another reason."))),
    ]
    assert len({QUESTION.mark, *(question.mark for question in changed)}) == 4


def test_the_component_asks_nothing_of_the_server():
    component = quiz([QUESTION], key="numbers")
    assert not component.server_fns
    assert component.value == quiz_html([QUESTION], key="numbers")


@pytest.mark.parametrize("app", ["recommender", "bears", "relu", "forest"])
class TestQuestions:
    """What every app's questions have in common."""

    @pytest.fixture
    def questions(self, app):
        return importlib.import_module(f"apps.views.{app}.quiz").QUESTIONS

    def test_they_make_a_quiz(self, app, questions):
        assert len(questions) >= 5
        assert app in quiz_html(questions, key=app)

    def test_the_right_answer_does_not_stand_out(self, app, questions):
        places = [[choice.right for choice in question.choices].index(True) for question in questions]
        assert len(set(places)) >= 3
        assert max(places.count(place) for place in places) <= len(questions) / 2
        longest = [max(question.choices, key=lambda choice: len(choice.text)).right for question in questions]
        assert sum(longest) <= len(questions) / 2

    def test_texts_are_short_sentences(self, app, questions):
        for question in questions:
            assert len(question.text) <= 160
            for choice in question.choices:
                assert choice.text.endswith((".", "!"))
                assert choice.why.endswith(".")
                assert len(choice.why) <= 240
                assert max(len(sentence.split()) for sentence in re.split(r"[.?!:] ", choice.why)) <= 26


@pytest.mark.parametrize(
    ("app", "not_tabs"),
    [("recommender", {"Highest stars"}), ("bears", {"none of these"}), ("relu", set()), ("forest", set())],
)
def test_the_tabs_named_in_the_questions_exist(app, not_tabs):
    questions = importlib.import_module(f"apps.views.{app}.quiz").QUESTIONS
    demo = importlib.import_module(f"apps.{app}").build_demo()
    labels = {block.label for block in demo.blocks.values() if isinstance(block, gr.Tab)}
    stressed = {name for question in questions for name in re.findall(r"\*([^*]+)\*", question.see)}
    assert len(stressed - not_tabs) >= 3
    assert stressed - not_tabs <= labels
