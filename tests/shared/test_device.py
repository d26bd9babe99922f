import subprocess
import sys
from types import ModuleType

import pytest

from shared.device import announce_gpu_functions, gpu, lends_gpus
from tests.conftest import ROOT


def run_python(code: str, *, search_path: list[str]) -> str:
    """Run code without any installed package, with nothing but `search_path` to import from."""
    start = f"import sys; sys.path[:0] = {search_path!r}\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start + code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_module_imports_nothing_heavy():
    code = "import shared.device; print([m for m in ('torch', 'gradio', 'spaces') if m in sys.modules])"
    assert run_python(code, search_path=[str(ROOT)]) == "[]"


def test_mark_does_nothing_when_only_our_spaces_folder_is_there(tmp_path):
    (tmp_path / "spaces").mkdir()
    (tmp_path / "spaces" / "stage.py").touch()
    code = (
        "from shared.device import gpu\n"
        "def double(x): return 2 * x\n"
        "marked = gpu(duration_seconds=5)(double)\n"
        "import spaces\n"
        "print(marked is double, spaces.__file__, marked(4))"
    )
    assert run_python(code, search_path=[str(tmp_path), str(ROOT)]) == "True None 8"


def test_mark_is_the_real_one_where_the_package_is_installed(tmp_path):
    # Our folder comes first on the path, and the installed package still wins.
    package = tmp_path / "installed" / "spaces"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "def GPU(*, duration):\n    return lambda function: lambda *values: (duration, function(*values))\n"
    )
    (tmp_path / "project" / "spaces").mkdir(parents=True)
    code = "from shared.device import gpu; print(gpu(duration_seconds=5)(abs)(-3))"
    search_path = [str(tmp_path / "project"), str(tmp_path / "installed"), str(ROOT)]
    assert run_python(code, search_path=search_path) == "(5, 3)"


def test_our_spaces_folder_never_becomes_a_package():
    assert not (ROOT / "spaces" / "__init__.py").exists()


def test_marked_function_keeps_its_answer():
    @gpu(duration_seconds=5)
    def add(a: int, b: int) -> int:
        return a + b

    assert add(1, b=2) == 3


def test_zero_gpu_is_told_once_all_functions_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    announce_gpu_functions()  # nothing happens here
    told: list[bool] = []
    zero = ModuleType("spaces.zero")
    zero.startup = lambda: told.append(True)  # type: ignore[attr-defined]
    package = ModuleType("spaces")
    package.__path__ = []
    monkeypatch.setitem(sys.modules, "spaces", package)
    monkeypatch.setitem(sys.modules, "spaces.zero", zero)
    announce_gpu_functions()
    assert told == [True]


@pytest.mark.parametrize(("value", "is_lent"), [(None, False), ("", False), ("false", False), ("true", True)])
def test_a_zero_gpu_space_is_known_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, value: str | None, is_lent: bool
) -> None:
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    if value is not None:
        monkeypatch.setenv("SPACES_ZERO_GPU", value)
    assert lends_gpus() == is_lent
