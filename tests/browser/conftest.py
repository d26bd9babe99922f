"""What several of the browser's test files share."""

from collections.abc import Callable

import pytest

from tests.servers.gradio_http import RunningApp


@pytest.fixture(scope="session")
def bears_url(serve: Callable[[str], RunningApp]) -> str:
    """The address of the bear classifier."""
    return serve("bears").url


@pytest.fixture(scope="session")
def forest_url(serve: Callable[[str], RunningApp]) -> str:
    """The address of the random-forest explorer."""
    return serve("forest").url


@pytest.fixture(scope="session")
def relu_url(serve: Callable[[str], RunningApp]) -> str:
    """The address of the ReLU curve fitter."""
    return serve("relu").url
