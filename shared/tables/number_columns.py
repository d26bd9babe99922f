"""The numbers of a whole column at once: the same answers as `numbers.parse_number`, some ten times as fast.

    parse_numbers(["1.5", "x", "2"]).values              # [1.5, nan, 2.]
    parse_numbers(["EUR 1,234.5", "EUR 7"]).units        # ("EUR",)
    find_other_reading(["7", "1,234"], decimal_comma=False)   # ("1,234", 1234.0, 1.234)

Most columns hold nothing but digits, points and signs: Python's own `float` reads those. In others many cells
have the same shape, "EUR 1,111.1". One cell of each shape is read with care, which tells which characters
of all the others make their numbers.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from shared.limits import MAX_TABLE_VALUE
from shared.tables.numbers import parse_number, read_as

_PLAIN = b"0123456789.+-eE\n"
_PLAIN_COMMA = b"0123456789,+-eE\n"
_SHAPE_BYTES = bytes.maketrans(b"0123456789", b"1111111111")
_SHAPE = str.maketrans("0123456789", "1111111111")
# A group of three digits behind a zero is no group ("0,123"), which the shape alone does not tell.
_ZERO_GROUP = re.compile(r"(?<![\d.,])0\d{0,2}[., \xa0\u2009\u202f'\u2019]\d{3}")
# What can be read in two ways: 1,234 and 1.234.
_ONE_GROUP = re.compile(r"(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}(?![\d.,]|[eE][+-]?\d)")
_MOST_SHAPES = 300  # of one column; more are names or notes, not numbers
_FEW_TEXTS = 50  # are read one by one


class Numbers(NamedTuple):
    """Many numbers.

    Attributes:
        values: (n,) float64; NaN is no number, infinite one that is infinite or larger than MAX_TABLE_VALUE.
        units: of the finite ones, each once, in the order of letters.
    """

    values: np.ndarray
    units: tuple[str, ...] = ()


def parse_numbers(texts: Sequence[str], *, decimal_comma: bool = False) -> Numbers:
    """Read numbers; see `numbers.parse_number`."""
    joined = "\n".join(texts)
    is_one_line_each = joined.count("\n") == len(texts) - 1
    if is_one_line_each and (values := _read_plain(texts, joined, decimal_comma)) is not None:
        return Numbers(np.where(np.abs(values) <= MAX_TABLE_VALUE, values, np.inf))
    if is_one_line_each and len(texts) > _FEW_TEXTS and not _ZERO_GROUP.search(joined):
        found = _read_by_shape(texts, joined.translate(_SHAPE).split("\n"), decimal_comma)
        if found is not None:
            return found
    parsed = [parse_number(text, decimal_comma=decimal_comma) for text in texts]
    units = {unit for value, unit in parsed if unit and math.isfinite(value)}
    return Numbers(np.array([value for value, _ in parsed], dtype=float), tuple(sorted(units)))


def find_other_reading(texts: Sequence[str], *, decimal_comma: bool) -> tuple[str, float, float] | None:
    """Find the first number that would be another one if the comma meant the other thing.

    Returns:
        What is written, as it is read, and as it would be; None where no number is unclear.
    """
    for text in _with_one_group(texts):
        value, other = (
            parse_number(text, decimal_comma=comma)[0] for comma in (decimal_comma, not decimal_comma)
        )
        if math.isfinite(value) and math.isfinite(other) and value != other:
            return text, value, other
    return None


def _with_one_group(texts: Sequence[str]) -> Iterator[str]:
    joined = "\n".join(texts)
    if joined.isascii() and not (data := joined.encode()).translate(None, _PLAIN + b","):
        shapes = data.translate(_SHAPE_BYTES) + b"\n"  # far faster than the pattern, and mostly enough
        if b".111\n" not in shapes and b",111\n" not in shapes:
            return
    if joined.count("\n") != len(texts) - 1:
        yield from filter(_ONE_GROUP.search, texts)
        return
    place = end = 0
    for match in _ONE_GROUP.finditer(joined):
        place += joined.count("\n", end, match.start())
        end = match.start()
        yield texts[place]


def _read_plain(texts: Sequence[str], joined: str, decimal_comma: bool) -> np.ndarray | None:
    """Read cells of digits, points, signs and exponents; None where there is anything else."""
    if not joined.isascii() or joined.encode().translate(None, _PLAIN_COMMA if decimal_comma else _PLAIN):
        return None
    cells: Sequence[str] = texts
    if "," in joined:
        if re.search(r",(?!\d)", joined):  # "5," is no number, though "5." is one
            return None
        cells = joined.replace(",", ".").split("\n")
    try:
        return np.array(list(map(float, cells)))
    except ValueError:
        return None


def _read_by_shape(texts: Sequence[str], shapes: list[str], decimal_comma: bool) -> Numbers | None:
    """Read one cell of each shape, and the others like it; None where there are too many shapes."""
    places = {shape: place for place, shape in enumerate(dict.fromkeys(shapes))}
    if len(places) > _MOST_SHAPES:
        return None
    codes = np.fromiter(map(places.__getitem__, shapes), np.int32, len(shapes))
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(places) + 1))
    values, units = np.full(len(texts), np.nan), set()
    for shape, place in places.items():
        rows = order[starts[place] : starts[place + 1]]
        cleaned, unit = read_as(shape, decimal_comma=decimal_comma)
        if not cleaned:
            continue
        if not any(letter.isdigit() for letter in shape):  # "inf"
            values[rows] = np.inf
            continue
        kept = _places_of(cleaned, shape)
        alike = np.array([texts[row] for row in rows.tolist()], dtype=f"U{len(shape)}")
        letters = alike.view("U1").reshape(len(rows), len(shape))[:, kept]  # (n_rows, n_kept)
        for at, letter in enumerate(cleaned):
            if letter in ".-":
                letters[:, at] = letter
        numbers = np.ascontiguousarray(letters).view(f"U{len(kept)}").ravel().astype(float)
        numbers = np.where(np.abs(numbers) <= MAX_TABLE_VALUE, numbers, np.inf)
        values[rows] = numbers
        if unit and np.isfinite(numbers).any():
            units.add(unit)
    return Numbers(values, tuple(sorted(units)))


def _places_of(cleaned: str, shape: str) -> list[int]:
    """Say where the characters of a number stand in what is written: "1111.1" in "EUR 1,111.1"."""
    found, at = [], 0
    for letter in cleaned:
        while not (shape[at] == letter or shape[at] + letter in (",.", "\N{MINUS SIGN}-")):
            at += 1
        found.append(at)
        at += 1
    return found
