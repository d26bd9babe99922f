"""The course's way to a Space: a notebook whose cells that begin with `#| export` become app.py.

nbdev takes the cells out. Beside app.py come the files that the cells name (a model, example pictures) and
the modules they import, as far as they lie beside the notebook; `requirements.txt` with the exact version of
each package they import; and the README. What is there then is planned and pushed like any staged folder.

    from deploy.notebook import app_from_notebook, space_of
    space = space_of(Path("bears.ipynb"))
    app_from_notebook(Path("bears.ipynb"), Path("build/spaces/bears"), space=space)

The smoke test after a push calls every endpoint. What it sends stands in a cell of the notebook, files by
their path beside it:

    #| checks
    {"predict": {"img": {"file": "grizzly.jpg"}}}
"""

import ast
import json
import re
import shutil
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy import ROOT
from deploy.errors import PushError
from deploy.front_matter import as_yaml, front_matter
from deploy.hardware import ZERO_GPU
from deploy.imports import imported_names, parse, strings
from deploy.requirements import GIVEN, as_lines, fit_zero_gpu, normal_name, providers_of_names, read_pins
from deploy.smoke import FILE
from deploy.space import Space
from deploy.stage import MARK, check_gpu, make_room

_HEADING = re.compile(r"^# +(\S.*?)\s*$", re.MULTILINE)
_EXPORT = re.compile(r"^\s*#\s*\|\s*exports?\b", re.MULTILINE)
_CHECKS = re.compile(r"\s*#\s*\|\s*checks\b.*\n")
# What is the name of a file when it stands in the code of an app.
_FILE = re.compile(
    r"\S+\.(jpe?g|png|gif|webp|bmp|svg|pkl|pth?|safetensors|onnx|h5|joblib|csv|tsv|json|txt|parquet|npy|npz|xlsx"
    r"|zip|wav|mp3|mp4|html|css|js)"
)
_WRITES = re.compile(r"save|to_|write|export|dump|download|touch|unlink|rename|copy")
_WRITING_MODES = {f"{mode}{kind}" for mode in ("w", "a", "x", "w+", "a+", "x+") for kind in ("", "b", "t")}
_BODY = """
# {title}

The app is made of the cells of `{notebook}` that begin with `#| export`, in the way of the course
[Practical Deep Learning for Coders](https://course.fast.ai/Lessons/lesson2.html).
"""


def space_of(notebook: Path, **settings: Any) -> Space:
    """Describe the Space of a notebook: named after its file, titled after its first heading.

    Args:
        notebook: the file.
        settings: of the Space, in the place of its defaults: `hardware`, `private`, ...

    Raises:
        PushError: it is no notebook, its name leaves nothing for the name of a Space, or its checks are none.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", notebook.stem.lower()).strip("-")
    if not slug:
        raise PushError(
            f"{notebook.name} has no letter in its name.", "Rename it: the Space is called like it."
        )
    headings = (
        match[1]
        for cell in _cells(notebook)
        if cell["cell_type"] == "markdown" and (match := _HEADING.search(_source(cell)))
    )
    title = next(headings, notebook.stem)
    return Space(**{"name": slug, "app": slug, "title": title, "checks": _checks_of(notebook), **settings})


def app_from_notebook(notebook: Path, to: Path, *, space: Space | None = None, root: Path = ROOT) -> Path:
    """Write the folder of a notebook's Space.

    Args:
        notebook: with cells that begin with `#| export`; the last of them starts the app with `launch()`.
        to: the folder to write; what an earlier staging left there is replaced.
        space: what the Space is to be; by default `space_of(notebook)`.
        root: the project, whose pinned versions are taken where it has them.

    Returns:
        The folder.

    Raises:
        PushError: it is no notebook, exports nothing that can start, or imports what is not installed here.
    """
    space = space or space_of(notebook)
    make_room(to)
    if not any(cell["cell_type"] == "code" and _EXPORT.search(_source(cell)) for cell in _cells(notebook)):
        raise PushError(
            f"{notebook.name} exports nothing.", "Begin each cell that belongs to the app with: #| export"
        )
    app = to / "app.py"
    app.write_text(
        f"# {MARK} from {notebook.name}: change the notebook instead.\n{_export(notebook)}",
        "utf-8",
        newline="\n",
    )
    _check_app(app, notebook)
    modules = _bring(app, notebook.parent)
    check_gpu(space, modules)
    pins = read_pins(root / "requirements.txt")
    lines = _requirements(modules, to, pins=pins, hardware=space.hardware)
    (to / "requirements.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")
    fields = front_matter(space, root=root, sdk_version=pins["gradio"])
    readme = as_yaml(fields) + _BODY.format(title=space.title, notebook=notebook.name)
    (to / "README.md").write_text(readme, "utf-8", newline="\n")
    return to


def _cells(notebook: Path) -> list[dict[str, Any]]:
    """The cells of a notebook."""
    if not notebook.is_file():
        raise PushError(f"There is no file {notebook}.", "Name a notebook, such as app.ipynb.")
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        return [cell for cell in cells if cell["cell_type"] and "source" in cell]
    except (ValueError, KeyError, TypeError):
        raise PushError(
            f"{notebook.name} is not a notebook.", "Save it in Jupyter as .ipynb, version 4."
        ) from None


def _source(cell: dict[str, Any]) -> str:
    """The text of a cell, which Jupyter keeps as lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _checks_of(notebook: Path) -> dict[str, dict[str, Any]]:
    """Read what the smoke test sends, from the cells that say so."""
    checks: dict[str, dict[str, Any]] = {}
    for cell in _cells(notebook):
        match = _CHECKS.match(_source(cell)) if cell["cell_type"] == "code" else None
        if match is None:
            continue
        try:
            found = ast.literal_eval(_source(cell)[match.end() :].strip())
            checks |= {
                str(endpoint).removeprefix("/"): {
                    argument: _beside(notebook, value) for argument, value in arguments.items()
                }
                for endpoint, arguments in found.items()
            }
        except (ValueError, SyntaxError, AttributeError):
            raise PushError(
                f"The checks of {notebook.name} cannot be read.",
                'Write them as a plain dict: {"predict": {"text": "hello", "img": {"file": "bear.jpg"}}}',
            ) from None
    return checks


