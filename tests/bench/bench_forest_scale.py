"""A table of a million rows, all the way: uploaded in the page, read, fitted, and looked at in every tab.

    python -m tests.bench.bench_forest_scale             # a million rows of 20 columns, some two minutes

Seconds are what a visitor waits in headless Chromium; memory is the most that the app's process ever took.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.bench_relu_page import opened
from tests.bench.common import machine, markdown_table, report, say
from tests.bench.servers import our_app, running
from tests.browser.screens import open_tab, start_browser

N_ROWS, N_COLUMNS, BLOCK = 1_000_000, 20, 20_000
# What is there when a tab shows this table.
TABS = {
    "Grow a tree": "#grow-tree [data-node]",
    "Forest": "#forest-confidence .js-plotly-plot .main-svg",
    "Which matter": "#alike-plot .js-plotly-plot .main-svg",
    "Partial dependence": "#partial-map .js-plotly-plot .main-svg",
    "Why": "#why-plot .js-plotly-plot .main-svg",
    "Beyond": "#beyond-line .js-plotly-plot .main-svg",
}


def write_table(path: Path, n_rows: int) -> None:
    """Write a CSV: numbers with four decimals, the last column follows from the first three."""
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f"c{at}" for at in range(N_COLUMNS)) + "\n")
        for _ in range(0, n_rows, BLOCK):
            rows = rng.normal(size=(BLOCK, N_COLUMNS))
            rows[:, -1] = rows[:, 0] + np.abs(rows[:, 1]) * rows[:, 2] + rng.normal(scale=0.3, size=BLOCK)
            np.savetxt(file, rows, fmt="%.4f", delimiter=",")


def walk(page: Any, table: Path) -> list[tuple[str, float]]:
    """Use the table and open every tab; gives what took how many seconds."""
    steps: list[tuple[str, float]] = []

    def step(name: str, act: Any) -> None:
        start = time.perf_counter()
        act()
        steps.append((name, time.perf_counter() - start))
        say(f"{name}: {steps[-1][1]:.1f} s")

    def upload() -> None:
        page.locator("#forest-table-file input[type=file]").set_input_files(table)
        page.get_by_text(f"{N_ROWS:,}").first.wait_for()

    def use() -> None:
        page.locator("#forest-table-use").click()
        page.wait_for_function("document.querySelector('#forest-table-line')?.innerText.includes('20,000')")

    def show(name: str) -> None:
        open_tab(page, name)
        page.locator(TABS[name]).first.wait_for()

    page.set_default_timeout(300_000)
    page.locator("#forest-table").get_by_role("button").first.click()
    step("uploaded and read", upload)
    step("a forest fitted on the sample", use)
    for name in TABS:
        step(f"tab {name}", lambda name=name: show(name))
    return steps


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    line = machine("gradio", "scikit-learn", "numba", "playwright")
    with tempfile.TemporaryDirectory(prefix="lessons-bench-") as folder:
        table = Path(folder) / "million.csv"
        write_table(table, N_ROWS)
        size = table.stat().st_size / 1e6
        with (
            start_browser() as browser,
            running(our_app("forest")) as app,
            opened(browser, app.port, ready="#split-ranking tbody tr") as (page, _),
        ):
            at_start = app.peak_memory_mb()
            steps = walk(page, table)
            said = page.locator("#forest-table-line").inner_text()
            peak = app.peak_memory_mb()
    report(
        f"Forest explorer: {N_ROWS:,} rows of {N_COLUMNS} columns, {size:,.0f} MB",
        line,
        markdown_table(["step", "seconds"], [[name, f"{seconds:.1f}"] for name, seconds in steps]),
        [f"Memory of the app: {at_start:,.0f} MB before, at most {peak:,.0f} MB.", f"The page says: {said}"],
    )


if __name__ == "__main__":
    main()
