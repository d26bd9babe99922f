"""The command that learned the bundled embeddings, run again: its error, its vectors, its forests."""

import numpy as np
import pytest

from shared import artifacts

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def command():
    """The module: it imports fastai."""
    from shared.embeddings import train

    return train


@pytest.fixture(scope="module")
def houses(command):
    return command.read_houses()


def test_the_command_writes_the_bundled_artifact_again(command, tmp_path):
    again, bundled = command.train(tmp_path / "new", n_splits=2), artifacts.load("embeddings")
    assert again.config["columns"] == bundled.config["columns"]
    assert again.config["trained_with"].keys() == bundled.config["trained_with"].keys()
    error = bundled.config["metrics"]["rmse_log"]
    assert again.config["metrics"]["rmse_log"] == pytest.approx(error, abs=0.01)
    mine, theirs = again.tensors(), bundled.tensors()
    for name in ("Neighborhood", "MS_SubClass", "films"):
        assert mine[name].shape == theirs[name].shape
        assert np.corrcoef(mine[name].ravel(), theirs[name].ravel())[0, 1] > 0.9
    assert mine["forest errors"] == pytest.approx(theirs["forest errors"][:2], abs=0.01)
    assert f"{again.config['metrics']['rmse_log'][0]:.4f}" in again.path("README.md").read_text("utf-8")


def test_nothing_of_the_rows_held_out_goes_into_what_a_forest_sees(command, houses):
    """With other prices on them, everything is as it was."""
    train, valid = command.split_rows(len(houses), 3)
    changed = houses.copy()
    changed.loc[valid, "Sale_Price"] = np.float32(5.0)
    assert not set(train) & set(valid)
    seen = []
    for one in (houses, changed):
        learned = command.learn(one, train, valid, seed=3)
        seen.append(command.see_categories(learned, one["Sale_Price"].to_numpy(float), train))
    for way, columns in seen[0].items():
        assert (columns == seen[1][way]).all(), way


def test_a_code_names_its_level_and_a_mean_is_pandas_own(command, houses):
    train, valid = command.split_rows(len(houses), 42)
    learned = command.learn(houses, train, valid)
    at = learned.names.index("Neighborhood")
    names = [learned.levels[at][code] for code in learned.codes[train, at]]
    assert names == houses["Neighborhood"].iloc[train].tolist()
    means = houses.iloc[train].groupby("Neighborhood")["Sale_Price"].mean()
    seen = command.see_categories(learned, houses["Sale_Price"].to_numpy(float), train)
    column = seen["means"][:, learned.numbers.shape[1] + at]
    assert column[train] == pytest.approx(means[names].to_numpy(), abs=1e-5)
    vectors = seen["embeddings"][train[0], learned.numbers.shape[1] :]
    assert vectors.size == sum(table.shape[1] for table in learned.vectors)
    first = learned.vectors[0]
    assert (vectors[: first.shape[1]] == first[learned.codes[train[0], 0]]).all()


def test_a_folder_that_holds_something_else_is_refused_before_the_work(command, tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(artifacts.ArtifactError, match="holds other files"):
        command.train(tmp_path)
