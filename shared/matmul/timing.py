"""One matrix product, timed here and now: by plain loops, by numpy and by torch, with its spread.

    timings = run_benchmark(sizes=[8, 64], repeats=5)
    timings[0].median_seconds        # of "Python loops" at 8 x 8
    fastest_rate(timings)            # multiplications a second at the best, this machine's measured limit

    python -m shared.matmul.timing --largest 256 --repeats 5

A product of two n x n matrices takes n^3 multiplications, whoever carries them out.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import Field

from shared.device import count_cores, count_threads, lends_gpus
from shared.installed import find_missing
from shared.options import Options, read_flags

SIZES = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
MAX_POINT_SECONDS = 0.5  # of one method at one size; three repeats are made in any case
MIN_REPEATS = 3


class Benchmark(Options):
    """What is timed."""

    largest: Annotated[
        Literal[64, 128, 256, 512, 1024],
        Field(title="Largest matrix", description="Rows and columns of the largest pair"),
    ] = 256
    repeats: Annotated[
        int, Field(ge=MIN_REPEATS, le=20, title="Repeats", description="How often each product is timed")
    ] = 7


class Method(NamedTuple):
    """One way to multiply: from two numpy matrices to a function that does it once, up to a largest size."""

    name: str
    prepare: Callable[[np.ndarray, np.ndarray], Callable[[], Any]]
    largest: int


class Timing(NamedTuple):
    """One method at one size n of the n x n matrices: the seconds of each repeat."""

    method: str
    size: int
    seconds: tuple[float, ...]

    @property
    def median_seconds(self) -> float:
        """The middle one of the repeats."""
        return float(np.median(self.seconds))

    @property
    def rate(self) -> float:
        """Multiplications a second, at the fastest repeat."""
        return self.size**3 / max(min(self.seconds), 1e-9)


class Comparison(NamedTuple):
    """At one size, the fastest method's name, and how many times faster its median was."""

    size: int
    best: str
    times: float


def methods() -> list[Method]:
    """List what this machine can do; torch is asked for only where it is installed."""
    found = [Method("Python loops", _loops, 64), Method("numpy @", lambda a, b: lambda: a @ b, SIZES[-1])]
    if not find_missing("torch"):
        import torch

        found.append(Method("torch @", _torch("cpu"), SIZES[-1]))
        if torch.cuda.is_available() and not lends_gpus():  # a lent GPU is only there inside marked functions
            found.append(Method("torch @ on the GPU", _torch("cuda"), SIZES[-1]))
    return found


def run_benchmark(
    *,
    largest: int = 256,
    repeats: int = 7,
    ways: Sequence[Method] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Timing]:
    """Time every method at every size that it can bear, by default all that this machine has.

    Returns:
        Timings, method by method, sizes going up.
    """
    draw = np.random.default_rng(0)
    timings = []
    for way in methods() if ways is None else ways:
        for size in (n for n in SIZES if n <= min(largest, way.largest)):
            a, b = draw.normal(size=(2, size, size)).astype(np.float32)
            timings.append(Timing(way.name, size, measure(way.prepare(a, b), repeats=repeats, clock=clock)))
    return timings


def measure(
    run: Callable[[], Any], *, repeats: int, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, ...]:
    """Time a function again and again, after one run that nobody counts.

    Returns:
        Seconds of each repeat: as many as asked for, or at least MIN_REPEATS when they take long.
    """
    run()  # the first run pays for what is set up once
    seconds: list[float] = []
    while len(seconds) < repeats and (len(seconds) < MIN_REPEATS or sum(seconds) < MAX_POINT_SECONDS):
        start = clock()
        run()
        seconds.append(clock() - start)
    return tuple(seconds)


def fastest_rate(timings: Sequence[Timing]) -> float:
    """Give the most multiplications a second that any repeat reached: the limit that was measured."""
    return max(timing.rate for timing in timings)


def compare(timings: Sequence[Timing], slow: str = "Python loops") -> Comparison:
    """Hold the fastest method against the plain loops, at the largest size that both did."""
    size = max(timing.size for timing in timings if timing.method == slow)
    at_size = {timing.method: timing.median_seconds for timing in timings if timing.size == size}
    best = min(at_size, key=lambda name: at_size[name])
    return Comparison(size, best, at_size[slow] / max(at_size[best], 1e-9))


def describe_machine() -> str:
    """Say what the times were taken on; OMP_NUM_THREADS lets numpy and torch use fewer cores."""
    return f"{count_threads()} of {count_cores()} processor cores, numpy {np.__version__}"


def multiply_in_loops(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """Multiply two matrices in plain Python: three loops, as the lesson starts."""
    result = [[0.0] * len(b[0]) for _ in a]
    for i in range(len(a)):
        for j in range(len(b[0])):
            for k in range(len(b)):
                result[i][j] += a[i][k] * b[k][j]
    return result


def _loops(a: np.ndarray, b: np.ndarray) -> Callable[[], Any]:
    left, right = a.tolist(), b.tolist()
    return lambda: multiply_in_loops(left, right)


def _torch(device: str) -> Callable[[np.ndarray, np.ndarray], Callable[[], Any]]:
    import torch

    def prepare(a: np.ndarray, b: np.ndarray) -> Callable[[], Any]:
        left, right = (torch.from_numpy(one).to(device) for one in (a, b))

        def run() -> None:
            left @ right
            if device == "cuda":
                torch.cuda.synchronize()  # the call returns before the GPU is done

        return run

    return prepare


def main(arguments: Sequence[str]) -> None:
    """Print the times as a table."""
    wanted = read_flags(Benchmark, arguments, "Time a matrix product on this machine.")
    for timing in run_benchmark(largest=wanted.largest, repeats=wanted.repeats):
        low, high = (1e6 * value for value in (min(timing.seconds), max(timing.seconds)))
        print(
            f"{timing.method:24} {timing.size:5} {1e6 * timing.median_seconds:12,.1f} µs "
            f"({low:,.1f} to {high:,.1f})"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
