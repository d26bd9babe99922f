"""The page's script and the Python functions it calls: one invisible piece that every tab relies on.

The scripts are joined in the order of `_SCRIPTS`, after the formulas of `shared/curves/curves.js`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from apps.views.relu.hand import SLIDER_LIMIT
from apps.views.relu.units_server import UNIT_LIMITS
from shared import plotting
from shared.curves.data import CURVES, LESSON_N, LESSON_SEED, noise_draws
from shared.curves.points import LARGEST_X, LARGEST_Y
from shared.limits import MAX_CURVE_POINTS

_HERE = Path(__file__).parent
_FORMULAS = Path(__file__).resolve().parents[3] / "shared" / "curves" / "curves.js"
_SCRIPTS = (
    "lab.js",
    "own_units.js",
    "machine_optimum.js",
    "hand.js",
    "machine.js",
    "machine_rate.js",
    "machine_moves.js",
    "machine_losses.js",
    "machine_surface.js",
    "machine_sweep.js",
    "units.js",
    "units_fit.js",
    "units_sweep.js",
    "units_controls.js",
    "points.js",
    "points_move.js",
    "points_table.js",
    "share.js",
)
_STYLES = ("relu.css", "machine.css", "units.css", "points.css")
TABS = ("hand", "machine", "units", "points", "quiz")
MAX_NOISE = 3.0  # of the noise slider; 1 is the lesson's
MAX_PRESET_POINTS = 200
# The page may be ready a moment before its script is.
START_JS = """async () => {
  while (!window.curveLab) await new Promise((resolve) => setTimeout(resolve, 20));
  return curveLab.start();
}"""


def build_lab(functions: list[Callable[..., Any]]) -> gr.HTML:
    """Put the script into the page.

    Args:
        functions: what the script may call, each as `await lab.server.<name>(value)`.
    """
    return gr.HTML(
        "",
        html_template="",
        js_on_load=_script(),
        server_functions=functions,
        apply_default_css=False,
        elem_classes="look-piece",
    )


def _script() -> str:
    settings = {
        "COLOURS": {
            name: getattr(plotting, name.upper())
            for name in ("data", "accent", "teal", "purple", "amber", "pink", "muted")
        },
        "LESSON_DRAWS": [draw.tolist() for draw in noise_draws(LESSON_N, LESSON_SEED)],
        "LIMITS": {
            "points": MAX_CURVE_POINTS,
            "slider": SLIDER_LIMIT,
            "noise": MAX_NOISE,
            "presetPoints": MAX_PRESET_POINTS,
            "x": LARGEST_X,
            "y": LARGEST_Y,
        },
        "UNIT_LIMITS": UNIT_LIMITS,
        "TABS": TABS,
        "TITLES": {key: curve.title for key, curve in CURVES.items()},
        # Gradio would confine a `css_template` to the piece that brings it; this is for the whole page.
        "CSS": _read(*_STYLES),
    }
    formulas = _FORMULAS.read_text(encoding="utf-8")
    return "\n".join(
        [f"const SETTINGS = {json.dumps(settings)};", formulas, _read(*_SCRIPTS), "lab.restore();"]
    )


def _read(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
