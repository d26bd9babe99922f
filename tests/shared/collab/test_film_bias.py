"""Two films with the same mean and different biases, the picture with the whiskers, checked numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

from shared.collab.bias_plots import plot_bias
from shared.collab.catalogue import Catalogue
from shared.collab.film_bias import bias_range, find_same_mean_pair
from shared.collab.model import Recommender
from shared.collab.numbers import check_whole, signed
from shared.collab.stars import INTERVAL_Z, StarModel
from shared.errors import InputError

MEANS = [3.00, 3.01, 3.00, 4.00, 4.01, 2.00, np.nan]
BIASES = [-0.5, 0.4, 0.1, 0.9, 0.8, -1.2, 0.0]


@pytest.fixture
def recommender() -> Recommender:
    n = len(MEANS)
    catalogue = Catalogue(
        movie_ids=np.arange(n) + 10,
        titles=[f"<b>Film {i}" for i in range(n)],
        years=np.full(n, 1999),
        genres=[("Drama",)] * n,
        n_ratings=np.array([50, 60, 70, 80, 90, 15, 100]),
        mean_ratings=np.array(MEANS),
    )
    covariances = np.zeros((n, 3, 3))
    covariances[:, -1, -1] = 0.1**2
    stars = StarModel(
        mean_stars=3.5,
        noise_precision=1.0,
        film_means=np.column_stack([np.zeros((n, 2)), BIASES]),
        film_covariances=covariances,
        user_mean=np.zeros(3),
        user_precision=np.eye(3),
    )
    return Recommender(catalogue, stars, SimpleNamespace(), {})


def test_pair_with_the_same_mean(recommender):
    first, second = find_same_mean_pair(recommender, min_ratings=10)
    assert (first["movie_id"], second["movie_id"]) == (11, 10)
    assert first["low"] == pytest.approx(0.4 - INTERVAL_Z * 0.1)
    assert first["mean_rating"] == 3.01


def test_no_pair_when_intervals_overlap_or_films_are_few(recommender):
    assert find_same_mean_pair(recommender, min_ratings=80) is None
    assert find_same_mean_pair(recommender, min_ratings=1000) is None


def test_range_holds_every_whisker(recommender):
    half = INTERVAL_Z * 0.1
    assert bias_range(recommender, min_ratings=10) == pytest.approx((-1.2 - half, 0.9 + half))
    assert bias_range(recommender, min_ratings=20) == pytest.approx((-0.5 - half, 0.9 + half))
    assert bias_range(recommender, min_ratings=1000) == (0, 0)


def test_whiskers_reach_the_ends_of_the_intervals(recommender):
    answer = recommender.bias(n=2, min_ratings=10)
    figure = plot_bias(answer, x_range=bias_range(recommender, min_ratings=10))
    loved, loathed = figure.data
    assert list(loved.x) == [0.9, 0.8]
    assert list(loathed.x) == [-0.5, -1.2]  # the most loathed film is the last
    ends = np.array(loved.x) + np.array(loved.error_x.array)
    assert ends.tolist() == pytest.approx([film["high"] for film in answer["highest"]])
    assert loved.marker.symbol != loathed.marker.symbol
    assert all("<b>Film" not in note.text for note in figure.layout.annotations)
    assert {note.xanchor for note in figure.layout.annotations} == {"left", "right"}


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 9, 101, 50.5, "50", None, True, 1e308, 10**400]
)
def test_numbers_out_of_range(value):
    with pytest.raises(InputError, match="The number must be a whole number from 10 to 100"):
        check_whole("The number", value, low=10, high=100)


def test_whole_floats_are_whole():
    assert check_whole("The number", 50.0, low=10, high=100) == 50


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "+0.50"), (-0.5, "−0.50"), (-0.004, "0.00"), (0.004, "0.00")]
)
def test_signs(value, text):
    assert signed(value) == text


def test_signs_in_a_sum():
    written = [signed(value, digits=3, zero="+") for value in (0.5, -0.0004, 0, -1)]
    assert written == ["+0.500", "+0.000", "+0.000", "−1.000"]
