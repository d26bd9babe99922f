"""What lies behind the cells of the confusion matrix, and pictures small enough for a page."""

import pytest

from shared.vision.train_progress import RunResult
from shared.vision.train_results import held_out, in_cell

VOCAB = ["black", "grizzly", "teddy"]


def entry(name, label, probabilities, loss):
    predicted = VOCAB[max(range(3), key=lambda at: probabilities[at])]
    return {
        "digest": name,
        "path": f"/photos/{name}.jpg",
        "label": label,
        "predicted": predicted,
        "probabilities": probabilities,
        "loss": loss,
    }


ENTRIES = [
    entry("a", "black", [0.9, 0.1, 0.0], 0.105),
    entry("b", "black", [0.2, 0.7, 0.1], 1.609),
    entry("c", "black", [0.4, 0.6, 0.0], 0.916),
    entry("d", "teddy", [0.0, 0.1, 0.9], 0.105),
]


@pytest.fixture
def photos():
    return held_out(RunResult("", "", "", {"vocab": VOCAB, "valid": ENTRIES}, 1.0))


def test_the_largest_loss_comes_first_with_its_probabilities(photos):
    assert [photo.loss for photo in photos] == [1.609, 0.916, 0.105, 0.105]
    worst = photos[0]
    assert (worst.path.name, worst.actual, worst.predicted) == ("b.jpg", "black", "grizzly")
    assert (worst.probability, worst.probability_actual) == (0.7, 0.2)
    assert [photo.is_right for photo in photos] == [False, False, True, True]


def test_the_cells_hold_every_photo_once(photos):
    cells = {(a, p): in_cell(photos, actual=a, predicted=p) for a in VOCAB for p in VOCAB}
    assert [photo.path.name for photo in cells["black", "grizzly"]] == ["b.jpg", "c.jpg"]
    assert [photo.path.name for photo in cells["black", "black"]] == ["a.jpg"]
    assert cells["grizzly", "black"] == []
    assert sum(map(len, cells.values())) == len(ENTRIES)
