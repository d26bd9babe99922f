"""Pictures of a training: fixed heights, axes that stay, nothing that a file's text could break."""

import pytest

from shared.collab.train_plots import CURVE_HEIGHT_PX, ERRORS_HEIGHT_PX, ErrorRow, plot_curve, plot_errors

HISTORY = [{"epoch": n, "train_rmse": 1 / n**0.2, "valid_rmse": 1 - 0.01 * n} for n in range(1, 7)]


def test_axes_stay_while_the_curve_grows():
    figures = [plot_curve(HISTORY[:n], n_epochs=6, baselines={"user + film bias": 0.9}) for n in range(7)]
    assert len({(tuple(f.layout.xaxis.range), tuple(f.layout.yaxis.range)) for f in figures}) == 1
    assert {f.layout.height for f in figures} == {CURVE_HEIGHT_PX}
    assert list(figures[-1].data[-1].y) == [entry["valid_rmse"] for entry in HISTORY]


def test_a_curve_that_leaves_the_window_gets_a_wider_one():
    wild = [{"epoch": 1, "train_rmse": 1.9, "valid_rmse": float("nan")}]
    figure = plot_curve(wild, n_epochs=1)
    assert tuple(figure.layout.yaxis.range) == (0.0, 2.5)
    assert figure.data[-1].y[0] is None


def test_before_the_first_epoch_it_says_what_to_do():
    assert plot_curve([], n_epochs=5, message="Press <b>").layout.annotations[0].text == "Press &lt;b&gt;"
    assert not plot_curve(HISTORY, n_epochs=6, message="Press").layout.annotations


def test_each_row_has_its_words_and_only_measured_ones_a_dot():
    rows = [
        ErrorRow("Global mean", 1.06),
        ErrorRow("<script>", 0.85, 0.84, 0.86, "yours"),
        ErrorRow("Lonely", 0.9, 0.9, float("inf"), "published"),
        ErrorRow("Your model", None, role="yours"),
    ]
    figure = plot_errors(rows)
    assert figure.layout.height == ERRORS_HEIGHT_PX
    assert len(figure.data) == 3
    assert figure.data[1].error_x.array[0] == pytest.approx(0.01)
    assert figure.data[2].error_x.array is None
    said = [note.text for note in figure.layout.annotations]
    assert said[0] == "Global mean: <b>1.060</b>"
    assert "<script>" not in " ".join(said)
    assert "not trained yet" in said[3]
    assert plot_errors([ErrorRow("Your model", None)]).layout.height == ERRORS_HEIGHT_PX
