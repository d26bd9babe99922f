"""What people read of a forest's numbers: levels by name, answers in the target's own unit.

name_value(encoded.columns[1], 0.0)          # "female"
answer = Answer.of(explorer.choice)
answer.title                                 # "share of Survived = 1", or "log Sale_Price"
answer.text(0.312), answer.step(-0.05)       # "31.2 %", "−5.0 points"
answer.raw_text(12.1)                        # "179,872" where the logarithm is predicted, else ""
"""

import math
from dataclasses import dataclass, replace

from shared.forest.choose import Choice
from shared.forest.date_words import name_part
from shared.forest.encoded import UNKNOWN_CODE, Column
from shared.forest.explorer import Explorer
from shared.forest.kinds import shorten
from shared.plotting import plain_text

MISSING_LEVEL = "(missing)"
_AXIS_CHARACTERS = 32  # of a line beside an axis


@dataclass(frozen=True)
class Answer:
    """What a forest's answer means.

    Attributes:
        title: of an axis that shows it, with its unit.
        is_share: whether it is the share of a class, 0 to 1.
        raw_unit: the table's own column when its logarithm is predicted; else "".
    """

    title: str
    is_share: bool
    raw_unit: str = ""

    @classmethod
    def of(cls, choice: Choice, *, of_class: int = 1) -> "Answer":
        """Say what a forest fitted on this choice answers."""
        encoded = choice.encoded
        if encoded.task == "classification":
            level = shorten(encoded.classes[of_class])
            return cls(f"share of {shorten(encoded.target)} = {level}", is_share=True)
        is_log = encoded.target == f"log {choice.target}"
        return cls(shorten(encoded.target), is_share=False, raw_unit=shorten(choice.target) if is_log else "")

    @property
    def axis_title(self) -> str:
        """The title on two lines where it is long, each cut to fit beside or under a figure on a phone."""
        lines = [self.title]
        if self.is_share and len(self.title) > _AXIS_CHARACTERS:
            what, _, level = self.title.partition(" = ")
            lines = [what, f"= {level}"]
        return "<br>".join(plain_text(cut_middle(line, _AXIS_CHARACTERS)) for line in lines)

    @property
    def tick_format(self) -> str | None:
        """How Plotly writes it along an axis."""
        return ".0%" if self.is_share else None

    def text(self, value: float) -> str:
        """Write an answer, four figures of it."""
        return f"{100 * value:.1f} %" if self.is_share else write_number(value)

    def step(self, value: float) -> str:
        """Write a difference of two answers, with its sign."""
        sign = "−" if value < 0 else "+"
        if self.is_share:
            return f"{sign}{100 * abs(value):.1f} points"
        size = abs(value)
        return f"{sign}{size:,.0f}" if size >= 1_000 else f"{sign}{size:.3g}"

    def raw_text(self, value: float) -> str:
        """Write the number whose logarithm the answer is; "" where no logarithm is predicted."""
        if not self.raw_unit:
            return ""
        return write_number(math.exp(value)) if value < 700 else "an enormous number"


def name_value(column: Column, value: float) -> str:
    """Write the value of a column as the table has it: levels and dates by name, a flag as yes or no."""
    if column.kind == "category":
        return MISSING_LEVEL if value == UNKNOWN_CODE else column.levels[int(value)]
    if column.kind == "missing":
        return "yes" if value else "no"
    return name_part(column, value) or f"{value:.6g}"


def cut_middle(text: str, most: int) -> str:
    """Cut a long name in its middle: names that begin alike ("... in mm", "... is missing") stay different.

    Args:
        text: the name.
        most: characters that are kept, the sign of the cut among them.
    """
    if len(text) <= most:
        return text
    tail = (most - 1) * 2 // 5
    return f"{text[: most - 1 - tail].rstrip('_ ')}…{text[len(text) - tail :].lstrip('_ ')}"


def write_number(value: float) -> str:
    """Write a number for people: four figures, or whole from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def seen_classes(explorer: Explorer) -> list[str]:
    """Name the classes that the forest was trained on, in order; none for a regression."""
    numbers = getattr(explorer.forest, "classes_", ())
    return [explorer.encoded.classes[int(number)] for number in numbers]


def for_class(explorer: Explorer, name: str | None) -> Explorer:
    """Give the same forest, asked about another class.

    Args:
        explorer: what is known of the forest.
        name: the class. None, or one that the forest does not know, for the class it is about already; if it
            does not know that one either, for the last that it knows.
    """
    known, classes = seen_classes(explorer), explorer.encoded.classes
    if not known:
        return explorer
    if name not in known:
        own = classes[explorer.of_class]
        name = own if own in known else known[-1]
    place = classes.index(name)
    if place == explorer.of_class:
        return explorer
    return explorer.once(f"class {place}", lambda: replace(explorer, of_class=place, _kept={}, _locks={}))
