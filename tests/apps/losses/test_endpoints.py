"""The endpoints of the running app, as a program calls them, and what they refuse."""

import pytest

from tests.servers.gradio_http import Refused, RunningApp


@pytest.fixture(scope="module")
def app(serve) -> RunningApp:
    return serve("losses")


def test_cross_entropy_has_the_lessons_figures(app: RunningApp) -> None:
    answer = app.caller().call_named("cross_entropy")
    assert answer["loss"] == pytest.approx(0.13566, abs=5e-6)
    assert answer["loss_base_10"] == pytest.approx(0.05892, abs=5e-6)
    assert answer["probabilities"][0][1] == pytest.approx(0.87314, abs=5e-6)
    assert answer["gradient"][0][1] == pytest.approx(0.87314 - 1, abs=5e-6)
    assert answer["losses"] == [answer["loss"]]


def test_cross_entropy_takes_rows_weights_and_sigmoids(app: RunningApp) -> None:
    rows = {"logits": [[1, 2], [0, 0]], "truth": [[1, 0], [0, 1]]}
    plain = app.caller().call_named("cross_entropy", **rows)
    weighted = app.caller().call_named("cross_entropy", weights=[3, 1], **rows)
    first, second = plain["losses"]
    assert plain["loss"] == pytest.approx((first + second) / 2)
    assert weighted["loss"] == pytest.approx((3 * first + second) / 4)
    many = app.caller().call_named("cross_entropy", logits=[[0, 0, 0]], truth=[[1, 1, 0]], kind="sigmoid")
    assert many["probabilities"] == [[0.5] * 3]
    assert many["loss"] == pytest.approx(0.693147, abs=1e-6)


def test_accumulate_says_which_loop_is_the_same(app: RunningApp) -> None:
    answer = app.caller().call_named("accumulate", split="16 × 4", batches=2)
    right, summed, late, published = answer["loops"]
    assert [loop["is_same"] for loop in answer["loops"]] == [True, False, False, False]
    assert summed["gradient_times"] == pytest.approx(16, rel=1e-6)
    assert (right["steps"], late["steps"]) == (2, 1)
    assert (published["divides"], published["waits_for_more"]) == (False, True)
    assert answer["steps_of_big_batch"] == 2
    assert right["loss"] == pytest.approx(answer["loss_of_big_batch"], abs=1e-6)


@pytest.mark.parametrize(
    ("endpoint", "wrong", "sentence"),
    [
        ("cross_entropy", {"logits": [[1]]}, "Logits must be 1 to 64 rows of 2 to 8 numbers"),
        ("cross_entropy", {"truth": [[1, 1, 0, 0, 0]]}, "exactly one class is true"),
        ("cross_entropy", {"smoothing": 0.6}, "Label smoothing must be a number from 0 to 0.5, not 0.6"),
        ("accumulate", {"split": "1 × 64"}, "Micro-batches × rows must be one of 2 × 32, 4 × 16"),
        ("accumulate", {"batches": 21}, "Batches of 64 must be a whole number from 1 to 20, not 21"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(app: RunningApp, endpoint, wrong, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        app.caller().call_named(endpoint, **wrong)
    assert app.n_failures() == 0
