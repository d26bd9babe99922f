"""The benchmark, by a clock that the test moves itself; its figure; and its command."""

import pytest

from shared.matmul import timing
from shared.matmul.timing import (
    Method,
    Timing,
    compare,
    fastest_rate,
    measure,
    methods,
    multiply_in_loops,
    run_benchmark,
)
from shared.matmul.timing_plots import plot_timings
from shared.matmul.timing_worker import time_apart


class Clock:
    """A clock that only work moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def work(self, seconds):
        self.now += seconds


def test_every_way_gives_the_same_product():
    import numpy as np

    a, b = np.random.default_rng(0).normal(size=(2, 4, 4)).astype(np.float32)
    for way in methods():
        made = way.prepare(a, b)()
        if made is not None:  # torch's runner keeps nothing
            assert np.asarray(made) == pytest.approx(a @ b, abs=1e-5)
    assert multiply_in_loops([[1, 2]], [[3], [4]]) == [[11]]


def test_the_first_run_is_not_counted_and_slow_work_is_repeated_less():
    clock, runs = Clock(), []

    def run():
        runs.append(1)
        clock.work(5 if len(runs) == 1 else 0.1)

    assert measure(run, repeats=4, clock=clock) == pytest.approx((0.1,) * 4)
    assert len(measure(lambda: clock.work(1), repeats=20, clock=clock)) == timing.MIN_REPEATS


def test_sizes_end_where_a_method_ends():
    clock = Clock()
    ways = [
        Method("Python loops", lambda a, b: lambda: clock.work(len(a) ** 3 * 1e-6), 16),
        Method("numpy @", lambda a, b: lambda: clock.work(len(a) ** 3 * 1e-9), 1024),
    ]
    timings = run_benchmark(largest=64, repeats=3, ways=ways, clock=clock)
    sizes = [(one.method, one.size) for one in timings]
    assert sizes == [("Python loops", n) for n in (4, 8, 16)] + [("numpy @", n) for n in (4, 8, 16, 32, 64)]
    size, best, times = compare(timings)
    assert (size, best) == (16, "numpy @")
    assert times == pytest.approx(1000)
    assert fastest_rate(timings) == pytest.approx(1e9)


def test_the_figure_shows_spread_and_limit():
    figure = plot_timings([Timing("Python loops", 8, (1e-3, 2e-3, 4e-3)), Timing("numpy @", 8, (1e-6, 1e-6))])
    loops, numpy_line, limit = figure.data
    assert list(loops.y) == [2e-3]
    assert (list(loops.error_y.array), list(loops.error_y.arrayminus)) == ([2e-3], [1e-3])
    assert list(limit.y) == [pytest.approx(1e-6)]
    assert figure.layout.yaxis.type == "log"
    assert len({loops.line.dash, numpy_line.line.dash}) == 2


def test_the_command_prints_a_table_and_refuses_in_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(timing, "run_benchmark", lambda **_: [Timing("numpy @", 8, (1e-6,))])
    timing.main(["--largest", "64"])
    assert "numpy @" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        timing.main(["--repeats", "99"])
    assert "Repeats must be a whole number from 3 to 20, not 99." in capsys.readouterr().err


def test_times_are_taken_in_a_process_of_their_own() -> None:
    timings, machine = time_apart(largest=64, repeats=3)
    assert {"Python loops", "numpy @"} <= {one.method for one in timings}
    assert all(len(one.seconds) == 3 and min(one.seconds) > 0 for one in timings)
    assert "processor cores, numpy" in machine
