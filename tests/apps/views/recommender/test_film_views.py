"""The tabs Similar, Film map and Loved without a browser: what they offer, what their callbacks answer."""

import json

import gradio as gr
import pytest

from apps.views.recommender import film_map, loved, similar
from apps.views.recommender.film_picker import picked_film
from apps.views.recommender.film_search import found_film
from shared.collab.film_bias import bias_range
from shared.collab.model import load_recommender
from shared.errors import InputError

MATRIX, GODFATHER = 2571, 858
RATINGS = [{"movie_id": film, "rating": 4.5} for film in (MATRIX, GODFATHER, 260, 1210, 356)]


@pytest.fixture(scope="module")
def recommender():
    return load_recommender()


@pytest.fixture(scope="module")
def demo(recommender):
    with gr.Blocks() as demo:
        saved = gr.State([])
        with gr.Tabs(), gr.Tab("Film map") as tab:
            film_map.build_film_map(recommender, saved, tab)
        similar.build_similar(recommender)
        loved.build_loved(recommender)
    return demo


def test_nothing_here_is_a_public_endpoint(demo):
    assert demo.fns
    assert not demo.get_api_info()["named_endpoints"]


def test_the_page_does_not_carry_the_catalogue(demo):
    assert len(json.dumps(demo.config, default=str)) < 150_000


def test_map_redraws_when_its_tab_is_opened_and_when_options_change(demo):
    targets = {
        target[1] for fn in demo.fns.values() if fn.name == "update" for target in fn.targets if target[1]
    }
    assert {"select", "input"} <= targets
    assert "change" not in targets


def test_similar_starts_with_a_well_known_film(recommender):
    place = similar.start_place(recommender)
    assert recommender.catalogue.titles[place] == "The Matrix"
    cards, _ = similar.show_similar(recommender, MATRIX, similar.START_MIN_RATINGS)
    assert cards.count("<li>") == similar.N_SHOWN
    for film in recommender.similar(MATRIX, n=similar.N_SHOWN, min_ratings=20):
        assert f'data-film="{film["movie_id"]}"' in cards
        assert f"cosine {film['cosine']:.2f}, rests on {film['n_ratings']} ratings" in cards


def test_similar_says_what_to_try_next(recommender):
    catalogue = recommender.catalogue
    rare = int(catalogue.movie_ids[catalogue.n_ratings == 1][0])
    steps = [
        similar.next_step(recommender, *setting)
        for setting in ((MATRIX, 20), (GODFATHER, 20), (rare, 20), (rare, 0))
    ]
    assert len(set(steps)) == len(steps)
    cards, _ = similar.show_similar(recommender, rare, 0)
    assert "few ratings" in cards


def test_similar_without_an_answer_says_what_to_do(recommender):
    assert "Move the slider" in similar.similar_html(recommender.film(0), [])


def test_titles_are_escaped(recommender):
    chosen = {**recommender.film(0), "title": "<img src=x>"}
    cards = similar.similar_html(chosen, [{**chosen, "cosine": -0.5}])
    assert "<img" not in cards
    assert "width:0.0%" in cards


@pytest.mark.parametrize("value", [float("nan"), -1, 101, 1e308, "20", None])
def test_similar_refuses_nonsense(recommender, value):
    with pytest.raises(InputError, match="whole number"):
        similar.show_similar(recommender, MATRIX, value)


@pytest.mark.parametrize("value", [None, "The Matrix", [], {}, {"movie_id": "2571"}, {"movie_id": True}])
def test_picker_refuses_what_it_did_not_make(value):
    with pytest.raises(InputError, match="choose a film"):
        picked_film(value)


def test_picker_round_trip(recommender):
    place = recommender.place(GODFATHER)
    assert picked_film(found_film(recommender.catalogue, place)) == GODFATHER
    with pytest.raises(InputError):
        similar.show_similar(recommender, -5, 20)


def test_map_with_and_without_ratings(recommender):
    empty, table, first_step = film_map.show_map(recommender, [], 250, "Genre")
    figure, _, next_step = film_map.show_map(recommender, RATINGS, 100, "Decade")
    assert "you" not in [trace.name for trace in empty.data]
    assert "you" in [trace.name for trace in figure.data]
    assert first_step != next_step
    assert "For you" in first_step
    assert table.count("<tr>") == 3


def test_map_steps_follow_the_visitor(recommender):
    steps = [
        film_map.show_map(recommender, ratings, 250, colour)[2]
        for ratings, colour in (
            ([], "Genre"),
            (RATINGS[:1], "Genre"),
            (RATINGS, "Genre"),
            (RATINGS + [{"movie_id": film, "rating": 3} for film in (1, 50, 296, 318, 480)], "Genre"),
            (RATINGS + [{"movie_id": film, "rating": 3} for film in (1, 50, 296, 318, 480)], "Decade"),
        )
    ]
    assert len(set(steps)) == len(steps)


def test_map_axes_stay_while_the_slider_moves(recommender):
    figures = [film_map.show_map(recommender, RATINGS, n, "Genre")[0] for n in (100, 250, 400, 600)]
    assert len({(f.layout.xaxis.range, f.layout.yaxis.range, f.layout.height) for f in figures}) == 1


@pytest.mark.parametrize(
    ("value", "n_films", "colour_by"),
    [
        ("ratings", 250, "Genre"),
        ([{"movie_id": MATRIX, "rating": float("nan")}], 250, "Genre"),
        ([], float("nan"), "Genre"),
        ([], 10**6, "Genre"),
        ([], 250, "Director"),
    ],
)
def test_map_refuses_nonsense(recommender, value, n_films, colour_by):
    with pytest.raises(InputError):
        film_map.show_map(recommender, value, n_films, colour_by)


def test_loved_and_its_example(recommender):
    x_range = bias_range(recommender, min_ratings=loved.LEAST_MIN_RATINGS)
    figure, pair, _ = loved.show_bias(recommender, x_range, 50)
    assert [len(trace.x) for trace in figure.data] == [loved.N_SHOWN] * 2
    assert "<table" in pair
    ranges = {loved.show_bias(recommender, x_range, n)[0].layout.xaxis.range for n in (20, 50, 100)}
    assert len(ranges) == 1
    assert len({loved.next_step(n) for n in (20, 50, 100)}) == 3


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), 0, 1000, "50", None])
def test_loved_refuses_nonsense(recommender, value):
    with pytest.raises(InputError, match="whole number from 20 to 100"):
        loved.show_bias(recommender, (-1, 1), value)
