"""The table panel: what it shows of a table, what it keeps when a file is bad, and the forest it leads to."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from apps.views.forest import table_panel, table_words
from apps.views.forest.session import default_choice, find_explorer, find_table, start_state
from apps.views.forest.table_panel import (
    build_table,
    change_kind,
    change_leave_out,
    change_target,
    choose_table,
    do_suggested,
    open_panel,
    read_upload,
    show_kind,
    use_table,
)
from shared.errors import InputError
from shared.forest.tables import NAMED_TABLES, load_table
from shared.limits import MAX_TABLE_MB
from shared.ui.incoming import GuardedBlocks

ME: Any = SimpleNamespace(session_hash="me")
OTHER: Any = SimpleNamespace(session_hash="other")
SHOWN = ("draft", "table", "notice", "understood", "target", "log", "leave_out", "column", "kind")
ORDERS = Path(__file__).parents[3] / "shared/forest/data/orders.csv"
PRICES = "id,size,<b>place</b>,price,twice\n" + "".join(
    f"{1000 + at},{at % 17},{'ab'[at % 2]},{at * at + 5},{2 * (at * at + 5)}\n" for at in range(60)
)


def shown(updates: tuple[Any, ...]) -> dict[str, Any]:
    assert len(updates) == len(SHOWN)
    return dict(zip(SHOWN, updates, strict=True))


def is_skipped(update: object) -> bool:
    return update == gr.skip()


def write(folder: Path, content: str | bytes, name: str = "prices.csv") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def upload(folder: Path, content: str | bytes, draft: dict | None = None, name: str = "prices.csv") -> dict:
    *updates, file = read_upload(write(folder, content, name), draft, ME)
    assert file is None
    assert not (folder / name).exists()
    return shown(tuple(updates))


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_the_line_that_is_there_before_the_table_is_read_is_true() -> None:
    encoded = default_choice("titanic").encoded
    known = NAMED_TABLES["titanic"]
    rows = table_words.rows_text(load_table("titanic"))
    line = table_words.line_html(known.title, rows, len(encoded.columns), encoded.target)
    assert line == table_panel.START_LINE
    assert text_of(line) == "Titanic: who survived? 891 rows, 8 columns learned from, target Survived."


def test_the_panel_is_laid_out_without_reading_a_table_and_its_events_are_private() -> None:
    with GuardedBlocks() as demo:
        build_table(gr.State(start_state()), gr.Tabs())
    assert {event.api_visibility for event in demo.fns.values()} == {"private"}
    assert len(demo.fns) == 9
    assert f"at most {MAX_TABLE_MB} MB" in str(demo.get_config_file())


def test_opening_it_shows_what_was_understood_once() -> None:
    first = shown(open_panel(None, ME))
    said = text_of(first["understood"])
    assert "891 rows and 12 columns" in said
    for name in load_table("titanic").names:
        assert name in said
    assert "PassengerId" in first["leave_out"]["value"]
    assert '"PassengerId" looks like an ID' in said.replace("&quot;", '"')
    assert first["target"]["value"] == "Survived"
    assert not first["log"]["visible"]
    assert first["notice"] == ""
    again = open_panel(first["draft"], ME)
    assert all(map(is_skipped, again))


def test_another_table_has_its_own_target() -> None:
    ames = shown(choose_table("ames", {"table": "titanic", "own": None, "kinds": {"Age": "category"}}, ME))
    assert ames["draft"] == {"table": "ames", "own": None, "kinds": {}}
    assert ames["target"]["value"] == "Sale_Price"
    assert ames["log"] == gr.update(visible=True, value=True)
    assert len(ames["column"]["choices"]) == 74


def test_an_upload_is_understood_and_deleted(tmp_path: Path) -> None:
    found = upload(tmp_path, PRICES)
    said = found["understood"]
    assert "<b>" not in said
    assert "&lt;b&gt;place&lt;/b&gt;" in said
    assert "60 rows and 5 columns" in said
    assert (found["target"]["value"], found["leave_out"]["value"]) == ("twice", ["id"])
    assert "alone nearly determines the target" in text_of(said)  # the price
    draft = found["draft"]
    assert draft["own"] == {"id": draft["table"], "name": "prices.csv"}
    assert ("prices.csv", draft["table"]) in found["table"]["choices"]
    assert found["table"]["value"] == draft["table"]
    assert find_table(draft, ME).n_rows == 60
    with pytest.raises(InputError):
        find_table(draft, OTHER)
    # Away and back again: the upload is still there, another visitor's is not.
    back = shown(choose_table(draft["table"], shown(choose_table("ames", draft, ME))["draft"], ME))
    assert back["draft"] == draft
    assert "too old" in shown(choose_table(draft["table"], None, OTHER))["notice"]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "empty.csv", "empty"),
        (b"PK\x03\x04 and so on", "table.xlsx", "Excel"),
        (b"\x80\x04\x95", "table.csv", "pickle"),
        (b"a,b\n", "header.csv", "rows"),
        (b'a,b\n"1,2\n3,4\n', "quote.csv", "quotation mark"),
        (b"<html></html>", "page.csv", "web page"),
        (b"\x89PNG\r\n", "<img src=x>.csv", "picture"),
    ],
)
def test_a_bad_file_is_one_sentence_and_the_earlier_table_stays(
    tmp_path: Path, content: bytes, name: str, message: str
) -> None:
    found = upload(tmp_path, content, {"table": "ames", "own": None, "kinds": {}}, name)
    notice = found.pop("notice")
    assert message in text_of(notice)
    assert "<img" not in notice
    assert str(tmp_path) not in notice
    assert all(map(is_skipped, found.values()))


def test_no_file_changes_nothing() -> None:
    *updates, file = read_upload(None, None, ME)
    assert all(map(is_skipped, updates))
    assert file is None


def test_another_target_is_looked_at_anew(tmp_path: Path) -> None:
    draft = upload(tmp_path, PRICES)["draft"]
    price = shown(change_target("price", ["id", "twice"], draft, ME))
    assert "&quot;twice&quot; alone nearly determines" in price["understood"]
    assert price["leave_out"]["value"] == ["id", "twice"]
    assert price["log"]["visible"]
    assert ("price" in price["leave_out"]["choices"], "twice" in price["leave_out"]["choices"]) == (
        False,
        True,
    )
    place = shown(change_target("<b>place</b>", None, draft, ME))
    assert not place["log"]["visible"]
    assert place["leave_out"]["value"] == []
    table = choose_table("titanic", None, ME)
    name = shown(change_target("Name", [], shown(table)["draft"], ME))
    assert "at most 100 classes" in name["notice"]
    assert name["target"]["value"] == "Name"


def test_a_column_can_be_read_otherwise(tmp_path: Path) -> None:
    draft = upload(tmp_path, PRICES)["draft"]
    assert show_kind("size", draft, ME) == ("number", "")
    found = shown(change_kind("category", "size", "price", ["id"], draft, ME))
    assert found["draft"]["kinds"] == {"size": "category"}
    assert (found["column"]["value"], found["kind"]) == ("size", "category")
    assert found["target"]["value"] == "price"
    assert show_kind("size", found["draft"], ME)[0] == "category"
    refused = shown(change_kind("number", "<b>place</b>", "price", ["id"], draft, ME))
    assert "cannot be read as numbers" in refused["notice"]
    assert refused["kind"] == "category"
    assert is_skipped(refused["draft"])
    assert "Choose a column first" in shown(change_kind("number", None, "price", [], draft, ME))["notice"]
    assert "not in the table" in show_kind("nothing", draft, ME)[1]


def press(act: object, column: object, draft: dict, target: str, leave_out: list[str]) -> dict[str, Any]:
    event: Any = SimpleNamespace(_data={"act": act, "column": column})
    return shown(do_suggested(target, leave_out, draft, ME, event))


def buttons_of(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<button type="button" data-act="([^"]+)" data-column="([^"]*)"', html)


def test_a_remark_has_a_button_that_does_it_and_takes_it_back(tmp_path: Path) -> None:
    found = upload(tmp_path, PRICES)
    # The row's number gives the target away too: it is left out as an ID already.
    assert buttons_of(found["understood"]) == [("leave out", "price"), ("keep", "id"), ("keep", "id")]
    draft = found["draft"]
    out = press("leave out", "price", draft, "twice", ["id"])
    assert out["leave_out"]["value"] == ["id", "price"]
    assert buttons_of(out["understood"]) == [("keep", "price"), ("keep", "id"), ("keep", "id")]
    kept = press("keep", "id", draft, "twice", ["id", "price"])
    assert kept["leave_out"]["value"] == ["price"]
    assert buttons_of(kept["understood"]) == [("keep", "price"), ("leave out", "id"), ("leave out", "id")]
    # What is left out by hand is known to the buttons too.
    assert buttons_of(change_leave_out(["price"], "twice", draft, ME)) == buttons_of(kept["understood"])
    # A name of the visitor's stays text.
    named = press("category", "<b>place</b>", draft, "twice", ["id"])
    assert "<b>" not in named["understood"]


@pytest.mark.parametrize(
    ("act", "column"),
    [("leave out", "nothing"), ("keep", None), ("colour", 3), (None, ["id"]), ("number", {})],
)
def test_a_button_that_names_no_column_changes_nothing(tmp_path: Path, act: object, column: object) -> None:
    draft = upload(tmp_path, PRICES)["draft"]
    found = press(act, column, draft, "twice", ["id"])
    assert "not in the table" in found.pop("notice")
    assert all(map(is_skipped, found.values()))


def test_a_word_for_no_value_is_said_and_can_be_a_value_again(tmp_path: Path) -> None:
    found = upload(tmp_path, ORDERS.read_bytes(), name="orders.csv")
    assert "&quot;k. A.&quot; in &quot;Gewicht (kg)&quot; is read as no value" in found["understood"]
    assert ("category", "Gewicht (kg)") in buttons_of(found["understood"])
    assert found["leave_out"]["value"] == ["Bestellnr"]
    as_text = press("category", "Gewicht (kg)", found["draft"], "Umsatz (€)", ["Bestellnr"])
    assert as_text["draft"]["kinds"] == {"Gewicht (kg)": "category"}
    assert set(as_text["leave_out"]["value"]) == {"Bestellnr", "Gewicht (kg)"}  # too many levels, and said
    pressed = buttons_of(as_text["understood"])
    assert {("number", "Gewicht (kg)"), ("keep", "Gewicht (kg)")} <= set(pressed)
    again = press("number", "Gewicht (kg)", as_text["draft"], "Umsatz (€)", as_text["leave_out"]["value"])
    assert again["leave_out"]["value"] == ["Bestellnr"]


def test_use_fits_a_forest_that_is_the_visitors_own(tmp_path: Path) -> None:
    draft = upload(tmp_path, PRICES)["draft"]
    draft = shown(change_kind("category", "size", "price", ["id"], draft, ME))["draft"]
    state, line, said, accordion, opened = use_table(
        draft, "price", ["id", "twice"], True, start_state(), draft["table"], ME
    )
    explorer = find_explorer(state, ME)
    assert state["table"] == draft["table"]
    assert explorer.encoded.names == ["size", "<b>place</b>"]
    assert explorer.encoded.columns[0].kind == "category"
    assert explorer.encoded.target == "log price"
    with pytest.raises(InputError):
        find_explorer(state, OTHER)
    assert "60 rows, 2 columns learned from, target price." in text_of(line)
    error = explorer.curves()["validation"]
    off, low, high = (f"{100 * np.expm1(end[-1]):,.1f}" for end in (error.error, error.low, error.high))
    assert f"learned from 45 rows. On the other 15 it is typically off by {off} %" in text_of(line)
    assert f"(95 % interval {low} to {high} %)" in text_of(line)
    assert "natural logarithm" in text_of(said)
    assert accordion == gr.update(open=False)
    # The tab draws itself when it is opened, and when it is open already: see `build_split`.
    assert opened.selected == table_panel.FIRST_TAB
    again, *_ = use_table(draft, "price", ["id"], True, state, draft["table"], ME)
    assert find_explorer(again, ME).encoded.names == ["size", "<b>place</b>", "twice"]
    assert find_explorer(state, ME).encoded.names == ["size", "<b>place</b>"]  # a step back is possible


def test_the_forest_of_everybody_is_shared_and_a_changed_one_is_not() -> None:
    draft = shown(choose_table("titanic", None, ME))["draft"]
    usual = shown(open_panel(None, ME))["leave_out"]["value"]
    state, line, *_ = use_table(
        draft, "Survived", usual, False, {"table": "ames", "model": None}, "titanic", ME
    )
    assert state == start_state()
    curve = find_explorer(state, ME).curves()["validation"]
    assert f"wrong on {100 * curve.error[-1]:.1f} % of the other 223" in text_of(line)
    assert f"(95 % interval {100 * curve.low[-1]:.1f} to {100 * curve.high[-1]:.1f} %)" in text_of(line)
    changed, *_ = use_table(draft, "Survived", [*usual, "Sex"], False, start_state(), "titanic", ME)
    assert changed["model"]
    assert "Sex" not in find_explorer(changed, ME).encoded.names


def test_the_button_pressed_before_the_panel_has_changed_uses_the_table_that_was_chosen() -> None:
    draft = shown(choose_table("titanic", None, ME))["draft"]
    state, line, *_ = use_table(draft, "Survived", ["Name"], False, start_state(), "ames", ME)
    assert state == {"table": "ames", "model": None}  # as everybody has it, with the logarithm of the price
    assert "target Sale_Price" in text_of(line)


@pytest.mark.parametrize(
    ("draft", "target", "leave_out", "log", "message"),
    [
        (None, "Name", [], False, "at most 100 classes"),
        (None, "Survived", [], True, "classes have no logarithm"),
        (None, "Survived", load_table("titanic").names, False, "No column is left"),
        (None, "Survived", ["nothing"], False, "no column"),
        ({"table": "gone", "own": None, "kinds": {}}, "a", [], False, "Send it again"),
    ],
)
def test_what_cannot_be_used_leaves_the_earlier_table(
    draft: dict | None, target: str, leave_out: list[str], log: bool, message: str
) -> None:
    name = (draft or start_state())["table"]
    state, line, notice, accordion, opened = use_table(draft, target, leave_out, log, start_state(), name, ME)
    assert message in text_of(notice)
    assert all(map(is_skipped, (state, line, accordion, opened)))


def test_a_wide_table_lists_its_first_columns(tmp_path: Path) -> None:
    n = table_words.MOST_SHOWN + 5
    header = ",".join(f"c{at}" for at in range(n))
    rows = "\n".join(",".join(str((row * 31 + at * 7) % 11) for at in range(n)) for row in range(12))
    said = upload(tmp_path, f"{header}\n{rows}\n")["understood"]
    assert said.count("<tr>") == table_words.MOST_SHOWN + 1
    assert "5 more are read as well" in said


def test_words_for_one_and_for_a_sample() -> None:
    line = text_of(table_words.line_html("T:", "1 row", 1, "y", "Wrong."))
    assert line == "T: 1 row, 1 column learned from, target y. Wrong."
    sample: Any = SimpleNamespace(understood=SimpleNamespace(is_sample=True, n_kept=20_000, n_rows=10**6))
    assert table_words.rows_text(sample) == "a random sample of 20,000 of 1,000,000 rows"
