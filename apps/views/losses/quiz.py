"""*Quiz*: its questions are data, in quiz.toml."""

from pathlib import Path

import gradio as gr

from shared.ui.page import try_this
from shared.ui.quiz import load_quiz, quiz

QUESTIONS_PATH = Path(__file__).with_name("quiz.toml")
QUESTIONS = load_quiz(QUESTIONS_PATH)


def build_quiz(_demo: gr.Blocks) -> None:
    """Lay out the tab."""
    try_this("Choose an answer, then read why each one is right or wrong.")
    quiz(QUESTIONS, key="losses")
