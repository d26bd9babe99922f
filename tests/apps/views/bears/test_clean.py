"""The tab "Clean your data" without a browser: what its callbacks answer, and what stays when they refuse."""

import io
import os
import re
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from apps.views.bears import clean, clean_session, kept
from apps.views.bears.clean import build_clean, read_choice
from apps.views.bears.clean_grid import PAGE_SIZE, grid_html
from apps.views.bears.clean_session import (
    ALL,
    ANY,
    BOTH,
    ORDERS,
    WORST,
    Session,
    choose_places,
    delete_session,
    finish_session,
    keep_known,
    need_session,
    new_folder,
)
from apps.views.bears.clean_words import DEMO, OWN, change_number, counts_html, suggest_next, verdict
from apps.views.bears.kept import keep_choices, kept_choices, saved_choices
from shared import limits
from shared.errors import InputError
from shared.vision.before_after import Comparison
from shared.vision.cleaning import Choices, to_csv
from shared.vision.dataset import PhotoSet, read_photos
from shared.vision.flags import BLURRY, EXACT
from shared.vision.quick import read_features

EVIL = "<img src=x onerror=alert(1)>"


def pixels(images) -> np.ndarray:
    """Features good enough for pictures that differ in colour."""
    return np.stack([np.asarray(image.resize((6, 6)), np.float32).ravel() / 255 - 0.5 for image in images])


class FakeClassifier:
    def run(self, images):
        return SimpleNamespace(features=pixels(images))


