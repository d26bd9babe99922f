"""How fast is the page of the ReLU curve fitter? Measured in headless Chromium, where a visitor would see it.

    python -m tests.bench.bench_relu_page              # about a minute
    python -m tests.bench.bench_relu_page --moves 50

Two things are measured. From a slider's input to the changed picture, in *By hand* and with 100 units in
*ReLUs*; every request that leaves the page is counted. Beside it the same change by way of the server: the
smallest Gradio app whose slider calls a Python function that draws the same figure. And the animation of a
fit of 100 units: how often the line of the sum changes while it plays, and how long the screen waits between
two frames.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.common import machine, markdown_table, median, quantile, report, say
from tests.bench.servers import our_app, running
from tests.browser.screens import start_browser, wait_for

N_MOVES = 200
N_UNITS, N_STEPS = 100, 500
# The figure of *By hand*, drawn by Python: what a first Gradio app would do.
ROUND_TRIP_APP = """
import gradio as gr
import numpy as np
import plotly.graph_objects as go

x = np.linspace(-2, 2, 20)
y = 3 * x * x + 2 * x + 1
grid = np.linspace(-2.2, 2.2, 121)


def draw(a):
    figure = go.Figure(layout={"height": 420, "yaxis": {"range": [-4, 20]}})
    figure.add_scatter(x=grid, y=a * grid**2 + 1.1 * grid + 1.1, mode="lines")
    figure.add_scatter(x=x, y=y, mode="markers")
    return figure


with gr.Blocks() as demo:
    slider = gr.Slider(-5, 5, 1.1, step=0.05, elem_id="hand-a")
    plot = gr.Plot(draw(1.1), elem_id="hand-plot")
    slider.input(draw, slider, plot, show_progress="hidden", trigger_mode="always_last")

demo.launch()
"""
# Moves a slider and looks at every frame of the screen whether a line of the figure has changed.
_MOVE_JS = """async ([slider, figure, n]) => {
  const range = document.querySelector(`#${slider} input[type=range]`);
  const all = () => [...document.querySelectorAll(`#${figure} .js-plotly-plot .js-line`)];
  const lines = () => all().map((line) => line.getAttribute("d")).join();
  const waits = [];
  for (let i = 0; i < n; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = lines();
    const start = performance.now();
    range.value = (-2 + (i % 80) * 0.05).toFixed(2);
    range.dispatchEvent(new Event("input", { bubbles: true }));
    do await new Promise(requestAnimationFrame);
    while ((lines() === before || lines() === "") && performance.now() - start < 5000);
    waits.push(performance.now() - start);
  }
  return waits;
}"""
# Counts in how many frames of the screen the line of the sum has changed while a fit plays.
_PLAY_JS = """async () => {
  const { units } = curveLab;
  units.fitNow();
  while (!units.playing) await new Promise((resolve) => setTimeout(resolve, 1));
  const plot = curveLab.plot("units-plot");
  const place = plot.data.findIndex(({ name }) => name === "Sum");
  const trace = () => plot.querySelectorAll(".scatterlayer .trace")[place];
  const sum = () => trace().querySelector(".js-line").getAttribute("d");
  const gaps = [];
  let [frames, last] = [0, sum()];
  const start = performance.now();
  let now = start;
  while (units.playing) {
    await new Promise(requestAnimationFrame);
    gaps.push(performance.now() - now);
    now = performance.now();
    if (sum() !== last) frames++;
    last = sum();
  }
  return { frames, seconds: (now - start) / 1000, gaps };
}"""


@contextlib.contextmanager
def opened(
    browser: Any, port: int, link: str = "", *, ready: str = ".js-plotly-plot .main-svg:visible"
) -> Iterator[tuple[Any, list[str]]]:
    """Open an app's page; yields it, and a list that fills with the addresses it asks from then on."""
    url = f"http://127.0.0.1:{port}/"
    wait_for(url)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    try:
        page.goto(f"{url}#{link}")
        page.locator(ready).first.wait_for()
        page.wait_for_timeout(2000)  # what a page still loads when it can be used already
        page.on("request", lambda request: asked.append(request.url))
        yield page, asked
    finally:
        context.close()


