"""Copy what one Space holds into a folder: the app, the parts of `shared/` it imports, and no more.

Beside them come `app.py`, which starts the app, `README.md` with the settings the Hub reads, `LICENSE.md`,
`requirements.txt` with the exact version of each package that the copied files import, and `packages.txt`
when the app needs packages of Debian. The same project gives the same bytes, at any time and in any folder.

    from deploy.config import load_config
    from deploy.stage import stage_space
    stage_space(load_config().spaces["bears"], Path("build/spaces/bears"))  # 116 files
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy import ROOT, licences
from deploy.config import SPACES_TOML, Space, load_config
from deploy.errors import PushError
from deploy.front_matter import preloaded_folders, write_readme
from deploy.hardware import ZERO_GPU
from deploy.imports import asks_for_gpu, find_data, find_modules
from deploy.requirements import find_requirements, read_pins

MARK = "Written by spaces/push.py"
_APP_PY = f'''"""Start {{app}} on a Space. {MARK}: change apps/{{app}}.py instead."""

import runpy

runpy.run_module("apps.{{app}}", run_name="__main__")
'''


class StageError(PushError):
    """The app cannot be staged."""


@dataclass(frozen=True)
class StagedFile:
    """One file of a Space.

    Attributes:
        path: in the Space, with / between folders.
        size: in bytes.
    """

    path: str
    size: int


def stage_space(space: Space, to: Path, *, root: Path = ROOT, owner: str | None = None) -> list[StagedFile]:
    """Write the folder of one Space.

    Args:
        space: what it is to be.
        to: the folder to write; what an earlier staging left there is replaced.
        root: the project to take the files from.
        owner: whose Space it will be, for the addresses in its README; the README says so when it is open.

    Returns:
        The files written, sorted by path.

    Raises:
        PushError: there is no such app, `to` holds something else, or an import has no pin.
    """
    start = root / "apps" / f"{space.app}.py"
    if not start.is_file():
        known = ", ".join(sorted(path.stem for path in (root / "apps").glob("[!_]*.py")))
        raise StageError(f"There is no app {space.app!r}.", f"Choose one of: {known or 'none yet'}.")
    modules = space_modules(space, root=root)
    check_gpu(space, modules)
    pins = read_pins(root / "requirements.txt")
    lines = {"requirements.txt": find_requirements(modules, pins=pins, hardware=space.hardware)}
    if space.packages:
        lines["packages.txt"] = sorted(space.packages)
    texts = {name: "".join(f"{line}\n" for line in of_file) for name, of_file in lines.items()}
    texts["app.py"] = _APP_PY.format(app=space.app)
    elsewhere = preloaded_folders(space, root=root)
    sources = [
        path
        for path in [*modules, *find_data(modules, root=root)]
        if not any(folder in path.parents for folder in elsewhere)
    ]
    paths = [path.relative_to(root).as_posix() for path in sources]
    texts["README.md"] = write_readme(space, root=root, sdk_version=pins["gradio"], owner=owner, paths=paths)
    texts[licences.FILE] = f"# Licence\n\n{licences.licence_text(paths)}\n"
    make_room(to)
    for source in sources:
        target = to / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for name, text in texts.items():
        (to / name).write_text(text, "utf-8", newline="\n")
    return list_files(to)


def stage(app: str, *, to: Path, root: Path = ROOT) -> list[Path]:
    """Write the folder of one app's Space, as spaces.toml wishes for it, or plain when it has no table there.

    Args:
        app: the name of a table, or of a file in `apps/` without `.py`.
        to: the folder to write.
        root: the project to take the files from.

    Returns:
        The files written, relative to `to`, sorted.

    Raises:
        PushError: as `stage_space` does.
    """
    path = root / SPACES_TOML.relative_to(ROOT)
    spaces = load_config(path).spaces if path.is_file() else {}
    space = spaces.get(app) or Space(name=app, app=app, title=app.replace("_", " ").capitalize())
    return [Path(file.path) for file in stage_space(space, to, root=root)]


def space_modules(space: Space, *, root: Path = ROOT) -> list[Path]:
    """List the modules of a Space: its app's, those of the apps that it mounts, and all they import.

    Args:
        space: what it is to be.
        root: the project.
    """
    starts = [root / "apps" / f"{app}.py" for app in (space.app, *space.mounts)]
    return find_modules(*(start for start in starts if start.is_file()), root=root)


def check_gpu(space: Space, modules: Iterable[Path]) -> None:
    """Refuse ZeroGPU for an app that never asks for a GPU: ZeroGPU would end it.

    Args:
        space: what is to be staged.
        modules: its code.

    Raises:
        StageError: it is one.
    """
    if space.hardware == ZERO_GPU and not any(map(asks_for_gpu, modules)):
        raise StageError(
            f"{space.name} has no function that asks for a GPU, and {ZERO_GPU} ends such an app.",
            "Choose other hardware, or mark the function that needs a GPU (`gpu` of shared/device.py; in a"
            " notebook `spaces.GPU`).",
        )


def list_files(folder: Path) -> list[StagedFile]:
    """List the files in a staged folder, sorted by path. What Python leaves behind is none of them.

    Args:
        folder: from `stage_space`.
    """
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    files = [StagedFile(path.relative_to(folder).as_posix(), path.stat().st_size) for path in paths]
    return sorted(files, key=lambda file: file.path)


def make_room(to: Path) -> None:
    """Empty a folder, but only where an earlier staging or nothing is.

    Args:
        to: the folder; it is made when it is not there.

    Raises:
        StageError: it holds something else.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        mark = to / "app.py"
        if not mark.is_file() or MARK not in mark.read_text("utf-8", errors="replace"):
            raise StageError(f"{to} holds something else.", "Name an empty folder.")
        shutil.rmtree(to)
    to.mkdir(parents=True, exist_ok=True)
