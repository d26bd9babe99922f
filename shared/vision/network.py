"""The network itself: photos in, logits, features and the last feature map out. On the CPU, without torch.

ONNX Runtime starts in a tenth of a second and needs a tenth of torch's memory. One photo takes some 14 ms, so
there is nothing that a GPU could save: only training asks for one (`train_lent`).

    network = OnnxNetwork(artifact.path(ONNX_FILE))
    logits, features, maps = network.run(photos)       # photos (n, 3, size, size), float32, normalized
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

ONNX_FILE = "model.onnx"
MAX_BATCH = 16  # photos at a time: more do not go faster, and need memory
# The web server needs a core of its own: with one thread here, more visitors are answered in a second.
SERVING_THREADS = 1


class Outputs(NamedTuple):
    """What a network says of n photos."""

    logits: Array  # (n, n_classes)
    features: Array  # (n, d), pooled over the map
    maps: Array  # (n, d, h, w), or what the network has in its place

    @classmethod
    def join(cls, parts: "list[Outputs]") -> "Outputs":
        """Put batches together."""
        return cls(*(np.concatenate(values) for values in zip(*parts, strict=True)))


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
