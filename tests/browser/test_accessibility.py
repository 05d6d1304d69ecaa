"""Every view, in light and in dark, as axe-core judges it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.eyes import Eyes, findings_in_light_and_in_dark, keep_picture, serious_findings
from builders import a_message
from fake import Sandbox
from receiver import receiving

VIEWS = {
    "timeline": ".picture .event",
    "webhooks": ".entries summary",
    "faults": ".kinds button",
    "journal": ".entries summary",
    "report": ".verdict",
    "sandboxes": ".facts dd",
}


OVERLAPS = """chosen => [...document.querySelectorAll(chosen)].flatMap((node) => {
  const parts = node.children.length ? [...node.children] : [...node.parentNode.querySelectorAll("text")];
  const boxes = parts.map((part) => [part.textContent, part.getBoundingClientRect()]);
  const over = ([, a], [, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap((one, place) => boxes.slice(place + 1).filter((other) => over(one, other)).map(([text]) => `${one[0]} / ${text}`));
})"""
"""What lies over what: of the parts of each element, or, of texts without parts, of each other."""


@pytest.fixture
def busy(agency: Sandbox) -> Iterator[Sandbox]:
    """A sandbox in which every view has something to show.

    An answer, a note, what was not relayed, webhooks that arrive and one that was forged, a fault that struck, a broken rule.
    """
    with receiving() as receiver:
        agency.admin.post("/webhooks", {"url": receiver.url, "events": ["inbox_message_created", "booking_created"]})
        for body in (
            {"from": "guest", "content": "Is there a garage?"},
            {"from": "staff", "content": "Yes, behind the house."},
            {"from": "staff", "content": "He has two cars.", "internal": True},
            {"from": "staff", "content": "This goes nowhere.", "channel": None},
        ):
            assert agency.admin.post("/conversations/4/messages", body).status == 201
        agency.advance("1m")
        agency.admin.post("/faults", {"kind": "status", "status": 503, "times": 1})
        agency.admin.post("/faults", {"kind": "forged", "times": 1})
        agency.api.get("/bookings")
        (conversation,) = agency.api.get("/inbox/conversations/4", include="participants").records
        (host, *_) = [one["id"] for one in conversation["participants"] if one["links"]["member"]["type"] == "Host"]
        answer = a_message(conversation_id=4, sender_id=host, content="The key is under the mat.", channel=None, sent_at=agency.now())
        assert agency.api.post("/inbox/messages", answer).status == 201
        agency.admin.post("/bookings", {"conversation_delay": "3h"})
        agency.advance("1m")
        agency.admin.post("/snapshots", {"name": "before"})
        yield agency


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_no_serious_finding_in_light_or_in_dark(eyes: Eyes, busy: Sandbox, view: str) -> None:
    page = eyes.look(f"/{busy.id}/{view}")
    expect(page.locator(VIEWS[view]).first).to_be_visible()
    if view in {"webhooks", "journal"}:
        page.locator(".entries summary").first.click()
    if view == "timeline":
        page.get_by_label("Checkpoint").press("Home")
        expect(page.get_by_role("button", name="Go back to here")).to_be_enabled()
    if view == "faults":
        page.get_by_role("button", name="status requests").click()
    keep_picture(page, f"dashboard-{view}")

    assert findings_in_light_and_in_dark(page) == []


def test_the_inbox_has_no_serious_finding_in_light_or_in_dark(eyes: Eyes, busy: Sandbox) -> None:
    page = eyes.look(f"/{busy.id}/inbox/c4")
    expect(page.get_by_text("This goes nowhere.")).to_be_visible()
    page.get_by_role("button", name="Sandbox").click()
    expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible()
    assert findings_in_light_and_in_dark(page) == []
    page.keyboard.press("Escape")
    page.locator(".guest-side input[type=file]").set_input_files(Path(__file__))
    page.get_by_role("button", name="Guest cancels").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    assert findings_in_light_and_in_dark(page) == []


def test_dialogs_and_waiting_bookings_have_no_serious_finding_in_light_or_in_dark(eyes: Eyes, busy: Sandbox) -> None:
    page = eyes.look(f"/{busy.id}/inbox/b81")
    expect(page.get_by_role("button", name="Open now")).to_be_visible()
    assert findings_in_light_and_in_dark(page) == []

    page.get_by_role("button", name="Let a guest book otherwise").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings_in_light_and_in_dark(page) == []


@pytest.mark.parametrize("view", ["inbox/c4", *VIEWS])
def test_a_narrow_screen_shows_everything_without_scrolling_sideways(eyes: Eyes, agency: Sandbox, view: str) -> None:
    page = eyes.look(f"/{agency.id}/{view}", viewport={"width": 390, "height": 800})
    expect(page.get_by_role("button", name="Next event")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_narrow_screen_shows_the_list_then_one_conversation_and_one_side_of_it(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox", viewport={"width": 390, "height": 800})
    chosen, back = page.get_by_role("link", name="Kofi Asante"), page.get_by_role("link", name="All conversations")
    expect(back).to_be_hidden()

    chosen.press("Enter")
    expect(page.get_by_role("heading", name="Kofi Asante")).to_be_in_viewport()
    expect(chosen).to_be_hidden()
    expect(back).to_be_focused()
    expect(page.get_by_label("Answer as staff")).to_be_visible()
    expect(page.get_by_label("Write as Kofi", exact=True)).to_be_hidden()
    page.get_by_role("tab", name="Smily inbox").press("ArrowRight")
    expect(page.get_by_role("tab", name="Airbnb")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Answer as staff")).to_be_hidden()
    expect(page.get_by_role("tabpanel", name="Airbnb").get_by_label("Write as Kofi", exact=True)).to_be_visible()
    assert serious_findings(page) == []
    back.press("Enter")

    expect(chosen).to_be_focused()
    expect(back).to_be_hidden()


def test_a_narrow_journal_lays_no_word_over_another(eyes: Eyes, busy: Sandbox) -> None:
    busy.api.get("/rentals", fields="name,timezone,checkin_time,checkout_time,sleeps,bedrooms_count,bathrooms_count")
    page = eyes.look(f"/{busy.id}/journal", viewport={"width": 390, "height": 800})
    expect(page.locator(".entries summary").first).to_be_visible()

    for view in ("journal", "webhooks"):
        page.get_by_role("link", name=view.title(), exact=True).click()
        expect(page.locator(f"main.view-{view} .entries summary").first).to_be_visible()
        assert page.evaluate(OVERLAPS, ".entries summary") == []


def test_a_narrow_timeline_lays_nothing_over_its_words(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/timeline", viewport={"width": 390, "height": 800})
    row = page.locator(".events li").filter(has=page.get_by_role("button", name="Go there"))
    expect(row).to_have_count(1)

    time, words, go = (row.locator(part).bounding_box() for part in ("time", "> span", "button"))

    assert time
    assert words
    assert go
    assert time["x"] + time["width"] <= words["x"]
    assert go["y"] >= words["y"] + words["height"]
    assert go["width"] > 60
    for name in ("Guests", "now"):
        text = page.locator(".picture text", has_text=name).first
        assert text.evaluate("node => node.getBoundingClientRect().height / node.getBBox().height") == pytest.approx(1)
        assert text.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 11
    assert page.evaluate(OVERLAPS, ".picture text") == []
