"""What a report costs: the journal is read once, bodies only where a rule asks for them, and once for each version of a sandbox."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builders import a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from faulty import set_fault
from inbox_contracts.rules import RULES
from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.app import Fake
from inbox_mock.conduct import report
from inbox_mock.conduct.assumptions import assumed
from inbox_mock.conduct.entries import MOST_HELD
from inbox_mock.conduct.evaluation import OfferedRules, evaluate
from inbox_mock.conduct.evidence import collect
from inbox_mock.conduct.facts import DeliveryFact
from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.domain import limits
from inbox_mock.engine import sandboxes
from inbox_mock.store.journal import Reader
from rules.judged import an_entry, connect, make_conversation, send, some_evidence
from whole import CONVERSATIONS, MESSAGES

INDEX = OperationIndex(OPERATIONS)
LONG = "When can we come, and may the dog come too? " * 100
UNREACHED = "http://127.0.0.1:9/webhooks"
RULE = Rule(code="ZZZ001", title="came", why="It does.", source="here", fix="Stay away.")


@pytest.fixture
def world(mock: Mock) -> Sandbox:
    """A sandbox in whose journal there is some of everything: calls, refusals, faults, webhooks, long bodies, queries and heads."""
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[host]))
    sandbox.admin.post("/webhooks", {"url": UNREACHED})
    api = sandbox.api_with("inbox_write", "bookings_read", "rentals_read")
    for _ in range(3):
        for path in (MESSAGES, CONVERSATIONS, "/bookings", "/rentals"):
            api.get(path, fields="id,created_at", include="conversation")
        api.get(MESSAGES, updated_since="2030-06-01T13:00:00Z", page=2)
        api.get(f"{CONVERSATIONS}/{','.join(str(number) for number in range(11, 900))}")
        api.get(MESSAGES, ids=",".join(str(number) for number in range(900)))
        api.post(MESSAGES, a_message(content=LONG))
        set_fault(sandbox, "status", match={"method": "POST"}, times=1)
        api.post(MESSAGES, a_message(content=LONG))
        set_fault(sandbox, "malformed", match={"method": "POST"}, times=1)
        api.post(MESSAGES, a_message(content="Four."))
        api.post(MESSAGES, a_message(content="Four.", channel=None))
        api.post(MESSAGES, a_message(sender_id=99))
        api.put(f"{CONVERSATIONS}/11", {"conversations": [{"closed": "true"}]})
        connect(sandbox, make_conversation(sandbox, default_channel="airbnb"), 80)
        send(sandbox, LONG * 10)
        sandbox.advance("10m")
    return sandbox


@pytest.fixture
def evidence(world: Sandbox, fake: Fake) -> Iterator[Evidence]:
    """The evidence as rules get it."""
    kept = fake.sandboxes.get(world.id)
    with kept.work() as work:
        reader = Reader(work.db, kept.lock)
        yield collect(work, INDEX, reader)
        reader.close()


def held(record: Any) -> Any:
    """The same record, whose fields are all held."""
    found = {field.name: getattr(record, field.name) for field in fields(record)}
    return type(record)(**found)


def all_held(evidence: Evidence) -> Evidence:
    """The same evidence, of which everything is held."""
    entries = [held(entry) for entry in evidence.entries]
    for entry in entries:
        if entry.delivery is not None:
            entry.__dict__["delivery"] = held(entry.delivery)
    return Evidence(**{**{field.name: getattr(evidence, field.name) for field in fields(evidence)}, "entries": tuple(entries)})


def test_rules_find_the_same_in_what_is_read_as_in_what_is_held(evidence: Evidence) -> None:
    whole = all_held(evidence)

    found = evaluate(evidence, RULES)
    assert found == evaluate(whole, RULES)
    assert len({one.rule.code for one in found if one.violations}) >= 5
    assert assumed(evidence, INDEX, {}) == assumed(whole, INDEX, {})


def test_no_entry_holds_a_body_or_a_long_text(evidence: Evidence) -> None:
    evaluate(evidence, RULES)

    held_texts = [text for entry in evidence.entries for text in texts_in(vars(entry))]
    assert max(map(len, held_texts)) <= MOST_HELD
    assert not any(LONG[:40] in text for text in held_texts)
    assert any(LONG in str(entry.asked_body) for entry in evidence.entries)


def texts_in(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        yield from (text for value in found.values() for text in texts_in(value))
    elif isinstance(found, list | tuple):
        yield from (text for value in found for text in texts_in(value))
    elif isinstance(found, DeliveryFact):
        yield from texts_in(vars(found))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The columns that are read of single entries, in order."""
    found: list[str] = []
    read = Reader.read

    def counted(self: Reader, column: str, entry_id: int, table: str = "journal") -> str:
        found.append(column)
        return read(self, column, entry_id, table)

    monkeypatch.setattr(Reader, "read", counted)
    return found