def png(seed: int, colour: int) -> bytes:
    """A small picture in one of three colours."""
    blocks = np.random.default_rng(seed).integers(0, 90, (12, 12, 3), dtype=np.uint8)
    blocks[..., colour] += 150
    file = io.BytesIO()
    Image.fromarray(blocks).resize((120, 120), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def make_zip(path: Path, labels=("red", "green"), n: int = 8, spoil: str = "") -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for place, label in enumerate(labels):
            for at in range(n):
                archive.writestr(f"{label}/{at}.png", png(100 * place + at, place % 3))
    if spoil:
        data = bytearray(path.read_bytes())
        at = data.index(spoil.encode()) + 400
        data[at] ^= 255
        path.write_bytes(bytes(data))
    return str(path)


@pytest.fixture(autouse=True)
def own_parent(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setattr(clean_session, "_home", lambda: home)
    return home


@pytest.fixture
def warnings(monkeypatch) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda message, **_: shown.append(message))
    return shown


class Tab:
    """The tab's callbacks by name; each answer is keyed by the name of the component."""

    def __init__(self) -> None:
        self.parts: Any = None
        lay_out = clean.lay_out

        def remember(saved):
            self.parts = lay_out(saved)
            return self.parts

        with pytest.MonkeyPatch.context() as patch, gr.Blocks() as self.demo:
            patch.setattr(clean, "lay_out", remember)
            build_clean(FakeClassifier(), kept_choices())(self.demo)  # type: ignore[arg-type]
        self.names = {component: name for name, component in vars(self.parts).items()}
        self.fns = {event.fn.__name__: event.fn for event in self.demo.fns.values() if event.fn}
        self.events = {event.fn.__name__: event for event in self.demo.fns.values() if event.fn}

    def call(self, name: str, *values: Any) -> dict[str, Any]:
        return self.named(name, self.fns[name](*values))

    def named(self, name: str, answer: dict[Any, Any]) -> dict[str, Any]:
        assert set(answer) <= set(self.events[name].outputs)
        return {self.names[component]: value for component, value in answer.items()}

    def load(
        self, source=DEMO, path=None, keep_good=False, session=None, choices=None, aside=None
    ) -> list[dict[str, Any]]:
        states = session, choices or Choices(), aside or Choices()
        steps = self.fns["load_photos"](source, path, keep_good, *states)
        return [self.named("load_photos", step) for step in steps]


@pytest.fixture(scope="module")
def tab() -> Tab:
    return Tab()


@pytest.fixture(scope="module")
def demo(tab) -> Session:
    return tab.load()[-1]["session_state"]


PLACE = (ALL, BOTH, WORST, ANY)


def cards(html: str) -> list[str]:
    return re.findall(r"<li class=.clean-card.*?</li>", html)


def test_every_event_is_private(tab):
    assert {event.api_visibility for event in tab.demo.fns.values()} == {"private"}


def test_the_demonstration_set_loads_with_progress_and_shows_the_worst_first(tab):
    *steps, last = tab.load()
    assert all(set(step) == {"status_html"} for step in steps)
    assert "113 of 113" in steps[-1]["status_html"]
    session = last["session_state"]
    assert len(cards(last["grid"])) == PAGE_SIZE
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", last["grid"])]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(session.scores.loss.max(), abs=0.006)
    assert "113 photos" in last["summary_piece"]
    assert last["page_state"] == 0
    assert "page 1 of 10" in last["page_piece"]


def test_the_demonstration_set_is_everybodys_and_stays(tab, demo):
    again = tab.load()[-1]["session_state"]
    assert again.folder == demo.folder
    delete_session(demo)
    assert demo.folder.is_dir()


def test_choices_stay_when_class_split_and_page_change(tab, demo):
    choices = Choices()
    shown = tab.call("show_filtered", demo, choices, *PLACE)
    digest, label = re.search(r'data-digest="(\w+)" data-label="(\w+)"', shown["grid"]).groups()
    event = SimpleNamespace(_data={"digest": digest, "label": label, "action": "delete", "new_label": ""})
    choices = tab.call("add_choice", demo, choices, Choices(), event)["choices_state"]
    elsewhere = tab.call(
        "show_filtered",
        demo,
        choices,
        ALL,
        "Held out" if "held" not in cards(shown["grid"])[0] else "Training",
        WORST,
        ANY,
    )
    assert digest not in elsewhere["grid"]
    second = tab.call("show_next", demo, choices, *PLACE, 0)
    assert (second["page_state"], digest in second["grid"]) == (1, False)
    back = tab.call("show_back", demo, choices, *PLACE, 1)
    assert f'data-digest="{digest}" data-label="{label}" data-action="delete"' in back["grid"]


def test_undo_takes_back_one_choice_and_draws_the_page_anew(tab, demo):
    photo = demo.photos[0]
    choices = Choices().choose(photo, "delete").choose(photo, "keep")
    once = tab.call("undo_choice", demo, choices, Choices(), *PLACE, 0)
    assert once["choices_state"].counts["delete"] == 1
    assert once["undo_button"]["interactive"]
    twice = tab.call("undo_choice", demo, once["choices_state"], Choices(), *PLACE, 0)
    assert twice["choices_state"] == Choices()
    assert not twice["undo_button"]["interactive"]
    assert once["grid"] != tab.call("undo_choice", demo, choices, Choices(), *PLACE, 0)["grid"]


def test_pages_stop_at_both_ends(tab, demo):
    first = tab.call("show_back", demo, Choices(), *PLACE, 0)
    last = tab.call("show_next", demo, Choices(), *PLACE, 9)
    assert (first["page_state"], last["page_state"]) == (0, 9)
    assert not first["back_button"]["interactive"]
    assert not last["next_button"]["interactive"]
    assert len(cards(last["grid"])) == 113 - 9 * PAGE_SIZE


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_shows_every_photo(demo, order):
    places = choose_places(demo, label=ALL, split=BOTH, order=order, flag=ANY)
    assert sorted(places) == list(range(113))


def test_filters_are_and(demo):
    places = choose_places(demo, label="black", split="Training", order=WORST, flag=BLURRY)
    for at in range(113):
        fits = demo.photos[at].label == "black" and not demo.scores.is_valid[at] and BLURRY in demo.flags[at]
        assert (at in places) == fits


def test_copies_stand_together(demo):
    places = choose_places(demo, label=ALL, split=BOTH, order="Copies together", flag=EXACT)
    files = [demo.photos[at].digest for at in places]
    assert files[0] == files[1]
    assert files[2] == files[3]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"digest": "0" * 64, "label": "black", "action": "keep"},
        {"digest": ["x"], "label": {}, "action": "keep"},
    ],
)
def test_a_choice_about_no_photo_is_refused(demo, data):
    with pytest.raises(InputError, match="belongs to no photo"):
        read_choice(demo, Choices(), data)


