"""A sandbox that is deleted, a server that stops, a token that is asked for: the page says so, and recovers."""

from pathlib import Path

from playwright.sync_api import Page, expect

from browser.eyes import Eyes
from fake import Sandbox
from processes import free_port, serving


def forget_what_the_browser_says_of(eyes: Eyes, *reasons: str) -> None:
    eyes.complaints = [complaint for complaint in eyes.complaints if not any(reason in complaint for reason in reasons)]


def test_a_sandbox_that_is_deleted_while_it_is_watched(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox")
    expect(page.get_by_role("link", name="Elif Demir")).to_be_visible()

    assert agency.admin.delete("").status == 204

    expect(page.get_by_role("alert").first).to_contain_text(f"There is no sandbox {agency.id} any more")
    page.get_by_role("link", name="Go to the default sandbox").click()
    expect(page.get_by_role("button", name="Sandbox default")).to_be_visible()
    expect(page.locator("#banner")).to_be_hidden()
    forget_what_the_browser_says_of(eyes, "404")


def test_an_address_that_leads_nowhere_says_so_and_keeps_nothing_of_another_sandbox(eyes: Eyes, agency: Sandbox) -> None:
    page = eyes.look(f"/{agency.id}/inbox")
    expect(page.get_by_role("button", name="Next event")).to_be_visible()

    page.evaluate("location.hash = '#/nobody/inbox'")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no sandbox nobody")
    expect(page.locator("#clock")).to_be_hidden()
    expect(page.get_by_role("button", name="Next event")).to_be_hidden()
    expect(page.get_by_role("link", name="Elif Demir")).to_be_hidden()
    for address, heading in (
        ("nonsense", "There is no page nonsense"),
        ("inbox/c999", "There is no conversation 999 here"),
        ("inbox/b999", "There is no booking 999 here"),
        ("inbox/x", "There is nothing called x in the inbox"),
    ):
        page.evaluate("address => location.hash = address", f"#/{agency.id}/{address}")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.evaluate("address => location.hash = address", f"#/{agency.id}/journal/999")
    expect(page.get_by_role("status")).to_contain_text("There is no entry 999 in this journal.")
    page.get_by_role("link", name="Inbox", exact=True).click()
    expect(page.get_by_role("link", name="Elif Demir")).to_be_visible()
    page.close()
    forget_what_the_browser_says_of(eyes, "404")


def test_a_server_that_stops_and_begins_again(eyes: Eyes, tmp_path: Path) -> None:
    again = ("--port", str(free_port()), "--clock", "manual")
    with serving(tmp_path, *again) as root:
        page = eyes.look("/default/inbox", root=root)
        expect(page.get_by_role("link", name="Elif Demir")).to_be_visible()

        beside = eyes.look("/default/inbox", root=root, beside=page)
        expect(beside.get_by_role("link", name="Elif Demir")).to_be_visible()

    for tab in (page, beside):
        expect(tab.get_by_role("alert").first).to_contain_text("The server does not answer. Trying again")

    with serving(tmp_path, *again):
        for tab in (page, beside):
            expect(tab.locator("#banner")).to_be_hidden()
        page.get_by_role("button", name="Let a guest book on Airbnb").click()
        expect(page.get_by_role("button", name="Open now")).to_be_visible()
        page.close()
        beside.close()
    forget_what_the_browser_says_of(eyes, "ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET", "ERR_INCOMPLETE")


def test_a_reset_sandbox_shows_its_beginning(eyes: Eyes, agency: Sandbox) -> None:
    agency.api.get("/bookings")
    page = eyes.look(f"/{agency.id}/journal")
    expect(page.get_by_text("/api/v3/bookings")).to_be_visible()

    agency.admin.post("/reset")

    expect(page.get_by_text("No request yet.")).to_be_visible()


def test_an_admin_token_is_asked_for_and_kept_for_the_tab(eyes: Eyes, tmp_path: Path) -> None:
    with serving(tmp_path, "--admin-token", "open sesame") as root:
        page = eyes.look(root=root)
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Admin token").fill("wrong")
        dialog.get_by_role("button", name="Open").click()
        expect(dialog).to_contain_text("That is not the token.")
        dialog.get_by_label("Admin token").fill("open sesame")
        dialog.get_by_role("button", name="Open").click()
        expect(page.get_by_role("link", name="Elif Demir")).to_be_visible()

        page.reload()

        expect(page.get_by_role("link", name="Elif Demir")).to_be_visible()
        page.close()
    forget_what_the_browser_says_of(eyes, "401")


def test_each_role_sees_what_it_may_and_is_told_what_it_may_not(eyes: Eyes, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("own alice the-token-of-alice-herself\nread ci a-token-that-only-reads\n")
    tokens.chmod(0o600)
    with serving(tmp_path, "--admin-token-file", str(tokens)) as root:

        def look_as(token: str) -> Page:
            page = eyes.look(root=root)
            page.get_by_role("dialog").get_by_label("Admin token").fill(token)
            page.get_by_role("dialog").get_by_role("button", name="Open").click()
            return page

        alice = look_as("the-token-of-alice-herself")
        expect(alice.get_by_role("heading", name="The sandbox default is not yours")).to_be_visible()
        alice.get_by_role("link", name="See your sandboxes").click()
        expect(alice.locator("#banner")).to_be_hidden()
        alice.get_by_role("button", name="Make one").click()
        alice.get_by_role("dialog").get_by_label("Name").fill("Refunds")
        alice.get_by_role("dialog").get_by_role("button", name="Make it").click()
        expect(alice.locator("#where")).to_contain_text("Sandbox Refunds")
        expect(alice.locator("#banner")).to_be_hidden()

        reader = look_as("a-token-that-only-reads")
        expect(reader.get_by_role("link", name="Elif Demir")).to_be_visible()
        reader.get_by_role("button", name="Let a guest book on Airbnb").click()
        expect(reader.get_by_text("found the role read, of the token 'ci'; expected own or all")).to_be_visible()
        alice.close()
        reader.close()
    forget_what_the_browser_says_of(eyes, "401", "403")
