"""How fast does the page filter and draw its 1,500 models? Measured in headless Chromium, where it is seen.

    python -m tests.bench.bench_models_page --moves 50

From an input to the first frame of the screen in which the picture has changed: a slider that leaves some or
all of 1,449 models, and a name that is typed. Every request that leaves the page meanwhile is counted. Beside
it the time that the script alone takes to filter the table, to find the front and to draw it.
"""

import argparse
from typing import Any

from tests.bench.bench_relu_page import opened
from tests.bench.common import machine, markdown_table, median, quantile, report
from tests.bench.servers import our_app, running
from tests.browser.screens import start_browser

N_MOVES = 100
_MOVE_JS = """async ([selector, values, n]) => {
  const input = document.querySelector(selector);
  const picture = () => document.querySelector("#speed-picture .im-plot .im-Other").getAttribute("d");
  const waits = [];
  for (let i = 0; i < n; i++) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const before = picture();
    const start = performance.now();
    input.value = values[i % values.length];
    input.dispatchEvent(new Event("input", { bubbles: true }));
    do await new Promise(requestAnimationFrame);
    while (picture() === before && performance.now() - start < 1000);
    waits.push(performance.now() - start);
  }
  return waits;
}"""
_ALONE_JS = """async (n) => {
  const names = performance.getEntriesByType("resource").map((one) => one.name);
  const address = names.find((name) => name.endsWith("/scatter.js"));
  const { createScatter } = await import(address);
  const { front, search, topOf } = await import(new URL("../../../shared/image_models/rank.js", address));
  const { load } = await import(new URL("table.js", address));
  const rows = await load(null);
  const room = document.createElement("div");
  document.querySelector("#speed-picture .look-module").append(room);
  const scatter = createScatter(room, () => undefined);
  const wanted = { hardware: "rtx3090", max_ms: 0, max_mb: 0, max_size: 800, family: "all", name: "" };
  const took = [];
  for (let i = 0; i < n; i++) {
    const start = performance.now();
    const points = search(rows, wanted).map((row) => ({ x: row.ms.rtx3090, y: topOf(row), row }));
    const line = front(points.map(({ x, y }) => [x, y])).map((at) => points[at]);
    const x = { title: "", low: 0.01, high: 100, log: true, show: String };
    scatter.draw({ points, line, marked: null, x, y: { title: "", low: 60, high: 92, show: String } });
    room.getBoundingClientRect();
    took.push(performance.now() - start);
  }
  room.remove();
  return took;
}"""


def row(name: str, waits: list[float], requests: str) -> list[str]:
    """Write one row of the table."""
    return [name, f"{median(waits):.1f}", f"{quantile(waits, 0.95):.1f}", f"{max(waits):.1f}", requests]


def measure(n_moves: int) -> list[list[str]]:
    """Measure all; gives the rows of the table."""
    moves: dict[str, tuple[str, list[Any]]] = {
        "the slider of the largest photo": ("input[type=range]", [160, 800, 224, 288, 176, 384]),
        "a name that is typed": ("[placeholder=convnext]", ["res", "resnet", "", "vit", "convnext"]),
    }
    rows = []
    with (
        start_browser() as browser,
        running(our_app("models")) as app,
        opened(browser, app.port, "speed", ready="#speed-picture .im-front") as (page, asked),
    ):
        for name, move in moves.items():
            rows.append(row(name, page.evaluate(_MOVE_JS, [*move, n_moves]), str(len(asked))))
        rows.append(row("the script alone, all 1,449 models", page.evaluate(_ALONE_JS, n_moves), "0"))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=N_MOVES, help="of each control")
    report(
        "Which image model: from an input to the changed picture",
        machine("gradio", "playwright"),
        markdown_table(
            ["change", "median, ms", "95 %, ms", "longest, ms", "requests"],
            measure(parser.parse_args().moves),
        ),
        ["Headless Chromium on the same machine. A screen shows a frame every 16.7 ms."],
    )


if __name__ == "__main__":
    main()