def test_a_report_on_reading_reads_no_body(mock: Mock, reads: list[str]) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]))
    for _ in range(5):
        for path in (MESSAGES, CONVERSATIONS, "/bookings", "/clients", "/rentals"):
            sandbox.api.get(path)
    sandbox.admin.get("/report")

    assert reads == []


def test_a_report_on_writing_reads_no_answer_and_each_request_once(mock: Mock, reads: list[str]) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))
    for number in range(5):
        assert send(sandbox, f"{number}. {LONG}").status == 201
    sandbox.admin.get("/report")

    assert reads == ["request_body"] * 5


# A rule reads while the sandbox goes on.


def judged_by(find: Callable[[Evidence], list[Violation]], sandbox: Sandbox, fake: Fake) -> Any:
    """What one rule finds in a sandbox."""
    rule = RULE(find)
    (found,) = report.report_on(fake.sandboxes.get(sandbox.id), INDEX, offers=OfferedRules((rule,)))["violations"]
    return found["about"]


@pytest.mark.parametrize("meanwhile", ["/reset", "/snapshots/before/restore", "/more", ""])
def test_a_rule_reads_the_journal_as_it_was_collected(mock: Mock, fake: Fake, monkeypatch: pytest.MonkeyPatch, meanwhile: str) -> None:
    monkeypatch.setattr(limits, "JOURNAL", 3)
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]))
    sandbox.admin.post("/snapshots", {"name": "before"})
    sandbox.api.get("/bookings")

    def find(evidence: Evidence) -> list[Violation]:
        (entry,) = evidence.calls
        if meanwhile == "":
            assert sandbox.admin.delete("").status == 204
        elif meanwhile == "/more":
            for _ in range(10):
                sandbox.api.get("/hosts")
        else:
            assert sandbox.admin.post(meanwhile).status == 200
        return [Violation(", ".join(entry.answered), (entry.id,))]

    assert judged_by(find, sandbox, fake) == "links, bookings, meta"
    if meanwhile == "/more":
        sandbox.api.get("/hosts")
        assert [entry["id"] for entry in sandbox.handle.journal()] == [10, 11, 12]


