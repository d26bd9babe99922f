"""Numbers in and out: check what pages and programs send, and write a number with its sign.

Gradio's own bounds let NaN and infinity through, so every pure function checks for itself.

    check_whole("The number of films", 250, low=100, high=600)      # 250
    check_whole("The number of films", float("nan"), low=100, high=600)    # InputError, naming the range
    signed(-0.5)                                                           # "−0.50"
"""

import math

from shared.errors import InputError


def check_whole(name: str, value: object, *, low: int, high: int) -> int:
    """Give a whole number in a range.

    Args:
        name: what the number is, as the beginning of a sentence.
        value: what came in.
        low: the least that is allowed.
        high: the most that is allowed.

    Raises:
        InputError: it is not such a number.
    """
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not low <= number <= high or number != int(number):  # NaN is in no range
        raise InputError(f"{name} must be a whole number from {low:,} to {high:,}.")
    return int(number)


def signed(value: float, *, digits: int = 2, zero: str = "") -> str:
    """Write a number with its sign, "+0.52".

    Args:
        value: the number.
        digits: decimals.
        zero: the sign of what rounds to zero: none, unless it stands in a sum.
    """
    text = f"{value:+.{digits}f}".replace("-", "−")
    return zero + text[1:] if float(text[1:]) == 0 else text