@pytest.mark.parametrize(
    ("action", "new_label"), [("burn", ""), ("relabel", "wolf"), ("relabel", ""), ("relabel", None)]
)
def test_a_choice_of_no_kind_is_refused(demo, action, new_label):
    photo = demo.photos[0]
    data = {"digest": photo.digest, "label": photo.label, "action": action, "new_label": new_label}
    with pytest.raises(InputError):
        read_choice(demo, Choices(), data)


@pytest.mark.parametrize("name", ["show_filtered", "undo_choice", "retrain", "add_choice", "load_choices"])
def test_without_photos_every_control_says_what_to_press(tab, name):
    values = {
        "show_filtered": (None, Choices(), *PLACE),
        "undo_choice": (None, Choices(), Choices(), *PLACE, 0),
        "retrain": (None, Choices()),
        "add_choice": (None, Choices(), Choices(), SimpleNamespace(_data={})),
        "load_choices": ("choices.csv", None, Choices(), Choices(), *PLACE, 0),
    }
    with pytest.raises(gr.Error, match="Train the quick model"):
        tab.call(name, *values[name])


def test_retrain_needs_a_change_and_then_says_what_it_did(tab, demo):
    with pytest.raises(gr.Error, match="Delete or relabel"):
        tab.call("retrain", demo, Choices().choose(demo.photos[0], "keep"))
    choices = Choices()
    for photo in demo.photos:
        true = demo.truth[photo.digest]
        if photo.label != true:
            choices = choices.choose(photo, "relabel", true)
    shown = tab.call("retrain", demo, choices)
    assert "points" in shown["number_html"]
    assert "Before, by the old labels" in shown["comparison_piece"]
    assert "look-done" in shown["try_html"]
    assert "11 of 11 wrong labels found" in shown["try_html"]


def test_the_cleaned_zip_has_the_choices_applied_and_does_not_stay(tab, demo):
    first, second = demo.photos[:2]
    choices = Choices().choose(first, "delete").choose(second, "relabel", "teddy")
    making = tab.fns["make_zip"](demo, choices)
    update = next(making)
    path = Path(update["value"])
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert len(names) == 112
    assert f"black/{first.path.name}" not in names
    assert f"teddy/{second.path.name}" in names
    assert list(making) == []
    assert not path.exists()


def test_an_own_zip_is_read_and_its_upload_deleted(tab, tmp_path, own_parent):
    path = make_zip(tmp_path / "own.zip")
    last = tab.load(OWN, path)[-1]
    session = last["session_state"]
    assert session.photo_set.vocab == ["green", "red"]
    assert session.folder.parent == own_parent
    assert last["zip_file"] is None
    assert not Path(path).exists()
    assert [value for _, value in last["class_dropdown"]["choices"]] == [ALL, "green", "red"]
    delete_session(session)
    assert not session.folder.exists()
    with pytest.raises(InputError, match="kept for an hour"):
        need_session(session)


def test_choices_come_back_when_the_same_photos_are_loaded_again(tab, tmp_path):
    first = tab.load(OWN, make_zip(tmp_path / "own.zip"))[-1]["session_state"]
    choices = Choices().choose(first.photos[0], "delete")
    again = tab.load(OWN, make_zip(tmp_path / "own.zip"), session=first, choices=choices)[-1]
    assert again["choices_state"] == choices
    assert not first.folder.exists()
    assert "1 earlier choice of yours is applied again" in again["kept_piece"]
    other = tab.load(DEMO, session=again["session_state"], choices=choices)[-1]
    assert other["choices_state"] == Choices()
    assert "1 choice about photos that are not here" in other["kept_piece"]
    assert saved_choices(other["saved"]) == other["aside_state"] == choices  # they wait for their photos
    third = tab.load(OWN, make_zip(tmp_path / "own.zip"), aside=other["aside_state"])[-1]
    assert third["choices_state"] == choices
    assert third["aside_state"] == Choices()


