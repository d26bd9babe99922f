"""The visitor's ridge system against the same quantities by other roads: least squares, sums, simulation."""

from dataclasses import replace

import numpy as np
import pytest

from shared.collab.stars import StarModel, Taste, clip_stars

N_FILMS, N_FACTORS = 40, 3


def random_covariances(rng: np.random.Generator, n: int, d: int, *, scale: float) -> np.ndarray:
    """(n, d, d) symmetric and positive definite."""
    roots = rng.normal(0, scale, (n, d, d))
    return roots @ roots.transpose(0, 2, 1) + 0.01 * np.eye(d)


def make_model(*, uncertain: bool) -> StarModel:
    rng = np.random.default_rng(1)
    d = N_FACTORS + 1
    covariances = random_covariances(rng, N_FILMS, d, scale=0.2) if uncertain else np.zeros((N_FILMS, d, d))
    return StarModel(
        mean_stars=3.5,
        noise_precision=1.7,
        film_means=rng.normal(0, 0.6, (N_FILMS, d)),
        film_covariances=covariances,
        user_mean=rng.normal(0, 0.2, d),
        user_precision=random_covariances(rng, 1, d, scale=1.0)[0] + np.eye(d),
    )


def some_ratings(n: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.permutation(N_FILMS)[:n], rng.integers(1, 11, n) / 2


@pytest.fixture(params=[False, True], ids=["films known exactly", "films uncertain"])
def model(request) -> StarModel:
    return make_model(uncertain=request.param)


def test_fold_in_is_a_ridge_regression():
    """Ridge as ordinary least squares: the prior becomes d more rows below the ratings' own."""
    model = make_model(uncertain=False)
    films, stars = some_ratings(12)
    root = np.linalg.cholesky(model.user_precision).T  # root.T @ root is the precision
    noise = np.sqrt(model.noise_precision)
    ones = np.ones((len(films), 1))
    rows = np.vstack([noise * np.hstack([model.factors[films], ones]), root])
    targets = np.concatenate([noise * (stars - 3.5 - model.film_bias[films]), root @ model.user_mean])
    expected, *_ = np.linalg.lstsq(rows, targets)

    taste = model.fold_in(films, stars)
    assert taste.mean.shape == (N_FACTORS + 1,)
    np.testing.assert_allclose(taste.mean, expected, atol=1e-12)
    np.testing.assert_allclose(taste.covariance, np.linalg.inv(rows.T @ rows), atol=1e-12)
    assert taste.n_ratings == 12


def test_fold_in_with_uncertain_films_minimises_the_expected_error():
    """The mean is where the expected squared error, averaged over thousands of drawn films, is least."""
    model = make_model(uncertain=True)
    films, stars = some_ratings(6)
    rng = np.random.default_rng(2)
    n_draws = 20_000
    gram, pull = np.zeros((N_FACTORS + 1, N_FACTORS + 1)), np.zeros(N_FACTORS + 1)
    for film, star in zip(films, stars, strict=True):
        draws = rng.multivariate_normal(model.film_means[film], model.film_covariances[film], n_draws)
        features = np.hstack([draws[:, :-1], np.ones((n_draws, 1))])
        gram += features.T @ features / n_draws
        pull += (star - 3.5 - draws[:, -1]) @ features / n_draws
    precision = model.user_precision + 1.7 * gram
    expected = np.linalg.solve(precision, model.user_precision @ model.user_mean + 1.7 * pull)
    taste = model.fold_in(films, stars)
    np.testing.assert_allclose(taste.mean, expected, atol=0.02)
    np.testing.assert_allclose(np.linalg.inv(taste.covariance), precision, atol=0.1)


def test_without_ratings_the_visitor_is_a_typical_one(model):
    taste = model.fold_in(np.array([], int), np.array([], float))
    np.testing.assert_allclose(taste.mean, model.user_mean, atol=1e-12)
    np.testing.assert_allclose(taste.covariance, np.linalg.inv(model.user_precision), atol=1e-12)


def test_predictions_are_dot_products_with_biases(model):
    taste = model.fold_in(*some_ratings(5))
    predicted = model.predict(taste)
    assert predicted.shape == (N_FILMS,)
    for film in range(N_FILMS):
        *factors, bias = model.film_means[film]
        by_hand = 3.5 + bias + taste.mean[-1] + np.dot(factors, taste.mean[:-1])
        assert predicted[film] == pytest.approx(by_hand, abs=1e-12)
    np.testing.assert_array_equal(model.predict(taste, np.array([7, 3])), predicted[[7, 3]])


@pytest.mark.parametrize("n", [0, 1, 5, 39])
def test_contributions_sum_to_the_prediction(model, n):
    films, stars = some_ratings(n)
    predicted = model.predict(model.fold_in(films, stars))
    for target in (0, 11, N_FILMS - 1):
        prior, parts = model.contributions(films, stars, target)
        assert parts.shape == (n,)
        total = model.mean_stars + model.film_bias[target] + prior + parts.sum()
        assert total == pytest.approx(predicted[target], abs=1e-9)


def test_a_contribution_is_what_the_rating_does(model):
    """The prediction is linear in the stars: half a star more moves it by what its own part moves."""
    films, stars = some_ratings(6)
    _, before = model.contributions(films, stars, 20)
    more = stars + np.eye(6)[2] * 0.5
    _, after = model.contributions(films, more, 20)
    assert np.flatnonzero(np.abs(after - before) > 1e-12).tolist() == [2]
    moved = model.predict(model.fold_in(films, more))[20] - model.predict(model.fold_in(films, stars))[20]
    assert after[2] - before[2] == pytest.approx(moved, abs=1e-9)


def test_spread_equals_a_simulation():
    """Draw tastes, films and moods: the standard deviation of the ratings that come out."""
    model = make_model(uncertain=True)
    taste = model.fold_in(*some_ratings(8))
    rng = np.random.default_rng(3)
    n_draws = 200_000
    users = rng.multivariate_normal(taste.mean, taste.covariance, n_draws)
    for film, spread in zip((1, 17, 30), model.spread(taste, np.array([1, 17, 30])), strict=True):
        drawn = rng.multivariate_normal(model.film_means[film], model.film_covariances[film], n_draws)
        ratings = drawn[:, -1] + users[:, -1] + (drawn[:, :-1] * users[:, :-1]).sum(1)
        ratings += rng.normal(0, 1 / np.sqrt(model.noise_precision), n_draws)
        assert spread == pytest.approx(ratings.std(), rel=0.01)


def test_spread_shrinks_with_every_rating(model):
    """What is unknown about the taste falls with each rating; so does the spread from few to many."""
    films, stars = some_ratings(30)
    reach = []
    for n in range(31):
        covariance = model.fold_in(films[:n], stars[:n]).covariance
        features = model.features()
        reach.append(np.einsum("ni,ij,nj->n", features, covariance, features))
    assert (np.diff(reach, axis=0) <= 1e-12).all()
    few, many = (model.spread(model.fold_in(films[:n], stars[:n]), films[30:]) for n in (1, 30))
    assert (many <= few).all()


def test_information_is_the_drop_of_the_variance():
    """By brute force: add a film to the rated ones and see how far the mean variance of predictions falls."""
    model = make_model(uncertain=False)
    films, stars = some_ratings(4)
    importance = np.random.default_rng(5).dirichlet(np.ones(N_FILMS))
    features = model.features()

    def mean_variance(rated: np.ndarray) -> float:
        covariance = model.fold_in(rated, np.full(len(rated), 3.0)).covariance
        return float(importance @ np.einsum("ni,ij,nj->n", features, covariance, features))

    gain = model.information(model.fold_in(films, stars), importance)
    assert gain.shape == (N_FILMS,)
    now = mean_variance(films)
    for film in np.setdiff1d(np.arange(N_FILMS), films):
        assert gain[film] == pytest.approx(now - mean_variance(np.append(films, film)), abs=1e-12)


def test_information_counts_what_is_unsure_about_the_film():
    """A film that nobody knows well teaches less than the same film known exactly."""
    unsure = make_model(uncertain=True)
    sure = replace(unsure, film_covariances=np.zeros_like(unsure.film_covariances))
    importance = np.full(N_FILMS, 1 / N_FILMS)
    taste = sure.fold_in(*some_ratings(4))
    gains = (model.information(taste, importance) for model in (unsure, sure))
    assert (next(gains) < next(gains)).all()


def test_tensors_hold_the_model(model):
    tensors = model.to_tensors()
    again = StarModel.from_tensors(tensors)
    assert (again.mean_stars, again.noise_precision) == (model.mean_stars, model.noise_precision)
    assert tensors["stars.film_covariances"].shape == (N_FILMS, 10)  # one triangle of 4 x 4
    np.testing.assert_allclose(again.film_means, model.film_means, atol=2e-3)
    np.testing.assert_allclose(again.film_covariances, model.film_covariances, atol=1e-3)
    np.testing.assert_array_equal(again.film_covariances, again.film_covariances.transpose(0, 2, 1))
    np.testing.assert_allclose(again.user_precision, model.user_precision, rtol=1e-6)
    before, after = (some.predict(some.fold_in(*some_ratings(9))) for some in (model, again))
    np.testing.assert_allclose(after, before, atol=0.01)
    np.testing.assert_array_equal(StarModel.from_tensors(again.to_tensors()).film_means, again.film_means)


def test_clipping_keeps_to_the_scale():
    assert clip_stars(np.array([-3.0, 0.4, 2.2, 9.0])).tolist() == [0.5, 0.5, 2.2, 5.0]


def test_a_taste_is_plain_data(model):
    taste = model.fold_in(*some_ratings(3))
    assert isinstance(taste, Taste)
    np.testing.assert_allclose(taste.covariance, taste.covariance.T, atol=1e-14)
