"""The report as text, JSON, JUnit XML and a page: each tells the same, whatever clients write."""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml

from builders import JSON, a_message
from fake import Mock, Sandbox
from inbox_mock.conduct import failure, html, junit, text
from inbox_mock.conduct.evaluation import allow
from lowered import lower
from rules.judged import send, the_report
from whole import CONVERSATIONS, MESSAGES

EVIL = "<script>alert(1)</script> & \"quoted\" 'too' ]]> \x00\x1b[31m\u202e\ud800 "


@pytest.fixture
def guilty(inbox: Sandbox) -> Sandbox:
    """A client that answered where the guest sees nothing."""
    send(inbox, channel=None)
    return inbox


def told(sandbox: Sandbox, wanted: str, **query: Any) -> str:
    answer = sandbox.admin.get("/report", format=wanted, **query)
    assert answer.status == 200, answer.body
    return answer.body.decode()


# JSON.


def test_json_holds_all_that_is_known(guilty: Sandbox) -> None:
    report = the_report(guilty)

    assert (report["sandbox"], report["seed"], report["requests"], report["webhooks"], report["lost"]) == (guilty.id, 7, 1, 0, 0)
    assert report["now"] == "2030-06-01T12:00:00Z"
    assert report["verdict"] == "errors"
    (violation,) = report["violations"]
    assert (violation["code"], violation["severity"], violation["entries"], violation["at"]) == ("MSG002", "error", [1], report["now"])
    assert violation["evidence"][0]["why"].startswith("not relayed")
    rules = {rule["code"]: rule for rule in report["rules"]}
    assert (rules["MSG002"]["violations"], rules["MSG002"]["not_judged"]) == (1, None)
    assert rules["SYN004"]["not_judged"].startswith("only a client trial")


def test_json_is_what_comes_when_nothing_is_said(guilty: Sandbox) -> None:
    answer = guilty.admin.get("/report")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json == the_report(guilty, format="json")


def test_reading_the_report_changes_nothing(guilty: Sandbox) -> None:
    entries = guilty.admin.get("/journal").json

    assert the_report(guilty) == the_report(guilty)
    assert guilty.admin.get("/journal").json == entries


def test_the_command_that_opens_the_same_world(mock: Mock, inbox: Sandbox) -> None:
    assert the_report(mock.sandbox("agency", seed=3, strict=True))["replay"] == "inbox-mock serve --scenario agency --seed 3 --strict"
    assert the_report(inbox)["replay"] == f"inbox-mock journal --sandbox {inbox.id} --format json"


def test_an_unknown_format_is_refused(inbox: Sandbox) -> None:
    answer = inbox.admin.get("/report", format="pdf")

    assert (answer.status, answer.json["detail"]) == (422, 'format: found "pdf"; expected one of json, junit, html, text, failure')


# What is allowed.


def test_what_is_allowed_is_told_and_does_not_count(guilty: Sandbox) -> None:
    report = the_report(guilty, allow="MSG002, SYN001")

    assert (report["verdict"], report["allowed"]) == ("clean", ["MSG002", "SYN001"])
    assert [(one["code"], one["allowed"]) for one in report["violations"]] == [("MSG002", True)]


def test_an_unknown_code_names_the_near_one(guilty: Sandbox) -> None:
    answer = guilty.admin.get("/report", allow="MSG02")

    assert answer.status == 422
    assert answer.json["errors"] == [{"field": "allow", "expected": "found 'MSG02'; did you mean 'MSG002'?"}]


# Nothing, and not all.


@pytest.mark.parametrize("wanted", ["text", "html", "junit"])
def test_where_nothing_came_nothing_is_judged(inbox: Sandbox, wanted: str) -> None:
    assert "Nothing was judged: no request has come." in told(inbox, wanted)


def test_where_nothing_came_every_rule_says_so(inbox: Sandbox) -> None:
    report = the_report(inbox)

    assert (report["verdict"], report["requests"]) == ("clean", 0)
    assert all(rule["not_judged"] for rule in report["rules"])


