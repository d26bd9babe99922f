"""A Jupyter notebook from its cells, as plain JSON: the apps write one that reproduces the screen.

make_notebook([("markdown", "# Titanic"), ("code", "import pandas as pd")])
"""

from collections.abc import Iterable
from typing import Any


def make_notebook(parts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Put cells into a notebook of format 4.5, without outputs.

    Args:
        parts: "markdown" or "code", and the text of each cell, in order.

    Returns:
        The notebook, ready for JSON.
    """
    return {
        "cells": [_cell(place, kind, source) for place, (kind, source) in enumerate(parts)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(place: int, kind: str, source: str) -> dict[str, Any]:
    cell = {
        "cell_type": kind,
        "id": f"cell-{place}",
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
