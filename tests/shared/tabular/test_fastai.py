"""fastai's way: beside the lesson's own lines, beside formulas, and through a process of its own."""

import numpy as np
import pandas as pd
import pytest

from shared.jobs import RESULT
from shared.tabular.compare import FASTAI, RULE, score_answers
from shared.tabular.fastai_worker import (
    SUGGESTIONS,
    FastaiOptions,
    FastaiProgress,
    answer_apart,
    fastai_job,
    fastai_runs,
)
from shared.tabular.passengers import load_passengers, split_rows
from shared.tabular.plots import plot_fastai, plot_finder, plot_schedule
from tests.shared.tabular import lesson
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def way():
    from shared.tabular import train_fastai

    return train_fastai


@pytest.fixture(scope="module")
def dls(way, tmp_path_factory):
    return way.load(str(tmp_path_factory.mktemp("models")))


@pytest.mark.long
def test_a_run_is_that_of_the_lessons_lines(way, dls, tmp_path):
    from fastai.tabular.all import (
        Categorify,
        CategoryBlock,
        FillMissing,
        Normalize,
        RandomSplitter,
        TabularPandas,
        accuracy,
        set_seed,
        tabular_learner,
    )

    frame = lesson.read_frame()
    frame["LogFare"] = np.log1p(frame["Fare"])
    theirs = TabularPandas(
        frame,
        splits=RandomSplitter(seed=42)(frame),
        procs=[Categorify, FillMissing, Normalize],
        cat_names=["Sex", "Pclass", "Embarked"],
        cont_names=["Age", "SibSp", "Parch", "LogFare"],
        y_names="Survived",
        y_block=CategoryBlock(),
    ).dataloaders(path=tmp_path)
    set_seed(3)
    learn = tabular_learner(theirs, metrics=accuracy, layers=[10, 10])
    learn.fit(4, lr=0.03)
    mine = way.fit(dls, rate=0.03, epochs=4, seed=3)
    assert np.transpose([mine["train"], mine["valid"], mine["right"]]) == pytest.approx(
        np.array(learn.recorder.values), abs=1e-5
    )
    assert set(mine["rates"]) == {0.03}
    assert len(mine["rates"]) == len(mine["momenta"]) == 4 * (713 // 64)


@pytest.mark.long
def test_the_schedule_is_two_halves_of_a_cosine(way, dls):
    run = way.fit(dls, rate=0.1, epochs=4, schedule="fit_one_cycle")
    share = np.arange(44) / 44

    def cosine(start, end, part):
        return start + (1 - np.cos(np.pi * part)) * (end - start) / 2

    up, down = share / 0.25, (share - 0.25) / 0.75
    assert run["rates"] == pytest.approx(
        np.where(share < 0.25, cosine(0.1 / 25, 0.1, up), cosine(0.1, 0.1 / 1e5, down)), rel=1e-4
    )
    assert run["momenta"] == pytest.approx(
        np.where(share < 0.25, cosine(0.95, 0.85, up), cosine(0.85, 0.95, down)), rel=1e-4
    )
    assert [len(trace.y) for trace in plot_schedule(run).data] == [44, 44]


@pytest.mark.long
def test_the_suggestions_are_where_the_curve_says(way, dls):
    found = way.find_rates(dls)
    assert tuple(found["suggested"]) == SUGGESTIONS
    # The first ten batches and the last five are left out.
    rates, losses = np.array(found["rates"])[10:-5], np.array(found["losses"])[10:-5]
    assert found["suggested"]["minimum"] == pytest.approx(rates[losses.argmin()] / 10)
    steepest = rates[:-1][(np.diff(losses) / np.diff(np.log(rates))).argmin()]
    assert found["suggested"]["steep"] == pytest.approx(steepest)
    assert len(plot_finder(found).data) == 5


@pytest.mark.long
def test_what_is_carried_was_learned_from_the_training_rows_alone(way, dls):
    people = load_passengers().take(split_rows()[0])
    median = np.nanmedian(people.age)
    age = np.where(np.isnan(people.age), median, people.age)
    carried = way.carry(dls, way.fit(dls, epochs=2)["learn"])
    rows = {name: (came, given, learned) for name, came, given, learned in carried["rows"]}
    assert rows["Embarked"] == ("B", "0: #na#", "levels #na#, C, Q, S")
    assert rows["Age_na"][1] == "2: True"
    assert float(rows["Age"][1]) == pytest.approx((median - age.mean()) / age.std(), abs=0.006)
    assert rows["Age"][2].startswith(f"median {median:g}, mean {age.mean():.2f}")
    fare = np.log(people.fare + 1)
    assert float(rows["LogFare"][1]) == pytest.approx((np.log(14) - fare.mean()) / fare.std(), abs=0.006)
    assert 0 < carried["chance"] < 1


@pytest.mark.long
def test_a_value_is_refused_that_is_missing_where_none_was(way, dls):
    row = way.read_frame().head(1).assign(LogFare=np.nan)
    with pytest.raises(AssertionError, match="nan values in `LogFare`"):
        dls.test_dl(pd.DataFrame(row))


@pytest.mark.long
def test_a_process_of_its_own_finds_trains_and_answers(way, tmp_path):
    runs = fastai_runs()
    token = runs.start(fastai_job(FastaiOptions(epochs=2, seeds=3)))
    wait_until(lambda: runs.status(token).is_over, seconds=300)
    progress = runs.status(token)
    assert (progress.state, progress.share) == ("done", 1)
    assert [run["name"] for run in progress.runs] == [*SUGGESTIONS] * 3
    assert len(plot_fastai(progress.runs).data) == 2 * len(SUGGESTIONS)
    assert "rows" in progress.carried
    answers = answer_apart([42, 0])
    assert answers.shape == (2, 178)
    assert answers.tolist() == way.answer_splits([42, 0], str(tmp_path))


def test_a_job_goes_on_with_every_run_and_begins_anew_when_continued():
    progress = FastaiProgress(options=FastaiOptions(seeds=3))
    progress = progress.take_in({"kind": "found", "suggested": {}})
    shares = [progress.share]
    for name in SUGGESTIONS * 3:
        progress = progress.take_in({"kind": "run", "name": name})
        shares.append(progress.share)
    assert np.diff(shares) == pytest.approx(np.full(12, 0.85 / 12))
    assert progress.take_in({"kind": RESULT, "chance": 0.1}).carried == {"kind": RESULT, "chance": 0.1}
    assert (progress.kept().runs, progress.kept().share) == ((), 0)


def test_a_model_with_fewer_splits_is_held_against_the_rule_on_those():
    truth = np.array([[True, False], [True, True], [False, False], [True, False]])
    said = {RULE: np.ones((4, 2), bool), "Linear": truth, FASTAI: np.array([[True, False], [True, False]])}
    scores = score_answers(said, truth)
    assert (scores[FASTAI].right, scores[FASTAI].ahead, scores[FASTAI].level) == (2, 0, 0)
    assert (len(scores[FASTAI].accuracies), scores[FASTAI].unlike) == (1, 1)
    assert (scores["Linear"].ahead, scores["Linear"].level) == (2, 1)
