"""Which files of the project an app needs: worked out from its imports, never listed by hand.

Imports count wherever they stand in a file, and so does a string that is a module's full name. A package that
is touched brings its data (style sheets, the bundled model), but only those of its modules that are imported.

    from deploy.imports import find_data, find_modules
    modules = find_modules(ROOT / "apps" / "bears.py", root=ROOT)
    files = [*modules, *find_data(modules, root=ROOT)]
"""

import ast
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase as fnmatch
from functools import cache
from pathlib import Path

from deploy.errors import PushError

is_ours = re.compile(r"(apps|shared)(\.\w+)*").fullmatch


def find_modules(*starts: Path, root: Path) -> list[Path]:
    """Follow the imports of our own modules.

    Args:
        starts: the modules to begin with.
        root: the project.

    Returns:
        Their paths and those of all they import, sorted.
    """
    found: set[Path] = set()
    waiting = [*starts]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        inside = path.relative_to(root).parents
        waiting += [init for folder in inside if (init := root / folder / "__init__.py").is_file()]
        for name in filter(is_ours, [*imported_names(path), *strings(path)]):
            waiting += _module_files(name, root)
    return sorted(found)


def find_data(modules: Iterable[Path], *, root: Path) -> list[Path]:
    """List what the modules' packages carry besides code, and the code that a module names to show it.

    The folders directly under `apps/` and `shared/` belong to nobody: of them come only the files that a
    module beside them names together with their folder, each or by a pattern such as "*.svg".

    Args:
        modules: from `find_modules`.
        root: the project.

    Returns:
        The files, sorted.
    """
    modules = list(modules)
    found: set[Path] = set()
    for module in modules:
        words = {text for text in strings(module) if re.fullmatch(r"[\w.-]+|\*\.\w+", text)}
        named = [module.parent / word for word in words]
        found.update(path for path in named if path.suffix == ".py" and path.is_file())
        for entry in module.parent.iterdir():
            if entry.name.startswith((".", "__pycache__")) or entry.suffix == ".py":
                continue
            if entry.is_file():
                found.add(entry)
            elif module.parents[1] == root:
                if entry.name in words:
                    files = [path for path in entry.iterdir() if path.is_file()]
                    found.update(file for file in files if any(fnmatch(file.name, word) for word in words))
            elif not any(entry.rglob("*.py")):
                found.update(path for path in entry.rglob("*") if path.is_file())
    return sorted(found.difference(modules))


def imported_names(path: Path) -> tuple[str, ...]:
    """Give each name that a module imports, in full, leaving out what only type checkers import.

    Args:
        path: the module.

    Raises:
        PushError: it is not Python.
    """
    try:
        return _names_in(path.read_text("utf-8"))
    except SyntaxError as error:
        raise PushError(
            f"{path.name} is not Python: line {error.lineno}, {error.msg}.", "Put that line right."
        ) from None


def asks_for_gpu(path: Path) -> bool:
    """Whether a module has a function that is marked for ZeroGPU.

    Args:
        path: the module.
    """
    if not {"shared.device.gpu", "spaces", "spaces.GPU"}.intersection(imported_names(path)):
        return False
    functions = (node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef))
    marks = (mark for function in functions for mark in function.decorator_list)
    names = (ast.unparse(mark.func if isinstance(mark, ast.Call) else mark) for mark in marks)
    return any(name.rpartition(".")[2] in ("gpu", "GPU") for name in names)


def strings(path: Path) -> tuple[str, ...]:
    """Give each string that is written in a module."""
    return _strings_in(path.read_text("utf-8"))


def parse(path: Path) -> ast.Module:
    """Read a module as a tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


# Modules are asked more than once, and are the same as long as their text is.
@cache
def _names_in(text: str) -> tuple[str, ...]:
    return tuple(_imported(ast.parse(text)))


@cache
def _strings_in(text: str) -> tuple[str, ...]:
    constants = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return tuple(value for value in constants if isinstance(value, str))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for branch in node.orelse:
                yield from _imported(ast.Module([branch], []))
        else:
            yield from _imported(node)


def _module_files(name: str, root: Path) -> list[Path]:
    """Find the files behind a dotted name whose last part may be something inside a module."""
    bases = [root / part.replace(".", "/") for part in (name, name.rpartition(".")[0]) if part]
    files = [file for base in bases for file in (base.with_name(f"{base.name}.py"), base / "__init__.py")]
    return [file for file in files if file.is_file()]
