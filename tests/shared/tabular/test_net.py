"""The lesson's figures (its own, and by another road in PyTorch), and gradients held to autograd."""

import itertools

import numpy as np
import pytest
import torch

from shared.tabular.draws import Draws
from shared.tabular.net import predict, start_nets, train_nets
from shared.tabular.passengers import Person, load_passengers, split_rows
from shared.tabular.steps import Steps, fit_recipe, mode
from shared.tabular.train import LESSON_RUNS, Training, count_one_r, run_training
from tests.shared.tabular import lesson

PUBLISHED = {  # the first and last losses, and the accuracy
    "Linear": ([], None, 0.7865),
    "Sigmoid": ([0.510, 0.327, 0.294], 0.194, 0.8258),
    "Matrix form": ([0.512], 0.194, 0.8258),
    "Hidden layer": ([], 0.192, 0.8258),
    "Deep": ([0.521], 0.195, 0.8258),
}


@pytest.mark.parametrize("name", LESSON_RUNS)
def test_the_lessons_runs_come_out_again(name):
    run = run_training(LESSON_RUNS[name])
    first, last, accuracy = PUBLISHED[name]
    assert run.losses[: len(first)] == pytest.approx(first, abs=1e-3)
    assert last is None or run.losses[-1] == pytest.approx(last, abs=1e-3)
    assert run.accuracy.mean == pytest.approx(accuracy, abs=1e-3)
    assert run.sizes.shape == (LESSON_RUNS[name].epochs, 12)


@pytest.mark.parametrize("start", ["published", "kaiming"])
@pytest.mark.parametrize("name", LESSON_RUNS)
def test_every_epoch_is_pytorchs(name, start):
    options = LESSON_RUNS[name].model_copy(update={"start": start, "seed": 3})
    losses, accuracy = lesson.train(
        options.model, lr=options.learning_rate, epochs=options.epochs, seed=3, start=start
    )
    run = run_training(options)
    assert run.losses == pytest.approx(losses, abs=1e-3)
    assert run.accuracy.mean == pytest.approx(accuracy, abs=1e-3)


def test_other_figures_of_the_lesson():
    people = load_passengers()
    assert np.isnan(people.age).sum() == 177
    assert (people.cabin == "").sum() == 687
    assert (people.embarked == "").sum() == 2
    assert (mode(people.age), mode(people.fare), mode(people.embarked)) == (24, 8.05, "S")
    assert len(fit_recipe(people, Steps()).names) == 12
    assert [len(rows) for rows in split_rows()] == [713, 178]
    assert run_training(Training(model="one hidden layer", learning_rate=1.4)).losses[-1] == pytest.approx(
        0.220, abs=1e-3
    )
    assert count_one_r() / 178 == pytest.approx(0.7921, abs=1e-3)
    right = run_training(LESSON_RUNS["Deep"]).accuracy
    assert [right.mean - right.low, right.high - right.mean] == pytest.approx([0.056, 0.056], abs=8e-3)


@pytest.mark.parametrize(("n_backward", "expected"), [(1, 0.5197), (3, 0.4945)])
def test_the_published_first_step_has_a_gradient_that_was_added_up_three_times(n_backward, expected):
    people = load_passengers()
    x = fit_recipe(people, Steps()).apply(people).astype(np.float32)
    steps = train_nets(
        start_nets("linear", [442], n_columns=12),
        x,
        people.survived,
        learning_rate=0.1 * n_backward,
        epochs=2,
    )
    assert [float(loss[0]) for _, loss in steps] == pytest.approx([0.5382, expected], abs=1e-4)
    inputs, survived = lesson.tensors()
    (layer,), _ = lesson.draw("linear", 442)
    layer.requires_grad_()
    for _ in range(n_backward):  # nobody zeroes between
        torch.abs((inputs @ layer)[:, 0] - survived).mean().backward()
    with torch.no_grad():
        loss = torch.abs((inputs @ (layer - layer.grad * 0.1))[:, 0] - survived).mean()
    assert float(loss) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("loss", ["mae", "bce"])
@pytest.mark.parametrize("kind", ["linear + sigmoid", "one hidden layer", "two hidden layers"])
def test_a_step_of_many_nets_is_autograds_of_each(kind, loss):
    draws = np.random.default_rng(0)
    x, y = draws.normal(size=(50, 5)).astype(np.float32), (draws.random(50) > 0.4).astype(float)
    nets = start_nets(kind, range(4), n_columns=5, start="kaiming")
    ((after, losses),) = train_nets(nets, x, y, learning_rate=0.5, epochs=1, loss=loss)
    for at in range(4):
        layers = [torch.tensor(w[at], requires_grad=True) for w in nets.weights]
        consts = [None if c is None else torch.tensor(c[at], requires_grad=True) for c in nets.constants]
        said = lesson.predict(kind, layers, consts, torch.tensor(x))
        truth = torch.tensor(y, dtype=torch.float)
        error = (
            torch.abs(said - truth).mean()
            if loss == "mae"
            else torch.nn.functional.binary_cross_entropy(said, truth)
        )
        error.backward()
        assert losses[at] == pytest.approx(float(error), abs=1e-5)
        assert predict(nets, x)[at] == pytest.approx(said.detach().numpy(), abs=1e-5)
        for mine, before in zip((*after.weights, *after.constants), (*layers, *consts), strict=True):
            if before is not None:
                theirs = (before - 0.5 * before.grad).detach().numpy()
                assert mine[at] == pytest.approx(theirs, abs=1e-5)


def test_the_steps_are_pandas_own():
    people = load_passengers()
    x, y = lesson.tensors()
    assert fit_recipe(people, Steps()).apply(people) == pytest.approx(x.numpy(), abs=1e-6)
    assert (people.survived == y.numpy()).all()
    bare = Steps(fill=False, log=False, dummies=False, scale="none")
    frame = lesson.read_frame()
    for name in ("Sex", "Embarked"):
        frame[name] = frame[name].astype("category").cat.codes.replace(-1, np.nan)
    recipe = fit_recipe(people, bare)
    assert recipe.apply(people) == pytest.approx(frame[list(recipe.names)].to_numpy(float), nan_ok=True)
    standard = fit_recipe(people, Steps(scale="standardise")).apply(people)
    assert standard.mean(axis=0) == pytest.approx(np.zeros(12), abs=1e-12)
    assert standard.std(axis=0) == pytest.approx(np.ones(12))


def test_a_person_is_prepared_as_the_table_was():
    people = load_passengers()
    recipe = fit_recipe(people, Steps())
    first = Person(sex="male", pclass=3, age=22, sibsp=1, parch=0, fare=7.25, embarked="S")
    assert recipe.apply(first.as_passengers())[0] == pytest.approx(recipe.apply(people)[0])


def test_the_steepest_settings_stay_finite():
    for kind, start in itertools.product(("linear", "two hidden layers"), ("published", "kaiming")):
        run = run_training(
            Training(model=kind, learning_rate=200, start=start, scale="none", epochs=100, seed=1)
        )
        assert np.isfinite([run.losses, run.valid_losses]).all()


def test_the_draws_of_the_page_are_the_first_of_the_lessons_seed():
    from apps.views.titanic.hand import give_table

    torch.manual_seed(442)
    assert give_table(None)["start"] == pytest.approx((torch.rand(12) - 0.5).tolist())
    assert Draws(442).rand(12).shape == (12,)
