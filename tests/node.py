"""Scripts of the pages, run in Node."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.conftest import ROOT


def run_in_node(script: str) -> Any:
    """Run a script and read the JSON that it prints; without Node the test is skipped."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node: install nodejs")
    done = subprocess.run([node, "-"], input=script, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_module(path: str, body: str, given: Any) -> Any:
    """Run the body of a function in Node; it knows a module as `m`, by its path, and what is `given`."""
    address = json.dumps((ROOT / path).as_uri())
    return run_in_node(
        f"import({address}).then((m) => {{ const given = {json.dumps(given)};"
        f"console.log(JSON.stringify((() => {{ {body} }})())); }});"
    )
