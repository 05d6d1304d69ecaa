"""/docs in a browser: as axe-core judges it, and that the reference can be tried out."""

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from browser.eyes import findings_in_light_and_in_dark, serious_findings

OURS = ("", "/fidelity", "/conduct", "/scenarios", "/faults", "/guides/index", "/guides/testing-with-pytest", "/search?q=webhooks")
PHONE: ViewportSize = {"width": 390, "height": 844}
REFERENCES = {"/api": "List conversations", "/admin": "Create a sandbox from a scenario"}


@pytest.mark.parametrize("path", OURS)
def test_a_page_has_no_serious_finding_in_light_or_in_dark(browser: Browser, served: str, path: str) -> None:
    page = browser.new_page()
    page.goto(f"{served}/docs{path}")

    assert findings_in_light_and_in_dark(page) == []
    page.close()


@pytest.mark.parametrize("path", [*OURS, "/guides/reference", "/guides/speed", "/guides/dashboard"])
def test_no_page_is_wider_than_a_phone(browser: Browser, served: str, path: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{served}/docs{path}")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.close()


def test_a_guide_is_found_from_any_page_and_leads_to_the_section(browser: Browser, served: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}/docs/conduct")
    page.get_by_role("searchbox", name="Search the guides").fill("webhooks event loop")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="asyncio and anyio").click()

    expect(page.locator("#asyncio-and-anyio")).to_be_in_viewport()
    assert page.url == f"{served}/docs/guides/testing-with-pytest#asyncio-and-anyio"
    assert [url for url in asked if not url.startswith((served, "data:"))] == []
    page.close()


@pytest.mark.parametrize("path", REFERENCES)
def test_a_reference_shows_its_operations_and_asks_nobody_else(browser: Browser, served: str, path: str) -> None:
    page = browser.new_page(color_scheme="dark")
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}/docs{path}")

    expect(page.get_by_text(REFERENCES[path], exact=True)).to_be_visible()
    assert page.locator("html.dark-mode").count() == 1
    assert [url for url in asked if not url.startswith((served, "data:"))] == []
    assert complaints == []
    assert serious_findings(page, but="#reference") == []
    page.close()


def test_an_operation_is_tried_out_with_the_token_demo(browser: Browser, served: str) -> None:
    page = browser.new_page()
    page.goto(f"{served}/docs/api")
    page.get_by_text("List conversations", exact=True).click()
    expect(page.get_by_text("x-fidelity").first).to_be_visible()

    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(lambda answer: "/api/v3/inbox/conversations" in answer.url) as answered:
        page.get_by_role("button", name="Execute").click()

    assert answered.value.status == 200
    page.close()
