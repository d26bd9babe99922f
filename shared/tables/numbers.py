"""Numbers as people and programs write them: 1,234.5 and 1.234,5, EUR 5 and 12 %, inf and 1e400.

write_number(1234567.8), write_value(2008)  # "1,234,568" of an answer, "2008" of a cell: a year has no comma

parse_number("1,234.5")                     # (1234.5, "")
parse_number("1.234,5", decimal_comma=True) # (1234.5, "")
parse_number("EUR 5")                       # (5.0, "EUR")
parse_number("=1+2")                        # (nan, ""): a formula is text
find_decimal_comma(["1,5", "2"])            # True; None where both readings fit, as for "1,234"
"""

import math
import re
from collections.abc import Iterable
from decimal import Decimal

from shared.limits import MAX_TABLE_VALUE

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)  # 1,234 and 1,234.5
_DOT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)  # 1.234 where the comma is decimal
_DECIMAL_COMMA = re.compile(
    r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)?,\d+(e[+-]?\d+)?", re.IGNORECASE | re.ASCII
)  # 1,5 and 1.234,5
# A space of any width, or Switzerland's apostrophe, in front of each three digits.
_SPACE_GROUPS = re.compile("[+-]?[1-9]\\d{0,2}([ \xa0\u2009\u202f'\u2019]\\d{3})+(?!\\d)", re.ASCII)
_SPACES = re.compile("[ \xa0\u2009\u202f'\u2019]")
_UNIT = r"[$€£¥₹%]|EUR|USD|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|CZK|INR|CNY"
_WITH_UNIT = re.compile(rf"([+-]?)\s*(?:({_UNIT})\s*(\S.*)|(.*\d\S*?)\s*({_UNIT}))")
_LEAST_WRITTEN, _MOST_WRITTEN = 1e-6, 1e15  # smaller and larger numbers have a power of ten
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LONGEST = 60  # characters of a number; the patterns take long over long texts
_INFINITE = re.compile(r"[+-]?(inf|infinity|∞)", re.IGNORECASE)


def parse_number(text: str, *, decimal_comma: bool = False) -> tuple[float, str]:
    """Read one number.

    Args:
        text: what is written, without spaces around it.
        decimal_comma: whether 1,5 is one and a half.

    Returns:
        The value, and its unit (a currency, "%" or ""). NaN is no number; infinite is a number that is
        infinite, or larger than MAX_TABLE_VALUE, in which a forest could not split.
    """
    cleaned, unit = read_as(text, decimal_comma=decimal_comma)
    if not cleaned:
        return math.nan, ""
    value = float(cleaned)
    return (value if abs(value) <= MAX_TABLE_VALUE else math.inf), unit


def read_as(text: str, *, decimal_comma: bool = False) -> tuple[str, str]:
    """Write a number as Python does.

    Returns:
        The number, "" where the text is none; and its unit. The characters are those of the text in their
        order, with a point for a decimal comma.
    """
    if _PLAIN.fullmatch(text) and not (decimal_comma and "." in text):
        return text, ""
    core, unit = _take_unit(text.replace("\N{MINUS SIGN}", "-"))
    if _INFINITE.fullmatch(core):
        return "inf", unit
    if match := _SPACE_GROUPS.match(core):
        core = _SPACES.sub("", match[0]) + core[match.end() :]
    if decimal_comma and (_DECIMAL_COMMA.fullmatch(core) or _DOT_GROUPS.fullmatch(core)):
        core = core.replace(".", "").replace(",", ".")
    elif not decimal_comma and _COMMA_GROUPS.fullmatch(core):
        core = core.replace(",", "")
    return (core, unit) if _PLAIN.fullmatch(core) else ("", "")


def find_decimal_comma(texts: Iterable[str]) -> bool | None:
    """Say whether the comma is the decimal mark in these cells, by those that can be read in one way only.

    Returns:
        True or False by the majority; None when no cell tells, or as many tell one as the other.
    """
    votes = 0
    for text in texts:
        if "," not in text and "." not in text:
            continue
        if _PLAIN.fullmatch(text):
            votes -= "." in text and not _DOT_GROUPS.fullmatch(text)
            continue
        core, _ = _take_unit(text.replace("\N{MINUS SIGN}", "-"))
        core = _SPACES.sub("", core)
        is_grouped = bool(_COMMA_GROUPS.fullmatch(core))
        if _DECIMAL_COMMA.fullmatch(core):
            votes += 0 if is_grouped and core.count(",") == 1 else 1
        elif is_grouped or ("." in core and _PLAIN.fullmatch(core) and not _DOT_GROUPS.fullmatch(core)):
            votes -= 1
    return votes > 0 if votes else None


def write_number(value: float, *, figures: int = 4) -> str:
    """Write a number for people: a few figures, from a thousand on whole and with commas, never 1e+06."""
    return _write(value, figures, comma_from=1_000)


def write_value(value: float) -> str:
    """Write a number of a table's cell: six figures, and commas from ten thousand on, as years have none."""
    return _write(value, 6, comma_from=10_000)


def write_score(score: float) -> str:
    """Write a score of splits: four digits behind the point, which tell two of them apart."""
    return f"{score:.4f}" if score == 0 or 0.001 <= score < 10 else write_value(score)


def _write(value: float, figures: int, *, comma_from: float) -> str:
    if not math.isfinite(value):
        return "not known"
    size = abs(value)
    if size and not _LEAST_WRITTEN <= size < _MOST_WRITTEN:
        mantissa, _, power = f"{size:.{figures - 1}e}".partition("e")
        text = f"{Decimal(mantissa).normalize():f} × 10{str(int(power)).translate(_RAISED)}"
    elif size >= max(comma_from, 10 ** (figures - 1)):
        text = f"{size:,.0f}"
    else:
        text = format(Decimal(f"{size:.{figures}g}"), ",f" if size >= comma_from else "f")
    return f"−{text}" if value < 0 and any(digit in text for digit in "123456789") else text


def _take_unit(text: str) -> tuple[str, str]:
    """Part "EUR 5", "-$5" and "5 %" into number and unit."""
    if len(text) > _LONGEST:
        return "", ""
    if match := _WITH_UNIT.fullmatch(text):
        sign, before, number, other_number, after = match.groups()
        return sign + (number or other_number), before or after
    return text, ""
