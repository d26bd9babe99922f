"""What spaces.toml says of this project's Spaces, held against the apps themselves."""

import tomllib

import pytest

from apps.catalog import APPS, TITLE
from deploy.config import SPACES_TOML, Space, load_config
from deploy.imports import find_data
from deploy.stage import space_modules
from tests.conftest import ROOT

CONFIG = load_config()
SPACES = CONFIG.spaces


@pytest.fixture(params=SPACES.values(), ids=list(SPACES))
def space(request) -> Space:
    return request.param


def files_sent(value: object) -> list[str]:
    """The files of the project that a check sends, wherever they stand in it."""
    if isinstance(value, dict):
        if isinstance(value.get("file"), str) and "text" not in value:
            return [value["file"]]
        return [name for part in value.values() for name in files_sent(part)]
    return [name for part in value for name in files_sent(part)] if isinstance(value, list) else []


def test_each_app_of_the_catalogue_has_its_space_in_the_order_of_the_lessons():
    assert list(SPACES) == ["gallery", *(app.name for app in sorted(APPS, key=lambda app: app.lessons[0]))]
    assert [space.app for space in SPACES.values()] == list(SPACES)


def test_only_the_app_that_gains_from_a_gpu_asks_for_one():
    asked = {space.name: space.hardware for space in SPACES.values()}
    assert asked.pop("bears") == "zero-a10g"
    assert asked.pop("gallery") == "zero-a10g"  # it holds the bears, and a free account may have two of these
    assert set(asked.values()) == {"cpu-basic"}
    text = SPACES_TOML.read_text("utf-8")
    bears = text[text.index("[bears]") : text.index("[bears.checks")]
    assert "t4-small" in bears  # the paid alternative is named where one looks for it


def test_visitors_can_sign_in_where_the_app_has_a_button_for_it(space):
    """Without the Hub's settings for it the app leaves the button out."""
    modules = space_modules(space)
    assert space.oauth == any("LoginButton" in module.read_text("utf-8") for module in modules)


def test_an_app_names_its_model_where_it_has_one(space):
    manifest = tomllib.loads((ROOT / "shared/artifacts/artifacts.toml").read_text("utf-8"))
    modules = space_modules(space)
    files = {
        path.relative_to(ROOT / "shared").as_posix()
        for path in find_data(modules, root=ROOT)
        if "shared" in path.parts
    }
    has = {name for name, entry in manifest.items() if f"{entry['bundled']}/config.json" in files}
    assert set(space.models) == has


def test_files_that_checks_send_are_in_the_space(space):
    modules = space_modules(space)
    staged = {path.relative_to(ROOT).as_posix() for path in [*modules, *find_data(modules, root=ROOT)]}
    sent = set(files_sent(space.checks))
    assert sent <= staged
    assert bool(sent) == (space.name in {"bears", "gallery"})


def test_the_gallery_mounts_all_others_and_makes_their_checks():
    gallery, *others = SPACES.values()
    assert set(gallery.mounts) == {space.name for space in others}
    assert gallery.checks == {
        f"{space.name}/{endpoint}": given for space in others for endpoint, given in space.checks.items()
    }
    for space in others:
        assert space.checks


def test_the_collection_is_named():
    assert CONFIG.collection.title == SPACES["gallery"].title == TITLE
    assert len(CONFIG.collection.description) <= 150  # more the Hub does not take


def test_nothing_is_set_that_costs_money():
    assert not any(space.is_paid or space.private or space.secrets for space in SPACES.values())
