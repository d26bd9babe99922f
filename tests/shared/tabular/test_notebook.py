"""The notebook computes the run of the screen again, in PyTorch."""

import pytest

from shared.tabular.notebook import write_notebook
from shared.tabular.train import LESSON_RUNS, run_training
from tests.notebooks import run_notebook


@pytest.mark.long
@pytest.mark.parametrize("start", ["published", "kaiming"])
@pytest.mark.parametrize("name", LESSON_RUNS)
def test_it_ends_where_the_screen_does(name, start, tmp_path):
    options = LESSON_RUNS[name].model_copy(update={"start": start, "scale": "standardise"})
    printed = run_notebook(write_notebook(options), tmp_path)
    run = run_training(options)
    assert "after one step" in printed
    assert f"{run.n_right} of 178 right" in printed
    assert printed.count(f"{run.losses[0]:.3f}; ") >= 1
