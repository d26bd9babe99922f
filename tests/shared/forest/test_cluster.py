"""A cluster gives this machine's numbers, and without one this machine works and says so."""

import importlib.util
import logging
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest import cluster
from shared.forest.caps import CLUSTER, HERE, current_caps
from shared.forest.choose import choose
from shared.forest.cluster import LOST, describe_cluster, iterate_on_cluster, on_cluster, use_scheduler
from shared.forest.drop_columns import drop_one_by_one
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions, check_work, fit_forest
from shared.forest.importances import Importances, fit_with_noise, measure_permutation
from shared.forest.lottery import Draw, run_lottery
from shared.forest.own_table import read_own_table
from shared.forest.tables import load_table

OPTIONS = ForestOptions(trees=12)
N_SPLITS = 6


@pytest.fixture(autouse=True)
def no_scheduler() -> Iterator[None]:
    use_scheduler("")
    yield
    use_scheduler("")


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
    ) as local:
        yield local


def free_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{taken.getsockname()[1]}"


def fit_titanic() -> Explorer:
    return Explorer.fit(choose(load_table("titanic"), target="Survived"), OPTIONS)


def fit_ames() -> Explorer:
    table = load_table("ames")
    keep = ("Sale_Price", "Lot_Area", "Gr_Liv_Area", "Neighborhood", "Year_Built")
    leave_out = [name for name in table.names if name not in keep]
    return Explorer.fit(choose(table, target="Sale_Price", leave_out=leave_out, log_target=True), OPTIONS)


def shuffle(explorer: Explorer) -> Importances:
    with on_cluster():
        X, y = explorer.rows(explorer.train)
        forests = fit_with_noise(X, y, task=explorer.encoded.task, options=OPTIONS, n_forests=3)
        return measure_permutation(forests, *explorer.rows(explorer.valid), n_repeats=2)


def draw(explorer: Explorer) -> Iterator[Draw]:
    encoded = explorer.encoded
    return iterate_on_cluster(
        lambda: run_lottery(encoded.X, encoded.y, task=encoded.task, options=OPTIONS, n_splits=N_SPLITS)
    )


def in_threads_of_their_own(draws: Iterator[Draw]) -> list[Draw]:
    """Ask for each draw in another thread, as a web server does."""
    found: list[Draw] = []
    for _ in range(N_SPLITS):
        thread = threading.Thread(target=lambda: found.append(next(draws)))
        thread.start()
        thread.join()
    assert next(draws, None) is None
    return found


@pytest.mark.long
@pytest.mark.parametrize("fit", [fit_titanic, fit_ames])
def test_two_workers_give_the_same_numbers(two_workers: Any, fit: Any) -> None:
    here = fit()
    shuffled, drawn = shuffle(here), list(draw(here))
    dropped = list(drop_one_by_one(here, columns=[1], trees=5, n_forests=2))[-1].importances
    assert describe_cluster() == ""

    use_scheduler(two_workers.scheduler_address)
    there = fit()
    assert describe_cluster() == "On the Dask cluster: 2 workers, 2 threads."
    np.testing.assert_array_equal(there.predictions(), here.predictions())
    np.testing.assert_array_equal(there.forest.feature_importances_, here.forest.feature_importances_)
    # The loops that shuffle may be compiled on one side only: equal but for the last bits.
    np.testing.assert_allclose(shuffle(there).values, shuffled.values, rtol=0, atol=1e-12)
    assert in_threads_of_their_own(draw(there)) == drawn
    again = list(drop_one_by_one(there, columns=[1], trees=5, n_forests=2))[-1].importances
    assert again is not None
    assert dropped is not None
    np.testing.assert_array_equal(again.values, dropped.values)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*successfully executed  but not used:UserWarning")  # joblib's, of a stop
def test_the_workers_do_the_work(two_workers: Any) -> None:
    from joblib import Parallel, delayed

    use_scheduler(two_workers.scheduler_address)

    with on_cluster():
        pids = set(Parallel()(delayed(os.getpid)() for _ in range(8)))
    assert os.getpid() not in pids
    explorer = fit_titanic()
    shuffle(explorer)
    sent = set(two_workers.scheduler.task_prefixes)
    assert any("_parallel_build_trees" in name for name in sent)
    assert any("_shuffle_losses" in name for name in sent)
    draws = draw(explorer)
    next(draws)
    draws.close()  # stop asking: what is left is not waited for
    # A draw's forest is fitted where the draw is made: its trees are no jobs of their own.
    assert {name.partition("_1_")[0] for name in set(two_workers.scheduler.task_prefixes) - sent} <= {
        "batch_of__draw"
    }
    assert any("_draw" in name for name in two_workers.scheduler.task_prefixes)


@pytest.mark.long
def test_a_mistake_on_a_worker_is_told_as_it_is_here(two_workers: Any) -> None:
    use_scheduler(two_workers.scheduler_address)
    with on_cluster(), pytest.raises(InputError, match="rows"):
        fit_forest(np.zeros((0, 2)), np.zeros(0), task="regression")
    with pytest.raises(ZeroDivisionError), on_cluster():
        _ = 1 / 0
    assert describe_cluster().startswith("On the Dask cluster")


@pytest.mark.long
def test_a_cluster_that_goes_away_is_said_and_this_machine_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    distributed = pytest.importorskip("distributed")
    local = distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
    )
    try:
        use_scheduler(local.scheduler_address)
        expected = fit_titanic()
        assert describe_cluster() == "On the Dask cluster: 1 worker, 2 threads."
        with pytest.raises(InputError) as lost:
            fit_while_it_ends(local)
        assert str(lost.value) == LOST
    finally:
        local.close()
    np.testing.assert_array_equal(fit_titanic().predictions(), expected.predictions())
    assert "stopped answering. This machine does the work." in describe_cluster()
    assert "stopped answering" in caplog.text