def move_row(name: str, page: Any, asked: list[str], slider: str, figure: str, n: int) -> list[str]:
    """Move a slider n times; gives a row of the table."""
    waits = page.evaluate(_MOVE_JS, [slider, figure, n])
    page.wait_for_timeout(500)
    say(f"{name}: median {median(waits):.1f} ms")
    return [
        name,
        f"{median(waits):.1f}",
        f"{quantile(waits, 0.95):.1f}",
        f"{max(waits):.1f}",
        str(len(asked)),
    ]


def play_row(name: str, page: Any) -> list[str]:
    """Let a fit play; gives a row of the table."""
    played = page.evaluate(_PLAY_JS)
    rate = played["frames"] / played["seconds"]
    say(f"{name}: {rate:.1f} frames a second")
    return [
        name,
        str(played["frames"]),
        f"{played['seconds']:.2f}",
        f"{rate:.1f}",
        f"{quantile(played['gaps'], 0.95):.1f}",
    ]


def measure(n_moves: int) -> tuple[list[list[str]], list[list[str]]]:
    """Measure all; gives the rows of both tables."""
    moves, plays = [], []
    with start_browser() as browser, running(our_app("relu")) as app:
        with opened(browser, app.port) as (page, asked):
            moves.append(
                move_row(
                    "**ours**, *By hand*: a of the quadratic", page, asked, "hand-a", "hand-plot", n_moves
                )
            )
            if asked:
                raise RuntimeError(f"The page asked the server while a slider moved: {asked[:3]}")
        hundred = f"tab=units&fitsteps={N_STEPS}"
        with opened(browser, app.port, hundred) as (page, asked):
            page.evaluate(f"curveLab.units.hear('count', {N_UNITS})")
            page.wait_for_timeout(1000)
            name = f"**ours**, *ReLUs*: m of one of {N_UNITS} units"
            moves.append(move_row(name, page, asked, "units-m", "units-plot", n_moves))
            if asked:
                raise RuntimeError(f"The page asked the server while a slider moved: {asked[:3]}")
            for activation in ("relu", "tanh"):
                page.evaluate(f"curveLab.units.hear('activation', '{activation}')")
                plays.append(play_row(f"{N_UNITS} units, {activation}", page))
            page.evaluate("curveLab.units.hear('activation', 'relu'); curveLab.units.hear('seeds', 100)")
            plays.append(play_row(f"{N_UNITS} units, relu, with the losses of 100 seeds", page))
    with tempfile.TemporaryDirectory(prefix="lessons-bench-") as folder:
        script = Path(folder) / "round_trip.py"
        script.write_text(ROUND_TRIP_APP, "utf-8")
        with (
            start_browser() as browser,
            running([sys.executable, str(script)]) as app,
            opened(browser, app.port) as (page, asked),
        ):
            name = "by way of the server: slider, Python, gr.Plot"
            moves.append(move_row(name, page, asked, "hand-a", "hand-plot", n_moves))
    return moves, plays


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=N_MOVES, help="of each slider")
    n_moves = parser.parse_args().moves
    line = machine("gradio", "torch", "playwright")
    moves, plays = measure(n_moves)
    report(
        "ReLU curve fitter: from a slider's input to the changed picture",
        line,
        markdown_table(["change", "median, ms", "95 %, ms", "longest, ms", "requests"], moves),
        [
            f"Headless Chromium on the same machine, {n_moves} moves each, 50 ms apart. From the input event "
            "to the first frame of the screen in which a line of the figure has changed; a screen shows one "
            "every 16.7 ms.",
            "On a network the round trip of a real visitor comes on top of the last row only.",
        ],
    )
    report(
        "ReLU curve fitter: the animation of a fit",
        "",
        markdown_table(
            ["fit", "changed frames", "seconds", "changed frames a second", "95 % of gaps, ms"], plays
        ),
        [
            f"{N_STEPS} steps in at most 120 frames, played at 40 frames a second. Counted is in how many "
            "frames of the screen the line of the sum has changed; gaps are between any two frames of it.",
        ],
    )


if __name__ == "__main__":
    main()
