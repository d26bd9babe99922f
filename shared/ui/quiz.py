"""The quiz that every app ends with: a few questions on its lesson, and the reason for each answer.

One question at a time. Choose an answer, and every answer shows why it is right or wrong. It runs in the
browser alone (`quiz.js`, `quiz.css`), asks the server nothing, and the answers stay in that browser.

    quiz(load_quiz(Path(__file__).with_name("quiz.toml")), key="matmul")
    quiz([Question("What is 0 × 3?", (Choice("0", right=True, why="Zero times anything is zero."),
                                      Choice("3", right=False, why="That is 0 + 3.")))], key="numbers")
"""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import gradio as gr

from shared.ui.page import escape, marked

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Choice:
    """One answer that may be chosen.

    Attributes:
        text: the answer.
        right: whether it is the right one.
        why: the reason, shown after any answer has been chosen.
    """

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """One question with its answers, checked when it is made.

    Attributes:
        text: the question.
        choices: two to six answers, exactly one of them right.
        see: where the app shows it, as one sentence: "See it in *Similar*: ...". May be empty.

    Raises:
        ValueError: a text is missing, an answer is there twice, or not exactly one answer is right.
    """

    text: str
    choices: tuple[Choice, ...]
    see: str = ""

    def __post_init__(self) -> None:
        name = f"The question {self.text!r}"
        if not self.text.strip():
            raise ValueError("A question has no text.")
        if not 2 <= len(self.choices) <= 6:
            raise ValueError(f"{name} needs two to six answers, not {len(self.choices)}.")
        texts = [choice.text.strip() for choice in self.choices]
        if not all(texts) or len({*texts}) < len(texts):
            raise ValueError(f"{name} has an answer that is empty or there twice.")
        if missing := [choice.text for choice in self.choices if not choice.why.strip()]:
            raise ValueError(f"{name} gives no reason for {missing[0]!r}.")
        if (n_right := sum(choice.right for choice in self.choices)) != 1:
            raise ValueError(f"{name} must have exactly one right answer, not {n_right}.")

    @property
    def mark(self) -> str:
        """What the browser files an answer under: another one as soon as the question changes."""
        return hashlib.sha256(repr((self.text, self.choices)).encode()).hexdigest()[:12]


def load_quiz(path: Path) -> tuple[Question, ...]:
    """Read a quiz that is data: figures by name, and questions whose texts say `$name` where one stands.

    So each figure is written once, and a test computes it again by its name:

        figures = { saved = "47,200" }
        [[question]]
        text = "How many multiplications does one lookup save?"
        see = "Count them in *Lookup*."
        choice = [{ text = "$saved.", right = true, why = "944 × 50." }, { text = "None.", why = "..." }]

    Args:
        path: of the TOML file.

    Raises:
        ValueError: a text names a figure that is not there, or a figure stands in no text.
    """
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    figures: dict[str, object] = read.get("figures", {})
    used: set[str] = set()

    def filled(text: str) -> str:
        template = Template(text)
        used.update(template.get_identifiers())
        try:
            return template.substitute(figures)
        except KeyError as error:
            raise ValueError(f"{path.name} has no figure {error}.") from None

    questions = tuple(
        Question(
            filled(one["text"]),
            tuple(
                Choice(filled(each["text"]), right=each.get("right", False), why=filled(each["why"]))
                for each in one["choice"]
            ),
            see=filled(one.get("see", "")),
        )
        for one in read["question"]
    )
    if unused := figures.keys() - used:
        raise ValueError(f"{path.name} has the figure {min(unused)}, which stands in no text.")
    return questions


def quiz(questions: Sequence[Question], *, key: str) -> gr.HTML:
    """Show a quiz.

    Args:
        questions: in the order in which they are asked.
        key: names the quiz in the visitor's browser, such as "recommender"; no other app has it.
    """
    return gr.HTML(
        quiz_html(questions, key=key),
        html_template="${value}",
        css_template=(_HERE / "quiz.css").read_text(encoding="utf-8"),
        js_on_load=(_HERE / "quiz.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_classes="look-piece",
    )


def quiz_html(questions: Sequence[Question], *, key: str) -> str:
    """Give the HTML of `quiz`, which its script brings to life.

    Raises:
        ValueError: there is no question, one is there twice, or the key is not a short name.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", key):
        raise ValueError(f"The key of a quiz is a short name such as recommender, not {key!r}.")
    if not questions or len({question.mark for question in questions}) < len(questions):
        raise ValueError(f"The quiz {key} has no question, or the same one twice.")
    steps = "".join(
        f'<li><button type="button" class="quiz-step" aria-label="Question {number}">{number}</button></li>'
        for number in range(1, len(questions) + 1)
    )
    body = "".join(
        _question_html(question, number, len(questions)) for number, question in enumerate(questions, start=1)
    )
    return (
        f'<div class="quiz" data-key="{escape(key)}">'
        f'<nav aria-label="Questions of the quiz"><ol class="quiz-steps">{steps}</ol></nav>{body}'
        '<section class="quiz-end" hidden><h2 tabindex="-1"></h2><p></p></section>'
        '<div class="quiz-bar"><p role="status" aria-live="polite" class="look-answer">Choose an answer.</p>'
        '<button type="button" class="quiz-next quiz-main" hidden>Next question</button></div>'
        '<div class="quiz-foot"><button type="button" class="quiz-again" hidden>Start again</button>'
        '<p class="quiz-kept" hidden>Your answers stay in this browser.</p></div></div>'
    )


def _question_html(question: Question, number: int, n_questions: int) -> str:
    choices = "".join(
        f'<li{" data-right" if choice.right else ""}><button type="button"><span class="quiz-mark"></span>'
        f'<span class="quiz-text">{marked(choice.text)}</span></button>'
        f'<p class="quiz-why" hidden>{marked(choice.why)}</p></li>'
        for choice in question.choices
    )
    see = f'<p class="quiz-see" hidden>{marked(question.see)}</p>' if question.see else ""
    hidden = "" if number == 1 else " hidden"
    return (
        f'<section class="quiz-question" data-mark="{question.mark}"{hidden}>'
        f'<h2 tabindex="-1"><small>Question {number} of {n_questions}</small> {marked(question.text)}</h2>'
        f'<ol class="quiz-choices look-act">{choices}</ol>{see}</section>'
    )
