"""Hides from a Space or job of the local Hub every installed package that it did not ask for.

They run in the tests' own Python, where everything is installed. So what their pins need is worked out from
the packages' metadata, and the rest cannot be imported, as if it had never been installed.

    folder = write_guard(home / "guard", f"{IN_EVERY_SPACE}\nnumpy==2.4.6")
    subprocess.run([sys.executable, "app.py"], env={"PYTHONPATH": str(folder)})
"""

import importlib.metadata
import json
import re
from functools import cache
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

# The build adds these to what a Space asks for, and Python's own tools are in the image.
IN_EVERY_SPACE = "gradio[oauth,mcp]\nspaces\nuvicorn\nwebsockets\npip\nsetuptools\nwheel"
# Python runs a module of this name before anything else. It replaces the finder of installed modules by one
# that does not find the hidden ones; to find nothing is what an import of a missing package does, too.
_GUARD = """
import json, sys
from importlib.machinery import PathFinder

_HIDDEN = frozenset(json.loads({hidden!r}))


class _Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in _HIDDEN else super().find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = _Finder
"""


def find_hidden(requirements: str) -> list[str]:
    """The top-level modules that are not there when just these packages are installed.

    Args:
        requirements: one requirement a line, as in requirements.txt.

    Returns:
        Names, sorted.
    """
    needed = _close(requirements.splitlines())
    modules = _modules()
    return sorted(name for name, owners in modules.items() if not owners & needed)


def write_guard(folder: Path, requirements: str, *, more: str = "") -> Path:
    """Write the module that hides them, and give the folder to put on PYTHONPATH.

    Python runs one such module: what else it is to do comes as `more`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code = _GUARD.format(hidden=json.dumps(find_hidden(requirements)))
    (folder / "sitecustomize.py").write_text(f"{code}\n{more}")
    return folder


@cache
def _modules() -> dict[str, frozenset[str]]:
    found = importlib.metadata.packages_distributions()
    return {name: frozenset(canonicalize_name(owner) for owner in owners) for name, owners in found.items()}


def _close(lines: list[str]) -> set[str]:
    """The packages on these lines and all that they need."""
    waiting = [wanted for line in lines if (wanted := _read(line))]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *wanted.extras):
            key = (canonicalize_name(wanted.name), extra)
            if key not in seen:
                seen.add(key)
                waiting += _needs(*key)
    return {name for name, _ in seen}


@cache
def _needs(name: str, extra: str) -> list[Requirement]:
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    needs = [Requirement(line) for line in lines]
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": extra})]


def _read(line: str) -> Requirement | None:
    try:
        return Requirement(re.sub(r"(^|\s)#.*", "", line).strip())
    except InvalidRequirement:  # an empty line; the build has refused the others
        return None
