"""What a page needs for a tree by hand: thresholds on offer, the best split of a leaf, the contest."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.fit import error_of, split_rows
from shared.forest.grow import predict_tree, split_leaf, start_tree
from shared.forest.hand import best_of_leaf, mixed_leaf, offer_thresholds, score_hand
from shared.forest.splits import score_split
from shared.limits import MAX_FOREST_OFFERED


@pytest.fixture(scope="module")
def rows(titanic):
    train, valid = split_rows(len(titanic.y), seed=42)
    return titanic.X[train], titanic.y[train], titanic.X[valid], titanic.y[valid]


@pytest.fixture(scope="module")
def by_sex(rows):
    X, y, _, _ = rows
    return split_leaf(start_tree(y, n_classes=2), X, y, leaf=0, column=1, threshold=0.0)


def test_all_thresholds_of_a_leaf_are_offered_with_the_lessons_score(rows, by_sex) -> None:
    X, y, _, _ = rows
    women = X[:, 1] == 0
    offer = offer_thresholds(by_sex, X, y, leaf=1, column=0)
    assert offer.thresholds.tolist() == [1, 2]
    assert offer.scores == pytest.approx([score_split(X[women, 0], y[women], t) for t in (1, 2)])
    assert offer.n_below.tolist() == [int((X[women, 0] <= t).sum()) for t in (1, 2)]
    assert (offer.best, offer.n_rows, offer.n_all) == (int(offer.scores.argmin()), women.sum(), 2)


def test_of_many_thresholds_the_best_is_kept() -> None:
    rng = np.random.default_rng(0)
    X = rng.permutation(5000).astype(float)[:, None]
    y = (X[:, 0] > 1234) + 0.0
    offer = offer_thresholds(start_tree(y), X, y, leaf=0, column=0)
    assert len(offer.thresholds) <= MAX_FOREST_OFFERED < offer.n_all == 4999
    assert (offer.thresholds[offer.best], offer.scores[offer.best]) == (1234, 0)
    assert (np.diff(offer.thresholds) > 0).all()
    assert (offer.thresholds[0], offer.thresholds[-1]) == (0, 4998)


def test_a_column_with_one_value_offers_nothing(rows, by_sex) -> None:
    X, y, _, _ = rows
    offer = offer_thresholds(by_sex, X, y, leaf=1, column=1)
    assert (len(offer.thresholds), offer.best, offer.n_all) == (0, None, 0)


def test_the_best_split_of_a_leaf_is_the_lowest_of_all(rows, by_sex) -> None:
    X, y, _, _ = rows
    for leaf in (1, 2):
        split = best_of_leaf(by_sex, X, y, leaf=leaf)
        offers = [offer_thresholds(by_sex, X, y, leaf=leaf, column=column) for column in range(X.shape[1])]
        assert split.score == pytest.approx(min(offer.scores.min() for offer in offers if offer.n_all))


def test_what_cannot_be_split_is_said() -> None:
    X, y = np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0.0, 1.0, 1.0, 1.0])
    tree = split_leaf(start_tree(y, n_classes=2), X, y, leaf=0, column=0, threshold=0)
    with pytest.raises(InputError, match="same in all columns"):
        best_of_leaf(tree, X, y, leaf=1)
    with pytest.raises(InputError, match="same target"):
        best_of_leaf(tree, X, y, leaf=2)
    with pytest.raises(InputError, match="split already"):
        best_of_leaf(tree, X, y, leaf=0)
    with pytest.raises(InputError, match="leaf"):
        offer_thresholds(tree, X, y, leaf=9, column=0)
    assert mixed_leaf(tree) == 1


def test_the_contest_counts_on_the_same_rows(rows, by_sex) -> None:
    X, y, X_valid, y_valid = rows
    score = score_hand(by_sex, X, y, X_valid, y_valid)
    assert score.hand.mean == pytest.approx(error_of(y_valid, predict_tree(by_sex, X_valid)))
    assert score.hand.mean == score.contest.hand_valid
    assert score.greedy.mean == score.contest.greedy_valid
    assert score.difference.mean == 0  # scikit-learn splits by sex as well
    assert -0.02 < score.difference.low < 0 < score.difference.high < 0.02  # on other rows it could differ


def test_a_bad_tree_of_a_number_loses_for_sure(ames) -> None:
    train, valid = split_rows(len(ames.y), seed=42)
    X, y = ames.X[train], np.log(ames.y[train])
    tree = split_leaf(start_tree(y), X, y, leaf=0, column=0, threshold=0)
    score = score_hand(tree, X, y, ames.X[valid], np.log(ames.y[valid]))
    assert score.difference.low > 0
    assert score.greedy.high < score.hand.low
