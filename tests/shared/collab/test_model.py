"""The bundled recommender: what it lists, explains, finds similar and asks, checked by other roads."""

import statistics
from dataclasses import replace

import numpy as np
import pytest

from shared import artifacts
from shared.collab.directions import film_directions
from shared.collab.explain import N_EXPLAINED
from shared.collab.lists import WELL_KNOWN, ListModel
from shared.collab.model import Recommender, from_artifact, load_recommender
from shared.errors import InputError
from tests.effort import n_calls

GODFATHER, GODFATHER_2, SHAWSHANK, PULP_FICTION, MATRIX, HEAT = 858, 1221, 318, 296, 2571, 6
NOW_AND_THEN = 27
TEN = {
    SHAWSHANK: 5.0, PULP_FICTION: 4.5, MATRIX: 4.0, HEAT: 4.5, 260: 3.5,
    1: 3.0, 592: 2.5, 480: 1.5, 2858: 5.0, 3996: 0.5,
}  # fmt: skip
EVERYTHING = 10_000


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    return load_recommender()


def ids(films: list[dict]) -> list[int]:
    return [film["movie_id"] for film in films]


def test_the_bundled_model_is_movielens_small(recommender):
    assert recommender.notice is None
    assert recommender.config["data"]["n_ratings"] == 100_004
    assert len(recommender.catalogue) == 9_066
    assert recommender.corner.shape == (15, 15)
    assert len(recommender.corner_films) == 15


def test_the_bundled_model_is_small():
    folder = artifacts.load("recommender").folder
    assert sum(file.stat().st_size for file in folder.iterdir()) < 10e6


def test_a_model_of_an_earlier_time_is_refused_with_what_to_do(tmp_path):
    bundled = artifacts.load("recommender")
    tensors = {name: value for name, value in bundled.tensors().items() if not name.startswith("lists.")}
    old = artifacts.save(
        tmp_path / "old",
        config={name: value for name, value in bundled.config.items() if name != "files"},
        tensors=tensors,
        card="An old model.",
    )
    with pytest.raises(artifacts.ArtifactError, match="earlier version of this project; train it again"):
        from_artifact(old)


@pytest.mark.parametrize("order", ["list", "stars"])
def test_recommendations_leave_out_what_was_rated(recommender, order):
    answer = recommender.recommend(TEN, n=EVERYTHING, order=order)
    films = answer["films"]
    assert answer["basis"] == order
    assert not set(ids(films)) & set(TEN)
    assert len(set(ids(films))) == len(films)
    assert [film["rank"] for film in films] == list(range(1, len(films) + 1))
    assert len(films) == len(recommender.catalogue) - len(TEN)  # every film can be found
    if order == "stars":
        stars = [film["stars"] for film in films]
        assert stars == sorted(stars, reverse=True)


def test_predicted_stars_lie_inside_their_intervals_and_the_scale(recommender):
    for film in recommender.recommend(TEN, n=200)["films"]:
        assert 0.5 <= film["low"] <= film["stars"] <= film["high"] <= 5


def test_recommend_and_predict_agree(recommender):
    films = recommender.recommend(TEN, n=5)["films"]
    for film, again in zip(films, recommender.predict(TEN, ids(films)), strict=True):
        assert film == {**again, "rank": film["rank"]}


def test_without_ratings_the_list_is_the_most_rated_films_and_says_so(recommender):
    answer = recommender.recommend({}, n=5)
    assert answer["basis"] == "popular"
    counts = [film["n_ratings"] for film in answer["films"]]
    assert counts == sorted(recommender.catalogue.n_ratings.tolist(), reverse=True)[:5]


@pytest.mark.parametrize("ratings", [{}, TEN], ids=["none", "ten"])
def test_filters_keep_genres_and_years(recommender, ratings):
    films = recommender.recommend(ratings, n=EVERYTHING, genres=["Comedy", "War"], years=(1980, 1989))[
        "films"
    ]
    assert films
    for film in films:
        assert {"Comedy", "War"} & set(film["genres"])
        assert 1980 <= film["year"] <= 1989
    everything = recommender.recommend(ratings, n=EVERYTHING)["films"]
    kept = [
        film["movie_id"]
        for film in everything
        if {"Comedy", "War"} & set(film["genres"]) and 1980 <= (film["year"] or 0) <= 1989
    ]
    assert ids(films) == kept  # nothing else is dropped, and the order stays


