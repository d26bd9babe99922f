"""A progress bar with what is being done, the time, and a line of detail; always of the same height.

status = piece(progress_html("Nothing is running"))
yield progress_html("Fitting", share=0.6, seconds=4, detail="Epoch 3 of 5")
"""

from shared.ui.page import escape

_ONE_LINE = "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"


def progress_html(phrase: str, *, share: float = 0.0, seconds: float | None = None, detail: str = "") -> str:
    """Give the HTML of a progress bar.

    Args:
        phrase: what is being done.
        share: how much of it is over, from 0 to 1.
        seconds: since it began.
        detail: one short line under the bar.
    """
    time = "" if seconds is None else f"{seconds:.0f} s"
    percent = f"{100 * min(max(share, 0.0), 1.0):.0f}"
    return (
        '<div class="look-number"><span style="display:flex;gap:12px;justify-content:space-between">'
        f'<span class="look-label" style="{_ONE_LINE}">{escape(phrase)}</span>'
        f'<span class="look-hint" style="white-space:nowrap">{time}</span></span>'
        f'<div role="progressbar" aria-label="{escape(phrase)}" aria-valuenow="{percent}" '
        'style="height:10px;margin:6px 0;border-radius:5px;overflow:hidden;background:var(--look-track)">'
        f'<div style="width:{percent}%;height:100%;background:var(--look-accent)"></div></div>'
        f'<span class="look-hint" style="{_ONE_LINE}">{escape(detail) or "&nbsp;"}</span></div>'
    )
