"""Look inside: tree, facts and activations, against torch itself and layers worked out by hand."""

import runpy
import threading
from dataclasses import replace

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from torch import nn

from shared import artifacts
from shared.errors import InputError
from shared.vision import inside as inside_module
from shared.vision.images import open_photo
from shared.vision.inside import N_MAPS, Inside, Node, channel_axis, open_inside
from shared.vision.inside_plots import EXACT_SIDE_PX, filter_pixels, filter_uris, map_pixels, map_uris
from shared.vision.inside_script import PHOTO, write_script
from shared.vision.inside_words import describe_module, explain_no_maps
from shared.vision.model import load_classifier
from tests.conftest import ROOT

GREY, TEAL, PINK = (0xCB, 0xD5, 0xE1), (0x14, 0xB8, 0xA6), (0xEC, 0x48, 0x99)  # the palette's diverging scale
PALE, DARK = (0xBF, 0xDB, 0xFE), (0x1E, 0x3A, 0x8A)  # the ends of its sequential scale


class Small(nn.Module):
    """Known weights, an activation that writes into its input, an unused module, and a vector at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1, bias=False)
        self.act = nn.ReLU(inplace=True)
        self.body = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.BatchNorm2d(4))
        self.unused = nn.Linear(2, 2)
        self.head = nn.Linear(4, 3)
        weights = torch.tensor([[1.0, 0, 0], [0, -3, 0], [0, 0, 2], [0, 0, 0]])
        self.conv.weight.data = weights[:, :, None, None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(self.act(self.conv(x))).mean((2, 3)))


@pytest.fixture
def small() -> Inside:
    torch.manual_seed(0)
    return Inside(Small(), size=8)


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(0).uniform(0.5, 1, (3, 8, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def bears() -> Inside:
    return open_inside(artifacts.load("bears"))


def walk(node: Node) -> list[Node]:
    return [node, *(found for child in node.children for found in walk(child))]


# The tree and the facts


def test_every_path_of_the_tree_leads_to_its_module(bears: Inside) -> None:
    config = artifacts.load("bears").config
    network = timm.create_model(config["architecture"], num_classes=config["num_classes"])
    nodes = walk(bears.tree)
    assert [node.path for node in nodes] == [path for path, _ in network.named_modules()]
    for node in nodes:
        module = network.get_submodule(node.path)
        assert node.kind == type(module).__name__
        assert node.n_parameters == sum(parameter.numel() for parameter in module.parameters())
        assert node.name == node.path.split(".")[-1]


def test_facts_by_hand(small: Inside) -> None:
    facts = small.facts("body.0")
    assert (facts.kind, facts.n_own, facts.n_all) == ("Conv2d", 40, 40)
    assert facts.tensors == (("weight", (4, 1, 3, 3), 36), ("bias", (4,), 4))
    assert facts.input_shape == facts.output_shape == (1, 4, 8, 8)
    assert "groups=4" in facts.settings
    whole = small.facts("")
    assert (whole.n_own, whole.n_all) == (0, 12 + 40 + 8 + 6 + 15)
    assert (whole.input_shape, whole.output_shape) == ((1, 3, 8, 8), (1, 3))
    norm = small.facts("body.1")
    assert {name for name, _, _ in norm.tensors} >= {"weight", "bias", "running_mean", "running_var"}
    assert norm.n_own == 8  # what is counted while training is no parameter
    unused = small.facts("unused")
    assert unused.input_shape is unused.output_shape is None


@pytest.mark.parametrize("path", ["nothing", "conv.", "blocks.0", None, 7, {"a": 1}, "x" * 10_000])
def test_an_unknown_path_is_refused_in_words(small: Inside, path: object) -> None:
    with pytest.raises(InputError, match=r"has no module .* Choose one from the tree\.$") as caught:
        small.facts(path)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 150


# Activations


def test_activations_are_what_the_module_gives_strongest_first(small: Inside, photo: np.ndarray) -> None:
    found = small.activations("conv", photo)
    assert found.shape == (1, 4, 8, 8)
    # Channels are red, -3 × green, 2 × blue and 0: green is strongest, whatever its sign.
    assert found.channels == (1, 2, 0, 3)
    expected = np.stack([-3 * photo[1], 2 * photo[2], photo[0], 0 * photo[0]])
    # The activation after it writes into the same memory, which must not be seen here.
    np.testing.assert_allclose(found.maps, expected, rtol=1e-6)
    after = small.activations("act", photo)
    np.testing.assert_allclose(after.maps[0], 2 * photo[2], rtol=1e-6)
    assert after.maps.min() == 0
    assert small.activations("conv", photo, n=2).channels == (1, 2)


def test_a_vector_has_values_and_no_maps(small: Inside, photo: np.ndarray) -> None:
    found = small.activations("head", photo)
    assert (found.shape, found.channels, len(found.maps)) == ((1, 3), (), 0)
    with torch.inference_mode():
        expected = small._network(torch.from_numpy(photo)[None])
    np.testing.assert_allclose(found.values, expected.numpy().ravel(), rtol=1e-6)


def test_a_module_that_is_not_called_gives_nothing(small: Inside, photo: np.ndarray) -> None:
    found = small.activations("unused", photo)
    assert found.shape is None
    assert len(found.maps) == len(found.values) == 0


def test_no_hook_is_left_behind_even_after_an_error(small: Inside, photo: np.ndarray) -> None:
    small.facts("conv")
    with pytest.raises(RuntimeError):
        small.activations("conv", photo[:2])  # two colours
    assert not any(module._forward_hooks for module in small._network.modules())


def test_visitors_do_not_see_each_others_photos(bears: Inside) -> None:
    photos = [np.full((3, 224, 224), value, np.float32) for value in (-2, -1, 0, 1, 2, 3)]
    alone = [bears.activations("blocks.1.0", photo).maps for photo in photos]
    assert not np.allclose(alone[0], alone[-1])
    together: dict[int, np.ndarray] = {}

    def look(at: int) -> None:
        together[at] = bears.activations("blocks.1.0", photos[at]).maps

    threads = [threading.Thread(target=look, args=[at]) for at in range(len(photos))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for at, expected in enumerate(alone):
        np.testing.assert_allclose(together[at], expected, rtol=1e-4, atol=1e-5)


def test_the_model_is_the_one_that_answers(bears: Inside) -> None:
    classifier = load_classifier()
    image = open_photo(ROOT / PHOTO)
    outputs = classifier.run([image])
    photo = classifier.prepare(image)
    np.testing.assert_allclose(bears.activations("", photo).values, outputs.logits[0], atol=1e-3)
    n = outputs.maps.shape[1]
    last = bears.activations("bn2", photo, n=n)
    np.testing.assert_allclose(last.maps, outputs.maps[0][list(last.channels)], atol=1e-3)


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((1, 32, 112, 112), 1),
        ((1, 56, 56, 96), 3),  # Swin
        ((1, 7, 7, 7), 1),
        ((1, 1280, 1, 1), None),
        ((1, 197, 192), None),
        ((1, 3), None),
        ((), None),
    ],
)
def test_where_the_channels_are(shape: tuple[int, ...], axis: int | None) -> None:
    assert channel_axis(shape) == axis


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "maps", "no_maps"),
    [
        ("resnet18", ["conv1", "layer4.1", "maxpool"], ["fc", "global_pool"]),
        ("vit_tiny_patch16_224", ["patch_embed.proj"], ["blocks.3", "norm", "head", "blocks.0.attn.qkv"]),
        ("swin_tiny_patch4_window7_224", ["layers.0", "layers.3.blocks.1", "patch_embed"], ["head"]),
        ("convnext_tiny", ["stem.0", "stages.3"], ["head"]),
        ("levit_128s", ["stem.conv1"], ["stages.0", "head"]),
        ("mobilenetv3_small_100", ["conv_stem", "blocks.2.0.se"], ["conv_head", "classifier"]),
    ],
)
def test_any_architecture_can_be_looked_into(name: str, maps: list[str], no_maps: list[str]) -> None:
    network = timm.create_model(name, num_classes=3)
    inside = Inside(network, size=224)
    photo = np.random.default_rng(1).normal(size=(3, 224, 224)).astype(np.float32)
    for node in walk(inside.tree):
        facts = inside.facts(node.path)
        assert facts.words.endswith(".")
    for path in maps:
        found = inside.activations(path, photo)
        assert 0 < len(found.maps) <= N_MAPS
        assert found.maps.shape[1] == found.maps.shape[2] > 1
        assert found.n_channels == found.shape[1 if channel_axis(found.shape) == 1 else 3]
    for path in no_maps:
        found = inside.activations(path, photo)
        assert len(found.maps) == 0
        assert "there are no maps to draw" in explain_no_maps(found.shape)
    weight = network.get_submodule(inside.first_layer).weight
    assert weight.shape[1] == 3
    np.testing.assert_array_equal(inside.filters(inside.first_layer), weight.detach().numpy())


# Opening


def test_a_model_is_opened_once_and_its_tensors_are_the_artifacts(bears: Inside) -> None:
    artifact = artifacts.load("bears")
    assert open_inside(artifact) is bears
    tensors = artifact.tensors()
    np.testing.assert_array_equal(bears.filters("conv_stem"), tensors["conv_stem.weight"].astype(np.float32))


def test_many_who_open_at_once_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside_module, "_opened", {})
    found: list[Inside] = []
    threads = [
        threading.Thread(target=lambda: found.append(open_inside(artifacts.load("bears")))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1


@pytest.mark.parametrize(
    "change", [{"architecture": "no_such_net"}, {"architecture": "resnet18"}, {"num_classes": 9}]
)
def test_weights_that_do_not_fit_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    monkeypatch.setattr(inside_module, "_opened", {})
    artifact = artifacts.load("bears")
    with pytest.raises(InputError, match="cannot be opened in PyTorch"):
        open_inside(replace(artifact, config={**artifact.config, **change}))


# The script


@pytest.mark.long
@pytest.mark.parametrize("path", ["conv_stem", "blocks.2.1.conv_dw", "classifier", "bn2", ""])
def test_the_script_prints_what_the_screen_shows(
    bears: Inside, path: str, tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    classifier = load_classifier()
    script = tmp_path / "my_look.py"
    script.write_text(write_script(classifier, bears.facts(path)), encoding="utf-8")
    monkeypatch.chdir(ROOT)
    seen = runpy.run_path(str(script))
    printed = capsys.readouterr().out.splitlines()
    found = bears.activations(path, classifier.prepare(open_photo(ROOT / PHOTO, max_side=512)))
    assert tuple(seen["outputs"][0].shape) == found.shape
    if not found.channels:
        assert printed[-1] == str(found.shape)
        return
    assert printed[-1] == str(list(found.channels))
    np.testing.assert_allclose(seen["maps"][list(found.channels)].numpy(), found.maps, atol=1e-5)


def test_the_script_of_a_module_that_is_not_called_stops_before_the_photo(small: Inside) -> None:
    script = write_script(load_classifier(), small.facts("unused"))
    compile(script, "my_look.py", "exec")
    assert "outputs" not in script


# Words


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (nn.Conv2d(3, 8, 3, stride=2), "8 filters looks for one pattern, in 3 channels"),
        (nn.Conv2d(3, 8, 3, stride=2), "in steps of 2"),
        (nn.Conv2d(8, 8, 5, groups=8), "depthwise convolution: it slides filters of 5 × 5"),
        (nn.Conv2d(8, 16, 1), "1 × 1 convolution: at each place, it mixes the 8 channels there into 16"),
        (nn.Conv2d(8, 16, 3, groups=2), "in 4 channels at once"),
        (nn.Linear(1280, 3), "each of its 3 outputs is a weighted sum of all 1,280 inputs"),
        (nn.Sequential(nn.ReLU()), "A row of modules"),
        (timm.layers.create_conv2d(3, 4, 3, padding="same", stride=2), "A convolution"),
        (timm.layers.BatchNormAct2d(4), "An activation, ReLU, follows"),
        (timm.layers.BatchNormAct2d(4, apply_act=False), "Batch normalisation"),
        (Small(), "A block of 5 smaller modules"),
        (nn.Bilinear(2, 2, 2), "numbers of its own"),
        (nn.Tanh(), "without numbers to learn"),
    ],
)
def test_words_say_what_the_layer_does(module: nn.Module, words: str) -> None:
    assert words in describe_module(module)


def test_a_normalisation_names_an_activation_only_where_there_is_one() -> None:
    assert "follows" not in describe_module(timm.layers.BatchNormAct2d(4, apply_act=False))


# Pictures


def test_colour_filters_are_red_green_and_blue_around_grey() -> None:
    filters = np.zeros((2, 3, 1, 3), np.float32)
    filters[0, 0, 0, 0], filters[0, 2, 0, 1] = 0.5, -0.25
    pixels = filter_pixels(filters)
    assert pixels.shape == (2, 1, 3, 3)
    assert pixels[0, 0].tolist() == [[255, 128, 128], [128, 128, 64], [128, 128, 128]]
    assert (pixels[1] == 128).all()  # a filter of zeros, not a division by zero


def test_filters_of_one_channel_and_maps_use_the_palette() -> None:
    assert filter_pixels(np.array([[[[-2.0, 0, 2]]]]))[0, 0].tolist() == [list(PINK), list(GREY), list(TEAL)]
    pixels = map_pixels(np.array([[[0.0, 3.0]], [[-4.0, 0.0]], [[0.0, 0.0]]]))
    assert pixels[0, 0].tolist() == [list(PALE), list(DARK)]
    assert pixels[1, 0].tolist() == [list(PINK), list(GREY)]
    assert pixels[2, 0].tolist() == [list(PALE), list(PALE)]
    assert map_pixels(np.zeros((0, 0, 0))).shape == (0, 0, 0, 3)


@pytest.mark.parametrize(
    ("side", "kind", "shown"), [(7, "png", 7), (EXACT_SIDE_PX, "png", 32), (300, "webp", 112)]
)
def test_pictures_hold_the_map(side: int, kind: str, shown: int) -> None:
    import base64
    import io

    maps = np.linspace(0, 1, side * side, dtype=np.float32).reshape(1, side, side)
    (uri,) = map_uris(maps)
    head, _, data = uri.partition(",")
    assert head == f"data:image/{kind};base64"
    picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    assert picture.size == (shown, shown)
    expected = Image.fromarray(map_pixels(maps)[0]).resize((shown, shown), Image.Resampling.BOX)
    difference = np.abs(np.asarray(picture, float) - np.asarray(expected, float))
    assert difference.max() == 0 if kind == "png" else difference.mean() < 4
    assert len(filter_uris(np.ones((5, 3, 3, 3), np.float32))) == 5
