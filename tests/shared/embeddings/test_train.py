"""The command that learned the bundled embeddings, run again: its error, its vectors, its forests."""

import json

import numpy as np
import pytest

from shared import artifacts
from shared.datasets.ames import load_ames
from shared.embeddings.learn import LAYERS, learn, read_houses
from shared.embeddings.model import load_gain
from shared.embeddings.train import SEED, main, measure_split, split_rows, train, with_means, with_vectors

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def houses():
    return read_houses(load_ames())


def test_the_command_writes_the_bundled_artifact_again(tmp_path, capsys):
    assert main(["--out", str(tmp_path / "new"), "--splits", "1"]) == 0
    assert "Wrote" in capsys.readouterr().out
    again, bundled = artifacts.read_folder(tmp_path / "new"), artifacts.load("embeddings")
    assert again.config["columns"] == bundled.config["columns"]
    assert again.config["metrics"]["rmse_log"] == pytest.approx(
        bundled.config["metrics"]["rmse_log"], abs=0.01
    )
    mine, theirs = again.tensors(), bundled.tensors()
    for name in ("Neighborhood", "MS_SubClass", "films"):
        assert mine[name].shape == theirs[name].shape
        assert np.corrcoef(mine[name].ravel(), theirs[name].ravel())[0, 1] > 0.9
    assert mine["forest errors"][0] == pytest.approx(load_gain().errors[0], abs=0.01)
    card = (tmp_path / "new" / "README.md").read_text()
    assert f"{again.config['metrics']['rmse_log'][0]:.4f}" in card
    assert json.dumps(list(LAYERS))[1:-1] in card


def test_nothing_of_the_rows_held_out_goes_into_what_a_forest_sees(houses):
    """With other prices on them, everything is as it was."""
    train_rows, valid = split_rows(len(houses.y), 3)
    changed = houses._replace(rows=houses.rows.copy())
    changed.rows.loc[valid, "Sale_Price"] = np.float32(5.0)
    first, second = (learn(one, train=train_rows, valid=valid, seed=3) for one in (houses, changed))
    assert (with_vectors(first) == with_vectors(second)).all()
    assert (with_means(first, houses.y, train_rows) == with_means(second, changed.y, train_rows)).all()
    assert not set(train_rows) & set(valid)


def test_a_code_names_its_level_and_a_mean_is_pandas_own(houses):
    train_rows, valid = split_rows(len(houses.y), SEED)
    learned = learn(houses, train=train_rows, valid=valid)
    at = houses.categories.index("Neighborhood")
    names = [learned.levels["Neighborhood"][code] for code in learned.codes[train_rows, at]]
    assert names == houses.rows["Neighborhood"].iloc[train_rows].tolist()
    means = houses.rows.iloc[train_rows].groupby("Neighborhood")["Sale_Price"].mean()
    made = with_means(learned, houses.y, train_rows)[:, len(houses.numbers) + at]
    assert made[train_rows] == pytest.approx(means[names].to_numpy(), abs=1e-5)


def test_a_forest_on_a_small_table_is_measured_and_a_folder_that_holds_something_is_refused(houses, tmp_path):
    small = houses._replace(rows=houses.rows.iloc[:400].reset_index(drop=True))
    assert all(0.05 < error < 1 for error in measure_split(small, 0))
    (tmp_path / "mine.txt").touch()
    with pytest.raises(artifacts.ArtifactError, match="holds other files"):
        train(tmp_path, n_splits=1)
