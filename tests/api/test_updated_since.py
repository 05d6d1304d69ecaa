"""``updated_since``: what changed since a time, and the ids of what is gone."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings

from builders import a_body, a_booking, a_message, a_scenario
from fake import InProcess, Mock, Sandbox
from stateful.steps import Step, a_lively_scenario, steps, take
from whole import CONVERSATIONS, INBOX, LISTS, MESSAGES, PARTICIPANTS, a_busy_sandbox, all_of, everything, pages

LONG_AGO = "2000-01-01T00:00:00Z"


@pytest.fixture
def aged(mock: Mock) -> Sandbox:
    """Clients of two days ago (1), of yesterday at noon (2), and of an hour ago (3)."""
    clients = [{"id": number, "fullname": "Somebody", "created_at": f"-{age}"} for number, age in ((1, "2d"), (2, "1d"), (3, "1h"))]
    return mock.sandbox({"clients": clients})


@pytest.fixture
def cancelled(mock: Mock) -> Sandbox:
    """Four bookings, of which the second was cancelled two hours ago and the third an hour ago."""
    stays: list[dict[str, Any]] = [
        {
            "id": 80 + index,
            "conversation": 11 + index,
            "start_at": f"+{10 * index + 1}d",
            "end_at": f"+{10 * index + 5}d",
            "created_at": "-1d",
        }
        for index in range(4)
    ]
    stays[1] |= {"canceled_at": "-2h"}
    stays[2] |= {"canceled_at": "-1h"}
    return mock.sandbox(a_scenario(bookings=[a_booking(**stay, conversation_delay="never") for stay in stays]))


@pytest.mark.parametrize(
    "query",
    [
        "2030-05-31+12:00:00+UTC",
        "2030-05-31%2012:00:00%20UTC",
        "2030-05-31%2012%3A00%3A00%20UTC",
        "2030-05-31T12:00:00Z",
        "2030-05-31T12%3A00%3A00Z",
        "2030-05-31T12:00:00.000Z",
        "2030-05-31T12:00:00%2B00:00",
        "2030-05-31T14:00:00%2B02:00",
        "2030-05-31+14:00:00+%2B0200",
        "2030-05-31T12:00:00",
        "2030-05-31",
        "20300531",
    ],
)
def test_every_way_to_write_a_time_is_understood(aged: Sandbox, query: str) -> None:
    assert aged.api.get(f"/clients?updated_since={query}").ids == [2, 3]


def test_the_second_itself_is_included(aged: Sandbox) -> None:
    assert aged.api.get("/clients", updated_since="2030-05-31T12:00:01Z").ids == [3]


def test_the_future_holds_nothing(aged: Sandbox) -> None:
    answer = aged.api.get("/clients", updated_since="2031-01-01T00:00:00Z")

    assert answer.status == 200
    assert answer.records == []
    assert answer.meta["deleted_ids"] == []
    assert answer.meta["X-Total-Count"] == "0"


@pytest.mark.parametrize(
    "query", ["updated_since", "updated_since=", "updated_since=+", "updated_since=%20%20", "updated_since&page=1", "page=1&updated_since="]
)
def test_blank_means_everything_and_no_deleted_ids(aged: Sandbox, query: str) -> None:
    answer = aged.api.get(f"/clients?{query}")

    assert answer.ids == [1, 2, 3]
    assert answer.meta["deleted_ids"] == []


@pytest.mark.parametrize(
    "junk",
    [
        "yesterday",
        "2014-01-01 15:43:96 UTC",
        "2030-13-01",
        "2030-02-30T00:00:00Z",
        "1906549200",
        "-1",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "\x00",
        "2030-05-31T12:00:00Z' OR 1=1 --",
        "9" * 1000,
        "\u0662\u0660\u0663\u0660-05-31",
    ],
)
def test_junk_counts_as_blank(aged: Sandbox, junk: str) -> None:
    answer = aged.api.get("/clients", updated_since=junk)

    assert answer.status == 200
    assert answer.ids == [1, 2, 3]
    assert answer.meta["deleted_ids"] == []


@pytest.mark.parametrize("path", LISTS)
def test_every_list_knows_it(mock: Mock, path: str) -> None:
    api = a_busy_sandbox(mock).api

    since_ever, from_now_on = api.get(path, updated_since=LONG_AGO), api.get(path, updated_since="2031-01-01T00:00:00Z")

    assert since_ever.records == api.get(path).records
    assert from_now_on.records == []
    assert since_ever.meta["deleted_ids"] == from_now_on.meta["deleted_ids"] == []


@pytest.mark.parametrize("path", [*LISTS, f"{CONVERSATIONS}/11", f"{MESSAGES}/21,22"])
def test_deleted_ids_come_only_when_they_are_asked_for(mock: Mock, path: str) -> None:
    api = a_busy_sandbox(mock).api

    assert "deleted_ids" not in api.get(path).meta
    assert "deleted_ids" in api.get(path, updated_since="").meta


def test_a_cancelled_booking_is_deleted(cancelled: Sandbox) -> None:
    answer = cancelled.api.get("/bookings", updated_since=LONG_AGO)

    assert answer.ids == [80, 83]
    assert sorted(answer.meta["deleted_ids"]) == [81, 82]


@pytest.mark.parametrize(
    ("since", "gone"), [("2030-06-01T10:00:00Z", [81, 82]), ("2030-06-01T10:00:01Z", [82]), ("2030-06-01T11:00:01Z", [])]
)
def test_only_what_was_cancelled_since_is_deleted(cancelled: Sandbox, since: str, gone: list[int]) -> None:
    assert sorted(cancelled.api.get("/bookings", updated_since=since).meta["deleted_ids"]) == gone


def test_deleted_ids_are_on_every_page(cancelled: Sandbox) -> None:
    answers = list(pages(cancelled.api, "/bookings", updated_since=LONG_AGO, per_page=1))

    assert [answer.ids for answer in answers] == [[80], [83]]
    assert all(sorted(answer.meta["deleted_ids"]) == [81, 82] for answer in answers)


def test_deleted_ids_are_on_a_page_past_the_end(cancelled: Sandbox) -> None:
    answer = cancelled.api.get("/bookings", updated_since=LONG_AGO, page=9)

    assert answer.records == []
    assert sorted(answer.meta["deleted_ids"]) == [81, 82]


def test_a_booking_cancelled_through_the_api_is_deleted_from_then_on(cancelled: Sandbox) -> None:
    cancelled.advance("1m")
    synced_at = cancelled.api.get("/bookings", updated_since="").headers["x-updated-since-request-synced-at"]
    cancelled.advance("1m")

    cancelled.api.delete("/bookings/83")

    answer = cancelled.api.get("/bookings", updated_since=synced_at)
    assert answer.ids == []
    assert answer.meta["deleted_ids"] == [83]


def test_another_accounts_cancelled_booking_is_not_told(mock: Mock) -> None:
    stay = a_booking(canceled_at="-1h", conversation_delay="never")
    sandbox = mock.sandbox(a_scenario(accounts=[{"id": 1}, {"id": 2}], bookings=[stay]))
    ours, theirs = (mock.caller(account["token"]) for account in sandbox.made["accounts"])

    assert ours.get("/bookings", updated_since=LONG_AGO).meta["deleted_ids"] == [80]
    assert theirs.get("/bookings", updated_since=LONG_AGO).meta["deleted_ids"] == []


@pytest.mark.parametrize("path", INBOX)
def test_nothing_of_the_inbox_is_ever_deleted(mock: Mock, path: str) -> None:
    api = a_busy_sandbox(mock).api
    api.delete("/bookings/80")

    assert api.get(path, updated_since=LONG_AGO).meta["deleted_ids"] == []


def test_it_goes_with_include_and_page(mock: Mock) -> None:
    answer = a_busy_sandbox(mock).api.get(MESSAGES, updated_since="2021-08-05T00:00:00Z", include="sender,hosts", page=1)

    assert [message["sender"]["id"] for message in answer.records] == [1, 2]
    assert answer.meta["deleted_ids"] == []


def test_a_late_conversation_moves_its_booking(mock: Mock) -> None:
    sandbox = mock.sandbox(a_lively_scenario())
    synced_at = sandbox.api.get("/bookings", updated_since="").headers["x-updated-since-request-synced-at"]
    sandbox.advance("30m")

    moved = sandbox.api.get("/bookings", updated_since=synced_at)

    assert moved.ids == [81]
    assert moved.record["links"]["conversations"] == [12]


@pytest.mark.parametrize(
    ("path", "action", "other"),
    [
        (f"{CONVERSATIONS}/11", "disconnect_booking", a_body("bookings", id=80)),
        (f"{CONVERSATIONS}/11", "connect_booking", a_body("bookings", id=80)),
        (f"{MESSAGES}/21", "add_attachment", a_body("attachments", id=1)),
    ],
)
def test_tying_moves_nothing(mock: Mock, path: str, action: str, other: object) -> None:
    sandbox = a_busy_sandbox(mock)
    before = sandbox.api.get(path).record["updated_at"]
    sandbox.advance("1h")

    assert sandbox.api.put(f"{path}/{action}", other).record["updated_at"] == before


def test_writing_moves_what_is_written(mock: Mock) -> None:
    sandbox = a_busy_sandbox(mock)
    sandbox.advance("1h")

    sandbox.api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=True))
    sandbox.api.put(f"{PARTICIPANTS}/1", a_body("participants", read=True))
    sandbox.api.put(f"{MESSAGES}/21", a_body("messages", content="Changed"))
    sandbox.api.post(MESSAGES, a_message(sent_at=sandbox.now()))

    assert sandbox.api.get(CONVERSATIONS, updated_since="2030-06-01T13:00:00Z").ids == [11]
    assert sandbox.api.get(PARTICIPANTS, updated_since="2030-06-01T13:00:00Z").ids == [1, 2]
    assert sandbox.api.get(MESSAGES, updated_since="2030-06-01T13:00:00Z").ids == [21, 23]


WATCHED = (CONVERSATIONS, PARTICIPANTS, MESSAGES, "/hosts", "/clients", "/sources", "/bookings")
DERIVED = {"links", "read_at"}


class Copy:
    """What a client knows that asks for changes only, each time since the first page of the time before."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.records: dict[str, dict[int, dict[str, object]]] = {path: {} for path in WATCHED}
        self.synced_at = dict.fromkeys(WATCHED, "")

    def sync(self) -> None:
        for path in WATCHED:
            answers = list(pages(self.sandbox.api, path, updated_since=self.synced_at[path], per_page=2))
            for answer in answers:
                self.records[path] |= {record["id"]: _own(record) for record in answer.records}
            for gone in answers[-1].meta["deleted_ids"]:
                self.records[path].pop(gone, None)
            self.synced_at[path] = answers[0].headers["x-updated-since-request-synced-at"]


