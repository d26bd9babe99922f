"""The tab *What it sees* without a browser: the pictures, what is said of them, and what a click answers."""

import base64
import html
import io
import json
import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from apps.views.bears import sees, sees_cards
from apps.views.bears.photo_input import example_path
from shared.limits import MAX_AUGMENT_SEED
from shared.vision.crops import METHODS, draw_cut, resize_photo
from shared.vision.model import Classifier

BEAR = example_path("grizzly")


class ByBrightness:
    """Stands for a classifier: the answer depends on nothing but the square's mean."""

    size = 96

    def run_squares(self, squares: list[Image.Image]) -> list[float]:
        assert all(square.size == (96, 96) for square in squares)
        return [float(np.asarray(square).mean()) / 255 for square in squares]

    def read(self, outputs: list[float]) -> list[Any]:
        known = SimpleNamespace(is_known=True)
        return [SimpleNamespace(probabilities=np.array([p, 1 - p]), verdict=known) for p in outputs]

    def label(self, answer: Any) -> str:
        return "light" if answer.probabilities[0] > 0.5 else "dark"


CLASSIFIER = cast(Classifier, ByBrightness())


def shown_squares(text: str) -> list[np.ndarray]:
    """The pictures in the cards, as they come to the browser."""
    uris = re.findall(r'class="sees-square[^"]*" src="data:image/jpeg;base64,([^"]+)"', text)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(uri))), dtype=float) for uri in uris]


def words(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", text.replace("<wbr>", ""))).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def demo() -> gr.Blocks:
    with gr.Blocks() as demo, gr.Tabs(), gr.Tab("What it sees"):
        sees.build_sees(CLASSIFIER)
    return demo


def call(demo: gr.Blocks, name: str, *arguments: object) -> list[Any]:
    function = next(fn.fn for fn in demo.fns.values() if fn.name == name)
    return cast("list[Any]", function(*arguments))


# The pictures


def test_the_four_squares_are_what_the_model_gets() -> None:
    photo = sees.open_as(BEAR, sees.WIDE)
    assert photo.size == (360, 180)
    for square, method in zip(shown_squares(sees.show_ways(photo, 128, None)), METHODS, strict=True):
        expected = np.asarray(resize_photo(photo, 128, method), dtype=float)
        assert np.abs(square - expected).mean() < 4  # of 255: what JPEG loses


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    photo = sees.open_as(BEAR, sees.TALL)
    text = sees.show_ways(photo, 128, None) + sees.show_draws(photo, 128, 0.35, 3)
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', text)
    assert len(alts) == text.count("<img") == 2 * len(METHODS) + sees.N_DRAWS
    assert all(alts)


def test_the_seed_repeats_a_draw() -> None:
    photo = sees.open_as(BEAR, sees.WIDE)
    assert sees.show_draws(photo, 64, 0.35, 3) == sees.show_draws(photo, 64, 0.35, 3)
    assert sees.show_draws(photo, 64, 0.35, 3) != sees.show_draws(photo, 64, 0.35, 4)


def test_least_part_kept_is_kept() -> None:
    text = sees.show_draws(sees.open_as(BEAR, sees.AS_IT_IS), 64, 0.9, 1)
    kept = [int(number) for number in re.findall(r"<p>(\d+)&nbsp;% of the photo", text)]
    assert len(kept) == sees.N_DRAWS
    assert all(89 <= number <= 100 for number in kept)


def test_the_frame_is_drawn_where_the_square_was_cut() -> None:
    text = sees.show_ways(sees.open_as(BEAR, sees.WIDE), 64, None)
    places = re.findall(r'<i style="left:([\d.]+)%;top:([\d.]+)%;width:([\d.]+)%;height:([\d.]+)%"', text)
    crop, squish, pad, random_crop = (tuple(map(float, place)) for place in places)
    assert crop == (25, 0, 50, 100)
    assert squish == pad == (0, 0, 100, 100)
    assert random_crop == pytest.approx(
        (10, 10, 80, 80)
    )  # 64 of 80: the size and 0.14 of it, to a multiple of 8


# What is said


@pytest.mark.parametrize(
    ("method", "size", "said"),
    [
        ("crop", (200, 100), "Cuts away 50 % of the photo."),
        ("crop", (100, 100), "Loses nothing: the photo is a square."),
        ("squish", (200, 100), "Keeps everything, but things look 2 × too narrow."),
        ("squish", (100, 250), "Keeps everything, but things look 2.5 × too flat."),
        ("squish", (102, 100), "Changes nothing: the photo is a square."),
        ("squish", (1, 10_000), "Keeps everything, but things look 10,000 × too flat."),
        ("pad", (100, 400), "Keeps everything, but 75 % is only mirror image."),
        ("pad", (100, 100), "Adds nothing."),
        ("random", (100, 100), "At validation, the middle of a slightly larger square. Cuts away 23 %."),
    ],
)
def test_what_is_lost(method: str, size: tuple[int, int], said: str) -> None:
    assert sees_cards.what_is_lost(method, draw_cut(size, 224, method)) == said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([("a", 0.9), ("b", 0.9), ("a", 0.9), ("a", 0.9)], "*the answer changes*"),
        ([("a", 0.9), ("none of these", None), ("a", 0.9), ("a", 0.9)], "*the answer changes*"),
        ([("a", 0.9), ("a", 0.7), ("a", 0.8), ("a", 0.9)], "differs by 20 points"),
        ([("a", 0.9)] * 4, "All four get the same answer here."),
        ([("none of these", None)] * 4, "All four get the same answer here."),
    ],
)
def test_whether_the_answer_depends_on_the_way(answers: list[sees_cards.LabelAndShare], said: str) -> None:
    assert said in sees_cards.compare_answers(answers)


