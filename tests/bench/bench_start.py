"""How long until an app answers? From process start to the first answered request, beside a bare Gradio app.

    python -m tests.bench.bench_start                # 9 starts of each, in turns

All are started as people start them (`python app.py`) and asked over plain HTTP until the first answer: the
recommender for recommendations to ten ratings, the curve fitter for the loss of a quadratic, the forest
explorer for the best split of each column of Titanic, the bare one for a greeting, with and without our page
frame around it. One start of each, which fills the caches, is not counted.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.common import ROOT, machine, markdown_table, median, report, say
from tests.bench.servers import bare_app, call_when_ready, for_recommend, framed_app, our_app, running

# Ten films that are in every MovieLens set.
RATINGS = [
    {"movie_id": movie_id, "rating": rating}
    for movie_id, rating in zip(
        (1, 50, 110, 260, 296, 318, 356, 480, 527, 593), (4, 5, 3.5, 5, 4.5, 5, 3, 2.5, 4, 4.5), strict=True
    )
]
ATTEMPTS = 4  # at one start
HEAVY = ("torch", "fastai", "scipy", "sklearn", "matplotlib", "pandas")


def seconds_to_first_answer(command: list[str], name: str, *arguments: object) -> tuple[float, float]:
    """Start an app, ask until it answers, stop it; returns seconds by the clock and of computing.

    Gradio gives up where the machine is too busy: then it is started again.
    """
    for attempt in range(ATTEMPTS):
        start = time.perf_counter()
        try:
            with running(command) as app:
                call_when_ready(app, name, *arguments)
                return time.perf_counter() - start, app.cpu_seconds()
        except OSError:
            if attempt == ATTEMPTS - 1:
                raise
            say("This start failed; another one.")
    raise AssertionError


def heavy_imports(module: str) -> set[str]:
    """Which heavy libraries an import brings in."""
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def row(name: str, times: Sequence[tuple[float, float]], bare: Sequence[tuple[float, float]]) -> list[str]:
    """Write one app's row: medians, and the median of the ratios of each start to its neighbour."""
    by_clock, computing = zip(*times, strict=True)
    clock_ratio, cpu_ratio = (
        median([own[at] / other[at] for own, other in zip(times, bare, strict=True)]) for at in (0, 1)
    )
    return [
        name,
        f"{median(by_clock):.2f}",
        f"{min(by_clock):.2f} to {max(by_clock):.2f}",
        f"{clock_ratio:.2f}",
        f"{median(computing):.2f}",
        f"{cpu_ratio:.2f}",
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    line = machine("gradio", "numpy", "plotly", "mcp")
    questions = {
        "recommender": ("recommend", *for_recommend(RATINGS)),
        "relu": ("loss", [], 1.1, 1.1, 1.1, "mae"),
        "forest": ("best_splits", "titanic", "", [], {}),
        "matmul": ("matmul", [[1, 2]], [[3], [4]]),
        "models": ("search", "i7", 50, 0, 800, "all", "", 5),
        "titanic": ("train", "linear", 0.2, 18, 442, "published", "max"),
        "losses": ("accumulate", "SGD", "LayerNorm", "2 × 32", 1, 0.1, "32", 1),
    }
    bare: list[tuple[float, float]] = []
    framed: list[tuple[float, float]] = []
    ours: dict[str, list[tuple[float, float]]] = {name: [] for name in questions}
    with tempfile.TemporaryDirectory(prefix="lessons-bench-") as folder:
        for turn in range(repeats + 1):
            bare.append(seconds_to_first_answer(bare_app(Path(folder)), "greet", "Ada"))
            framed.append(seconds_to_first_answer(framed_app(Path(folder)), "greet", "Ada"))
            for name, question in questions.items():
                ours[name].append(seconds_to_first_answer(our_app(name), *question))
            say(
                f"bare {bare[-1][0]:.2f} s, framed {framed[-1][0]:.2f} s"
                + "".join(f", {name} {times[-1][0]:.2f} s" for name, times in ours.items())
                + (" (not counted)" if not turn else "")
            )
    bare = bare[1:]
    rows = [row("a bare Gradio app with one function", bare, bare)]
    rows += [row("the same in our page frame", framed[1:], bare)]
    rows += [row(f"**ours**: {name}", times[1:], bare) for name, times in ours.items()]
    header = ["", "median, s", "fastest to slowest, s", "times bare", "computing, s", "times bare"]
    known = heavy_imports("gradio")
    beyond = {name: heavy_imports(f"apps.{name}") - known for name in questions}
    report(
        "Start: from process start to the first answer",
        line,
        markdown_table(header, rows),
        [
            f"{repeats} starts of each, in turns; the ratios are medians of the pairs' ratios. Computing: "
            "processor time of the process, which other work on the machine disturbs less.",
            *(
                f"Of {', '.join(HEAVY)}, `import apps.{name}` imports {', '.join(names) or 'none'} beyond "
                "those that Gradio imports itself."
                for name, names in beyond.items()
            ),
        ],
    )


if __name__ == "__main__":
    main()
