"""From a CSV to an artifact through the command line, and into the app; what stops, what is refused."""

import gzip
import hashlib
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from shared import artifacts
from shared.collab.card import write_card
from shared.collab.data import PACKAGED, RatingsTable, read_ratings
from shared.collab.model import from_artifact, load_recommender
from shared.collab.train import TrainOptions, main, train
from shared.errors import InputError

FIRST_USER, FIRST_TIME = 7_654_321, 964_980_000  # nothing of either may be found in an artifact
N_USERS, N_FILMS = 80, 60


@pytest.fixture(scope="module")
def ratings_csv(tmp_path_factory) -> Path:
    """2,400 ratings of two groups of people: one likes the even films, one the odd ones."""
    rng = np.random.default_rng(0)
    rows = []
    for user in range(N_USERS):
        for film in rng.permutation(N_FILMS)[:30]:
            liked = 1 if film % 2 == user % 2 else -1
            stars = np.clip(np.round(2 * (3 + liked + rng.normal(0, 0.5))) / 2, 0.5, 5)
            time = FIRST_TIME + int(rng.integers(0, 9_999))
            rows.append((f"user-{FIRST_USER + user}", f"Film number {film} ({1950 + film})", stars, time))
    path = tmp_path_factory.mktemp("data") / "ratings.csv"
    pd.DataFrame(rows, columns=["user", "title", "rating", "timestamp"]).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def table(ratings_csv) -> RatingsTable:
    return read_ratings(ratings_csv)


@pytest.fixture(scope="module")
def trained(ratings_csv, tmp_path_factory) -> Path:
    """The folder that the command writes."""
    out = tmp_path_factory.mktemp("out") / "model"
    assert main(["--ratings", str(ratings_csv), "--factors", "2", "--epochs", "15", "--out", str(out)]) == 0
    return out


def test_the_command_writes_a_sound_artifact(trained):
    config = json.loads((trained / "config.json").read_text())
    assert sorted(config["files"]) == ["README.md", "catalogue.csv.gz", "model.safetensors"]
    assert sorted(path.name for path in trained.iterdir()) == sorted([*config["files"], "config.json"])
    for name, digest in config["files"].items():
        assert hashlib.sha256((trained / name).read_bytes()).hexdigest() == digest
    assert config["kind"] == "recommender"
    assert config["data"] == {
        "source": "ratings.csv", "n_ratings": 2_400, "n_users": N_USERS, "n_films": N_FILMS,
    }  # fmt: skip
    assert config["trained_with"] == {
        "method": "als", "factors": 2, "epochs": 15, "weight_decay": 0.0, "use_nn": False, "seed": 0,
    }  # fmt: skip


def test_errors_stand_with_their_intervals_beside_the_baselines(trained):
    figures = json.loads((trained / "config.json").read_text())["metrics"]
    stars, lists = figures["stars"], figures["list"]
    low, high = stars["rmse_interval"]
    assert low < stars["rmse"] < high
    assert stars["n_test"] == 240
    assert stars["rmse"] < 0.7 * stars["baselines"]["user + film bias"]
    assert stars["baselines"]["user + film bias"] < 1.1 * stars["baselines"]["global mean"]
    assert 0.6 < stars["interval_coverage"] < 0.95
    assert 14 <= lists["n_users"] <= 16  # of 16 held out, those who liked something that was hidden
    for name in ("model", "most popular"):
        for measure in ("ndcg_at_10", "recall_at_20"):
            low, high = lists[name][measure]["interval"]
            assert low <= lists[name][measure]["mean"] <= high
    assert lists["model"]["ndcg_at_10"]["mean"] > lists["most popular"]["ndcg_at_10"]["mean"]


def test_the_card_says_what_was_measured_and_whose_the_ratings_are(trained):
    card = (trained / "README.md").read_text()
    assert "2,400 ratings of 60 films by 80 people" in card
    assert "95 % interval" in card
    assert "MovieLens" not in card
    assert "{" not in card


