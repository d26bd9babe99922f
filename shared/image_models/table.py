"""The table of image models: what timm publishes of each pretrained model, one row for each image size.

    load_models()[0].name               # "eva02_large_patch14_448.mim_m38m_ft_in22k_in1k"
    milliseconds(model, "rtx3090")      # a photo, None where nobody measured it
    load_source()["taken"]              # when the figures were taken from timm

Accuracies are per cent of the pictures of each test set that the first answer was right for. The speeds are
photos a second: on GPUs in half precision and in large batches, on CPUs one at a time. "train" is that of
training on an RTX 3090, with PyTorch 1.12.
"""

import csv
import gzip
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

TABLE, SOURCE = (Path(__file__).with_name(name) for name in ("table.csv.gz", "source.toml"))
HARDWARE = {
    "rtx3090": "GPU: RTX 3090",
    "rtx4090": "GPU: RTX 4090",
    "rtx5090": "GPU: RTX 5090",
    "i7": "CPU: Intel i7-12700H, a laptop",
    "i9": "CPU: Intel i9-10940X, a desktop",
}
_FAMILIES = {  # those that are told apart by colour -> how an architecture's name begins
    "ConvNeXt": "convnext",
    "ViT": "vit|deit|beit|eva|flexivit",
    "ResNet": r"\w*res(net|next)",
    "EfficientNet": "(tf_)?efficientnet",
    "MobileNet": "(tf_)?mobilenet",
    "LeViT": "levit",
}
OTHER = "Other"
FAMILIES = (*_FAMILIES, OTHER)
_MEGABYTES = 4  # of a million parameters, each a 32-bit float


class Model(NamedTuple):
    """One pretrained model at one image size; None is what nobody published."""

    name: str
    size: int  # pixels of the square's side
    parameters: float  # millions
    top1: float
    real: float | None
    v2: float | None
    sketch: float | None
    r: float | None
    a: float | None
    rtx3090: float | None
    rtx4090: float | None
    rtx5090: float | None
    i7: float | None
    i9: float | None
    train: float | None

    @property
    def architecture(self) -> str:
        """Its name without the weights, as `timm.create_model` and the speed tables call it."""
        return self.name.partition(".")[0]

    @property
    def megabytes(self) -> float:
        """Of its weights as 32-bit floats."""
        return self.parameters * _MEGABYTES


@cache
def load_models() -> tuple[Model, ...]:
    """Read the table; the most accurate come first."""
    with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as file:
        _header, *rows = csv.reader(file)
    return tuple(
        Model(name, int(size), *(float(text) if text else None for text in rest))  # type: ignore[arg-type]
        for name, size, *rest in rows
    )


@cache
def load_source() -> dict[str, Any]:
    """Read where the figures come from: "source", "taken", and the "files" with their checksums."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def milliseconds(model: Model, hardware: str) -> float | None:
    """Give the time of one photo.

    Args:
        model: the model.
        hardware: one of HARDWARE.
    """
    speed = getattr(model, hardware)
    return 1000 / speed if speed else None


@cache
def family(architecture: str) -> str:
    """Say which of FAMILIES an architecture belongs to."""
    found = (name for name, start in _FAMILIES.items() if re.match(start, architecture))
    return next(found, OTHER)


@cache
def columns() -> dict[str, list[Any]]:
    """Give the table column by column, for the page, with each model's family."""
    models = load_models()
    by_column = dict(zip(Model._fields, map(list, zip(*models, strict=True)), strict=True))
    return by_column | {"family": [family(model.architecture) for model in models]}
