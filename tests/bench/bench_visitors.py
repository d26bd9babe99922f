"""Many visitors at once: what fails, whose answers are crossed, how long they wait, what memory stays.

    python -m tests.bench.bench_visitors          # 100 visitors, two rounds of 60 seconds, at three paces
    python -m tests.bench.bench_visitors --apps forest --visitors 10 --seconds 10 --think 7

The gallery runs in a process of its own. Each visitor has a kept connection and a session, and goes from
app to app: a call, the answer, a moment of thought. Everything a visitor sends is made from a mark of its
own, and each answer is looked at: one that cannot be an answer to this mark is a crossed one.

At the first pace 100 visitors ask some 180 times a minute, as in the trial in which 79 of 178 calls failed.
At the second, one second between an answer and the next call, the process is busy nearly all the time. At the
third nobody pauses: each visitor asks again as soon as there is an answer.
"""

import argparse
import collections
import contextlib
import http.client
import random
import sys
import threading
import time
from collections.abc import Sequence

from tests.bench.common import machine, markdown_table, median, quantile, report, say
from tests.bench.servers import App, our_app, running
from tests.bench.visitors import APPS, Defaults, Failed, Visitor, read_defaults, turn

MAX_VISITORS, MAX_SECONDS = 500, 600
PACES = (34.0, 1.0, 0.02)  # seconds between an answer and the next call
START_SECONDS = 180


class Tally:
    """What all visitors of a round met."""

    def __init__(self) -> None:
        self.waits: dict[str, list[float]] = collections.defaultdict(list)
        self.errors: collections.Counter[str] = collections.Counter()
        self.crossed: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()

    def add(self, name: str, seconds: float, *, error: str = "", is_own: bool = True) -> None:
        """Count a call."""
        with self._lock:
            if error:
                self.errors[f"/{name}: {error}"] += 1
                return
            self.waits[name].append(seconds)
            if not is_own:
                self.crossed[f"/{name}"] += 1


def visit(visitor: Visitor, apps: Sequence[str], tally: Tally, *, until: float, think: float) -> None:
    """Go from app to app until the time is over; a call that has begun is waited for."""
    thoughts, at = random.Random(visitor.mark), visitor.mark
    time.sleep(thoughts.uniform(0, think))  # people do not come in step
    while time.perf_counter() < until:
        at += 1
        name = "upload"
        try:
            for call in turn(visitor, apps[at % len(apps)]):
                name = f"{call.app}/{call.name}"
                begin = time.perf_counter()
                if begin > until:
                    break
                try:
                    answer = visitor.ask(call)
                    seconds = time.perf_counter() - begin
                    tally.add(name, seconds, is_own=call.is_own(answer))
                except (KeyError, TypeError, IndexError, ValueError) as error:
                    tally.add(name, 0, error=f"an answer of another form ({error!r})")
                except Failed as error:
                    tally.add(name, 0, error=str(error))
                time.sleep(thoughts.uniform(think / 2, 3 * think / 2))
        except (OSError, http.client.HTTPException, Failed) as error:
            tally.add(name, 0, error=type(error).__name__ if isinstance(error, OSError) else str(error))
            time.sleep(think)
    visitor.close()


def play_round(
    port: int, defaults: dict[str, Defaults], *, n_visitors: int, seconds: float, think: float
) -> Tally:
    """Let all visitors in at once, and wait until the last has gone."""
    tally, until = Tally(), time.perf_counter() + seconds
    apps = list(defaults)
    threads = [
        threading.Thread(
            target=visit,
            args=(Visitor(port, mark=mark, defaults=defaults), apps, tally),
            kwargs={"until": until, "think": think},
            daemon=True,
        )
        for mark in range(n_visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def wait_until_up(app: App, apps: Sequence[str]) -> dict[str, Defaults]:
    """Wait for the gallery, and ask what its endpoints take.

    Raises:
        RuntimeError: it does not come up.
    """
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline and app.process.poll() is None:
        with contextlib.suppress(OSError, ValueError, KeyError, http.client.HTTPException):
            return {name: read_defaults(app.port, name) for name in apps}
        time.sleep(0.2)
    raise RuntimeError("the gallery does not answer")


def summarise(rounds: Sequence[Tally]) -> list[list[str]]:
    """Give a line of the table for each endpoint, over all rounds."""
    waits: dict[str, list[float]] = collections.defaultdict(list)
    for tally in rounds:
        for name, values in tally.waits.items():
            waits[name] += values
    lines = []
    for name, values in sorted(waits.items()):
        middle, slow = 1000 * median(values), 1000 * quantile(values, 0.95)
        lines.append(
            [f"/{name}", f"{len(values):,}", f"{middle:,.0f}", f"{slow:,.0f}", f"{slow / middle:.1f}"]
        )
    return lines


def main() -> int:
    """Measure and print; the status is 1 when something failed or was crossed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=2, choices=range(1, 6))
    parser.add_argument(
        "--think",
        type=float,
        nargs="+",
        default=PACES,
        help="seconds between an answer and the next call, on average, one or more; TPC-W takes 7 for people",
    )
    parser.add_argument("--apps", nargs="+", choices=APPS, default=list(APPS))
    asked = parser.parse_args()
    if not 1 <= asked.visitors <= MAX_VISITORS or not 0 < asked.seconds <= MAX_SECONDS:
        parser.error(f"at most {MAX_VISITORS} visitors and {MAX_SECONDS} seconds")
    n_faults = [measure(asked, think) for think in asked.think]
    return 1 if any(n_faults) else 0


def measure(asked: argparse.Namespace, think: float) -> int:
    """Let them visit at one pace, print what they met, and give how many answers failed or were crossed."""
    line, rounds, memory = machine("gradio", "scikit-learn"), [], []
    with running(our_app("gallery")) as app:
        defaults = wait_until_up(app, asked.apps)
        memory.append(app.memory_mb())
        for at in range(asked.rounds):
            say(f"round {at + 1} of {asked.rounds}")
            rounds.append(
                play_round(
                    app.port,
                    defaults,
                    n_visitors=asked.visitors,
                    seconds=asked.seconds,
                    think=think,
                )
            )
            memory.append(app.memory_mb())
        peak = app.peak_memory_mb()
    errors = sum((tally.errors for tally in rounds), collections.Counter())
    crossed = sum((tally.crossed for tally in rounds), collections.Counter())
    n_calls = sum(len(values) for tally in rounds for values in tally.waits.values())
    report(
        f"{asked.visitors} visitors at once, {asked.rounds} rounds of {asked.seconds:g} s",
        line,
        markdown_table(["endpoint", "answers", "median, ms", "95 % within, ms", "ratio"], summarise(rounds)),
        [
            f"{n_calls:,} answers, {errors.total():,} errors, {crossed.total():,} crossed.",
            *(f"{n:,} x {kind}" for kind, n in errors.most_common(20)),
            *(f"{n:,} crossed answers of {name}" for name, n in crossed.most_common()),
            f"Memory, MB: {memory[0]:,.0f} before; after each round "
            f"{', '.join(f'{mb:,.0f}' for mb in memory[1:])}; {peak:,.0f} at most.",
            f"Between an answer and the next call a visitor thinks {think:g} s on average.",
        ],
    )
    return errors.total() + crossed.total()


if __name__ == "__main__":
    sys.exit(main())
