"""What every test gets: its own caches, no network, no token, and a browser when one is there.

A test that lacks something (a browser, the photos beside the project) skips and says why. With CI=true it
fails instead, however it skips, because a skipped test there would look like a passed one. LESSONS_DATA=none
says that the data cannot be there, as on a public runner; then those tests alone may skip.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.servers.gradio_http import RunningApp

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
_HAS_NO_DATA = os.environ.get("LESSONS_DATA") == "none"
_NEEDS_DATA = "needs ../shared/data/"  # how the reason of such a skip begins

# Libraries read these when they are imported, so they are set here and not in a fixture. A test that needs
# another value passes its own environment to a process of its own, or uses monkeypatch.
_CACHES = Path(tempfile.mkdtemp(prefix="lessons-tests-"))
os.environ.update(
    HF_HOME=str(_CACHES / "huggingface"),
    GRADIO_TEMP_DIR=str(_CACHES / "gradio"),
    GRADIO_EXAMPLES_CACHE=str(_CACHES / "examples"),
    MPLCONFIGDIR=str(_CACHES / "matplotlib"),
    HF_TOKEN="",
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_XET="1",
    GRADIO_ANALYTICS_ENABLED="False",
)
for _name in [name for name in os.environ if name.startswith("LESSONS_")]:
    del os.environ[_name]  # a model or device chosen for the apps must not reach the tests

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# The last line: pieces of the window that nobody sees. Each loads a page of its own whenever a test opens
# one, and together they cost as much processor time as a small app. Chromium takes one list of these, so
# those that Playwright names stand here too.
UNUSED_FEATURES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints",
    "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
# The sandbox needs rights that root in a container lacks; the others keep Chromium from calling home.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=" + ",".join(UNUSED_FEATURES),
]


def pytest_unconfigure() -> None:
    """Remove the caches of this run."""
    shutil.rmtree(_CACHES, ignore_errors=True)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes after their argument, not after themselves: a gzip is another one in every process."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's modules last: Playwright keeps an event loop in this thread; asyncio wants one."""
    with_browser = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path in with_browser)


def _fail_if_skipped_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    is_xfail = hasattr(report, "wasxfail")  # pytest counts an expected failure as a skip
    if report.skipped and not is_xfail and os.environ.get("CI", "").lower() == "true":
        # A tuple is path, line and reason.
        why = report.longrepr if isinstance(report.longrepr, tuple) else (report.longrepr,)
        if _HAS_NO_DATA and _NEEDS_DATA in str(why[-1]):
            return
        report.outcome = "failed"
        report.longrepr = ":".join(map(str, why)) + " (with CI=true no test may skip)"


@pytest.hookimpl(wrapper=True, tryfirst=True)  # tryfirst: around the plugin that knows xfail
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that skips, wherever it does so, with CI=true."""
    report = yield
    _fail_if_skipped_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that skips as it is imported, with CI=true."""
    report = yield
    _fail_if_skipped_in_ci(report)
    return report


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """Find data that lies beside the project and is never part of it: `folder = require("bears")`."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"{_NEEDS_DATA}{name}, which is not here")
        return path

    return find


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    """Find the system's Chromium; None means that Playwright's own is there and will do."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("needs Playwright: run `make test`, which installs it")
    with sync_playwright() as playwright:
        if Path(playwright.chromium.executable_path).exists():
            return None
    pytest.skip("needs Chromium: install the system's package, or run `playwright install chromium`")


@pytest.fixture(scope="session")
def browser(chromium_path: str | None) -> "Iterator[Browser]":
    """Start one headless Chromium for the whole run; each test opens its own context in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Callable[[str], RunningApp]]":
    """Run an app once for the whole run, in a process of its own: `serve("relu").url`.

    A test that stops its app, or sets something for it, runs one itself.
    """
    from tests.servers.gradio_http import run_app

    with ExitStack() as stack:

        @cache
        def start(name: str) -> "RunningApp":
            log, settings = tmp_path_factory.mktemp(name) / "log.txt", {"OMP_NUM_THREADS": "1"}
            ready = "bears/config" if name == "gallery" else "config"
            return stack.enter_context(run_app(f"apps/{name}.py", log=log, env=settings, ready=ready))

        yield start


@pytest.fixture(scope="session")
def recommender_app(serve: "Callable[[str], RunningApp]") -> "RunningApp":
    """The running recommender."""
    return serve("recommender")


@pytest.fixture(scope="session")
def recommender_url(recommender_app: "RunningApp") -> str:
    """The address of the running recommender, with a slash at the end."""
    return recommender_app.url
