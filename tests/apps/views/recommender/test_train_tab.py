"""The tab Train without a browser: what its callbacks answer, and what stays when something goes wrong."""

import os
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from apps.views.recommender import train_form, train_words
from apps.views.recommender.train_form import preview_file, show_method
from apps.views.recommender.train_kept import MOVIELENS, OWN, RunSummary, read_runs
from apps.views.recommender.train_tab import build_train
from shared.collab.model import load_recommender
from shared.collab.train import TrainOptions
from shared.collab.train_request import METHODS
from shared.collab.train_runs import RunResult, new_rating_runs
from shared.ui.training import Kept
from shared.ui.training_panel import kept_training
from tests.waiting import turns

ALS, FASTAI = METHODS
FIGURE = {
    "ndcg_at_10": {"mean": 0.3, "interval": [0.25, 0.35]},
    "recall_at_20": {"mean": 0.3, "interval": [0, 1]},
}


@pytest.fixture(scope="module")
def own_csv(tmp_path_factory) -> str:
    rng = np.random.default_rng(1)
    lines = [f"reader {i % 40},Book {i // 40},{rng.integers(1, 11) / 2}" for i in range(800)]
    path = tmp_path_factory.mktemp("csv") / "books.csv"
    path.write_text("user,item,rating\n" + "\n".join(lines))
    return str(path)


NAMES = ["saved", "drawn", "timer", "lost", "try", "start", "stop", "end", "resume", "status"]
NAMES += ["curve", "number", "errors", "list", "finding", "zip", "runs"]


@pytest.fixture(scope="module")
def registry():
    runs = new_rating_runs()
    yield runs
    runs.close()


@pytest.fixture(scope="module")
def tab(registry):
    with gr.Blocks() as demo:
        build_train(load_recommender(), kept_training("recommender"), demo, registry)
    return Tab(demo)


class Tab:
    """The tab's callbacks by name, each answering with a name for every component it changes."""

    def __init__(self, demo: gr.Blocks) -> None:
        self.demo = demo
        self.events = {fn.name: fn for fn in demo.fns.values()}

    def call(self, name, *arguments):
        event = self.events[name]
        by_id = dict(zip([output._id for output in event.outputs], NAMES, strict=True))
        return {by_id[component._id]: value for component, value in event.fn(*arguments).items()}

    def wait(self, shown, until=None):
        """Tick until the run is over, or until something is shown; everything that was shown on the way."""
        shown = dict(shown)
        for _ in turns(60, every=0.05):
            if until in shown or not shown["timer"]["active"]:
                break
            shown |= self.call("follow", shown["saved"], shown["drawn"])
        assert until in shown if until else not shown["timer"]["active"]
        return shown


def line(number=1, data=MOVIELENS, method="als", factors=8) -> RunSummary:
    return RunSummary(
        number=number,
        data=data,
        method=method,
        factors=factors,
        epochs=60,
        weight_decay=0.0,
        error="0.850 (0.840 to 0.860)",
    )


def test_nothing_here_is_a_public_endpoint(tab):
    assert tab.demo.fns
    assert not tab.demo.get_api_info()["named_endpoints"]


def kept(*runs: RunSummary) -> dict:
    return Kept(browser="b", runs=tuple(run.model_dump() for run in runs)).write()


def test_a_training_on_the_visitors_own_ratings(tab, own_csv):
    first = tab.call("start_training", kept(line()), OWN, own_csv, ALS, 2, 5, 0)
    last = tab.wait(first)
    assert [run.number for run in read_runs(Kept.read(last["saved"]).runs)] == [1, 2]
    assert "Run 2" in last["runs"]
    assert "Book" not in last["list"]
    assert list(last["curve"].data[-1].x) == [1, 2, 3, 4, 5]
    assert "This app" not in str([a.text for a in last["errors"].layout.annotations])  # not the same ratings
    assert last["zip"]["interactive"]
    assert os.path.exists(last["zip"]["value"])
    assert "Epoch 5 of 5, held-out error" in last["status"]
    back = tab.call("find_again", last["saved"])  # the page is loaded anew
    for name in ("number", "list", "finding", "runs", "zip", "curve"):
        assert back[name] == last[name]


