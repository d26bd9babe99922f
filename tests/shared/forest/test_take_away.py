"""What is taken away: the forest comes back as it was, and the tables say what the page says."""

import csv
import io

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest import take_away
from shared.forest.choose import choose
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.importances import fit_with_noise, measure_impurity
from shared.forest.notebook import find_valid_error
from shared.forest.tables import NAMED_TABLES, load_table
from shared.tables.read_table import read_table


@pytest.fixture(scope="module", params=["titanic", "ames"])
def explorer(request) -> Explorer:
    known = NAMED_TABLES[request.param]
    choice = choose(load_table(request.param), target=known.target, log_target=known.log_target)
    return Explorer.fit(choice, ForestOptions(trees=6))


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_saved_forest_predicts_the_same(explorer: Explorer) -> None:
    from skops.io import get_untrusted_types, loads

    data = take_away.save_forest(explorer)
    assert set(get_untrusted_types(data=data)) <= set(take_away.TRUSTED)
    assert data[:2] == b"PK"
    assert b"pickle" not in data
    saved = loads(data, trusted=list(take_away.TRUSTED))
    X, encoded = explorer.encoded.X, explorer.encoded
    assert (saved["forest"].predict(X) == explorer.forest.predict(X)).all()
    if encoded.task == "classification":
        assert (saved["forest"].predict_proba(X) == explorer.forest.predict_proba(X)).all()
    assert saved["columns"] == encoded.names
    assert (saved["target"], saved["task"], tuple(saved["classes"])) == (
        encoded.target, encoded.task, encoded.classes,
    )  # fmt: skip
    assert len(saved["kinds"]) == len(saved["levels"]) == len(saved["medians"]) == X.shape[1]
    age = encoded.names.index("Age") if "Age" in encoded.names else None
    if age is not None:
        assert saved["medians"][age] == 28.0
        assert saved["levels"][encoded.names.index("Sex")] == ["female", "male"]


def test_a_forest_that_is_too_large_is_refused(explorer: Explorer, monkeypatch) -> None:
    monkeypatch.setattr(take_away, "MAX_SAVED_FOREST_NODES", 10)
    with pytest.raises(InputError, match=r"at most 10 are saved. Use fewer trees"):
        take_away.save_forest(explorer)


def test_predictions_are_those_of_the_forest(explorer: Explorer) -> None:
    lines, encoded = lines_of(take_away.predictions_csv(explorer)), explorer.encoded
    assert len(lines) == len(encoded.y)
    assert [int(line["row"]) for line in lines] == (explorer.choice.rows + 1).tolist()
    valid = [line for line in lines if line["part"] == "validation"]
    assert len(valid) == len(explorer.valid)
    target, predicted = encoded.target, f"predicted {encoded.target}"
    if encoded.task == "classification":
        error = np.mean([line[target] != line[predicted] for line in valid])
        shares = [float(line["share of 0"]) + float(line["share of 1"]) for line in lines]
        np.testing.assert_allclose(shares, 1)
    else:
        gaps = [float(line[target]) - float(line[predicted]) for line in valid]
        error = float(np.sqrt(np.mean(np.square(gaps))))
        raw = f"predicted {explorer.choice.target}"
        assert float(lines[0][raw]) == pytest.approx(np.exp(float(lines[0][predicted])))
    assert error == pytest.approx(find_valid_error(explorer))


def test_importances_name_the_measure_and_the_noise(explorer: Explorer) -> None:
    X, y = explorer.rows(explorer.train)
    forests = fit_with_noise(X, y, task=explorer.encoded.task, options=explorer.options, n_forests=3)
    found = measure_impurity(forests)
    lines = lines_of(take_away.importances_csv(explorer, [found]))
    assert len(lines) == X.shape[1] + 1
    assert float(lines[0]["mean"]) == found.mean.max()
    assert lines[0]["column"] == explorer.encoded.names[int(found.mean.argmax())]
    assert lines[-1]["column"] == "random noise"
    assert sum(float(line["mean"]) for line in lines) == pytest.approx(1)


def test_curves_have_every_column(explorer: Explorer) -> None:
    lines = lines_of(take_away.curves_of(explorer))
    assert {line["column"] for line in lines} == set(explorer.encoded.names)
    assert {line["curve"] for line in lines} == {"partial dependence", "accumulated local effect"}


def test_the_table_is_neutralised_and_all_there() -> None:
    table = read_table(b"a,b\n1,=1+2\n-3,x\n5,@y\n", "t.csv")
    assert take_away.table_csv(table) == '"a","b"\n"1","\'=1+2"\n"-3","x"\n"5","\'@y"\n'
    titanic = load_table("titanic")
    again = read_table(take_away.table_csv(titanic).encode("utf-8-sig"), "again.csv")
    assert all(again.row(place) == titanic.row(place) for place in (0, 5, 890))
