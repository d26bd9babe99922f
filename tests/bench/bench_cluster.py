"""A table of 200,000 rows, fitted whole on two local workers of a Dask cluster.

    python -m tests.bench.bench_cluster                      # 200,000 rows, 100 trees
    python -m tests.bench.bench_cluster --rows 30000 --trees 10

The table is made up: eight numbers, of which five matter. Without a cluster the app keeps a sample of it.
Both are measured on rows that neither learned from: what do the other rows bring?
"""

import argparse
import logging
import math
import time

from tests.bench.common import machine, markdown_table, report, say

N_COLUMNS = 8
N_FRESH = 20_000  # rows that both forests are measured on
MAX_ROWS, MAX_TREES = 1_000_000, 300


def make_csv(rows: int, *, seed: int) -> bytes:
    """Make up a table: y follows five of eight columns, one of them together with another, and noise."""
    import numpy as np

    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (rows, N_COLUMNS))
    y = 10 * np.sin(3 * X[:, 0] * X[:, 1]) + 20 * X[:, 2] ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
    y += rng.normal(0, 2, rows)
    names = ",".join(f"x{at}" for at in range(N_COLUMNS))
    lines = "".join(
        ",".join(f"{cell:.4f}" for cell in row) + "\n" for row in np.column_stack([X, y]).tolist()
    )
    return f"{names},y\n{lines}".encode()


def measure(data: bytes, fresh: bytes, trees: int) -> list[str]:
    """Read, fit and measure; gives a row of the table."""
    import numpy as np

    from shared.forest.choose import choose, encode_rows
    from shared.forest.explorer import Explorer
    from shared.forest.fit import ForestOptions
    from shared.forest.own_table import read_own_table

    start = time.perf_counter()
    choice = choose(read_own_table(data), target="y")
    read = time.perf_counter() - start
    explorer = Explorer.fit(choice, ForestOptions(trees=trees, max_features=0.5))
    fitted = time.perf_counter() - start - read
    rows = read_own_table(fresh, to_score=True)
    truth = np.array([float(rows["y"].text(at)) for at in range(rows.n_rows)])
    errors = (explorer.forest.predict(encode_rows(choice, rows).X) - truth) ** 2
    half = 1.96 * float(errors.std()) / math.sqrt(len(errors)) / (2 * math.sqrt(float(errors.mean())))
    error = f"{math.sqrt(float(errors.mean())):.3f} ± {half:.3f}"
    return [f"{len(choice.encoded.y):,}", f"{read:.1f}", f"{fitted:.1f}", f"{explorer.size_mb:,.0f}", error]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--trees", type=int, default=100)
    asked = parser.parse_args()
    if not 1_000 <= asked.rows <= MAX_ROWS or not 1 <= asked.trees <= MAX_TREES:
        parser.error(f"1,000 to {MAX_ROWS:,} rows and 1 to {MAX_TREES} trees")
    from distributed import LocalCluster

    from shared.forest.cluster import describe_cluster, use_scheduler

    line = machine("scikit-learn", "distributed")
    data, fresh = make_csv(asked.rows, seed=0), make_csv(N_FRESH, seed=1)
    use_scheduler("")
    say("this machine")
    here = measure(data, fresh, asked.trees)
    say("two workers")
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
    ) as local:
        use_scheduler(local.scheduler_address)
        there = measure(data, fresh, asked.trees)
        where = describe_cluster()
        use_scheduler("")
    header = ["", "rows fitted", "read, s", "fitted, s", "forest, MB", "RMSE on fresh rows"]
    report(
        f"A table of {asked.rows:,} rows and {N_COLUMNS} columns, {asked.trees} trees",
        line,
        markdown_table(header, [["this machine, a sample", *here], ["two workers, whole", *there]]),
        [where, "A quarter of the rows fitted is kept for validation. The noise alone is an RMSE of 2."],
    )


if __name__ == "__main__":
    main()
