"""How many ReLUs? Train error and error on what the network has not seen, against the number of units.

More units always fit the points better. From some number on they fit the noise: the error to the true curve
grows again. Points whose true curve nobody knows are tested by cross-validation instead: each fifth of them
is held out in turn, and predicted by networks that learned from the rest.

    for row in iter_sweep(x, y, curve="quadratic"):
        print(row.count, row.train_mean, row.true_mean)          # as soon as each is done

Follows lesson 3 of Practical Deep Learning for Coders, "How does a neural net really work".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.curves.data import CURVES, X_HIGH, X_LOW
from shared.curves.descent import descend_relus
from shared.curves.fit import FitOptions, check_arrays, draw_units
from shared.curves.points import check_choice, check_whole
from shared.curves.relus import Units, mean_loss, predict
from shared.errors import InputError
from shared.limits import MAX_CURVE_SEEDS, MAX_SWEEP_CELLS, MAX_SWEEP_COUNTS, MAX_SWEEP_STEPS
from shared.stats import best_interval

COUNTS = (1, 2, 3, 5, 10, 20, 50, 100)
N_FOLDS = 5
TRUE_CURVE, HELD_OUT = "true curve", "held out"
_N_GRID = 401  # x at which the network is compared with the true curve

Points = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class SweepRow:
    """What networks with one number of units did, each from its own random start.

    All errors are the loss that was trained on, mean absolute or mean squared. They are NaN when every seed
    has diverged; seeds that did are not counted in them.

    Attributes:
        count: how many units.
        train_mean: error on all points, the mean of the seeds.
        train_low: of the best of them.
        train_high: of the worst.
        true_mean: error on what was not learned from, the mean of the seeds.
        true_low: the least of them.
        true_high: the largest.
        best_train: of the seed with the lowest train error.
        best_true: of the same seed.
        best_true_low: the low end of the 95 % interval of `best_true` over the seeds: see
            `shared.stats.best_interval`.
        best_true_high: its high end.
        true_is: what `true_...` compares with: `TRUE_CURVE`, on all x from -2 to 2, or `HELD_OUT` points.
        n_seeds: how many seeds were tried: fewer where there are many units and points.
        n_diverged: how many of them diverged.
    """

    count: int
    train_mean: float
    train_low: float
    train_high: float
    true_mean: float
    true_low: float
    true_high: float
    best_train: float
    best_true: float
    best_true_low: float
    best_true_high: float
    true_is: str
    n_seeds: int
    n_diverged: int


def iter_sweep(
    x: np.ndarray,
    y: np.ndarray,
    *,
    curve: str | None,
    counts: Sequence[int] = COUNTS,
    n_seeds: int = 20,
    steps: int = 1000,
    lr: float = 0.01,
    activation: str = "relu",
    kind: str = "mae",
    optimizer: str = "adam",
    seed: int = 42,
) -> Iterator[SweepRow]:
    """Fit networks of different sizes to the same points, and give each row when it is done.

    Time is bounded: no fit has more than about `MAX_SWEEP_CELLS` units times points times networks, and tries
    fewer seeds where these would be more. On one core and the lesson's 20 points the defaults take half a
    second, and two with cross-validation.

    Args:
        x: (p,), of ordinary size, as `shared.curves.points.scale_to_box` makes them.
        y: (p,).
        curve: the key in `shared.curves.data.CURVES` of the curve they come from; None when nobody knows it.
        counts: numbers of units, in the order of the rows.
        n_seeds: how many random starts for each of them.
        steps: of each fit, 1 to MAX_SWEEP_STEPS.
        lr: as in `FitOptions`.
        activation: as in `FitOptions`.
        kind: as in `FitOptions`.
        optimizer: as in `FitOptions`.
        seed: the first one.

    Raises:
        InputError: at the call, when a number is out of range or a single point is to be held out.
    """
    if curve is not None:
        check_choice("The curve", curve, CURVES)
    x, y = check_arrays(x, y, at_least=2 if curve is None else 1)
    if not isinstance(counts, list | tuple) or not 1 <= len(counts) <= MAX_SWEEP_COUNTS:
        raise InputError(f"The numbers of units must be a list of 1 to {MAX_SWEEP_COUNTS} numbers.")
    steps = check_whole("The number of steps", steps, low=1, high=MAX_SWEEP_STEPS)
    n_seeds = check_whole("The number of seeds", n_seeds, low=1, high=MAX_CURVE_SEEDS)
    sizes = [FitOptions(count, steps, lr, seed, activation, kind, optimizer) for count in counts]
    return (_measure(x, y, curve, options, n_seeds) for options in sizes)


def sweep_units(
    x: np.ndarray,
    y: np.ndarray,
    *,
    curve: str | None,
    counts: Sequence[int] = COUNTS,
    on_progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> list[SweepRow]:
    """Give all rows of `iter_sweep` at once.

    Args:
        x: (p,).
        y: (p,).
        curve: as in `iter_sweep`.
        counts: as in `iter_sweep`.
        on_progress: called after each row with how many are done and how many there will be.
        options: `n_seeds`, `steps`, `lr`, `activation`, `kind`, `optimizer`, `seed`, as in `iter_sweep`.

    Raises:
        InputError: as `iter_sweep`.
    """
    rows = []
    for row in iter_sweep(x, y, curve=curve, counts=counts, **options):
        rows.append(row)
        if on_progress:
            on_progress(len(rows), len(counts))
    return rows


def _measure(x: np.ndarray, y: np.ndarray, curve: str | None, options: FitOptions, n_seeds: int) -> SweepRow:
    n_folds = min(N_FOLDS, len(x)) if curve is None else 1
    n_seeds = max(1, min(n_seeds, MAX_SWEEP_CELLS // (options.units * len(x) * n_folds)))
    starts = [draw_units(options.units, options.seed + i) for i in range(n_seeds)]
    if curve is None:
        train, _ = _fit(starts, (x, y), (x, y), options)
        true = _cross_validate(starts, x, y, options, n_folds)
    else:
        grid = np.linspace(X_LOW, X_HIGH, _N_GRID)
        train, true = _fit(starts, (x, y), (grid, CURVES[curve].function(grid)), options)
    well = np.isfinite(train) & np.isfinite(true)
    # NaN in every place when no seed is left: a mean of nothing.
    train, true = (values[well] if well.any() else np.array([np.nan]) for values in (train, true))
    best = train.argmin()
    of_best = best_interval(train, true)
    return SweepRow(
        count=options.units,
        train_mean=float(train.mean()),
        train_low=float(train.min()),
        train_high=float(train.max()),
        true_mean=float(true.mean()),
        true_low=float(true.min()),
        true_high=float(true.max()),
        best_train=float(train[best]),
        best_true=float(true[best]),
        best_true_low=float(of_best.low),
        best_true_high=float(of_best.high),
        true_is=HELD_OUT if curve is None else TRUE_CURVE,
        n_seeds=n_seeds,
        n_diverged=int((~well).sum()),
    )


def _fit(starts: Sequence[Units], points: Points, others: Points, options: FitOptions) -> Points:
    """Fit to some points and compare with others; each (q,) for all networks or (n, q), a row for each.

    Returns:
        The errors on the points and on the others, (n,) each, NaN for a network that diverged.
    """
    x, y = points
    descent = descend_relus(starts, x, y, keep=[options.steps], **options.how())
    train = descent.losses[:, -1]  # (n,)
    other_x, other_y = (np.broadcast_to(values, (len(starts), values.shape[-1])) for values in others)
    other = np.full(len(starts), np.nan)
    for row in np.flatnonzero(np.isfinite(train)).tolist():
        predicted = predict(descent.network(row, options.steps), other_x[row], options.activation)
        other[row] = mean_loss(predicted - other_y[row], options.kind)
    return train, other


def _cross_validate(
    starts: Sequence[Units], x: np.ndarray, y: np.ndarray, options: FitOptions, n_folds: int
) -> np.ndarray:
    """Hold out each fold in turn: (n,) the mean error on the folds, for each start."""
    rest, held_out = split_folds(len(x), n_folds=n_folds, seed=options.seed)
    learned, tested = (np.tile(places, (len(starts), 1)) for places in (rest, held_out))
    each_fold = [units for units in starts for _ in range(n_folds)]
    _, errors = _fit(each_fold, (x[learned], y[learned]), (x[tested], y[tested]), options)
    return errors.reshape(len(starts), n_folds).mean(1)


def split_folds(n_points: int, *, n_folds: int = N_FOLDS, seed: int = 42) -> tuple[np.ndarray, np.ndarray]:
    """Deal points into folds of the same size, so that the fits without each of them fit into one loop.

    When the number of points is no multiple of the folds', some folds share a point with the next one. Every
    point is held out at least once.

    Args:
        n_points: how many points there are, at least as many as folds.
        n_folds: how many folds, at least 2.
        seed: of the order in which the points are dealt.

    Returns:
        The places of the points to learn from and of those held out: (n_folds, n_points - size) and
        (n_folds, size).
    """
    order = np.random.RandomState(seed).permutation(n_points)
    size = -(-n_points // n_folds)  # rounded up
    begins = np.arange(n_folds)[:, None] * n_points // n_folds  # (n_folds, 1)
    held_out = order[(begins + np.arange(size)) % n_points]
    rest = order[(begins + np.arange(size, n_points)) % n_points]
    return rest, held_out
