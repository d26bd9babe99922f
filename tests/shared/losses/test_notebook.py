"""The notebook computes the loss of the screen again, in PyTorch."""

import pytest

from shared.errors import InputError
from shared.losses.entropy import LN_10, Batch, compute
from shared.losses.notebook import write_notebook
from tests.notebooks import run_notebook


@pytest.mark.long
@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
def test_it_prints_the_figures_of_the_screen(kind, tmp_path):
    batch = Batch(logits=[[1.5, -2.0, 0.25]], truth=[[0, 0, 1]], kind=kind, temperature=2, smoothing=0.1)
    printed = run_notebook(write_notebook(batch, ['a "quoted" one', "b"]), tmp_path)
    loss = compute(batch).loss
    assert f"class {loss:.5f}, function {loss:.5f}, steps {loss:.5f}" in printed
    assert f"{loss / LN_10:.5f}" in printed
    moved = [z - slope for z, slope in zip(batch.logits[0], compute(batch).gradient[0], strict=True)]
    after = compute(batch.model_copy(update={"logits": [moved]})).loss
    assert f"after one step at a learning rate of 1: {after:.5f}" in printed
    assert 'a "quoted" one' in printed
    assert "class 2" in printed


def test_what_cannot_be_computed_gets_no_notebook():
    with pytest.raises(InputError, match="exactly one class"):
        write_notebook(Batch(truth=[[1.0, 1.0, 0.0, 0.0, 0.0]]), [])
