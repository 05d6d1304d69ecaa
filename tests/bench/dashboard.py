"""The dashboard: what the first paint of the default scenario costs the server, and how soon the page shows what a program did."""

import re
import shutil
from collections.abc import Iterator
from time import perf_counter

from bench.children import Child, fake
from bench.figures import Figure, milliseconds, say
from bench.wire import Connection

MOST_KILOBYTES, MOST_MILLISECONDS, MOST_WAITING = 200, 100, 1000
IN_SANDBOX = "/__admin/sandboxes/default"
ASKED_OF_THE_ADMIN_API = ("/changes", "/timeline?limit=1", "/directory", "/inbox?show=open&search=&limit=40&skip=0")
BROWSER = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def measure(rounds: int) -> Iterator[Figure]:
    """Over the wire, one request after the other; the live update in a browser, where there is one."""
    with fake() as child:
        yield from _first_paint(child.connect(), rounds)
        browser = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)
        if browser is None:
            say("  the live update is not measured: no Chromium is on the PATH")
        else:
            yield _live_update(child, browser, rounds)


def _first_paint(connection: Connection, rounds: int) -> Iterator[Figure]:
    """All that the page asks for until the inbox is there: itself, its modules and styles, and four calls of the admin API."""
    spent, size, asked = [], 0, 0
    for number in range(-1, rounds):
        began = perf_counter()
        page = connection.ask(BROWSER)
        files = sorted(set(re.findall(rb'(?:href|src)="(/dashboard/[^"]+)"', page)))
        bodies = [connection.call("GET", path.decode()).body for path in files]
        bodies += [connection.call("GET", IN_SANDBOX + path).body for path in ASKED_OF_THE_ADMIN_API]
        if number >= 0:
            spent.append(perf_counter() - began)
        size, asked = len(page) + sum(map(len, bodies)), 1 + len(bodies)
    yield Figure(
        subject="the dashboard's first paint, server time",
        target=MOST_MILLISECONDS,
        rounds=milliseconds(spent),
        unit="ms",
        note=f"{asked} requests",
    )
    yield Figure(subject="the dashboard's first paint, size", target=MOST_KILOBYTES, rounds=[size / 1000], unit="kB")


def _live_update(child: Child, browser: str, rounds: int) -> Figure:
    """From the moment in which a program posts a message to the moment in which the page shows it."""
    from playwright.sync_api import sync_playwright

    connection = child.connect()
    spent = []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = launched.new_page()
        page.goto(f"http://127.0.0.1:{child.port}/#/default/inbox/c4")
        page.wait_for_selector(".message")
        for number in range(-1, rounds):
            said = f"Message of round {number}."
            written = {"conversation_id": 4, "sender_id": 6, "content": said, "origin": "bookingsync_inbox", "visibility": "external"}
            began = perf_counter()
            connection.call(
                "POST", "/api/v3/inbox/messages", {"messages": [written | {"channel": "airbnb", "sent_at": "2030-06-01T12:00:00Z"}]}
            )
            page.wait_for_function("said => document.querySelector('.messages').textContent.includes(said)", arg=said)
            if number >= 0:
                spent.append(perf_counter() - began)
        launched.close()
    return Figure(subject="from a program's message to the page", target=MOST_WAITING, rounds=milliseconds(spent), unit="ms")
