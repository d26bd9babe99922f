"""The quiz on matrix multiplication: every figure, computed again."""

import tomllib

import numpy as np
import pytest

from apps.views.matmul.quiz import QUESTIONS_PATH
from shared.matmul.hidden import load_net
from shared.matmul.lookup import MOVIELENS_FACTORS, MOVIELENS_USERS, count_saved
from shared.matmul.products import as_matrix, gradients
from tests.shared.matmul.titanic_net import read_table, train


@pytest.fixture(scope="module")
def figures():
    return tomllib.loads(QUESTIONS_PATH.read_text("utf-8"))["figures"]


def test_the_figures_come_out_again(figures):
    import torch

    frame, inputs, survived = read_table()
    valid = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(42))[:178]
    by_sex = float(((frame["Sex"].to_numpy() == "female")[valid] == survived[valid].numpy()).mean())
    a, b = as_matrix("A", [[1, 2]]), as_matrix("B", [[3], [4]])
    slope = gradients(np.ones((1, 1)), as_matrix("B", [[3, 4]]), np.ones((1, 2)))[0][0, 0]
    vec = np.zeros(3)
    assert figures == {
        "multiplications": 3 * 4 * 2,
        "loops_128": f"{128**3:,}",
        "times_doubled": (2 * 10) ** 3 // 10**3,
        "saved": f"{count_saved(1, MOVIELENS_USERS, MOVIELENS_FACTORS):,}",
        "useful": MOVIELENS_FACTORS,
        "rank": vec[:, None].ndim,
        "silent": (vec - vec[:, None]).size,
        "hidden_products": load_net().layer1.size,
        "first_cell": (a @ b).item(),
        "slope": slope,
        "accuracy": f"{100 * train()[1]:.1f}",
        "by_sex": f"{100 * by_sex:.1f}",
    }


def test_the_last_question_counts_right(figures):
    right, rule = (round(float(figures[name]) / 100 * 178) for name in ("accuracy", "by_sex"))
    assert right - rule == 6  # "six passengers"
    share = right / 178
    assert 5 < 196 * (share * (1 - share) / 178) ** 0.5 < 6  # "five or six points": the 95 % interval
