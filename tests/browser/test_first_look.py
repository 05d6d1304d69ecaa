"""What a person does who opens the dashboard for the first time: let a guest book, and answer."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from browser.eyes import Eyes, keep_picture
from browser.test_files import dropped
from fake import Sandbox

TIMES = "\N{MULTIPLICATION SIGN}"
ATTACHMENTS = Path(__file__).parents[2] / "fixtures" / "attachments"

QUESTION, ANSWER = "What time can we arrive?", "You can arrive from four o'clock."


def guest_side(page: Page) -> Locator:
    return page.locator(".guest-side")


def press_tab_until(page: Page, name: str, key: str = "Enter") -> None:
    """Go on with Tab to the control of this name, and press a key there."""
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()")
        if at == name:
            page.keyboard.press(key)
            return
    raise AssertionError(f"Tab never comes to {name!r}")


def test_a_guest_gets_an_answer_by_clicking_alone(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox")
    expect(page.get_by_role("link", name="Elif Demir")).to_be_visible()

    page.get_by_role("button", name="Let a guest book on Airbnb").click()
    expect(page.get_by_role("heading", name="Airbnb has not opened the conversation yet")).to_be_visible()
    keep_picture(page, "dashboard-waiting")
    page.get_by_role("button", name="Open now").click()
    page.get_by_role("button", name=QUESTION).click()
    page.get_by_role("button", name=ANSWER).click()
    expect(page.get_by_text("On its way, arrives")).to_be_visible()
    page.get_by_role("button", name="Let it arrive").click()

    expect(guest_side(page).get_by_text(ANSWER)).to_be_visible()
    expect(page.get_by_text("sees it since")).to_be_visible()
    keep_picture(page, "dashboard-answered")


def test_a_guest_gets_an_answer_by_the_keyboard_alone(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox")
    expect(page.get_by_role("link", name="Elif Demir")).to_be_visible()

    press_tab_until(page, "Let a guest book on Airbnb")
    expect(page.get_by_role("heading", name="Airbnb has not opened the conversation yet")).to_be_visible()
    press_tab_until(page, "Open now")
    expect(page.get_by_role("heading", name="Smily inbox")).to_be_visible()
    press_tab_until(page, QUESTION)
    expect(page.locator(".message.theirs").first).to_contain_text(QUESTION)
    press_tab_until(page, "Answer as staff", "F")
    page.keyboard.type("rom four.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("On its way, arrives")).to_be_visible()
    press_tab_until(page, "Let it arrive")

    expect(guest_side(page).get_by_text("From four.")).to_be_visible()


def test_the_last_event_hands_the_focus_to_the_next_step_of_the_clock(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox")
    last = page.get_by_role("button", name="Next event")

    last.press("Enter")

    expect(last).to_be_hidden()
    expect(page.get_by_role("button", name="10 min", exact=True)).to_be_focused()


def test_a_running_clock_opens_the_conversation_while_one_looks(eyes: Eyes, agency: Sandbox) -> None:
    booking = agency.admin.post("/bookings", {"conversation_delay": "2m", "guest": {"fullname": "Ada Bauer"}}).json["booking"]
    page = eyes.look(f"/{agency.id}/inbox/b{booking['id']}")
    expect(page.locator(".countdown")).to_contain_text("in 2 min")

    page.get_by_label("How the clock runs").select_option("1 h per s")

    expect(page.get_by_role("heading", name="Ada Bauer")).to_be_visible()
    expect(page.get_by_role("heading", name="Smily inbox")).to_be_visible()


def test_the_page_says_when_a_channel_never_opens(eyes: Eyes, agency: Sandbox) -> None:
    booking = agency.admin.post("/bookings", {"conversation_delay": "2m"}).json["booking"]
    page = eyes.look(f"/{agency.id}/inbox/b{booking['id']}")

    page.get_by_role("button", name="Never open it").click()

    expect(page.get_by_role("heading", name="Airbnb never opens this conversation")).to_be_visible()


def test_what_is_not_relayed_says_why(eyes: Eyes, agency: Sandbox) -> None:
    booking = agency.admin.post("/bookings", {"host_participant": True}).json["booking"]
    conversation = agency.admin.post(f"/bookings/{booking['id']}/conversation", {}).json["conversation"]
    page = eyes.look(f"/{agency.id}/inbox/c{conversation['id']}")

    page.get_by_label("Answer as staff").fill("The guest never reads this.")
    page.get_by_label("Where it goes").select_option("without a channel")
    page.get_by_role("button", name="Send").first.click()

    expect(page.get_by_text("Not relayed: channel is null, and the conversation's default_channel is airbnb.")).to_be_visible()
    page.get_by_label("Answer as staff").fill("Only for us.")
    page.get_by_label("Where it goes").select_option("note among hosts")
    page.get_by_label("Answer as staff").press("Enter")
    expect(page.get_by_text("note among hosts · in the Smily app")).to_be_visible()
    expect(guest_side(page).get_by_text("No message yet")).to_be_visible()


def test_who_was_notified_is_named(eyes: Eyes, agency: Sandbox) -> None:
    booking = agency.admin.post("/bookings", {"host_participant": True}).json["booking"]
    conversation = agency.admin.post(f"/bookings/{booking['id']}/conversation", {}).json["conversation"]
    page = eyes.look(f"/{agency.id}/inbox/c{conversation['id']}")

    page.get_by_label("Write as").fill("Is anybody there?")
    page.get_by_label("Write as").press("Enter")

    expect(page.get_by_text("Notified: Jan Kowalski.")).to_be_visible()


def test_the_host_writes_in_the_channels_own_app(eyes: Eyes, agency: Sandbox) -> None:
    booking = agency.admin.post("/bookings", {"host_participant": True}).json["booking"]
    conversation = agency.admin.post(f"/bookings/{booking['id']}/conversation", {}).json["conversation"]
    page = eyes.look(f"/{agency.id}/inbox/c{conversation['id']}")

    page.get_by_label("Who writes").select_option("as the host, in Airbnb's own app")
    page.get_by_label("Write as").fill("Written on Airbnb.")
    page.get_by_label("Write as").press("Enter")

    expect(page.locator(".message.mine").first).to_contain_text("by Airbnb")
    assert agency.api.get("/inbox/messages", conversation_id=conversation["id"]).status == 200


def test_staff_and_the_channel_act_on_a_conversation(eyes: Eyes, agency: Sandbox) -> None:
    booking = agency.admin.post("/bookings", {"host_participant": False}).json["booking"]
    conversation = agency.admin.post(f"/bookings/{booking['id']}/conversation", {}).json["conversation"]
    page = eyes.look(f"/{agency.id}/inbox/c{conversation['id']}")

    staff, simulation = page.get_by_role("group", name="What staff do"), page.get_by_role("group", name="Simulate")
    staff.get_by_role("button", name="Close").click()
    expect(staff.get_by_role("button", name="Reopen")).to_be_visible()
    staff.get_by_label("Assigned to").select_option("Léa Fontaine")
    simulation.get_by_label("The channel adds a host").select_option("Ravi Mistry")
    expect(page.get_by_text("Ravi Mistry (host)")).to_be_visible()
    page.get_by_label("Answer as staff").fill("This is doomed.")
    page.get_by_label("Answer as staff").press("Enter")
    expect(page.get_by_text("On its way, arrives")).to_be_visible()
    simulation.get_by_role("button", name="Fail to relay").click()
    expect(page.get_by_text("Airbnb fails to relay", exact=True)).to_be_visible()
    expect(page.get_by_text("Not relayed: airbnb fails to relay it.")).to_be_visible()
    expect(page.get_by_text("On its way")).to_be_hidden()
    for _ in range(2):
        simulation.get_by_role("button", name="Guest cancels").click()
        expect(page.get_by_text("Booking cancelled", exact=True)).to_be_visible()
        undo = page.get_by_role("status").get_by_role("button", name="Undo")
        undo.press("Enter")
        expect(page.get_by_text("Booking cancelled", exact=True)).to_be_hidden()
        expect(undo).to_be_hidden()
    simulation.get_by_role("button", name="Guest cancels").click()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    staff.get_by_role("button", name="Mark as spam").click()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_hidden()  # it would undo this, too

    found = agency.api.get(f"/inbox/conversations/{conversation['id']}").record
    assert found["links"]["assignee"] == 3
    assert found["closed_at"] is not None


def test_files_are_attached_by_both_sides_and_seen_by_both(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox/c4")
    inbox, guest = page.locator(".inbox-side"), guest_side(page)
    picture, rules = ATTACHMENTS / "parking.png", ATTACHMENTS / "house-rules.pdf"
    expect(guest.get_by_role("link", name="IMG_0412.jpg").locator("img")).to_be_visible()

    page.get_by_label("Write as Elif", exact=True).fill("Here?")
    with page.expect_file_chooser() as chooser:
        guest.get_by_role("button", name="Attach files").press("Enter")
    chooser.value.set_files([picture, rules])
    guest.get_by_role("button", name="Leave out house-rules.pdf").press("Enter")
    page.get_by_label("Write as Elif", exact=True).press("Enter")
    for seen in (inbox, guest):
        link = seen.get_by_role("link", name="parking.png")
        expect(link).to_contain_text(f"480 {TIMES} 320, 2 kB")
        expect(link.locator("img")).to_have_js_property("naturalWidth", 480)
    inbox.locator(".messages").dispatch_event("drop", {"dataTransfer": dropped(page, rules.name, rules.read_bytes())})
    expect(inbox.get_by_text("house-rules.pdf 1 kB")).to_be_visible()
    page.get_by_label("Answer as staff").fill("Our rules.")
    page.get_by_label("Answer as staff").press("Enter")
    page.get_by_role("button", name="Let it arrive").click()

    with page.context.expect_event("request", lambda asked: asked.is_navigation_request()) as opened:
        guest.get_by_role("link", name="house-rules.pdf").last.click()
    assert page.request.get(opened.value.url).body() == rules.read_bytes()


def test_a_refused_message_stays_to_be_mended(eyes: Eyes, agency: Sandbox, tmp_path: Path) -> None:
    page = eyes.look(f"/{agency.id}/inbox/c4")
    nothing = tmp_path / "empty.txt"
    nothing.touch()
    page.locator(".guest-side input[type=file]").set_input_files(nothing)
    box = page.get_by_label("Write as Elif", exact=True)

    box.fill("See the file.")
    box.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("file: found")
    expect(box).to_have_value("See the file.")
    expect(page.get_by_role("button", name="Leave out empty.txt")).to_be_visible()
    eyes.complaints = [complaint for complaint in eyes.complaints if "422" not in complaint]


def test_a_guest_books_on_another_channel(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox")

    page.get_by_role("button", name="Let a guest book otherwise").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Channel").select_option("Booking.com")
    dialog.get_by_label("Guest").fill("Hiro Tanabe")
    dialog.get_by_label("Conversation waits").select_option("2 hours")
    dialog.get_by_role("button", name="Book").click()

    expect(page.get_by_role("heading", name="Booking.com has not opened the conversation yet")).to_be_visible()
    expect(page.locator(".countdown")).to_contain_text("in 2 h")


def test_a_refusal_is_told_where_it_was_asked_for(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox")
    page.get_by_role("button", name="Let a guest book otherwise").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Arrives").fill("2030-07-10")
    dialog.get_by_label("Leaves").fill("2030-07-01")

    dialog.get_by_role("button", name="Book").click()

    expect(dialog.get_by_role("alert")).to_contain_text("end_at")
    eyes.complaints = [complaint for complaint in eyes.complaints if "422" not in complaint]
