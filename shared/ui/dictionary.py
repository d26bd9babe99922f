"""The dictionary of the course's words: the first use of each on a page is marked, a tap says its meaning.

    dictionary()                       # once on a page; browser/dictionary.js finds the words in its texts
    by_word()["broadcasting"].lesson   # 5

The words are data, in words.toml.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from shared.ui.modules import module

_FILE = Path(__file__).with_name("words.toml")


class Word(NamedTuple):
    """One word: its other forms, its meaning in a sentence, and the lesson that brings it."""

    word: str
    sentence: str
    lesson: int
    also: tuple[str, ...] = ()


@cache
def by_word() -> dict[str, Word]:
    """Read the dictionary."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))["word"]
    return {one["word"]: Word(**{**one, "also": tuple(one.get("also", ()))}) for one in read}


def dictionary() -> gr.HTML:
    """Mark the words on the page that is open."""
    words = [one._asdict() for one in by_word().values()]
    return module("shared/ui/browser/dictionary.js", words, elem_classes=["look-piece", "look-dictionary"])