def test_after_a_reload_the_browser_gives_the_choices_back(tab, demo):
    photos = demo.photos[:3]
    choices = Choices()
    for photo in photos:
        data = {"digest": photo.digest, "label": photo.label, "action": "delete", "new_label": ""}
        shown = tab.call("add_choice", demo, choices, Choices(), SimpleNamespace(_data=data))
        choices = shown["choices_state"]
    page = tab.call("find_again", shown["saved"])  # the photos are not there yet
    assert "3 choices about photos that are not here" in page["kept_piece"]
    loaded = tab.load(DEMO, aside=page["aside_state"])[-1]
    assert loaded["choices_state"] == choices
    assert "3 earlier choices of yours are applied again" in loaded["kept_piece"]
    undone = tab.call("undo_choice", loaded["session_state"], choices, loaded["aside_state"], *PLACE, 0)
    assert undone["choices_state"].counts["delete"] == 2  # one at a time
    assert saved_choices(undone["saved"]) == undone["choices_state"]


@pytest.mark.parametrize("saved", [None, {}, [], 3, "x", "digest,name\n", "a,b,c,d,e\n" * 3, {"a": 1}])
def test_whatever_the_browser_kept_of_choices_does_no_harm(tab, saved):
    assert tab.call("find_again", saved) == {"aside_state": Choices(), "kept_piece": ""}


def test_of_too_many_choices_the_browser_keeps_the_last(monkeypatch):
    monkeypatch.setattr(kept, "MAX_SAVED_CHOICES", 2)
    choices = Choices()
    for at in range(3):
        photo = SimpleNamespace(digest=f"{at:064x}", path=Path(f"{at}.jpg"), label="black")
        choices = choices.choose(photo, "keep")  # type: ignore[arg-type]
    names = [choice.name for choice in saved_choices(keep_choices(choices)).current.values()]
    assert names == ["1.jpg", "2.jpg"]
    assert keep_choices(Choices()) == ""


def test_a_damaged_zip_asks_and_then_keeps_the_good(tab, tmp_path, own_parent, warnings):
    path = make_zip(tmp_path / "own.zip", spoil="red/3.png")
    *_, last = tab.load(OWN, path)
    assert "session_state" not in last
    assert last["keep_checkbox"]["visible"]
    assert "damaged" in warnings[0]
    assert Path(path).exists()
    assert list(own_parent.iterdir()) == []
    *_, last = tab.load(OWN, path, keep_good=True)
    assert len(last["session_state"].photos) == 15
    assert "damaged" in last["summary_piece"]


@pytest.mark.parametrize(
    ("labels", "n", "words"),
    [(("red",), 8, "two classes"), (("red", "green"), 2, "has 2 different"), (None, 0, "Choose a zip")],
)
def test_a_zip_that_cannot_be_used_changes_nothing(tab, tmp_path, own_parent, warnings, labels, n, words):
    path = make_zip(tmp_path / "own.zip", labels, n) if labels else None
    *_, last = tab.load(OWN, path)
    assert set(last) == {"status_html", "keep_checkbox"}
    assert words in warnings[0]
    assert list(own_parent.iterdir()) == []


def test_too_many_photos_are_refused_before_they_are_decoded(tab, tmp_path, monkeypatch, warnings):
    monkeypatch.setattr(limits, "MAX_CLEAN_PHOTOS", 10)
    monkeypatch.setattr(clean, "read_photos", lambda _: pytest.fail("decoded"))
    tab.load(OWN, make_zip(tmp_path / "own.zip"))
    assert "16 photos; at most 10" in warnings[0]


def test_a_visitor_who_leaves_leaves_nothing(tab, tmp_path, own_parent):
    loading = tab.fns["load_photos"](OWN, make_zip(tmp_path / "own.zip"), False, None, Choices(), Choices())
    for _ in range(3):
        next(loading)
    assert list(own_parent.iterdir())
    loading.close()
    assert list(own_parent.iterdir()) == []