# One report is kept for each version.


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sandboxes of which evidence is collected, in order."""
    found: list[str] = []

    def counted(work: Any, operations: OperationIndex, reader: Reader) -> Evidence:
        found.append(work.sandbox_id)
        return collect(work, operations, reader)

    monkeypatch.setattr(report, "collect", counted)
    return found


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """A sandbox with a call in its journal, and a snapshot."""
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(conversation_delay="1h")]))
    sandbox.api.get(MESSAGES)
    sandbox.admin.post("/snapshots", {"name": "before"})
    return sandbox


CHANGES: dict[str, Callable[[Sandbox], object]] = {
    "a call": lambda sandbox: sandbox.api.get(MESSAGES),
    "a refused call": lambda sandbox: sandbox.api.get("/nowhere"),
    "an action": lambda sandbox: sandbox.handle.book(),
    "time": lambda sandbox: sandbox.advance("2h"),
    "another clock": lambda sandbox: sandbox.admin.patch("/clock", {"rate": 2}),
    "a token": lambda sandbox: sandbox.admin.post("/tokens", {}),
    "a fault": lambda sandbox: set_fault(sandbox, "status"),
    "a subscription": lambda sandbox: sandbox.admin.post("/webhooks", {"url": UNREACHED}),
    "a reset": lambda sandbox: sandbox.admin.post("/reset"),
    "a restore": lambda sandbox: sandbox.admin.post("/snapshots/before/restore"),
}
NO_CHANGES: dict[str, Callable[[Sandbox], object]] = {
    "the report as text": lambda sandbox: sandbox.admin.get("/report", format="text"),
    "the report as a page": lambda sandbox: sandbox.admin.get("/report", format="html"),
    "the report as JUnit": lambda sandbox: sandbox.admin.get("/report", format="junit"),
    "an allowed rule": lambda sandbox: sandbox.admin.get("/report", allow="MSG001"),
    "the journal": lambda sandbox: sandbox.admin.get("/journal"),
    "the timeline": lambda sandbox: sandbox.admin.get("/timeline"),
    "the version": lambda sandbox: sandbox.admin.get("/changes"),
    "the sandbox": lambda sandbox: sandbox.admin.get(""),
    "a snapshot": lambda sandbox: sandbox.admin.post("/snapshots", {"name": "now"}),
    "a fork": lambda sandbox: sandbox.admin.post("/fork", {}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_makes_a_new_report(sandbox: Sandbox, made: list[str], change: Callable[[Sandbox], object]) -> None:
    sandbox.admin.get("/report")
    change(sandbox)
    sandbox.admin.get("/report")

    assert made == [sandbox.id] * 2


@pytest.mark.parametrize("call", NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_changes_nothing_makes_no_new_report(sandbox: Sandbox, made: list[str], call: Callable[[Sandbox], object]) -> None:
    first = sandbox.admin.get("/report")
    call(sandbox)

    assert sandbox.admin.get("/report").body == first.body
    assert made == [sandbox.id]


def test_a_report_that_writes_what_reads_have_left_to_write_is_not_made_twice(sandbox: Sandbox, made: list[str]) -> None:
    sandbox.admin.get("/report")
    sandbox.api.get(MESSAGES)  # outside of transactions: its entry is written with the next one
    first = sandbox.admin.get("/report")

    assert sandbox.admin.get("/report").body == first.body
    assert made == [sandbox.id] * 2


def test_a_fork_has_a_report_of_its_own(sandbox: Sandbox, mock: Mock, made: list[str]) -> None:
    sandbox.admin.get("/report")
    forked = sandbox.admin.post("/fork", {}).json["id"]

    assert mock.admin.get(f"/sandboxes/{forked}/report").json["sandbox"] == forked
    assert made == [sandbox.id, forked]


def test_a_sandbox_that_has_slept_is_reported_on_as_it_is(sandbox: Sandbox, mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sandbox.admin.get("/report").json
    monkeypatch.setattr(sandboxes, "MOST_AWAKE", 1)
    mock.sandbox()
    mock.sandbox()

    assert sandbox.admin.get("/report").json == first


def test_on_a_running_clock_the_report_shows_the_time_and_is_not_made_anew(sandbox: Sandbox, made: list[str]) -> None:
    sandbox.admin.patch("/clock", {"mode": "real", "rate": 100_000})
    sandbox.admin.get("/report")
    made.clear()
    times = [sandbox.admin.get("/report").json["now"] for _ in range(5)]

    assert times == sorted(set(times))
    assert len(made) <= 1  # an event may have fallen due


# What rules ask about the present.

NOW = datetime(2030, 6, 2, 12, tzinfo=UTC)


def test_what_rules_find_holds_for_ever_if_none_asks_for_the_present() -> None:
    assert some_evidence(an_entry(1)).holds_until > NOW + timedelta(days=10_000)


def test_what_rules_find_holds_until_something_is_no_longer_recent() -> None:
    seen = some_evidence(an_entry(1))

    assert not seen.is_recent(NOW - timedelta(seconds=60), timedelta(minutes=1))
    assert seen.is_recent(NOW - timedelta(seconds=20), timedelta(minutes=1))
    assert seen.is_recent(NOW - timedelta(seconds=10), timedelta(minutes=1))
    assert seen.holds_until == NOW + timedelta(seconds=40) - timedelta.resolution


def test_what_rules_find_holds_for_the_moment_if_one_asks_for_the_time() -> None:
    seen = some_evidence(an_entry(1))

    assert seen.now == seen.holds_until == NOW


def test_an_entry_that_is_made_by_hand_holds_what_it_is_given() -> None:
    entry: Entry = an_entry(1, asked_body='{"messages":[{"content":"Four."}]}', body={"a": 1})

    assert (entry.written, entry.answered, entry.headers, entry.query) == ({"content": "Four."}, {"a": 1}, {}, "")
