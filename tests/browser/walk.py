"""A first visit to a page, in a browser that knows nothing of it: what it costs, and what goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.browser.screens import QUIET_CONSOLE, VIEWS, View, settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

# Before any script of the page runs: note what the policy forbids, and what moves without being asked to.
_WATCH_JS = """() => {
  window.seen = { forbidden: [], shift: 0, moved: [] };
  addEventListener("securitypolicyviolation", e =>
    seen.forbidden.push(`${e.violatedDirective}: ${e.blockedURI} ${e.sample} in ${e.sourceFile}`));
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      seen.shift += entry.value;
      seen.moved.push(`${entry.value.toFixed(3)} ` + entry.sources.map(s => {
        const e = s.node?.nodeType === 1 ? s.node : s.node?.parentElement;
        return `${e?.tagName}.${e?.className}#${e?.id} ${s.previousRect.y}+${s.previousRect.height}` +
          ` -> ${s.currentRect.y}+${s.currentRect.height}`;
      }).join(" | "));
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""
_BROKEN_PICTURES_JS = """() => [...document.images]
  .filter(e => e.offsetParent && e.complete && !e.naturalWidth).map(e => e.src.slice(0, 200))"""


@dataclass
class Visit:
    """A page that was opened, and what was seen of it."""

    page: "Page"
    faults: list[str] = field(default_factory=list)
    n_bytes: int = 0  # that came over the wire, headers left out

    def forbidden(self) -> list[str]:
        return self.page.evaluate("seen.forbidden")

    def shift(self) -> float:
        """The cumulative layout shift so far."""
        return self.page.evaluate("seen.shift")

    def moved(self) -> str:
        return "\n".join(self.page.evaluate("seen.moved"))

    def broken_pictures(self) -> list[str]:
        return self.page.evaluate(_BROKEN_PICTURES_JS)


@contextmanager
def visit(browser: "Browser", url: str, *, view: View = VIEWS[0], wait: bool = True) -> Iterator[Visit]:
    """Open a page in a context of its own: no cache, no cookies, nothing kept from another visit."""
    context = browser.new_context(
        viewport={"width": view.width, "height": view.height}, has_touch=view.is_phone
    )
    page = context.new_page()
    seen = Visit(page)
    page.add_init_script(f"({_WATCH_JS})()")
    network = context.new_cdp_session(page)
    network.send("Network.enable")

    def count(event: dict[str, Any]) -> None:
        seen.n_bytes += event["encodedDataLength"]

    def note(response: "Response") -> None:
        if response.status >= 400:
            seen.faults.append(f"{response.status} {response.url}")

    network.on("Network.loadingFinished", count)
    page.on("response", note)
    page.on("pageerror", lambda error: seen.faults.append(f"script: {error}"))
    page.on(
        "console",
        lambda line: (
            seen.faults.append(line.text)
            if line.type == "error" and not QUIET_CONSOLE.search(line.text)
            else None
        ),
    )
    try:
        page.goto(url, wait_until="load")
        if wait:
            settle(page)
        yield seen
    finally:
        context.close()