def test_the_earlier_curve_stays_until_the_next_one_begins(tab):
    first = tab.call("start_training", {}, MOVIELENS, None, ALS, 8, 300, 0)
    assert "curve" not in first
    going = tab.wait(first, until="curve")
    stopped = tab.wait(tab.call("stop_training", going["saved"], {}) | {"saved": going["saved"]})
    assert "Stopped" in stopped["status"]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"number": 1},
        {**line().model_dump(), "number": float("nan")},
        {**line().model_dump(), "data": "<b>"},
    ],
)
def test_a_line_of_the_table_that_is_none_is_left_out(tab, entry):
    assert read_runs([entry, line().model_dump()]) == [line()]
    assert "runs" not in tab.call("find_again", {**kept(), "runs": [entry]})


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ((OWN, None, ALS, 8, 60, 0), "Upload a CSV"),
        ((MOVIELENS, None, ALS, float("nan"), 60, 0), "factors must be"),
        ((MOVIELENS, None, FASTAI, 50, 300, 0.1), "epochs must be"),
        ((OWN, "gone.csv", ALS, 8, 60, 0), "Upload it again"),
    ],
)
def test_a_mistake_is_one_sentence(tab, controls, message):
    shown = tab.call("start_training", kept(line()), *controls)
    shown = tab.wait(shown) if "timer" in shown else shown  # until the file has been read
    assert message in shown["end"]
    assert not {"curve", "number", "errors", "list"} & set(shown)  # earlier results stay


def test_preview_of_a_file(own_csv, tmp_path):
    html = preview_file(own_csv)
    assert "800 ratings" in html
    assert "40 users of 20 items" in html
    assert "reader 0" in html
    bad = tmp_path / "bad.csv"
    bad.write_text("user,item,rating\n" + '<img src=x onerror=alert(1)>,"${x}",9\n' * 60)
    assert "from 0.5 to 5" in preview_file(str(bad))
    bad.write_text("user,item,rating\n" + "".join(f"<img src=x>{i % 4},${{x}}{i},4\n" for i in range(60)))
    assert "<img" not in preview_file(str(bad))
    assert "${" not in preview_file(str(bad))
    assert preview_file(None) == train_words.CSV_NEEDED


@pytest.mark.parametrize("label", METHODS)
def test_each_method_brings_its_own_defaults(label):
    defaults = TrainOptions(method=METHODS[label]).filled()
    factors, epochs, decay, _ = show_method(label)
    assert (factors["value"], epochs["value"], decay["value"]) == (
        defaults.factors,
        defaults.epochs,
        defaults.weight_decay,
    )
    assert factors["maximum"] >= defaults.factors


def test_a_method_that_is_not_installed_says_so(monkeypatch):
    monkeypatch.setattr(train_form, "is_installed", lambda method: method != "fastai")
    assert "make setup-train" in show_method(FASTAI)[-1]
    assert show_method(ALS)[-1] == ""


def test_errors_stand_beside_what_costs_nothing():
    stars = {
        "rmse": 0.9,
        "rmse_interval": [0.88, 0.92],
        "n_test": 100,
        "baselines": {"global mean": 1.06, "user + film bias": 0.89},
        "learner_rmse": 0.89,
        "learner_rmse_interval": [0.87, 0.91],
    }
    result = RunResult({"stars": stars, "list": None}, {}, "")
    published = {"stars": {**stars, "rmse": 0.85, "rmse_interval": [0.84, 0.86]}}
    names = [row.name for row in train_words.error_rows(result, published)]
    assert names == [
        "Global mean",
        "User + film bias",
        "This app's own model",
        "fastai's own predictions",
        "Your model, as the app uses it",
    ]
    before = train_words.error_rows(None, published)
    assert [row.rmse for row in before] == [1.06, 0.89, 0.85, None]
    assert [row.rmse for row in train_words.error_rows(None, None)] == [None]
    hint = train_words.describe_error(result)["hint"]
    assert "0.880 to 0.920" in hint


def test_the_finding_is_claimed_only_where_the_figures_show_it():
    low = {"ndcg_at_10": {"mean": 0.01, "interval": [0.0, 0.02]}, "recall_at_20": FIGURE["recall_at_20"]}
    shown = train_words.describe_finding(
        {"n_users": 9, "model": FIGURE, "most popular": FIGURE, "predicted stars": low}
    )
    assert shown.startswith("*A low error on stars does not make a good list.*")
    close = train_words.describe_finding(
        {"n_users": 9, "model": FIGURE, "most popular": FIGURE, "predicted stars": FIGURE}
    )
    assert not close.startswith("*A low error")
    assert "too few people" in train_words.list_html(None)
    assert train_words.finding_html(None) == ""


def test_suggestions_follow_the_visitor():
    runs = [line(), line(2, factors=1), line(3, method="fastai")]
    said = [train_words.suggest_next(runs[:n]) for n in range(4)]
    said.append(train_words.suggest_next([*runs, line(4, data=OWN)]))
    assert len(set(said)) == 5


def test_example_of_how_to_run_names_the_folder_in_the_zip():
    from shared.collab.train_worker import ZIP_NAME

    assert f"LESSONS_RECOMMENDER_MODEL={ZIP_NAME} " in train_words.HOW_TO_RUN
    assert Path("apps/recommender.py").name in train_words.HOW_TO_RUN
