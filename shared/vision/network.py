"""The network itself: photos in, logits, features and the last feature map out. On a CPU without torch.

ONNX Runtime starts in a tenth of a second and needs a tenth of torch's memory. Where there is a GPU, torch
does the same on it; both answer alike to 1e-4.

    network = open_network(artifact)
    logits, features, maps = network.run(photos)       # photos (n, 3, size, size), float32, normalized
"""

import os
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from shared.artifacts import Artifact
from shared.device import DEVICE_VARIABLE, gpu

Array = npt.NDArray[np.float32]

ONNX_FILE = "model.onnx"
MAX_BATCH = 16  # photos at a time: more do not go faster, and need memory
# The web server needs a core of its own: with one thread here, more visitors are answered in a second.
SERVING_THREADS = 1
GPU_SECONDS = 10  # the longest that one batch may hold a ZeroGPU


class Outputs(NamedTuple):
    """What a network says of n photos."""

    logits: Array  # (n, n_classes)
    features: Array  # (n, d), pooled over the map
    maps: Array  # (n, d, h, w), or what the network has in its place

    @classmethod
    def join(cls, parts: "list[Outputs]") -> "Outputs":
        """Put batches together."""
        return cls(*(np.concatenate(values) for values in zip(*parts, strict=True)))


class Network(Protocol):
    """Something that answers for a batch of photos."""

    def run(self, photos: Array) -> Outputs:
        """Answer for photos (n, 3, size, size)."""


class OnnxNetwork:
    """A network in ONNX Runtime, on the CPU."""

    def __init__(self, source: bytes | Path, *, n_threads: int = SERVING_THREADS) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.log_severity_level = 3  # errors only
        # Threads that wait by turning take the cores from the web server.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        content = source if isinstance(source, bytes) else str(source)
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def run(self, photos: Array) -> Outputs:
        """Answer for photos (n, 3, size, size), a batch at a time."""
        parts = [
            Outputs(*self._session.run(None, {"photos": photos[at : at + MAX_BATCH]}))
            for at in range(0, len(photos), MAX_BATCH)
        ]
        return parts[0] if len(parts) == 1 else Outputs.join(parts)


class TorchNetwork:
    """The same network in torch, for a GPU. It was compared with the other on a CPU only."""

    def __init__(self, artifact: Artifact) -> None:
        import timm
        import torch
        from safetensors.torch import load_file

        from shared.device import pick_device

        config = artifact.config
        network = timm.create_model(config["architecture"], num_classes=config["num_classes"])
        state = load_file(artifact.path("model.safetensors"))
        network.load_state_dict(
            {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
        )
        self._device = torch.device(pick_device())
        self._network: Any = network.eval().to(self._device)

    def run(self, photos: Array) -> Outputs:
        """Answer for photos (n, 3, size, size)."""
        return Outputs(*_run_on_gpu(self._network, self._device, photos))


@gpu(duration_seconds=GPU_SECONDS)
def _run_on_gpu(network: Any, device: Any, photos: Array) -> tuple[Array, ...]:
    import torch

    with torch.inference_mode():
        maps = network.forward_features(torch.from_numpy(photos).to(device))
        outputs = network.forward_head(maps), network.forward_head(maps, pre_logits=True), maps
    return tuple(output.float().cpu().numpy() for output in outputs)


def open_network(artifact: Artifact) -> Network:
    """Open an artifact's network where it runs best here."""
    return TorchNetwork(artifact) if has_gpu() else OnnxNetwork(artifact.path(ONNX_FILE))


def has_gpu() -> bool:
    """Say whether torch would find a GPU, without importing it."""
    wanted = os.environ.get(DEVICE_VARIABLE, "").strip().lower()
    if wanted:
        return wanted != "cpu"
    return bool(os.environ.get("SPACES_ZERO_GPU")) or Path("/dev/nvidia0").exists()
