"""How a page looks: pictures of it, its width, and what axe finds wrong with it."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import Page

from devstack.paths import ROOT, WEBAPP

ARTIFACTS = ROOT / "artifacts"
DRAWING = bool(os.environ.get("EBB_PICTURES"))
"""Whether pictures are drawn: they take as long as everything else that is looked at."""
_AXE = WEBAPP / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """tags => axe.run(document, {
    runOnly: tags, resultTypes: ['violations'], preload: false, elementRef: false,
}).then(found => found.violations)"""


def grow(page: Page, width: int, height: int) -> None:
    """A window of this size, or as high as the page: what sticks to an edge then hides nothing."""
    page.set_viewport_size({"width": width, "height": height})
    whole: int = page.evaluate("document.scrollingElement.scrollHeight")
    if whole > height:
        page.set_viewport_size({"width": width, "height": whole})


def picture(page: Page, name: str) -> None:
    """artifacts/<name>.png, where pictures are wanted; of an open dialog only what is in view."""
    if not DRAWING:
        return
    path = ARTIFACTS / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    full = page.locator("dialog[open]").count() == 0
    page.screenshot(path=path, full_page=full)


def overflow(page: Page) -> list[str]:
    """What sticks out sideways: of a page that can be scrolled that way, or of its own control."""
    found: list[str] = page.evaluate(
        """() => {
            const page = document.scrollingElement;
            const tell = ({tagName, className, textContent}) =>
                `${tagName} ${className} "${textContent.slice(0, 40)}"`;
            const texts = 'button, .chip, .badge, label > span, h1, h2';
            const cut = [...document.querySelectorAll(texts)]
                .filter((one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1)
                .map((one) => `wider than its box: ${tell(one)}`);
            if (page.scrollWidth <= page.clientWidth) return cut;
            return [...document.querySelectorAll('main *, dialog *')]
                .filter((one) => one.getBoundingClientRect().right > page.clientWidth + 0.5)
                .map(tell)
                .concat(`the page is ${page.scrollWidth} px wide`, cut);
        }"""
    )
    return found


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2 A and AA and of best practice, one line for each element."""
    if not page.evaluate("'axe' in window"):
        # Evaluated, not added as a script: the content security policy stays as it is.
        page.evaluate(_AXE.read_text())
    violations: list[dict[str, Any]] = page.evaluate(_RUN, _TAGS)
    return [
        f"{violation['id']} ({violation['impact']}): {' '.join(map(str, node['target']))}\n"
        f"    {node['html'][:160]}\n    {_why(node)}"
        for violation in violations
        for node in violation["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])
