"""The tables that the explorer comes with."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.choose import choose
from shared.forest.tables import NAMED_TABLES, load_table
from shared.tables.read_table import read_table
from tests.shared.forest.frames import to_frame


def test_what_is_learned_from_them():
    titanic = choose(load_table("titanic"), target="Survived").encoded
    assert titanic.X.shape == (891, 8)
    assert titanic.names == ["Pclass", "Sex", "Age", "Age is missing", "SibSp", "Parch", "Fare", "Embarked"]
    assert (titanic.task, titanic.classes, titanic.y.sum()) == ("classification", ("0", "1"), 342)
    ames = choose(load_table("ames"), target="Sale_Price", log_target=NAMED_TABLES["ames"].log_target).encoded
    assert ames.X.shape == (2930, 73)
    assert ames.target == "log Sale_Price"
    np.testing.assert_allclose(ames.y, np.log(to_frame(load_table("ames"))["Sale_Price"]), rtol=1e-15)


def test_a_table_that_is_not_there():
    with pytest.raises(InputError, match='no table "iris"'):
        load_table("iris")
    with pytest.raises(InputError, match="no table"):
        load_table("../data/titanic")
    with pytest.raises(InputError, match="no table"):
        load_table(["titanic"])


def test_a_table_is_read_once_and_cannot_be_changed():
    assert all(load_table(name) is load_table(name) for name in NAMED_TABLES)
    assert all(table.target in load_table(name).names for name, table in NAMED_TABLES.items())
    with pytest.raises(ValueError, match="read-only"):
        load_table("titanic")["Sex"].codes[0] = 1


def test_a_frame_follows_the_visitors_kinds():
    table = read_table(b"day,code,y\n2024-01-05,1,a\n,2,b\n2024-02-05,10,\n")
    frame = to_frame(table, kinds={"code": "category"})
    assert frame["day"].dtype.kind == "M"
    assert frame["day"].isna().tolist() == [False, True, False]
    assert frame["code"].cat.categories.tolist() == ["1", "2", "10"]
    assert frame["y"].cat.codes.tolist() == [0, 1, -1]
