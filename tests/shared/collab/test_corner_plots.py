"""The pictures of Under the hood: right size, plain lists, readable numbers, divergence named."""

import json

import numpy as np
import pytest

from shared.collab import cell_plots, corner, corner_plots, lookup_plots
from shared.collab.corner_report import measure_baseline
from shared.collab.embedding_size import CategoryColumn, get_emb_sz
from shared.plotting import DIVERGING_SCALE, SEQUENTIAL_SCALE

TITLES = [f"Film: number {i} of a long series" for i in range(15)]


@pytest.fixture(scope="module")
def ratings() -> np.ndarray:
    stars = np.random.default_rng(3).integers(1, 11, (15, 15)) / 2
    stars[0, 0] = stars[4, 7] = np.nan
    return stars


def _figures(ratings):
    state = corner.take_steps(
        corner.start_corner(ratings, corner.CornerOptions(n_hidden=40)), ratings, 30, lr=1.0, weight_decay=0.0
    )
    yield corner_plots.plot_stars(corner.predict(state), TITLES, framed=np.isnan(ratings), ratings=ratings)
    yield corner_plots.plot_stars(ratings, TITLES)
    yield corner_plots.plot_errors(corner.predict(state) - ratings, TITLES)
    yield corner_plots.plot_loss(state, measure_baseline(ratings, state.options), before=state.train_rmse)
    yield lookup_plots.plot_match({"A": [0.1, 0.2, 0.3], "B": [-1.0, 0.5, 0.0]}, ("x", "y", "z"))
    yield lookup_plots.plot_one_hot(2, np.random.default_rng(0).normal(size=(8, 4)))
    yield lookup_plots.plot_sizes(get_emb_sz([CategoryColumn("<b>user</b>", 671)]))


def test_every_figure_has_a_height_and_plain_lists(ratings):
    for figure in _figures(ratings):
        assert figure.layout.height > 0
        text = figure.to_json()
        assert "bdata" not in text
        assert "NaN" not in text
        assert "<b>user" not in text
        json.loads(text)


def test_axes_stay_put_during_a_run(ratings):
    state = corner.start_corner(ratings)
    ranges = set()
    for _ in range(4):
        figure = corner_plots.plot_loss(state, measure_baseline(ratings, state.options))
        ranges.add((tuple(figure.layout.xaxis.range), tuple(figure.layout.yaxis.range)))
        state = corner.take_steps(state, ratings, 50, lr=1.0, weight_decay=0.0)
    assert len(ranges) == 1


def test_divergence_is_drawn_and_named(ratings):
    start = corner.start_corner(ratings, corner.CornerOptions(use_y_range=False))
    state = corner.take_steps(start, ratings, 100, lr=1e9, weight_decay=0.0)
    figure = corner_plots.plot_loss(state, measure_baseline(ratings, state.options))
    assert any(f"diverged at step {state.diverged_at}" in note.text for note in figure.layout.annotations)
    trained = next(trace for trace in figure.data if trace.name == "trained")
    assert trained.x[-1] == state.diverged_at
    assert trained.y[-1] > figure.layout.yaxis.range[1]


def test_two_films_of_a_series_can_be_told_apart():
    titles = ["Star Wars: Episode IV - A New Hope", "Star Wars: Episode V - The Empire", "Fargo"]
    figure = corner_plots.plot_stars(np.full((2, 3), 3.0), titles)
    assert len(set(figure.layout.xaxis.ticktext)) == 3
    assert figure.layout.xaxis.ticktext[2] == "Fargo"


@pytest.mark.parametrize("scale", [SEQUENTIAL_SCALE, DIVERGING_SCALE])
def test_numbers_can_be_read_on_their_cells(scale):
    for position in np.linspace(0, 1, 41):
        channels = [
            np.interp(
                position, [stop for stop, _ in scale], [int(colour[i : i + 2], 16) for _, colour in scale]
            )
            for i in (1, 3, 5)
        ]
        cell = _luminance(channels)
        ink_colour = cell_plots.choose_ink(position, scale)
        ink = _luminance([int(ink_colour[i : i + 2], 16) for i in (1, 3, 5)])
        assert (max(cell, ink) + 0.05) / (min(cell, ink) + 0.05) >= 4.2


def _luminance(channels) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in channels)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
