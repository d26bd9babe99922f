"""Memory of a training step: the count, the measurement, the page's sum, and what is refused."""

import pytest

from shared.errors import InputError
from shared.image_models import memory_worker
from shared.image_models.memory import MICRO_BATCHES, OPTIMISERS, Row, count_row, estimate_mb, load_rows
from shared.image_models.memory_worker import measure_apart
from tests.node import in_module


def test_the_table_says_what_is_counted() -> None:
    known = load_rows()["resnet18"]
    counted = count_row("resnet18", device="meta")
    assert counted.size == known.size == 224
    assert counted.parameters == pytest.approx(known.parameters, abs=1e-3)
    assert counted.activations == pytest.approx(known.activations, abs=1e-2)  # it has no attention


def test_what_is_kept_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A net that one can add up: two layers of 3 x 4 x 4 inputs, 5 hidden units, a ReLU between them."""
    import torch
    from torch import nn

    def tiny(_name: str, *, most: float) -> nn.Module:
        net = nn.Sequential(nn.Flatten(), nn.Linear(48, 5), nn.ReLU(), nn.Linear(5, 10))
        net.default_cfg = {"input_size": (3, 4, 4)}
        return net

    monkeypatch.setattr("shared.image_models.memory.build", tiny)
    row = count_row("tiny", device="cpu")
    assert row.parameters == pytest.approx((48 * 5 + 5 + 5 * 10 + 10) / 1e6)
    # The photo, what the ReLU lets through (which the second layer needs too), log p, the truth, and for both
    # photos together the sum of weights.
    floats, whole = 48 + 5 + 10, 1
    total = torch.tensor(0.0).element_size()
    assert row.activations * 1e6 == pytest.approx(4 * floats + 8 * whole + total / 2)


def test_the_pages_sum_is_pythons() -> None:
    rows = [*load_rows().values()]
    asked = [(row._asdict(), n, name) for row in rows for n in MICRO_BATCHES for name in OPTIMISERS]
    made = in_module(
        "shared/image_models/memory.js", "return given.map((one) => m.estimateMb(...one))", asked
    )
    expected = [estimate_mb(row, n, name) for row in rows for n in MICRO_BATCHES for name in OPTIMISERS]
    assert made == pytest.approx(expected)


def test_what_does_not_grow_is_four_bytes_of_each_number() -> None:
    row = Row("x", 224, 10, 5)
    assert [estimate_mb(row, 2, name) for name in OPTIMISERS] == [90, 130, 170]


def test_without_torch_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.installed.find_missing", lambda *names: [*names])
    monkeypatch.setattr(memory_worker, "ask_worker", None)  # no process is started
    with pytest.raises(InputError, match=r"Measuring needs torch and timm.*make setup-train"):
        measure_apart("resnet18", "SGD")


@pytest.mark.long
def test_it_is_measured_in_a_process_of_its_own_and_the_estimate_is_near() -> None:
    found = measure_apart("resnet18", "SGD")
    assert found.row.architecture == "resnet18"
    assert "processor" in found.machine
    last = found.steps[-1]
    assert last.estimated_mb == pytest.approx(estimate_mb(found.row, last.micro_batch, "SGD"))
    assert last.measured_mb == pytest.approx(last.estimated_mb, rel=0.25)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("resnt18", "timm knows no architecture 'resnt18'. Try resnet"),
        ("vit_large_patch16_224", "One photo takes vit_large_patch16_224 5,182 MB, more"),
    ],
)
def test_what_cannot_be_measured_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        measure_apart(name, "Adam")
