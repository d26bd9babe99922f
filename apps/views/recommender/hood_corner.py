"""*Train*: fit the 15 x 15 corner step by step, and watch the predictions and the error move."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from shared.collab.corner import (
    N_HIDDEN,
    Y_RANGE,
    CornerOptions,
    CornerState,
    hidden_cells,
    predict,
    start_corner,
    take_steps,
)
from shared.collab.corner_plots import plot_errors, plot_loss, plot_stars
from shared.collab.corner_report import describe_run, measure_baseline, measure_hidden_margin
from shared.errors import InputError
from shared.ui.guard import friendly
from shared.ui.page import big_number, big_number_html, explain, try_this, try_this_html

LEARNING_RATES = {"0.01": 0.01, "0.1": 0.1, "1": 1.0, "10": 10.0, "100": 100.0, "1 billion": 1e9}
WEIGHT_DECAYS = {"0 (off)": 0.0, "0.0001": 1e-4, "0.001": 1e-3, "0.01": 1e-2, "0.1": 0.1, "1": 1.0}
_N_PLAY, _N_UPDATES = 100, 10  # steps of one play, and how often it is drawn on the way
_PAUSE_SECONDS = 0.05  # between two pictures of a play, so that the eye can follow


@dataclass(frozen=True, eq=False)
class Corner:
    """What the tab needs: the stars and whose they are not."""

    ratings: np.ndarray  # (15, 15) stars, users by films, NaN where there is no rating
    film_titles: list[str]


def suggest_next(state: CornerState) -> str:
    """Say what to try next, given how far the visitor has come."""
    if state.diverged_at is not None:
        words = "Set the learning rate back to 1, press *Start again*, and run 100 steps."
    elif state.n_steps == 0:
        words = "Press *One step* a few times. Which way does the error go?"
    elif state.n_steps < 100:
        words = "Press *Run 100 steps*. How long until it beats *always the mean*?"
    elif not state.options.n_hidden:
        words = f"Tick *Hide {N_HIDDEN} ratings* and run again. Is the model as good on ratings it never saw?"
    elif state.segments[-1][2] == 0:
        words = "Set the weight decay to 0.01 and start again. What happens to the hidden cells?"
    else:
        words = "Choose a learning rate of 100. What does the curve do?"
    return words


def describe_error(state: CornerState, ratings: np.ndarray) -> dict[str, Any]:
    """Write the number that matters and what to compare it with, for `big_number`."""
    baseline = measure_baseline(ratings, state.options)
    cells = "trained" if state.options.n_hidden else "filled"
    return {
        "label": f"RMSE on the {cells} cells, step {state.n_steps:,}",
        "value": "huge" if state.diverged_at else _rounded(state.train_rmse[-1], 3),
        "unit": "" if state.diverged_at else "stars",
        "width": 4,
        "hint": f"Always the mean ({baseline.mean:.2f} stars): {baseline.train_rmse:.3f}",
    }


def describe_progress(state: CornerState, ratings: np.ndarray) -> str:
    """Write how the run goes, and the error on the hidden cells when there are any."""
    words = describe_run(state, ratings)
    margin = measure_hidden_margin(state, ratings)
    if margin is None or state.diverged_at is not None:
        return words
    mean = measure_baseline(ratings, state.options)
    return (
        f"Hidden cells: **{_rounded(state.hidden_rmse[-1], 2)}** ± {_rounded(margin, 2)} stars. "
        f"Always the mean: {mean.hidden_rmse:.2f} ± {mean.hidden_margin:.2f} stars.\n\n{words}"
    )


def _rounded(stars: float, digits: int) -> str:
    return f"{stars:.{digits}f}" if stars < 1000 else "huge"


def draw_matrix(corner: Corner, state: CornerState, view: str) -> object:
    """Draw the chosen matrix: predictions, real stars, or the difference."""
    gaps, hidden = np.isnan(corner.ratings), hidden_cells(corner.ratings, state.options)
    if view == "Real":
        return plot_stars(corner.ratings, corner.film_titles, framed=hidden)
    if view == "Error":
        return plot_errors(predict(state) - corner.ratings, corner.film_titles, framed=hidden)
    return plot_stars(predict(state), corner.film_titles, framed=gaps | hidden, ratings=corner.ratings)


def read_rate(value: Any) -> float:
    """Read the learning rate, chosen from the list or typed."""
    if isinstance(value, str) and value in LEARNING_RATES:
        return LEARNING_RATES[value]
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise InputError("The learning rate must be a number, such as 0.1 or 3.") from error


def build_corner_training(corner: Corner) -> gr.State:
    """Lay out and wire the training of the corner.

    Returns:
        The visitor's run, for the tab that shows its code.
    """
    fresh = start_corner(corner.ratings)

    def show(state: CornerState, before: np.ndarray | None, view: str) -> tuple:
        baseline = measure_baseline(corner.ratings, state.options)
        return (
            state,
            try_this_html(suggest_next(state)),
            big_number_html(**describe_error(state, corner.ratings)),
            describe_progress(state, corner.ratings),
            plot_loss(state, baseline, before=before),
            draw_matrix(corner, state, view),
        )

    def step_once(state: CornerState, before: np.ndarray | None, view: str, rate: Any, decay: str) -> tuple:
        state = take_steps(state, corner.ratings, 1, lr=read_rate(rate), weight_decay=WEIGHT_DECAYS[decay])
        return show(state, before, view)

    def run_steps(
        state: CornerState, before: np.ndarray | None, view: str, rate: Any, decay: str
    ) -> Iterator[tuple]:
        for _ in range(_N_UPDATES):
            n_steps = _N_PLAY // _N_UPDATES
            state = take_steps(
                state, corner.ratings, n_steps, lr=read_rate(rate), weight_decay=WEIGHT_DECAYS[decay]
            )
            yield show(state, before, view)
            if state.diverged_at is not None:
                return
            time.sleep(_PAUSE_SECONDS)

    def start_again(
        state: CornerState,
        before: np.ndarray | None,
        view: str,
        n_factors: float,
        bias: bool,
        y_range: bool,
        hide: bool,
    ) -> tuple:
        if state.n_steps >= 10:
            before = state.train_rmse
        options = CornerOptions(n_factors, bias, y_range, N_HIDDEN if hide else 0)  # type: ignore[arg-type]
        return (before, *show(start_corner(corner.ratings, options), before, view))

    def switch_view(state: CornerState, view: str) -> object:
        return draw_matrix(corner, state, view)

    # Values, not callables: a callable would become a public endpoint, and a run is never changed in place.
    run_state = gr.State(fresh)
    before_state = gr.State(None)
    try_html = try_this(suggest_next(fresh))
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            error_html = big_number(**describe_error(fresh, corner.ratings))
            loss_plot = gr.Plot(
                plot_loss(fresh, measure_baseline(corner.ratings, fresh.options)),
                show_label=False,
                elem_id="corner-loss",
            )
            with gr.Row():
                step_button = gr.Button("One step", variant="primary", min_width=100, scale=2)
                run_button = gr.Button(f"Run {_N_PLAY} steps", variant="primary", min_width=130, scale=3)
            again_button = gr.Button("Start again")
            progress_markdown = gr.Markdown(
                describe_progress(fresh, corner.ratings), elem_id="corner-progress"
            )
        with gr.Column(scale=2, min_width=280):
            view_radio = gr.Radio(
                ["Predicted", "Real", "Error"], value="Predicted", label="Show", container=False
            )
            matrix_plot = gr.Plot(
                draw_matrix(corner, fresh, "Predicted"), show_label=False, elem_id="corner-matrix"
            )
            gr.Markdown(
                "Orange frame: a cell the model does not learn from. Point at a cell to read it in full."
            )
    with gr.Row():
        with gr.Column(scale=1, min_width=280), gr.Row():
            rate_dropdown = gr.Dropdown(
                list(LEARNING_RATES),
                value="1",
                label="Learning rate",
                info="Size of a step",
                allow_custom_value=True,
                min_width=120,
            )
            decay_dropdown = gr.Dropdown(
                list(WEIGHT_DECAYS),
                value="0 (off)",
                label="Weight decay",
                info="Pull towards 0",
                min_width=120,
            )
        with gr.Column(scale=1, min_width=280):
            factors_slider = gr.Slider(1, 10, value=fresh.options.n_factors, step=1, label="Factors")
        with gr.Column(scale=1, min_width=280):
            bias_checkbox = gr.Checkbox(True, label="Bias: one extra number for each user and film")
            range_checkbox = gr.Checkbox(
                True, label=f"y_range: keep predictions from {Y_RANGE[0]:g} to {Y_RANGE[1]:g}"
            )
            hide_checkbox = gr.Checkbox(False, label=f"Hide {N_HIDDEN} ratings from training")
    with explain(text=_EXPLANATION):
        pass

    run_inputs = [run_state, before_state, view_radio, rate_dropdown, decay_dropdown]
    shown = [run_state, try_html, error_html, progress_markdown, loss_plot, matrix_plot]
    model_controls = [factors_slider, bias_checkbox, range_checkbox, hide_checkbox]
    step_button.click(
        friendly(step_once), run_inputs, shown, show_progress="hidden", api_visibility="private"
    )
    playing = run_button.click(
        friendly(run_steps), run_inputs, shown, show_progress="hidden", api_visibility="private"
    )
    gr.on(
        [again_button.click, *[control.input for control in model_controls]],
        friendly(start_again),
        [run_state, before_state, view_radio, *model_controls],
        [before_state, *shown],
        trigger_mode="always_last",
        show_progress="hidden",
        cancels=[playing],
        api_visibility="private",
    )
    view_radio.input(
        friendly(switch_view),
        [run_state, view_radio],
        matrix_plot,
        show_progress="hidden",
        api_visibility="private",
    )
    return run_state


_EXPLANATION = f"""
These are real ratings: the 15 people and the 15 films with most ratings in MovieLens small. Names and ids are
left out, and the rows go from the most generous person to the strictest. Empty cells were never rated.

- Each user and each film gets a few numbers, the **factors**. At first they are random.
- A prediction is the dot product of the two, plus a **bias** for the user and one for the film.
- With **y_range**, a sigmoid squeezes it between {Y_RANGE[0]:g} and {Y_RANGE[1]:g} stars. {Y_RANGE[1]:g}
  and not 5, because a sigmoid never quite reaches its end.
- One **step** looks at all filled cells, works out which way each number should move, and moves it by the
  learning rate times that slope. The **RMSE** is the typical size of the errors, in stars. Gaps do not count.
- **Weight decay** also pulls every number towards 0.

A small error on the trained cells proves little. Five factors and biases make 180 numbers for about 200
ratings: enough to learn them by heart. Hide {N_HIDDEN} ratings to see it. The ± is a 95 % interval from those
{N_HIDDEN} cells.
"""
