"""How long do a forest's curves, importances and explanations take? Ours beside scikit-learn's.

    python -m tests.bench.bench_forest                # all 73 columns, some three minutes
    python -m tests.bench.bench_forest --columns 10   # the first ten columns of the brute way alone

Ames housing, 2,930 rows, the logarithm of the price, a grid of 50 (every level for a category). Everybody may
use the same processors in the same run: scikit-learn's forest has `n_jobs` for them, ours a thread for each.
What is compared by time is compared by its numbers too.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.forest import kernels, plain
from shared.forest.ale import accumulated_effects, category_columns
from shared.forest.choose import choose
from shared.forest.contributions import contributions
from shared.forest.encoded import Encoded
from shared.forest.flat import FlatForest, flatten
from shared.forest.grids import make_grids
from shared.forest.ice import individual_curves, two_way
from shared.forest.partial_dependence import Dependence, partial_dependence
from shared.forest.permutation import permutation_importance
from shared.forest.tables import load_table
from tests.bench import THREADS
from tests.bench.common import ROOT, machine, markdown_table, median, report, say

REPEATS = 5  # of what is fast: the median is told


@dataclass(frozen=True)
class Timing:
    """Seconds by the clock, and of computing in all threads: what else runs hits the second less."""

    clock: float
    computing: float

    def row(self, what: str, *, than: "Timing | None" = None, off: float | None = None) -> list[str]:
        """Write a row of the table; `than` is what this is compared with, `off` the largest difference."""
        times = (
            [f"{self.clock:.2g}", f"{self.computing:.2g}"]
            if self.clock < 10
            else [f"{self.clock:.0f}", f"{self.computing:.0f}"]
        )
        faster = (
            [_ratio(than.clock, self.clock), _ratio(than.computing, self.computing)] if than else ["", ""]
        )
        return [what, *times, *faster, "" if off is None else f"{off:.1g}"]


def timed(work: Callable[[], Any], *, repeats: int = 1) -> tuple[Timing, Any]:
    """Give the medians of both times, and the last answer."""
    clock, computing = [], []
    for _ in range(repeats):
        starts = time.perf_counter(), time.process_time()
        answer = work()
        clock.append(time.perf_counter() - starts[0])
        computing.append(time.process_time() - starts[1])
    return Timing(median(clock), median(computing)), answer


def sklearn_curves(forest: Any, X: np.ndarray, curves: list[Dependence], method: str) -> list[np.ndarray]:
    """scikit-learn's curves of the same columns at the same grids."""
    from sklearn.inspection import partial_dependence as sklearn_dependence

    return [
        sklearn_dependence(forest, X, [c.column], method=method, custom_values={c.column: c.grid})["average"][
            0
        ]
        for c in curves
    ]


def largest_difference(curves: list[Dependence], others: list[np.ndarray]) -> float:
    """Find the largest difference between two sets of curves."""
    return max(np.abs(c.average - other).max() for c, other in zip(curves, others, strict=True))


def measure_curves(forest: Any, table: Encoded, n_columns: int) -> list[list[str]]:
    """Partial dependence: brute, by recursion, ours compiled and in numpy."""

    def ours() -> list[Dependence]:
        return partial_dependence(flatten(forest), table.X, make_grids(table))

    before, curves = timed(ours, repeats=REPEATS)
    some = curves[:n_columns]
    say(f"ours: {before.clock:.3f} s; now scikit-learn, brute")
    brute, expected = timed(lambda: sklearn_curves(forest, table.X, some, "brute"))
    after, _ = timed(ours, repeats=REPEATS)  # before and after: other work on the machine hits both
    mean = Timing((before.clock + after.clock) / 2, (before.computing + after.computing) / 2)
    recursion, weighed = timed(lambda: sklearn_curves(forest, table.X, some, "recursion"))
    in_numpy, plain_curves = timed(lambda: with_numpy(ours))
    recursion_off = max(np.abs(w - e).max() for w, e in zip(weighed, expected, strict=True))
    name = f"partial dependence, {len(some)} of {len(curves)} columns"
    numpy_off = largest_difference(plain_curves[:n_columns], expected)
    return [
        brute.row(f"{name}: scikit-learn, brute"),
        recursion.row(f"{name}: scikit-learn, recursion", than=brute, off=recursion_off),
        mean.row(f"**ours**, all {len(curves)} columns", than=brute, off=largest_difference(some, expected)),
        in_numpy.row("ours in numpy, while the compiler works", than=brute, off=numpy_off),
    ]


