"""A browser that looks at the dashboard: the system's Chromium, driven by Playwright. Nothing is ever downloaded.

Its headless shell comes first: the same engine without windows and developer tools, which takes half the time.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from browser.eyes import PATIENCE_MILLISECONDS, Eyes
from fake import Mock, OverSocket, Sandbox

WHOLE = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = os.environ.get("INBOX_MOCK_BROWSER") == "required"
MISSING = "the dashboard was not tested in a browser: no Chromium is on the PATH (apt-get install chromium)"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

FOUND = {
    "browser": next(filter(None, map(shutil.which, ("chromium-headless-shell", *WHOLE))), None),
    "whole_browser": next(filter(None, map(shutil.which, WHOLE)), None),
}
"""By fixture, the path of what it starts."""

expect.set_options(timeout=PATIENCE_MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none, unless INBOX_MOCK_BROWSER=required; one line for each file says so."""
    if REQUIRED:
        return
    for item in items:
        if any(FOUND[name] is None for name in FOUND.keys() & getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.skip(MISSING))


def launched(playwright: Playwright, fixture: str) -> Iterator[Browser]:
    assert FOUND[fixture] is not None, MISSING
    browser = playwright.chromium.launch(executable_path=FOUND[fixture], args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright, whose event loop runs until its end, where no other one can: tests of asynchronous code may come next."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, as it is found on the PATH: without windows, if there is one."""
    yield from launched(playwright, "browser")


@pytest.fixture(scope="package")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with its developer tools."""
    yield from launched(playwright, "whole_browser")


@pytest.fixture
def eyes(browser: Browser, served: str) -> Iterator[Eyes]:
    """Pages of the dashboard on the server of this run; none of them may complain on the console."""
    made = Eyes(browser, served)
    yield made
    made.close()
    assert made.complaints == []


@pytest.fixture
def fake(served: str) -> Mock:
    """The fake that the pages look at."""
    return Mock(OverSocket(served))


@pytest.fixture
def agency(fake: Mock) -> Sandbox:
    """An agency with a full inbox, whose clock stands."""
    return fake.sandbox("agency")
