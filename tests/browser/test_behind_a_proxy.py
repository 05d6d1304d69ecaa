"""The dashboard and the reference in a browser, below a prefix and with TLS, behind a real nginx."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from browser.eyes import Eyes
from builders import a_booking, a_scenario
from fake import Mock
from proxied.proxying import TOKEN, with_both


def test_the_page_and_the_reference_work_below_a_prefix(browser: Browser, tmp_path: Path) -> None:
    with with_both(tmp_path) as front:
        sandbox = Mock(front.transport).sandbox(a_scenario(bookings=[a_booking()]))
        asked: list[str] = []
        eyes = Eyes(browser, front.root)
        page = eyes.look(f"/{sandbox.id}/inbox", ignore_https_errors=True)
        page.context.on("request", lambda request: asked.append(request.url))

        page.get_by_role("dialog").get_by_label("Admin token").fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("link", name="Clementina Kling")).to_be_visible()
        page.get_by_role("link", name="Docs").click()
        page.get_by_role("navigation").get_by_role("link", name="API", exact=True).click()
        page.get_by_text("List conversations", exact=True).click()
        page.get_by_role("button", name="Try it out").click()
        with page.expect_response(lambda answer: "/api/v3/inbox/conversations" in answer.url) as answered:
            page.get_by_role("button", name="Execute").click()

        assert answered.value.status == 200
        eyes.close()
    assert {address.startswith(("data:", f"{front.root}/")) for address in asked} == {True}
    assert [said for said in eyes.complaints if "401" not in said] == []
