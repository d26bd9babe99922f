"""*Take it away*: a notebook of the screen, the forest without a pickle, tables, and figures as PNG.

with gr.Tab("Take it away") as tab:
    build_take(state, tab)

What the files hold is made in `shared/forest/notebook.py` and `take_away.py`; pictures are made in the
browser.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from apps.views.forest import take_words as words
from apps.views.forest.matter import drop_trees
from apps.views.forest.matter_work import N_FORESTS, measure
from apps.views.forest.session import HEAVY, find_explorer, find_table
from shared.errors import InputError
from shared.forest.drop_columns import dropped_so_far
from shared.forest.explorer import Explorer
from shared.forest.notebook import FILE_NAMES, FOREST_NAME, OWN_FILE_NAME, write_notebook
from shared.forest.take_away import curves_of, importances_csv, predictions_csv, save_forest, table_csv
from shared.tables.read_table import Table
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, explain, piece, section, try_this
from shared.ui.progress import progress_html

_HERE = Path(__file__).parent
_LOOK_AGAIN = "() => document.getElementById('take-figures')?.dispatchEvent(new Event('lookagain'))"


def make_importances(explorer: Explorer) -> bytes:
    """Measure both importances that are quick; drop-column where the visitor has measured it."""
    measures = [measure(explorer, kind, N_FORESTS) for kind in ("impurity", "permutation")]
    dropped = dropped_so_far(explorer, trees=drop_trees(explorer), n_forests=N_FORESTS)
    return _csv(importances_csv(explorer, [*measures, *([dropped] if dropped else [])]))


def make_notebook(explorer: Explorer, table: Table, key: str | None) -> bytes:
    """Write the notebook as a file."""
    return json.dumps(write_notebook(explorer, table, key=key), indent=1, allow_nan=False).encode()


def file_makers(
    explorer: Explorer, table: Table, key: str | None
) -> dict[str, tuple[str, Callable[[], bytes]]]:
    """Say how each file of `take_words.FILES` is called and made.

    Args:
        explorer: the forest on the screen.
        table: that it was fitted on.
        key: which table that is, in a visitor's state.
    """
    return {
        "notebook": ("forest.ipynb", lambda: make_notebook(explorer, table, key)),
        "table": (FILE_NAMES.get(key or "", OWN_FILE_NAME), lambda: _csv(table_csv(table))),
        "forest": (FOREST_NAME, lambda: save_forest(explorer)),
        "importances": ("importances.csv", lambda: make_importances(explorer)),
        "curves": ("curves.csv", lambda: _csv(curves_of(explorer))),
        "predictions": ("predictions.csv", lambda: _csv(predictions_csv(explorer))),
    }


def make_files(state: dict[str, Any], folder: str, request: gr.Request) -> Iterator[list[Any]]:
    """Make one file after the other; one that cannot be made is said, and the others come all the same.

    Args:
        state: of the visitor.
        folder: where the files are put.
        request: who it is.

    Yields:
        What the files are of, the status, and an update for each button.
    """
    waiting = [gr.DownloadButton(interactive=False) for _ in words.FILES]
    try:
        explorer, table = find_explorer(state, request), find_table(state, request)
        sizes: dict[str, int] = {}
        problems: list[str] = []
        buttons: list[Any] = []
        makers = file_makers(explorer, table, state.get("table"))
        for done, (kind, (name, make)) in enumerate(makers.items()):
            yield [None, progress_html(words.STEPS[kind], share=done / len(makers)), *waiting]
            try:
                content = make()
            except InputError as error:
                problems.append(str(error))
                buttons.append(gr.DownloadButton(value=None, interactive=False))
                continue
            sizes[kind] = len(content)
            path = save_bytes_to_cache(content, name, folder)
            buttons.append(gr.DownloadButton(value=path, interactive=True))
    except Exception:
        yield [None, f"<p>{words.IDLE}</p>", *waiting]
        raise
    yield [dict(state), words.made_html(explorer, sizes, problems), *buttons]


def open_tab(state: dict[str, Any], made_of: dict[str, Any] | None) -> list[Any]:
    """Take files back that are of another table or forest."""
    if made_of is None or made_of == state:
        return [gr.skip()] * (2 + len(words.FILES))
    buttons = [gr.DownloadButton(value=None, interactive=False) for _ in words.FILES]
    return [None, f"<p>{words.STALE}</p>", *buttons]


def build_take(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside it.

    Args:
        state: which table and forest the visitor looks at.
        tab: looked at when it is opened.
    """
    # Layout
    try_this(words.TRY)
    made_state = gr.State(None)
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            make_button = gr.Button("Make the files", variant="primary", elem_id="take-make")
            status = piece(f"<p>{words.IDLE}</p>")
            file_buttons = [
                gr.DownloadButton(label, interactive=False, elem_id=f"take-{kind}")
                for kind, (label, _) in words.FILES.items()
            ]
        with picture:
            piece(words.list_html())
            section(words.FIGURES_HEAD)
            gr.Markdown(words.FIGURES, elem_classes="look-prose")
            gr.HTML(
                {"names": words.FIGURE_NAMES, "empty": words.NO_FIGURES},
                html_template='<div class="take-figures" role="group" aria-label="Figures as PNG"></div>',
                css_template=(_HERE / "take.css").read_text(encoding="utf-8"),
                js_on_load=(_HERE / "take.js").read_text(encoding="utf-8"),
                apply_default_css=False,
                elem_id="take-figures",
                elem_classes="look-piece",
            )
    with explain(text=words.EXPLANATION):
        pass

    # Wiring
    @friendly
    def make(state: dict[str, Any], request: gr.Request) -> Iterator[list[Any]]:
        yield from make_files(state, make_button.GRADIO_CACHE, request)

    outputs = [made_state, status, *file_buttons]
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    tab.select(friendly(open_tab), [state, made_state], outputs, **private)
    tab.select(None, None, None, js=_LOOK_AGAIN, queue=False)
    make_button.click(make, state, outputs, **private, **HEAVY)


def _csv(text: str) -> bytes:
    return text.encode("utf-8-sig")  # for Excel's sake
