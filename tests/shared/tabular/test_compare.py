"""Models on the same splits: the lesson's figures, each net beside the one that is trained alone."""

import numpy as np
import pytest

from shared.tabular.compare import MODELS, RULE, Comparison, ask_models, compare_models, explain_linear
from shared.tabular.net import count_right, start_nets, train_nets
from shared.tabular.passengers import Person, load_passengers, split_rows
from shared.tabular.steps import Steps, fit_recipe
from shared.tabular.train import LESSON_RUNS, run_training


@pytest.fixture(scope="module")
def scores():
    return compare_models(Comparison(splits=20))


def test_on_the_lessons_split_they_are_the_lessons(scores):
    assert scores["Linear"].right == run_training(LESSON_RUNS["Sigmoid"]).n_right == 147
    assert scores["Hidden layer"].right == run_training(LESSON_RUNS["Hidden layer"]).n_right
    assert scores[RULE].right / 178 == pytest.approx(0.7921, abs=1e-3)
    people = load_passengers().take(split_rows()[1])
    assert scores["Constant"].right == (people.survived == 0).sum()
    assert (scores[RULE].ahead, scores[RULE].level) == (0, 20)
    assert (scores["Linear"].unlike, scores["Hidden layer"].unlike) == (0, 0)  # the very same answers
    assert scores[RULE].unlike > 200


def test_each_split_is_the_net_that_is_trained_alone_on_it(scores):
    people = load_passengers()
    x = fit_recipe(people, Steps()).apply(people).astype(np.float32)
    for seed in (0, 7, 19):
        train, valid = split_rows(seed)
        net = start_nets("one hidden layer", [442], n_columns=12)
        for after, _ in train_nets(net, x[train], people.survived[train], learning_rate=20, epochs=30):
            net = after
        right = count_right(net, x[valid], people.survived[valid])[0]
        assert abs(scores["Hidden layer"].accuracies[seed] * 178 - right) <= 1
        rule = ((people.sex == "female") == (people.survived > 0.5))[valid].mean()
        assert scores[RULE].accuracies[seed] == pytest.approx(rule)


def test_a_person_is_told_what_the_lessons_model_says():
    person = Person(sex="male", pclass=3, age=22, sibsp=1, parch=0, fare=7.25)
    chances = ask_models(person)
    assert list(chances) == list(MODELS)
    total = sum(value for _, value in explain_linear(person))
    assert chances["Linear"] == pytest.approx(1 / (1 + np.exp(-total)), abs=1e-5)
    people = load_passengers().take(split_rows()[0])
    assert chances[RULE] == pytest.approx(people.survived[people.sex == "male"].mean(), abs=1e-6)
