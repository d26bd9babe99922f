"""What the page's modules work out without a page: axes, pasted runs, the way to the bear classifier."""

import pytest

from tests.node import in_module

VIEWS = "apps/views/models/"


def test_ticks_are_round_and_inside() -> None:
    body = "return given.map(([axis, most]) => m.ticks(axis, most))"
    asked = [
        [{"low": 0.018, "high": 80, "log": True}, 9],
        [{"low": 1, "high": 30, "log": True}, 9],
        [{"low": 60, "high": 92}, 10],
        [{"low": 0, "high": 95}, 5],
        [{"low": 1, "high": 14_000, "log": True}, 4],
    ]
    few, many, points, shares, phone = in_module(VIEWS + "scatter.js", body, asked)
    assert few == pytest.approx([0.03, 0.1, 0.3, 1, 3, 10, 30])
    assert phone == [1, 10, 100, 1000, 10_000]
    assert many == [1, 2, 5, 10, 20]
    assert points == [60, 65, 70, 75, 80, 85, 90]
    assert shares == [0, 20, 40, 60, 80]


def test_pasted_runs_are_read_or_the_wrong_line_is_named() -> None:
    asked = [
        "resnet34 0.07 42\n\nconvnext_tiny, 0.05; 95\n",
        "a 0.1",
        "a 0.1 3\nb 7 3",
        "a 0.1 -3",
        "a x 3",
        "",
    ]
    read = in_module(VIEWS + "score.js", "return given.map(m.readRuns)", asked)
    assert read[0]["runs"] == [
        {"name": "resnet34", "error": 0.07, "seconds": 42},
        {"name": "convnext_tiny", "error": 0.05, "seconds": 95},
    ]
    assert [one["wrong"].partition(" must")[0] for one in read] == [
        "",
        "Line 1",
        "Line 2",
        "Line 1",
        "Line 1",
        "",
    ]
    assert all(one["runs"] == [] for one in read[1:])


def test_the_bear_classifier_is_found_beside_this_app_wherever_it_is() -> None:
    places = {
        "http://127.0.0.1:7860/models/": "/bears/#train?arch=convnext_tiny",
        "https://ada-gallery.hf.space/models/": "/bears/#train?arch=convnext_tiny",
        "https://example.org/course/models": "/course/bears/#train?arch=convnext_tiny",
        "https://ada-models.hf.space/": "https://ada-bears.hf.space/#train?arch=convnext_tiny",
        "http://127.0.0.1:7860/": "",
    }
    body = "return given.map((place) => m.trainAddress(new URL(place), 'convnext_tiny'))"
    assert in_module(VIEWS + "use.js", body, [*places]) == [*places.values()]


def test_the_code_names_the_model_once() -> None:
    lines = in_module(VIEWS + "use.js", "return m.codeOf('levit_256')", None).splitlines()
    assert len(lines) == 3
    assert 'vision_learner(dls, "levit_256"' in lines[1]