@pytest.mark.parametrize(
    ("source", "is_movielens"),
    [
        (PACKAGED, True),
        ("ml-32m.zip", True),
        ("ml-latest-small.zip", True),
        ("our-books.zip", False),
        ("html-5m.zip", False),
        ("ratings.csv", False),
    ],
)
def test_only_movielens_is_cited_as_movielens(trained, source, is_movielens):
    config = json.loads((trained / "config.json").read_text())
    card = write_card({**config, "data": {**config["data"], "source": source}}, has_corner=True)
    assert ("Harper" in card) == ("terms of GroupLens" in card) == is_movielens
    assert ("is theirs to say" in card) == (not is_movielens)


def test_no_user_and_no_time_is_in_the_artifact(trained):
    """Looked for in every byte: as text, unpacked, and as numbers of every width."""
    contents = {path.name: path.read_bytes() for path in trained.iterdir()}
    contents["catalogue.csv"] = gzip.decompress(contents["catalogue.csv.gz"])
    users = range(FIRST_USER, FIRST_USER + N_USERS)
    for data in contents.values():
        assert b"user-" not in data
        for user in users:
            assert str(user).encode() not in data
        assert not re.search(rb"96498\d{4}", data)  # FIRST_TIME and all later ones
    for name, tensor in artifacts.read_folder(trained).tensors().items():
        values = np.nan_to_num(np.asarray(tensor, np.float64).ravel(), posinf=0, neginf=0)
        assert not np.isin(values, list(users)).any(), name
        assert np.abs(values).max() < FIRST_USER, name
        assert tensor.shape[:1] != (N_USERS,), name  # nothing has a row for each person


def test_the_bundled_artifact_has_no_row_for_each_person():
    artifact = artifacts.load("recommender")
    for name, tensor in artifact.tensors().items():
        assert 671 not in tensor.shape, name


def test_the_app_uses_the_model_it_is_told_to(trained, monkeypatch):
    monkeypatch.setenv("LESSONS_RECOMMENDER_MODEL", str(trained))
    artifacts.clear_loaded()
    try:
        recommender = load_recommender()
        assert recommender.notice is None
        assert recommender.config["data"]["n_ratings"] == 2_400
        assert recommender.catalogue.titles[0].startswith("Film number")
        even = [
            place for place in range(N_FILMS) if int(recommender.catalogue.titles[place].split()[-1]) % 2 == 0
        ]
        ids = recommender.catalogue.movie_ids
        likes = {int(ids[place]): 5.0 for place in even[:6]}
        first = recommender.recommend(likes, n=10)["films"]
        assert sum(int(film["title"].split()[-1]) % 2 == 0 for film in first) >= 9
        by_stars = recommender.recommend(likes, n=10, order="stars")["films"]
        assert sum(int(film["title"].split()[-1]) % 2 == 0 for film in by_stars) >= 9
    finally:
        monkeypatch.undo()
        artifacts.clear_loaded()


def test_the_same_seed_writes_the_same_bytes(table, tmp_path):
    options = TrainOptions(factors=2, epochs=2, seed=3)
    first, again = (train(table, tmp_path / name, options=options).artifact for name in ("a", "b"))
    assert first.config == again.config
    assert (first.folder / "config.json").read_bytes() == (again.folder / "config.json").read_bytes()


class StopAskedError(Exception):
    pass


@pytest.mark.parametrize("existing", [False, True], ids=["new folder", "over an older model"])
@pytest.mark.parametrize("moment", ["epoch", "stage"])
def test_a_stopped_training_leaves_nothing_half_written(table, tmp_path, existing, moment):
    out = tmp_path / "model"
    if existing:
        train(table, out, options=TrainOptions(factors=1, epochs=1))
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def stop(told: Any) -> None:
        if moment == "epoch" or told == "Writing the artifact":
            raise StopAskedError

    callbacks: dict[str, Any] = {f"on_{moment}": stop}
    with pytest.raises(StopAskedError):
        train(table, out, options=TrainOptions(factors=2, epochs=2), **callbacks)
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    if existing:
        assert from_artifact(artifacts.read_folder(out)).star_model.n_factors == 1


