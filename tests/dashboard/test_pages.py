"""/: the page for people, the short text for programs, and who is kept away."""

import re
from pathlib import Path

import pytest
from flask import Flask

from fake import Caller, Mock
from inbox_mock import dashboard
from inbox_mock.app import Options, create_app
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.scenarios.loading import find

pytestmark = pytest.mark.both_transports

STATIC = Path(dashboard.__file__).with_name("static")
FILES = sorted(path.name for path in STATIC.iterdir())
MOST_BYTES = 200_000
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FOREIGN = {"Host": "evil.example.com"}
FRAMED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"}
LINKED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def root(mock: Mock) -> Caller:
    return mock.caller(base="")


def test_a_browser_gets_the_page(root: Caller) -> None:
    answer = root.get("/", headers=BROWSER)

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b'<main id="main"' in answer.body


@pytest.mark.parametrize("accepts", ["*/*", "text/plain", "text/plain, text/html;q=0.5"])
def test_a_program_gets_a_short_text(root: Caller, accepts: str) -> None:
    answer = root.get("/", headers={"Accept": accepts})

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"/__admin/openapi.json" in answer.body
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_with_its_type_and_its_policy(root: Caller, name: str) -> None:
    answer = root.get(f"/dashboard/{name}")

    types = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
    assert (answer.status, answer.body) == (200, (STATIC / name).read_bytes())
    assert answer.headers["Content-Type"].split(";")[0] == types[Path(name).suffix]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_known_already_is_not_sent_again(root: Caller) -> None:
    tag = root.get("/dashboard/app.js").headers["ETag"]

    answer = root.get("/dashboard/app.js", headers={"If-None-Match": tag})

    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "%2e%2e%2fpages.py", "__init__.py", "..%5c..%5cwiring.py", "app.js%00", f"{'a' * 300}.js"])
def test_there_is_nothing_else(root: Caller, name: str) -> None:
    assert root.get(f"/dashboard/{name}").status == 404


def test_the_first_paint_is_small() -> None:
    assert sum((STATIC / name).stat().st_size for name in FILES) < MOST_BYTES


def test_the_page_names_every_module_of_the_first_paint() -> None:
    """Whatever the first view imports is asked for at once, and not one after the other."""
    wanted, seen = ["app.js", "inbox.js"], set[str]()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            wanted += re.findall(r'from "\./([a-z]+\.js)"', (STATIC / name).read_text())

    assert set(re.findall(r'modulepreload" href="/dashboard/([a-z]+\.js)"', (STATIC / "index.html").read_text())) == seen


@pytest.mark.parametrize("name", FILES)
def test_nothing_comes_from_elsewhere_and_nothing_is_read_as_html(name: str) -> None:
    text = (STATIC / name).read_text()

    addresses = set(re.findall(r"https?://[^\s\"'`<)]+", text)) - {"http://www.w3.org/2000/svg", "http://127.0.0.1:9000/"}
    assert addresses == set()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|style=", text)


@pytest.mark.parametrize("path", ["/", "/dashboard/app.js"])
def test_a_foreign_host_is_refused(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, headers={**BROWSER, **FOREIGN})

    assert answer.status_code == 403
    assert b"<html" not in answer.data


def test_a_page_of_another_site_may_link_here_but_not_frame_or_load_anything(app: Flask) -> None:
    client = app.test_client()

    assert client.get("/", headers={**BROWSER, **LINKED}, buffered=True).status_code == 200
    assert client.get("/", headers={**BROWSER, **FRAMED}, buffered=True).status_code == 403
    assert client.get("/dashboard/app.js", headers={**FRAMED, "Sec-Fetch-Dest": "script"}).status_code == 403
    assert client.get("/", headers=BROWSER, buffered=True).headers["X-Frame-Options"] == "DENY"


def test_with_an_admin_token_the_page_is_for_everybody_and_what_it_shows_is_not() -> None:
    client = create_app(Options(scenario=find("empty"), admin_tokens=(AdminToken("open sesame"),))).app.test_client()

    assert client.get("/", headers={**BROWSER, **FOREIGN}, buffered=True).status_code == 200
    assert client.get("/__admin/sandboxes", headers=FOREIGN).status_code == 401


def test_an_allowed_host_is_served() -> None:
    client = create_app(Options(scenario=find("empty"), allowed_hosts=frozenset({"inbox-mock"}))).app.test_client()

    assert client.get("/", headers={**BROWSER, "Host": "inbox-mock:8089"}, buffered=True).status_code == 200


def test_looking_at_the_page_is_no_entry_of_the_journal(root: Caller, mock: Mock) -> None:
    before = mock.admin.get("/sandboxes/default/journal").json["next"]

    root.get("/", headers=BROWSER)
    root.get("/dashboard/nothing.js")

    assert mock.admin.get("/sandboxes/default/journal").json["next"] == before
