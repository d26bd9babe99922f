"""A notebook, run as a learner runs it: every cell in order, in a process and a folder of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

# Runs the code cells, and prints what they print and what their last lines give, as Jupyter does.
_RUNNER = """
import ast, json, sys
import matplotlib.pyplot as plt
names = {}
for code in json.load(sys.stdin):
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last:
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        if shown is not None:
            print(shown)
    plt.close("all")
"""


def run_notebook(notebook: dict[str, Any], folder: Path) -> str:
    """Run a notebook in a folder, and give what it printed and showed.

    Raises:
        AssertionError: a cell failed.
    """
    codes = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    done = subprocess.run(
        [sys.executable, "-c", _RUNNER],
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=300,
        env={**os.environ, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
