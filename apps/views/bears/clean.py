"""*Clean your data*: train a quick model first, then let its losses show which photos to look at.

    saved = kept_choices()                     # outside the tabs
    with gr.Tab("Clean"):
        find_on_load = build_clean(load_classifier(), saved)
    find_on_load(demo)

The photos of a visitor lie in a folder of their own for an hour (`clean_session.py`), the cards are drawn by
`clean_grid.py`, and what a choice means is in `shared/vision/cleaning.py`. Follows lesson 2,
https://course.fast.ai/Lessons/lesson2.html.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from apps.views.bears import clean_words as words
from apps.views.bears.clean_grid import PAGE_SIZE, grid_html, n_pages
from apps.views.bears.clean_layout import lay_out
from apps.views.bears.clean_session import (
    ALL,
    ANY,
    BOTH,
    WORST,
    DemoShelf,
    Session,
    choose_places,
    delete_folder,
    delete_session,
    finish_session,
    keep_known,
    need_session,
    new_folder,
    part_choices,
)
from apps.views.bears.clean_words import DEMO, OWN
from apps.views.bears.kept import keep_choices, saved_choices
from shared.errors import InputError
from shared.limits import HEAVY_CONCURRENCY, MB
from shared.scratch import temporary_folder
from shared.ui.guard import as_message, friendly
from shared.ui.page import (
    big_number_html,
)
from shared.vision.before_after import compare_cleaning
from shared.vision.cleaning import Choices, apply_choices, from_csv, unknown_choices, write_zip
from shared.vision.dataset import PhotoSet, duplicate_groups, read_photos
from shared.vision.model import Classifier
from shared.vision.quick import check_count, check_photos, read_features
from shared.vision.zips import DamagedZipError, unpack_photos
from shared.words import count

_SCROLL_UP = "() => document.querySelector('#clean-grid').scrollIntoView({block: 'start'})"


def open_zip(path: str | None, *, keep_good: bool, folder: Path) -> PhotoSet:
    """Unpack a visitor's zip and read its photos; what was left out is in the notes.

    Raises:
        DamagedZipError: some photos are damaged, and the visitor has to decide.
        InputError: the zip cannot be used.
    """
    if not path:
        raise InputError("Choose a zip first: one folder for each class, with its photos in it.")
    report = unpack_photos(path, folder, keep_good=keep_good)
    check_count(report.n_photos)  # before all of them are decoded
    photo_set = read_photos(folder)
    return PhotoSet(photo_set.photos, (*report.notes, *photo_set.notes))


def read_choice(session: Session, choices: Choices, data: object) -> Choices:
    """Add the choice that a card of the grid sent.

    Raises:
        InputError: it is about no photo or no class of this page.
    """
    sent = data if isinstance(data, dict) else {}
    photo = session.photo_of(sent.get("digest"), sent.get("label"))
    action, new_label = str(sent.get("action")), str(sent.get("new_label") or "")
    known = {*session.scores.vocab, *(choice.new_label for choice in choices.current.values())}
    if action == "relabel" and new_label not in known:
        raise InputError("This page has no such class. Reload the page.")
    return choices.choose(photo, action, new_label)


def build_clean(classifier: Classifier, saved: gr.BrowserState) -> Callable[[gr.Blocks], None]:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        classifier: whose network turns photos into features.
        saved: `kept_choices()`, made outside the tabs.

    Returns:
        a function that finds the visitor's choices again when the page loads; call it with the Blocks.
    """
    shelf = DemoShelf()
    parts = lay_out(saved)

    def features(images: Sequence[Image.Image]) -> np.ndarray:
        return classifier.run(images).features

    def load_photos(
        source: str,
        path: str | None,
        keep_good: bool,
        session: Session | None,
        choices: Choices,
        aside: Choices,
    ) -> Iterator[dict[Any, Any]]:
        yield {parts.status_html: words.progress_html("Reading the photos")}
        folder = None
        try:
            if source == DEMO:
                home, demo = shelf.take()
                photo_set, truth, known = demo.photo_set, demo.truth, shelf.known
            else:
                home = folder = new_folder()
                photo_set, truth, known = open_zip(path, keep_good=keep_good, folder=folder), {}, {}
            check_photos(photo_set.photos, duplicate_groups(photo_set.photos))
            total = len(photo_set.photos)
            for done in read_features(photo_set.photos, features, known):
                yield {
                    parts.status_html: words.progress_html("Looking at the photos", done=done, total=total)
                }
            yield {
                parts.status_html: words.progress_html("Training the quick model", done=total, total=total)
            }
            loaded = finish_session(home, photo_set, known, truth=truth)
        except BaseException as error:
            if folder:
                delete_folder(folder)
            if not isinstance(error, Exception):  # the visitor pressed Stop, or left
                raise
            yield {
                parts.status_html: words.progress_html(words.IDLE),
                parts.keep_checkbox: gr.update(visible=isinstance(error, DamagedZipError)),
            }
            if not isinstance(error, InputError):
                raise
            # A warning, because an error would cover the photos from before.
            gr.Warning(as_message(error), title="Please check")
            return
        if path and source == OWN:
            Path(path).unlink(missing_ok=True)
        delete_session(session)
        kept, aside = part_choices(Choices((*aside.steps, *choices.steps)), loaded.photo_set)
        yield {
            parts.session_state: loaded,
            parts.aside_state: aside,
            parts.kept_piece: words.kept_html(kept, aside),
            parts.status_html: words.progress_html("Ready", done=total, total=total),
            parts.zip_file: None,
            parts.keep_checkbox: gr.update(visible=False, value=False),
            parts.class_dropdown: gr.update(
                choices=[("All classes", ALL), *((label, label) for label in loaded.scores.vocab)], value=ALL
            ),
            parts.flag_dropdown: ANY,
            parts.summary_piece: words.summary_html(loaded),
            parts.number_html: big_number_html(**words.change_number(None)),
            parts.comparison_piece: words.NOT_COMPARED,
            parts.download_button: gr.update(value=None, interactive=False, label=words.NO_ZIP),
            **choices_shown(loaded, kept, aside),
            **page_shown(loaded, kept, ALL, BOTH, WORST, ANY, 0),
            parts.split_radio: BOTH,
            parts.order_dropdown: WORST,
        }

    def stop_loading() -> str:
        return words.progress_html("Stopped")

    def find_again(kept: Any) -> dict[Any, Any]:
        """What a page knows that has just been opened: its photos are not loaded yet."""
        aside = saved_choices(kept)
        return {parts.aside_state: aside, parts.kept_piece: words.kept_html(Choices(), aside)}

    def choices_shown(session: Session | None, choices: Choices, aside: Choices) -> dict[Any, Any]:
        return {
            parts.choices_state: choices,
            parts.saved: keep_choices(Choices((*aside.steps, *choices.steps))),
            parts.counts_piece: words.counts_html(choices, n_photos=len(session.photos) if session else 0),
            parts.undo_button: gr.update(interactive=bool(choices.steps)),
            parts.try_html: words.try_line(session, choices),
        }

    def page_shown(session: Session, choices: Choices, *place: Any) -> dict[Any, Any]:
        label, split, order, flag, page = place
        places = choose_places(session, label=label, split=split, order=order, flag=flag)
        page = min(max(page, 0), n_pages(places) - 1)
        return {
            parts.page_state: page,
            parts.grid: grid_html(session, places[page * PAGE_SIZE : (page + 1) * PAGE_SIZE], choices),
            parts.page_piece: words.page_html(len(places), page, n_pages(places)),
            parts.back_button: gr.update(interactive=page > 0),
            parts.next_button: gr.update(interactive=page < n_pages(places) - 1),
        }

    def show_filtered(session: Session | None, choices: Choices, *filters: Any) -> dict[Any, Any]:
        return page_shown(need_session(session), choices, *filters, 0)

    def show_back(session: Session | None, choices: Choices, *place: Any) -> dict[Any, Any]:
        return page_shown(need_session(session), choices, *place[:-1], place[-1] - 1)

    def show_next(session: Session | None, choices: Choices, *place: Any) -> dict[Any, Any]:
        return page_shown(need_session(session), choices, *place[:-1], place[-1] + 1)

    def add_choice(
        session: Session | None, choices: Choices, aside: Choices, event: gr.EventData
    ) -> dict[Any, Any]:
        session = need_session(session)
        return choices_shown(session, read_choice(session, choices, event._data), aside)

    def undo_choice(session: Session | None, choices: Choices, aside: Choices, *place: Any) -> dict[Any, Any]:
        choices = choices.undo()
        return {
            **choices_shown(session, choices, aside),
            **page_shown(need_session(session), choices, *place),
        }

    def load_choices(
        path: str | None, session: Session | None, choices: Choices, aside: Choices, *place: Any
    ) -> dict[Any, Any]:
        if not path:
            return {parts.choices_report: ""}
        session = need_session(session)
        read = from_csv(Path(path).read_bytes())
        Path(path).unlink(missing_ok=True)
        unknown = unknown_choices(session.photos, read)
        fitting = keep_known(read, session.photo_set)
        choices = choices.add(fitting.current.values())
        return {
            parts.choices_file: None,
            parts.choices_report: words.import_html(len(fitting.current), unknown),
            **choices_shown(session, choices, aside),
            **page_shown(session, choices, *place),
        }

    def retrain(session: Session | None, choices: Choices) -> dict[Any, Any]:
        session = need_session(session)
        if not choices.counts["delete"] + choices.counts["relabel"]:
            raise InputError("Delete or relabel a photo first; so far both models would be the same.")
        comparison = compare_cleaning(
            session.photos, session.known, session.groups, session.scores.is_valid, choices
        )
        return {
            parts.number_html: big_number_html(**words.change_number(comparison)),
            parts.comparison_piece: words.comparison_html(comparison),
            parts.try_html: words.try_line(session, choices, comparison),
        }

    def make_zip(session: Session | None, choices: Choices) -> Iterator[Any]:
        session = need_session(session)
        cleaned = apply_choices(session.photo_set, choices)
        if not cleaned.photos:
            raise InputError("Every photo is deleted, so the zip would be empty. Undo some choices.")
        with temporary_folder("zip") as folder:
            path = write_zip(cleaned.photos, Path(folder) / "cleaned.zip")
            size_mb = path.stat().st_size / MB
            label = f"Download {count(len(cleaned.photos), 'photo')} ({size_mb:.1f} MB)"
            yield gr.update(value=str(path), interactive=True, label=label)  # Gradio takes a copy

    # Wiring
    private: dict[str, Any] = {"api_visibility": "private"}
    quiet: dict[str, Any] = {**private, "show_progress": "hidden"}
    both = [parts.session_state, parts.choices_state]
    all_states = [*both, parts.aside_state]
    place = [*parts.filters, parts.page_state]
    # One at a time, so that no click is lost to another that came at the same moment.
    in_turn: dict[str, Any] = {
        **quiet,
        "concurrency_limit": 1,
        "concurrency_id": "clean-choices",
        "trigger_mode": "multiple",
    }

    parts.source_radio.input(
        friendly(lambda source: (gr.update(visible=source == DEMO), gr.update(visible=source == OWN))),
        parts.source_radio,
        [parts.demo_piece, parts.own_column],
        **quiet,
    )
    loading = parts.load_button.click(
        friendly(load_photos),
        [parts.source_radio, parts.zip_file, parts.keep_checkbox, *all_states],
        [
            parts.session_state,
            parts.aside_state,
            parts.kept_piece,
            parts.status_html,
            parts.zip_file,
            parts.keep_checkbox,
            *parts.filters,
            parts.summary_piece,
            parts.number_html,
            parts.comparison_piece,
            parts.download_button,
            *parts.choice_outputs,
            *parts.page_outputs,
        ],
        concurrency_limit=HEAVY_CONCURRENCY,
        concurrency_id="clean-train",
        show_progress="minimal",
        show_progress_on=parts.status_html,
        **private,
    )
    parts.stop_button.click(
        friendly(stop_loading), None, parts.status_html, cancels=[loading], queue=False, **quiet
    )
    for control in parts.filters:
        control.input(friendly(show_filtered), [*both, *parts.filters], parts.page_outputs, **quiet)
    for button, show in ((parts.back_button, show_back), (parts.next_button, show_next)):
        button.click(friendly(show), [*both, *place], parts.page_outputs, **quiet).success(
            None, js=_SCROLL_UP
        )
    parts.grid.choose(friendly(add_choice), all_states, parts.choice_outputs, **in_turn)
    parts.undo_button.click(
        friendly(undo_choice),
        [*all_states, *place],
        [*parts.choice_outputs, *parts.page_outputs],
        **in_turn,
    )
    parts.choices_file.upload(
        friendly(load_choices),
        [parts.choices_file, *all_states, *place],
        [parts.choices_file, parts.choices_report, *parts.choice_outputs, *parts.page_outputs],
        **quiet,
    )
    parts.retrain_button.click(
        friendly(retrain),
        both,
        [parts.number_html, parts.comparison_piece, parts.try_html],
        concurrency_limit=HEAVY_CONCURRENCY,
        concurrency_id="clean-train",
        show_progress="minimal",
        show_progress_on=parts.comparison_piece,
        **private,
    )
    parts.zip_button.click(friendly(make_zip), both, parts.download_button, **private)

    def find_on_load(demo: gr.Blocks) -> None:
        demo.load(friendly(find_again), parts.saved, [parts.aside_state, parts.kept_piece], **quiet)

    return find_on_load
