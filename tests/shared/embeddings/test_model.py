"""The bundled embeddings by other roads: scikit-learn's PCA, one-hot products, pandas, SciPy."""

import gzip

import numpy as np
import pandas as pd
import pytest

from shared import artifacts
from shared.collab.model import load_recommender
from shared.embeddings.model import FILMS, SIZES_PX, WAYS, Embedding, load_embeddings, shown
from shared.errors import InputError
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def hoods():
    return load_embeddings()["Neighborhood"]


def test_the_map_is_scikit_learns_pca_turned_towards_higher_values():
    from sklearn.decomposition import PCA

    for found in load_embeddings().values():
        n_axes = min(2, len(found.levels) - 1)
        theirs = PCA(n_axes).fit(found.vectors.astype(float))
        positions, shares = found.pca
        assert np.abs(positions[:, :n_axes]) == pytest.approx(
            np.abs(theirs.transform(found.vectors.astype(float))), abs=1e-5
        )
        assert shares[:n_axes] == pytest.approx(theirs.explained_variance_ratio_, abs=1e-5)
        assert ((found.values - found.values.mean()) @ positions >= -1e-6).all()


def test_a_lookup_is_a_one_hot_product(hoods):
    for level in hoods.levels:
        one_hot = np.array([float(one == level) for one in hoods.levels], dtype=np.float32)
        assert (one_hot @ hoods.vectors == hoods.vectors[hoods.place(level)]).all()


def test_the_nearest_are_those_of_scikit_learn(hoods):
    from sklearn.neighbors import NearestNeighbors

    _, places = NearestNeighbors(n_neighbors=6).fit(hoods.vectors).kneighbors(hoods.vectors)
    for at in range(len(hoods.levels)):
        assert hoods.nearest(at) == places[at, 1:].tolist()


def test_each_column_has_fastais_size_and_the_tables_own_counts_and_medians():
    from fastai.tabular.model import emb_sz_rule

    with gzip.open(ROOT / "shared/datasets/ames/ames.csv.gz", "rt", encoding="utf-8") as file:
        frame = pd.read_csv(file, keep_default_na=False)
    columns = {name: one for name, one in load_embeddings().items() if name != FILMS}
    assert len(columns) == 40
    for name, found in columns.items():
        prices = frame.groupby(name)["Sale_Price"]
        assert found.vectors.shape == (frame[name].nunique(), emb_sz_rule(frame[name].nunique() + 1))
        assert dict(zip(found.levels, found.counts.tolist(), strict=True)) == {
            str(level): n for level, n in prices.size().items()
        }
        assert found.values.tolist() == pytest.approx(
            [prices.median()[type(frame[name].iloc[0])(level)] for level in found.levels], abs=1
        )
    assert len(columns["Neighborhood"].levels) == 28


def test_the_films_are_those_of_the_recommender():
    films, recommender = load_embeddings()[FILMS], load_recommender()
    most = np.argsort(-recommender.catalogue.n_ratings, kind="stable")[: len(films.levels)]
    assert list(films.levels) == [recommender.catalogue.titles[at] for at in most]
    assert films.vectors == pytest.approx(recommender.star_model.factors[most], abs=1e-3)


@pytest.mark.parametrize("column", ["Neighborhood", "Central_Air", FILMS])
def test_labels_keep_apart_and_the_chosen_one_has_one(column):
    found = load_embeddings()[column]
    points = found.points(len(found.levels) - 1)
    assert sorted(point["place"] for point in points) == list(range(len(found.levels)))
    assert points[0]["title"] == shown(found.levels[-1])
    for name, (wide, high) in SIZES_PX.items():
        boxes = []
        for point in points:
            if not (side := point[name]):
                continue
            half, x, y = 3.5 * len(point["title"]), point["x"] * wide / 100, point["y"] * high / 100
            x += {"left": -half - 6, "right": half + 6}.get(side, 0)
            y += {"below": -13.5, "above": 13.5}.get(side, 0)
            assert half - 1 < x < wide - half + 1
            assert not any(
                abs(x - other) < half + half_other and abs(y - other_y) < 15
                for other, other_y, half_other in boxes
            )
            boxes.append((x, y, half))
        assert points[0][name]
        assert len(boxes) >= min(len(points), 10)


def test_the_gain_is_the_paired_one():
    from scipy.stats import ttest_rel

    model = artifacts.load("embeddings")
    errors, forest = model.tensors()["forest errors"], model.config["metrics"]["forest"]
    assert errors.shape == (30, len(WAYS)) == (forest["splits"], len(forest["errors"]))
    for at, way in enumerate(WAYS):
        assert forest["errors"][way] == pytest.approx(errors[:, at].mean())
        if way != "embeddings":
            interval = ttest_rel(errors[:, at], errors[:, 2]).confidence_interval()
            more = (errors[:, at] - errors[:, 2]).mean(), interval.low, interval.high
            assert forest["more_than_embeddings"][way] == pytest.approx(more)


def test_two_or_equal_categories_still_have_a_map_and_an_unknown_one_is_refused(hoods):
    equal = Embedding("same", ("a", "b", "c"), np.ones((3, 4)), np.ones(3), np.ones(3))
    assert (equal.pca[0] == 0).all()
    assert len(equal.points(1)) == 3
    with pytest.raises(InputError, match=r'Neighborhood has no category "Paris"\. Choose one such as Bloom'):
        hoods.place("Paris")
