"""One plain sentence for each kind of layer, for people who meet it for the first time.

describe_module(nn.ReLU6())    # "An activation: it sets everything below 0 to 0, and ..."
"""

from collections.abc import Callable, Mapping
from typing import Any


def describe_module(module: Any) -> str:
    """Say what a torch module does.

    Looks its class up, then the classes it was made from, so `Conv2dSame` is described as a `Conv2d`.
    """
    for cls in type(module).__mro__:
        words = _WORDS.get(cls.__name__)
        if words is not None:
            return words if isinstance(words, str) else words(module)
    if n := len(list(module.children())):
        return f"A block of {n} smaller {'module' if n == 1 else 'modules'}. Open it in the tree to see them."
    if any(True for _ in module.parameters()):
        return "A layer with numbers of its own that were learned. PyTorch's or timm's pages tell more."
    return "A step without numbers to learn. PyTorch's or timm's pages tell more."


def explain_no_maps(shape: tuple[int, ...] | None) -> str:
    """Say why there are no maps to draw, given the shape of the output of one photo."""
    if shape is None:
        return "The network does not call this module by itself for a photo, so there is nothing to draw."
    if max(shape, default=1) == _product(shape):
        return (
            f"This module gives {_product(shape):,} {'number' if _product(shape) == 1 else 'numbers'} "
            "for the whole photo. They have no place on it, so there are no maps to draw."
        )
    if len(shape) == 3:
        return (
            f"This module gives {shape[1]:,} tokens of {shape[2]:,} numbers each, a list and not a picture, "
            "so there are no maps to draw."
        )
    return f"This module gives an array of shape {shape}, which is no picture, so there are no maps to draw."


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product


def _conv(module: Any) -> str:
    height, width = module.kernel_size
    n_seen = module.in_channels // module.groups
    if (height, width) == (1, 1):
        return (
            f"A 1 × 1 convolution: at each place, it mixes the {n_seen:,} channels there into "
            f"{module.out_channels:,} new ones. It does not look at the places around."
        )
    slides = f"slides filters of {height} × {width} pixels over its input"
    steps = (
        "" if tuple(module.stride) == (1, 1) else f" in steps of {module.stride[0]}, so the maps get smaller"
    )
    if n_seen == 1:
        return (
            f"A depthwise convolution: it {slides}{steps}. "
            "Each filter sees one channel only, which saves work."
        )
    return (
        f"A convolution: it {slides}{steps}. "
        f"Each of its {module.out_channels:,} filters looks for one pattern, in {n_seen:,} channels at once."
    )


def _linear(module: Any) -> str:
    return (
        f"A linear layer: each of its {module.out_features:,} outputs is a weighted sum "
        f"of all {module.in_features:,} inputs, plus a bias."
    )


def _batch_norm_act(module: Any) -> str:
    act = type(module.act).__name__ if hasattr(module, "act") else "Identity"
    return _BATCH_NORM + ("" if act == "Identity" else f" An activation, {act}, follows at once.")


_BATCH_NORM = (
    "Batch normalisation: it shifts and scales each channel to a usual size, which makes training faster and "
    "steadier. Then it scales again by two learned numbers."
)
_NORM = (
    "A normalisation: it brings the numbers of one photo, or of one token, to a usual size, "
    "then scales them by learned numbers."
)
_SMOOTH = "An activation: a smooth relative of ReLU. Large numbers pass, numbers far below 0 become nearly 0."
_SQUASH = "An activation: it squeezes every number between 0 and 1."
_AVERAGE_POOL = (
    "Average pooling: it takes the mean of each map. What was found stays, where it was found is lost."
)
_DROPOUT = "Sets some numbers to 0 at random in training, against learning by heart. It does nothing now."
_ATTENTION = "Attention: each token looks at all others, and takes from those that matter to it."
_RESIDUAL = (
    "A residual block: a few convolutions whose result is added to their input. "
    "The short way around them makes deep networks trainable."
)

_WORDS: Mapping[str, str | Callable[[Any], str]] = {
    "Conv2d": _conv,
    "Linear": _linear,
    "BatchNormAct2d": _batch_norm_act,
    "BatchNorm2d": _BATCH_NORM,
    "BatchNorm1d": _BATCH_NORM,
    "LayerNorm": _NORM,
    "GroupNorm": _NORM,
    "RmsNorm": _NORM,
    "ReLU": "An activation: it sets every number below 0 to 0. Without such a bend, "
    "many layers would do no more than one.",
    "ReLU6": "An activation: it sets everything below 0 to 0, and everything above 6 to 6.",
    "SiLU": _SMOOTH,
    "GELU": _SMOOTH,
    "Mish": _SMOOTH,
    "Hardswish": _SMOOTH,
    "Sigmoid": _SQUASH,
    "Hardsigmoid": _SQUASH,
    "Softmax": "Turns scores into shares that add up to 1.",
    "MaxPool2d": "Max pooling: it keeps the largest number of each small square, so the maps get smaller.",
    "AvgPool2d": "Average pooling: it keeps the mean of each small square, so the maps get smaller.",
    "AdaptiveAvgPool2d": _AVERAGE_POOL,
    "FastAdaptiveAvgPool": _AVERAGE_POOL,
    "SelectAdaptivePool2d": "Global pooling: it turns each map into one number. "
    "What was found stays, where it was found is lost.",
    "Flatten": "Writes all numbers in one row. None of them changes.",
    "Identity": "Does nothing: a place that other versions of this network fill.",
    "Dropout": _DROPOUT,
    "DropPath": _DROPOUT,
    "DepthwiseSeparableConv": "A depthwise separable block: first a convolution within each channel, "
    "then a 1 × 1 convolution that mixes them. Nearly as good as an ordinary one, with far less work.",
    "InvertedResidual": "An inverted residual block: a 1 × 1 convolution makes many channels, "
    "a depthwise one looks around in each, and another 1 × 1 brings them down to few. "
    "Where the sizes agree, the input is added to the result.",
    "SqueezeExcite": "Squeeze and excite: it looks at the mean of each channel, "
    "then turns some channels up and others down.",
    "BasicBlock": _RESIDUAL,
    "Bottleneck": _RESIDUAL,
    "Attention": _ATTENTION,
    "WindowAttention": "Attention within small windows: each token looks at its neighbours, "
    "and takes from those that matter to it.",
    "Mlp": "Two linear layers with an activation between them, the same for each token.",
    "PatchEmbed": "Cuts the photo into squares and turns each into a token: a row of numbers.",
    "PatchMerging": "Joins four neighbouring tokens into one, so there are fewer, with more numbers each.",
    "Sequential": "A row of modules: each takes what the one before it gives.",
    "ModuleList": "A list of modules that the network uses one by one.",
}
