"""*Sizes*: how many factors fastai's rule gives each column of any table."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from shared.collab.embedding_size import (
    CategoryColumn,
    EmbeddingSize,
    get_emb_sz,
    parse_counts,
    read_category_columns,
)
from shared.collab.lookup_plots import plot_sizes
from shared.limits import MAX_CATEGORY_FILE_MB
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, explain, table, table_html, try_this

_EXAMPLE = "user 671, film 9066, genre 20, day of week 7"


def tabulate_sizes(sizes: list[EmbeddingSize]) -> dict[str, Any]:
    """Write the sizes for `table`."""
    return {
        "columns": ["Column", "Values", "Entries", "Factors", "Numbers to learn"],
        "rows": [
            [s.name, f"{s.n_levels:,}", f"{s.n_entries:,}", f"{s.n_factors}", f"{s.n_numbers:,}"]
            for s in sizes
        ],
        "numeric": (1, 2, 3, 4),
    }


def show_sizes(columns: list[CategoryColumn]) -> tuple:
    """Turn columns into the table and the picture."""
    sizes = get_emb_sz(columns)
    return table_html(**tabulate_sizes(sizes)), plot_sizes(sizes)


def size_typed(text: str) -> tuple:
    """Work out the sizes for typed counts."""
    return show_sizes(parse_counts(text))


def read_upload(path: str | None) -> tuple:
    """Read an uploaded CSV and offer its columns, the likely categories ticked."""
    if path is None:
        return [], gr.CheckboxGroup(choices=[], value=[], visible=False), *size_typed(_EXAMPLE)
    columns = read_category_columns(path)
    likely = [column for column in columns if column.likely]
    choices = [(f"{column.name} ({column.n_levels:,})", column.name) for column in columns]
    group = gr.CheckboxGroup(choices=choices, value=[column.name for column in likely], visible=True)
    return columns, group, *show_sizes(likely)


def choose_columns(columns: Sequence[CategoryColumn], names: list[str]) -> tuple:
    """Work out the sizes for the ticked columns."""
    return show_sizes([column for column in columns if column.name in names])


def build_sizes() -> None:
    """Lay out and wire the size rule."""
    columns = parse_counts(_EXAMPLE)
    try_this("Give a column ten times as many values. Does it get ten times as many factors?")
    columns_state = gr.State(())  # replaced, never changed in place
    with controls_and_picture(sticky=False) as (controls, picture):
        with controls:
            counts_textbox = gr.Textbox(
                _EXAMPLE,
                label="Columns and how many different values",
                info="A name, then a number. Commas between.",
                lines=2,
            )
            size_button = gr.Button("Work out sizes", variant="primary")
            table_file = gr.File(
                label=f"Or your own table (CSV, at most {MAX_CATEGORY_FILE_MB} MB)",
                file_types=[".csv", ".tsv", ".txt"],
                height=170,
            )
            columns_group = gr.CheckboxGroup([], label="Category columns (different values)", visible=False)
        with picture:
            size_plot = gr.Plot(plot_sizes(get_emb_sz(columns)), show_label=False, elem_id="size-plot")
    size_table = table(**tabulate_sizes(get_emb_sz(columns)))
    with explain(text=_EXPLANATION):
        pass
    gr.on(
        [size_button.click, counts_textbox.submit],
        friendly(size_typed),
        counts_textbox,
        [size_table, size_plot],
        show_progress="hidden",
        api_visibility="private",
    )
    gr.on(
        [table_file.upload, table_file.clear],
        friendly(read_upload),
        table_file,
        [columns_state, columns_group, size_table, size_plot],
        api_visibility="private",
    )
    columns_group.input(
        friendly(choose_columns),
        [columns_state, columns_group],
        [size_table, size_plot],
        trigger_mode="always_last",
        show_progress="hidden",
        api_visibility="private",
    )


_EXPLANATION = """
A column of categories, such as *film*, gets a table with one row for each value. How wide should it be?
fastai's `get_emb_sz` uses a rule of thumb:

`factors = min(600, round(1.6 × entries ** 0.56))`

*Entries* is one more than the number of values. The extra one, `#na#`, is for values that are missing or
were never seen. It is a rule that worked well in experiments, not a law: you may choose another size.
"""