def test_names_are_escaped_wherever_they_stand(tab, tmp_path):
    folder = new_folder()
    for place, label in enumerate((EVIL.replace("/", ""), "${alert(1)}", "=2+2")):
        for at in range(5):
            path = folder / label / f"<b onmouseover=alert({at})>{{{{x}}}}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(png(50 * place + at, place))
    photo_set = read_photos(folder)
    known: dict[str, Any] = {}
    list(read_features(photo_set.photos, pixels, known))
    session = finish_session(folder, PhotoSet(photo_set.photos, (f"A note on {EVIL}.",)), known)
    choices = Choices().choose(session.photos[0], "relabel", "=2+2")
    places = list(range(len(session.photos)))
    for html in (
        grid_html(session, places, choices),
        clean.words.summary_html(session),
        counts_html(choices),
        clean.words.import_html(1, list(choices.current.values())),
    ):
        assert "<img src=x" not in html
        assert "<b on" not in html
        assert "${" not in html
        assert "{{" not in html
    assert grid_html(session, places, choices).count("&lt;img src=x") > 5


def test_an_imported_table_is_one_step_and_names_unknown_photos(tab, demo, tmp_path):
    gone = SimpleNamespace(digest="f" * 64, path=Path("gone.jpg"), label="black")
    table = to_csv(Choices().choose(demo.photos[0], "delete").choose(gone, "keep"))  # type: ignore[arg-type]
    path = tmp_path / "choices.csv"
    path.write_text(table, encoding="utf-8-sig")
    before = Choices().choose(demo.photos[1], "keep")
    shown = tab.call("load_choices", str(path), demo, before, Choices(), *PLACE, 0)
    assert shown["choices_state"].counts == {"keep": 1, "delete": 1, "relabel": 0}
    assert shown["choices_state"].undo() == before
    assert "gone.jpg" in shown["choices_report"]
    assert not path.exists()


def test_old_folders_make_room(own_parent, monkeypatch):
    monkeypatch.setattr(limits, "MAX_CLEAN_FOLDERS", 3)
    folders = [new_folder() for _ in range(3)]
    now = folders[0].stat().st_mtime
    for at, folder in enumerate(folders):
        os.utime(folder, (now - 100 + at,) * 2)
    new = new_folder()
    assert [folder.exists() for folder in folders] == [False, True, True]
    expired = new.stat().st_mtime - limits.CACHE_MAX_AGE_SECONDS - 1
    for folder in (*folders[1:], new):
        os.utime(folder, (expired, expired))
    newest = new_folder()
    assert list(own_parent.iterdir()) == [newest]


def test_the_line_moves_on(demo):
    choices = Choices()
    lines = [suggest_next(None, choices), suggest_next(demo, choices)]
    for photo in demo.photos[:3]:
        choices = choices.choose(photo, "keep")
        lines.append(suggest_next(demo, choices))
    comparison = Comparison(20, 8, 1, 1, 0, 0, -0.1, 0.1, 1.0, (91, 91))
    lines.append(suggest_next(demo, choices, comparison))
    assert len({text for text, _ in lines}) == 5
    assert [done for _, done in lines] == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("mended", "broken", "p", "words"),
    [
        (0, 0, 1.0, "No held-out answer changed"),
        (3, 1, 0.63, "may be chance"),
        (1, 0, 1.0, "1 answer mended, 0 broken"),
        (9, 0, 0.004, "Cleaning helped"),
        (0, 9, 0.004, "made it worse"),
    ],
)
def test_the_verdict_names_chance(mended, broken, p, words):
    comparison = Comparison(50, 12, 10, 10 - mended + broken, mended, broken, -0.2, 0.1, p, (90, 88))
    assert words in verdict(comparison)
    assert "wrong labels" in verdict(comparison)
    assert "1 answers" not in verdict(comparison)
    assert change_number(comparison)["unit"] == "points"


def test_choices_about_other_photos_are_dropped_on_loading(demo):
    gone = SimpleNamespace(digest="f" * 64, path=Path("gone.jpg"), label="black")
    mixed = Choices().choose(gone, "keep").choose(demo.photos[0], "keep")  # type: ignore[arg-type]
    assert keep_known(mixed, demo.photo_set).counts["keep"] == 1
