"""What is a number in a range, and what only looks like one."""

import numpy as np
import pytest

from shared.ranges import number_in, whole_in

NO_NUMBERS = [np.nan, np.inf, -np.inf, 1e308, 10**400, -(10**400), True, False, None, "7", [7], {}, 7j]


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_of_the_range_is_none(value: object) -> None:
    assert number_in(value, 0, 1000) is None
    assert whole_in(value, 0, 1000) is None


@pytest.mark.parametrize("value", [7, 7.0, np.int64(7), np.float32(7)])
def test_numbers_of_any_type_become_pythons_own(value: object) -> None:
    assert (number_in(value, 7, 7), type(number_in(value, 7, 7))) == (7.0, float)
    assert (whole_in(value, 7, 7), type(whole_in(value, 7, 7))) == (7, int)


def test_a_fraction_is_a_number_but_no_whole_one() -> None:
    assert number_in(2.5, 0, 3) == 2.5
    assert whole_in(2.5, 0, 3) is None
