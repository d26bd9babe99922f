"""The recommender's endpoints, called over HTTP as Python, TypeScript and assistants call them."""

import json
import math
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.npm import NPM_FOLDER, npm_package
from tests.servers.gradio_http import Caller, RunningApp

ENDPOINTS = {
    "/search": ["query", "n"],
    "/recommend": ["ratings", "n", "genres", "years", "popularity", "order"],
    "/explain": ["ratings", "movie_id", "popularity", "order"],
    "/similar": ["movie_id", "n", "min_ratings"],
    "/predict": ["ratings", "movie_ids"],
    "/bias": ["n", "min_ratings"],
    "/import_ratings": ["file"],
    "/import_ratings_text": ["text"],
}
RATINGS = [{"movie_id": 318, "rating": 5}, {"movie_id": 296, "rating": 4.5}, {"movie_id": 1, "rating": 2}]
LETTERBOXD = (
    "Date,Name,Year,Letterboxd URI,Rating\n"
    "2024-01-02,The Matrix,1999,https://boxd.it/1,4.5\n"
    "2024-01-04,Amélie,2001,https://boxd.it/2,0.5\n"
    "2024-01-06,No Such Film At All,2021,https://boxd.it/5,3.5\n"
)
RATE_ONE = [{"movie_id": 318, "rating": 5}]


@pytest.fixture(scope="module")
def client(recommender_url: str) -> Client:
    return Client(recommender_url, verbose=False)


@pytest.fixture(scope="module")
def caller(recommender_url: str) -> Caller:
    return Caller(recommender_url)


# What each endpoint answers, through gradio_client.


def test_search_finds_while_typing(client: Client) -> None:
    films = client.predict("matri", api_name="/search")
    assert films[0]["title"] == "The Matrix"
    assert set(films[0]) == {"movie_id", "title", "year", "genres", "n_ratings"}
    assert len(client.predict(query="the", n=4, api_name="/search")) == 4
    assert client.predict("zzzzqqqq", api_name="/search") == []


def test_recommend_gives_ranked_films_that_were_not_rated(client: Client) -> None:
    answer = client.predict(RATINGS, api_name="/recommend")
    assert set(answer) == {"basis", "n_well_known", "films", "notes"}
    assert answer["basis"] == "list"
    films = answer["films"]
    assert [film["rank"] for film in films] == list(range(1, 11))
    assert not {film["movie_id"] for film in films} & {item["movie_id"] for item in RATINGS}
    for film in films:
        assert 0.5 <= film["low"] <= film["stars"] <= film["high"] <= 5
        assert film["genres"]
        assert film["n_ratings"] > 0


def test_recommend_filters_and_orders(client: Client) -> None:
    answer = client.predict(
        RATINGS, n=7, genres=["Comedy"], years=[1990, 1999], order="stars", api_name="/recommend"
    )
    assert answer["basis"] == "stars"
    assert len(answer["films"]) == 7
    assert all("Comedy" in film["genres"] and 1990 <= film["year"] <= 1999 for film in answer["films"])
    stars = [film["stars"] for film in answer["films"]]
    assert stars == sorted(stars, reverse=True)


def test_popularity_leans_both_ways(client: Client) -> None:
    def mean_ratings(popularity: float) -> float:
        films = client.predict(RATINGS, n=20, popularity=popularity, api_name="/recommend")["films"]
        return sum(film["n_ratings"] for film in films) / len(films)

    assert mean_ratings(-1) < mean_ratings(0) < mean_ratings(1)


def test_titles_mean_the_same_as_ids(client: Client) -> None:
    by_title = [
        {"title": "The Shawshank Redemption (1994)", "rating": 5},
        {"title": "pulp fiction", "rating": 4},
    ]
    by_id = [{"movie_id": 318, "rating": 5}, {"movie_id": 296, "rating": 4}]
    answers = [client.predict(ratings, api_name="/recommend") for ratings in (by_title, by_id)]
    assert answers[0]["films"] == answers[1]["films"]


@pytest.mark.parametrize("order", ["list", "stars"])
def test_explain_adds_up_to_what_recommend_says(client: Client, order: str) -> None:
    film = client.predict(RATINGS, order=order, api_name="/recommend")["films"][2]
    why = client.predict(RATINGS, film["movie_id"], order=order, api_name="/explain")
    assert math.isclose(sum(part["value"] for part in why["parts"]), why["raw"], abs_tol=1e-9)
    assert why["stars"] == film["stars"] == round(min(max(why["raw"], 0.5), 5), 3)
    assert (why["low"], why["high"]) == (film["low"], film["high"])
    assert why["rank"] == film["rank"] == 3
    assert {rated["movie_id"] for rated in why["without"]} == {item["movie_id"] for item in RATINGS}
    if why["list_parts"]:
        assert math.isclose(
            sum(part["value"] for part in why["list_parts"]), why["list_score"], rel_tol=1e-6, abs_tol=1e-9
        )


