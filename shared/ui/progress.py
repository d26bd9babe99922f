"""A progress bar with what is being done, the time, and a line of detail; always of the same height.

status = piece(progress_html("Nothing is running"))
yield progress_html("Fitting", share=0.6, seconds=4, detail="Epoch 3 of 5")
"""

from shared.ui.templates import render


def progress_html(
    phrase: str,
    *,
    share: float = 0.0,
    seconds: float | None = None,
    detail: str = "",
    left: str | None = None,
) -> str:
    """Give the HTML of a progress bar.

    Args:
        phrase: what is being done.
        share: how much of it is over, from 0 to 1.
        seconds: since it began.
        detail: one short line under the bar.
        left: a line on the time left, "" before it is known; None for a bar that never says it.
    """
    return render(
        "shared/ui/progress.html",
        phrase=phrase,
        percent=f"{100 * min(max(share, 0.0), 1.0):.0f}",
        time="" if seconds is None else f"{seconds:.0f} s",
        detail=detail,
        left=left,
    )
