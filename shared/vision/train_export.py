"""From a trained timm network to the files of an artifact: `model.safetensors` and `model.onnx`.

Weights are rounded to 16 bits, which halves both files, and calculated with in 32 bits, so both give the same
numbers as the network here once it is rounded too (`round_weights`). The graph keeps its batch normalisations
apart: folding them into the convolutions would make other weights, and other roundings. ONNX Runtime folds
them when it loads the file.

    round_weights(network)
    files = {"model.onnx": to_onnx(network, size=224)}
    config |= timm_config(network, vocab=["black", "grizzly", "teddy"])
"""

import contextlib
import io
import logging
import warnings
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

OUTPUTS = ("logits", "features", "maps")
_SMALL = 16  # constants with fewer numbers stay as they are


def round_weights(network: nn.Module) -> None:
    """Round every weight to 16 bits, and go on in 32."""
    rounded = {
        name: value.half().float() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(rounded)


def to_tensors(network: nn.Module) -> dict[str, np.ndarray]:
    """Give the network's state by timm's names, in 16 bits; numbers without a decimal point stay."""
    state = network.state_dict()
    return {
        name: (value.half() if value.is_floating_point() else value).cpu().numpy()
        for name, value in state.items()
    }


def timm_config(network: Any, *, vocab: list[str], size: int) -> dict[str, Any]:
    """Give what timm reads from a model folder's config.json: `create_model("local-dir:...")` works."""
    cfg = network.pretrained_cfg
    keys = ("mean", "std", "interpolation", "crop_pct", "first_conv", "classifier", "pool_size")
    pretrained = {key: cfg[key] for key in keys if cfg.get(key) is not None}
    return {
        "architecture": cfg["architecture"],
        "num_classes": len(vocab),
        "num_features": int(network.num_features),
        "pretrained_cfg": {
            **pretrained,
            "input_size": [3, size, size],
            "num_classes": len(vocab),
            "label_names": vocab,
        },
    }


class ThreeOutputs(nn.Module):
    """A timm network that answers with its logits, its pooled features and its last feature map."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network: Any = network

    def forward(self, photos: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Take photos (n, 3, size, size); give (n, c), (n, d), and a map (n, d, h, w) where there is one."""
        maps = self.network.forward_features(photos)
        features = self.network.forward_head(maps, pre_logits=True)
        return self.network.forward_head(maps), features, maps


def to_onnx(network: nn.Module, *, size: int) -> bytes:
    """Write the network as an ONNX file with any number of photos at a time.

    Args:
        network: on the CPU, its weights rounded.
        size: of the photos, in pixels.
    """
    import onnxscript.optimizer

    model = ThreeOutputs(network).eval()
    with warnings.catch_warnings(), _quiet_exporter():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (torch.zeros(2, 3, size, size),),
            input_names=["photos"],
            output_names=list(OUTPUTS),
            dynamic_shapes={"photos": {0: torch.export.Dim("n")}},
            dynamo=True,
            optimize=False,
            verbose=False,
        )
    assert program is not None
    for tidy in ("inline", "fold_constants", "remove_unused_nodes"):
        getattr(onnxscript.optimizer, tidy)(program.model)
    graph = program.model_proto
    _store_in_16_bits(graph)
    onnx.checker.check_model(graph)
    return graph.SerializeToString()


def _store_in_16_bits(model: onnx.ModelProto) -> None:
    """Store each rounded weight in 16 bits, followed by a cast to 32."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _SMALL:
            continue
        halves = values.astype(np.float16)
        if np.array_equal(halves.astype(np.float32), values):
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(halves, f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


@contextlib.contextmanager
def _quiet_exporter() -> Any:
    """Keep the exporter's own progress off the screen and out of the log."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)
