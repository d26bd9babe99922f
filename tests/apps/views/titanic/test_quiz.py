"""The quiz on the net from scratch: every figure, computed again."""

import tomllib

import numpy as np

from apps.views.titanic.quiz import QUESTIONS_PATH
from shared import artifacts
from shared.tabular.compare import RULE, Comparison, compare_models
from shared.tabular.failures import Settings, map_failures
from shared.tabular.net import start_nets, train_nets
from shared.tabular.passengers import load_passengers, split_rows
from shared.tabular.steps import Steps, fit_recipe
from shared.tabular.train import LESSON_RUNS, run_training


def test_the_figures_come_out_again():
    people = load_passengers()
    x = fit_recipe(people, Steps()).apply(people).astype(np.float32)
    net = start_nets("linear", [442], n_columns=12)
    losses = [float(loss[0]) for _, loss in train_nets(net, x, people.survived, learning_rate=0.1, epochs=2)]
    runs = [run_training(LESSON_RUNS[name]) for name in ("Sigmoid", "Hidden layer", "Deep")]
    assert len({run.n_right for run in runs}) == 1
    accuracy = runs[0].accuracy
    scores = compare_models(Comparison())
    forest = artifacts.load("embeddings").config["metrics"]["forest"]
    codes, means, embeddings = (forest["errors"][way] for way in ("codes", "means", "embeddings"))
    assert forest["more_than_embeddings"]["means"][1] > 0
    assert scores["Hidden layer"].ahead == scores["Linear"].ahead
    assert scores["Hidden layer"].unlike == 0
    assert tomllib.loads(QUESTIONS_PATH.read_text("utf-8"))["figures"] == {
        "ages_missing": int(np.isnan(people.age).sum()),
        "zero_fares": int((people.fare == 0).sum()),
        "columns": x.shape[1],
        "silent": f"{(np.zeros((891, 1)) - np.zeros(891)).size:,}",
        "start_loss": f"{losses[0]:.3f}",
        "step_loss": f"{losses[1]:.3f}",
        "hidden_numbers": runs[1].net.n_numbers,
        "right": runs[0].n_right,
        "low": round(100 * float(accuracy.low)),
        "high": round(100 * float(accuracy.high)),
        "failed": map_failures(Settings()).failed,
        "dead": map_failures(Settings()).dead,
        "kaiming_failed": map_failures(Settings(start="kaiming")).failed,
        "splits": Comparison().splits,
        "answers": f"{Comparison().splits * runs[0].n_valid:,}",
        "ahead": scores["Hidden layer"].ahead,
        "net_right": scores["Hidden layer"].right,
        "rule_right": scores[RULE].right,
        "codes_gain": f"{100 * (codes - embeddings):.2f}",
        "means_share": round(100 * (codes - means) / (codes - embeddings)),
        "forest_splits": forest["splits"],
        "median": np.nanmedian(people.age[split_rows()[0]]),
    }
