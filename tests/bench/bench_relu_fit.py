"""How long does a fit of ReLUs take? Ours beside the lesson's loop in PyTorch, and 100 seeds beside one.

    python -m tests.bench.bench_relu_fit                # a minute
    python -m tests.bench.bench_relu_fit --rounds 3     # less sure, sooner

All fit the same points from the same start with Adam, and must come to the same loss. They take turns, so
that whatever else the machine does slows all of them.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

from shared.curves.data import make_points
from shared.curves.fit import FitOptions, draw_units, fit_relus
from shared.curves.lesson_loop import fit_in_torch
from shared.curves.sweep import sweep_units
from tests.bench import THREADS
from tests.bench.common import machine, markdown_table, median, report, say

STEPS, N_POINTS, N_SEEDS = 500, 100, 100
SWEEP_ROUNDS = 3
SAME_LOSS = 1e-9
X, Y = make_points(n=N_POINTS)


def our_fit(units: int, n_seeds: int = 1) -> float:
    """Run the app's fit, with its frames; returns the first seed's last loss."""
    return float(fit_relus(X, Y, FitOptions(units=units, steps=STEPS), n_seeds=n_seeds).losses[0, -1])


def lesson_loop(units: int) -> float:
    """Run the loop that the lesson shows, in PyTorch."""
    start = draw_units(units, 42)
    return fit_in_torch(start, X, Y, **FitOptions(units=units, steps=STEPS).how())[0][-1]


def sweep(curve: str | None) -> float:
    """Run the sweep that the page asks for, on the lesson's 20 points."""
    return sweep_units(*make_points(), curve=curve)[-1].best_train


SINGLE: dict[str, Callable[[int], float]] = {
    "**ours**": our_fit,
    "the lesson's loop in PyTorch": lesson_loop,
}
UNITS = (20, 100)


def fits() -> dict[str, tuple[int, Callable[[], float]]]:
    """List the fits that are timed by their names in the table, each with its number of units."""
    found: dict[str, tuple[int, Callable[[], float]]] = {}
    for units in UNITS:
        for name, fit in SINGLE.items():
            found[f"{name}, {units} units"] = units, partial(fit, units)
        found[f"**ours**, {units} units, {N_SEEDS} seeds at once"] = units, partial(our_fit, units, N_SEEDS)
    return found


SWEEPS: dict[str, Callable[[], float]] = {
    "sweep, 1 to 100 units, 20 seeds, true curve": partial(sweep, "quadratic"),
    "the same, cross-validated": partial(sweep, None),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="how often each fit is timed")
    n_rounds = parser.parse_args().rounds
    line = machine("numpy", "torch")
    for single in SINGLE.values():  # what is imported when it is first needed is not timed
        loss = single(20)
        if abs(loss - our_fit(20)) > SAME_LOSS:
            raise SystemExit(f"{single.__name__} came to another loss: {loss:.4f}")
    timed = fits()
    jobs = {name: fit for name, (_, fit) in timed.items()} | SWEEPS
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    cpu_seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(n_rounds):
        for name, job in jobs.items():
            if name in SWEEPS and turn >= SWEEP_ROUNDS:
                continue
            start, cpu_start = time.perf_counter(), time.process_time()
            job()
            seconds[name].append(time.perf_counter() - start)
            cpu_seconds[name].append(time.process_time() - cpu_start)
        say(f"round {turn + 1} of {n_rounds}")
    one_seed = {units: median(seconds[f"**ours**, {units} units"]) for units in UNITS}
    rows = []
    for name, values in seconds.items():
        numbers = [median(values), min(values), max(values), median(cpu_seconds[name])]
        factor = f"x {median(values) / one_seed[timed[name][0]]:.1f}" if name in timed else ""
        rows.append([name, *(f"{1000 * number:,.0f}" for number in numbers), factor])
    header = ["fit", "ms, median", "fastest", "slowest", "computing, ms", "of our time for one seed"]
    report(
        f"ReLU fit: {STEPS} steps on {N_POINTS} points",
        line,
        markdown_table(header, rows),
        [
            f"Adam at a learning rate of 0.01, mean absolute error; rounds: {n_rounds}. Ours keeps all "
            "losses and up to 120 frames. Computing is the time of all threads.",
            f"Ours uses one thread, PyTorch up to {THREADS}. The sweeps take 1,000 steps on 20 points and "
            f"were timed in {SWEEP_ROUNDS} rounds at most.",
        ],
    )


if __name__ == "__main__":
    main()
