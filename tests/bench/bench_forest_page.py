"""How long does a visitor of the forest explorer wait, and do others wait with them?

    python -m tests.bench.bench_forest_page              # about a minute
    python -m tests.bench.bench_forest_page --moves 10

Ames housing, 100 trees. In headless Chromium a slider of the forest is moved, and the time until the new
error curve is on the screen is compared with the fit alone: scikit-learn's `fit` of the same settings on the
same rows, in turns with the moves. Then another visitor asks for /gini again and again over plain HTTP while
the slider moves. Last, the same curve of partial dependence is asked for a first and a second time.
"""

import argparse
import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from shared.forest.choose import choose
from shared.forest.fit import ForestOptions, fit_forest, split_rows
from shared.forest.tables import NAMED_TABLES, load_table
from tests.bench.bench_relu_page import opened
from tests.bench.common import machine, markdown_table, median, quantile, report, say
from tests.bench.servers import Caller, our_app, running
from tests.browser.screens import open_tab, start_browser

N_MOVES = 20
PAUSE = 0.02  # seconds between two questions of the other visitor
# Moves the slider of the rows in a leaf, and looks at every frame whether the curve has changed.
_MOVE_JS = """async (value) => {
  const range = document.querySelector("#forest-leaf input[type=range]");
  const lines = () => [...document.querySelectorAll("#forest-curve .js-plotly-plot .js-line")]
    .map((line) => line.getAttribute("d")).join();
  const before = lines();
  const start = performance.now();
  range.value = value;
  range.dispatchEvent(new Event("input", { bubbles: true }));
  do await new Promise(requestAnimationFrame);
  while ((lines() === before || lines() === "") && performance.now() - start < 60000);
  return performance.now() - start;
}"""


def fit_alone(leaf_rows: int, rows: tuple[Any, Any, str]) -> float:
    """Fit one forest in this process as the page does; gives milliseconds."""
    X, y, task = rows
    start = time.perf_counter()
    fit_forest(X, y, task=task, options=ForestOptions(trees=100, min_samples_leaf=leaf_rows))
    return (time.perf_counter() - start) * 1000


@contextlib.contextmanager
def asking(port: int) -> Iterator[list[float]]:
    """Let another visitor ask; yields a list that fills with how long each answer took, in milliseconds."""
    waits: list[float] = []
    stopped = threading.Event()

    def ask() -> None:
        caller = Caller(port, session="another-visitor")
        while not stopped.wait(PAUSE):
            start = time.perf_counter()
            caller.call("gini", [577, 314])
            waits.append((time.perf_counter() - start) * 1000)
        caller.close()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        stopped.set()
        thread.join()


def use_ames(page: Any) -> None:
    """Choose the table of houses, then open the tab of the forest."""
    page.locator("#forest-table").get_by_role("button").first.click()
    page.locator("#forest-table-name input").click()
    page.get_by_role("option", name="Ames").click()
    page.wait_for_timeout(1500)
    page.locator("#forest-table-use").click()
    page.wait_for_function("document.querySelector('#forest-table-line')?.innerText.includes('2,930')")
    open_tab(page, "Forest")
    page.locator("#forest-confidence .js-plotly-plot .main-svg").first.wait_for()
    page.wait_for_timeout(2000)


def measure(n_moves: int) -> tuple[list[list[str]], list[list[str]]]:
    """Measure all; gives the rows of both tables."""
    known = NAMED_TABLES["ames"]
    encoded = choose(load_table("ames"), target=known.target, log_target=known.log_target).encoded
    train, _ = split_rows(len(encoded.y), valid_share=0.25, seed=42)
    rows = (encoded.X[train], encoded.y[train], encoded.task)
    fit_alone(5, rows)  # imports scikit-learn
    fits: list[float] = []
    moves: list[float] = []
    with (
        start_browser() as browser,
        running(our_app("forest")) as app,
        opened(browser, app.port, ready="#split-ranking tbody tr") as (page, _),
    ):
        use_ames(page)
        with asking(app.port) as quiet:
            time.sleep(3)
        for at in range(n_moves):
            leaf_rows = 6 + at % 10
            fits.append(fit_alone(leaf_rows, rows))
            moves.append(page.evaluate(_MOVE_JS, leaf_rows))
            say(f"fit {fits[-1]:.0f} ms, page {moves[-1]:.0f} ms")
        with asking(app.port) as busy:
            for at in range(n_moves):
                page.evaluate(_MOVE_JS, 6 + (at + 5) % 10)
        caller = Caller(app.port, session="a-third-visitor")
        curve = []
        for _ in range(6):
            start = time.perf_counter()
            caller.call("partial_dependence", "ames", ["Gr_Liv_Area"], "")
            curve.append((time.perf_counter() - start) * 1000)
        caller.close()
    ratio = median([move / fit for move, fit in zip(moves, fits, strict=True)])
    waits = [
        ["fit alone, in a process of its own", f"{median(fits):.0f}", f"{quantile(fits, 0.95):.0f}", "1.00"],
        [
            "**ours**: from the slider to the new curve on the screen",
            f"{median(moves):.0f}",
            f"{quantile(moves, 0.95):.0f}",
            f"{ratio:.2f}",
        ],
        ["a curve over HTTP, first visit", f"{curve[0]:.0f}", "", ""],
        ["a curve over HTTP, later visits", f"{median(curve[1:]):.0f}", f"{max(curve[1:]):.0f}", ""],
    ]
    others = [
        [name, str(len(times)), f"{median(times):.0f}", f"{quantile(times, 0.95):.0f}", f"{max(times):.0f}"]
        for name, times in (("while nobody fits", quiet), ("while a forest is fitted and drawn", busy))
    ]
    return waits, others


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=N_MOVES)
    n_moves = parser.parse_args().moves
    line = machine("gradio", "scikit-learn", "numba", "playwright")
    waits, others = measure(n_moves)
    report(
        "Forest explorer: how long a visitor waits",
        line,
        markdown_table(["what", "median, ms", "95 %, ms", "times the fit"], waits),
        [f"{n_moves} moves and fits in turns; the ratio is the median of the pairs' ratios."],
    )
    report(
        "Forest explorer: another visitor's /gini meanwhile",
        "",
        markdown_table(["", "answers", "median, ms", "95 %, ms", "longest, ms"], others),
        [f"Asked again {PAUSE * 1000:.0f} ms after each answer, over plain HTTP, until it is told."],
    )


if __name__ == "__main__":
    main()
