"""How long does it take to read and understand a table? Ours beside pandas, in the same run.

    python -m tests.bench.bench_tables                # 5 MB of each kind
    python -m tests.bench.bench_tables --large        # and 150 MB, in a process of its own, with its memory

pandas reads the file alone, and takes what does not look like its numbers for text. Ours finds encoding,
separator and header, checks quotation marks and ragged rows, and says what each column is. Processor time,
the best of several; the last column is how many times pandas' time ours takes.
"""

import argparse
import csv
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from shared.limits import MB
from shared.tables.read_table import read_table
from tests.bench.common import ROOT, machine, markdown_table, report, say

REPEATS = 5
TABLE_MB, LARGE_MB = 5, 150
_BLOCK_ROWS = 2_000
_CODE = """
import re, sys, time
from pathlib import Path
from shared.tables.read_table import read_table
start = time.process_time()
table = read_table(sys.argv[1])
seconds = time.process_time() - start
peak_kb = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(table.understood.n_rows, table.n_rows, seconds, peak_kb)
"""


def _numbers(rng: np.random.Generator) -> list[str]:
    return [",".join(f"{value:.4f}" for value in row) for row in 100 * rng.normal(size=(_BLOCK_ROWS, 20))]


def _decimal_commas(rng: np.random.Generator) -> list[str]:
    values = 100 * rng.normal(size=(_BLOCK_ROWS, 10))
    return [";".join(f"{value:.2f}" for value in row).replace(".", ",") for row in values]


def _prices(rng: np.random.Generator) -> list[str]:
    values = 1_000 + np.abs(100 * rng.normal(size=(_BLOCK_ROWS, 10)))
    return [",".join(f'"EUR {value:,.2f}"' for value in row) for row in values]


def _gaps(rng: np.random.Generator) -> list[str]:
    values = rng.normal(size=(_BLOCK_ROWS, 10))
    return [",".join("" if value < -0.8 else f"{value:.3f}" for value in row) for row in values]


def _everything(rng: np.random.Generator) -> list[str]:
    days = np.datetime64("2010-01-01") + rng.integers(0, 5_000, _BLOCK_ROWS)
    return [
        f'{rng.integers(1e9)},{rng.normal():.4f},city {rng.integers(500)},{day},"a, ""b"" {rng.integers(9)}",'
        f"{rng.choice(['red', 'blue', 'green'])},{rng.poisson(3)}"
        for day in days
    ]


TABLES: dict[str, Callable[[np.random.Generator], list[str]]] = {
    "20 columns of numbers": _numbers,
    "10 columns with decimal commas": _decimal_commas,
    "10 columns of prices, EUR 1,234.50": _prices,
    "10 columns with gaps": _gaps,
    "numbers, names, dates, quoted text": _everything,
}


def make_table(make_rows: Callable[[np.random.Generator], list[str]], megabytes: float) -> Iterator[bytes]:
    """Give a table in pieces, until it is long enough."""
    rng = np.random.default_rng(0)
    rows, n_bytes = make_rows(rng), 0
    separator = ";" if ";" in rows[0] else ","
    n_columns = len(next(csv.reader(rows[:1], delimiter=separator)))
    yield (separator.join(f"c{at}" for at in range(n_columns)) + "\n").encode()
    while n_bytes < megabytes * MB:
        piece = "".join(f"{row}\n" for row in rows).encode()
        n_bytes += len(piece)
        yield piece
        rows = make_rows(rng)


def seconds_of(work: Callable[[], Any]) -> float:
    """Measure the processor time of the best of several runs."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def measure_small() -> list[list[str]]:
    """Read 5 MB of each kind."""
    import pandas as pd

    rows = []
    for name, make_rows in TABLES.items():
        data = b"".join(make_table(make_rows, TABLE_MB))
        separator = ";" if b";" in data[:20] else ","
        read_table(data)  # imports what it needs for dates
        theirs = seconds_of(lambda data=data, sep=separator: pd.read_csv(io.BytesIO(data), sep=sep))
        as_text = seconds_of(
            lambda data=data, sep=separator: pd.read_csv(
                io.BytesIO(data), sep=sep, dtype=str, keep_default_na=False
            )
        )
        ours = seconds_of(lambda data=data: read_table(data))
        say(f"{name}: {ours:.2f} s, pandas {theirs:.2f} s")
        rows.append([name, f"{theirs:.3f}", f"{as_text:.3f}", f"{ours:.3f}", f"{ours / theirs:.1f} x"])
    return rows


def measure_large() -> str:
    """Read 150 MB in a process of its own, which says how much memory it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        block = list(make_table(_numbers, TABLE_MB))
        with path.open("wb") as file:
            file.write(block[0])
            while file.tell() < LARGE_MB * MB:
                file.writelines(block[1:])
        done = subprocess.run(
            [sys.executable, "-c", _CODE, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
        )
    n_rows, n_kept, seconds, peak_kb = done.stdout.split()
    return (
        f"{LARGE_MB} MB, {int(n_rows):,} rows of 20 columns, {int(n_kept):,} of them kept: "
        f"{float(seconds):.1f} s of processor time, {int(peak_kb) / 1024:.0f} MB at most."
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", action="store_true", help=f"read {LARGE_MB} MB as well")
    options = parser.parse_args()
    table = markdown_table(
        [f"{TABLE_MB} MB", "pandas, s", "pandas as text, s", "ours, s", "ours to pandas"], measure_small()
    )
    notes = [f"Processor time, the best of {REPEATS}."] + ([measure_large()] if options.large else [])
    report("Tables: read and understood", machine("numpy", "pandas"), table, notes)


if __name__ == "__main__":
    main()
