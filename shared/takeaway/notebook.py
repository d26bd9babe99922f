"""A Jupyter notebook that reproduces the screen, written from a template.

The template is a script in percent format, which editors show as a notebook: `# %%` begins a cell of code,
`# %% [markdown]` one of text, whose lines begin with `# `. What stands before the first cell is a remark.
Jinja fills in what is on the visitor's screen: `{{ a }}`, `{% if is_own %}`.

    write_notebook(Path(__file__).with_name("notebook.py.jinja"), a=[[1, 2]], b=[[3], [4]])
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2

_CELL = re.compile(r"^# %%(?P<is_text> \[markdown\])?\n", re.MULTILINE)


def write_notebook(template: Path, **values: object) -> dict[str, Any]:
    """Fill in a template.

    Args:
        template: the file.
        values: what it asks for, by name. A text that a visitor wrote goes in by `repr`, on one line.

    Returns:
        The notebook, format 4.5, without outputs, ready for JSON.
    """
    _, *parts = _CELL.split(_read(template).render(values))
    return {
        "cells": [
            _cell(place, bool(is_text), source.strip("\n"))
            for place, (is_text, source) in enumerate(zip(parts[::2], parts[1::2], strict=True))
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@cache
def _read(template: Path) -> "jinja2.Template":
    import jinja2

    made = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.from_string(template.read_text(encoding="utf-8"))


def _cell(place: int, is_text: bool, source: str) -> dict[str, Any]:
    if is_text:
        source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
    cell: dict[str, Any] = {
        "cell_type": "markdown" if is_text else "code",
        "id": f"cell-{place}",
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return cell if is_text else cell | {"execution_count": None, "outputs": []}