def measure_permutation(forest: Any, table: Encoded, y: np.ndarray) -> list[list[str]]:
    """Permutation importance, five shuffles, the same ones."""
    from sklearn.inspection import permutation_importance as sklearn_importance

    say("permutation importance")
    theirs, expected = timed(lambda: sklearn_importance(forest, table.X, y, n_repeats=5, random_state=0))
    ours, importance = timed(
        lambda: permutation_importance(forest, table.X, y, n_repeats=5, seed=0), repeats=3
    )
    off = np.abs(importance.drops - expected.importances).max()
    return [
        theirs.row("permutation importance, 5 shuffles: scikit-learn"),
        ours.row("**ours**", than=theirs, off=off),
    ]


def measure_rest(forest: Any, flat: FlatForest, table: Encoded, curves: list[Dependence]) -> list[list[str]]:
    """Contributions, which scikit-learn has not, and curves that nobody is compared with."""
    say("contributions and the rest")
    predicted = forest.predict(table.X)
    one, _ = timed(lambda: contributions(flat, table.X[:1]), repeats=50)
    one_in_numpy, _ = timed(lambda: with_numpy(lambda: contributions(flat, table.X[:1])), repeats=20)
    every, why = timed(lambda: contributions(flat, table.X), repeats=REPEATS)
    off = np.abs(why.bias + why.values.sum(axis=1) - predicted).max()
    first, second = table.names.index("Gr_Liv_Area"), table.names.index("Year_Built")
    pair = (curves[first].grid, curves[second].grid)
    rows = np.arange(200)
    ice, _ = timed(
        lambda: individual_curves(flat, table.X, column=first, grid=pair[0], rows=rows), repeats=REPEATS
    )
    surface, _ = timed(lambda: two_way(flat, table.X, columns=(first, second), grids=pair), repeats=REPEATS)
    coded = category_columns(table)
    effects, _ = timed(lambda: accumulated_effects(flat, table.X, categories=coded), repeats=3)
    return [
        one.row("contributions of one row"),
        one_in_numpy.row("the same in numpy"),
        every.row(f"contributions of {len(table.X):,} rows", off=off),
        ice.row("individual curves of 200 rows"),
        surface.row("two-way map, 50 x 50"),
        effects.row(f"accumulated local effects, all {len(curves)} columns"),
    ]


def with_numpy(work: Callable[[], Any]) -> Any:
    """Do something with the loops that answer until the compiled ones are ready."""
    chosen = kernels.current
    kernels.current = lambda: plain
    try:
        return work()
    finally:
        kernels.current = chosen


def compiling_seconds() -> tuple[float, float]:
    """Compile in a process of its own with an empty cache, and read the cache in another one."""
    script = (
        "import time; from shared.forest import kernels; start = time.perf_counter(); "
        "kernels.prepare(wait=True); assert kernels.is_ready(); print(time.perf_counter() - start)"
    )
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            subprocess.run(
                [sys.executable, "-c", script],
                cwd=ROOT,
                env={**os.environ, "NUMBA_CACHE_DIR": folder},
                capture_output=True,
                text=True,
                check=True,
            )
            for _ in range(2)
        ]
    first, again = (float(run.stdout) for run in runs)
    return first, again


def _ratio(theirs: float, ours: float) -> str:
    """Say how many times faster."""
    return f"{theirs / ours:.0f} x" if theirs > 9.5 * ours else f"{theirs / ours:.1f} x"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--columns", type=int, default=73, help="how many scikit-learn works out; ours always all"
    )
    parser.add_argument("--trees", type=int, default=100)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    from sklearn.ensemble import RandomForestRegressor

    line = machine("numpy", "scikit-learn", "numba")
    table = choose(load_table("ames"), target="Sale_Price").encoded
    y = np.log(table.y)
    forest = RandomForestRegressor(options.trees, random_state=0, n_jobs=THREADS).fit(table.X, y)
    compiling, reading = compiling_seconds()
    kernels.prepare(wait=True)
    flat = flatten(forest)
    curves = partial_dependence(flat, table.X, make_grids(table))
    rows = [
        *measure_curves(forest, table, options.columns),
        *measure_permutation(forest, table, y),
        *measure_rest(forest, flat, table, curves),
    ]
    report(
        "Forest: curves, importances, explanations",
        line,
        markdown_table(
            ["what", "seconds", "computing, s", "times faster", "by computing", "largest difference"], rows
        ),
        [
            f"{options.trees} trees of {len(flat.feature) // options.trees:,} nodes, at most {flat.depth} "
            f"deep; {sum(len(curve.grid) for curve in curves):,} grid values in all. Seconds by the clock, "
            "and of computing in all threads; "
            "scikit-learn once, ours the median of several, for the curves half of them before and half "
            "after the brute way.",
            "The difference is to scikit-learn's brute way, to its importances with the same shuffles, and "
            "between bias plus contributions and the prediction. The recursion weighs branches by training "
            "rows, which is another quantity.",
            f"Compiling takes {compiling:.1f} s once, in the background; from disk {reading:.1f} s.",
        ],
    )


if __name__ == "__main__":
    main()
