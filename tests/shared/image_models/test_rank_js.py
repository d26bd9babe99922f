"""The page's formulas beside the Python ones: `rank.js` in Node, on the whole table, must agree."""

from typing import Any

import numpy as np
import pytest

from shared.image_models.rank import Filters, front, score, search
from shared.image_models.table import columns, load_models, milliseconds
from tests.node import in_module

RANK, TABLE = "shared/image_models/rank.js", "apps/views/models/table.js"
MODELS = load_models()
WISHES = [
    Filters(),
    Filters(hardware="i7", max_ms=50, max_mb=100),
    Filters(hardware="i9", max_size=224, family="ViT"),
    Filters(hardware="rtx4090", name="  ConvNeXt  in22k "),
    Filters(hardware="rtx5090", family="Other", max_ms=0.05),
    Filters(name="nobody is called so"),
]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The table as the page has it."""
    return in_module(TABLE, "return m.rowsOf(given)", columns())


def test_the_page_reads_the_table_as_python_does(rows: list[dict[str, Any]]) -> None:
    for row, model in zip(rows, MODELS, strict=True):
        assert (row["name"], row["size"]) == (model.name, model.size)
        assert row["accuracy"]["a"] == model.a
        assert row["ms"]["i7"] == pytest.approx(milliseconds(model, "i7"))


def test_filters_and_fronts_are_pythons(rows: list[dict[str, Any]]) -> None:
    body = """return given.wishes.map((wish) => {
      const found = m.search(given.rows, wish);
      const pairs = found.map((row) => [row.ms[wish.hardware], m.topOf(row)]);
      return [found.map((row) => row.name + row.size), m.front(pairs)];
    })"""
    made = in_module(RANK, body, {"rows": rows, "wishes": [wish.model_dump() for wish in WISHES]})
    for wish, (names, ahead) in zip(WISHES, made, strict=True):
        found = search(MODELS, wish)
        assert names == [f"{model.name}{model.size}" for model in found]
        assert ahead == front([(milliseconds(model, wish.hardware), model.top1) for model in found])


def test_scores_are_pythons_and_the_winners_have_the_lowest_at_every_constant() -> None:
    runs = [(1 - model.top1 / 100, 18_000 / model.train) for model in MODELS if model.train]
    scored = "given.map(([error, seconds]) => m.score(error, seconds, 80))"
    body = f"return [m.winners(given, 600), {scored}, m.winners([], 600)]"
    found, scores, none = in_module(RANK, body, runs)
    assert none == []
    assert scores == pytest.approx([score(error, seconds, 80) for error, seconds in runs])
    assert [start for start, _ in found] == sorted(start for start, _ in found)
    for weight in np.linspace(0, 600, 241):
        _, winner = max(pair for pair in found if pair[0] <= weight)
        lowest = min(score(error, seconds, weight) for error, seconds in runs)
        assert score(*runs[winner], weight) == pytest.approx(lowest)


def test_equal_runs_have_one_winner() -> None:
    assert in_module(RANK, "return m.winners(given, 600)", [[0.1, 5], [0.1, 5], [0.2, 9]]) == [[0, 0]]
    assert in_module(RANK, "return m.winners(given, 600)", [[0.2, 5], [0.1, 20]]) == [[0, 0], [10, 1]]
