"""Requests that nobody should send, to every door of the app: wrong fields, sizes, files, addresses."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import httpx
import pytest

from shared.limits import MAX_BODY_MB, MB
from tests.apps.recommender.conftest import RATINGS, Page, plain
from tests.conftest import ROOT
from tests.servers.gradio_http import API, Caller, Refused, RunningApp, file_data

pytestmark = pytest.mark.usefixtures("unharmed")

# What each endpoint takes, so that one value at a time can be made wrong.
GOOD: dict[str, dict[str, Any]] = {
    "search": {"query": "heat", "n": 3},
    "recommend": {
        "ratings": RATINGS,
        "n": 3,
        "genres": ["Crime"],
        "years": [1990, 1999],
        "popularity": 0,
        "order": "list",
    },
    "explain": {"ratings": RATINGS, "movie_id": 858, "popularity": 0, "order": "list"},
    "similar": {"movie_id": 1, "n": 3, "min_ratings": 20},
    "predict": {"ratings": RATINGS, "movie_ids": [858]},
    "bias": {"n": 3, "min_ratings": 50},
    "import_ratings_text": {"text": "title,rating\nHeat,4\n"},
}
FIELDS = [(name, field) for name, values in GOOD.items() for field in values]
NAN = float("nan")
WRONG = {
    "a number": [NAN, float("inf"), -1e308, 1e308, 2.5, -1, True],
    "a text": ["five", "", "<img src=x onerror=alert(1)>", "\0", "\u202e", "9" * 5000],
    "nothing": [None],
    "a list": [[1], [None], [[]], ["x"], [NAN], [{"path": "/etc/passwd"}]],
    "an object": [{}, {"path": "/etc/passwd"}, {"a": {"b": 1}}],
}
MAY_PASS = {  # what is a valid value after all, and what the search takes as it is
    ("search", "query"): lambda value: isinstance(value, str),
    ("recommend", "genres"): lambda value: value is None,
    ("recommend", "years"): lambda value: value is None,
    ("recommend", "popularity"): lambda value: value == -1 and value is not True,
    ("predict", "movie_ids"): lambda value: value == [1] and value[0] is not True,
    ("explain", "popularity"): lambda value: value == -1 and value is not True,
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_field_of_the_wrong_kind(caller: Caller, name: str, field: str, kind: str) -> None:
    for value in WRONG[kind]:
        if MAY_PASS.get((name, field), lambda value: False)(value):
            assert caller.call_named(name, **{**GOOD[name], field: value}) is not None
            continue
        with pytest.raises(Refused) as caught:
            caller.call_named(name, **{**GOOD[name], field: value})
        assert "onerror" not in plain(caught.value.message) or "<img" not in caught.value.message


@pytest.mark.parametrize("name", GOOD)
def test_fields_missing_or_too_many(caller: Caller, name: str) -> None:
    values = list(GOOD[name].values())
    for wrong in (values[:-1], [*values, 1], []):
        with pytest.raises(Refused) as caught:
            caller.call(name, *wrong)
        assert f"and got {len(wrong)}." in plain(caught.value.message)
        assert next(iter(GOOD[name])) in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "7",
        "{}",
        '{"data": "x"}',
        '{"data": {"query": "x"}}',
        '{"data": [',
        '{"data": ["x", 3]',
        "\0",
    ],
)
def test_a_body_that_is_no_request(caller: Caller, body: str) -> None:
    with pytest.raises(Refused) as caught:
        caller.call_raw("search", body)
    assert caught.value.status in (400, 422) or "and got 0" in str(caught.value.message)
    assert "Traceback" not in str(caught.value.message)


@pytest.mark.parametrize("values", [{}, {"ratingz": []}, {"ratings": RATINGS, "colour": "red"}])
def test_named_fields_missing_or_unknown(caller: Caller, values: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        caller.call_named("recommend", **values)
    assert caught.value.status == 400
    plain(caught.value.message)


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_ten_megabytes_of_text(caller: Caller, name: str, field: str) -> None:
    values = {**GOOD[name], field: "x" * (10 * MB)}
    with pytest.raises(Refused) as caught:
        caller.call(name, *values.values())
    plain(caught.value.message)


def test_a_body_over_the_limit(caller: Caller) -> None:
    answer = caller.post("call/search", b'{"data": ["' + b"x" * (MAX_BODY_MB * MB) + b'", 3]}')
    assert answer.status_code == 413
    assert "larger than 1 MB" in plain(answer.json()["detail"])


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("depth", [500, 10_000])
def test_deep_json(caller: Caller, name: str, depth: int) -> None:
    for start, end in (("[", "]"), ('{"a":', "}")):
        deep = start * depth + "1" + end * depth
        others = [json.dumps(value) for value in GOOD[name].values()][1:]
        with pytest.raises(Refused) as caught:
            caller.call_raw(name, '{"data": [' + ", ".join([deep, *others]) + "]}")
        assert "Traceback" not in str(caught.value.message)
        assert len(str(caught.value.message)) < 600


@pytest.mark.parametrize("name", ["nothing", "lambda", "..", "recommend%00", "%2e%2e%2fconfig", "x" * 5000])
def test_unknown_endpoint(caller: Caller, name: str) -> None:
    for version in ("", "v2/"):
        answer = caller.post(f"call/{version}{name}", {"data": []})
        assert answer.status_code in (400, 404, 405)
        assert "Traceback" not in answer.text
    again = caller.call("search", "heat", 1)  # over the same connection
    assert again[0]["title"] == "Heat"


# Files and addresses that are none of the caller's.


class Witness(http.server.BaseHTTPRequestHandler):
    """Writes down every request; there should be none."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"title,rating\nHeat,4\n")

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def forbidden() -> Iterator[list[dict[str, Any]]]:
    """Files and addresses that must neither be read nor asked; afterwards nobody has been asked."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Witness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    addresses = [
        f"http://{host}:{port}/export.csv" for host in ("127.0.0.1", "localhost", "2130706433", "[::1]")
    ]
    addresses += [
        f"http://user@127.0.0.1:{port}/x.csv",
        f"HTTP://127.0.0.1:{port}/x.csv",
        f"ftp://127.0.0.1:{port}/x",
    ]
    addresses += ["http://169.254.169.254/", "file:///etc/passwd"]
    paths = [
        "/etc/passwd",
        "../../../../etc/passwd",
        "/proc/self/environ",
        str(ROOT / "README.md"),
        "README.md",
    ]
    paths += ["", ".", "\0", "/dev/zero", "~/.bashrc"]
    values: list[dict[str, Any]] = []
    for place in [*addresses, *paths]:
        values += [{"path": place}, file_data(place)]
    for address in addresses:
        values += [{"url": address}, {"path": "x", "url": address}, file_data("x", url=address)]
        values += [{"url": address, "meta": {"_type": "gradio.FileData"}}]
    yield values
    server.shutdown()
    assert Witness.seen == []


def secrets_in(answer: object) -> bool:
    text = str(answer)
    return "root:x:0:0" in text or "PATH=" in text or "pip install" in text


def test_no_file_of_the_server_through_the_file_endpoint(
    caller: Caller, forbidden: list[dict[str, Any]]
) -> None:
    for value in [*forbidden, "/etc/passwd", [], 5, [file_data("/etc/passwd")]]:
        with pytest.raises(Refused) as caught:
            caller.call("import_ratings", value)
        assert "/etc" not in plain(caught.value.message)


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_no_file_through_any_endpoint(
    caller: Caller, forbidden: list[dict[str, Any]], name: str, field: str
) -> None:
    for value in (forbidden[0], forbidden[1], forbidden[15], *forbidden[-4:]):
        for wrapped in (value, [value], {"deep": [value]}):
            with pytest.raises(Refused) as caught:
                caller.call_named(name, **{**GOOD[name], field: wrapped})
            assert "/etc" not in str(caught.value.message)
            assert "169.254" not in str(caught.value.message)
            plain(caught.value.message)


def test_no_file_through_the_pages_events(page: Page, forbidden: list[dict[str, Any]]) -> None:
    n_refused = 0
    for event in page.events:
        for at, kind in enumerate(event.kinds):
            if kind == "state":  # the server keeps these, and ignores what is sent
                continue
            for value in (forbidden[1], forbidden[19], forbidden[-2]):
                values = [*event.values]
                values[at] = value
                with pytest.raises(Refused) as caught:
                    page.caller.press(event.number, values, event={"movie_id": 318})
                plain(caught.value.message)
                n_refused += 1
    assert n_refused > 50


@pytest.mark.parametrize(
    "path",
    [
        f"{API}file=/etc/passwd",
        f"{API}file=../../../../etc/passwd",
        f"{API}file={ROOT}/README.md",
        f"{API}file=README.md",
        f"{API}file=file:///etc/passwd",
        f"{API}file=http://169.254.169.254/",
        f"{API}file=/proc/self/environ",
        f"{API}file/etc/passwd",
        f"{API}proxy=http://169.254.169.254/",
        "static/..%2f..%2f..%2f..%2fetc/passwd",
        "assets/..%2f..%2f..%2f..%2fetc/passwd",
        "monitoring",
        "monitoring/summary",
        f"{API}run-history/buckets",
        f"{API}vibe-code",
    ],
)
def test_no_other_door_is_open(caller: Caller, path: str) -> None:
    answer = caller.http.get(path)
    assert answer.status_code in (400, 403, 404)
    assert not secrets_in(answer.text)


def test_no_address_is_asked_through_other_doors(caller: Caller, forbidden: list[dict[str, Any]]) -> None:
    for value in forbidden:
        address = value.get("url") or value["path"]
        if address.lower().startswith("http"):
            for door in ("file=", "proxy="):
                assert caller.http.get(f"{API}{door}{address}").status_code in (400, 403, 404)


@pytest.mark.parametrize(
    "name", ["../../../x.csv", "/etc/x.csv", "a\0b.csv", "\u202evsc.x", "🎬.csv", "x" * 300, "..", ""]
)
def test_an_upload_stays_in_its_folder(caller: Caller, name: str) -> None:
    answer = caller.http.post(f"{API}upload", files={"files": (name, b"title,rating\nHeat,4\n")})
    if answer.status_code != 200:
        assert answer.status_code in (400, 422)
        return
    (path,) = answer.json()
    assert ".." not in path
    assert "gradio" in path
    assert caller.call("import_ratings", file_data(path))["ratings"] == [{"movie_id": 6, "rating": 4.0}]


# The page's own helpers and events, called by somebody who is not the page.


@pytest.fixture(scope="module")
def finders(recommender_url: str) -> list[tuple[int, str]]:
    config = httpx.get(f"{recommender_url}config").json()
    return [
        (part["id"], name) for part in config["components"] for name in part["props"].get("server_fns") or []
    ]


JUNK_QUERIES = [
    None,
    7,
    NAN,
    True,
    [],
    ["heat"],
    {},
    {"path": "/etc/passwd"},
    "x" * 10**6,
    "\0",
    "(" * 5000,
]


def test_the_search_of_the_page_takes_junk(caller: Caller, finders: list[tuple[int, str]]) -> None:
    assert finders
    for component_id, name in finders:
        body = {"component_id": component_id, "fn_name": name, "session_hash": "junk"}
        found = caller.post("component_server", {**body, "data": "the matrix"}).json()
        assert found[0]["title"] == "The Matrix"
        for query in JUNK_QUERIES:
            answer = caller.post("component_server", {**body, "data": query})
            assert answer.status_code == 200
            assert answer.json() == []


@pytest.mark.parametrize(
    "change",
    [
        {"fn_name": "preprocess"},
        {"fn_name": "__init__"},
        {"fn_name": "search_films.__globals__"},
        {"fn_name": None},
        {"component_id": 10**9},
        {"component_id": [1]},
        {"component_id": None},
        {"session_hash": ["x"]},
    ],
)
def test_nothing_but_the_helpers_can_be_called(
    caller: Caller, finders: list[tuple[int, str]], change: dict[str, Any]
) -> None:
    component_id, name = finders[0]
    body = {"component_id": component_id, "fn_name": name, "session_hash": "junk", "data": "heat", **change}
    answer = caller.post("component_server", body)
    assert answer.status_code in (400, 404, 422)
    plain(answer.json()["detail"])


JUNK = {
    "NaN": NAN,
    "infinity": float("inf"),
    "nothing": None,
    "text": "<img src=x onerror=alert(1)>",
    "object": {"movie_id": 318},
    "list": [1, "x", None],
    "true": True,
    "deep": json.loads("[" * 300 + "]" * 300),
}


@pytest.mark.parametrize("name", JUNK)
def test_events_of_the_page_take_junk(page: Page, name: str) -> None:
    """Each answers as if nothing were wrong, or with one sentence; never with a fault of ours."""
    for event in page.events:
        places = [at for at, kind in enumerate(event.kinds) if kind != "state"]
        together = [places] if event.name.startswith("train") else [[at] for at in places]
        for wrong in together:
            values = [JUNK[name] if at in wrong else value for at, value in enumerate(event.values)]
            try:
                page.caller.press(event.number, values, event={"movie_id": 318})
            except Refused as refused:
                message = plain(refused.message)
                assert "<img" not in message, event


def test_a_million_ratings_from_the_page(page: Page) -> None:
    with pytest.raises(Refused) as caught:
        page.press("update", [0] * 10**6)
    plain(caught.value.message)


@pytest.mark.parametrize(
    "said", [None, {}, [], "x", {"movie_id": None}, {"movie_id": "318"}, {"movie_id": True}, {"movie_id": -1}]
)
@pytest.mark.parametrize("name", ["show_why", "add_seen"])
def test_a_button_that_belongs_to_no_film(page: Page, name: str, said: object) -> None:
    with pytest.raises(Refused) as caught:
        page.press(name, [], event=said)
    assert "film" in plain(caught.value.message)


def test_a_number_that_is_no_event(recommender_app: RunningApp) -> None:
    caller = recommender_app.caller()
    for number in (-1, 10**6, 10**30, "update", None, [1], 1.5):
        body = {"data": [], "fn_index": number, "session_hash": "x"}
        answer = caller.post("queue/join", body)
        assert answer.status_code in (400, 404, 422)
        plain(answer.json()["detail"])
