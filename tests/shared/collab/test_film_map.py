"""The map of the films against other roads to the same numbers: scikit-learn, scipy, simulated users."""

import dataclasses

import numpy as np
import pytest
from scipy import stats
from sklearn.decomposition import PCA

from shared.collab import film_map as film_maps
from shared.collab.catalogue import Catalogue
from shared.collab.film_map import (
    make_film_map,
    measure_links,
    place_visitor,
    trace_ellipse,
)
from shared.collab.film_map_plots import (
    COLOUR_BY,
    axis_title,
    group_by_decade,
    group_by_genre,
    links_table,
    plot_film_map,
)
from shared.collab.stars import StarModel, Taste
from shared.errors import InputError
from shared.plotting import place_labels

N, K = 140, 4


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    rng = np.random.default_rng(1)
    years = rng.integers(1930, 2016, N)
    years[7] = 0
    kinds = [("Horror",), ("Comedy",), ("Comedy", "Romance"), ("Drama",), ()]
    return Catalogue(
        movie_ids=np.arange(N) + 1,
        titles=[f"Film <{i}>" for i in range(N)],
        years=years,
        genres=[kinds[at] for at in rng.integers(0, len(kinds), N)],
        n_ratings=rng.permutation(N) + 3,
        mean_ratings=rng.uniform(2, 4.5, N),
    )


@pytest.fixture(scope="module")
def model(catalogue) -> StarModel:
    """The first factor is widest and falls with the year; the others are noise. Users are correlated."""
    rng = np.random.default_rng(2)
    factors = rng.normal(0, [0.2, 0.5, 0.3, 0.1], (N, K))
    factors[:, 0] -= np.where(catalogue.years > 0, catalogue.years - 1970, 0) / 20
    root = rng.normal(0, 0.5, (K + 1, K + 1)) + np.eye(K + 1)
    return StarModel(
        mean_stars=3.5,
        noise_precision=1.5,
        film_means=np.column_stack([factors, rng.normal(0, 0.3, N)]),
        film_covariances=np.tile(0.01 * np.eye(K + 1), (N, 1, 1)),
        user_mean=rng.normal(0, 0.3, K + 1),
        user_precision=np.linalg.inv(root @ root.T),
    )


@pytest.fixture(scope="module")
def film_map(model, catalogue):
    return make_film_map(model, catalogue, n_films=120)


def test_axes_are_the_principal_components(film_map, model, catalogue):
    films = np.argsort(-catalogue.n_ratings)[:120]
    pca = PCA(2).fit(model.factors[films])
    scores = pca.transform(model.factors[films])
    scores /= scores.std(0)
    assert film_map.films.tolist() == films.tolist()
    assert film_map.positions.shape == (120, 2)
    assert [axis.share for axis in film_map.axes] == pytest.approx(pca.explained_variance_ratio_)
    for at in range(2):
        sign = np.sign(film_map.positions[:, at] @ scores[:, at])
        assert film_map.positions[:, at] == pytest.approx(sign * scores[:, at])
        assert film_map.directions[at] == pytest.approx(sign * pca.components_[at])


def test_links_agree_with_scipy(film_map, catalogue):
    films = film_map.films
    years = catalogue.years[films].astype(float)
    shares = {
        genre: np.array([(genre in g) / max(len(g), 1) for g in (catalogue.genres[i] for i in films)])
        for genre in ("Horror", "Comedy", "Romance", "Drama")
    }
    known = {
        "Year": years,
        "Number of ratings (log)": np.log(catalogue.n_ratings[films] + 1),
        "Mean rating": catalogue.mean_ratings[films],
        **shares,
    }
    for at, axis in enumerate(film_map.axes):
        assert {link.label for link in axis.links} == set(known)
        for link in axis.links:
            use = years > 0 if link.label == "Year" else np.ones(len(films), bool)
            oracle = stats.pearsonr(film_map.positions[use, at], known[link.label][use])
            interval = oracle.confidence_interval(0.95)
            assert (link.r, link.low, link.high) == pytest.approx((oracle.statistic, *interval), abs=1e-6)
            assert link.n_films == use.sum()