@pytest.mark.parametrize("wanted", ["text", "html"])
def test_what_the_journal_lost_is_said(inbox: Sandbox, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "JOURNAL", 2)
    for _ in range(5):
        inbox.api.get("/hosts")

    assert the_report(inbox)["lost"] == 3
    assert "The oldest 3 entries are no longer in the journal" in told(inbox, wanted)


# Text.


def test_text_tells_the_verdict_first(guilty: Sandbox) -> None:
    lines = told(guilty, "text").splitlines()

    assert lines[0] == "1 error in 1 request"
    assert "ERROR MSG002  The client answered in a channel's conversation" in lines[3]
    assert "  evidence     1  2030-06-01T12:00:00Z  POST /api/v3/inbox/messages  201" in lines
    for label in ("what", "why", "fix"):
        assert any(line.startswith(f"  {label}    ") for line in lines)


def test_text_says_that_it_is_clean(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    inbox.api.get(CONVERSATIONS)

    assert told(inbox, "text").startswith("Clean: no violations in 2 requests\n")


def test_text_does_not_go_on_for_ever(inbox: Sandbox) -> None:
    for number in range(30):
        send(inbox, f"Message {number}", channel=None)

    page = told(inbox, "text")
    assert page.count("ERROR MSG002") == 10
    assert "... and 20 more of MSG002: --format json tells all." in page


def test_a_long_chain_of_evidence_is_told_by_its_beginning_and_its_end(inbox: Sandbox) -> None:
    for _ in range(30):
        inbox.api.get(MESSAGES)
        inbox.api.get("/hosts")

    page = told(inbox, "text")
    assert "... 20 more" in page
    assert "      59  2030-06-01T12:00:00Z" in page
    assert "20 more entries in between" in told(inbox, "html")


# Failure.


def test_the_text_with_which_a_test_fails_begins_with_the_world_and_ends_with_the_evidence(guilty: Sandbox) -> None:
    world, violation, *_, evidence = told(guilty, "failure").replace("\n\n", "\n").splitlines()

    assert world == "The client broke the rules of conduct once (an inline scenario, seed 7)."
    assert violation == "MSG002  the client answered in a channel's conversation without channel = default_channel: the guest never sees it"
    assert evidence.startswith("       1  2030-06-01T12:00:00Z  POST /api/v3/inbox/messages  201  (not relayed: ")


def test_where_a_test_passes_no_text_says_that_it_fails(guilty: Sandbox) -> None:
    assert told(guilty, "failure", allow="MSG002") == ""


def test_a_rule_that_cannot_judge_is_part_of_the_text_with_which_a_test_fails(guilty: Sandbox) -> None:
    report = the_report(guilty) | {"broken": ["SHOP1: it raised"]}

    assert failure.render(report).startswith("inbox-mock: BROKEN  SHOP1: it raised\n\nThe client broke the rules of conduct once (")


# JUnit XML.


def test_junit_has_a_case_for_each_rule(guilty: Sandbox) -> None:
    (suite,) = JUnitXml.fromstring(told(guilty, "junit").encode())
    cases = {case.name.split()[0]: case for case in suite}

    assert (suite.tests, suite.failures, suite.skipped) == (len(the_report(guilty)["rules"]), 1, 3)
    assert cases["MSG002"].result[0].type == "MSG002"
    assert "POST /api/v3/inbox/messages  201" in cases["MSG002"].result[0].text
    assert cases["SYN001"].is_passed
    assert cases["SYN004"].is_skipped


def test_junit_fails_for_no_note_and_for_nothing_that_is_allowed(guilty: Sandbox) -> None:
    guilty.api_with("inbox_read", "clients_read").get(MESSAGES)

    (suite,) = JUnitXml.fromstring(told(guilty, "junit", allow="MSG002").encode())
    cases = {case.name.split()[0]: case for case in suite}
    assert suite.failures == 0
    assert "holds clients_read" in cases["AUT003"].system_out
    assert "the guest never sees" in cases["MSG002"].system_out
    strictly = junit.render(the_report(guilty), "note")
    assert next(iter(JUnitXml.fromstring(strictly.encode()))).failures == 2


def test_junit_has_one_failure_for_a_rule_that_is_broken_twice_and_it_tells_both(guilty: Sandbox) -> None:
    send(guilty, "And a second time.", channel=None)

    (suite,) = JUnitXml.fromstring(told(guilty, "junit").encode())
    (case,) = (case for case in suite if case.name.startswith("MSG002"))
    (failure,) = case.result
    first, second = (violation["about"] for violation in the_report(guilty)["violations"])
    assert suite.failures == 1
    assert failure.message == f"2 times: {first}"
    assert f"The client {first}\n" in failure.text
    assert f"\n\nThe client {second}\n" in failure.text
    assert failure.text.count("  (not relayed: channel is null") == 2


# The page.


class Tags(HTMLParser):
    """The tags and addresses of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []
        self.said = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in {"href", "src", "action"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.said += data


def test_the_page_needs_nothing_else(guilty: Sandbox) -> None:
    answer = guilty.admin.get("/report", format="html")
    page = Tags(answer.body.decode())

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.addresses == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe"})
    assert "prefers-color-scheme: dark" in page.said
    assert "POST /api/v3/inbox/messages" in page.said
    assert "the guest never sees message 1" in page.said


def test_what_a_client_wrote_is_shown_as_it_is_and_never_obeyed(inbox: Sandbox) -> None:
    for _ in range(2):
        inbox.api.get(MESSAGES, include="<script>alert(1)</script>", fields="\x1b[31m")
    send(inbox, channel=None)

    page = told(inbox, "html")
    assert "script" not in Tags(page).tags
    assert "\x1b" not in page + told(inbox, "text")


# Whatever is written.

TEXTS = st.text(st.characters(), max_size=60) | st.sampled_from([EVIL, "", "x" * 5_000, "\n" * 50])


def some_report(said: list[str], status: int | None) -> JSON:
    """A report in which anything may stand wherever clients or rules had their say."""
    about, why, path, query, code, switch = said
    entry = {"id": 1, "at": "2030-06-01T12:00:00Z", "method": "GET", "path": path, "query": query, "status": status, "why": why}
    violation = {"code": code, "severity": "error", "title": about, "about": about, "why": why, "source": path, "fix": query}
    rules: list[dict[str, Any]] = [{"code": code, "title": about, "severity": "error", "violations": 1, "not_judged": None}]
    return allow(
        {
            "sandbox": "abc", "scenario": about, "seed": 7, "now": "2030-06-01T12:00:00Z", "requests": 1, "webhooks": 0, "lost": 0,
            "violations": [violation | {"entries": [1], "at": entry["at"], "evidence": [entry] * 12}],
            "rules": [*rules, {**rules[0], "code": "X", "not_judged": why}],
            "broken": [why],
            "assumed": [{"behaviour": about, "source": why, "seen": 1, "switch": switch}],
            "replay": path,
        },
        (),
    )  # fmt: skip


@settings(derandomize=True, suppress_health_check=list(HealthCheck))
@given(said=st.lists(TEXTS, min_size=6, max_size=6), status=st.none() | st.integers(100, 599))
def test_every_format_survives_any_text(said: list[str], status: int | None) -> None:
    report = some_report(said, status)

    page = html.render(report)
    page.encode()
    assert Tags(page).tags.isdisjoint({"script", "img", "a"})
    ET.fromstring(junit.render(report))  # noqa: S314 - it is our own
    terminal = text.render(report)
    terminal.encode()
    assert all(character.isprintable() or character == "\n" for character in terminal)


def test_lone_surrogates_do_not_break_the_report(inbox: Sandbox) -> None:
    body = a_message(channel=None)
    body["messages"][0]["content"] = EVIL.replace("\ud800", "")
    inbox.api.post(MESSAGES, body)
    inbox.api.post(MESSAGES, b'{"messages":[{"conversation_id":11,"content":"\\ud800"}]}')

    for wanted in ("json", "text", "html", "junit"):
        assert told(inbox, wanted)
