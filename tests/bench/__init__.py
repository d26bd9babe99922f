"""Benchmarks that anyone can run: `make bench`, or one of them with `python -m tests.bench.bench_stars`.

Each prints one Markdown table with the machine, the day and the versions. A slow machine makes them slow,
never red. What is only measured against is the group `bench` in pyproject.toml; without it, its rows are left
out.
"""

import os

THREADS = 2  # for everybody alike; libraries read it when they load, so it is set before any of them
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, str(THREADS))
