"""Drop-column importance one at a time: as `measure_drop` has it, kept, and going on where it stopped."""

from itertools import islice

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest import drop_columns
from shared.forest.choose import choose
from shared.forest.drop_columns import drop_one_by_one, dropped_so_far
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.importances import measure_drop
from shared.forest.tables import load_table

ASKED = {"trees": 8, "n_forests": 3}


@pytest.fixture
def explorer() -> Explorer:
    return Explorer.fit(choose(load_table("titanic"), target="Survived"), ForestOptions(trees=8))


def test_it_agrees_with_all_columns_at_once(explorer):
    everything = list(drop_one_by_one(explorer, columns=range(8), **ASKED))
    assert [step.done for step in everything] == list(range(10))
    X, y = explorer.rows(explorer.train)
    truth = measure_drop(X, y, task="classification", options=explorer.options, n_forests=3)
    found = everything[-1].importances
    for name in ("values", "noise", "mean", "low", "high", "noise_mean", "noise_low", "below_noise"):
        assert getattr(found, name) == pytest.approx(getattr(truth, name)), name


def test_it_goes_on_where_it_was_stopped(explorer, monkeypatch):
    assert dropped_so_far(explorer, **ASKED) is None
    first = list(islice(drop_one_by_one(explorer, columns=[2, 0, 1], **ASKED), 3))[-1]
    assert np.isfinite(first.importances.mean).tolist() == [False, False, True] + [False] * 5
    fitted = []
    honest = drop_columns._score_without
    monkeypatch.setattr(
        drop_columns, "_score_without", lambda *args: fitted.append(args[-1]) or honest(*args)
    )
    last = list(drop_one_by_one(explorer, columns=[2, 0, 1], **ASKED))[-1]
    assert fitted == [0, 1]
    assert (last.done, last.total) == (4, 4)
    assert np.isfinite(dropped_so_far(explorer, **ASKED).mean).sum() == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"columns": [8]}, "column to leave out"),
        ({"columns": []}, "at least one column"),
        ({"n_forests": 1}, "number of forests"),
        ({"trees": 0}, "number of trees"),
    ],
)
def test_wrong_numbers_are_named(explorer, change, words):
    with pytest.raises(InputError, match=words):
        list(drop_one_by_one(explorer, **{"columns": [0], **ASKED, **change}))
