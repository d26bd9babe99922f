"""Numbers and the words beside them; and that no text says it in another way."""

import re

import pytest

from shared.words import count, percent, with_article
from tests.conftest import ROOT


def test_one_and_many():
    assert count(1, "answer") == "1 answer"
    assert [count(n, "answer") for n in (0, 2, 12_345)] == ["0 answers", "2 answers", "12,345 answers"]
    assert [count(n, "row lacks", "rows lack") for n in (1, 2)] == ["1 row lacks", "2 rows lack"]


def test_per_cent_has_a_space():
    assert percent(0.979, decimals=1) == "97.9 %"
    assert (percent(0), percent(1), percent(0.126)) == ("0 %", "100 %", "13 %")


@pytest.mark.parametrize(
    ("noun", "expected"), [("ice bear", "an ice bear"), ("teddy", "a teddy"), ("Owl", "an Owl"), ("", "a ")]
)
def test_article(noun, expected):
    assert with_article(noun) == expected


TEXTS = [
    path
    for folder in ("apps", "shared", "spaces")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".md", ".toml") and "__pycache__" not in path.parts
] + [ROOT / "README.md"]


def test_every_text_is_spelled_one_way():
    """97.9 %, never 97.9%; learned, never the other spelling. A width in a style sheet is no text."""
    style = re.compile(r"(width|height|left|top|right|bottom|translate\w*|flex|range_progress)\b[^\"']*$")
    found = []
    for path in TEXTS:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.relative_to(ROOT)}:{number}"
            if re.search(r"\blearnt\b", line, re.IGNORECASE):
                found.append(f"{where}: learnt")
            for match in re.finditer(r"(?<![\w#&.])\d[\d.,]*%(?![\w(])|:\.\d%\}", line):
                if not style.search(line[: match.start()]):
                    found.append(f"{where}: {match[0]}")
    assert found == []
