"""How far the memory of a process rises, on Linux: `peak_growth_mb("data = make()", "open_photo(data)")`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

needs_linux = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux")

_CODE = """
import re
from pathlib import Path

def megabytes(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

{prepare}
Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
before = megabytes("VmRSS")
{work}
print(megabytes("VmHWM") - before)
"""


def peak_growth_mb(prepare: str, work: str) -> float:
    """Run code in a process of its own, and measure how far memory rises during `work`.

    The code can set `before`, and ask `megabytes("VmRSS")`.
    """
    code = _CODE.format(prepare=prepare, work=work)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)
