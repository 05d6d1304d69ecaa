"""Every view, in light and in dark, as axe-core judges it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.eyes import Eyes, keep_picture
from fake import Sandbox
from playwright.sync_api import Page, expect

SERIOUS = {"serious", "critical"}
VIEWS = {
    "timeline": ".picture .event",
    "webhooks": ".entries summary",
    "faults": ".kinds button",
    "journal": ".entries summary",
    "report": ".verdict",
    "sandboxes": ".facts dd",
}


def serious_findings(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}" for one in found if one["impact"] in SERIOUS]


@pytest.fixture
def busy(agency: Sandbox) -> Sandbox:
    """A sandbox in which every view has something to show: an answer, a note, what was not relayed, a webhook, a fault that struck."""
    agency.admin.post("/webhooks", {"url": "http://127.0.0.1:9/"})
    for body in (
        {"from": "guest", "content": "Is there a garage?"},
        {"from": "staff", "content": "Yes, behind the house."},
        {"from": "staff", "content": "He has two cars.", "internal": True},
        {"from": "staff", "content": "This goes nowhere.", "channel": None},
    ):
        assert agency.admin.post("/conversations/4/messages", body).status == 201
    agency.admin.post("/faults", {"kind": "status", "status": 503, "times": 1})
    agency.api.get("/bookings")
    agency.api.get("/inbox/conversations")
    agency.advance("1m")
    agency.admin.post("/bookings", {"conversation_delay": "3h"})
    agency.admin.post("/snapshots", {"name": "before"})
    return agency


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_no_serious_finding(eyes: Eyes, busy: Sandbox, view: str, scheme: str) -> None:
    page = eyes.look(f"/{busy.id}/{view}", color_scheme=scheme)
    expect(page.locator(VIEWS[view]).first).to_be_visible()
    if view in {"webhooks", "journal"}:
        page.locator(".entries summary").last.click()
    if view == "faults":
        page.get_by_role("button", name="status requests").click()
    if scheme == "light":
        keep_picture(page, f"dashboard-{view}")

    assert serious_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_inbox_has_no_serious_finding(eyes: Eyes, busy: Sandbox, scheme: str) -> None:
    page = eyes.look(f"/{busy.id}/inbox/c4", color_scheme=scheme)
    expect(page.get_by_text("This goes nowhere.")).to_have_count(2)
    if scheme == "dark":
        keep_picture(page, "dashboard-inbox-dark")

    assert serious_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs_and_waiting_bookings_have_no_serious_finding(eyes: Eyes, busy: Sandbox, scheme: str) -> None:
    page = eyes.look(f"/{busy.id}/inbox/b81", color_scheme=scheme)
    expect(page.get_by_role("button", name="Open now")).to_be_visible()
    assert serious_findings(page) == []

    page.get_by_role("button", name="Let a guest book otherwise").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious_findings(page) == []


@pytest.mark.parametrize("view", ["inbox/c4", *VIEWS])
def test_a_narrow_screen_shows_everything_without_scrolling_sideways(eyes: Eyes, agency: Sandbox, view: str) -> None:
    page = eyes.look(f"/{agency.id}/{view}", viewport={"width": 390, "height": 800})
    expect(page.get_by_role("button", name="Next event")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
