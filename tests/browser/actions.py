"""What a tab is for, pressed: its main action, and the answer that it changes.

The main action of a tab is its primary button, or whatever has the class `look-act`; its answer is its
`big_number`, or whatever has the class `look-answer`. `shared/ui/page.py` says so to those who make a tab.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.browser.screens import settle

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Locator, Page

PANEL = "[role=tabpanel]:visible"
# What may be in a control with the class, in the order in which it is looked for, and how a visitor uses it.
_USES: dict[str, Callable[["Locator"], None]] = {
    "input[type=range]": lambda it: it.press("ArrowRight"),
    "input:is([role=listbox], [role=combobox])": lambda it: (
        it.click(),
        it.press("ArrowDown"),
        it.press("Enter"),
    ),  # type: ignore[func-returns-value]
    "input[type=radio]:not(:checked)": lambda it: it.click(),
    "textarea, input[type=text]": lambda it: it.fill(str(it.get_attribute("placeholder"))),
    "button": lambda it: it.click(),
}
_ANSWERS_JS = """panel => {
  const seen = selector => [...panel.querySelectorAll(selector)].filter(one => one.checkVisibility());
  const own = seen(".look-answer");
  return own.length ? own : seen(".look-number");
}"""
_CHANGED_JS = f"""([panel, before]) => ({_ANSWERS_JS})(panel)
  .find(one => one.textContent.trim() && !before.includes(one.innerHTML))"""


def main_action(page: "Page") -> "Locator | None":
    """Find the main action of the open tab; None means that it declares none."""
    panel = page.locator(PANEL).first
    for declared in (".look-act:visible", "button:is(.primary, .look-button-main):visible"):
        if panel.locator(declared).count():
            return panel.locator(declared).first
    return None


def press(action: "Locator") -> None:
    """Use a main action as a visitor does: press it, move it, or type what it proposes."""
    if action.evaluate("one => one.matches('button')"):
        return action.click()
    for what, use in _USES.items():
        if action.locator(what).locator("visible=true").count():
            return use(action.locator(what).locator("visible=true").first)
    raise AssertionError("nothing in the main action can be used")


def answers(page: "Page") -> list[str]:
    """What the answers of the open tab say now, as HTML."""
    panel = page.locator(PANEL).first.element_handle()
    return page.evaluate(f"panel => ({_ANSWERS_JS})(panel).map(one => one.innerHTML)", panel)


def declares_answer(page: "Page") -> bool:
    """Say whether the open tab has an answer, be it empty yet."""
    return page.locator(PANEL).first.locator(".look-answer, .look-number").count() > 0


def new_answer(page: "Page", before: list[str], *, seconds: float = 120) -> "ElementHandle":
    """Wait until one of the answers of the open tab says something else, and give it."""
    panel = page.locator(PANEL).first.element_handle()
    page.wait_for_function(_CHANGED_JS, arg=[panel, before], timeout=1000 * seconds)
    settle(page)
    answer = page.evaluate_handle(_CHANGED_JS, [panel, before]).as_element()
    assert answer
    return answer