def test_strongest_link_names_the_axis_and_points_along_it(film_map):
    axis = film_map.axes[0]
    assert axis.links[0].label == "Year"
    assert axis.links[0].r > 0.9
    assert axis.name == "newer films"
    assert [abs(link.r) for link in axis.links] == sorted((abs(link.r) for link in axis.links), reverse=True)
    assert f"r = +{axis.links[0].r:.2f} ({axis.links[0].low:.2f} to {axis.links[0].high:.2f})" in axis_title(
        axis, 1
    )


def test_no_name_below_the_threshold(film_map):
    weak = dataclasses.replace(film_map.axes[0].links[0], r=0.29, low=0.1, high=0.45)
    axis = film_maps.Axis(0.5, (weak,))
    assert axis.name is None
    assert "no name" in axis_title(axis, 1)
    assert "+0.29" in axis_title(axis, 1)
    assert film_maps.Axis(0.5, ()).name is None
    assert "no name" in axis_title(film_maps.Axis(0.5, ()), 2)


def test_negative_limits_keep_their_sign(film_map):
    link = dataclasses.replace(film_map.axes[0].links[0], r=0.31, low=-0.05, high=0.6)
    assert "+0.31 (−0.05 to 0.60)" in axis_title(film_maps.Axis(0.5, (link,)), 1)


def test_what_is_the_same_for_all_films_names_nothing():
    assert measure_links(np.arange(20.0), {"Year": ("newer films", np.full(20, 1999.0))}) == ()
    assert measure_links(np.arange(20.0), {"Year": ("newer films", np.full(20, np.nan))}) == ()


def test_one_deviation_of_users_is_one_deviation_of_films(film_map, model):
    """Move a typical user one deviation of users along axis 1, in the plane of the map: +1 film deviation."""
    of_users = np.linalg.inv(model.user_precision)[:K, :K]
    for at in range(2):
        direction = film_map.directions[at]
        deviation = np.sqrt(direction @ of_users @ direction)
        mean = model.user_mean.copy()
        mean[:K] += deviation * direction
        spot = place_visitor(film_map, model, Taste(mean, np.eye(K + 1), 3))
        assert spot.position == pytest.approx(np.eye(2)[at])


def test_simulated_users_spread_like_films(film_map, model):
    rng = np.random.default_rng(5)
    users = rng.multivariate_normal(model.user_mean, np.linalg.inv(model.user_precision), 4000)
    spots = np.array(
        [place_visitor(film_map, model, Taste(user, np.eye(K + 1), 1)).position for user in users]
    )
    assert spots.mean(0) == pytest.approx(np.zeros(2), abs=0.06)
    assert spots.std(0) == pytest.approx(film_map.positions.std(0), rel=0.05)


def test_a_visitor_without_ratings_is_in_the_middle_and_the_ellipse_holds_its_share(film_map, model):
    taste = model.fold_in(np.array([], int), np.array([]))
    spot = place_visitor(film_map, model, taste)
    assert spot.position == pytest.approx(np.zeros(2), abs=1e-9)
    assert np.diag(spot.covariance) == pytest.approx(np.ones(2))
    outline = trace_ellipse(spot)
    assert outline[0] == pytest.approx(outline[-1])
    distance = np.einsum("ni,ij,nj->n", outline, np.linalg.inv(spot.covariance), outline)
    assert distance == pytest.approx(np.full(len(outline), stats.chi2(2).ppf(0.8)))


def test_ratings_shrink_the_ellipse(film_map, model):
    few = place_visitor(film_map, model, model.fold_in(np.arange(3), np.full(3, 4.0)))
    many = place_visitor(film_map, model, model.fold_in(np.arange(60), np.full(60, 4.0)))
    assert np.linalg.det(many.covariance) < np.linalg.det(few.covariance) < 1


def test_films_in_the_visitors_direction_suit_them_more(film_map, model):
    """What the page says: more than they suit a typical visitor, by the visitor's own bias apart."""
    taste = model.fold_in(np.array([3, 9, 30]), np.array([5.0, 0.5, 4.0]))
    spot = place_visitor(film_map, model, taste)
    raw = (model.factors[film_map.films] - model.factors[film_map.films].mean(0)) @ film_map.directions.T
    step = spot.position * raw.std(0) @ film_map.directions  # (k,) a film moved along the drawn line
    assert step @ (taste.mean[:-1] - model.user_mean[:-1]) > 0


@pytest.mark.parametrize("n", [float("nan"), float("inf"), 99, 601, 150.5, "250", None, True, 1e308])
def test_nonsense_number_of_films(model, catalogue, n):
    with pytest.raises(InputError, match="whole number from 100 to 600"):
        make_film_map(model, catalogue, n_films=n)


