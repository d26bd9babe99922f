"""Test-time augmentation: fastai's formula, on views that can be drawn again."""

import numpy as np
import pytest

from shared.vision.images import open_photo
from shared.vision.metrics import softmax
from shared.vision.model import Classifier
from shared.vision.tta import AskedView, ask_views, mix
from tests.shared.vision.conftest import EXAMPLES


def test_the_first_view_is_the_usual_answer_and_each_square_gets_its_own(classifier: Classifier) -> None:
    photo = open_photo(EXAMPLES[2])
    views = ask_views(classifier, photo, seed=4)
    assert len(views) == 5
    np.testing.assert_allclose(
        views[0].probabilities, classifier.answers([photo])[0].probabilities, atol=1e-5
    )
    for view in views:
        own = softmax(classifier.run_squares([view.square]).logits)[0]
        np.testing.assert_allclose(view.probabilities, own, atol=1e-5)


def test_the_mix_is_fastais(classifier: Classifier) -> None:
    """`Learner.tta` ends with torch.lerp(mean of the augmented, usual, beta)."""
    import torch

    views = ask_views(classifier, open_photo(EXAMPLES[0]), seed=1)
    drawn = torch.tensor(np.stack([view.probabilities for view in views[1:]])).mean(0)
    theirs = torch.lerp(drawn, torch.tensor(views[0].probabilities), 0.25)
    np.testing.assert_allclose(mix(views), theirs.numpy(), atol=1e-12)


def test_the_mix_by_hand() -> None:
    views = [AskedView("", None, np.array(p)) for p in ([1.0, 0.0], [0.0, 1.0], [0.5, 0.5])]  # type: ignore[arg-type]
    assert mix(views) == pytest.approx([0.25 + 0.75 * 0.25, 0.75 * 0.75])


def test_a_seed_gives_the_same_views_again(classifier: Classifier) -> None:
    photo = open_photo(EXAMPLES[1])
    first, again, other = (
        [view.caption for view in ask_views(classifier, photo, seed=seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