def _own(record: dict[str, object]) -> dict[str, object]:
    return {name: found for name, found in record.items() if name not in DERIVED}


@settings(derandomize=True, max_examples=15, database=None)
@given(first=steps(12), second=steps(12))
def test_who_asks_for_changes_only_knows_everything_in_the_end(app: Flask, first: list[Step], second: list[Step]) -> None:
    copy = Copy(Mock(InProcess(app)).sandbox(a_lively_scenario()))

    for part in ([], first, second):
        for step in part:
            take(copy.sandbox, step)
        copy.sync()

    for path in WATCHED:
        assert copy.records[path] == {record["id"]: _own(record) for record in all_of(copy.sandbox.api, path)}


@settings(derandomize=True, max_examples=10, database=None)
@given(taken=steps(15))
def test_a_window_holds_exactly_what_moved_in_it(app: Flask, taken: list[Step]) -> None:
    sandbox = Mock(InProcess(app)).sandbox(a_lively_scenario())
    for step in taken:
        take(sandbox, step)
    whole = everything(sandbox.api)

    for path in (CONVERSATIONS, PARTICIPANTS, MESSAGES, "/clients"):
        for since in {record["updated_at"] for record in whole[path]}:
            assert all_of(sandbox.api, path, updated_since=since) == [record for record in whole[path] if record["updated_at"] >= since]