def test_explain_without_a_rating_is_recommend_without_it(client: Client) -> None:
    film = client.predict(RATINGS, api_name="/recommend")["films"][0]["movie_id"]
    for left_out in client.predict(RATINGS, film, api_name="/explain")["without"]:
        # The film that is not counted stays out of the list, so it is asked for and taken out by hand.
        others = [item for item in RATINGS if item["movie_id"] != left_out["movie_id"]]
        listed = client.predict(others, n=100, api_name="/recommend")["films"]
        names = [one["movie_id"] for one in listed if one["movie_id"] != left_out["movie_id"]]
        if left_out["rank"] is not None and left_out["rank"] <= 99:
            assert names.index(film) + 1 == left_out["rank"]


def test_predict_says_what_recommend_says(client: Client) -> None:
    films = client.predict(RATINGS, n=5, api_name="/recommend")["films"]
    predicted = client.predict(RATINGS, [film["movie_id"] for film in films], api_name="/predict")
    for film, same in zip(films, predicted, strict=True):
        assert same == {name: value for name, value in film.items() if name != "rank"}


def test_intervals_narrow_with_ratings(client: Client) -> None:
    def width(ratings: list[dict[str, Any]]) -> float:
        (film,) = client.predict(ratings, [858], api_name="/predict")
        return film["stars"] - film["low"]  # the other end is cut off at 5

    many = [
        {"movie_id": f["movie_id"], "rating": 2.5} for f in client.predict("the", n=30, api_name="/search")
    ]
    assert width(many) < width([])


def test_similar_is_sorted_and_well_founded(client: Client) -> None:
    films = client.predict(1, n=8, min_ratings=100, api_name="/similar")
    cosines = [film["cosine"] for film in films]
    assert len(films) == 8
    assert cosines == sorted(cosines, reverse=True)
    assert all(-1 <= film["cosine"] <= 1 and film["n_ratings"] >= 100 for film in films)
    assert 1 not in [film["movie_id"] for film in films]


def test_bias_has_two_ends(client: Client) -> None:
    answer = client.predict(n=5, api_name="/bias")
    highest, lowest = ([film["bias"] for film in answer[end]] for end in ("highest", "lowest"))
    assert len(highest) == len(lowest) == 5
    assert highest == sorted(highest, reverse=True)
    assert lowest == sorted(lowest)
    assert min(highest) > max(lowest)
    assert all(film["low"] < film["bias"] < film["high"] for film in answer["highest"])