@pytest.mark.parametrize("order", ["list", "stars"])
def test_the_popularity_slider_moves_the_number_of_ratings(recommender, order):
    medians = [
        statistics.median(film["n_ratings"] for film in films)
        for popularity in (-1, -0.5, 0, 0.5, 1)
        for films in [recommender.recommend(TEN, n=20, popularity=popularity, order=order)["films"]]
    ]
    assert medians == sorted(medians)
    assert medians[0] < medians[2] < medians[4]


@pytest.mark.parametrize("ratings", [{SHAWSHANK: 5.0}, {NOW_AND_THEN: 2.0}, TEN], ids=["one", "rare", "ten"])
@pytest.mark.parametrize("movie_id", [GODFATHER, 1203, 26_578], ids=["Godfather", "12 Angry Men", "rare"])
def test_an_explanation_sums_to_the_prediction(recommender, ratings, movie_id):
    why = recommender.explain(ratings, movie_id)
    assert sum(part["value"] for part in why["parts"]) == pytest.approx(why["raw"], abs=1e-6)
    taste = recommender.fold_in(ratings)
    place = recommender.place(movie_id)
    assert why["raw"] == pytest.approx(recommender.star_model.predict(taste)[place], abs=1e-6)
    assert why["stars"] == pytest.approx(np.clip(why["raw"], 0.5, 5), abs=1e-3)
    films, stars = recommender.rated(ratings)
    score = recommender.list_model.score(films, stars)[place]
    assert why["list_score"] == pytest.approx(score, abs=1e-5)
    assert sum(part["value"] for part in why["list_parts"]) == pytest.approx(why["list_score"], abs=1e-9)


def test_without_ratings_there_is_nothing_to_say_about_the_list(recommender):
    why = recommender.explain({}, GODFATHER)
    assert (why["list_parts"], why["list_score"], why["without"]) == (None, None, [])
    assert why["rank"] == ids(recommender.recommend({}, n=100)["films"]).index(GODFATHER) + 1


def test_a_waterfall_names_the_strongest_ratings_and_sums_up_the_rest(recommender):
    parts = recommender.explain(TEN, GODFATHER)["parts"]
    named = [part for part in parts if part["movie_id"] is not None]
    assert len(named) == N_EXPLAINED
    assert parts[-1]["label"] == "Your 2 other ratings"
    sizes = [abs(part["value"]) for part in named]
    assert sizes == sorted(sizes, reverse=True)
    assert any(part["label"] == "You gave Pulp Fiction 4.5" for part in named)


def test_a_single_leftover_rating_has_its_own_bar(recommender):
    nine = dict(list(TEN.items())[: N_EXPLAINED + 1])
    parts = recommender.explain(nine, GODFATHER)["parts"]
    assert len([part for part in parts if part["movie_id"] is not None]) == N_EXPLAINED + 1
    assert not any("other ratings" in part["label"] for part in parts)


@pytest.mark.parametrize("order", ["list", "stars"])
@pytest.mark.parametrize("popularity", [0.0, -0.7])
def test_ranks_with_and_without_a_rating_are_those_of_the_list(recommender, order, popularity):
    """Take the rating away, list again, leave the film itself out: there is the explained film."""
    listed = ids(recommender.recommend(TEN, n=EVERYTHING, order=order, popularity=popularity)["films"])
    target = listed[30]
    why = recommender.explain(TEN, target, order=order, popularity=popularity)
    assert why["rank"] == 31
    assert len(why["without"]) == N_EXPLAINED
    for removed in why["without"]:
        assert TEN[removed["movie_id"]] == removed["rating"]
        fewer = {film: stars for film, stars in TEN.items() if film != removed["movie_id"]}
        answer = recommender.recommend(fewer, n=EVERYTHING, order=order, popularity=popularity)
        others = [film for film in ids(answer["films"]) if film != removed["movie_id"]]
        assert others.index(target) + 1 == removed["rank"]


def test_somebody_known_by_a_rare_film_alone_gets_a_list(recommender):
    """7 people rated *Now and Then*: its kind and fame make a list, and every film has a place of its own."""
    assert recommender.film(recommender.place(NOW_AND_THEN))["n_ratings"] < WELL_KNOWN
    liked, loathed = (recommender.recommend({NOW_AND_THEN: stars}, n=50) for stars in (5.0, 0.5))
    assert (liked["basis"], liked["n_well_known"]) == ("list", 0)
    assert ids(liked["films"]) != ids(loathed["films"])
    assert ids(liked["films"]) != ids(recommender.recommend({}, n=50)["films"])
    assert sorted(ids(liked["films"])) != ids(liked["films"])  # the catalogue's order is no list
    ranks = [recommender.explain({NOW_AND_THEN: 5.0}, movie_id)["rank"] for movie_id in ids(liked["films"])]
    assert ranks == list(range(1, 51))


