"""The bundled classifier: the same answers as timm and fastai give, good ones, and none where none is due."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.limits import MB
from shared.vision.cleaning import apply_choices, from_csv
from shared.vision.crops import METHODS, resize_photo
from shared.vision.dataset import PhotoSet, split_photos
from shared.vision.images import open_photo
from shared.vision.metrics import softmax
from shared.vision.model import MAX_SIDE_PX, NONE_LABEL, SURE, Classifier, open_for_model
from shared.vision.network import Outputs
from tests.conftest import ROOT
from tests.shared.vision.conftest import EXAMPLES


@pytest.fixture(scope="module")
def examples() -> list[Image.Image]:
    return [open_photo(path) for path in EXAMPLES]


@pytest.fixture(scope="module")
def squares(classifier: Classifier, examples: list[Image.Image]) -> np.ndarray:
    return np.stack([classifier.prepare(photo) for photo in examples])  # (4, 3, 224, 224)


def assert_equal(ours: Outputs, theirs: Outputs) -> None:
    for name, a, b in zip(Outputs._fields, ours, theirs, strict=True):
        assert a.shape == b.shape, name
        assert np.abs(a - b).max() <= 1e-4 * max(1.0, np.abs(b).max()), name


def test_timm_loads_the_folder_and_answers_alike(classifier: Classifier, squares: np.ndarray) -> None:
    import timm
    import torch

    network = timm.create_model(f"local-dir:{classifier.artifact.folder}", pretrained=True).eval()
    with torch.inference_mode():
        maps = network.forward_features(torch.from_numpy(squares))
        theirs = network.forward_head(maps), network.forward_head(maps, pre_logits=True), maps
    assert_equal(classifier.network.run(squares), Outputs(*(part.numpy() for part in theirs)))


@pytest.mark.parametrize("sign", [{"SPACES_ZERO_GPU": "true"}, {"CUDA_VISIBLE_DEVICES": "0"}])
def test_answers_are_worked_out_on_the_cpu_wherever_it_runs(sign: dict[str, str]) -> None:
    code = (
        "import sys; from shared.vision.model import load_classifier, open_for_model; "
        "load_classifier().classify(open_for_model('shared/vision/examples/fox.jpg')); "
        "print({'torch', 'spaces'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **sign}, cwd=ROOT, capture_output=True, text=True
    )
    assert answer.stdout.strip() == "set()", answer.stderr


@pytest.mark.parametrize("n", [1, 2, 17])
def test_any_number_of_photos_at_a_time(classifier: Classifier, squares: np.ndarray, n: int) -> None:
    together = classifier.network.run(np.resize(squares, (n, *squares.shape[1:])))
    one_by_one = Outputs.join([classifier.network.run(squares[[at % len(squares)]]) for at in range(n)])
    assert_equal(together, one_by_one)


@pytest.mark.parametrize("method", METHODS)
def test_a_photo_is_prepared_as_fastai_does(
    classifier: Classifier, examples: list[Image.Image], method: str
) -> None:
    from fastai.vision.augment import RandomResizedCrop, Resize
    from fastai.vision.core import PILImage
    from torchvision.transforms.functional import normalize, to_tensor

    size = classifier.size
    resize = RandomResizedCrop(size) if method == "random" else Resize(size, method, pad_mode="reflection")
    for photo in examples:
        square = resize(PILImage.create(np.asarray(photo)), split_idx=1)
        theirs = normalize(to_tensor(square), classifier.mean, classifier.std).numpy()
        ours = classifier.prepare(photo, method=method)
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
        np.testing.assert_allclose(
            softmax(classifier.network.run(ours[None]).logits),
            softmax(classifier.network.run(theirs[None].astype(np.float32)).logits),
            atol=1e-3,
        )


def test_the_artifact_is_small_enough(classifier: Classifier) -> None:
    sizes = [path.stat().st_size for path in classifier.artifact.folder.iterdir()]
    assert max(sizes) <= 10 * MB
    assert sum(sizes) <= 15 * MB


def test_an_answer_as_programs_get_it(classifier: Classifier) -> None:
    answer = classifier.classify(open_photo(ROOT / "shared/vision/examples/teddy.jpg"))
    assert answer["label"] == "teddy"
    assert answer["is_bear"] is True
    assert answer["reason"] == ""
    assert list(answer["probabilities"]) == classifier.vocab
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert 0 < answer["distance"] < classifier.abstainer.thresholds.distance
    assert answer["model"].startswith("tf_efficientnet_lite0, bundled, ")


def _noise(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (240, 320, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    "picture",
    [
        open_photo(ROOT / "shared/vision/examples/fox.jpg"),
        *(_noise(seed) for seed in range(3)),
        *(Image.new("RGB", (300, 200), colour) for colour in ("black", "white", "gray", "red")),
    ],
)
def test_what_is_no_bear_is_none_of_these(classifier: Classifier, picture: Image.Image) -> None:
    answer = classifier.classify(picture)
    assert answer["label"] == NONE_LABEL
    assert answer["is_bear"] is False
    assert answer["reason"].endswith(".")


def test_the_printed_accuracy_is_that_of_the_held_out_photos(classifier: Classifier, bears: PhotoSet) -> None:
    """Made again from the photos: the split, the answers, and how many of them are refused."""
    choices = from_csv((ROOT / "shared/vision/bears_choices.csv").read_bytes())
    photos = apply_choices(bears, choices).photos
    how, metrics = classifier.config["trained_with"], classifier.config["metrics"]
    _, valid = split_photos(photos, valid_pct=how["valid_pct"], seed=how["seed"])
    answers = classifier.answers([open_for_model(photos[row].path) for row in valid])
    right = [
        classifier.vocab[int(answer.probabilities.argmax())] == photos[row].label
        for answer, row in zip(answers, valid, strict=True)
    ]
    assert len(valid) == metrics["n_valid"]
    assert np.mean(right) == pytest.approx(metrics["accuracy"])
    assert np.mean(right) >= 0.97
    assert np.mean([not answer.verdict.is_known for answer in answers]) <= 0.05


@pytest.mark.long
def test_other_things_are_none_of_these(classifier: Classifier, require: Callable[[str], Path]) -> None:
    """Every third of the 995, so that it takes seconds."""
    paths = sorted(require("not_bears").glob("*.jpg"))[::3]
    answers = [classifier.classify(open_for_model(path)) for path in paths]
    assert np.mean([answer["label"] == NONE_LABEL for answer in answers]) >= 0.97


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", [(4000, 3000), (3464, 3464), (8000, 6000)])
def test_a_large_photo_decoded_smaller_gets_the_same_answer(
    classifier: Classifier, path: Path, size: tuple[int, int]
) -> None:
    file = io.BytesIO()
    open_photo(path).resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=92)
    photo, answer = classifier.answer_file(file.getvalue())
    whole = classifier.answers([open_photo(file.getvalue())])[0]
    assert np.abs(answer.probabilities - whole.probabilities).max() <= 1e-2
    if answer.probabilities.max() > SURE:
        assert MAX_SIDE_PX <= max(photo.size) < 2 * MAX_SIDE_PX
    else:
        assert photo.size == size  # in doubt, every pixel counts


def test_classifying_imports_neither_torch_nor_fastai() -> None:
    code = """if True:
        import sys
        from shared.vision.images import open_photo
        from shared.vision.model import load_classifier
        load_classifier().classify(open_photo("shared/vision/examples/fox.jpg"))
        print([name for name in ("torch", "fastai", "timm", "scipy", "sklearn") if name in sys.modules])
    """
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_squares_are_not_cut_again(classifier: Classifier, examples: list[Image.Image]) -> None:
    squares = [resize_photo(photo, classifier.size, classifier.resize) for photo in examples]
    np.testing.assert_allclose(
        classifier.run_squares(squares).logits, classifier.run(examples).logits, atol=1e-5
    )
