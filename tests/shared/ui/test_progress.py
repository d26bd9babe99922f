"""The progress bar: always of the same height, and nothing in it is HTML of somebody else."""

from shared.ui.progress import progress_html


def test_it_keeps_its_height_and_escapes():
    html = progress_html("<b>", share=float(2), detail="")
    assert "<b>" not in html
    assert "width:100%" in html
    assert html.count("<span") == progress_html("x", detail="y").count("<span")


def test_a_line_on_the_time_left_has_its_place_before_it_is_known():
    lines = [progress_html("x", left=left).count("look-hint") for left in (None, "", "About 1 minute left")]
    assert lines == [2, 3, 3]
