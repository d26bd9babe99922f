"""What people read of a forest's numbers: levels by name, answers in the target's own unit.

name_value(encoded.columns[1], 0.0)          # "female"
answer = Answer.of(explorer.choice)
answer.title                                 # "share that survived", or "Sale_Price ($)"
answer.text(0.312), answer.step(-0.05)       # "31.2 %", "−5.0 points"
answer.text(12.1), answer.step(0.1)          # "$179,872", "+10.5 %": where the logarithm is predicted
"""

import math
from dataclasses import dataclass, replace
from typing import Any

from shared.forest.choose import Choice
from shared.forest.date_words import name_part
from shared.forest.encoded import UNKNOWN_CODE, Column, Encoded
from shared.forest.explorer import Explorer
from shared.plotting import plain_text
from shared.tables.kinds import shorten
from shared.tables.numbers import write_number, write_value

MISSING_LEVEL = "(missing)"
_AXIS_CHARACTERS = 32  # of a line beside an axis
_LARGEST_LOG = 700.0  # of a number that can still be written


@dataclass(frozen=True)
class Answer:
    """What a forest's answer means. The forest may predict a logarithm; people read the target itself.

    Attributes:
        title: of an axis that shows it, with its unit.
        is_share: whether it is the share of a class, 0 to 1.
        raw_unit: the table's own column when its logarithm is predicted; else "".
        unit: the sign in front of a number, such as "$"; often "".
        heading: what the forest's own numbers are called, in a table to take away.
    """

    title: str
    is_share: bool
    raw_unit: str = ""
    unit: str = ""
    heading: str = ""

    @classmethod
    def of(cls, choice: Choice, *, of_class: int = 1) -> "Answer":
        """Say what a forest fitted on this choice answers."""
        return cls.about(choice.encoded, of_class=of_class)

    @classmethod
    def about(cls, encoded: Encoded, *, of_class: int = 1) -> "Answer":
        """Say what anything that learns from these rows answers."""
        target = shorten(encoded.target)
        if encoded.task == "classification":
            heading = f"share of {target} = {shorten(encoded.classes[of_class])}"
            return cls(shorten(encoded.title_share(of_class)), is_share=True, heading=heading)
        title = f"{shorten(encoded.asked)} ({encoded.unit})" if encoded.unit else shorten(encoded.asked)
        return cls(title, False, shorten(encoded.log_of), encoded.unit, target)

    @property
    def axis_title(self) -> str:
        """The title on two lines where it is long, each cut to fit beside or under a figure on a phone."""
        lines = [self.title]
        if self.is_share and len(self.title) > _AXIS_CHARACTERS:
            what, _, level = self.title.partition(" = ")
            lines = [what, f"= {level}"] if level else [self.title]
        return "<br>".join(plain_text(cut_middle(line, _AXIS_CHARACTERS)) for line in lines)

    def ticks(self, low: float, high: float, *, most: int = 5) -> dict[str, Any]:
        """Give an axis of answers its ticks: round numbers of the target itself, at their logarithms.

        Args:
            low: the least answer on the axis.
            high: the largest.
            most: about so many.
        """
        if self.is_share:
            return _share_ticks(low, high, most)
        if not self.raw_unit:
            return {"tickprefix": self.unit}
        if not (math.isfinite(low) and math.isfinite(high) and high < _LARGEST_LOG):
            return {}
        numbers = round_numbers(math.exp(low), math.exp(high), most)
        texts = [f"{self.unit}{_short_number(number, numbers)}" for number in numbers]
        return {"tickvals": [math.log(number) for number in numbers], "ticktext": texts}

    def step_ticks(self, low: float, high: float) -> dict[str, Any]:
        """The same for an axis of differences: per cent, where the answer is a logarithm."""
        if not self.raw_unit:
            return self.ticks(low, high)
        if not (math.isfinite(low) and math.isfinite(high) and high < _LARGEST_LOG):
            return {}
        factors = (one for one in _round_steps(math.expm1(low), math.expm1(high), 5) if one > -1)
        shares = [0.0 if abs(one) < 1e-9 else one for one in factors]
        texts = ["0 %" if not one else f"{'−' if one < 0 else '+'}{100 * abs(one):.3g} %" for one in shares]
        return {"tickvals": [math.log1p(one) for one in shares], "ticktext": texts}

    def text(self, value: float) -> str:
        """Write an answer, four figures of it: of a logarithm, the number itself."""
        if self.is_share:
            return f"{100 * value:.1f} %"
        if self.raw_unit:
            return self.raw_text(value)
        return self._with_unit(write_number(value))

    def step(self, value: float) -> str:
        """Write a difference of two answers, with its sign: of two logarithms, in per cent."""
        sign = "−" if value < 0 else "+"
        if self.is_share:
            return f"{sign}{100 * abs(value):.1f} points"
        if self.raw_unit:
            change = 100 * math.expm1(min(value, _LARGEST_LOG))
            return f"{sign}{abs(change):,.{1 if abs(change) < 100 else 0}f} %"
        return f"{sign}{self.unit}{write_number(abs(value), figures=3)}"

    def raw_text(self, value: float) -> str:
        """Write the number whose logarithm the answer is; "" where no logarithm is predicted."""
        if not self.raw_unit:
            return ""
        if value >= _LARGEST_LOG:
            return "an enormous number"
        return self._with_unit(write_number(math.exp(value)))

    def _with_unit(self, text: str) -> str:
        return f"−{self.unit}{text[1:]}" if text.startswith("−") else f"{self.unit}{text}"


