"""Film titles: how MovieLens writes them, how people read them, and the form in which they are compared.

MovieLens moves articles to the end and puts other titles in brackets: "City of Lost Children, The (Cité des
enfants perdus, La)". `split_title` turns that into the title people know and its aliases. `normalise` takes
away what people spell differently (case, accents, punctuation), `canonical` also writes numbers one way, so
that "Rocky II" meets "Rocky 2".

    split_title("Dinner Game, The (Dîner de cons, Le)")  # ("The Dinner Game", ("Le Dîner de cons",))
    normalise("WALL·E")                                  # "wall e"
    canonical(normalise("Ocean's Eleven"))               # "oceans 11"
"""

import re
import unicodedata

_MOVED_ARTICLE = re.compile(
    r"^(?P<body>.+?)\s*,\s*(?P<article>(?i:The|An)|A|Les?|La|L'|El|L[oa]s|Il|Lo|Gli|I|Der|Die|Das|Det|De[nt]?|En|Une?|[OA]s?)$"
)
_ALSO_KNOWN_AS = re.compile(r"^a\.?k\.?a\.?:?\s+", re.IGNORECASE)
_TRAILING_YEAR = re.compile(r"^(?P<title>.*\S)\s*[(\[](?P<year>(?:18|19|20)\d\d)[)\]]\s*$", re.DOTALL)
_OPEN_ENDED = re.compile(
    r"(?:\b[oO]r|[:,&-])$"
)  # "Birdman: Or (The Unexpected Virtue of Ignorance)" is one title

# Articles that are dropped in front of a title when titles are compared. Not "die", "den", "i", "o", "en":
# these are words of English titles ("Die Hard"). In MovieLens' comma form they are known to be articles.
LEADING_ARTICLES = frozenset(
    [
        "the",
        "a",
        "an",
        "le",
        "la",
        "les",
        "l",
        "el",
        "los",
        "las",
        "il",
        "gli",
        "das",
        "der",
        "det",
        "un",
        "une",
    ]
)

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼ"), None)
_SPELT_OUT = {
    ord(letter): text
    for letter, text in {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "&": " and ",
    }.items()
}  # fmt: skip
_ELIDED = re.compile(r"^l['’]\s*")  # L'avventura: the article is a word of its own
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_INITIALS = re.compile(r"(?<![^\W\d_])([^\W\d_])[.*](?=[^\W\d_](?![^\W\d_]))")  # the dots of E.T. and M*A*S*H
_NOT_LETTERS = re.compile(r"[\W_]+")

_NUMBERS = {
    "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
    "xi": "11", "xii": "12", "xiii": "13",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13",
}  # fmt: skip
_ROMAN = frozenset(word for word in _NUMBERS if set(word) <= set("ivx"))


def split_title(raw: str) -> tuple[str, tuple[str, ...]]:
    """Split a title as MovieLens writes it into the title people read and its other titles.

    Returns:
        The title with its article in front ("The Matrix"), and the aliases in the order they were written.
    """
    body = " ".join(raw.split())
    groups: list[str] = []
    while (start := _last_bracket(body)) > 0 and not _OPEN_ENDED.search(body[:start].rstrip()):
        groups.insert(0, body[start + 1 : -1].strip())
        body = body[:start].rstrip()
    title = _put_article_first(body)
    aliases = (_put_article_first(_ALSO_KNOWN_AS.sub("", group)) for group in groups)
    return title, tuple(dict.fromkeys(alias for alias in aliases if alias and alias != title))


def split_year(title: str) -> tuple[str, int]:
    """Split "Heat (1995)" into the title and the year; the year is 0 when there is none."""
    found = _TRAILING_YEAR.match(title)
    return (found["title"], int(found["year"])) if found else (title.strip(), 0)


def normalise(text: str) -> str:
    """Write a title in small plain letters and digits with single blanks; "" when it has neither."""
    text = _ELIDED.sub("l ", text.strip().casefold()).translate(_APOSTROPHES).translate(_SPELT_OUT)
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    if "." in text or "*" in text:
        text = _INITIALS.sub(r"\1", text)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    return _NOT_LETTERS.sub(" ", text).strip()


def canonical(normalised: str) -> str:
    """Write Roman numbers and number words of a normalised title in digits.

    A Roman number in front is left alone: it is more often a word ("V for Vendetta").
    """
    words = normalised.split(" ")
    return " ".join(
        word if at == 0 and word in _ROMAN else _NUMBERS.get(word, word) for at, word in enumerate(words)
    )


def without_article(normalised: str) -> str:
    """Drop the article in front of a normalised title, unless nothing else is left."""
    first, _, rest = normalised.partition(" ")
    return rest if rest and first in LEADING_ARTICLES else normalised


def segments(title: str) -> list[str]:
    """Give the parts of a title that people use alone: "Star Wars: Episode V - The Empire Strikes Back".

    Returns:
        The part before the first colon or dash, and the part after the last; empty when there is neither.
    """
    parts = [part.strip() for part in re.split(r":\s+|\s+[-–—]\s+", title)]
    return [parts[0], parts[-1]] if len(parts) > 1 and parts[0] and parts[-1] else []


def _put_article_first(title: str) -> str:
    found = _MOVED_ARTICLE.match(title)
    if not found:
        return title
    joint = "" if found["article"].endswith("'") else " "
    return f"{found['article']}{joint}{found['body']}"


def _last_bracket(text: str) -> int:
    """Find where the bracket that closes at the end of the text was opened; -1 when none does."""
    if not text.endswith(")"):
        return -1
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            return at
    return -1
