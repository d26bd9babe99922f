"""The notebook to take away: it runs from top to bottom and says what the screen says."""

import pytest

from shared.errors import InputError
from shared.image_models.notebook import write_notebook
from shared.image_models.rank import Filters, front, search
from shared.image_models.table import load_models, milliseconds
from tests.shared.matmul.test_notebook import run

WANTED = Filters(hardware="i7", max_ms=60, family="ConvNeXt")


def test_it_runs_and_its_line_is_the_screens() -> None:
    names = run(write_notebook(load_models(), WANTED))
    found = search(load_models(), WANTED)
    ahead = front([(milliseconds(one, "i7"), one.top1) for one in found])
    assert len(names["df"]) == len(found)
    assert names["line"].name.tolist() == [found[i].name for i in ahead]
    runs = names["runs"]
    assert len(runs) == sum(one.train is not None for one in found)
    first = runs.iloc[0]
    expected = (1 - first.top1 / 100) * (18_000 / first.train + 80)
    assert first.score == pytest.approx(expected)


def test_it_says_where_the_figures_come_from_and_what_to_train() -> None:
    cells = write_notebook(load_models(), WANTED)["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    assert "github.com/huggingface/pytorch-image-models" in text
    assert 'vision_learner(dls, "convnext' in text
    assert "{" not in "".join(cells[-1]["source"])


def test_no_models_make_no_notebook() -> None:
    with pytest.raises(InputError, match="No model fits"):
        write_notebook(load_models(), Filters(name="nobody"))
