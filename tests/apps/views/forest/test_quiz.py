"""The quiz on lessons 5 and 6: its figures, computed again."""

import math

import numpy as np
import pytest

from apps.views.forest.quiz import QUESTIONS
from apps.views.forest.session import default_choice
from shared.forest.encoded import Encoded
from shared.forest.explorer import SPLIT_SEED, VALID_SHARE
from shared.forest.fit import error_of, split_rows
from shared.forest.impurity import gini
from shared.forest.splits import fit_one_r, predict_one_r


def words_of(number: int) -> str:
    """Everything a question says, from 1."""
    question = QUESTIONS[number - 1]
    return " ".join([question.text, *(f"{choice.text} {choice.why}" for choice in question.choices)])


def right_answer(number: int) -> str:
    return next(f"{choice.text} {choice.why}" for choice in QUESTIONS[number - 1].choices if choice.right)


@pytest.fixture(scope="module")
def encoded() -> Encoded:
    return default_choice("titanic").encoded


def test_gini_of_the_women_and_the_sentence_of_the_erratum(encoded: Encoded) -> None:
    women = encoded.X[:, encoded.names.index("Sex")] == 0
    died, survived = np.bincount(encoded.y[women].astype(int))
    impurity = float(gini([died, survived]))
    said = words_of(1)
    assert f"Gini impurity of the {women.sum()} women on the Titanic is {impurity:.2f}" in said
    assert f"same outcome twice has a chance of {1 - impurity:.2f}" in said
    assert f"{died} of the {women.sum()} women died, which is {100 * died / women.sum():.0f} %" in said
    # By simulation: the right answer, and not the published one.
    drawn = np.random.default_rng(0).choice(encoded.y[women], size=(2, 200_000))
    assert (drawn[0] != drawn[1]).mean() == pytest.approx(impurity, abs=0.01)
    assert "the two outcomes differ with a chance of 0.38" in right_answer(1)


def test_sex_alone_is_wrong_so_often(encoded: Encoded) -> None:
    train, valid = split_rows(len(encoded.y), valid_share=VALID_SHARE, seed=SPLIT_SEED)
    rule = fit_one_r(encoded.X[train], encoded.y[train], task=encoded.task, n_classes=2)
    assert rule.split
    assert encoded.names[rule.split.column] == "Sex"
    error = error_of(encoded.y[valid], predict_one_r(rule, encoded.X[valid]))
    assert f"sex alone is wrong on {100 * error:.1f} % of the validation rows" in right_answer(2)


def test_a_tree_misses_so_many_rows() -> None:
    missed = (1 - 1 / 668) ** 668
    assert missed == pytest.approx(math.exp(-1), abs=0.001)
    assert f"misses about {100 * missed:.0f} % of them" in right_answer(3)


def test_columns_and_years_of_ames() -> None:
    ames = default_choice("ames").encoded
    assert f"with {len(ames.columns)} columns most are small" in words_of(5)
    year = ames.X[:, ames.names.index("Year_Built")].max()
    assert f"built by {year:.0f}" in words_of(7)


def test_intervals_of_the_published_accuracies() -> None:
    n, tree, one_r = 178, 147, 141
    said = words_of(8)
    assert f"right on {100 * tree / n:.1f} % of {n} rows, OneR on {100 * one_r / n:.1f} %" in said
    halves = [196 * math.sqrt(share * (1 - share) / n) for share in (tree / n, one_r / n)]
    assert "intervals are {:.1f} and {:.1f} points".format(*halves) in said
    assert f"difference of {100 * (tree - one_r) / n:.1f} points" in said
    assert f"right on {['six'][tree - one_r - 6]} rows more" in said
