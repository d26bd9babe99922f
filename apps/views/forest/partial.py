"""*Partial dependence*: how the forest's answer changes with one column, with the evidence for each value.

with gr.Tab("Partial dependence") as tab:
    build_partial(state, tab)

The maths is in `shared/forest/curves.py` and what that imports; the texts are in `partial_words.py`.
"""

from typing import Any

import gradio as gr

from apps.views.forest import partial_words as words
from apps.views.forest.overview import curve_overview, overview_html, read_column
from apps.views.forest.session import find_explorer
from shared.forest.curves import (
    columns_by_range,
    find_column,
    find_map,
    find_own_impossible,
    sample_curves,
)
from shared.forest.explorer import Explorer
from shared.forest.labels import Answer, class_choices, for_class
from shared.forest.map_plots import MAP_HEIGHT, plot_map
from shared.forest.partial_plots import CURVE_HEIGHT, plot_curve
from shared.ui.figure import empty_figure
from shared.ui.guard import friendly
from shared.ui.page import big_number, controls_and_picture, explain, notice, piece, section, try_this

ROWS, CENTRED, EFFECTS = "Rows of their own (ICE)", "Centred", "Accumulated local effects"


def show_all(
    state: dict[str, Any],
    name: str | None,
    second: str | None,
    class_name: str | None,
    layers: list[str],
    request: gr.Request,
) -> list[Any]:
    """Draw the whole tab: what is chosen where this table has it, else the columns with the widest curves."""
    explorer = for_class(find_explorer(state, request), class_name)
    encoded, order = explorer.encoded, columns_by_range(explorer)
    ordered = [encoded.names[column] for column in order]
    if name not in ordered:
        name = ordered[0]
    others = [other for other in ordered if other != name]
    if second not in others:
        second = others[0] if others else None
    return [
        gr.Dropdown(choices=ordered, value=name),
        gr.Dropdown(choices=ordered, value=second),
        gr.Dropdown(
            choices=class_choices(explorer),
            value=encoded.classes[explorer.of_class] if encoded.classes else None,
            visible=len(encoded.classes) > 1,
        ),
        *draw_column(explorer, name, layers),
        overview_html(explorer, chosen=find_column(encoded, name), answer=_answer(explorer)),
        draw_map(explorer, name, second),
        "",
    ]


def show_column(
    state: dict[str, Any], name: str, class_name: str | None, layers: list[str], request: gr.Request
) -> list[Any]:
    """Draw one column large."""
    return draw_column(for_class(find_explorer(state, request), class_name), name, layers)


def show_map(
    state: dict[str, Any], name: str, second: str | None, class_name: str | None, request: gr.Request
) -> Any:
    """Draw the map of two columns."""
    return draw_map(for_class(find_explorer(state, request), class_name), name, second)


def follow_column(
    state: dict[str, Any], name: str, second: str | None, class_name: str | None, request: gr.Request
) -> list[Any]:
    """Draw the map of a newly chosen first column; where it was the second, the widest other one is now."""
    explorer = for_class(find_explorer(state, request), class_name)
    if second != name:
        return [gr.skip(), draw_map(explorer, name, second)]
    names = [explorer.encoded.names[column] for column in columns_by_range(explorer)]
    second = next((other for other in names if other != name), None)
    return [gr.update(value=second), draw_map(explorer, name, second)]


def write_all(state: dict[str, Any], class_name: str | None, request: gr.Request) -> str:
    """Write all curves as CSV, in a link."""
    explorer = for_class(find_explorer(state, request), class_name)
    return words.all_curves_html(explorer)


def draw_column(explorer: Explorer, name: str, layers: list[str]) -> list[Any]:
    """Give the large number, the figure, the warning and the link of one column.

    Raises:
        InputError: there is no such column.
    """
    place = find_column(explorer.encoded, name)
    dependence, effect = explorer.dependence()[place], explorer.effects()[place]
    impossible, answer = find_own_impossible(explorer, place), _answer(explorer)
    figure = plot_curve(
        dependence,
        explorer.encoded.columns[place],
        answer=answer,
        effect=effect if EFFECTS in layers else None,
        curves=sample_curves(explorer, place) if ROWS in layers else None,
        centred=CENTRED in layers,
        impossible=None if impossible is None else impossible.by_value,
    )
    return [
        words.range_html(explorer, dependence, answer),
        figure,
        words.warning_html(explorer.encoded, dependence, impossible),
        words.curve_html(explorer, place),
    ]


