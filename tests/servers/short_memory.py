"""The gallery with its hour shortened to seconds: what is deleted after an hour goes while a test waits."""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from shared import limits  # noqa: E402

limits.CACHE_SWEEP_SECONDS, limits.CACHE_MAX_AGE_SECONDS = 1, 20
runpy.run_path(str(ROOT / "apps" / "gallery.py"), run_name="__main__")
