"""The notebook to take away: it runs from top to bottom, with torch and without."""

import builtins

import pytest

from shared.errors import InputError
from shared.matmul.notebook import write_notebook


def run(notebook: dict) -> dict:
    names: dict = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    return names


@pytest.mark.parametrize(
    ("a", "b"), [([[1, 2]], [[3], [4]]), ([[0.5]], [[-2]]), ([[1.5, 2], [3, 4]], [[1, 0], [0, 1]])]
)
def test_it_runs_and_holds_the_visitors_numbers(a, b, capsys):
    names = run(write_notebook(a, b))
    assert names["a"].tolist() == a
    assert names["c"].tolist() == (names["a"] @ names["b"]).tolist()
    printed = capsys.readouterr().out
    assert "PyTorch agrees" in printed
    assert "times faster" in printed


def test_it_runs_without_torch(monkeypatch, capsys):
    real = builtins.__import__

    def no_torch(name, *more):
        if name == "torch":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", no_torch)
    run(write_notebook([[1, 2]], [[3], [4]]))
    assert "torch is not installed" in capsys.readouterr().out


def test_what_does_not_fit_makes_no_notebook():
    with pytest.raises(InputError, match="These two sizes must agree"):
        write_notebook([[1, 2]], [[3, 4]])
