"""The tab Train your own without a browser: what its callbacks answer, and what stays after a mistake."""

import inspect
import sys
import textwrap
import threading
from types import SimpleNamespace

import gradio as gr
import pytest
from PIL import Image

from apps.views.bears import train_form, train_push, train_tab, train_try, train_words
from apps.views.bears.kept import kept_training
from apps.views.bears.train_form import FIRST_ROWS, MAX_ROWS, build_form
from apps.views.bears.train_matrix import MOST_SHOWN, clicked_cell, matrix_html, photos_html
from apps.views.bears.train_tab import build_train
from apps.views.bears.train_words import DEMO, OWN, ZIP, describe_end, describe_progress
from shared.errors import InputError
from shared.vision.train_options import DEFAULT_ARCH
from shared.vision.train_progress import RunProgress
from shared.vision.train_results import HeldOutPhoto
from shared.vision.train_runs import TrainingRuns
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
RUN_NAMES = [
    "saved",
    "drawn",
    "timer",
    "lost",
    "try",
    "start",
    "stop",
    "continue",
    "end",
    "status",
    "losses",
    "finder",
    "results",
    "number",
    "run",
    "matrix",
    "cell",
    "worst",
    "zip",
]


@pytest.fixture
def runs():
    registry = TrainingRuns(command=COMMAND)
    yield registry
    registry.close()


@pytest.fixture
def tab(runs):
    with gr.Blocks() as demo:
        find_on_load = build_train(None, kept_training(), runs)
        find_on_load(demo)
    return Tab(demo)


class Tab:
    """The tab's callbacks by name, each answering with a name for every component it changes."""

    def __init__(self, demo: gr.Blocks) -> None:
        self.demo = demo
        self.events = {fn.name: fn for fn in demo.fns.values()}

    def call(self, name, *arguments):
        event = self.events[name]
        names = [*RUN_NAMES, "keep_good"][: len(event.outputs)]
        by_id = dict(zip([output._id for output in event.outputs], names, strict=True))
        answer = event.fn(*arguments)
        steps = list(answer) if inspect.isgenerator(answer) else [answer]
        return {by_id[component._id]: value for step in steps for component, value in step.items()}

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
    assert first["start"] == {"interactive": False, "__type__": "update"}
    last = tab.wait(first)
    token = last["saved"]["run"]
    assert last["saved"] == {"run": token, "result": token}
    assert last["results"]["visible"]
    assert "95 % interval 30 to 95 %, 4 photos" in last["number"]
    assert "Learned from <em>8</em> photos" in last["run"]
    assert last["start"]["interactive"]
    assert not last["continue"]["visible"]
    assert last["zip"]["value"].endswith("m.zip")
    assert [trace.name.split()[0] for trace in last["finder"].data] == ["loss", "slide", "valley", "taken"]
    assert list(last["losses"].data[1].y) == [0.6]
    assert last["worst"].count("<li") == 4
    assert "look-done" in last["try"]
    again = tab.call("follow", last["saved"], last["drawn"])
    assert set(again) == {"status", "timer", "drawn"}  # nothing is drawn twice


def test_a_page_that_comes_back_finds_its_run(tab, photos):
    first = tab.call("start_training", {}, *form(names=("black", "slow"), files=photos))
    back = tab.call("find_again", first["saved"])
    assert back["timer"]["active"]
    assert not back["start"]["interactive"]
    assert "results" not in back
    stopped = tab.wait(tab.call("stop_run", first["saved"], {}) | {"saved": first["saved"]})
    assert stopped["continue"]["visible"]
    assert "press Continue" in stopped["end"]
    done = tab.wait(tab.call("continue_run", first["saved"], {}) | {"saved": first["saved"]})
    assert done["results"]["visible"]
    later = tab.call("find_again", done["saved"])
    assert later["results"]["visible"]
    assert "lost" not in later


@pytest.mark.parametrize("saved", [{"run": "x" * 32}, {"run": "x", "result": "y"}])
def test_what_is_lost_is_said_once(tab, saved):
    shown = tab.call("find_again", saved)
    for word in ("photos", "model", "figures", "restarted"):
        assert word in shown["lost"]
    assert shown["saved"] == {}
    assert not shown["timer"]["active"]
    assert "lost" not in tab.call("find_again", shown["saved"])
    assert train_words.LOST in tab.call("follow", saved, {})["lost"]


@pytest.mark.parametrize("saved", [None, {}, [], "x", {"run": 3}, {"run": None}, {"run": {"a": 1}}])
def test_whatever_the_browser_kept_does_no_harm(tab, saved):
    assert set(tab.call("find_again", saved)) == {"timer", "losses", "finder"}
    tab.call("stop_run", saved, {})
    assert "no training here" in tab.call("continue_run", saved, {})["end"]


def test_another_visitors_token_opens_nothing(tab, photos):
    mine = tab.wait(tab.call("start_training", {}, *form(files=photos)))
    stranger = {"run": mine["saved"]["run"][::-1], "result": None}
    shown = tab.call("find_again", stranger)
    assert "results" not in shown
    assert train_words.LOST in shown["lost"]


