"""The page shows what others do, and however many look, the API answers."""

from time import perf_counter

from playwright.sync_api import expect

from browser.eyes import Eyes
from builders import a_booking, a_message, a_scenario
from fake import Mock, Sandbox

TABS = 20


def with_a_host(fake: Mock) -> Sandbox:
    return fake.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))


def test_a_message_that_a_program_posts_appears(eyes: Eyes, fake: Mock) -> None:
    sandbox = with_a_host(fake)
    page = eyes.look(f"/{sandbox.id}/inbox/c11")
    expect(page.get_by_text("No message yet").first).to_be_visible()

    assert sandbox.api.post("/inbox/messages", a_message(content="Posted by a program.")).status == 201

    expect(page.locator(".message").get_by_text("Posted by a program.")).to_be_visible()


def test_a_change_that_is_no_entry_of_the_journal_appears_in_every_tab(eyes: Eyes, agency: Sandbox) -> None:
    first = eyes.look(f"/{agency.id}/timeline")
    second = eyes.look(f"/{agency.id}/inbox", beside=first)
    expect(second.get_by_role("link", name="Clementina Kling")).to_contain_text("Airbnb opens it")

    agency.advance("1d")

    expect(first.locator(".clock .date")).to_contain_text("2 Jun 2030")
    expect(second.locator(".clock .date")).to_contain_text("2 Jun 2030")
    expect(second.get_by_role("link", name="Clementina Kling")).to_contain_text("No message yet")


def test_a_tab_shows_what_another_tab_does(eyes: Eyes, agency: Sandbox) -> None:
    first = eyes.look(f"/{agency.id}/inbox")
    second = eyes.look(f"/{agency.id}/inbox", beside=first)
    expect(second.get_by_role("link", name="Elif Demir")).to_be_visible()

    first.bring_to_front()
    first.get_by_role("button", name="1 day").click()

    expect(second.locator(".clock .date")).to_contain_text("2 Jun 2030")


def test_what_is_being_written_survives_what_others_do(eyes: Eyes, fake: Mock) -> None:
    sandbox = with_a_host(fake)
    page = eyes.look(f"/{sandbox.id}/inbox/c11")
    box = page.get_by_label("Answer as staff")
    box.fill("Half an answer")

    sandbox.api.post("/inbox/messages", a_message(content="Meanwhile."))

    expect(page.locator(".message").get_by_text("Meanwhile.")).to_be_visible()
    expect(box).to_have_value("Half an answer")
    expect(box).to_be_focused()


def test_looking_is_no_entry_of_the_journal(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox/c4")
    expect(page.get_by_role("heading", name="Smily inbox")).to_be_visible()

    assert agency.handle.journal() == []


def test_twenty_open_tabs_do_not_keep_the_api_from_answering(eyes: Eyes, fake: Mock) -> None:
    sandbox = with_a_host(fake)
    first = eyes.look(f"/{sandbox.id}/inbox/c11")
    tabs = [first, *(eyes.look(f"/{sandbox.id}/inbox/c11", beside=first) for _ in range(TABS - 1))]
    for tab in tabs:
        expect(tab.get_by_role("heading", name="Smily inbox")).to_be_visible()

    spent = []
    for number in range(TABS):
        began = perf_counter()
        assert sandbox.api.post("/inbox/messages", a_message(content=f"Message {number}.")).status == 201
        spent.append(perf_counter() - began)

    assert sorted(spent)[TABS // 2] < 1, spent
    for tab in tabs:
        expect(tab.locator(".message").get_by_text(f"Message {TABS - 1}.", exact=True)).to_be_visible()
