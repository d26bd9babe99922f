"""Class activation maps: shares that add up to the score, a check that can fail, pictures of any shape."""

import math

import numpy as np
import pytest
from PIL import Image

from shared.vision.cam import activation_map, draw_map, shuffled_map, strength_left
from shared.vision.crops import draw_cut
from shared.vision.images import open_photo
from shared.vision.model import Classifier
from tests.shared.vision.conftest import EXAMPLES


def test_the_mean_of_the_map_and_the_bias_are_the_score(classifier: Classifier) -> None:
    from safetensors.numpy import load_file

    bias = load_file(classifier.artifact.path("model.safetensors"))["classifier.bias"].astype(np.float32)
    for answer in classifier.answers([open_photo(path) for path in EXAMPLES]):
        for at, weights in enumerate(classifier.weights):
            shares = activation_map(answer.maps, weights)
            assert shares.shape == answer.maps.shape[1:]
            assert shares.mean() + bias[at] == pytest.approx(answer.logits[at], abs=1e-3)


def test_by_hand() -> None:
    maps = np.array([[[1, 0], [0, 0]], [[0, 0], [0, 2]]], np.float32)
    np.testing.assert_array_equal(activation_map(maps, np.array([3, -1], np.float32)), [[3, 0], [0, -2]])


def test_little_is_left_of_a_learned_map_and_all_of_one_that_any_weights_draw(classifier: Classifier) -> None:
    for path in EXAMPLES[1:]:
        answer = classifier.answers([open_photo(path)])[0]
        assert strength_left(answer.maps, classifier.weights[int(answer.probabilities.argmax())]) < 0.3
    same = np.repeat(np.random.default_rng(0).random((1, 7, 7), np.float32), 20, axis=0)  # 20 equal channels
    assert strength_left(same, np.arange(20, dtype=np.float32)) == pytest.approx(1, abs=1e-5)


def test_nothing_speaks_for_a_class_without_any_share() -> None:
    maps = np.ones((4, 2, 2), np.float32)
    assert math.isnan(strength_left(maps, -np.ones(4, np.float32)))


def test_a_shuffle_only_deals_out_anew() -> None:
    maps = np.random.default_rng(1).random((30, 3, 3), np.float32)
    weights = np.random.default_rng(2).normal(size=30).astype(np.float32)
    assert not np.allclose(shuffled_map(maps, weights), activation_map(maps, weights))
    np.testing.assert_allclose(
        shuffled_map(np.ones_like(maps), weights), activation_map(np.ones_like(maps), weights), atol=1e-5
    )


@pytest.mark.parametrize("size", [(300, 200), (1, 1), (10_000, 1), (1, 10_000), (200, 900)])
@pytest.mark.parametrize("method", ["crop", "squish", "pad", "random"])
def test_the_picture_has_the_photos_shape(size: tuple[int, int], method: str) -> None:
    shares = np.arange(49, dtype=np.float32).reshape(7, 7)
    picture = draw_map(Image.new("RGB", size, "teal"), shares, draw_cut(size, 224, method))
    assert max(picture.size) == 480
    assert (
        picture.width / picture.height == pytest.approx(size[0] / size[1], rel=0.01) or min(picture.size) == 1
    )


def test_colour_is_only_where_the_network_looked_and_found_something() -> None:
    photo = Image.new("RGB", (400, 200), (128, 128, 128))
    shares = np.full((7, 7), -1, np.float32)
    shares[:, 6] = 5  # the right edge of what it saw, the middle 200 x 200
    pixels = np.asarray(draw_map(photo, shares, draw_cut(photo.size, 224, "crop")), int)
    colour = np.ptp(pixels, axis=2)  # (240, 480); grey pixels have none
    assert colour[:, 350].min() > 60
    assert colour[:, :240].max() == 0
    assert colour[:, 370:].max() == 0