def test_equal_scores_have_the_places_of_the_list(recommender):
    class Flat(ListModel):
        def score(self, films: np.ndarray, stars: np.ndarray) -> np.ndarray:
            return np.zeros(len(self.catalogue))

    flat = Flat(**{name: getattr(recommender.list_model, name) for name in ListModel.__dataclass_fields__})
    level = replace(recommender, list_model=flat)
    listed = ids(level.recommend(TEN, n=30)["films"])
    assert [level.explain(TEN, movie_id)["rank"] for movie_id in listed] == list(range(1, 31))


def test_without_a_well_known_film_the_others_count_more(recommender):
    """Given the gate the parts add up; taking a well-known film away opens it, and the place says so."""
    ratings = {NOW_AND_THEN: 5.0, MATRIX: 4.0}
    target = recommender.recommend(ratings, n=20)["films"][15]["movie_id"]
    why = recommender.explain(ratings, target)
    alone = recommender.explain({NOW_AND_THEN: 5.0}, target)
    part, of_alone = (
        next(part["value"] for part in answer["list_parts"] if part["movie_id"] == NOW_AND_THEN)
        for answer in (why, alone)
    )
    assert abs(of_alone) > abs(part)
    fewer = ids(recommender.recommend({NOW_AND_THEN: 5.0}, n=EVERYTHING)["films"])
    fewer.remove(MATRIX)
    (without,) = [film for film in why["without"] if film["movie_id"] == MATRIX]
    assert without["rank"] == fewer.index(target) + 1


def test_the_godfathers_are_neighbours(recommender):
    for one, other in ((GODFATHER, GODFATHER_2), (GODFATHER_2, GODFATHER)):
        near = recommender.similar(one, n=5)
        assert other in ids(near)
        assert one not in ids(near)


def test_similarity_is_a_cosine_in_evenly_stretched_factors(recommender):
    """The same without axes: a' C^-1 b, with the covariance C of the factors over all ratings."""
    factors, counts = recommender.star_model.factors, recommender.catalogue.n_ratings
    covariance = np.cov(factors.T, aweights=counts, ddof=0)
    covariance += 1e-3 * np.linalg.eigvalsh(covariance).max() * np.eye(len(covariance))
    away = factors - np.average(factors, axis=0, weights=counts)

    def inner(one: np.ndarray, other: np.ndarray) -> float:
        return float(one @ np.linalg.solve(covariance, other))

    own = away[recommender.place(MATRIX)]
    near = recommender.similar(MATRIX, n=10, min_ratings=100)
    for film in near:
        other = away[recommender.place(film["movie_id"])]
        by_hand = inner(own, other) / np.sqrt(inner(own, own) * inner(other, other))
        assert film["cosine"] == pytest.approx(by_hand, abs=1e-3)
        assert film["n_ratings"] >= 100
    cosines = [film["cosine"] for film in near]
    assert cosines == sorted(cosines, reverse=True)
    everything = recommender.similar(MATRIX, n=EVERYTHING, min_ratings=0)
    assert len(everything) == len(recommender.catalogue) - 1
    assert near == [film for film in everything if film["n_ratings"] >= 100][:10]
    assert all(-1.001 <= film["cosine"] <= 1.001 for film in everything)


def test_directions_of_films_without_any_spread():
    """One film, films all alike, a factor that fell to zero: numbers come out, and no warning."""
    for factors in (np.ones((1, 3)), np.ones((5, 3)), np.array([[1.0, 0.0], [2.0, 0.0], [4.0, 0.0]])):
        directions = film_directions(factors, weights=np.ones(len(factors)))
        assert np.isfinite(directions).all()
        assert (np.linalg.norm(directions, axis=1) < 1.001).all()
    assert np.isfinite(film_directions(np.eye(3), weights=np.zeros(3))).all()


def test_the_most_loved_films_are_loved(recommender):
    bias = recommender.bias()
    loved = {
        "The Shawshank Redemption", "The Godfather", "The Usual Suspects", "Schindler's List",
        "The Godfather: Part II", "12 Angry Men", "Casablanca", "Rear Window",
    }  # fmt: skip
    assert len(loved & {film["title"] for film in bias["highest"]}) >= 3
    values = [film["bias"] for film in (*bias["highest"], *reversed(bias["lowest"]))]
    assert values == sorted(values, reverse=True)
    for film in (*bias["highest"], *bias["lowest"]):
        assert film["low"] <= film["bias"] <= film["high"]
        assert film["n_ratings"] >= 50
    liked, loathed = (np.mean([film["mean_rating"] for film in bias[end]]) for end in ("highest", "lowest"))
    assert liked > 4 > 2.9 > loathed


