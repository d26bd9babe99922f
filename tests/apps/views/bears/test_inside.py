"""The tab Look inside without a browser: its HTML, what its callbacks answer, and what it imports when."""

import html
import json
import re
import subprocess
import sys

import gradio as gr
import pytest
from torch import nn

from apps.views.bears import inside as tab
from apps.views.bears.inside_html import module_html, short_count, tree_html
from apps.views.bears.photo_input import example_path
from shared.errors import InputError
from shared.vision.inside import Inside, Node, open_inside
from shared.vision.model import load_classifier
from tests.conftest import ROOT

PHOTO = example_path("grizzly")
SKIPPED = gr.skip()


@pytest.fixture(scope="module")
def classifier():
    return load_classifier()


@pytest.fixture(scope="module")
def inside(classifier):
    return open_inside(classifier.artifact)


@pytest.fixture(scope="module")
def demo(classifier):
    with gr.Blocks() as demo:
        tab.build_inside(classifier)
    return demo


def callback(demo, name):
    (found,) = [event.fn for event in demo.fns.values() if event.name == name]
    return found


def test_building_the_tab_imports_nothing_heavy():
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1])\n"
        "import gradio as gr\n"
        "from apps.views.bears.inside import build_inside\n"
        "from shared.vision.model import load_classifier\n"
        "with gr.Blocks(): build_inside(load_classifier())\n"
        "print(json.dumps(sorted({'torch', 'timm', 'torchvision', 'fastai'} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_nothing_here_is_a_public_endpoint(demo):
    assert demo.fns
    assert not demo.get_api_info()["named_endpoints"]


# The tree


def test_the_tree_names_every_module_once_and_marks_the_chosen_one(inside):
    made = tree_html(inside.tree, current="blocks.2.1.conv_dw")
    paths = [html.unescape(path) for path in re.findall(r'data-path="([^"]*)"', made)]
    assert paths == list(inside._modules)
    assert re.findall(r'data-path="([^"]*)" aria-current="true"', made) == ["blocks.2.1.conv_dw"]
    opened = re.findall(r'<details open><summary data-path="([^"]*)"', made)
    assert opened == ["blocks", "blocks.2", "blocks.2.1"]


def test_the_tree_escapes_names():
    attack = '"><img src=x onerror=alert(1)>${alert(1)}'
    made = tree_html(Node("", attack, 0, (Node(attack, attack, 3),)), current="")
    assert "<img" not in made
    assert "${" not in made


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1000, "1.0 k"), (12_345, "12.3 k"), (3_374_851, "3.4 M")]
)
def test_counts_are_short(number, text):
    assert short_count(number).replace("\u00a0", " ") == text


# One module


def test_a_module_is_described_with_its_filters_and_maps(inside, classifier):
    made = tab.show_module(inside, classifier, "conv_stem", PHOTO)
    text = html.unescape(re.sub(r"<[^>]+>", " ", made))
    assert 'model.get_submodule("conv_stem")' in text
    assert "1 × 32 × 112 × 112" in text
    assert "32 × 3 × 3 × 3" in text
    assert "The 24 strongest of 32 maps, 112 × 112" in text
    assert made.count("data:image/") == 32 + 24 + 1  # filters, maps, the photo
    assert all(re.search(r'alt="[^"]+"', image) for image in re.findall(r"<img[^>]*>", made))
    assert len(made) < 400_000


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("classifier", "3 numbers for the whole photo"),
        ("classifier", "For this photo: "),
        ("", "3,374,851 in all, 0 of its own"),
        ("global_pool", "1,280 numbers for the whole photo"),
        ("blocks.0.0.bn1.act", "none: nothing is learned here"),
        ("blocks.2.1.conv_dw", "32 of its 240 filters"),
    ],
)
def test_what_is_said_of_other_modules(inside, classifier, path, words):
    made = tab.show_module(inside, classifier, path, PHOTO)
    assert words in html.unescape(re.sub(r"<[^>]+>", " ", made))


def test_without_a_photo_the_facts_are_there(inside, classifier):
    made = tab.show_module(inside, classifier, "conv_stem", None)
    assert "Put in a photo" in made
    assert made.count("data:image/") == 32


def test_tokens_are_no_picture():
    class Tokens(nn.Module):
        def forward(self, x):
            return x.flatten(2).transpose(1, 2)

    import numpy as np
    from PIL import Image

    inside = Inside(nn.Sequential(Tokens()), size=8)
    made = module_html(inside, "0", np.zeros((3, 8, 8), np.float32), Image.new("RGB", (8, 8)))
    assert "gives 64 tokens of 3 numbers each" in made
    assert "<ol" not in made


# What is tried next, and what the callbacks answer


def test_next_steps_follow_the_visitor(inside):
    steps = [tab.next_step(inside, path) for path in ("conv_stem", "blocks.1.0", "blocks.6.0", "classifier")]
    assert len(set(steps)) == 4


@pytest.mark.parametrize(
    "value", [None, "conv_stem", [], {}, {"module": 3}, {"module": None}, {"path": "conv_stem"}]
)
def test_what_the_tree_did_not_send_is_refused(value):
    with pytest.raises(InputError, match="Choose one from the tree"):
        tab.read_path(value)


def test_opening_shows_its_progress_then_the_first_layer(demo):
    *waiting, last = callback(demo, "open_and_show")(PHOTO)
    shares = [int(re.search(r'aria-valuenow="(\d+)"', step[1])[1]) for step in waiting]
    assert shares == sorted(shares)
    assert len(shares) >= 3
    button, status, tree, path, module, script, next_line = last
    assert not button.visible
    assert status == ""
    assert 'data-path="conv_stem" aria-current="true"' in tree
    assert path == "conv_stem"
    assert "conv_stem" in module
    assert 'get_submodule("conv_stem")' in script
    assert "Try this" in next_line


def test_a_photo_that_cannot_be_read_leaves_the_button_and_says_so(demo, tmp_path):
    broken = tmp_path / "photo.jpg"
    broken.write_text("not a photo")
    steps = callback(demo, "open_and_show")(str(broken))
    seen = [next(steps) for _ in range(4)]
    with pytest.raises(gr.Error, match="photo"):
        next(steps)
    assert seen[-1][1] == ""  # the progress bar is gone
    assert seen[-1][0] == SKIPPED


def test_a_photo_before_the_model_is_open_changes_nothing(demo):
    assert callback(demo, "change_photo")(PHOTO, None) == SKIPPED
    assert "Channel" in callback(demo, "change_photo")(PHOTO, "conv_stem")


def test_choosing_an_unknown_module_is_answered_in_words(demo):
    event = gr.EventData(None, {"module": "blocks.99"})
    with pytest.raises(gr.Error, match=r"no module 'blocks\.99'"):
        callback(demo, "choose")(PHOTO, event)
