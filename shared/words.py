"""Words that depend on a number, or on the word that follows.

count(1, "answer"), count(1200, "class", "classes")    # "1 answer", "1,200 classes"
percent(0.979), percent(0.979, 1)             # "98 %", "97.9 %"
with_article("ice bear")                               # "an ice bear"
"""


def count(n: int, one: str, many: str | None = None) -> str:
    """Write how many there are.

    Args:
        n: the number.
        one: what one of them is called, with whatever depends on it: "row lacks".
        many: the same for any other number; by default with an s.
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def percent(share: float, decimals: int = 0) -> str:
    """Write a share of 1 in per cent, with a space as in all texts here."""
    return f"{100 * share:.{decimals}f} %"


def with_article(noun: str) -> str:
    """Put "a" or "an" before a word, as its first letter sounds in most words."""
    return f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"