def test_progress_is_told(table, tmp_path):
    epochs: list[dict[str, float]] = []
    stages: list[str] = []
    options = TrainOptions(factors=1, epochs=3)
    result = train(table, tmp_path / "model", options=options, on_epoch=epochs.append, on_stage=stages.append)
    assert [entry["epoch"] for entry in epochs] == [1, 2, 3]
    assert all(0 < entry["valid_rmse"] < 2 for entry in epochs)
    assert result.history == epochs
    assert stages[0] == "Measuring the error on held-out ratings"
    assert stages[-1] == "Writing the artifact"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--factors", "0"], "factors must be between 1 and 20, not 0"),
        (["--factors", "21"], "factors must be between 1 and 20"),
        (["--method", "fastai", "--factors", "201"], "factors must be between 1 and 200"),
        (["--epochs", "0"], "epochs must be between 1 and"),
        (["--epochs", "1000000"], "epochs must be between 1 and"),
        (["--weight-decay", "nan"], "weight decay must be between 0 and"),
        (["--weight-decay=-1"], "weight decay must be between 0 and"),
        (["--seed=-1"], "seed must be between 0 and"),
        (["--use-nn"], "Only the method fastai has a neural network"),
        (["--ratings", "nowhere.csv"], 'no file "nowhere.csv"'),
    ],
)
def test_bad_options_are_named_and_nothing_is_written(options, words, ratings_csv, tmp_path, capsys):
    arguments = ["--ratings", str(ratings_csv), "--out", str(tmp_path / "model"), *options]
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
    assert not list(tmp_path.iterdir())


def test_a_folder_with_other_files_is_left_alone(ratings_csv, tmp_path, capsys):
    (tmp_path / "diary.txt").write_text("mine")
    quick = ["--factors", "1", "--epochs", "1"]
    assert main(["--ratings", str(ratings_csv), "--out", str(tmp_path), *quick]) == 1
    printed = capsys.readouterr()
    assert "holds other files" in printed.err
    assert "Measuring" not in printed.out  # said at once, not after an hour of training
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_an_unknown_method_is_refused_in_the_code_as_well():
    with pytest.raises(InputError, match="choose als or fastai"):
        TrainOptions(method="magic").filled()


def test_too_few_ratings_are_refused(table, tmp_path):
    with pytest.raises(InputError, match="at least 50"):
        train(table.take(np.arange(49)), tmp_path / "model")


def test_fifty_ratings_are_enough(table, tmp_path):
    result = train(table.take(np.arange(50)), tmp_path / "model", options=TrainOptions(factors=1, epochs=2))
    assert result.metrics["list"] is None
    assert math.isfinite(result.metrics["stars"]["rmse"])
    recommender = from_artifact(result.artifact)
    assert recommender.corner is None
    some = {int(recommender.catalogue.movie_ids[0]): 5.0}
    assert recommender.recommend(some, order="stars")["films"]


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # fastai's own, about torch and pandas
@pytest.mark.parametrize("use_nn", [False, True], ids=["dot product", "network"])
def test_the_lessons_own_learner_becomes_an_artifact_too(use_nn, tmp_path):
    """fastai on a sixteenth of MovieLens small: better than the mean, and served like any other."""
    import torch

    n_threads = torch.get_num_threads()
    whole = read_ratings(PACKAGED)
    part = whole.take(np.flatnonzero(whole.users % 16 == 0))
    options = TrainOptions(method="fastai", factors=20, epochs=2, use_nn=use_nn)
    told: list[dict[str, float]] = []
    result = train(part, tmp_path / "model", options=options, on_epoch=told.append)
    stars = result.metrics["stars"]
    assert [entry["epoch"] for entry in told] == [1, 2]
    low, high = stars["learner_rmse_interval"]
    assert low < stars["learner_rmse"] < high
    assert stars["learner_rmse"] < stars["baselines"]["global mean"]
    assert stars["rmse"] < stars["baselines"]["global mean"]
    assert torch.get_num_threads() == n_threads
    assert result.artifact.config["trained_with"]["use_nn"] is use_nn
    assert "the fastai learner itself" in (result.artifact.folder / "README.md").read_text()
    recommender = from_artifact(result.artifact)
    assert recommender.star_model.n_factors <= 16
    assert recommender.recommend({318: 5.0, 296: 4.5}, n=5)["films"]