def test_import_of_a_file_and_of_its_text_agree(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(LETTERBOXD, encoding="utf-8")
    from_file = client.predict(handle_file(path), api_name="/import_ratings")
    from_text = client.predict(LETTERBOXD, api_name="/import_ratings_text")
    assert from_file["ratings"] == from_text["ratings"]
    assert [item["rating"] for item in from_file["ratings"]] == [4.5, 0.5]
    assert [film["label"] for film in from_file["matched"]] == ["The Matrix (1999)", "Amelie (2001)"]
    (missed,) = from_file["unmatched"]
    assert (missed["title"], missed["row"]) == ("No Such Film At All", 4)
    assert missed["reason"]
    assert client.predict(from_file["ratings"], api_name="/recommend")["basis"] == "list"


def test_an_error_reaches_a_program_as_one_sentence(client: Client) -> None:
    with pytest.raises(AppError) as caught:
        client.predict([{"movie_id": 318, "rating": 6}], api_name="/recommend")
    assert str(caught.value).startswith("Rating 1: 6 is not a rating here: use 0.5 to 5 stars")


# What a program can look up.


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_argument_keeps_its_place(recommender_url: str, name: str) -> None:
    endpoint = httpx.get(f"{recommender_url}gradio_api/info").json()["named_endpoints"][name]
    assert [argument["parameter_name"] for argument in endpoint["parameters"]] == ENDPOINTS[name]


def test_documentation_is_printed_for_python(client: Client) -> None:
    printed = client.view_api(return_format="str", print_info=False)
    assert "keep films with at least one of these genres" in printed
    assert "0.5 to 5 stars in half steps. Empty gives the most-rated films." in printed


# Assistants.


class Assistant:
    """One who speaks the protocol for tools over streamable HTTP."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(timeout=30, headers={"Accept": "application/json, text/event-stream"})
        self.url = f"{url}gradio_api/mcp/"

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self.http.post(self.url, json=body)
        assert answer.status_code == 200, answer.text
        lines = [line[5:] for line in answer.text.splitlines() if line.startswith("data:")]
        return json.loads(lines[-1] if lines else answer.text)["result"]


@pytest.fixture(scope="module")
def assistant(recommender_url: str) -> Assistant:
    one = Assistant(recommender_url)
    about = {"name": "t", "version": "1"}
    hello = one.ask("initialize", protocolVersion="2025-03-26", capabilities={}, clientInfo=about)
    assert "tools" in hello["capabilities"]
    return one


def test_tools_are_the_public_endpoints(assistant: Assistant, recommender_url: str) -> None:
    tools = {tool["name"]: tool for tool in assistant.ask("tools/list")["tools"]}
    assert set(tools) == {name.strip("/") for name in ENDPOINTS}
    schema = httpx.get(f"{recommender_url}gradio_api/mcp/schema").json()
    assert {tool["name"] for tool in schema} == set(tools)
    for name, arguments in ENDPOINTS.items():
        tool = tools[name.strip("/")]
        assert ". " in f"{tool['description']} "
        assert list(tool["inputSchema"]["properties"]) == arguments
        for argument in tool["inputSchema"]["properties"].values():
            assert argument["description"].endswith("."), name
    assert tools["recommend"]["inputSchema"]["required"] == ["ratings"]


def test_an_assistant_uses_a_tool(assistant: Assistant, caller: Caller) -> None:
    arguments = {"ratings": RATE_ONE, "n": 3}
    said = assistant.ask("tools/call", name="recommend", arguments=arguments)["content"][0]["text"]
    assert json.loads(said) == caller.call("recommend", RATE_ONE, 3, [], [], 0, "list")


def test_an_assistant_reads_what_was_wrong(assistant: Assistant) -> None:
    arguments = {"ratings": [{"movie_id": 318, "rating": 9}]}
    answer = assistant.ask("tools/call", name="recommend", arguments=arguments)
    assert answer["isError"]
    assert "use 0.5 to 5 stars" in answer["content"][0]["text"]
    assert "Traceback" not in str(answer)


# Raw HTTP.


def test_one_kept_connection_serves_many_calls(recommender_app: RunningApp) -> None:
    caller = recommender_app.caller()
    opened = []
    caller.http.event_hooks["request"] = [lambda request: opened.append(request)]
    for _ in range(5):
        assert caller.call("search", "heat", 2)[0]["title"] == "Heat"
    assert len(opened) == 10
    assert len(caller.http._transport._pool.connections) == 1


def test_named_arguments_have_their_defaults(caller: Caller) -> None:
    named = caller.call_named("recommend", ratings=RATE_ONE, n=3)
    assert named == caller.call("recommend", RATE_ONE, 3, [], [], 0, "list")


def test_twenty_at_once_each_get_their_own(recommender_app: RunningApp) -> None:
    """Twenty visitors rate different films; each must read an answer to their own ratings only."""
    search = recommender_app.caller()
    films = [film["movie_id"] for film in search.call("search", "love", 40)]
    alone = {}
    for at in range(20):
        ratings = [
            {"movie_id": films[at], "rating": 5},
            {"movie_id": films[at + 20], "rating": 0.5 + at % 9 / 2},
        ]
        alone[at] = (ratings, search.call("recommend", ratings, 5, [], [], 0, "stars"))
    start = threading.Barrier(20)

    def visit(at: int) -> list[bool]:
        one = recommender_app.caller()
        ratings, expected = alone[at]
        start.wait()
        same = [one.call("recommend", ratings, 5, [], [], 0, "stars") == expected for _ in range(5)]
        labels = [part["label"] for part in one.call("explain", ratings, 858, 0, "stars")["parts"]]
        return [*same, sum(label.startswith("You gave") for label in labels) == 2]

    with ThreadPoolExecutor(20) as pool:
        assert all(all(answers) for answers in pool.map(visit, range(20)))


# TypeScript.

_SCRIPT = """
import { Client } from "@gradio/client";
const app = await Client.connect(process.argv[2]);
const ratings = [{ title: "Heat (1995)", rating: 4.5 }];
const list = await app.predict("/recommend", { ratings, n: 3 });
let refused = "";
try {
  await app.predict("/recommend", { ratings: [{ movie_id: 1, rating: 7 }] });
} catch (error) {
  refused = error.message;
}
const file = new Blob(["title,year,rating\\nHeat,1995,4\\n"], { type: "text/csv" });
const imported = await app.predict("/import_ratings", { file });
console.log(JSON.stringify({ list: list.data[0], refused, imported: imported.data[0] }));
process.exit(0);
"""


@pytest.mark.long
def test_the_client_for_typescript(recommender_url: str, caller: Caller) -> None:
    npm_package("@gradio/client")
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node: install nodejs")
    done = subprocess.run(
        [node, "--input-type=module", "-", recommender_url],
        input=_SCRIPT,
        cwd=NPM_FOLDER,  # where the script's import is looked for
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    ratings = [{"title": "Heat (1995)", "rating": 4.5}]
    assert said["list"] == caller.call("recommend", ratings, 3, [], [], 0, "list")
    assert "use 0.5 to 5 stars" in said["refused"]
    assert said["imported"]["ratings"] == [{"movie_id": 6, "rating": 4.0}]