def test_too_small_a_model_has_no_map(model, catalogue):
    one = dataclasses.replace(model, film_means=model.film_means[:, [0, -1]])
    with pytest.raises(InputError, match="2 factors"):
        make_film_map(one, catalogue)
    few = Catalogue(np.arange(5), list("abcde"), np.full(5, 1990), [()] * 5, np.arange(5), np.full(5, 3.0))
    with pytest.raises(InputError, match="10 films"):
        make_film_map(model, few)
    flat = dataclasses.replace(model, film_means=np.outer(np.arange(N), np.ones(K + 1)))
    with pytest.raises(InputError, match="one direction"):
        make_film_map(flat, catalogue)


@pytest.mark.parametrize("colour_by", COLOUR_BY)
def test_every_film_is_drawn_once_with_a_safe_hover(film_map, model, catalogue, colour_by):
    spot = place_visitor(film_map, model, model.fold_in(np.arange(5), np.full(5, 4.0)))
    figure = plot_film_map(film_map, catalogue, colour_by=colour_by, spot=spot)
    points = [trace for trace in figure.data if trace.hovertemplate == "%{text}<extra></extra>"]
    assert sum(len(trace.x) for trace in points) == len(film_map.films)
    assert all("Film &lt;" in text for trace in points for text in trace.text)
    assert [trace.name for trace in figure.data if trace.marker.symbol == "star"] == ["you"]
    assert len({trace.marker.symbol for trace in points}) == len(points)
    assert figure.layout.height
    assert '"bdata"' not in figure.to_json()


def test_without_ratings_no_star_is_drawn(film_map, model, catalogue):
    spot = place_visitor(film_map, model, model.fold_in(np.array([], int), np.array([])))
    figure = plot_film_map(film_map, catalogue, spot=spot)
    assert "you" not in [trace.name for trace in figure.data]
    assert "80 % of visitors" in [trace.name for trace in figure.data]


def test_axes_hold_every_film_and_widen_in_whole_steps(film_map, catalogue):
    for stretch, edge in ((0.5, 3.4), (1.5, None)):
        wider = dataclasses.replace(film_map, positions=stretch * film_map.positions)
        figure = plot_film_map(wider, catalogue)
        assert figure.layout.xaxis.range == figure.layout.yaxis.range
        assert figure.layout.xaxis.range[1] == (edge or np.ceil(figure.layout.xaxis.range[1]))
        assert np.abs(wider.positions).max() < figure.layout.xaxis.range[1]


def test_unknown_colouring(film_map, catalogue):
    for wrong in ("Director", None, ["Genre"]):
        with pytest.raises(InputError, match="Genre or Decade"):
            plot_film_map(film_map, catalogue, colour_by=wrong)


def test_groups(catalogue):
    assert {group_by_genre(catalogue, i) for i in range(N)} == {
        "action, thriller",
        "comedy",
        "other",
        "drama",
    }
    assert group_by_decade(catalogue, 7) == "other"
    late = int(np.argmax(catalogue.years))
    assert group_by_decade(catalogue, late) == "2000 on"


def test_labels_do_not_touch_nor_leave_the_picture():
    rng = np.random.default_rng(3)
    positions = rng.normal(0, 1, (250, 2))
    titles = ["A title of some length"[: rng.integers(4, 22)] for _ in range(100)]
    free = np.array([0.5, 0.5])
    chosen = place_labels(positions, titles, edge=3.2, keep_free=free)
    assert len(chosen) >= 6
    scale = np.array([260.0, 340.0]) / 6.4
    boxes = []
    for at, title, side in chosen:
        x, y = positions[at] * scale
        half, high = 3.5 * len(title), 7.5
        x += {"left": -half - 6, "right": half + 6}.get(side, 0)
        y += {"below": -high - 6, "above": high + 6}.get(side, 0)
        boxes.append((x - half, y - high, x + half, y + high))
    for i, a in enumerate(boxes):
        assert a[0] > -130
        assert a[2] < 130
        assert not (a[0] < free[0] * scale[0] < a[2] and a[1] < free[1] * scale[1] < a[3])
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[:i])


def test_table_of_links(film_map):
    table = links_table(film_map)
    assert len(table["rows"]) == 2
    assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert table["rows"][0][1].startswith("Year +0.9")
