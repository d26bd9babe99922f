"""The fit against what is known: data made from the model, and sums over single ratings."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from shared.collab import fit_stars as module
from shared.collab import metrics
from shared.collab.data import RatingsTable, table_from_frame
from shared.collab.fit_stars import fit_stars

N_USERS, N_FILMS, N_FACTORS, NOISE = 300, 120, 2, 0.4


def make_world(seed: int = 0) -> tuple[RatingsTable, np.ndarray]:
    """Ratings drawn from the model itself, and the (n_users, n_films) stars behind them, noise left out."""
    rng = np.random.default_rng(seed)
    users, films = rng.normal(0, 1, (N_USERS, N_FACTORS)), rng.normal(0, 0.45, (N_FILMS, N_FACTORS))
    truth = 3 + 0.3 * rng.normal(size=(N_USERS, 1)) + 0.4 * rng.normal(size=N_FILMS) + users @ films.T
    chance = np.linspace(0.03, 0.6, N_FILMS)  # some films are rated by few
    chosen = rng.random(truth.shape) < chance
    rows, columns = np.nonzero(chosen)
    stars = np.clip(truth[rows, columns] + rng.normal(0, NOISE, len(rows)), 0.5, 5)
    frame = pd.DataFrame({"user": rows, "item": columns, "rating": stars})
    table = table_from_frame(frame)
    assert (table.n_users, table.n_films) == truth.shape
    return table, truth


@pytest.fixture(scope="module")
def world() -> tuple[RatingsTable, np.ndarray]:
    return make_world()


def test_what_made_the_ratings_is_found_again(world):
    table, truth = world
    train_rows, test_rows = metrics.star_split(len(table))
    train, test = table.take(train_rows), table.take(test_rows)
    model, history = fit_stars(train, factors=N_FACTORS, epochs=30, valid=test)
    wanted = truth[test.users, test.films]  # without noise

    error = metrics.rmse(metrics.fold_in_predictions(model, train, test)[0], wanted)
    baselines = dict(metrics.baseline_predictions(train, test))
    assert error < 0.5 * metrics.rmse(baselines["user + film bias"], wanted)
    assert error < 0.25
    assert 1 / np.sqrt(model.noise_precision) == pytest.approx(NOISE, rel=0.1)

    assert [entry["epoch"] for entry in history] == list(range(1, 31))
    assert history[-1]["valid_rmse"] < history[0]["valid_rmse"]


def test_fold_in_is_what_training_thinks_of_the_same_user(world):
    """The app's system for a visitor is the training's own for a user: same errors in the last epoch."""
    table, _ = world
    model, history = fit_stars(table, factors=N_FACTORS, epochs=60)
    predicted, _ = metrics.fold_in_predictions(model, table, table)
    assert metrics.rmse(np.clip(predicted, 0.5, 5), table.stars) == pytest.approx(
        history[-1]["train_rmse"], abs=1e-3
    )


def test_intervals_hold_the_share_they_promise(world):
    table, _ = world
    train_rows, test_rows = metrics.star_split(len(table))
    train, test = table.take(train_rows), table.take(test_rows)
    model, _ = fit_stars(train, factors=N_FACTORS, epochs=30)
    predicted, spread = metrics.fold_in_predictions(model, train, test)
    assert 0.76 <= np.mean(np.abs(predicted - test.stars) <= 1.2816 * spread) <= 0.86


def test_the_same_seed_gives_the_same_model(world):
    table, _ = world
    first, again, other = (fit_stars(table, factors=2, epochs=3, seed=seed)[0] for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.film_means, again.film_means)
    assert np.abs(first.film_means - other.film_means).max() > 1e-3


def test_weight_decay_shrinks_factors_and_biases(world):
    table, _ = world
    sizes = []
    for weight_decay in (0.0, 10.0, 1_000.0):
        model, _ = fit_stars(table, factors=N_FACTORS, epochs=10, weight_decay=weight_decay)
        centred = model.predict(model.fold_in(np.array([], int), np.array([])))
        sizes.append((np.linalg.norm(model.factors), np.abs(centred - centred.mean()).mean()))
    assert sizes[0] > sizes[1] > sizes[2]
    assert np.diff(np.array(sizes)[:, 1]).max() < 0


def test_a_film_without_ratings_gets_what_its_genres_and_year_promise(world):
    """Films of the first half are liked; a new film of their genre is expected to be, and with more doubt."""
    rng = np.random.default_rng(1)
    n_films = 60
    liked = np.arange(n_films) % 2 == 0
    rows, columns = np.nonzero(rng.random((200, n_films)) < 0.3)
    stars = np.clip(np.where(liked, 4.2, 2.5)[columns] + rng.normal(0, 0.3, len(rows)), 0.5, 5)
    films = pd.DataFrame({
        "movie_id": range(n_films),
        "title": [f"Film {at}" for at in range(n_films)],
        "year": 2000.0,
        "genres": np.where(liked, "Drama", "Horror"),
    })  # fmt: skip
    whole = table_from_frame(pd.DataFrame({"user": rows, "item": columns, "rating": stars}), films)
    table = whole.take(
        np.flatnonzero(~np.isin(whole.films, [10, 11]))
    )  # a drama and a horror film go unrated
    assert table.catalogue.n_ratings[[10, 11]].tolist() == [0, 0]
    model, _ = fit_stars(table, factors=2, epochs=20)
    predicted = model.predict(model.fold_in(np.array([], int), np.array([])))
    assert predicted[10] - predicted[11] > 1.0
    variance = model.film_covariances[:, -1, -1]
    assert variance[[10, 11]].min() > 5 * variance[np.delete(np.arange(n_films), [10, 11])].max()


def test_a_rating_equal_to_the_mean_still_counts():
    """In the sparse matrix it is a zero. A film with 40 of them is known, one with a single one is not."""
    rows = [(user, film, 2.5 + (user + film) % 2) for user in range(40) for film in range(8)]  # mean 3
    rows += [(user, 8, 3.0) for user in range(40)] + [(0, 9, 3.0)]
    table = table_from_frame(pd.DataFrame(rows, columns=["user", "item", "rating"]))
    assert table.stars.mean() == 3.0
    model, _ = fit_stars(table, factors=1, epochs=5)
    variance = model.film_covariances[:, -1, -1]
    assert variance[8] < 0.5 * variance[9]
    assert variance[8] == pytest.approx(variance[:8].mean(), rel=0.2)
    assert model.predict(model.fold_in(np.array([], int), np.array([])))[8] == pytest.approx(3.0, abs=0.05)


def make_sides(seed: int = 3) -> tuple[module._Side, module._Side, np.ndarray, np.ndarray]:
    """Seven films and five users with random distributions; which were rated, and the stars less the mean."""
    rng = np.random.default_rng(seed)
    d, sides = 3, []
    for n in (7, 5):
        roots = rng.normal(0, 0.3, (n, d, d))
        precision = np.diag(rng.uniform(1, 3, d))
        means = rng.normal(0, 0.5, (n, d))
        sides.append(
            module._Side(means, roots @ roots.transpose(0, 2, 1), rng.normal(0, 0.1, (n, d)), precision)
        )
    rated = rng.random((7, 5)) < 0.6
    stars = np.where(rated, rng.normal(0, 1, (7, 5)), 0.0)
    stars[tuple(np.argwhere(rated)[0])] = 0.0  # one stored zero
    return sides[0], sides[1], rated, stars


def as_sparse(rated: np.ndarray, values: np.ndarray) -> sp.csr_matrix:
    rows, columns = np.nonzero(rated)
    return sp.csr_matrix((values[rows, columns], (rows, columns)), rated.shape)


@pytest.mark.parametrize("decay", [0.0, 2.0])
def test_one_update_equals_sums_over_single_ratings(decay):
    films, users, rated, stars = make_sides()
    before = 1.4
    expected_means, expected_covariances = [], []
    for film in range(7):
        precision = films.prior_precision + decay * np.eye(3)
        pull = films.prior_precision @ films.prior_means[film]
        for user in np.flatnonzero(rated[film]):
            feature = np.append(users.means[user, :2], 1.0)
            unsure = users.covariances[user].copy()
            together = np.append(unsure[:2, 2], 0.0)  # factors and bias of the user
            unsure[2], unsure[:, 2] = 0.0, 0.0
            precision = precision + before * (np.outer(feature, feature) + unsure)
            target = stars[film, user] - users.means[user, 2]
            pull = pull + before * (feature * target - together)
        expected_covariances.append(np.linalg.inv(precision))
        expected_means.append(expected_covariances[-1] @ pull)

    module._update(
        films, users, as_sparse(rated, np.ones((7, 5))), as_sparse(rated, stars), before, decay * np.eye(3)
    )
    np.testing.assert_allclose(films.means, expected_means, atol=1e-12)
    np.testing.assert_allclose(films.covariances, expected_covariances, atol=1e-12)


def test_the_noise_equals_a_simulation_of_every_rating():
    """Draw films and users from their distributions: the mean squared residual is 1 / noise precision."""
    films, users, rated, stars = make_sides()
    sparse = as_sparse(rated, np.ones((7, 5))), as_sparse(rated, stars)
    found = module._update(films, users, *sparse, 1.4, np.zeros((3, 3)), learn_noise=True)
    rng = np.random.default_rng(0)
    n_draws, squared = 40_000, []
    for film, user in np.argwhere(rated):
        v = rng.multivariate_normal(films.means[film], films.covariances[film], n_draws)
        u = rng.multivariate_normal(users.means[user], users.covariances[user], n_draws)
        fit = v[:, 2] + u[:, 2] + (v[:, :2] * u[:, :2]).sum(1)
        squared.append(((stars[film, user] - fit) ** 2).mean())
    assert 1 / found == pytest.approx(np.mean(squared), rel=0.01)


def test_fixed_factors_are_kept_up_to_the_final_turn(world):
    """Cosines and dot products of factors that came from elsewhere survive, whatever the turn at the end."""
    table, _ = world
    given = np.random.default_rng(0).normal(0, 0.4, (N_FILMS, 3))
    model, _ = fit_stars(table, epochs=5, fixed_factors=given)
    assert model.n_factors == 3
    stretch, *_ = np.linalg.lstsq(given, model.factors)
    np.testing.assert_allclose(given @ stretch, model.factors, atol=1e-9)
    assert np.abs(model.film_covariances[:, :-1, :-1]).max() < 1e-12


def test_users_spread_by_one_along_each_factor(world):
    table, _ = world
    model, _ = fit_stars(table, factors=N_FACTORS, epochs=10)
    spread = np.linalg.inv(model.user_precision)
    np.testing.assert_allclose(spread[:-1, :-1], np.eye(N_FACTORS), atol=1e-9)


def test_progress_is_told_epoch_by_epoch(world):
    table, _ = world
    told: list[dict[str, float]] = []
    _, history = fit_stars(table, factors=1, epochs=3, on_epoch=told.append)
    np.testing.assert_equal(told, history)  # NaN equals NaN here
    assert [entry["epoch"] for entry in told] == [1, 2, 3]
    assert all(np.isnan(entry["valid_rmse"]) for entry in told)


class Killed(Exception):
    pass


def test_a_fit_that_was_killed_goes_on_to_the_same_result(world, tmp_path):
    table, _ = world
    checkpoint = tmp_path / "fit.npz"

    def kill(entry):
        if entry["epoch"] == 4:
            raise Killed

    whole, history = fit_stars(table, factors=2, epochs=6, valid=table)
    with pytest.raises(Killed):
        fit_stars(table, factors=2, epochs=6, valid=table, on_epoch=kill, checkpoint=checkpoint)
    told = []
    for expected in ([5, 6], []):  # and once more, when all is done
        told.clear()
        again, same = fit_stars(
            table, factors=2, epochs=6, valid=table, on_epoch=told.append, checkpoint=checkpoint
        )
        assert [entry["epoch"] for entry in told] == expected
        assert same == history
        np.testing.assert_array_equal(again.film_means, whole.film_means)
        np.testing.assert_array_equal(again.user_precision, whole.user_precision)
    assert [path.name for path in tmp_path.iterdir()] == ["fit.npz"]
