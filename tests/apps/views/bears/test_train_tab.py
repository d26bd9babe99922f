"""The tab Train your own without a browser: what its callbacks answer.

What all trainings do is tested in `tests/shared/ui/test_training.py`.
"""

import sys
import textwrap
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import pytest
from PIL import Image

from apps.views.bears import train_form, train_push, train_try
from apps.views.bears.train_form import FIRST_ROWS, MAX_ROWS, build_form, read_form
from apps.views.bears.train_matrix import MOST_SHOWN, clicked_cell, matrix_html, photos_html
from apps.views.bears.train_tab import BearTraining, build_train
from apps.views.bears.train_words import DEMO, OWN, ZIP, describe_batch
from shared.errors import InputError
from shared.ui.training_panel import kept_training
from shared.vision.train_options import DEFAULT_ARCH
from shared.vision.train_progress import RunProgress
from shared.vision.train_results import HeldOutPhoto
from shared.vision.train_runs import new_photo_runs
from shared.vision.zips import DamagedZipError
from tests.servers.hub_push import TOKEN, PushHub
from tests.waiting import turns

# Stands in for `train_worker`: it takes the photos it is given, and is right about all but one.
FAKE = """
import sys, time
from pathlib import Path
from shared.errors import InputError
from shared.jobs import answer_request

def run(request, send):
    folder = Path(request["folder"])
    vocab = sorted(path.name for path in (folder / "photos").iterdir())
    if "refused" in vocab:
        raise InputError("There is no network called 'resnet1'. Did you mean resnet18?")
    send("stage", phrase="Fitting")
    send("lr", rates=[0.001, 0.01], losses=[1.0, 0.5], slide=0.001, valley=0.01, chosen=0.01)
    send("batch", epoch=1, batch=1, n_batches=2, loss=0.7)
    while "slow" in vocab and not request["resume"]:
        time.sleep(0.02)
    send("epoch", epoch=1, train_loss=0.7, valid_loss=0.6, error_rate=0.25)
    valid = []
    for label in vocab:
        for path in sorted((folder / "photos" / label).iterdir()):
            said = vocab[-1] if not valid else label
            shares = [0.9 if name == said else 0.1 / (len(vocab) - 1) for name in vocab]
            valid.append(dict(digest="", path=str(path), label=label, predicted=said, probabilities=shares,
                              loss=2.0 if said != label else 0.1))
    confusion = [[sum(v["label"] == a and v["predicted"] == p for v in valid) for p in vocab] for a in vocab]
    (folder / "model").mkdir(exist_ok=True)
    (folder / "m.zip").write_bytes(b"zip")
    send("result", artifact=str(folder / "model"), zip_path=str(folder / "m.zip"), metrics=dict(
        n_train=8, n_valid=len(valid), accuracy=0.75, accuracy_interval=[0.3, 0.95], vocab=vocab,
        confusion=confusion, valid=valid))

sys.exit(answer_request(run, memory_advice=""))
"""
COMMAND = (sys.executable, "-c", textwrap.dedent(FAKE))
SETTINGS = (DEFAULT_ARCH, "ImageNet weights", 0, 1, True, None, "Random crop", 224, 0)
NAMES = ["saved", "drawn", "timer", "lost", "try", "keep_good", "start", "stop", "end", "resume", "status"]
NAMES += ["losses", "finder", "result", "number", "run", "zip", "matrix", "cell", "worst"]


@pytest.fixture
def runs():
    made = new_photo_runs(command=COMMAND)
    yield made
    made.close()


@pytest.fixture
def tab(runs):
    with gr.Blocks() as demo:
        build_train(None, kept_training("bears"), demo, runs)
    return Tab(demo)


class Tab:
    """The tab's callbacks by name, each answering with a name for every component it changes."""

    def __init__(self, demo: gr.Blocks) -> None:
        self.demo = demo
        self.events = {fn.name: fn for fn in demo.fns.values()}

    def call(self, name, *arguments):
        event = self.events[name]
        by_id = dict(zip([output._id for output in event.outputs], NAMES, strict=True))
        return {by_id[component._id]: value for component, value in event.fn(*arguments).items()}

    def wait(self, shown):
        """Tick until the run is over; everything that was shown on the way."""
        shown = dict(shown)
        for _ in turns(60, every=0.05):
            if not shown["timer"]["active"]:
                break
            shown |= self.call("follow", shown["saved"], shown["drawn"])
        assert not shown["timer"]["active"]
        return shown


def form(
    source=OWN, *, names=("black", "teddy"), files=(), zip_path=None, settings=SETTINGS, keep_good=False
):
    names = [*names, *[""] * (MAX_ROWS - len(names))]
    files = [*files, *[None] * (MAX_ROWS - len(files))]
    return [source, zip_path, keep_good, *names, *files, *settings]


