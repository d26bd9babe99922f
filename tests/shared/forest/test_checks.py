"""What must be refused before any maths: each wrong value with a sentence that names it and the limit."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest import checks
from shared.limits import MAX_FOREST_SEED

X, Y = np.arange(6.0).reshape(3, 2), np.array([0.0, 1.0, 0.0])

WRONG_TABLES = [
    (X, Y, "clustering", "must be one of regression, classification"),
    (X[:, :0], Y, "regression", "no rows or no columns"),
    (X[0], Y, "regression", "no rows or no columns"),
    (X, Y[:2], "regression", "3 rows but 2 values"),
    (X[:1], Y[:1], "regression", "at least 2"),
    (np.where(X == 2, np.nan, X), Y, "regression", "missing, infinite or enormous numbers"),
    (np.where(X == 2, 1e39, X), Y, "regression", "3.4 × 10³⁸"),
    (X, np.array([0, np.nan, 1]), "regression", "target has missing"),
    (X, np.array([0, np.inf, 1]), "regression", "target has missing"),
    (X, np.array([0, 0.5, 1]), "classification", "numbered from 0"),
    (X, np.array([0, -1, 1]), "classification", "numbered from 0"),
    (X, np.array([0, 100, 1]), "classification", "100 different"),
    (X, np.ones(3), "regression", "the same in every row"),
    ([["a", "b"]] * 3, Y, "regression", "not a number"),
    ([[1, 2], [3], [4]], Y, "regression", "different lengths"),
    (X, ["x", "y", "z"], "regression", "not a number"),
]


@pytest.mark.parametrize(("table", "target", "task", "said"), WRONG_TABLES)
def test_wrong_tables_are_refused(table, target, task, said):
    with pytest.raises(InputError) as caught:
        checks.check_table(table, target, task=task)
    assert said in str(caught.value)


def test_right_tables_become_float64():
    table, target = checks.check_table(X.astype(np.float32).tolist(), [0, 1, 1], task="classification")
    assert table.dtype == target.dtype == np.float64
    np.testing.assert_array_equal(table, X)


@pytest.mark.parametrize(
    "value", [np.nan, np.inf, -np.inf, 1e308, 10**400, -1, 2.5, True, None, "7", [7], {}, 1001]
)
def test_whole_numbers_name_the_range(value):
    with pytest.raises(InputError, match="The count must be a whole number from 0 to 1,000"):
        checks.check_whole("The count", value, low=0, high=1000)


@pytest.mark.parametrize("value", [7, 7.0, np.int64(7), np.float32(7)])
def test_whole_numbers_of_any_type_become_int(value):
    number = checks.check_whole("The count", value, low=7, high=7)
    assert (number, type(number)) == (7, int)


@pytest.mark.parametrize("value", [0, -0.1, 1.01, np.nan, "half", None, True])
def test_shares_are_above_0_and_up_to_1(value):
    with pytest.raises(InputError, match="above 0 and at most 1"):
        checks.check_share("The share", value)


def test_a_number_that_python_will_not_write_out_is_refused_too():
    with pytest.raises(InputError, match="not an enormous number"):
        checks.check_whole("The count", 10**5000, low=0, high=1000)


def test_messages_stay_short_and_printable():
    with pytest.raises(InputError) as caught:
        checks.check_choice("The task", "a\n\0" + "b" * 10_000, ("regression",))
    assert len(str(caught.value)) < 150
    assert str(caught.value).isprintable()


def test_seeds_follow_each_other_and_stay_allowed():
    assert checks.next_seeds(42, 3) == [42, 43, 44]
    assert checks.next_seeds(MAX_FOREST_SEED, 2) == [MAX_FOREST_SEED, 0]
