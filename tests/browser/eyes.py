"""What the browser tests see with: pages of the dashboard, and whatever they complain of."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

PICTURES = Path(__file__).parents[2] / "docs" / "images"
PATIENCE_MILLISECONDS = 90_000
LASTING_TOASTS = "const later = window.setTimeout; window.setTimeout = (run, ms) => later(run, ms === 5000 ? 120000 : ms);"
"""What a page says for five seconds stays: a busy machine may look later."""
USUAL = {"viewport": {"width": 1360, "height": 860}, "reduced_motion": "reduce", "permissions": ["clipboard-read", "clipboard-write"]}

SERIOUS = {"serious", "critical"}
VIOLATIONS = {"resultTypes": ["violations"]}
"""Of what passes no details are gathered: on a long page that takes most of the time."""
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""What a page in dark can have besides what it has in light."""


def serious_findings(page: Page, *, but: str = "", options: Mapping[str, object] | None = None) -> list[str]:
    """What axe-core has against a page, without what is inside of ``but``."""
    context = {"exclude": [[but]]} if but else None
    found = Axe().run(page, context=context, options={**VIOLATIONS, **(options or {})}).response["violations"]
    return [f"{one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}" for one in found if one["impact"] in SERIOUS]


def findings_in_light_and_in_dark(page: Page) -> list[str]:
    """The same in light, and of the colours in dark; the page is in light again."""
    found = serious_findings(page)
    page.emulate_media(color_scheme="dark")
    found += serious_findings(page, options=COLOURS)
    page.emulate_media(color_scheme="light")
    return found


class Eyes:
    """Pages of one browser, and every complaint that they had: a test fails on complaints that it did not expect."""

    def __init__(self, browser: Browser, root: str) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.root = root
        self.complaints: list[str] = []

    def look(self, where: str = "", *, root: str | None = None, beside: Page | None = None, **options: object) -> Page:
        """Open the dashboard, and wait until it shows what there is, or asks for a token.

        ``where`` is what follows the # of its address, ``beside`` a page that shares its browser's connections.
        """
        context = self._context(**options) if beside is None else beside.context
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.goto(f"{root or self.root}/{where and f'#{where}'}")
        expect(page.locator("#main:not([aria-busy]), dialog[open]").first).to_be_attached()
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _context(self, **options: Any) -> BrowserContext:
        context = self._browser.new_context(**(USUAL | options))
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.add_init_script(LASTING_TOASTS)
        self._contexts.append(context)
        return context

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture for the documentation, if INBOX_MOCK_SCREENSHOTS asks for it."""
    if os.environ.get("INBOX_MOCK_SCREENSHOTS"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")
