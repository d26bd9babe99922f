"""How long does one recommendation take? Inside the server, and over HTTP beside a bare Gradio app.

    python -m tests.bench.bench_serve                # 300 calls of each kind

Inside: the endpoint's own function with ten ratings, checks and messages included, as Gradio calls it. Over
HTTP: plain keep-alive requests on the same machine, ours and the bare app's in turns; what a bare app takes
is Gradio's own share.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.common import machine, markdown_table, median, quantile, report
from tests.bench.servers import Caller, bare_app, call_when_ready, for_recommend, our_app, running

N_RATINGS = 10
WARM_UP = 5  # calls that fill caches, not counted


def visitors(n: int, *, by_title: bool = False) -> list[list[dict[str, Any]]]:
    """Make up visitors who rated some of the 300 best-known films."""
    from shared.collab.model import load_recommender

    catalogue = load_recommender().catalogue
    known = sorted(range(len(catalogue)), key=lambda place: -catalogue.n_ratings[place])[:300]
    rng = random.Random(0)
    people = []
    for _ in range(n):
        places = rng.sample(known, N_RATINGS)
        stars = [rng.randint(1, 10) / 2 for _ in places]
        people.append(
            [
                {"title": catalogue.label(place), "rating": rating}
                if by_title
                else {"movie_id": int(catalogue.movie_ids[place]), "rating": rating}
                for place, rating in zip(places, stars, strict=True)
            ]
        )
    return people


def endpoint(name: str) -> Callable[..., Any]:
    """Find the function behind an endpoint of the app."""
    from apps.recommender import build_demo

    return next(block.fn for block in build_demo().fns.values() if block.api_name == name)


def inside(people: list[list[dict[str, Any]]]) -> list[float]:
    """Milliseconds of each call of the endpoint's function."""
    recommend = endpoint("recommend")
    measured = []
    for ratings in [*people[:WARM_UP], *people]:
        start = time.perf_counter()
        recommend(ratings)
        measured.append(1000 * (time.perf_counter() - start))
    return measured[WARM_UP:]


def over_http(people: list[list[dict[str, Any]]]) -> dict[str, list[float]]:
    """Milliseconds of each call over HTTP, ours and the bare app's in turns."""
    with (
        tempfile.TemporaryDirectory(prefix="lessons-bench-") as folder,
        running(our_app()) as our,
        running(bare_app(Path(folder))) as other,
    ):
        call_when_ready(our, "recommend", *for_recommend(people[0]))
        call_when_ready(other, "greet", "Ada")
        callers = {
            f"over HTTP, {N_RATINGS} ratings by id": (Caller(our.port, session="bench"), "recommend"),
            "over HTTP, a bare Gradio app that greets": (Caller(other.port, session="bench"), "greet"),
            "over HTTP, a new session each call": (Caller(our.port), "recommend"),
            "over HTTP, a new session each call, the bare app": (Caller(other.port), "greet"),
        }
        measured: dict[str, list[float]] = {kind: [] for kind in callers}
        for turn, ratings in enumerate([*people[:WARM_UP], *people]):
            for kind, (caller, name) in callers.items():
                arguments = for_recommend(ratings) if name == "recommend" else ("Ada",)
                start = time.perf_counter()
                caller.call(name, *arguments)
                if turn >= WARM_UP:
                    measured[kind].append(1000 * (time.perf_counter() - start))
        return measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=300)
    n_calls = parser.parse_args().calls
    line = machine("gradio", "numpy")
    people = visitors(n_calls)
    measured = {
        f"inside the server, {N_RATINGS} ratings by id": inside(people),
        f"inside the server, {N_RATINGS} ratings by title": inside(visitors(n_calls, by_title=True)),
        **over_http(people),
    }
    rows = [
        [name, f"{median(values):.1f}", f"{quantile(values, 0.95):.1f}", f"{max(values):.1f}"]
        for name, values in measured.items()
    ]
    report(
        "Serving: milliseconds a recommendation",
        line,
        markdown_table(["`/recommend`", "median, ms", "95 % within, ms", "slowest, ms"], rows),
        [
            f"{n_calls} calls of each kind, one after the other, each for another visitor.",
            "Over HTTP a call is two requests on one open connection: send, then read the answer.",
        ],
    )


if __name__ == "__main__":
    main()
