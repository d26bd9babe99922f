"""What people read of a forest's numbers."""

import math

import numpy as np
import pytest

from shared.forest.choose import choose
from shared.forest.encoded import Column
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.labels import (
    MISSING_LEVEL,
    Answer,
    cut_middle,
    for_class,
    name_value,
    seen_classes,
)
from shared.forest.tables import load_table
from shared.tables.numbers import write_number, write_score, write_value
from shared.tables.read_table import read_table


@pytest.fixture(scope="module")
def three_classes() -> Explorer:
    rng = np.random.default_rng(0)
    rows = [f"{rng.normal() + 2 * k:.4f},{'abc'[k]}" for k in range(3) for _ in range(30)]
    table = read_table(("x,kind\n" + "\n".join(rows)).encode(), "three.csv")
    return Explorer.fit(choose(table, target="kind"), ForestOptions(trees=10))


def test_answers_are_in_the_targets_own_unit():
    share = Answer.of(choose(load_table("titanic"), target="Survived"))
    assert (share.title, share.text(0.3123), share.step(-0.05)) == (
        "share that survived",
        "31.2 %",
        "−5.0 points",
    )
    assert (share.raw_text(0.3), share.heading) == ("", "share of Survived = 1")
    log = Answer.of(choose(load_table("ames"), target="Sale_Price", log_target=True))
    assert (log.title, log.raw_unit, log.heading) == ("Sale_Price ($)", "Sale_Price", "log Sale_Price")
    assert log.text(math.log(200_000)) == log.raw_text(math.log(200_000)) == "$200,000"
    assert (log.step(math.log(1.1)), log.step(math.log(0.5))) == ("+10.0 %", "−50.0 %")
    assert log.raw_text(1e6) == "an enormous number"
    plain = Answer.of(choose(load_table("ames"), target="Sale_Price"))
    assert (plain.raw_unit, plain.step(-1234.5), plain.text(-5)) == ("", "−$1,234", "−$5")
    mine = read_table(b"x,y\n" + b"".join(b"%d,%d\n" % (at % 7, at % 2) for at in range(40)))
    assert Answer.of(choose(mine, target="y")).title == "share of y = 1"


def test_an_axis_of_logarithms_has_round_numbers_behind_it():
    answer = Answer.of(choose(load_table("ames"), target="Sale_Price", log_target=True))
    near = answer.ticks(math.log(140_000), math.log(215_000))
    assert near["ticktext"] == ["$140k", "$160k", "$180k", "$200k"]
    assert [math.exp(tick) for tick in near["tickvals"]] == pytest.approx([140e3, 160e3, 180e3, 200e3])
    far = answer.ticks(math.log(12_000), math.log(800_000))
    assert far["ticktext"] == ["$20k", "$50k", "$100k", "$200k", "$500k"]
    steps = answer.step_ticks(math.log(0.8), math.log(1.5))
    assert steps["ticktext"] == ["−20 %", "0 %", "+20 %", "+40 %"]
    assert steps["tickvals"] == pytest.approx([math.log(one) for one in (0.8, 1, 1.2, 1.4)])
    assert answer.ticks(math.nan, 1) == answer.ticks(0, 1e9) == {}


@pytest.mark.parametrize(
    ("value", "number", "cell"),
    [
        (1e6, "1,000,000", "1,000,000"),
        (1234567.8, "1,234,568", "1,234,568"),
        (2008, "2,008", "2008"),
        (12345.67, "12,346", "12,345.7"),
        (-93.642, "−93.64", "−93.642"),
        (0.00001, "0.00001", "0.00001"),
        (1e-9, "1 × 10⁻⁹", "1 × 10⁻⁹"),
        (2.5e18, "2.5 × 10¹⁸", "2.5 × 10¹⁸"),
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (math.nan, "not known", "not known"),
    ],
)
def test_numbers_are_written_as_people_do(value, number, cell):
    assert (write_number(value), write_value(value)) == (number, cell)


def test_scores_can_be_told_apart():
    assert [write_score(one) for one in (0.0, 0.40791, 12.5, 64_181_609.4)] == [
        "0.0000",
        "0.4079",
        "12.5",
        "64,181,609",
    ]
    assert write_score(0.00001234) == "0.00001234"


def test_the_title_has_its_unit():
    plain = Answer.of(choose(load_table("ames"), target="Sale_Price"))
    assert plain.title == "Sale_Price ($)"


def test_values_are_named_as_the_table_has_them():
    sex = Column("Sex", "category", "Sex", ("female", "male"))
    assert [name_value(sex, code) for code in (-1.0, 0.0, 1.0)] == [MISSING_LEVEL, "female", "male"]
    flag = Column("Age is missing", "missing", "Age")
    assert [name_value(flag, value) for value in (0.0, 1.0)] == ["no", "yes"]
    assert name_value(Column("Year", "number", "Year"), 1999.0) == "1999"
    assert [write_number(value) for value in (12.0136, 180_123.4)] == ["12.01", "180,123"]


def test_another_class_is_asked_about_the_same_forest(three_classes):
    assert seen_classes(three_classes) == ["a", "b", "c"]
    other = for_class(three_classes, "c")
    assert other.forest is three_classes.forest
    assert for_class(three_classes, "c") is other
    expected = three_classes.forest.predict_proba(three_classes.encoded.X)[:, 2]
    assert other.predictions() == pytest.approx(expected, abs=1e-12)
    assert for_class(three_classes, "no such class") is three_classes
    assert for_class(three_classes, None) is three_classes


def test_a_class_that_was_never_trained_on_gives_way(three_classes):
    rows = "\n".join(f"{i},{'a' if i % 2 else 'c'}" for i in range(40)) + "\n99,b"
    choice = choose(read_table(f"x,kind\n{rows}".encode(), "rare.csv"), target="kind")
    explorer = Explorer.fit(choice, ForestOptions(trees=5))
    if len(seen_classes(explorer)) == 3:  # the split decides: leave the rare class out by hand
        kept = explorer.train[choice.encoded.y[explorer.train] != 1]
        forest = explorer.forest.fit(choice.encoded.X[kept], choice.encoded.y[kept])
        explorer = Explorer(choice, explorer.options, forest, kept, explorer.valid)
    assert seen_classes(explorer) == ["a", "c"]
    assert for_class(explorer, None).of_class == 2
    assert len(for_class(explorer, None).dependence()) == 1


def test_long_names_are_cut_in_the_middle_so_that_they_stay_different():
    names = [f"temperature of the water {end}" for end in ("in °C", "is missing", "day of year")]
    cut = [cut_middle(name, 17) for name in names]
    assert len(set(cut)) == 3
    assert all(
        len(one) <= 17 and one[0] == "t" and name.endswith(one[-3:])
        for name, one in zip(names, cut, strict=True)
    )
    assert cut_middle("short", 17) == "short"


def test_a_long_title_beside_an_axis_takes_two_lines():
    answer = Answer("share of kind of animal = Freshwater limpet of the northern lakes", is_share=True)
    assert answer.axis_title == "share of kind of animal<br>= Freshwater limpet…rthern lakes"
    assert all(
        len(line) <= 32
        for line in Answer("x" * 70 + " = " + "y" * 70, is_share=True).axis_title.split("<br>")
    )
    assert Answer("log <b>", is_share=False).axis_title != "log <b>"  # no HTML from a table


def test_days_are_named_by_their_dates():
    assert name_value(Column("sold days since 1970", "date part", "sold"), 18057.0) == "2019-06-10"
    assert name_value(Column("sold week", "date part", "sold"), 24.0) == "24"
