"""What each view shows, and what can be done there."""

import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from browser.eyes import Eyes
from builders import a_message
from fake import Mock, Sandbox
from receiver import receiving, subscribe


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


# The timeline and its clock.


def test_the_timeline_shows_past_and_pending_events(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/timeline")
    past, pending = page.locator(".picture .event.past"), page.locator(".picture .event.pending")
    expect(pending).to_have_count(1)
    before = past.count()

    page.get_by_role("button", name="Go there").click()

    expect(page.locator(".clock .time")).to_have_text("12:10:00")
    expect(pending).to_have_count(0)
    expect(past).to_have_count(before + 1)
    expect(page.get_by_text("Airbnb opens the conversation of booking 80").last).to_be_visible()


def test_bookings_and_messages_are_on_the_lanes_of_those_who_made_them(eyes: Eyes, agency: Sandbox) -> None:
    agency.api.post("/inbox/messages", a_message(conversation_id=4, sender_id=6, content="From a program."))
    agency.handle.write(4, "Is there a garage?")
    agency.admin.call("PATCH", "/conversations/4", {"relay_fails": True})
    page = eyes.look(f"/{agency.id}/timeline")
    lane = {name: page.locator(".picture text", has_text=name).first for name in ("Guests", "Your program")}

    def height(shape: str, title: str) -> float:
        box = page.locator(f".picture {shape}", has=page.locator("title", has_text=title)).first.bounding_box()
        assert box
        return box["y"] + box["height"] / 2

    expect(page.locator(".picture circle", has_text="From a program.")).to_be_visible()
    for name, shape, title in (
        ("Your program", "circle", "Your application writes in conversation 4: 'From a program.'"),
        ("Guests", "circle", "Elif Demir writes in conversation 4: 'Is there a garage?'"),
        ("Guests", "rect", "Elif Demir books on Airbnb (booking 62)"),
    ):
        box = lane[name].bounding_box()
        assert box
        assert abs(height(shape, title) - box["y"] - box["height"] / 2) < 3, title
    expect(page.get_by_text("Airbnb fails to relay message 64 to Elif Demir").first).to_be_visible()
    page.get_by_role("button", name="Show more").click()
    page.get_by_role("link", name="Show message 65").click()
    expect(page.get_by_role("heading", name="Elif Demir")).to_be_visible()


def test_the_clock_goes_to_the_next_event(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/timeline")

    page.get_by_role("button", name="Next event in 10 min").click()

    expect(page.locator(".clock .time")).to_have_text("12:10:00")
    expect(page.get_by_role("status")).to_contain_text("opens the conversation of booking 80")


def test_the_clock_moves_as_far_as_one_says(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/timeline")

    page.get_by_role("button", name="Advance by another time").click()
    page.get_by_label("By how much").fill("36h")
    page.get_by_role("button", name="Advance", exact=True).click()

    expect(page.locator(".clock .date")).to_contain_text("3 Jun 2030")


def test_the_clock_runs_and_stands(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/timeline")

    pace, time = page.get_by_label("How the clock runs"), page.locator(".clock .time")
    expect(time).to_have_text("12:00:00")

    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        pace.select_option("1 min per s")
    expect(time).not_to_have_text("12:00:00")
    expect(pace).not_to_have_attribute("aria-busy", "true")  # until then it takes no other choice
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        pace.select_option("standing")

    assert agency.admin.get("/clock").json["mode"] == "manual"


def test_the_timeline_goes_back_to_before_a_message_and_shows_another_history(eyes: Eyes, agency: Sandbox) -> None:
    agency.handle.write(4, "Is there a garage?")
    agency.advance("1h")
    page = eyes.look(f"/{agency.id}/timeline")
    slider, point = page.get_by_label("Checkpoint"), page.locator(".point")
    expect(point).to_have_text("Now the present")
    expect(page.get_by_role("button", name="Go back to here")).to_be_disabled()

    slider.press("Home")
    expect(point).to_have_text(
        "12:00:00, 1 Jun 2030 before: Write as the guest, as staff in the Smily app, or as the host in the channel's own app"
    )
    page.get_by_role("button", name="Go back to here").click()

    expect(page.locator(".clock .time")).to_have_text("12:00:00")
    expect(page.get_by_role("button", name="Next event in 10 min")).to_be_visible()
    assert "Is there a garage?" not in str(agency.handle.thread(4))
    page.get_by_label("History").select_option("history 1, which was left")
    slider.press("End")
    page.get_by_role("button", name="Go back to here").click()
    expect(page.locator(".clock .time")).to_have_text("13:00:00")
    assert "Is there a garage?" in str(agency.handle.thread(4))


def test_the_scale_of_the_timeline_ends_within_the_picture(eyes: Eyes, agency: Sandbox) -> None:
    agency.advance("1d")
    page = eyes.look(f"/{agency.id}/timeline")
    expect(page.locator(".picture text", has_text="+10 min")).to_be_visible()

    picture = page.locator(".picture").first.bounding_box()
    labels = [label.bounding_box() for label in page.locator(".picture text").all()]

    assert picture
    assert [label for label in labels if label and label["x"] + label["width"] > picture["x"] + picture["width"] + 1] == []


def test_the_slider_moves_by_keyboard_and_says_where_it_is(eyes: Eyes, agency: Sandbox) -> None:
    agency.advance("1h")
    agency.handle.book("direct")
    page = eyes.look(f"/{agency.id}/timeline")
    slider = page.get_by_label("Checkpoint")
    expect(slider).to_have_attribute("aria-valuetext", "Now the present")

    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "13:00:00, 1 Jun 2030 before: Book as a guest")
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("12:00:00, 1 Jun 2030 before: Airbnb opens"))


def test_a_fork_from_a_checkpoint_leaves_the_original_as_it_is(eyes: Eyes, agency: Sandbox) -> None:
    agency.advance("1h")
    page = eyes.look(f"/{agency.id}/timeline")

    page.get_by_label("Checkpoint").press("Home")
    page.get_by_role("button", name="Fork from here").click()

    expect(page.locator("#where")).not_to_contain_text(agency.id)
    expect(page.locator(".clock .time")).to_have_text("12:00:00")
    expect(page.get_by_text("Nothing to go back to yet")).to_be_visible()
    assert agency.now() == "2030-06-01T13:00:00Z"


# Webhooks.


def test_a_webhook_shows_its_attempt_and_its_signature(eyes: Eyes, agency: Sandbox) -> None:
    with receiving() as receiver:
        page = eyes.look(f"/{agency.id}/webhooks")
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_text("Some events only").click()
        page.get_by_label("inbox_conversation_created").check()
        page.get_by_role("button", name="Subscribe", exact=True).click()
        expect(page.get_by_role("cell", name="inbox_conversation_created")).to_be_visible()
        page.get_by_role("button", name="1 h", exact=True).click()
        page.locator(".entries summary").click()

        expect(page.get_by_text("right", exact=True)).to_be_visible()
        expect(page.get_by_label("Attempt 1: headers")).to_contain_text(receiver.last.header("X-Content-Signature"))
        page.get_by_role("button", name="Deliver again").click()
        expect(page.get_by_role("region", name="Attempt 2")).to_be_visible()
        assert receiver.events == ["inbox_conversation_created"] * 2
        made = page.locator(".entries summary time")
        expect(made).to_have_text("12:10")
        page.get_by_role("button", name="1 day", exact=True).click()
        expect(made).to_have_text("1 Jun 12:10")
        page.get_by_role("link", name="Journal").click()
        expect(page.locator(".entries summary", has_text="inbox_conversation_created")).to_have_count(2)
        page.get_by_label("Search this page of the journal").fill("conversation_created")
        expect(page.locator(".entries > li")).to_have_count(2)


def test_a_forged_webhook_is_shown_as_such(eyes: Eyes, agency: Sandbox) -> None:
    with receiving() as receiver:
        agency.admin.post("/webhooks", {"url": receiver.url, "events": ["inbox_conversation_created"]})
        agency.admin.post("/faults", {"kind": "forged"})
        agency.advance("1h")
        page = eyes.look(f"/{agency.id}/webhooks")

        page.locator(".entries summary").click()

        expect(page.get_by_text("forged", exact=True)).to_be_visible()


# Faults.


def test_a_fault_is_switched_on_strikes_and_is_switched_off(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/faults")

    page.get_by_role("button", name="status requests").click()
    page.get_by_label("status", exact=True).fill("502")
    page.get_by_label("path").fill("/bookings")
    page.get_by_role("button", name="Switch status on").click()
    expect(page.get_by_role("cell", name="not yet")).to_be_visible()
    assert agency.api.get("/bookings").status == 502

    expect(page.get_by_role("cell", name=re.compile("^1 "))).to_be_visible()
    page.get_by_role("link", name="entry 1").click()
    expect(page.locator("#entry-1 .effect")).to_contain_text("fault 1 (status) struck")
    page.go_back()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Nothing goes wrong on purpose.")).to_be_visible()


def test_every_kind_of_fault_can_be_switched_on_as_its_form_stands(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/faults")
    kinds = page.get_by_role("group", name="Kinds of faults").get_by_role("button")
    expect(kinds.first).to_be_visible()
    many = kinds.count()

    for number in range(many):
        kinds.nth(number).click()
        page.locator(".fault-form .primary").click()
        expect(page.locator(".view-faults tbody tr")).to_have_count(number + 1)

    assert len(agency.handle.faults()) == many


# The journal.


def test_the_journal_shows_what_a_request_caused(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/journal")
    expect(page.get_by_text("No request yet.")).to_be_visible()

    agency.api.post("/inbox/messages", a_message(conversation_id=4, sender_id=6))

    expect(page.locator(".entries .effect")).to_contain_text("caused inbox_message_created")
    page.locator(".entries summary").click()
    expect(page.get_by_label("Asked: body")).to_contain_text("You can arrive from four o'clock.")


def test_an_entry_is_copied_as_a_curl_command_that_runs(eyes: Eyes, fake: Mock) -> None:
    sandbox = fake.sandbox("agency")
    sandbox.api.post("/inbox/messages", a_message(conversation_id=4, sender_id=6, content="It's four o'clock; \"$HOME\"\\ ü"))
    page = eyes.look(f"/{sandbox.id}/journal/1")

    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    command = clipboard(page).replace("curl -i", "curl -s")
    answer = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=True, env={"TOKEN": sandbox.made["token"]}, timeout=60
    )

    assert "It's four o'clock; \\\"$HOME\\\"\\\\ ü" in answer.stdout
    first, second = (entry["request"]["body"] for entry in sandbox.handle.journal())
    assert first == second


def test_whatever_a_client_asks_is_copied_so_that_a_shell_runs_none_of_it(eyes: Eyes, agency: Sandbox) -> None:
    asked = [
        ("`ID`", "/api/v3/bookings", None),
        ("GET", "/api/v3/o'clock%20%60id%60%3F%0A%1B%5B2J", None),
        ("GET", "/api/v3/bookings?filter[a]={1,2}&b=';id;'", None),
        ("GET", "/api/v3/bookings", "{}"),
        ("POST", "/api/v3/inbox/conversations", '{"a": "\x1b[201~\n\';id;$(id)\u202e"}'),
    ]
    for method, path, body in asked:
        client = HTTPConnection(urlsplit(agency.made["api_url"]).netloc)
        client.putrequest(method, path)  # `request` would refuse some of it
        client.putheader("Authorization", f"Bearer {agency.made['token']}")
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", str(len((body or "").encode())))
        client.endheaders((body or "").encode())
        client.getresponse().read()
        client.close()
    for number in range(1, len(asked) + 1):
        page = eyes.look(f"/{agency.id}/journal/{number}")
        page.get_by_role("button", name="Copy as curl").click()
        expect(page.get_by_role("status")).to_contain_text("Copied")
        command = clipboard(page)
        assert command.replace("\n", "").isprintable()
        subprocess.run(["bash", "-c", command], capture_output=True, check=True, env={"TOKEN": agency.made["token"]}, timeout=60)

    entries = [(one["method"], one["path"], one["query"], one["request"]["body"]) for one in agency.handle.journal()]
    assert entries[len(asked) :] == entries[: len(asked)]


def test_an_entry_is_copied_as_a_test_that_passes(eyes: Eyes, fake: Mock, tmp_path: Path) -> None:
    sandbox = fake.sandbox("relay-slow")
    sandbox.api.post("/inbox/messages", {"messages": [{"conversation_id": 11, "content": 'It\'s "four" ü \\ 🏔️', "note": None}]})
    page = eyes.look(f"/{sandbox.id}/journal/1")

    page.get_by_role("button", name="Copy as pytest").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    (tmp_path / "test_copied.py").write_text(clipboard(page), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_copied.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=120,
    )

    assert "1 passed" in result.stdout, result.stdout


# The report.


def test_the_report_leads_from_a_finding_to_its_evidence(eyes: Eyes, agency: Sandbox) -> None:
    agency.api.post("/inbox/messages", a_message(conversation_id=4, sender_id=6, channel=None))
    page = eyes.look(f"/{agency.id}/report")

    finding = page.get_by_role("region", name="MSG002")
    finding.get_by_role("link", name="entry 1").click()

    expect(page.locator("#entry-1 .effect")).to_contain_text("not relayed: channel is null")


def test_the_report_of_a_good_client_is_clean(eyes: Eyes, agency: Sandbox) -> None:
    agency.api.get("/me")
    page = eyes.look(f"/{agency.id}/report")

    expect(page.locator(".verdict")).to_have_text("No violations")
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("1 request, ")


def test_a_report_without_any_request_does_not_praise(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/report")

    expect(page.locator(".verdict")).to_have_text("Nothing was judged: no request has come")
    expect(page.get_by_role("region", name="Verdict")).not_to_contain_text("inbox-mock serve")


def test_a_report_on_webhooks_alone_is_one(eyes: Eyes, agency: Sandbox) -> None:
    with receiving() as receiver:
        subscribe(agency, receiver.url, "inbox_message_created")
        agency.admin.post("/conversations/1/messages", {"from": "guest", "content": "Hello"})
        agency.advance("1m")
    page = eyes.look(f"/{agency.id}/report")

    expect(page.locator(".verdict")).to_have_text("No violations")
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("0 requests, 1 webhook, ")


# Sandboxes.


def test_a_sandbox_is_made_from_a_scenario(eyes: Eyes) -> None:
    page = eyes.look("/default/sandboxes")

    page.get_by_role("button", name="Make one").click()
    page.get_by_label("Scenario").select_option("conversation-never")
    page.get_by_role("button", name="Make it").click()

    expect(page.get_by_role("link", name="Never opens")).to_be_visible()
    expect(page.locator("#where")).not_to_contain_text("default")


def test_a_sandbox_is_kept_changed_and_restored(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/sandboxes")

    page.get_by_role("button", name="Keep as it is").click()
    page.get_by_label("Under which name").fill("noon")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("cell", name="noon")).to_be_visible()
    page.get_by_role("button", name="1 day").click()
    expect(page.locator(".clock .date")).to_contain_text("2 Jun 2030")
    page.get_by_role("button", name="Go back to it").click()

    expect(page.locator(".clock .date")).to_contain_text("1 Jun 2030")
    page.get_by_role("button", name="Forget").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()


def test_a_fork_goes_on_by_itself(eyes: Eyes, agency: Sandbox) -> None:
    agency.advance("1h")
    page = eyes.look(f"/{agency.id}/sandboxes")

    page.get_by_role("button", name="Fork").click()
    expect(page.locator("#where")).not_to_contain_text(agency.id)
    expect(page.locator(".clock .time")).to_have_text("13:00:00")
    page.get_by_role("button", name="1 day").click()
    expect(page.locator(".clock .date")).to_contain_text("2 Jun 2030")

    assert agency.now() == "2030-06-01T13:00:00Z"


def test_a_sandbox_is_reset_and_deleted(eyes: Eyes, agency: Sandbox) -> None:
    agency.advance("1d")
    page = eyes.look(f"/{agency.id}/sandboxes")

    page.get_by_role("button", name="Reset to the start").click()
    expect(page.locator(".clock .date")).to_contain_text("1 Jun 2030")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".clock .date")).to_contain_text("2 Jun 2030")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(page.locator("#where")).to_contain_text("Sandbox default")
    assert agency.admin.get("").status == 404


def test_a_sandbox_is_named_and_found_by_its_name(eyes: Eyes, fake: Mock, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/sandboxes")
    page.get_by_role("button", name="Name it").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(f"Refunds {agency.id}")
    dialog.get_by_label("Note").fill("for the demo on Friday")
    dialog.get_by_label("Kept unused for").fill("30d")
    dialog.get_by_role("button", name="Save").click()

    expect(page.locator("#where")).to_contain_text(f"Sandbox Refunds {agency.id}")
    expect(page.get_by_text("for the demo on Friday")).to_be_visible()
    other = fake.sandbox("empty", name="Another one")
    page.get_by_label("Find by name or id").fill(f"REFUNDS {agency.id}")
    expect(page.get_by_role("link", name=f"Refunds {agency.id}", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Another one", exact=True)).to_be_hidden()
    page.get_by_label("Find by name or id").fill(other.id)
    page.get_by_role("link", name="Another one", exact=True).click()
    expect(page.locator("#where")).to_contain_text("Sandbox Another one")
    page.get_by_role("button", name="Sandbox Another one").press("Enter")
    switcher = page.get_by_role("dialog", name="Go to another sandbox")
    expect(switcher.get_by_label("Find a sandbox")).to_be_focused()
    page.keyboard.type("refunds")
    link = switcher.get_by_role("link", name=f"Refunds {agency.id}")
    expect(switcher.get_by_role("link", name="Another one")).to_be_hidden()
    link.press("Enter")
    expect(page.get_by_role("button", name=f"Sandbox Refunds {agency.id}")).to_be_visible()
    expect(page.locator("#main")).to_be_focused()
    expect(switcher).to_be_hidden()
    expect(page.get_by_role("heading", name="Answer a guest")).to_be_visible()
    assert agency.admin.get("").json["ttl"] == 30 * 86400
