"""What the tests of a fitted forest share: both tables, a small forest of each, and both sets of loops."""

import numpy as np
import pytest

from shared.forest import kernels, plain
from shared.forest.choose import choose
from shared.forest.encoded import Encoded
from shared.forest.flat import FlatForest
from shared.forest.tables import load_table


@pytest.fixture(params=["compiled", "plain"])
def loops(request, monkeypatch) -> str:
    """Run the test with the compiled loops, and again with numpy's."""
    if request.param == "compiled":
        kernels.prepare(wait=True)
        assert kernels.is_ready()
        from shared.forest import compiled

        monkeypatch.setattr(kernels, "current", lambda: compiled)
    else:
        monkeypatch.setattr(kernels, "current", lambda: plain)
    return request.param


@pytest.fixture(scope="session")
def titanic() -> Encoded:
    return choose(load_table("titanic"), target="Survived").encoded


@pytest.fixture(scope="session")
def ames() -> Encoded:
    return choose(load_table("ames"), target="Sale_Price").encoded


@pytest.fixture(scope="session")
def titanic_forest(titanic):
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(20, min_samples_leaf=3, random_state=0).fit(titanic.X, titanic.y)


@pytest.fixture(scope="session")
def ames_forest(ames):
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(8, max_features=0.3, random_state=0)
    return forest.fit(ames.X, np.log10(ames.y))


@pytest.fixture(scope="session")
def made_up() -> tuple[np.ndarray, np.ndarray]:
    """400 rows of five columns: two that matter together, whole numbers, codes, noise."""
    rng = np.random.default_rng(3)
    X = np.column_stack(
        [
            rng.normal(size=400),
            rng.uniform(-1, 1, 400),
            rng.integers(0, 6, 400),
            rng.integers(0, 4, 400),
            rng.normal(size=400),
        ]
    ).astype(float)
    effects = np.array([0.0, 2.0, -1.0, 0.5])
    y = 2 * X[:, 0] * (X[:, 1] > 0) + X[:, 2] + effects[X[:, 3].astype(int)] + rng.normal(0, 0.3, 400)
    return X, y


@pytest.fixture(scope="session")
def made_up_forest(made_up):
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(15, random_state=1).fit(*made_up)


def random_tree(rng: np.random.Generator, *, n_features: int, depth: int) -> FlatForest:
    """One tree of random questions; some cannot be reached, some ask the same column again."""
    feature, threshold, left, right = [], [], [], []

    def grow(level: int) -> int:
        node = len(feature)
        asks = level < depth and rng.random() < 0.9
        feature.append(int(rng.integers(n_features)) if asks else -1)
        threshold.append(float(rng.integers(-2, 3)) if asks else 0.0)
        left.append(node)
        right.append(node)
        if asks:
            left[node] = grow(level + 1)
            right[node] = grow(level + 1)
        return node

    grow(0)
    value = rng.normal(size=len(feature))
    return FlatForest(
        np.array(feature, dtype=np.int32),
        np.array(threshold),
        np.array(left, dtype=np.int32),
        np.array(right, dtype=np.int32),
        value,
        value[:, None].copy(),
        np.ones(len(feature)),
        np.zeros(1, dtype=np.int32),
        n_features,
        depth,
    )


def walk(flat: FlatForest, row: np.ndarray) -> float:
    """The oracle: one row through every tree, step by step, with scikit-learn's rounding."""
    total = 0.0
    for root in flat.roots:
        node = int(root)
        while flat.feature[node] >= 0:
            goes_left = np.float64(np.float32(row[flat.feature[node]])) <= flat.threshold[node]
            node = int(flat.left[node] if goes_left else flat.right[node])
        total += flat.value[node]
    return total / len(flat.roots)