def round_numbers(low: float, high: float, most: int) -> list[float]:
    """Choose about `most` round numbers, above 0: in equal steps, or 1, 2, 5, 10 where they lie far apart."""
    if high < 5 * low:
        return _round_steps(low, high, most)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    numbers = [float(one) * 10.0**power for power in powers for one in (1, 2, 5)]
    inside = [number for number in numbers if low <= number <= high]
    return inside[:: max(1, math.ceil(len(inside) / (most + 2)))]


def _round_steps(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / most or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough * (1 - 1e-9))
    return [at * step for at in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _share_ticks(low: float, high: float, most: int) -> dict[str, Any]:
    """Ticks in per cent with a space before the sign, which Plotly's own format does not put there."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return {}
    edge = max(0.05 * (high - low), 0.005)  # a figure goes a little beyond what is drawn
    shares = _round_steps(low - edge, high + edge, most)
    signs = ["−" if one < -1e-9 else "" for one in shares]
    texts = [f"{sign}{100 * abs(one):.3g} %" for sign, one in zip(signs, shares, strict=True)]
    return {"tickvals": shares, "ticktext": texts}


def _short_number(number: float, all_of_them: list[float]) -> str:
    """Write thousands as "150k", where all ticks of an axis can be."""
    if all(one >= 1_000 and one % 500 == 0 for one in all_of_them):
        return f"{number / 1_000:,g}k"
    return write_number(number)


def name_value(column: Column, value: float) -> str:
    """Write the value of a column as the table has it: levels and dates by name, a flag as yes or no."""
    if column.kind == "category":
        return MISSING_LEVEL if value == UNKNOWN_CODE else column.levels[int(value)]
    if column.kind == "missing":
        return "yes" if value else "no"
    return name_part(column, value) or write_value(value)


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


def seen_classes(explorer: Explorer) -> list[str]:
    """Name the classes that the forest was trained on, in order; none for a regression."""
    numbers = getattr(explorer.forest, "classes_", ())
    return [explorer.encoded.classes[int(number)] for number in numbers]


def class_choices(explorer: Explorer) -> list[tuple[str, str]]:
    """List the classes that the forest knows for a control: what people read, and the class."""
    encoded = explorer.encoded
    return [(encoded.name_class(encoded.classes.index(name)), name) for name in seen_classes(explorer)]


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
