"""The tab Train without a browser: what its callbacks answer, and what stays when something goes wrong."""

import inspect
import os
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from apps.views.recommender import train_tab, train_words
from apps.views.recommender.train_tab import build_train, preview_file, show_method, stop_training
from apps.views.recommender.train_words import MOVIELENS, OWN, RunSummary
from shared.collab.model import load_recommender
from shared.collab.train import TrainOptions
from shared.collab.train_request import METHODS, TrainRequest
from shared.collab.train_stream import RunResult, TrainProgress, start_training
from shared.ui.progress import progress_html

ALS, FASTAI = METHODS
FIGURE = {
    "ndcg_at_10": {"mean": 0.3, "interval": [0.25, 0.35]},
    "recall_at_20": {"mean": 0.3, "interval": [0, 1]},
}


@pytest.fixture(scope="module")
def demo() -> gr.Blocks:
    with gr.Blocks() as page:
        build_train(load_recommender())
    return page


@pytest.fixture(scope="module")
def own_csv(tmp_path_factory) -> str:
    rng = np.random.default_rng(1)
    lines = [f"reader {i % 40},Book {i // 40},{rng.integers(1, 11) / 2}" for i in range(800)]
    path = tmp_path_factory.mktemp("csv") / "books.csv"
    path.write_text("user,item,rating\n" + "\n".join(lines))
    return str(path)


@pytest.fixture
def warnings(monkeypatch) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda message, **_: shown.append(message))
    return shown


def train_fn(demo):
    """The Train button's callback, and a name for each component it updates."""
    (event,) = [fn for fn in demo.fns.values() if fn.concurrency_id == "train"]
    assert inspect.isgeneratorfunction(event.fn)
    return event


def as_names(event, update):
    names = [
        "run",
        "runs",
        "status",
        "curve",
        "number",
        "errors",
        "list",
        "finding",
        "runs_table",
        "zip",
        "try",
    ]
    by_id = dict(zip([output._id for output in event.outputs], names, strict=True))
    return {by_id[component._id]: value for component, value in update.items()}


def summary(number=1, data=MOVIELENS, **options) -> RunSummary:
    metrics = {"stars": {"rmse": 0.85, "rmse_interval": [0.84, 0.86]}}
    result = RunResult(metrics, {}, "model.zip")
    history = ({"epoch": 1, "train_rmse": 0.9, "valid_rmse": 0.95},)
    settings = TrainOptions(**options).filled()
    return RunSummary(number, data, settings, TrainProgress(history=history, n_epochs=9, result=result))


def test_nothing_here_is_a_public_endpoint(demo):
    assert demo.fns
    assert not demo.get_api_info()["named_endpoints"]


def test_one_training_at_a_time_and_stop_cancels_it(demo):
    event = train_fn(demo)
    assert event.concurrency_limit == 1
    (stop,) = [fn for fn in demo.fns.values() if fn.cancels]
    assert stop.cancels == [event._id]
    assert not stop.queue


def test_a_training_on_the_visitors_own_ratings(demo, own_csv):
    event = train_fn(demo)
    earlier = [summary()]
    updates = [as_names(event, update) for update in event.fn(earlier, OWN, own_csv, ALS, 2, 5, 0)]
    assert "Starting" in updates[0]["status"]
    last = updates[-1]
    assert last["run"] is None
    assert [run.number for run in last["runs"]] == [1, 2]
    assert "Book" not in last["list"]
    curves = [update["curve"] for update in updates if "curve" in update]
    assert list(curves[-1].data[-1].x) == [1, 2, 3, 4, 5]
    assert "This app" not in str([a.text for a in last["errors"].layout.annotations])  # not the same ratings
    assert last["zip"]["interactive"]
    assert not os.path.exists(last["zip"]["value"])  # Gradio has made its copy by the time we go on
    assert len(earlier) == 1  # a visitor's list is never changed in place


def test_a_generator_that_is_closed_leaves_nothing(demo, own_csv):
    event = train_fn(demo)
    generator = event.fn([], MOVIELENS, None, ALS, 8, 300, 0)
    run = None
    while run is None:
        run = as_names(event, next(generator)).get("run")
    assert run.is_running
    generator.close()
    assert not run.is_running
    assert not os.path.exists(run.folder)


def test_stop_button_ends_the_run():
    with start_training(TrainRequest(TrainOptions(epochs=300))) as run:
        watching = run.watch(every=0.05)
        next(watching)
        assert "Stopped" in stop_training(run, [])
        assert list(watching)[-1].is_stopped
    assert "Nothing is running" in stop_training(run, [])
    assert "Nothing is running" in stop_training(None, [summary()])


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ((OWN, None, ALS, 8, 60, 0), "Upload a CSV"),
        ((MOVIELENS, None, ALS, float("nan"), 60, 0), "factors must be"),
        ((MOVIELENS, None, FASTAI, 50, 300, 0.1), "epochs must be"),
        ((OWN, "gone.csv", ALS, 8, 60, 0), "Upload it again"),
    ],
)
def test_after_a_mistake_earlier_results_and_their_curve_are_there(demo, warnings, controls, message):
    event = train_fn(demo)
    updates = [as_names(event, update) for update in event.fn([summary()], *controls)]
    assert message in warnings[0]
    assert "Earlier results are still below" in updates[-1]["status"]
    assert list(updates[-1]["curve"].data[-1].x) == [1]
    assert not {"runs", "number", "errors", "zip"} & set().union(*updates)


def test_a_fault_of_ours_says_so_and_leaves_the_page_ready(demo, monkeypatch):
    def fail(request):
        raise RuntimeError("secret path")

    monkeypatch.setattr(train_tab, "start_training", fail)
    event = train_fn(demo)
    seen = []
    with pytest.raises(gr.Error, match="on our side"):
        seen.extend(as_names(event, update) for update in event.fn([], MOVIELENS, None, ALS, 8, 60, 0))
    assert "Not finished" in seen[-1]["status"]


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
    monkeypatch.setattr(train_tab, "is_installed", lambda method: method != "fastai")
    assert "fastai is not installed" in show_method(FASTAI)[-1]
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
    runs = [summary(), summary(2, factors=1), summary(3, method="fastai")]
    said = [train_words.suggest_next(runs[:n]) for n in range(4)]
    said.append(train_words.suggest_next([*runs, summary(4, data=OWN)]))
    assert len(set(said)) == 5


def test_status_keeps_its_height_and_escapes():
    html = progress_html("<b>", share=float(2), detail="")
    assert "<b>" not in html
    assert "width:100%;height" in html
    assert html.count("<span") == progress_html("x", detail="y").count("<span")


def test_example_of_how_to_run_names_the_folder_in_the_zip():
    from shared.collab.train_worker import ZIP_NAME

    assert f"LESSONS_RECOMMENDER_MODEL={ZIP_NAME} " in train_words.HOW_TO_RUN
    assert Path("apps/recommender.py").name in train_words.HOW_TO_RUN
