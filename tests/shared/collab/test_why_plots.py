"""The waterfalls: what is printed adds up, whatever the rounding."""

import re

import numpy as np
import pytest

from shared.collab.why_plots import plot_list_waterfall, plot_stars_waterfall, round_to_total


@pytest.mark.parametrize("seed", range(20))
def test_rounded_values_add_up_to_the_rounded_total(seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-0.5, 4, size=seed + 1).tolist()
    rounded = round_to_total(values, sum(values))
    assert sum(rounded) == pytest.approx(float(f"{sum(values):.2f}"), abs=1e-9)
    assert max(abs(a - b) for a, b in zip(values, rounded, strict=True)) < 0.0101


def test_values_that_need_no_rounding_stay() -> None:
    assert round_to_total([3.5, -0.25, 0.1], 3.35) == [3.5, -0.25, 0.1]


def _why(**changes: object) -> dict[str, object]:
    parts = [
        {"label": label, "value": value} for label, value in (("Mean", 3.544), ("a < b", 0.004), ("c", 0.004))
    ]
    return {"parts": parts, "raw": 3.552, "stars": 3.552, "list_parts": parts, "list_score": 3.552} | changes


@pytest.mark.parametrize("plot", [plot_stars_waterfall, plot_list_waterfall])
def test_printed_bars_add_up(plot) -> None:
    *bars, total = [re.search(r"<b>(.*)</b>", note.text).group(1) for note in plot(_why()).layout.annotations]
    assert sum(float(bar.replace("−", "-")) for bar in bars) == pytest.approx(float(total))
    assert total == "3.55"


def test_a_prediction_cut_to_the_scale_gets_a_bar() -> None:
    figure = plot_stars_waterfall(_why(raw=3.552, stars=3.0))
    assert "Kept between 0.5 and 5 stars  <b>−0.55</b>" in [note.text for note in figure.layout.annotations]


def test_negative_numbers_have_a_minus_sign_and_still_add_up() -> None:
    parts = [
        {"label": label, "value": value} for label, value in (("a", 0.104), ("b", -0.244), ("c", -0.004))
    ]
    notes = plot_list_waterfall(_why(list_parts=parts, list_score=-0.144)).layout.annotations
    *bars, total = [re.search(r"<b>(.*)</b>", note.text).group(1) for note in notes]
    assert total == "−0.14"
    assert not any("-" in text for text in bars)
    assert sum(float(bar.replace("−", "-")) for bar in bars) == pytest.approx(-0.14)
