"""Features beside pandas, the published ones by the lesson's own lines, and what each step changes."""

import numpy as np
import pytest

from shared.stats import mean_interval
from shared.tabular.ablation import VARIANTS, Ablation, try_steps, with_steps
from shared.tabular.compare import Case, net
from shared.tabular.features import FEATURES, PUBLISHED
from shared.tabular.passengers import load_passengers, split_rows
from tests.shared.tabular import lesson


def test_features_are_pandas_own():
    people, frame = load_passengers(), lesson.read_frame()
    relatives = frame["SibSp"] + frame["Parch"]
    assert (FEATURES["alone"](people)[:, 0] == (relatives == 0)).all()
    assert FEATURES["family"](people)[:, 0] == pytest.approx((relatives + 1).to_numpy() / 11)
    shared = frame.groupby("Ticket")["Ticket"].transform("count").to_numpy()
    assert FEATURES["ticket frequency"](people)[:, 0] == pytest.approx(shared / shared.max())
    titles = frame["Name"].str.extract(r", ([^\.]+)\.", expand=False)
    for at, title in enumerate(("Mr", "Mrs", "Miss", "Master")):
        assert (FEATURES["title"](people)[:, at] == (titles == title)).all()
    assert FEATURES["deck"](people).sum(axis=0)[0] == frame["Cabin"].isna().sum() == 687


def test_the_published_lines_do_what_ours_say_they_do():
    people, frame = load_passengers(), lesson.read_frame()
    frame["Family"] = frame["SibSp"] + frame["Parch"]
    assert (PUBLISHED["alone"](people)[:, 0] == (frame["Family"] == 1)).all()
    assert (frame["Family"] == 1).sum() == 161
    assert FEATURES["alone"](people).sum() == 537
    frame["Title"] = frame["Name"].str.extract(r", ([^\.]+)\.", expand=False).value_counts()
    assert frame["Title"].notna().sum() == PUBLISHED["title"](people).sum() == 0


def test_a_net_needs_scaling_and_dummies_and_the_difference_is_paired():
    base, effects = try_steps(Ablation(splits=10))
    assert list(effects) == list(VARIANTS)
    assert (effects["No scaling"].sign, effects["Codes, no dummies"].sign) == (-1, -1)
    people = load_passengers()
    train, valid = (np.array(rows) for rows in zip(*map(split_rows, range(10)), strict=True))
    y = people.survived.astype(np.float32)
    accuracies = []
    for x in (with_steps(people), with_steps(people, log=False)):
        x = x.astype(np.float32)
        case = Case(x[train], y[train], x[valid])
        said = net(case, kind="one hidden layer", learning_rate=20, seeds=range(10))
        accuracies.append(((said > 0.5) == (y[valid] > 0.5)).mean(axis=1))
    assert base == pytest.approx(accuracies[0].mean())
    assert effects["No log of Fare"].difference == pytest.approx(mean_interval(accuracies[1] - accuracies[0]))


@pytest.mark.long
def test_a_forest_minds_neither_scaling_nor_log_and_takes_the_title():
    _, effects = try_steps(Ablation(model="forest"))
    for name in ("No log of Fare", "No scaling", "Standardised", "Codes, no dummies"):
        assert effects[name].sign == 0
        assert abs(effects[name].difference.mean) < 0.002
    assert effects["+ title"].sign == 1
