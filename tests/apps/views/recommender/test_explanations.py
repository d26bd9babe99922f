"""The long texts on the pages keep their shape: a list stays a list."""

import importlib
import pkgutil

import pytest

import apps.views


def _texts() -> dict[str, str]:
    """Every constant of the views that is a text of several lines."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(apps.views.__path__, "apps.views.")
        if not found.ispkg
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and value.count("\n") > 2
    }


TEXTS = _texts()


def test_the_explanations_are_found():
    assert len([name for name in TEXTS if name.endswith("EXPLANATION")]) >= 8


@pytest.mark.parametrize("name", TEXTS)
def test_no_list_is_run_together(name):
    assert ". - " not in TEXTS[name]
