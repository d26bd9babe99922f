"""axe-core, the checker of labels, contrast and roles, run inside an open page.

Use it so:

    assert serious_faults(page) == []
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.npm import NPM_FOLDER, npm_package

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE_PATH = NPM_FOLDER / "node_modules" / "axe-core" / "axe.min.js"


class Known(NamedTuple):
    """A fault in Gradio's own parts, which an app cannot put right."""

    rule: str
    selector: str  # every faulty element that it matches, or lies in, is let through
    why: str


KNOWN = (
    Known(
        "color-contrast",
        ".cm-editor",
        "the pale syntax colours of gr.Code; style.css darkens them with a filter, which axe does not see",
    ),
    Known(
        "scrollable-region-focusable",
        ".cm-editor",
        "gr.Code scrolls long lines, and a read-only one takes no focus",
    ),
    Known(
        "aria-prohibited-attr",
        ".empty.unpadded_box",
        "gr.Plot names its placeholder, which stands there until the figure has arrived",
    ),
    Known(
        "label-content-name-mismatch",
        ".upload-container",
        "gr.File names its drop area otherwise than it reads",
    ),
)

_RUN_JS = """async known => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const isKnown = (rule, node) => known.some(([name, selector]) =>
    name === rule && document.querySelector(node.target.flat().at(-1))?.closest(selector));
  return found.violations
    .filter(fault => ["serious", "critical"].includes(fault.impact))
    .map(fault => [fault, fault.nodes.filter(node => !isKnown(fault.id, node))])
    .filter(([, nodes]) => nodes.length)
    .map(([fault, nodes]) => `${fault.impact} ${fault.id}, ${nodes.length} times: ` + nodes.slice(0, 3)
      .map(node => `${node.target.join(" ")} (${node.html.slice(0, 80)}): ` +
        [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")).join(" | "));
}"""


def read_axe() -> str:
    """Read the checker's script, or end the test and say how to get it."""
    npm_package("axe-core")
    return AXE_PATH.read_text(encoding="utf-8")


def serious_faults(page: "Page", *, known: tuple[Known, ...] = KNOWN) -> list[str]:
    """List what axe calls serious or critical on the page as it stands, known faults of Gradio left out."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(read_axe())
    found: list[Any] = page.evaluate(_RUN_JS, [[fault.rule, fault.selector] for fault in known])
    return [str(line) for line in found]
