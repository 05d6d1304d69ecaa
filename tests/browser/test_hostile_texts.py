"""Whatever guests are called and whatever they write is shown as text."""

from typing import Any

import pytest
from playwright.sync_api import expect

from browser.eyes import Eyes
from builders import a_booking, a_scenario
from fake import Mock, Sandbox

SCRIPT = "<script>document.title='struck'</script><img src=x onerror=\"document.title='struck'\"><b id=struck>bold</b>"
HOSTILE = [
    SCRIPT,
    "'\"><svg onload=document.title='struck'>",
    "{{7*7}} ${7*7} javascript:alert(1)",
    "\u202eEvil\u2066 hcaer\u200f \u0645\u0631\u062d\u0628\u0627",
]
LONG = "A" * 100_000


def a_sandbox(fake: Mock, name: str, said: str) -> Sandbox:
    booking = a_booking(guest={"fullname": name}, host_participant=True)
    messages = [{"booking": 80, "from": "guest", "at": "-90m", "content": said}]
    changes: dict[str, Any] = {
        "bookings": [booking],
        "messages": messages,
        "rentals": [{"id": 16, "name": name, "timezone": "Europe/Paris"}],
    }
    return fake.sandbox(a_scenario(**changes))


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_messages_are_text(eyes: Eyes, fake: Mock, text: str) -> None:
    sandbox = a_sandbox(fake, text, text)
    sandbox.api.get("/inbox/messages", fields=text)
    page = eyes.look(f"/{sandbox.id}/inbox/c11")

    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    expect(page.locator(".message .words")).to_have_text([text, text])
    for view in ("timeline", "journal", "sandboxes"):
        page.goto(f"{eyes.root}/#/{sandbox.id}/{view}")
        expect(page.locator(f"main.view-{view} h1")).to_be_visible()
    assert "struck" not in page.title()
    assert page.locator("#struck, main script, main img").count() == 0


def test_a_name_from_right_to_left_leaves_the_rest_of_the_line_alone(eyes: Eyes, fake: Mock) -> None:
    page = eyes.look(f"/{a_sandbox(fake, HOSTILE[3], 'Hello.').id}/inbox/c11")

    title = page.get_by_role("link", name="Hello.").locator(".who")

    expect(title).to_have_attribute("dir", "auto")
    assert page.evaluate("getComputedStyle(document.querySelector('.conversations .who')).unicodeBidi") in {"isolate", "plaintext"}


def test_a_hundred_thousand_characters_in_one_line_fit(eyes: Eyes, fake: Mock) -> None:
    sandbox = a_sandbox(fake, "Ada Bauer", LONG)
    page = eyes.look(f"/{sandbox.id}/inbox/c11")
    expect(page.locator(".message .words").first).to_contain_text("AAAA")

    assert page.evaluate("document.documentElement.scrollWidth") <= 1360
    page.get_by_role("button", name="Show all 100,000 characters").click()
    page.wait_for_function("said => document.querySelector('.message .words').textContent === said", arg=LONG)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1360


def test_a_path_of_the_address_is_text(eyes: Eyes) -> None:
    page = eyes.look(f"/{'%3Cimg src=x%3E'}/inbox")

    expect(page.get_by_role("heading", level=1)).to_have_text("There is no sandbox <img src=x>")
    page.close()
    eyes.complaints = [complaint for complaint in eyes.complaints if "404" not in complaint]
