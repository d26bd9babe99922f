"""First weights: the package's tensors under timm's names are a network that knows ImageNet."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shared.errors import InputError
from shared.vision.images import open_photo
from shared.vision.train_init import check_arch, imagenet_index, imagenet_rows, package_weights


def test_names_of_imagenet() -> None:
    assert imagenet_index("ice bear") == imagenet_index("Polar Bear") == 296
    with pytest.raises(InputError, match="Did you mean"):
        imagenet_index("ice bar")


def test_an_unknown_network_gets_suggestions() -> None:
    check_arch("resnet18")
    check_arch("convnext_tiny.in12k_ft_in1k")
    with pytest.raises(InputError, match=r"Did you mean .*resnet18"):
        check_arch("resnet_18")


def test_the_rows_are_the_last_layer() -> None:
    state = package_weights("tf_efficientnet_lite0")
    rows = imagenet_rows("tf_efficientnet_lite0", state)
    assert rows.shape == (1000, 1281)
    assert rows[296, :-1].equal(state["classifier.weight"][296])
    assert rows[296, -1] == state["classifier.bias"][296]


@pytest.mark.long
def test_the_mapped_weights_know_imagenet(require: Callable[[str], Path]) -> None:
    """Each photo's file name carries its class: at least 8 of 10 are found among 1,000."""
    import timm
    import torch
    from timm.data import ImageNetInfo, create_transform, resolve_model_data_config

    network = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    network.load_state_dict(package_weights("tf_efficientnet_lite0"))
    info = ImageNetInfo()
    places = {info.index_to_label_name(at): at for at in range(1000)}
    paths = sorted(require("not_bears").glob("*.jpg"))[::8]
    transform = create_transform(**resolve_model_data_config(network))
    with torch.inference_mode():
        batch = torch.stack([transform(open_photo(path)) for path in paths])
        answers = network(batch).argmax(1).numpy()
    truth = [places[path.name.partition("_")[0]] for path in paths]
    assert np.mean(answers == truth) > 0.8