def fit_while_it_ends(local: Any) -> None:
    with on_cluster():
        local.close()
        fit_titanic_forest()


def fit_titanic_forest() -> None:
    encoded = choose(load_table("titanic"), target="Survived").encoded
    fit_forest(encoded, options=OPTIONS)


@pytest.mark.parametrize("address", ["", None])
def test_without_a_scheduler_nothing_changes(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cluster.SCHEDULER_VARIABLE, raising=False)
    use_scheduler(address)
    assert fit_titanic().predictions().shape == (891,)
    assert describe_cluster() == ""


@pytest.mark.parametrize("named", [True, False])
def test_a_scheduler_that_cannot_be_reached_is_said_once(
    named: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)
    address = free_address()
    monkeypatch.setenv(cluster.SCHEDULER_VARIABLE, f" {address} ")
    use_scheduler(address if named else None)
    expected = f"The Dask scheduler at {address} cannot be reached. This machine does the work."
    assert fit_titanic().predictions().shape == (891,)
    assert describe_cluster() == expected
    fit_titanic()  # it is not tried again at once
    warnings = [record.getMessage() for record in caplog.records if record.name == cluster.__name__]
    assert warnings == [expected]


def test_what_is_no_address_cannot_be_reached() -> None:
    pytest.importorskip("distributed")
    use_scheduler("nonsense://here")
    fit_titanic_forest()
    with on_cluster():
        pass
    assert "nonsense://here cannot be reached" in describe_cluster()


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "distributed" else found(name, *more)
    )
    use_scheduler("tcp://127.0.0.1:1")
    with on_cluster():
        fit_titanic_forest()
    assert describe_cluster() == (
        "For a cluster, the package `distributed` must be installed: pip install --group cluster. "
        "This machine does the work."
    )


class FakeClient:
    status = "running"

    def __init__(self, *_: object, **__: object) -> None:
        self.closed = threading.Event()

    def ncores(self) -> dict[str, int]:
        return {"one": 1}

    def close(self, *_: object, **__: object) -> None:
        self.closed.set()


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "has no workers"),
        ({"one": ModuleNotFoundError("shared")}, "cannot import this project"),
        ({"one": {"numpy": np.__version__, "sklearn": "0.1"}}, "with another scikit-learn: install the same"),
        ({"one": cluster.greet()}, "has one thread in all"),
    ],
)
def test_workers_that_cannot_do_it_are_left_alone(
    answers: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    made: list[FakeClient] = []

    class Client(FakeClient):
        def __init__(self, *_: object, **__: object) -> None:
            super().__init__()
            made.append(self)

        def run(self, *_: object, **__: object) -> dict[str, Any]:
            return answers

    monkeypatch.setattr(distributed, "Client", Client)
    use_scheduler("tcp://127.0.0.1:1")
    with on_cluster():
        fit_titanic_forest()
    assert message in describe_cluster()
    assert made[0].closed.wait(5)


# Big work


def big_csv(rows: int) -> bytes:
    x = np.random.default_rng(0).integers(0, 1000, (rows, 3))
    lines = "".join(f"{a},{b},{c},{2 * a + b}\n" for a, b, c in x.tolist())
    return f"a,b,c,y\n{lines}".encode()


@pytest.mark.long
def test_a_table_above_the_sample_is_fitted_whole_on_the_cluster(two_workers: Any) -> None:
    rows = HERE.rows + 2_000
    data = big_csv(rows)
    sampled = read_own_table(data)
    assert (sampled.n_rows, sampled.understood.is_sample) == (HERE.rows, True)
    use_scheduler(two_workers.scheduler_address)
    table = read_own_table(data)
    assert (table.n_rows, table.understood.is_sample) == (rows, False)
    explorer = Explorer.fit(choose(table, target="y"), ForestOptions(trees=4, max_features=1.0))
    assert len(explorer.train) + len(explorer.valid) == rows
    assert describe_cluster().startswith("On the Dask cluster")
    draws = list(draw_with(explorer, ForestOptions(trees=2), n_splits=2))  # the workers have the same caps
    assert len(draws) == 2


def draw_with(explorer: Explorer, options: ForestOptions, n_splits: int) -> Iterator[Draw]:
    encoded = explorer.encoded
    return iterate_on_cluster(
        lambda: run_lottery(encoded.X, encoded.y, task=encoded.task, options=options, n_splits=n_splits)
    )


def test_the_caps_are_those_of_whoever_works(monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_caps() == HERE
    shape, options = (900_000, 50), ForestOptions(trees=100, max_features=1.0, min_samples_leaf=100)
    with pytest.raises(InputError, match="1,000,000,000 that one forest may take"):
        check_work(shape, options)
    monkeypatch.setattr(cluster.Cluster, "find_client", lambda _: object())
    assert current_caps() == CLUSTER
    assert check_work(shape, options) == 900_000 * 50 * 100
    with pytest.raises(InputError, match="50,000,000,000 that one forest may take"):
        check_work((1_000_000, 1_000), ForestOptions(trees=100, max_features=1.0, min_samples_leaf=100))


def test_a_named_cluster_that_does_not_answer_gives_no_more() -> None:
    use_scheduler(free_address())
    assert current_caps() == HERE
