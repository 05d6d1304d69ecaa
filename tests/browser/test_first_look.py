"""What a person does who opens the dashboard for the first time: let a guest book, and answer."""

from playwright.sync_api import Locator, Page, expect

from browser.eyes import Eyes, keep_picture
from fake import Sandbox

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

    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    page.get_by_label("Assigned to").select_option("Léa Fontaine")
    page.get_by_label("The channel adds a host").select_option("Ravi Mistry")
    expect(page.get_by_text("Ravi Mistry (host)")).to_be_visible()
    page.get_by_role("button", name="Fail to relay").click()
    expect(page.get_by_text("Airbnb fails to relay")).to_be_visible()
    page.get_by_role("button", name="Cancel as the guest").click()
    expect(page.get_by_text("Booking cancelled")).to_be_visible()

    found = agency.api.get(f"/inbox/conversations/{conversation['id']}").record
    assert found["links"]["assignee"] == 3
    assert found["closed_at"] is not None


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
