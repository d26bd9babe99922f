"""What every quiz keeps to, whatever it asks."""

import re
from collections.abc import Sequence

from shared.ui.quiz import Question


def right_places(questions: Sequence[Question]) -> list[int]:
    """Say where the right answer of each question stands; it must not be the longest too often."""
    longest = [max(question.choices, key=lambda choice: len(choice.text)).right for question in questions]
    assert sum(longest) <= len(questions) / 2
    return [[choice.right for choice in question.choices].index(True) for question in questions]


def check_texts(questions: Sequence[Question]) -> None:
    """See that texts are short sentences."""
    for question in questions:
        assert len(question.text) <= 160
        for choice in question.choices:
            assert choice.text.endswith(".")
            assert choice.why.endswith(".")
            assert len(choice.why) <= 240
            assert max(len(sentence.split()) for sentence in re.split(r"[.?!:] ", choice.why)) <= 26


def check_tabs(questions: Sequence[Question], tabs: set[str]) -> None:
    """See that every question points to a tab of the app, and that all of these are named."""
    named = [set(re.findall(r"\*([^*]+)\*", question.see)) for question in questions]
    assert all(named)
    assert set().union(*named) == tabs
