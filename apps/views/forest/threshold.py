"""The slider over thresholds of *One split* and *Grow a tree*; each has a script of its own for it."""


def threshold_html(label: str, below: str) -> str:
    """Give its HTML.

    Args:
        label: what the slider is, for who cannot see it.
        below: HTML of ours that stands under it.
    """
    return f"""
<div class="split-tool">
  <span class="split-label">Threshold: rows that go to the left</span>
  <output class="split-side">…</output>
  <div class="split-row">
    <button type="button" data-step="-1" aria-label="One threshold lower">‹</button>
    <input type="range" min="0" max="0" value="0" aria-label="{label}" disabled>
    <button type="button" data-step="1" aria-label="One threshold higher">›</button>
  </div>
  {below}
</div>
"""
