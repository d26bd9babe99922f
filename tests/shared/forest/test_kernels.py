"""Nobody waits for the compiler: numpy answers first, and goes on answering when compiling fails."""

import subprocess
import sys
import textwrap

import pytest

from shared.forest import kernels, plain
from tests.conftest import ROOT


def _run(script: str, **environment: str) -> str:
    import os

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() + done.stderr


def test_numba_is_not_imported_with_the_package():
    out = _run(
        """
        import sys
        import shared.forest.partial_dependence, shared.forest.permutation, shared.forest.contributions
        import shared.forest.ice, shared.forest.ale
        assert not {"numba", "scipy", "sklearn", "pandas"} & set(sys.modules), sys.modules.keys()
        from shared.forest import kernels
        print(kernels.is_ready(), kernels.current().__name__)
        """
    )
    assert out == "False shared.forest.plain"


def test_compiled_and_plain_have_the_same_functions():
    import inspect

    kernels.prepare(wait=True)
    from shared.forest import compiled

    for name in compiled.__all__:
        ours, theirs = getattr(plain, name), getattr(compiled, name)
        if callable(ours):
            assert inspect.signature(ours) == inspect.signature(theirs.py_func)
            assert len(theirs.signatures) == 1  # nothing was compiled later, while a visitor waited


def test_prepare_returns_at_once_and_is_ready_later():
    out = _run(
        """
        from shared.forest import kernels
        kernels.prepare()
        kernels.prepare()
        print(kernels.current().__name__)
        kernels.prepare(wait=True)
        print(kernels.is_ready(), kernels.current().__name__)
        """
    )
    assert out.split() == ["shared.forest.plain", "True", "shared.forest.compiled"]


def test_without_numba_numpy_answers():
    out = _run(
        """
        import sys
        sys.modules["numba"] = None
        from shared.forest import kernels
        kernels.prepare(wait=True)
        print(kernels.is_ready(), kernels.current().__name__)
        """
    )
    assert out.startswith("False shared.forest.plain")
    assert "could not be compiled" in out


@pytest.mark.long
def test_a_disk_that_cannot_be_written_to_does_not_matter():
    """Where numba finds no place for machine code, it goes to a folder that the process takes with it."""
    out = _run(
        """
        import os
        import numba.core.config
        import numba.core.caching as caching
        for one in (caching.InTreeCacheLocator, caching.UserWideCacheLocator):
            one.from_function = classmethod(lambda *_: None)
        from shared.forest import kernels
        kernels.prepare(wait=True)
        assert kernels.is_ready()
        folder = numba.core.config.CACHE_DIR
        assert any(files for _, _, files in os.walk(folder))
        print(folder)
        """,
        NUMBA_CACHE_DIR="",
    )
    from pathlib import Path

    assert not Path(out).exists()


def test_an_early_end_while_compiling_is_clean(tmp_path):
    _run("from shared.forest import kernels; kernels.prepare()", NUMBA_CACHE_DIR=str(tmp_path))


@pytest.mark.parametrize(("wanted", "expected"), [("1", 1), ("0", None), ("many", None), ("", None)])
def test_threads_can_be_made_fewer(monkeypatch, wanted, expected):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    allowed = kernels.count_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert kernels.count_threads() == (expected or allowed)


def test_work_is_shared_out_in_order(monkeypatch):
    monkeypatch.setattr(kernels, "count_threads", lambda: 3)
    assert kernels.share_out(lambda start, stop: list(range(start, stop)), 7) == [[0, 1], [2, 3], [4, 5, 6]]
    assert kernels.share_out(lambda start, stop: (start, stop), 1) == [(0, 1)]
