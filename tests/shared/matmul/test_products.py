"""Products, broadcasting, lookups, the network of 20 units, each by another road: numpy and torch."""

import itertools
import json

import numpy as np
import pytest
import torch

from shared.errors import InputError
from shared.matmul.hidden import follow, load_net
from shared.matmul.lookup import count_saved, one_hot, parse_rows
from shared.matmul.products import (
    as_matrix,
    check_inner,
    draw_numbers,
    explain_misfit,
    gradients,
    running_sums,
)
from shared.matmul.shapes import fit, ghosts, numbered, parse_shape
from tests.shared.matmul.titanic_net import FILE, predict, read_table, train

DRAW = np.random.default_rng(3)


@pytest.mark.parametrize(("n", "m", "p"), [(1, 1, 1), (3, 2, 4), (2, 6, 1), (6, 6, 6)])
def test_running_sums_end_at_the_product_and_the_gradients_are_autograds(n, m, p):
    a, b, g = DRAW.normal(size=(n, m)), DRAW.normal(size=(m, p)), DRAW.normal(size=(n, p))
    sums = running_sums(a, b)
    assert sums.shape == (n, p, m)
    assert sums[..., -1] == pytest.approx(a @ b)
    assert sums[..., 0] == pytest.approx(np.outer(a[:, 0], b[0]))
    ta, tb = (torch.tensor(one, requires_grad=True) for one in (a, b))
    (ta @ tb).backward(torch.tensor(g))
    d_a, d_b = gradients(a, b, g)
    assert d_a == pytest.approx(ta.grad.numpy())
    assert d_b == pytest.approx(tb.grad.numpy())
    assert (d_a.shape, d_b.shape) == (a.shape, b.shape)


def test_sizes_that_do_not_agree_are_named_with_what_would_help():
    assert explain_misfit((3, 2), (2, 4)) == ""
    with pytest.raises(
        InputError, match=r"A is 3 × 2 and B is 3 × 2: 2 columns of A cannot meet 3 rows of B"
    ):
        check_inner((3, 2), (3, 2))
    assert "B.T is 2 × 3" in explain_misfit((3, 2), (3, 2))
    assert "A.T is 1 × 3" in explain_misfit((3, 1), (3, 4))
    assert explain_misfit((2, 1), (3, 4)).endswith("These two sizes must agree.")
    assert "1 column of A cannot meet 3 rows" in explain_misfit((2, 1), (3, 4))


@pytest.mark.parametrize("rows", [[], [[]], [[1, 2], [3]], [[1] * 7], [[1]] * 7])
def test_what_is_no_matrix_is_refused(rows):
    with pytest.raises(InputError, match="numbers"):
        as_matrix("A", rows)


def test_numbers_are_drawn_in_their_range_and_again_the_same():
    whole, decimal = draw_numbers(7, 50, 40), draw_numbers(7, 50, 40, numbers="decimal")
    assert set(np.unique(whole)) == set(range(-9, 10))
    assert (decimal.min(), decimal.max()) == (-2, 2)
    assert (whole == draw_numbers(7, 50, 40)).all()
    assert (whole != draw_numbers(8, 50, 40)).any()


SHAPES = [shape for rank in range(4) for shape in itertools.product((1, 2, 3), repeat=rank)]


def test_the_rule_of_broadcasting_is_numpys():
    for left, right in itertools.product(SHAPES, SHAPES):
        found = fit(left, right)
        try:
            expected = np.broadcast_shapes(left, right)
        except ValueError:
            assert found.shape is None
            assert "must be equal, or one of them 1" in found.message
            assert any(axis.size is None for axis in found.axes)
        else:
            assert found.shape == expected
            assert found.message == ""


@pytest.mark.parametrize(
    ("shape", "result"), [((3, 1), (3, 4)), ((4,), (3, 4)), ((), (2, 2)), ((2, 1, 3), (2, 3, 3))]
)
def test_ghosts_are_the_numbers_that_share_their_place_in_memory(shape, result):
    values = numbered(shape)
    is_copy = ghosts(shape, result)
    assert is_copy.shape == result
    assert (~is_copy).sum() == values.size
    assert sorted(np.broadcast_to(values, result)[~is_copy].tolist()) == values.ravel().tolist()


def test_a_misfit_that_a_new_axis_mends_says_so():
    assert "right[..., None] has the shape (3, 1)" in fit((3, 2), (3,)).message
    assert "left[..., None] has the shape (3, 1)" in fit((3,), (3, 2)).message


@pytest.mark.parametrize(
    ("text", "shape"),
    [("3, 1", (3, 1)), ("(4,)", (4,)), ("2 x 3", (2, 3)), ("2×3", (2, 3)), ("", ()), ("()", ())],
)
def test_shapes_are_read_as_people_write_them(text, shape):
    assert parse_shape("left", text) == shape


@pytest.mark.parametrize("text", ["a", "-1", "0", "6", "1,1,1,1", "2.5", "9" * 39, "<b>", "²"])
def test_what_is_no_shape_is_refused_with_an_example(text):
    with pytest.raises(InputError, match=r"The left shape must be up to 3 whole numbers from 1 to 5"):
        parse_shape("left", text)


def test_a_one_hot_product_is_a_lookup_and_so_is_its_gradient():
    table = torch.randn(5, 3, requires_grad=True)
    rows = parse_rows("2, 0 2", 5)
    hot = torch.tensor(one_hot(rows, 5), dtype=torch.float)
    assert torch.equal(hot @ table, table[rows])
    (hot @ table).sum().backward()
    assert table.grad[:, 0].tolist() == [1, 0, 2, 0, 0]
    assert count_saved(len(rows), 5, 3) == hot.numel() * 3
    assert count_saved(1, 944, 50) == 47_200


@pytest.mark.parametrize("text", ["", "5", "-1", "x", "1.0", "0 0 0 0 0 0 0", "9" * 30])
def test_rows_that_are_not_there_are_refused(text):
    with pytest.raises(InputError, match=r"row"):
        parse_rows(text, 5)


def test_the_network_is_the_lessons_trained_again():
    (layer1, layer2, constant), accuracy, loss = train()
    assert accuracy == pytest.approx(0.8258, abs=1e-4)  # as the lesson prints it
    assert loss == pytest.approx(0.192, abs=1e-3)
    net = load_net()
    assert net.layer1 == pytest.approx(layer1.numpy(), abs=2e-3)
    assert net.layer2 == pytest.approx(layer2[:, 0].numpy(), abs=2e-3)
    frame, inputs, survived = read_table()
    for person in net.passengers:
        row = frame.index[frame["Name"] == person.name][0]
        assert person.values == pytest.approx(inputs[row].numpy(), abs=1e-5)
        assert person.survived == bool(survived[row])
        flow = follow(net, person)
        assert flow.products.shape == net.layer1.shape == (12, 20)
        assert flow.sums == pytest.approx(np.array(person.values) @ net.layer1)
        assert flow.survives == pytest.approx(
            float(predict((layer1, layer2, constant), inputs[row])), abs=1e-3
        )
    assert json.loads(FILE.read_text("utf-8"))["accuracy"] == 0.8258