@pytest.fixture
def photos(tmp_path):
    """Two photos of each of two classes."""
    paths = []
    for number, colour in enumerate(("black", "brown", "tan", "white")):
        path = tmp_path / f"{number}.jpg"
        Image.new("RGB", (80, 60), colour).save(path)
        paths.append(str(path))
    return [paths[:2], paths[2:]]


def test_nothing_here_is_a_public_endpoint(tab):
    assert not tab.demo.get_api_info()["named_endpoints"]


def test_a_training_from_start_to_result(tab, photos):
    first = tab.call("start_training", {}, *form(files=photos))
    last = tab.wait(first)
    assert last["result"]["visible"]
    assert "95 % interval 30 to 95 %, 4 photos" in last["number"]
    assert "Learned from <em>8</em> photos" in last["run"]
    assert last["zip"]["value"].endswith("m.zip")
    assert [trace.name.split()[0] for trace in last["finder"].data] == ["loss", "slide", "valley", "taken"]
    assert list(last["losses"].data[1].y) == [0.6]
    assert last["worst"].count("<li") == 4
    assert "look-done" in last["try"]
    assert "1 epoch" in last["status"]
    back = tab.call("find_again", last["saved"])  # the page is loaded anew
    for name in ("number", "run", "matrix", "worst", "zip", "losses", "finder"):
        assert back[name] == last[name]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (form(OWN, names=()), "no photos yet"),
        (form(OWN, names=("black",)), "no photos yet"),
        (form(ZIP), "no zip yet"),
        (form("a pickle"), "Choose where the photos come from"),
        (form(DEMO, settings=("<b>", *SETTINGS[1:])), "no architecture"),
        (form(DEMO, settings=(*SETTINGS[:3], 10**6, *SETTINGS[4:])), "whole number from 1 to 20"),
        (form(DEMO, settings=(*SETTINGS[:4], False, None, *SETTINGS[6:])), "Type a learning rate"),
        (form(DEMO, settings=(*SETTINGS[:4], False, float("nan"), *SETTINGS[6:])), "learning rate"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_lost(tab, values, message):
    shown = tab.call("start_training", {}, *values)
    shown = tab.wait(shown) if "timer" in shown else shown  # until the photos have been read
    assert message in shown["end"]
    assert not {"result", "matrix", "number"} & set(shown)
    assert "Not started" in shown["status"]


def test_what_a_run_is_at_is_said_in_one_line():
    batch = {"epoch": 2, "batch": 3, "n_batches": 9, "loss": 0.5}
    going = RunProgress(state="running", n_epochs=5, last_batch=batch)
    assert describe_batch(going) == "Epoch 2 of 5, batch 3 of 9, loss 0.500"
    assert describe_batch(replace(going, last_batch={**batch, "epoch": 0})).startswith("Finder, batch 3")
    assert describe_batch(replace(going, last_batch=None)) == ""


def test_a_damaged_zip_asks_before_it_leaves_files_out(tab, monkeypatch):
    asked = []

    def unpack(path, folder, *, keep_good):
        asked.append(keep_good)
        raise DamagedZipError("2 files of the zip are damaged.", ("a", "b"))

    monkeypatch.setattr(train_form, "unpack_photos", unpack)
    shown = tab.wait(tab.call("start_training", {}, *form(ZIP, zip_path="x.zip")))
    assert shown["keep_good"]["visible"]
    tab.wait(tab.call("start_training", {}, *form(ZIP, zip_path="x.zip", keep_good=True)))
    assert asked == [False, True]


def test_a_cell_opens_its_photos(tab, photos):
    done = tab.wait(tab.call("start_training", {}, *form(files=photos)))
    show = tab.events["show_cell"].fn
    wrong = show(done["saved"], SimpleNamespace(_data={"actual": 0, "predicted": 1}))
    assert wrong.count("<li") == 1
    assert "1 photo filed under <em>black</em>, taken for <em>teddy</em>" in wrong
    assert "data:image/jpeg" in wrong
    right = show(done["saved"], SimpleNamespace(_data={"actual": 1, "predicted": 1}))
    assert right.count("<li") == 2
    for data in (None, {}, {"actual": 2, "predicted": 0}, {"actual": -1, "predicted": 0}, {"actual": "0"}):
        with pytest.raises(gr.Error, match="not in the matrix"):
            show(done["saved"], SimpleNamespace(_data=data))
    with pytest.raises(gr.Error, match="is gone"):
        show({}, SimpleNamespace(_data={"actual": 0, "predicted": 0}))


def test_the_matrix_has_a_button_for_each_cell_with_photos():
    metrics = {"vocab": ["<b>", "${x}"], "confusion": [[3, 1], [0, 2]]}
    html = matrix_html(metrics)
    assert html.count("<button") == 3
    assert 'aria-label="1 photo of &lt;b&gt;, model says &#36;&#123;x&#125;"' in html
    assert "<b>" not in html
    assert "${" not in html
    assert html.count('scope="col"') == html.count('scope="row"') == 2
    assert clicked_cell(SimpleNamespace(_data={"actual": 1, "predicted": 0}), 2) == (1, 0)


def test_many_photos_of_a_cell_are_cut_and_counted(tmp_path):
    photo = HeldOutPhoto(tmp_path / "gone.jpg", "<i>", "b", 0.9, 0.1, 2.3)
    html = photos_html([photo] * (MOST_SHOWN + 5), heading="x")
    assert html.count("<li") == MOST_SHOWN
    assert "and 5 more" in html
    assert "<i>" not in html
    assert "no longer here" in html


def test_a_class_can_be_added_up_to_the_last(tab):
    add = tab.events["add_class"].fn
    count = FIRST_ROWS
    for expected in (3, 4, 5, 6, 6):
        count, button, *rows = add(count)
        assert count == expected
        assert [row["visible"] for row in rows] == [at < expected for at in range(MAX_ROWS)]
        assert button["visible"] == (expected < MAX_ROWS)


def test_the_form_reads_what_it_lays_out():
    with gr.Blocks() as demo:
        inputs, _ = build_form(demo)
    wish = read_form([component.value for component in inputs])
    assert wish.source == DEMO
    assert wish.options.filled().lr is None


def test_the_new_model_answers_beside_the_apps(tab, photos, monkeypatch):
    done = tab.wait(tab.call("start_training", {}, *form(files=photos)))
    answer = {"label": "<teddy>", "probabilities": {"black": 0.25, "<teddy>": 0.75}}
    html = train_try.answers_html(answer, {"label": "none of these", "probabilities": {"fox": 1.0}})
    assert "&lt;teddy&gt; 75 %, black 25 %" in html
    try_model = tab.events["try_model"].fn
    assert try_model(done["saved"], None) == train_try.EMPTY
    with pytest.raises(gr.Error, match="is gone"):
        try_model({}, photos[0][0])


# Pushing to the visitor's own account


def test_off_a_space_one_sentence_says_what_to_do(tab):
    assert not train_push.can_log_in()
    assert not [block for block in tab.demo.blocks.values() if isinstance(block, gr.LoginButton)]
    assert [b for b in tab.demo.blocks.values() if isinstance(b, gr.HTML) and "hf upload" in str(b.value)]


def test_on_a_space_there_is_a_log_in_and_a_push(runs, monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "visitor/bears")
    assert not train_push.can_log_in()  # its README does not ask for log-in
    monkeypatch.setenv("OAUTH_CLIENT_ID", "x")
    for name in ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL"):
        monkeypatch.setattr(f"gradio.oauth.{name}", "x")  # read when gradio was imported
    with gr.Blocks() as demo:
        build_train(None, kept_training("bears"), demo, runs)
    assert [block for block in demo.blocks.values() if isinstance(block, gr.LoginButton)]
    (push,) = [fn for fn in demo.fns.values() if fn.name == "push_to_hub"]
    with pytest.raises(gr.Error, match="Log in with Hugging Face first"):
        push.fn({}, "my-bears", False, None)


def test_the_model_goes_to_the_account_that_is_logged_in(tab, runs, photos, monkeypatch):
    import numpy as np

    from shared import artifacts

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    done = tab.wait(tab.call("start_training", {}, *form(files=photos)))
    model = runs.status(done["saved"]["run"]).result.artifact
    artifacts.save(model, config={}, tensors={"w": np.zeros(2, np.float32)}, card="# Mine")
    training = BearTraining(runs)
    login = gr.OAuthToken(token=TOKEN, scope="write-repos", expires_at=2**40)
    with PushHub() as hub:
        html = train_push.push_result(training, done["saved"], " my-bears ", False, login, endpoint=hub.url)
        assert f'href="{hub.url}/visitor/my-bears"' in html
        assert set(hub.files("visitor/my-bears")) == {"config.json", "model.safetensors", "README.md"}
        assert hub.violations == []
        for tokens, name, who, message in (
            (done["saved"], "my-bears", None, "Log in with Hugging Face first"),
            ({}, "my-bears", login, "is gone"),
            (done["saved"], "other/my-bears", login, "only the model's name"),
            (done["saved"], "<b>", login, "cannot be the name"),
        ):
            with pytest.raises(InputError, match=message):
                train_push.push_result(training, tokens, name, False, who, endpoint=hub.url)
        assert len(hub.commits) == 1
