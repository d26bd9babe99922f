"""The visitor's own units, in Node: ticks and numbers of any size, and dates from hours to centuries."""

import json
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.node import run_in_node

SCRIPT = ROOT / "apps/views/relu/own_units.js"
START = """
const window = { innerWidth: 1280 };
const lab = { state: { kind: "mae" }, ranges: { x: [-2.2, 2.2], y: [-12, 12] }, part: () => {},
  shown: (value) => value.toFixed(3) };
"""


def in_node(body: str, **table: Any) -> Any:
    """Run code that knows `lab.own` for a table with these settings."""
    code = f"{START}lab.state.points = {json.dumps(table)};\n{SCRIPT.read_text()}\n"
    code += f"console.log(JSON.stringify((() => {{ {body} }})()))"
    return run_in_node(code)


def axis_of(middle: float, unit: float, **table: Any) -> dict[str, Any]:
    scale = [middle, unit, 0, 1]
    return in_node('return lab.own.axis("x", lab.ranges.x)', scale=scale, names=["when", "y"], **table)


@pytest.mark.parametrize(
    ("middle", "unit"),
    [(2000, 5), (0, 1e-9), (1e6, 1e6), (5e14, 2e14), (-3000, 0.001), (1e6, 1e-3), (0.5, 0.25), (1e15, 1)],
)
def test_ticks_are_few_and_round_and_have_no_exponent(middle: float, unit: float) -> None:
    axis = axis_of(middle, unit)
    values, texts = axis["tickvals"], axis["ticktext"]
    assert 2 <= len(texts) <= 8
    assert len(set(texts)) == len(texts)
    assert all(axis["range"][0] - 1e-9 <= value <= axis["range"][1] + 1e-9 for value in values)
    assert not any("e" in text for text in texts)
    own = [middle + unit * value for value in values]
    written = [float(text.replace(",", "")) for text in texts]
    assert written == pytest.approx(own, abs=unit * 1e-3, rel=1e-12)
    assert axis["title"]["text"] == "when"


@pytest.mark.parametrize("span_days", [0.1, 0.5, 1, 3, 10, 40, 200, 400, 1500, 5000, 20_000, 60_000])
def test_dates_have_round_ticks_from_hours_to_centuries(span_days: float) -> None:
    middle, unit = 19_881.3, span_days / 4
    axis = axis_of(middle, unit, dates=True)
    texts = axis["ticktext"]
    assert 2 <= len(texts) <= 8
    assert len(set(texts)) == len(texts)
    full = [text if len(text) > 4 else f"{text}-01-01" for text in texts]
    days = (np.array(full, dtype="datetime64[m]") - np.datetime64(0, "m")) / np.timedelta64(1, "D")
    own = [middle + unit * value for value in axis["tickvals"]]
    assert days.tolist() == pytest.approx(own, abs=1e-3)


def test_losses_are_errors_in_the_units_of_y() -> None:
    code = (
        "const { lossText, lossUnit } = lab.own;"
        "return [lossText(2), lossText(2, 3, 'mse'), lossText(1e9), lossUnit()]"
    )
    assert in_node(code, scale=[0, 1, 500, 1000]) == ["2,000", "2,000,000", "huge", 1000]
    assert in_node(code, scale=None) == ["2.000", "2.000", "1000000000.000", 1]


def test_numbers_and_dates_in_words() -> None:
    code = "return [lab.own.place(0, 1), lab.own.sentence()]"
    names = ["year", "price"]
    place, sentence = in_node(code, scale=[2000, 5, 1e6, 1e5], names=names)
    assert place == "year 2000, price 1,100,000"
    assert sentence.endswith("x = (year − 2000) / 5, y = (price − 1,000,000) / 100,000.")
    place, sentence = in_node(code, scale=[19_723, 30, 0, 1], names=["day", "y"], dates=True)
    assert place == "day 2024-01-01, y 1"
    assert "x = (day − 2024-01-01) / 30 days." in sentence
    assert in_node(code, scale=None) == ["x 0, y 1", ""]
