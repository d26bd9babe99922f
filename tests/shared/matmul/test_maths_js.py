"""The page's formulas beside the Python ones: `maths.js` runs in Node, and both must agree."""

import itertools
from typing import Any

import numpy as np
import pytest

from shared.matmul.products import draw_numbers, explain_misfit, gradients, running_sums
from tests.node import in_module

DRAW = np.random.default_rng(1)
SIZES = [(1, 1, 1), (3, 2, 4), (2, 6, 1), (6, 6, 6)]


def in_node(body: str, given: Any) -> Any:
    """Run the body of a function in Node, beside the formulas."""
    return in_module("shared/matmul/maths.js", body, given)


def test_each_step_is_pythons():
    for n, m, p in SIZES:
        a, b = DRAW.normal(size=(n, m)), DRAW.normal(size=(m, p))
        steps = in_node(
            "return Array.from({length: m.countSteps(...given)}, (_, i) => m.stepAt(...given, i))",
            [a.tolist(), b.tolist()],
        )
        sums = running_sums(a, b)
        assert len(steps) == n * m * p
        for step, place in zip(steps, itertools.product(range(n), range(p), range(m)), strict=True):
            assert (step["row"], step["column"], step["k"]) == place
            assert step["total"] == pytest.approx(sums[place], abs=1e-12)
            assert len(step["products"]) == place[2] + 1


def test_products_and_gradients_are_pythons():
    a, b, g = DRAW.normal(size=(3, 2)), DRAW.normal(size=(2, 4)), DRAW.normal(size=(3, 4))
    made = in_node(
        "return [m.product(given[0], given[1]), ...m.gradients(...given)]",
        [one.tolist() for one in (a, b, g)],
    )
    for mine, theirs in zip(made, [a @ b, *gradients(a, b, g)], strict=True):
        assert np.array(mine) == pytest.approx(theirs)


def test_the_sentences_are_pythons():
    shapes = [[[n, m], [k, p]] for n, m, k, p in itertools.product((1, 2, 3), repeat=4)]
    made = in_node("return given.map((pair) => m.explainMisfit(...pair))", shapes)
    assert made == [explain_misfit(tuple(a), tuple(b)) for a, b in shapes]


def test_the_draws_are_pythons():
    asked = [[seed, 5, 6, numbers] for seed in (0, 1, 11, 999, 1999) for numbers in ("whole", "decimal")]
    made = in_node("return given.map((draw) => m.drawNumbers(...draw))", asked)
    for matrix, (seed, rows, columns, numbers) in zip(made, asked, strict=True):
        assert matrix == draw_numbers(seed, rows, columns, numbers=numbers).tolist()
