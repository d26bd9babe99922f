"""Numbers of a visitor's points, written for people.

as_number(12345.6)       # "12,345.6"
"""

import numpy as np


def as_number(value: float, digits: int = 6) -> str:
    """Write a number for people: so many digits that say something, and never an exponent, 12,345.6.

    Args:
        value: the number.
        digits: that say something.
    """
    text = np.format_float_positional(float(f"{value:.{digits}g}"), trim="-")
    whole, _, rest = text.partition(".")
    if len(whole.lstrip("-")) > 4:  # four digits may be a year
        whole = f"{int(whole):,}"
    return f"{whole}.{rest}" if rest else whole
