"""Rows of the same kind cannot be told apart, shifted ones can; a forest is flat where it saw nothing."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from shared.errors import InputError
from shared.forest import domain
from shared.forest.fit import ForestOptions, fit_forest, predict_forest

OPTIONS = ForestOptions(trees=25)


def _rows(seed, n=150, shift=0.0):
    X = np.random.default_rng(seed).normal(size=(n, 4))
    X[:, 2] += shift
    return X


def test_rows_of_one_kind_cannot_be_told_apart():
    found = domain.detect_domain(_rows(0), _rows(1, 100), options=OPTIONS, n_forests=2)
    assert not found.differ
    assert 0.35 < found.auc < 0.65
    assert found.chance.shape == (19,)
    assert 0.3 < found.chance.min() < 0.5 < found.chance.max() < 0.7
    assert found.newness.shape == (100,)


@pytest.mark.long
def test_false_alarms_are_as_rare_as_they_should_be():
    def raises_alarm(seed):
        options = ForestOptions(trees=10, seed=seed)
        old, new = _rows(2 * seed, 60), _rows(2 * seed + 1, 60)
        return domain.detect_domain(old, new, options=options, n_forests=2, n_shuffles=9).differ

    assert np.mean([raises_alarm(seed) for seed in range(40)]) < 0.25  # 1 in 10 is expected


def test_a_shifted_column_is_named():
    found = domain.detect_domain(_rows(0), _rows(1, 100, shift=3), options=OPTIONS, n_forests=3)
    assert found.auc > 0.9
    assert found.differ
    assert found.chance.max() < 0.7
    assert found.importances.mean.argmax() == 2
    assert found.importances.below_noise.tolist() == [True, True, False, True]
    assert np.median(found.newness) > 0.8


@pytest.mark.parametrize("ties", [False, True])
def test_auc_is_scikit_learns(ties):
    rng = np.random.default_rng(2)
    old, new = rng.normal(size=40), rng.normal(0.5, size=25)
    if ties:
        old, new = old.round(), new.round()
    truth = np.repeat([0, 1], [40, 25])
    assert domain._auc(old, new) == pytest.approx(roc_auc_score(truth, np.concatenate([old, new])))


def test_rows_that_no_tree_left_out_are_not_counted():
    found = domain.detect_domain(
        _rows(0, 30), _rows(1, 30, shift=9), options=ForestOptions(trees=1, min_samples_leaf=1), n_forests=2
    )
    assert np.isnan(found.newness).any()
    assert found.auc > 0.8


def test_values_outside_the_range_are_marked():
    X_train = np.array([[0.0, -1], [5, 3]])
    found = domain.outside_range(X_train, np.array([[5, -1], [5.1, -2], [2, 0]]))
    assert found.tolist() == [[0, 0], [1, -1], [0, 0]]


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_the_line_is_flat_outside_the_range(task):
    X = _rows(3)
    y = X[:, 2] * 3 if task == "regression" else (X[:, 2] > 0).astype(float)
    forest = fit_forest(X, y, task=task, options=ForestOptions(trees=10, max_features=1.0))
    line = domain.extend_line(forest, X, X[0], column=2, reach=1, n_points=301)
    assert (line.low, line.high) == (X[:, 2].min(), X[:, 2].max())
    assert line.x[0] == pytest.approx(2 * line.low - line.high)
    for outside in (line.x <= line.low, line.x >= line.high):
        assert outside.sum() > 50
        assert len(set(line.predicted[outside].tolist())) == 1
    assert line.predicted[-1] - line.predicted[0] > 0.5
    row = np.where(np.arange(4) == 2, line.x[150], X[0])
    answer = predict_forest(forest, row[None, :])[0]
    assert line.predicted[150] == pytest.approx(answer if task == "regression" else answer[1], rel=1e-12)


def test_a_constant_column_has_a_line_too():
    X = np.column_stack([np.ones(20), np.arange(20.0)])
    forest = fit_forest(X, X[:, 1], task="regression", options=ForestOptions(trees=3))
    line = domain.extend_line(forest, X, X[0], column=0, n_points=5)
    assert line.x.tolist() == [0.5, 0.75, 1, 1.25, 1.5]
    assert len(set(line.predicted.tolist())) == 1


def test_the_books_example_is_flat_after_its_training_points():
    found = domain.flat_line_example()
    assert found.x.shape == found.y.shape == found.predicted.shape == (40,)
    assert np.abs(found.y - found.x).max() < 4
    beyond = found.predicted[found.n_train - 1 :]
    assert len(set(beyond.tolist())) == 1
    assert (found.y[-5:] - beyond[-5:]).min() > 2  # while the points go on rising


WRONG = [
    (lambda: domain.detect_domain(_rows(0), _rows(1, 9)), "at least 10 of each: there are 9"),
    (lambda: domain.detect_domain(_rows(0), _rows(1)[:, :3]), "3 columns and the training rows 4"),
    (lambda: domain.outside_range(_rows(0), np.full((2, 4), np.nan)), "missing, infinite"),
    (lambda: domain.detect_domain(_rows(0), _rows(1), n_shuffles=0), "shuffles"),
    (lambda: domain.extend_line(None, _rows(0), _rows(0)[0], column=4), "column must be"),
    (lambda: domain.extend_line(None, _rows(0), _rows(0)[0], column=0, reach=np.nan), "reach must be"),
    (lambda: domain.extend_line(None, _rows(0), _rows(0)[0], column=0, n_points=10**9), "from 2 to 1,000"),
    (lambda: domain.flat_line_example(n_train=40), "from 2 to 39"),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_wrong_input_is_refused(call, said):
    with pytest.raises(InputError, match=said):
        call()