def test_the_model_is_asked_for_each_way_at_its_own_size(tmp_path: Path) -> None:
    photo = Image.new("RGB", (300, 100), "white")
    photo.paste("black", (100, 0, 200, 100))  # all that a crop keeps
    answers = sees.answers_for(photo, CLASSIFIER)
    assert [label for label, _ in answers] == ["dark", "light", answers[2][0], "light"]
    assert answers[0][1] == pytest.approx(1)
    text = words(sees.show_ways(photo, 64, CLASSIFIER))
    assert "the answer changes" in text
    assert "Asked at 96 × 96." in text
    assert "Asked at" not in words(sees.show_ways(photo, 96, CLASSIFIER))


def test_a_label_cannot_become_html() -> None:
    text = sees_cards.ways_html(Image.new("RGB", (30, 20)), 64, [("<img src=x>", 0.5)] * 4)
    assert "&lt;img src=x&gt;" in text
    assert "<img src=x>" not in text


# What a click answers


def test_nothing_here_is_a_public_endpoint(demo: gr.Blocks) -> None:
    assert demo.fns
    assert not demo.get_api_info()["named_endpoints"]


def test_the_pictures_come_when_the_tab_is_opened(demo: gr.Blocks) -> None:
    assert len(json.dumps(demo.config, default=str)) < 50_000
    targets = {fn.name: [target[1] for target in fn.targets] for fn in demo.fns.values()}
    assert targets["open_tab"] == ["select"]
    ways, draws = call(demo, "open_tab", BEAR, sees.WIDE, 64, 0.35, 1)
    assert len(shown_squares(ways)) == 4
    assert len(shown_squares(draws)) == 8


@pytest.mark.parametrize(("size", "shape"), [((400, 390), sees.WIDE), ((400, 300), sees.AS_IT_IS)], ids=str)
def test_a_new_photo_starts_with_a_shape_that_shows_something(
    demo: gr.Blocks, tmp_path: Path, size: tuple[int, int], shape: str
) -> None:
    path = tmp_path / "photo.png"
    Image.effect_noise(size, 90).save(path)
    shown_shape, ways, draws, line = call(demo, "change_photo", str(path), 64, 0.35, 1)
    assert shown_shape == shape
    assert len(shown_squares(ways)) == 4
    assert len(shown_squares(draws)) == 8
    assert "Shape" in line


def test_each_step_leads_to_the_next(demo: gr.Blocks) -> None:
    settings = (BEAR, sees.WIDE, 64, 0.35, 1)
    lines = [
        call(demo, name, *settings)[-1]
        for name in ("change_shape", "change_size", "change_seed", "change_scale")
    ]
    for line, word in zip(lines, ("Size", "New draw", "Least part kept", "your own"), strict=True):
        assert word in line


def test_a_new_draw_has_a_seed_that_repeats_it(demo: gr.Blocks) -> None:
    seed, draws, line = call(demo, "draw_again", BEAR, sees.WIDE, 64, 0.35)
    assert 0 <= seed <= MAX_AUGMENT_SEED
    assert f"seed {seed}" in draws
    assert call(demo, "change_seed", BEAR, sees.WIDE, 64, 0.35, seed) == [draws, line]
    assert len({call(demo, "draw_again", BEAR, sees.WIDE, 64, 0.35)[0] for _ in range(5)}) > 1


def test_without_a_photo_the_tab_says_what_to_do(demo: gr.Blocks) -> None:
    ways, draws = call(demo, "clear_cards")
    assert "choose an example" in ways
    assert ways == draws
    assert all(value == gr.skip() for value in call(demo, "change_photo", None, 64, 0.35, 1))
    for name in ("open_tab", "change_shape", "change_size", "change_scale", "change_seed"):
        assert all(value == gr.skip() for value in call(demo, name, None, sees.WIDE, 64, 0.35, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 63}, "The size must be a number from 64 to 320"),
        ({"size": math.nan}, "The size must be"),
        ({"size": None}, "The size must be"),
        ({"min_scale": 0}, "The least part kept must be a number from 0.08 to 1"),
        ({"min_scale": math.inf}, "The least part kept must be"),
        ({"seed": -1}, "The seed must be a number from 0 to 999,999"),
        ({"seed": "7"}, "The seed must be"),
        ({"shape": "Round"}, "There is no such shape. Choose one of As it is, Wide, Tall"),
        ({"shape": ["Wide"]}, "There is no such shape"),
        ({"path": __file__}, "Send a JPEG, PNG or WebP photo"),
        ({"path": "/no/such/file"}, "The picture cannot be read"),
    ],
    ids=str,
)
def test_what_cannot_be_shown_is_said(demo: gr.Blocks, change: dict[str, Any], message: str) -> None:
    settings = {"path": BEAR, "shape": sees.WIDE, "size": 64, "min_scale": 0.35, "seed": 1, **change}
    with pytest.raises(gr.Error, match=message):
        call(demo, "change_size", *settings.values())
