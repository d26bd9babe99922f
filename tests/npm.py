"""What the tests use from npm. `make test` installs it into `build/`; it is not part of the project."""

from pathlib import Path

import pytest

from tests.conftest import ROOT

NPM_FOLDER = ROOT / "build" / "npm"


def npm_package(name: str) -> Path:
    """Find a package's folder, or end the test and say how to get it."""
    folder = NPM_FOLDER / "node_modules" / name
    if not folder.is_dir():
        pytest.skip(f"needs {name}: run `make test` with npm, which installs it")
    return folder
