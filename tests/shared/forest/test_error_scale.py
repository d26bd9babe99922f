"""How errors are written: shares in per cent, numbers in the target's unit; axes jump."""

from dataclasses import replace

import numpy as np
import pytest

from shared.forest.error_scale import error_scale, guess_error, next_window


def test_shares_are_written_in_per_cent_and_numbers_are_not(titanic, ames):
    share, number = error_scale(titanic), error_scale(ames)
    assert (share.write(0.1973), share.interval(0.148, 0.2467)) == ("19.7 %", "14.8 to 24.7 %")
    assert (share.title, share.unit) == ("wrong rows (%)", "% of rows wrong")
    assert (number.write(31234.6), number.interval(0.125, 0.1552)) == ("$31,235", "$0.125 to $0.155")
    assert "Sale_Price" in number.title
    assert share.write(float("nan")) == "not known"


def test_an_error_of_logarithms_is_shown_as_per_cent(ames):
    scale = error_scale(replace(ames, target="log Sale_Price", log_of="Sale_Price"))
    assert (scale.write(np.log(1.15)), scale.interval(np.log(1.1), np.log(1.25))) == (
        "15.0 %",
        "10.0 to 25.0 %",
    )
    assert scale.title == "typical error (% of Sale_Price)"
    np.testing.assert_allclose(scale.shown(np.log([1.0, 2.0])), [0, 100])


def test_guessing_is_the_mean_or_the_largest_class():
    y_train = np.array([0.0, 0, 0, 1])
    assert guess_error(y_train, np.array([0.0, 1, 1, 0]), task="classification") == 0.5
    numbers = np.array([1.0, 3.0])
    assert guess_error(numbers, numbers, task="regression") == pytest.approx(numbers.std())


def test_the_axis_jumps():
    ends = [next_window(value, 1.0) for value in (0.2, 1.0, 1.01, 1.5, 1.6, 2.5, float("nan"))]
    assert ends == pytest.approx([1, 1, 1.5, 1.5, 2, 3, 1])
