"""What stands for `uv` in a job of the local Hub: `uv run --with numpy==2.4.6 script.py --an-option`.

It installs nothing: each package asked for, on the command line or in the script's own metadata, must be here
in that version, and what nobody asked for is hidden. Then it becomes the program, in the same Python.
"""

import importlib.metadata
import os
import re
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from spaces_hub_guard import write_guard  # beside this file: it runs as a script

_FLAGS = ("--no-project", "--isolated", "--quiet", "-q", "--script", "-s", "--no-cache")
_WITH_VALUE = ("--with", "--python", "-p")
_METADATA = re.compile(r"(?m)^# /// script\n((?:#.*\n)+?)# ///$")


def main(arguments: list[str]) -> None:
    """Check the packages, then run the program in place of this one."""
    if arguments[:1] != ["run"]:
        sys.exit("error: only `uv run` is here")
    rest, wanted = arguments[1:], []
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in _WITH_VALUE:
            value = rest.pop(0)
            wanted += [value] if option == "--with" else []
        elif option not in _FLAGS:
            sys.exit(f"error: unexpected argument '{option}' found")
    if not rest:
        sys.exit("error: nothing to run")
    if rest[0].endswith(".py"):
        wanted += _read_metadata(Path(rest[0]))
    for line in wanted:
        _check(Requirement(line))
    os.environ["PYTHONPATH"] = str(write_guard(Path(tempfile.mkdtemp()), "\n".join(wanted)))
    if rest[0] == "python":
        rest = rest[1:]
    elif not rest[0].endswith(".py"):
        os.execvp(rest[0], rest)
    os.execv(sys.executable, [sys.executable, *rest])


def _read_metadata(script: Path) -> list[str]:
    match = _METADATA.search(script.read_text())
    if match is None:
        return []
    lines = [line.removeprefix("#").removeprefix(" ") for line in match[1].splitlines()]
    return list(tomllib.loads("\n".join(lines)).get("dependencies", []))


def _check(wanted: Requirement) -> None:
    try:
        installed = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        installed = ""
    if not installed or not wanted.specifier.contains(installed, prereleases=True):
        sys.exit(f"error: no solution found: {wanted} is asked for, and {installed or 'none'} is here")


if __name__ == "__main__":
    main(sys.argv[1:])
