"""Words in messages: those that were allowed, told to somebody who wrote another, and how many of something.

from deploy.words import find_meant
meant, listed = find_meant("t4-smal", HARDWARE, most=3)  # "t4-small", "t4-small, t4-medium, ..."
"""

import difflib
from collections.abc import Sequence


def count(number: int, thing: str) -> str:
    """Say how many: "1 file", "2 files".

    Args:
        number: of the things.
        thing: what one of them is called.
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"


def find_meant(
    word: str, allowed: Sequence[str], *, most: int, cutoff: float = 0.6
) -> tuple[str | None, str]:
    """Find what may have been meant.

    Args:
        word: what was written.
        allowed: what could have been.
        most: how many like it are told before the others.
        cutoff: how much like it these must be, from 0 to 1.

    Returns:
        The word that is most like it, or None; and all of them in one line, those like it first.
    """
    close = difflib.get_close_matches(word, allowed, n=max(1, most), cutoff=cutoff)
    listed = ", ".join([*close, *(other for other in allowed if other not in close)])
    return (close[0] if close else None), listed
