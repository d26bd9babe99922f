"""Packages that are missing: named with the command that adds them, and found once they are there."""

import importlib
import sys
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.installed import check_installed, explain_missing, find_missing


def test_what_is_there_is_no_reason_to_refuse() -> None:
    assert find_missing("numpy", "json") == []
    check_installed("Counting", "numpy")


def test_what_is_missing_is_named_with_the_command() -> None:
    with pytest.raises(InputError) as caught:
        check_installed("Training", "numpy", "no_such_torch", "no_such_timm")
    assert str(caught.value) == (
        "Training needs no_such_torch and no_such_timm, which are not installed here. Run make setup-train "
        "in the project's folder, then press again: the app can go on running."
    )
    assert "needs a, b and c, which are" in explain_missing("It", "a", "b", "c")
    assert "needs a, which is not" in explain_missing("It", "a")


def test_what_was_installed_meanwhile_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert find_missing("comes_later") == ["comes_later"]
    (tmp_path / "comes_later.py").touch()
    assert find_missing("comes_later") == []
    assert "comes_later" not in sys.modules
