"""PyTorch's random numbers, beside PyTorch."""

import numpy as np
import pytest
import torch

from shared.tabular.draws import Draws


@pytest.mark.parametrize("seed", [0, 42, 442, 2**31])
def test_a_seed_gives_what_it_gives_in_pytorch(seed):
    torch.manual_seed(seed)
    theirs = [torch.rand(12), torch.rand(1), torch.rand(3, 5), torch.randperm(891), torch.rand(2)]
    draws = Draws(seed)
    ours = [draws.rand(12), draws.rand(1), draws.rand(3, 5), draws.randperm(891), draws.rand(2)]
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine == other.numpy()).all()


@pytest.mark.parametrize(
    "shapes", [[(12, 10), (10, 10), (10, 1)], [(16,), (17,), (15,)], [(3,), (1,), (40,), (2,)]]
)
def test_normal_numbers_are_pytorchs_to_six_digits(shapes):
    torch.manual_seed(7)
    draws = Draws(7)
    for shape in shapes:
        assert draws.randn(*shape) == pytest.approx(torch.randn(*shape).numpy(), abs=2e-6)


def test_the_lessons_split_is_that_of_fastais_splitter():
    from fastai.data.transforms import RandomSplitter

    from shared.tabular.passengers import split_rows

    theirs = RandomSplitter(seed=42)(range(891))
    for mine, other in zip(split_rows(), theirs, strict=True):
        assert np.array_equal(mine, other)
