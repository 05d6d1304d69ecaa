"""The page stays usable, whatever the sandbox holds: it never shows more than a window of it."""

import re

from playwright.sync_api import expect

from browser.eyes import Eyes
from builders import a_booking, a_scenario
from fake import Mock

MOST_ELEMENTS = 6_000


def test_a_thread_of_ten_thousand_messages_is_a_window_that_moves(eyes: Eyes, fake: Mock) -> None:
    thread = {"thread": {"booking": 80, "messages": 10_000, "over": "30d"}}
    sandbox = fake.sandbox(a_scenario(bookings=[a_booking(host_participant=True, created_at="-40d")], generate=thread))
    page = eyes.look(f"/{sandbox.id}/inbox/c11")
    inbox = page.locator(".side").first
    expect(inbox.locator(".message")).to_have_count(60)
    latest = inbox.locator(".message .words").last.text_content()

    inbox.get_by_role("button", name="Earlier messages").click()
    expect(inbox.get_by_role("button", name="Later messages")).to_be_visible()
    expect(inbox.locator(".message")).to_have_count(60)
    inbox.get_by_role("button", name="Later messages").click()
    expect(inbox.locator(".message .words").last).to_have_text(str(latest))
    page.get_by_label("Write as").fill("The ten thousand and first.")
    page.get_by_label("Write as").press("Enter")

    expect(inbox.locator(".message .words").last).to_have_text("The ten thousand and first.")
    expect(inbox.locator(".message")).to_have_count(60)
    assert page.locator("*").count() < MOST_ELEMENTS


def test_two_thousand_conversations_are_paged_and_searched(eyes: Eyes, fake: Mock) -> None:
    sandbox = fake.sandbox({"seed": 7, "generate": {"bookings": 2_000, "messages": 10_000}})
    page = eyes.look(f"/{sandbox.id}/inbox")
    expect(page.get_by_text(re.compile(r"^1.40 of 2000$"))).to_be_visible()

    page.get_by_role("button", name="Older").click()
    expect(page.get_by_text(re.compile(r"^41.80 of 2000$"))).to_be_visible()
    page.get_by_label("Search").fill("1999")
    expect(page.get_by_text(re.compile(r"^1.1 of 1$"))).to_be_visible()
    page.locator(".conversations a").click()

    expect(page.get_by_role("heading", name="Smily inbox")).to_be_visible()
    assert page.locator("*").count() < MOST_ELEMENTS