def _beside(notebook: Path, value: Any) -> Any:
    """Give the full path of a file that lies beside the notebook."""
    if isinstance(value, list):
        return [_beside(notebook, part) for part in value]
    if not isinstance(value, dict) or value.keys() != {FILE}:
        return value
    path = notebook.parent.resolve() / str(value[FILE])
    if not path.is_file():
        raise PushError(
            f"The checks of {notebook.name} send {value[FILE]}, which is not in {path.parent}.",
            "Put it there, or send another.",
        )
    return {FILE: str(path)}


def _export(notebook: Path) -> str:
    """Let nbdev export a copy, in a folder of its own, so that no settings and no paths from here get in."""
    with TemporaryDirectory(prefix="lessons-notebook-") as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of nbdev's own imports
        from nbdev.export import nb_export

        copy = Path(scratch) / notebook.name
        shutil.copyfile(notebook, copy)
        try:
            nb_export(str(copy), lib_path=scratch, name="app", solo_nb=True)
            text = (Path(scratch) / "app.py").read_text("utf-8")
        except Exception as error:  # nbdev has no error of its own: it parses and rewrites the cells
            raise PushError(
                f"nbdev cannot export {notebook.name} ({type(error).__name__}: {error}).",
                "Leave only plain Python in the cells that are exported: no line that begins with ! or %.",
            ) from None
    return text.replace("File to edit: ../", "File to edit: ")


def _check_app(app: Path, notebook: Path) -> None:
    """Refuse what would not start on a Space."""
    try:
        tree = ast.parse(app.read_text("utf-8"))
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise PushError(
            f"The exported cells of {notebook.name} are not Python: {line!r}.",
            "Leave lines that begin with ! or % out of the cells that are exported.",
        ) from None
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    if not any(isinstance(function, ast.Attribute) and function.attr == "launch" for function in calls):
        raise PushError(
            f"The exported cells of {notebook.name} never call launch(), so the Space would end at once.",
            "Export the cell with demo.launch() too.",
        )


def _bring(app: Path, folder: Path) -> list[Path]:
    """Copy what the app needs from beside the notebook, and list the modules, app.py first."""
    modules, waiting = [], [app]
    missing: dict[str, str] = {}
    while waiting:
        module = waiting.pop()
        modules.append(module)
        names = {name.partition(".")[0] for name in imported_names(module)}
        sources = [found for name in names for found in _own_module(folder, name)]
        texts = [text for text in strings(module) if _is_plain_path(text)]
        named = (folder / text for text in texts)
        wanted = filter(_FILE.fullmatch, {*texts} - _written(module))
        missing |= {text: module.name for text in wanted if not (folder / text).exists()}
        for source in sorted({*sources, *(path for path in named if path.is_file())}):
            target = app.parent / source.relative_to(folder)
            if target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            if target.suffix == ".py":
                waiting.append(target)
    if missing:
        told = ", ".join(f"{text} (in {module})" for text, module in sorted(missing.items()))
        raise PushError(
            f"The app names files that are not in {folder}: {told}.",
            "Put them beside the notebook, or take their names out of the cells that are exported.",
        )
    return modules


def _written(module: Path) -> set[str]:
    """The texts in calls that write a file, such as `open("log.txt", "w")` or `learn.export("model.pkl")`."""
    found: set[str] = set()
    for call in (node for node in ast.walk(parse(module)) if isinstance(node, ast.Call)):
        texts = {part.value for part in ast.walk(call) if isinstance(part, ast.Constant)}
        name = ast.unparse(call.func).rpartition(".")[2]
        if _WRITES.match(name) or (name == "open" and texts & _WRITING_MODES):
            found |= {str(text) for text in texts}
    return found


def _own_module(folder: Path, name: str) -> list[Path]:
    """The files of a module or package that lies beside the notebook."""
    module, package = folder / f"{name}.py", folder / name
    if module.is_file() and name != "app":
        return [module]
    return sorted(package.rglob("*.py")) if (package / "__init__.py").is_file() else []


def _is_plain_path(text: str) -> bool:
    """Whether a text can be the path of a file inside the folder: no hidden one, and none outside."""
    return len(text) <= 200 and all(
        re.fullmatch(r"[\w][\w .()+-]*", part) and ".." not in part for part in text.split("/")
    )


def _requirements(modules: list[Path], folder: Path, *, pins: dict[str, str], hardware: str) -> list[str]:
    """One line for each package: the project's version, or else the one that is installed here."""
    if hardware == ZERO_GPU:
        pins = fit_zero_gpu(pins)
    providers = providers_of_names()
    own = {module.relative_to(folder).parts[0].removesuffix(".py") for module in modules}
    found: dict[str, str] = {}
    for module in modules:
        names = {name.partition(".")[0] for name in imported_names(module)}
        for name in sorted(names - own - sys.stdlib_module_names - set(GIVEN)):
            if name not in providers:
                raise PushError(
                    f"{module.name} imports {name}, which is not installed here: its version is not known.",
                    f"Install it, run the notebook once, and try again; or take {name} out of the cells.",
                )
            for provider in providers[name]:
                package = normal_name(provider)
                found[package] = pins.get(package) or version(provider)
    return as_lines(found, pins=pins, hardware=hardware)
