"""The open report page asks for the report every three seconds at most, and only while it is seen."""

from playwright.sync_api import Page, expect

from browser.eyes import Eyes
from fake import Mock

PAUSE_MILLISECONDS = 3000
SHOW_AS = """state => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_the_report_is_asked_for_after_a_pause_and_while_it_is_seen(eyes: Eyes, fake: Mock) -> None:
    sandbox = fake.sandbox("agency")
    page = eyes.look(f"/{sandbox.id}/report")
    expect(page.locator(".verdict")).to_be_visible()
    page.clock.install()
    asked = reports_of(page)

    for _ in range(3):
        sandbox.api.get("/bookings")
    page.clock.run_for(PAUSE_MILLISECONDS - 1000)
    assert asked == []

    page.evaluate(SHOW_AS, "hidden")
    page.clock.run_for(10 * PAUSE_MILLISECONDS)
    assert asked == []

    page.evaluate(SHOW_AS, "visible")  # the pause is over: it asks at once, and not again before the next one is
    expect(page.get_by_text("3 requests")).to_be_visible()
    assert len(asked) == 1


def reports_of(page: Page) -> list[str]:
    """The addresses of the report that the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/report" in request.url else None)
    return asked
