"""Copy what one Space holds into a folder: the app, the parts of `shared/` it imports, and no more.

The parts are worked out from the imports, wherever they stand in a file, and never listed by hand. A package
that is touched brings its data (style sheets, the bundled model), but only those of its modules that are
imported. Beside them come `app.py`, which starts the app, `README.md` with the settings the Hub reads, and
`requirements.txt` with the exact version of each package that the copied files import.

Python knows the Hub's own package by the name `spaces`, so this is a file to run, not a module to import:

    python spaces/stage.py recommender --to build/spaces/recommender
"""

import argparse
import ast
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IS_OURS = re.compile(r"(apps|shared)(\.\w+)*").fullmatch
# The Hub itself installs gradio, in the README's sdk_version and with its client, and the newest spaces.
GIVEN = ("gradio", "gradio_client", "spaces")

APP_PY = '''"""Start {app} on a Space. Written by spaces/stage.py: change apps/{app}.py instead."""

import runpy

runpy.run_module("apps.{app}", run_name="__main__")
'''

README_MD = """---
title: {title}
emoji: 🎓
colorFrom: blue
colorTo: gray
sdk: gradio
sdk_version: {sdk_version}
python_version: "3.12"
app_file: app.py
license: apache-2.0
{oauth}---

{tour}
"""

# For an app with a login button: visitors sign in with their account, and let it push models for them.
OAUTH = """hf_oauth: true
hf_oauth_scopes:
- write-repos
"""


class StageError(ValueError):
    """The app cannot be staged. The message says why and what to do."""


def stage(app: str, *, to: Path, root: Path = ROOT) -> list[Path]:
    """Write the folder of one Space.

    Args:
        app: the name of a file in `apps/`, without `.py`.
        to: the folder to write; what an earlier staging left there is replaced.
        root: the project to take the files from.

    Returns:
        The files written, relative to `to`, sorted.

    Raises:
        StageError: there is no such app, `to` holds something else, or an import has no pin.
    """
    start = root / "apps" / f"{app}.py"
    if not start.is_file():
        known = sorted(path.stem for path in (root / "apps").glob("[!_]*.py"))
        raise StageError(f"There is no app {app!r}. Choose one of: {', '.join(known) or 'none yet'}.")
    modules = find_modules(start, root=root)
    pins = _read_pins(root / "requirements.txt")
    texts = {
        "app.py": APP_PY.format(app=app),
        "requirements.txt": "".join(find_requirements(modules, pins=pins)),
        "README.md": README_MD.format(
            title=app.replace("_", " ").capitalize(),
            sdk_version=pins["gradio"],
            oauth=OAUTH if any("LoginButton" in module.read_text("utf-8") for module in modules) else "",
            tour=ast.get_docstring(_parse(start)) or "",
        ),
    }
    if to.exists() and any(to.iterdir()):
        mark = to / "app.py"
        if not mark.is_file() or "Written by spaces/stage.py" not in mark.read_text("utf-8"):
            raise StageError(f"{to} holds something else. Name an empty folder.")
        shutil.rmtree(to)
    for source in [*modules, *find_data(modules, root=root)]:
        target = to / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for name, text in texts.items():
        (to / name).write_text(text, "utf-8")
    return sorted(path.relative_to(to) for path in to.rglob("*") if path.is_file())


def find_modules(start: Path, *, root: Path) -> list[Path]:
    """Follow the imports of our own modules; a string that is a module's full name counts too."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        inside = path.relative_to(root).parents
        waiting += [init for folder in inside if (init := root / folder / "__init__.py").is_file()]
        tree = _parse(path)
        for name in filter(IS_OURS, [*_imported_names(tree), *_strings(tree)]):
            waiting += _module_files(name, root)
    return sorted(found)


def find_data(modules: Iterable[Path], *, root: Path) -> list[Path]:
    """List what the modules' packages carry besides code, and the code that a module names to show it.

    Of the folders directly under `apps/` and `shared/`, only those that a module there names belong to it.
    """
    found: set[Path] = set()
    for module in modules:
        named = [module.parent / text for text in _strings(_parse(module)) if re.fullmatch(r"[\w.-]+", text)]
        found.update(path for path in named if path.suffix == ".py" and path.is_file())
        for entry in module.parent.iterdir():
            if entry.name.startswith((".", "__pycache__")) or entry.suffix == ".py":
                continue
            if entry.is_file():
                found.add(entry)
            elif (module.parents[1] != root or entry in named) and not any(entry.rglob("*.py")):
                found.update(path for path in entry.rglob("*") if path.is_file())
    return sorted(found.difference(modules))


def find_requirements(modules: Iterable[Path], *, pins: dict[str, str]) -> list[str]:
    """Give one line of requirements for each package that the modules import, or refuse one without a pin."""
    providers = packages_distributions()
    wanted: set[str] = set()
    for module in modules:
        for name in {name.partition(".")[0] for name in _imported_names(_parse(module))}:
            if name in sys.stdlib_module_names or name in GIVEN or IS_OURS(name):
                continue
            candidates = {_normal(provider) for provider in [*providers.get(name, []), name]}
            if not candidates & pins.keys():
                raise StageError(f"{module.name} imports {name}: give it a version in requirements.txt.")
            wanted |= candidates & pins.keys()
    return [f"{name}=={pins[name]}\n" for name in sorted(wanted)]


def _module_files(name: str, root: Path) -> list[Path]:
    """Find the files behind a dotted name whose last part may be something inside a module."""
    bases = [root / part.replace(".", "/") for part in (name, name.rpartition(".")[0]) if part]
    files = [file for base in bases for file in (base.with_name(f"{base.name}.py"), base / "__init__.py")]
    return [file for file in files if file.is_file()]


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def _imported_names(tree: ast.AST) -> Iterator[str]:
    """Give each imported name in full, leaving out what only type checkers import."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for branch in node.orelse:
                yield from _imported_names(ast.Module([branch], []))
        else:
            yield from _imported_names(node)


def _strings(tree: ast.AST) -> list[str]:
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _read_pins(path: Path) -> dict[str, str]:
    lines = re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", path.read_text("utf-8"), flags=re.MULTILINE)
    return {_normal(name): version for name, version in lines}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Copy what one Space holds into a folder.")
    parser.add_argument("app", help="the name of a file in apps/, such as recommender")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the folder to write")
    arguments = parser.parse_args()
    try:
        files = stage(arguments.app, to=arguments.to)
    except StageError as error:
        sys.exit(f"stage: {error}")
    print(f"{len(files)} files in {arguments.to}. Start it there with: python app.py")


if __name__ == "__main__":
    main()