def draw_map(explorer: Explorer, name: str, second: str | None) -> Any:
    """Give the map of two columns; of a table with one column, a figure that says so.

    Raises:
        InputError: it is twice the same column, or one that does not exist.
    """
    if second is None:
        from shared.plotting import plot_message

        return plot_message("A map needs a second column.", height=MAP_HEIGHT)
    encoded = explorer.encoded
    places = find_column(encoded, name), find_column(encoded, second)
    return plot_map(
        find_map(explorer, *places),
        (encoded.columns[places[0]], encoded.columns[places[1]]),
        answer=_answer(explorer),
    )


def build_partial(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside it.

    Args:
        state: which table and forest the visitor looks at.
        tab: drawn when it is opened.
    """
    # Layout
    try_this(words.TRY)
    with controls_and_picture() as (controls, picture):
        with controls:
            column_dropdown = gr.Dropdown(
                choices=[], label="Column", info="The widest curve first.", elem_id="partial-column"
            )
            class_dropdown = gr.Dropdown(choices=[], label="Class", visible=False, elem_id="partial-class")
            layer_checks = gr.CheckboxGroup(
                choices=[ROWS, CENTRED, EFFECTS],
                value=[EFFECTS],
                label="Draw also",
                elem_id="partial-layers",
            )
            range_number = big_number("Range of effect", "–", hint="of the column")
            curve_link = piece()
        with picture:
            curve_plot = empty_figure("partial-plot", height=CURVE_HEIGHT, message="The curve comes here.")
    warning = notice()
    section("All columns", words.ALL)
    overview = curve_overview("partial-all")
    all_button = gr.Button("Write all curves as CSV", elem_id="partial-csv")
    all_link = piece()
    section("Two columns together", words.TWO)
    with controls_and_picture() as (controls, picture):
        with controls:
            second_dropdown = gr.Dropdown(
                choices=[],
                label="Second column",
                info="The first is the one above.",
                elem_id="partial-second",
            )
        with picture:
            map_plot = empty_figure("partial-map", height=MAP_HEIGHT, message="The map comes here.")
    with explain(text=words.EXPLANATION):
        pass

    # Wiring
    @friendly
    def choose_picture(event: gr.EventData) -> str:
        return read_column(event._data)

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    large = [range_number, curve_plot, warning, curve_link]
    one = [state, column_dropdown, class_dropdown, layer_checks]
    two = [state, column_dropdown, second_dropdown, class_dropdown]
    gr.on(
        [tab.select, class_dropdown.input],
        friendly(show_all),
        [state, column_dropdown, second_dropdown, class_dropdown, layer_checks],
        [column_dropdown, second_dropdown, class_dropdown, *large, overview, map_plot, all_link],
        api_visibility="private",
        show_progress="minimal",
    )
    gr.on(
        [column_dropdown.input, layer_checks.input],
        friendly(show_column),
        one,
        large,
        trigger_mode="always_last",
        **private,
    )
    overview.choose(choose_picture, None, column_dropdown, trigger_mode="multiple", **private).success(
        friendly(show_column), one, large, **private
    ).success(friendly(follow_column), two, [second_dropdown, map_plot], **private)
    column_dropdown.input(
        friendly(follow_column), two, [second_dropdown, map_plot], trigger_mode="always_last", **private
    )
    second_dropdown.input(friendly(show_map), two, map_plot, trigger_mode="always_last", **private)
    all_button.click(friendly(write_all), [state, class_dropdown], all_link, **private)


def _answer(explorer: Explorer) -> Answer:
    return Answer.of(explorer.choice, of_class=explorer.of_class)
