"""What the catalogue says once, and where it is said again: in the README, in files, in Spaces."""

import re
from pathlib import Path

import pytest

from apps.catalog import APPS, App, by_name
from deploy.config import load_config
from deploy.imports import imported_names
from deploy.requirements import find_requirements, read_pins
from deploy.stage import space_modules
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
APPS_README = (ROOT / "apps/README.md").read_text("utf-8")
ROW = """
APPS = (
    App(
        name="tiny",
        title="Tiny: an app",
        summary="It greets.",
        short="Greetings",
        lessons=(4, 5),
        tabs=(("greet", "Greet"),),
        endpoints=("greet",),
        longest="greet",
        emoji="👋",
    ),
)
"""


def test_each_app_has_one_row() -> None:
    modules = {path.stem for path in (ROOT / "apps").glob("[!_]*.py")} - {"catalog", "gallery"}
    assert sorted(app.name for app in APPS) == sorted(modules)
    assert [app.lessons[0] for app in APPS] == sorted(app.lessons[0] for app in APPS)


def test_the_readme_has_the_same_table() -> None:
    rows = re.findall(r"^\| \[(.+)\]\((.+)\) \| (.+) \| (.+) \|$", README, re.MULTILINE)
    assert rows == [
        (app.title, f"apps/{app.name}.py", ", ".join(map(str, app.lessons)), app.summary) for app in APPS
    ]


def test_the_table_of_apps_says_what_their_spaces_take() -> None:
    """Hardware, and the packages that not every Space has; the other columns are measured."""
    rows = re.findall(r"^\| (\w+) \| ([\w-]+) \| (.*?) \|", APPS_README, re.MULTILINE)
    spaces, pins = load_config().spaces, read_pins(ROOT / "requirements.txt")
    lines = {app.name: find_requirements(space_modules(spaces[app.name]), pins=pins) for app in APPS}
    packages = {
        name: {line.partition("==")[0] for line in found if "==" in line} for name, found in lines.items()
    }
    common = set.intersection(*packages.values())
    assert all(f" {name}" in APPS_README for name in common)
    assert rows == [
        (app.name, spaces[app.name].hardware, ", ".join(sorted(packages[app.name] - common)) or "none")
        for app in APPS
    ]


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_a_row_is_complete(app: App) -> None:
    assert (ROOT / "apps/pictures" / app.picture).is_file()
    assert 0 < len(app.short) <= 60
    assert app.linked in (0, *app.lessons)
    ids, titles = zip(*app.tabs, strict=True)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", tab_id) for tab_id in ids)
    assert len(set(ids)) == len(set(titles)) == len(app.tabs)
    assert len(set(app.endpoints)) == len(app.endpoints)
    assert {app.longest, app.notebook} - {""} <= set(ids)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_imports_no_other_apps_views(app: App) -> None:
    """What the import contracts of pyproject.toml cannot say with a pattern."""
    names = [name for name in imported_names(ROOT / f"apps/{app.name}.py") if name.startswith("apps.")]
    own = re.compile(rf"apps\.(catalog|views\.{app.name})(\.\w+)*")
    assert names
    assert [name for name in names if not own.fullmatch(name)] == []


def test_lessons_are_told_in_words() -> None:
    assert by_name("bears").lesson_words == "Lessons 1, 2, 3 and 6"
    assert by_name("relu").lesson_words == "Lesson 3"
    assert by_name("bears").lesson_link == ("Lesson 2", "https://course.fast.ai/Lessons/lesson2.html")
    assert by_name("relu").lesson_link == ("Lesson 3", "https://course.fast.ai/Lessons/lesson3.html")


def test_a_row_alone_makes_a_space(tmp_path: Path) -> None:
    for name in ("apps/gallery.py", "apps/tiny.py", "spaces/spaces.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    code = (ROOT / "apps/catalog.py").read_text("utf-8")
    (tmp_path / "apps/catalog.py").write_text(code.partition("\nAPPS")[0] + ROW)
    config = load_config(tmp_path / "spaces/spaces.toml")
    assert list(config.spaces) == ["gallery", "tiny"]
    tiny, gallery = config.spaces["tiny"], config.spaces["gallery"]
    assert (tiny.title, tiny.emoji, tiny.short_description) == ("Tiny: an app", "👋", "Greetings")
    assert (tiny.hardware, tiny.lesson, tiny.checks) == ("cpu-basic", 4, {})
    assert gallery.mounts == ("tiny",)
    assert gallery.title == config.collection.title == "Practical Deep Learning, hands on"
