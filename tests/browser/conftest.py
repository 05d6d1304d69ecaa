"""A browser that looks at the dashboard: the system's Chromium, driven by Playwright. Nothing is ever downloaded."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.eyes import PATIENCE_MILLISECONDS, Eyes
from fake import Mock, OverSocket, Sandbox

NAMES = ("chromium", "chromium-browser", "google-chrome")
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

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

expect.set_options(timeout=PATIENCE_MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none, unless INBOX_MOCK_BROWSER=required; one line for each file says so."""
    if CHROMIUM is None and not REQUIRED:
        for item in items:
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(MISSING))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as it is found on the PATH."""
    assert CHROMIUM is not None, MISSING
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


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
