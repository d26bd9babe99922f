"""Points to fit a curve through: the lesson's noisy quadratic, and other true curves under noise.

The noise is two sets of normal draws, as in the lesson: one scales the true value, one is added to it. With
the default arguments these are exactly the points of the notebook "How does a neural net really work".

    x, y = make_points()                        # the lesson's 20 points, (20,) each
    x, y = make_points("sin", noise=2.0, n=50, seed=7)
    CURVES["sin"].function(x)                   # the true curve, without noise
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shared.curves.points import check_choice, check_number, check_whole
from shared.limits import MAX_CURVE_NOISE, MAX_CURVE_POINTS, MAX_CURVE_SEED

LESSON_N = 20
X_LOW, X_HIGH = -2.0, 2.0
LESSON_SEED = 42
RELATIVE_NOISE = 0.15  # standard deviation of the noise that scales the true value, at noise level 1


@dataclass(frozen=True)
class Curve:
    """A true curve, and how noisy its points are.

    Attributes:
        title: the name that people read.
        function: the curve: x (n,) to y (n,).
        noise_sd: standard deviation of the added noise at noise level 1, in units of y.
    """

    title: str
    function: Callable[[np.ndarray], np.ndarray]
    noise_sd: float


CURVES: dict[str, Curve] = {
    "quadratic": Curve("Quadratic (the lesson's)", lambda x: 3 * x * x + 2 * x + 1, 1.5),
    "sin": Curve("Sine wave", lambda x: np.sin(2 * x), 0.15),
    "step": Curve("Step", lambda x: np.where(x < 0, 0.0, 1.0), 0.15),
    "abs": Curve("Absolute value |x|", np.abs, 0.2),
    "flat": Curve("Only noise", np.zeros_like, 1.0),
}


def noise_draws(n: int = LESSON_N, seed: int = LESSON_SEED) -> tuple[np.ndarray, np.ndarray]:
    """Draw the noise: for each point what scales its true value, then for each what is added.

    Args:
        n: how many points.
        seed: the same seed gives the same draws.

    Returns:
        Two times n standard normal numbers, (n,) each.

    Raises:
        InputError: a number is out of range.
    """
    n = check_whole("The number of points", n, low=1, high=MAX_CURVE_POINTS)
    seed = check_whole("The seed", seed, low=0, high=MAX_CURVE_SEED)
    random = np.random.RandomState(seed)  # the generator of np.random.seed, which the notebook calls
    return random.standard_normal(n), random.standard_normal(n)


def make_points(
    curve: str = "quadratic", *, noise: float = 1.0, n: int = LESSON_N, seed: int = LESSON_SEED
) -> tuple[np.ndarray, np.ndarray]:
    """Make points of a true curve with noise: y = f(x) (1 + 0.15 noise z1) + noise_sd noise z2.

    Args:
        curve: a key of `CURVES`.
        noise: how strong, 1 for the lesson's and 0 for points on the curve.
        n: how many, evenly spread from -2 to 2.
        seed: of the noise.

    Returns:
        x (n,) and y (n,).

    Raises:
        InputError: there is no such curve, or a number is out of range.
    """
    chosen = CURVES[check_choice("The curve", curve, CURVES)]
    noise = check_number("The noise", noise, low=0, high=MAX_CURVE_NOISE)
    z1, z2 = noise_draws(n, seed)
    x = np.linspace(X_LOW, X_HIGH, len(z1))  # (n,)
    return x, chosen.function(x) * (1 + RELATIVE_NOISE * noise * z1) + chosen.noise_sd * noise * z2
