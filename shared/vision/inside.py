"""Look inside a trained network: its modules, their tensors and shapes, and what each makes of a photo.

PyTorch keeps a network as a tree of modules, and `get_submodule("blocks.2.1.conv_dw")` goes straight to one.
An `Inside` holds such a network of any architecture that timm knows, and answers for the module at a path.
torch and timm are imported when a network is opened, not before.

    inside = open_inside(artifacts.load("bears"))
    inside.facts("conv_stem").output_shape                    # (1, 32, 112, 112)
    inside.activations("conv_stem", classifier.prepare(photo)).maps    # (24, 112, 112), strongest first

Lesson 3 (https://course.fast.ai/Lessons/lesson3.html): "let's look inside this model".
"""

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.artifacts import Artifact
from shared.artifacts.folder import TENSORS
from shared.errors import InputError
from shared.vision.inside_words import describe_module

Array = npt.NDArray[np.float32]
Shape = tuple[int, ...]

N_MAPS = 24  # strongest channels that are shown
N_FILTERS = 32  # filters that are shown
_opening = threading.Lock()
_opened: dict[str, "Inside"] = {}  # by the sha256 of the weights


@dataclass(frozen=True)
class Node:
    """A module in the tree.

    Attributes:
        path: what `get_submodule` takes; "" is the whole network.
        kind: its class.
        n_parameters: its own and those of all modules inside.
        children: the modules inside, in order.
    """

    path: str
    kind: str
    n_parameters: int
    children: tuple["Node", ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Facts:
    """What a module is.

    Attributes:
        path: what `get_submodule` takes.
        kind: its class.
        settings: as PyTorch prints them; "" when there are none.
        words: one sentence on what such a layer does.
        n_own: parameters of the module itself.
        n_all: with those of all modules inside.
        tensors: name, shape and number of values of each of its own parameters and buffers.
        input_shape: for one photo; None when the module is not called, or not with a tensor.
        output_shape: the same for what it gives.
    """

    path: str
    kind: str
    settings: str
    words: str
    n_own: int
    n_all: int
    tensors: tuple[tuple[str, Shape, int], ...]
    input_shape: Shape | None
    output_shape: Shape | None


@dataclass(frozen=True, eq=False)
class Activations:
    """What a module made of one photo.

    Attributes:
        shape: of the output, (1, ...); None when the module was not called, or gave no tensor.
        maps: (k, h, w) the channels with the largest mean absolute value, largest first; k is 0 for an
            output that is no map.
        channels: (k,) their numbers.
        n_channels: how many there are.
        values: (n,) the numbers themselves when the output is one row of them, otherwise empty.
    """

    shape: Shape | None
    maps: Array
    channels: tuple[int, ...]
    n_channels: int
    values: Array


class Inside:
    """A network, and the questions about its modules.

    Args:
        network: a torch module that takes photos (n, 3, size, size).
        size: of the photos, in pixels.
    """

    def __init__(self, network: Any, *, size: int) -> None:
        self._network = network.eval()
        self._size = size
        self._modules: dict[str, Any] = dict(network.named_modules(remove_duplicate=False))
        self._running = threading.Lock()  # a hook would hear the photos of other visitors too

    @functools.cached_property
    def tree(self) -> Node:
        """The network as a tree."""
        return _as_node("", self._network)

    @functools.cached_property
    def first_layer(self) -> str:
        """The path of the first convolution, which sees the photo itself; "" when there is none."""
        for path, module in self._modules.items():
            weight = getattr(module, "weight", None)
            if weight is not None and weight.ndim == 4 and weight.shape[1] == 3:
                return path
        return ""

    def module(self, path: object) -> Any:
        """Give the module at a path.

        Raises:
            InputError: there is none.
        """
        if not isinstance(path, str) or path not in self._modules:
            raise InputError(f"This model has no module {str(path)[:60]!r}. Choose one from the tree.")
        return self._modules[path]

    def facts(self, path: str) -> Facts:
        """Say what the module at a path is."""
        module = self.module(path)
        own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
        input_shape, output_shape = self._shapes.get(path, (None, None))
        return Facts(
            path=path,
            kind=type(module).__name__,
            settings=module.extra_repr(),
            words=describe_module(module),
            n_own=sum(parameter.numel() for parameter in module.parameters(recurse=False)),
            n_all=sum(parameter.numel() for parameter in module.parameters()),
            tensors=tuple((name, tuple(tensor.shape), tensor.numel()) for name, tensor in own),
            input_shape=input_shape,
            output_shape=output_shape,
        )

    def filters(self, path: str) -> Array | None:
        """Give the filters of a convolution that can be drawn: (n, 3, h, w) in colour, or (n, 1, h, w).

        None for every other module, and for filters that look at more than three channels.
        """
        weight = getattr(self.module(path), "weight", None)
        if weight is None or weight.ndim != 4 or weight.shape[1] not in (1, 3):
            return None
        return weight.detach().numpy().copy()

    def activations(self, path: str, photo: Array, *, n: int = N_MAPS) -> Activations:
        """Run the network on one photo and keep what the module at a path gives.

        Args:
            path: of the module.
            photo: (3, size, size), prepared as the network was trained.
            n: how many channels to keep at most.
        """
        output = self._output_of(path, photo)
        none = np.zeros((0, 0, 0), np.float32)
        if output is None:
            return Activations(None, none, (), 0, none.ravel())
        axis = channel_axis(output.shape)
        if axis is None:
            is_row = output.size == max(output.shape, default=1)
            return Activations(output.shape, none, (), 0, output.ravel() if is_row else none.ravel())
        maps = np.moveaxis(output[0], axis - 1, 0)
        order = np.argsort(-np.abs(maps).mean(axis=(1, 2)), kind="stable")[:n]
        return Activations(output.shape, maps[order], tuple(order.tolist()), len(maps), none.ravel())

    @functools.cached_property
    def _shapes(self) -> dict[str, tuple[Shape | None, Shape | None]]:
        """The shapes that go in and come out, of every module that one photo passes."""
        seen: dict[str, tuple[Shape | None, Shape | None]] = {}

        def note(path: str, inputs: tuple[Any, ...], output: Any) -> None:
            seen.setdefault(path, (_shape_of(inputs), _shape_of(output)))

        self._run(np.zeros((3, self._size, self._size), np.float32), dict.fromkeys(self._modules, note))
        return seen

    def _output_of(self, path: str, photo: Array) -> Array | None:
        self.module(path)
        outputs: list[Array] = []

        def keep(path: str, inputs: tuple[Any, ...], output: Any) -> None:
            tensor = _first_tensor(output)
            if tensor is not None and not outputs:
                outputs.append(tensor.float().numpy().copy())  # the next layer may write into it

        self._run(photo, {path: keep})
        return outputs[0] if outputs else None

    def _run(self, photo: Array, listeners: dict[str, Callable[[str, tuple[Any, ...], Any], None]]) -> None:
        """Run the network on one photo; each listener hears what its module takes and gives."""
        import torch

        def hook(path: str) -> Callable[[Any, tuple[Any, ...], Any], None]:
            return lambda module, inputs, output: listeners[path](path, inputs, output)

        with self._running:
            handles = [self._modules[path].register_forward_hook(hook(path)) for path in listeners]
            try:
                with torch.inference_mode():
                    self._network(torch.from_numpy(photo)[None])
            finally:
                for handle in handles:
                    handle.remove()


def channel_axis(shape: Shape) -> int | None:
    """Say which axis of an output (1, ...) counts the channels of a map: 1, 3, or None when it is no map.

    Most networks put the channels first; a few, such as Swin, put them last. One number a channel is no map.
    """
    if len(shape) != 4 or shape[2:] == (1, 1):
        return None
    return 3 if shape[1] == shape[2] != shape[3] else 1


def _as_node(path: str, module: Any) -> Node:
    children = module.named_children()
    prefix = f"{path}." if path else ""
    return Node(
        path,
        type(module).__name__,
        sum(parameter.numel() for parameter in module.parameters()),
        tuple(_as_node(prefix + name, child) for name, child in children),
    )


def _first_tensor(value: Any) -> Any:
    """The tensor, or the first one of several; None when there is none."""
    if isinstance(value, list | tuple):
        return next((found for item in value if (found := _first_tensor(item)) is not None), None)
    return value if hasattr(value, "shape") and hasattr(value, "numpy") else None


def _shape_of(value: Any) -> Shape | None:
    tensor = _first_tensor(value)
    return None if tensor is None else tuple(tensor.shape)


def import_torch() -> None:
    """Import what `open_inside` needs, which takes seconds the first time."""
    import timm  # noqa: F401
    import torch  # noqa: F401


def open_inside(artifact: Artifact) -> Inside:
    """Open a trained model with torch; the last one stays open for everybody.

    Raises:
        InputError: timm does not know the architecture, or the weights do not fit it.
    """
    digest = artifact.config["files"][TENSORS]
    with _opening:
        if digest not in _opened:
            _opened.clear()
            _opened[digest] = Inside(
                _read_network(artifact), size=artifact.config["pretrained_cfg"]["input_size"][1]
            )
        return _opened[digest]


def _read_network(artifact: Artifact) -> Any:
    import timm
    from safetensors.torch import load_file

    architecture = artifact.config["architecture"]
    try:
        network = timm.create_model(architecture, num_classes=artifact.config["num_classes"])
        network.load_state_dict(load_file(artifact.path(TENSORS)))  # stored in 16 bits, copied into 32
    except RuntimeError as error:
        raise InputError(
            f"This model cannot be opened in PyTorch: timm knows no {architecture!r} that these weights fit. "
            "Train it again with this version."
        ) from error
    return network
