"""/docs: the reference and what is generated beside it."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from fake import Answer, Mock
from inbox_mock.conduct import evaluation
from inbox_mock.conduct.model import Rule
from inbox_mock.docs import pages
from inbox_mock.docs.fidelity_report import claims
from inbox_mock.domain.fidelity import ASSUMPTIONS
from inbox_mock.faults.kinds import kinds
from inbox_mock.scenarios.loading import shipped

pytestmark = pytest.mark.both_transports

ALL = tuple("/docs" if name == "index" else f"/docs/{name}" for name in pages.PAGES)


class Links(HTMLParser):
    """What a page loads, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.leads_to: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag == "a":
            self.leads_to.append(given["href"] or "")
        else:
            self.loaded += [str(given[name]) for name in ("src", "href") if given.get(name)]


def page(mock: Mock, path: str) -> str:
    return get(mock, path).body.decode()


def get(mock: Mock, path: str) -> Answer:
    answer = mock.caller(base="").get(path)
    assert answer.status == 200, (path, answer.body)
    return answer


@pytest.mark.parametrize("path", ALL)
def test_every_page_loads_what_this_server_has_and_nothing_else(mock: Mock, path: str) -> None:
    loaded = [address for address in Links(page(mock, path)).loaded if address != "data:,"]

    assert loaded
    for address in loaded:
        assert address.startswith("/docs/")
        assert get(mock, address).body


@pytest.mark.parametrize("path", ALL)
def test_every_link_of_a_page_leads_somewhere(mock: Mock, path: str) -> None:
    links = Links(page(mock, path))

    assert set(ALL) | {"/"} <= set(links.leads_to)
    for address in links.leads_to:
        if address.startswith("#"):
            assert address[1:] in links.ids
        else:
            get(mock, address)


@pytest.mark.parametrize("path", ALL)
def test_pages_may_run_no_script_of_others_and_be_framed_by_nobody(mock: Mock, path: str) -> None:
    policy = get(mock, path).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_a_page_has_one_title_a_language_and_says_which_page_it_is(mock: Mock) -> None:
    text = page(mock, "/docs/faults")

    assert re.findall(r"<title>(.*?)</title>", text) == ["Faults · Inbox Mock"]
    assert '<html lang="en">' in text
    assert '<a href="/docs/faults" aria-current="page">' in text
    assert text.count("<h1") == 1


def test_the_reference_shows_the_openapi_document_and_knows_the_token_demo(mock: Mock) -> None:
    text = page(mock, "/docs/api")

    assert 'data-document="/openapi.json" data-token="demo"' in text
    assert "SwaggerUIBundle" in page(mock, "/docs/swagger/swagger-ui-bundle.js")


def test_the_admin_reference_shows_what_the_admin_api_says_of_itself(mock: Mock) -> None:
    assert 'data-document="/docs/admin.json"' in page(mock, "/docs/admin")
    assert get(mock, "/docs/admin.json").json == mock.admin.get("/openapi.json").json


def test_the_fidelity_page_shows_every_claim_with_its_source_and_every_switch(mock: Mock) -> None:
    text = unescape(page(mock, "/docs/fidelity"))

    for claim in claims():
        row = f'<code>{claim.part}</code></th><td><span class="level {claim.level}">{claim.level}</span></td><td>{claim.source}</td>'
        assert row in text, claim
    for name, switch in ASSUMPTIONS.items():
        assert f"<code>{name}</code>" in text
        assert switch.says in text


def test_whatever_the_openapi_document_tags_is_claimed(mock: Mock) -> None:
    claimed = {(claim.level, claim.source) for claim in claims() if claim.kind != "behaviour"}
    tagged: set[tuple[str, str]] = set()

    def look(found: object) -> None:
        if isinstance(found, dict):
            if "x-fidelity" in found:
                tagged.add((found["x-fidelity"], found["x-source"]))
            for inner in found.values():
                look(inner)
        elif isinstance(found, list):
            for inner in found:
                look(inner)

    look(mock.caller(base="").get("/openapi.json").json)

    assert claimed == tagged


def test_claims_are_made_once_and_name_operations_fields_parameters_and_answers() -> None:
    found = claims()

    assert len(found) == len(set(found))
    assert {claim.kind for claim in found} == {"behaviour", "operation", "field", "refusal", "parameter", "answer"}
    assert {
        "A relayed message reaches the guest some seconds later.",
        "A sender from another conversation is refused.",
        "POST /api/v3/inbox/messages",
        "Message.sent_at",
        "Conversation.links.bookings",
        "updated_since",
        "429",
    } <= {claim.part for claim in found}


def test_the_conduct_page_shows_every_rule_and_escapes_what_it_says(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule(
        code="TST001",
        title="wrote <b>bold</b> things",
        why="Because & therefore.",
        source="/guides",
        fix="Do not.",
        severity="note",
        exceptions=("it was Friday",),
    )
    monkeypatch.setattr(evaluation, "offered_rules", lambda: evaluation.OfferedRules((rule,), ("mine (mine:RULES): cannot be imported",)))

    text = page(mock, "/docs/conduct")

    assert 'id="TST001"' in text
    assert "The client wrote &lt;b&gt;bold&lt;/b&gt; things" in text
    assert "Because &amp; therefore." in text
    assert "<li>it was Friday</li>" in text
    assert "Not read: mine (mine:RULES): cannot be imported" in text
    assert "a trial of the client only" in text


def test_the_rules_are_those_that_installed_packages_offer(mock: Mock) -> None:
    from inbox_contracts.rules import RULES

    text = page(mock, "/docs/conduct")

    assert RULES
    assert all(f'id="{rule.code}"' in text for rule in RULES)


def test_every_shipped_scenario_and_every_fault_is_shown(mock: Mock) -> None:
    scenarios, faults = unescape(page(mock, "/docs/scenarios")), unescape(page(mock, "/docs/faults"))

    assert all(f"<code>{found.name}</code></th><td>{found.description}" in scenarios for found in shipped())
    for kind, fault in kinds().items():
        assert f"<code>{kind}</code>" in faults
        assert re.sub("`(.+?)`", r"<code>\1</code>", fault.says) in faults
        assert all(f"<code>{option}</code>" in faults for option in fault.options)


@pytest.mark.parametrize(
    "path",
    [
        "/docs/nowhere",
        "/docs/static/nothing.css",
        f"/docs/static/{'a' * 300}.css",
        "/docs/swagger/..%2F__init__.py",
        "/docs/swagger/LICENSE",
        f"/docs/swagger/{'a' * 300}.js",
    ],
)
def test_nothing_else_is_found_there(mock: Mock, path: str) -> None:
    assert mock.caller(base="").get(path).status == 404


def test_a_file_that_is_known_already_is_not_sent_again(mock: Mock) -> None:
    etag = get(mock, "/docs/static/docs.css").headers["ETag"]

    assert mock.caller(base="").get("/docs/static/docs.css", headers={"If-None-Match": etag}).status == 304
