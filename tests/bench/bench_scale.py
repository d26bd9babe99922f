"""Does training stay linear? Time and memory of the training command on 1, 10 and 100 times the ratings.

    python -m tests.bench.bench_scale                     # 0.1, 1 and 10 million ratings
    python -m tests.bench.bench_scale --times 1 10        # the first two

The ratings are made up in the shape of MovieLens small: every user is a copy of a real one in which some
films were swapped for others of like fame and the stars were shaken by half a step. They go through a CSV and
`python -m shared.collab.train`, each size in a process of its own, so all of it counts: reading, measuring on
held-out ratings, fitting twice, writing the artifact.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.common import ROOT, machine, markdown_table, report, say

# This process imports no numpy, a child writes the CSV: Linux counts a parent's memory as its child's.
SWAPPED_SHARE = 0.3


def write_ratings(path: Path, *, times: int, seed: int = 0) -> None:
    """Write a CSV user,item,rating with shaken copies of every user, one copy of all users at a time."""
    import numpy as np

    from shared.collab.data import read_ratings

    table = read_ratings()
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8") as file:
        file.write("user,item,rating\n")
        for copy in range(times):
            swapped = rng.random(len(table)) < SWAPPED_SHARE
            # A film drawn from the ratings themselves is drawn by its fame.
            films = np.where(swapped, rng.choice(table.films, len(table)), table.films)
            stars = np.clip(table.stars + rng.choice([-0.5, 0.0, 0.5], len(table)), 0.5, 5.0)
            users = copy * table.n_users + table.users
            _, once = np.unique(users * table.n_films + films, return_index=True)
            rows = np.stack([users[once], table.catalogue.movie_ids[films[once]], stars[once]], axis=1)
            np.savetxt(file, rows, fmt="%d,%d,%.1f")


def count_lines(path: Path) -> int:
    """Count the ratings of a CSV."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1


def run(command: list[str]) -> tuple[float, float, float]:
    """Run a command; returns its seconds by the clock and of computing, and its largest memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--epochs", type=int, default=60, help="60, the default of the training command")
    parser.add_argument("--write", nargs=2, metavar=("TIMES", "CSV"), help="only write the ratings")
    given = parser.parse_args()
    if given.write:
        write_ratings(Path(given.write[1]), times=int(given.write[0]))
    else:
        measure(given.times, given.epochs)


def measure(sizes: list[int], epochs: int) -> None:
    """Write, train, compare with the size before."""
    line = machine("numpy", "scipy", "pandas")
    rows: list[list[str]] = []
    before: tuple[float, ...] = ()
    with tempfile.TemporaryDirectory(prefix="lessons-bench-") as folder:
        for times in sizes:
            csv, out = Path(folder) / f"{times}.csv", Path(folder) / f"model-{times}"
            run([sys.executable, "-m", "tests.bench.bench_scale", "--write", str(times), str(csv)])
            n = count_lines(csv)
            say(f"{n:,} ratings written")
            options = ["--ratings", str(csv), "--epochs", str(epochs), "--out", str(out)]
            seconds, cpu_seconds, memory_mb = run([sys.executable, "-m", "shared.collab.train", *options])
            csv.unlink()
            say(f"{n:,} ratings: {seconds:.1f} s, {memory_mb:.0f} MB")
            now = (n, seconds, cpu_seconds, memory_mb)
            growth = (
                [f"x {new / old:.1f}" for new, old in zip(now, before, strict=True)] if before else [""] * 4
            )
            figures = [f"{n:,}", f"{seconds:.1f}", f"{cpu_seconds:.1f}", f"{memory_mb:.0f}"]
            pairs = [cell for pair in zip(figures, growth, strict=True) for cell in pair]
            rows.append([*pairs, f"{cpu_seconds / n * 1e6:.1f}"])
            before = now
    header = [
        "ratings",
        "growth",
        "seconds",
        "growth",
        "computing, s",
        "growth",
        "peak MB",
        "growth",
        "computing, s a million",
    ]
    report(
        "Growth: training on more ratings",
        line,
        markdown_table(header, rows),
        [
            f"`python -m shared.collab.train --ratings FILE.csv --epochs {epochs}`, the whole command from "
            "CSV to artifact, each size in its own process. Growth is against the row above."
        ],
    )


if __name__ == "__main__":
    main()