def test_the_question_is_a_film_that_many_know_and_the_visitor_has_not_rated(recommender):
    asked = recommender.ask(TEN, n=10, skip=[GODFATHER])
    assert len(asked) == 10
    assert not set(ids(asked)) & {*TEN, GODFATHER}
    usual = np.median(recommender.catalogue.n_ratings)
    assert all(film["n_ratings"] > 20 * usual for film in asked)
    assert all(0 < film["gain"] < 1 for film in asked)


def test_answers_narrow_the_interval_and_questions_narrow_it_faster(recommender):
    """Give the same star to ten films that were asked, or to ten at random: what is left unknown?"""
    importance = recommender.catalogue.n_ratings / recommender.catalogue.n_ratings.sum()
    features = recommender.star_model.features()

    def unknown(ratings: dict[int, float]) -> float:
        covariance = recommender.fold_in(ratings).covariance
        return float(importance @ np.einsum("ni,ij,nj->n", features, covariance, features))

    asked: dict[int, float] = {}
    left = [unknown(asked)]
    for _ in range(10):
        film = recommender.ask(asked)[0]
        assert 1 - unknown({**asked, film["movie_id"]: 4.0}) / left[-1] == pytest.approx(
            film["gain"], rel=0.2
        )
        asked[film["movie_id"]] = 4.0
        left.append(unknown(asked))
    assert left == sorted(left, reverse=True)
    rng = np.random.default_rng(0)
    popular = np.argsort(-recommender.catalogue.n_ratings)[:500]
    for _ in range(5):
        places = rng.choice(popular, 10, replace=False)
        at_random = dict.fromkeys(recommender.catalogue.movie_ids[places].tolist(), 4.0)
        assert left[-1] < unknown(at_random)


def test_an_interval_narrows_with_every_ten_ratings(recommender):
    popular = recommender.recommend({}, n=41)["films"]
    target = popular[-1]["movie_id"]
    widths = []
    for n in (0, 10, 20, 40):
        taste = recommender.fold_in({film["movie_id"]: 4.0 for film in popular[:n]})
        widths.append(recommender.star_model.spread(taste, np.array([recommender.place(target)]))[0])
    assert widths == sorted(widths, reverse=True)


def test_likes_move_the_list(recommender):
    """Somebody who loves animation and loathes war films gets another list than the other way round."""
    catalogue = recommender.catalogue

    def best_known(genre: str, without: str) -> list[int]:
        places = [
            place
            for place in np.argsort(-catalogue.n_ratings)
            if genre in catalogue.genres[place] and without not in catalogue.genres[place]
        ]
        return catalogue.movie_ids[places[:8]].tolist()

    animation, war = best_known("Animation", "War"), best_known("War", "Animation")
    first = {**dict.fromkeys(animation, 5.0), **dict.fromkeys(war, 0.5)}
    second = {**dict.fromkeys(animation, 0.5), **dict.fromkeys(war, 5.0)}
    share = [
        np.mean(["Animation" in film["genres"] for film in recommender.recommend(ratings, n=20)["films"]])
        for ratings in (first, second)
    ]
    assert share[0] > share[1] + 0.2


@pytest.mark.parametrize("ask", [
    lambda recommender: recommender.recommend({10**9: 4.0}),
    lambda recommender: recommender.explain(TEN, -1),
    lambda recommender: recommender.similar(0),
    lambda recommender: recommender.predict(TEN, [2**70]),
    lambda recommender: recommender.ask({}, skip=[0]),
])  # fmt: skip
def test_an_unknown_film_is_named(recommender, ask):
    with pytest.raises(InputError, match="no film with the id"):
        ask(recommender)


def test_the_same_stars_for_everything_still_give_a_list(recommender):
    for stars in (0.5, 5.0):
        films = recommender.recommend(dict.fromkeys(TEN, stars), n=10)["films"]
        assert len(films) == 10
        assert all(np.isfinite(film["stars"]) for film in films)


def test_an_answer_goes_over_the_films_once_at_most(recommender):
    recommender.recommend(TEN)
    options = {"genres": ["Drama"], "years": (1950, 2016), "popularity": 0.3}
    assert n_calls(lambda: recommender.recommend(TEN, **options)) < 1.2 * len(recommender.catalogue)