def test_a_second_start_does_not_end_the_first(tab, runs, photos):
    first = tab.call("start_training", {}, *form(names=("black", "slow"), files=photos))
    second = tab.call("start_training", first["saved"], *form(files=photos))
    assert "still going on" in second["end"]
    assert "saved" not in second
    assert not runs.look(first["saved"]["run"]).is_over


def test_a_refused_training_leaves_the_earlier_result(tab, photos):
    done = tab.wait(tab.call("start_training", {}, *form(files=photos)))
    first = tab.call("start_training", done["saved"], *form(names=("black", "refused"), files=photos))
    refused = tab.wait(first)
    assert "Did you mean resnet18? Everything you chose is still there." in refused["end"]
    assert refused["saved"]["result"] == done["saved"]["result"]
    assert not {"results", "matrix", "number"} & set(refused)
    back = tab.call("find_again", refused["saved"])
    assert back["matrix"] == done["matrix"]


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
    assert message in shown["end"]
    assert set(shown) <= {"status", "end", "saved"}  # no input is touched, no earlier result
    assert shown.get("saved", {}) == {}
    assert "Not started" in shown["status"]


def test_the_browser_has_the_token_while_the_photos_are_read(tab, runs, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(train_form, "gather_classes", lambda *_: go_on.wait(20))
    event = tab.events["start_training"]
    starting = event.fn({}, *form(OWN))
    token = next(starting)[event.outputs[0]]["run"]
    assert runs.look(token).state == "reading"
    starting.close()  # the page is loaded anew
    back = tab.call("find_again", {"run": token})
    assert back["timer"]["active"]
    assert "lost" not in back
    go_on.set()
    last = tab.wait(back | {"saved": {"run": token}})
    assert "no photos yet" in last["end"]


def test_a_damaged_zip_asks_before_it_leaves_files_out(tab, monkeypatch):
    asked = []

    def unpack(path, folder, *, keep_good):
        asked.append(keep_good)
        raise train_tab.DamagedZipError("2 files of the zip are damaged.", ("a", "b"))

    monkeypatch.setattr(train_form, "unpack_photos", unpack)
    shown = tab.call("start_training", {}, *form(ZIP, zip_path="x.zip"))
    assert shown["keep_good"]["visible"]
    tab.call("start_training", {}, *form(ZIP, zip_path="x.zip", keep_good=True))
    assert asked == [False, True]


def test_a_fault_of_ours_says_nothing_of_the_server(tab, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("secret path")

    monkeypatch.setattr(train_form, "gather_classes", fail)
    shown = tab.call("start_training", {}, *form(OWN))
    assert "on our side" in shown["end"]
    assert "secret" not in str(shown)


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
    with gr.Blocks():
        made = build_form()
    wish = made.read([component.value for component in made.inputs])
    assert wish.source == DEMO
    assert wish.options.filled().lr is None


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (RunProgress(ahead=0), ["You are next", "close this page"]),
        (RunProgress(ahead=3), ["3 ahead of you"]),
        (
            RunProgress(state="running", phrase="Reading the photos"),
            ["Reading the photos", "close this page"],
        ),
        (
            RunProgress(
                state="running", n_epochs=5, last_batch={"epoch": 2, "batch": 3, "n_batches": 9, "loss": 0.5}
            ),
            ["Epoch 2 of 5, batch 3 of 9, loss 0.500"],
        ),
    ],
)
def test_progress_is_said(progress, words):
    html = describe_progress(progress)
    assert all(word in html for word in words)
    assert describe_end(progress) == ""


def test_what_is_left_of_a_stopped_run_is_said():
    none = RunProgress(state="ended", phrase="Stopped", n_epochs=5)
    some = RunProgress(state="ended", phrase="Stopped", n_epochs=5, history=({"epoch": 1},) * 2)
    assert "No epoch was finished" in describe_end(none)
    assert "2 of 5 epochs are kept" in describe_end(some)


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
        build_train(None, kept_training(), runs)(demo)
    assert [block for block in demo.blocks.values() if isinstance(block, gr.LoginButton)]
    (push,) = [fn for fn in demo.fns.values() if fn.name == "push_to_hub"]
    with pytest.raises(gr.Error, match="Log in with Hugging Face first"):
        push.fn({}, "my-bears", False, None)


def test_the_model_goes_to_the_account_that_is_logged_in(tab, runs, photos, monkeypatch):
    import numpy as np

    from shared import artifacts

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    done = tab.wait(tab.call("start_training", {}, *form(files=photos)))
    model = runs.look(done["saved"]["run"]).result.artifact
    artifacts.save(model, config={}, tensors={"w": np.zeros(2, np.float32)}, card="# Mine")
    login = gr.OAuthToken(token=TOKEN, scope="write-repos", expires_at=2**40)
    with PushHub() as hub:
        html = train_push.push_result(runs, done["saved"], " my-bears ", False, login, endpoint=hub.url)
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
                train_push.push_result(runs, tokens, name, False, who, endpoint=hub.url)
        assert len(hub.commits) == 1
