"""What several of the browser's test files share."""

from collections.abc import Iterator

import pytest

from tests.browser.screens import start_app


@pytest.fixture(scope="session")
def relu_url() -> Iterator[str]:
    """The address of the ReLU curve fitter, started once for all its tabs' tests."""
    with start_app("apps/relu.py") as address:
        yield address
