"""The dictionary of the course's words: its form, and that each word is needed somewhere."""

import re

from shared.ui.dictionary import by_word
from tests.conftest import ROOT

WORDS = tuple(by_word().values())


def test_each_meaning_is_one_short_sentence():
    for one in WORDS:
        assert one.sentence.endswith(".")
        assert not re.search(r"[.?!]\s", one.sentence)
        assert len(one.sentence.split()) <= 25
        assert 1 <= one.lesson <= 8


def test_no_form_is_there_twice_and_the_words_are_in_order():
    forms = [form.lower() for one in WORDS for form in (one.word, *one.also)]
    assert len({*forms}) == len(forms)
    assert [one.word.lower() for one in WORDS] == sorted(one.word.lower() for one in WORDS)


def test_each_word_is_used_by_an_app():
    texts = [path.read_text("utf-8") for path in (ROOT / "apps/views").rglob("*.*") if path.suffix != ".pyc"]
    unused = [
        one.word
        for one in WORDS
        if not any(re.search(rf"\b{re.escape(one.word)}\b", text, re.IGNORECASE) for text in texts)
    ]
    assert unused == []
