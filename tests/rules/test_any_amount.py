"""Verdicts that do not depend on how much data there is: nothing, one record, exactly a page, a page and one."""

from collections.abc import Callable
from typing import Any

import pytest

from builders import a_booking, a_message, a_scenario
from fake import JSON, Caller, Mock, Sandbox
from faulty import set_fault
from rules.judged import blamed, connect, make_conversation, send, the_report
from whole import CONVERSATIONS, LINK, MESSAGES

PAGE = 2
AMOUNTS = (0, 1, PAGE, PAGE + 1)
LISTS = (CONVERSATIONS, MESSAGES, "/bookings", "/clients")
REFERENCE = "/rentals"
SCOPES = ("inbox_write", "bookings_read", "clients_read", "rentals_read")
FIRST_HOST = 101


def a_world(mock: Mock, amount: int) -> Sandbox:
    """As many bookings, conversations, messages of guests, clients and rentals; a host takes part in each conversation."""
    numbers = range(amount)
    return mock.sandbox(
        a_scenario(
            page_cap=PAGE,
            rentals=[{"id": 16 + n, "name": f"House {n}", "timezone": "Europe/Paris"} for n in range(max(1, amount))],
            bookings=[a_booking(id=80 + n, conversation=11 + n, start_at=f"+{30 + n}d", end_at=f"+{31 + n}d") for n in numbers],
            participants=[{"id": FIRST_HOST + n, "booking": 80 + n, "host": "jan", "at": "-1h"} for n in numbers],
            messages=[{"booking": 80 + n, "from": "guest", "content": "When can we come?", "at": f"-{50 - n}m"} for n in numbers],
        )
    )


def newest(amount: int) -> JSON:
    """Where an answer to the newest guest goes."""
    return {"conversation_id": 10 + amount, "sender_id": FIRST_HOST - 1 + amount}


# Habits of reading a list: each returns the first page's headers, and its records.


def count_then_pages(api: Caller, path: str, **query: Any) -> JSON:
    counted = api.get(path, **query)
    return loop(api, path, int(counted.headers["X-Total-Pages"]), query)


def count_page_one_then_pages(api: Caller, path: str, **query: Any) -> JSON:
    counted = api.get(path, page=1, **query)
    return loop(api, path, int(counted.headers["X-Total-Pages"]), query)


def loop(api: Caller, path: str, pages: int, query: JSON) -> JSON:
    found = [api.get(path, page=page, **query) for page in range(1, pages + 1)]
    return {"headers": found[0].headers, "records": [record for answer in found for record in answer.records]}


def follow_links(api: Caller, path: str, **query: Any) -> JSON:
    answer = first = api.get(path, **query)
    records = answer.records
    while following := {rel: url for url, rel in LINK.findall(answer.headers["Link"])}.get("next"):
        answer = api.get(path + "?" + following.partition("?")[2])
        records += answer.records
    return {"headers": first.headers, "records": records}


def follow_meta(api: Caller, path: str, **query: Any) -> JSON:
    first = api.get(path, **query)
    records = first.records
    for page in range(2, int(first.meta["X-Total-Pages"]) + 1):
        records += api.get(path, page=page, **query).records
    return {"headers": first.headers, "records": records}


def one_at_a_time(api: Caller, path: str, **query: Any) -> JSON:
    return follow_meta(api, path, per_page=1, **query)


def until_an_empty_page(api: Caller, path: str, **query: Any) -> JSON:
    answer = first = api.get(path, page=1, **query)
    records, page = answer.records, 1
    while answer.records:
        page += 1
        answer = api.get(path, page=page, **query)
        records += answer.records
    return {"headers": first.headers, "records": records}


def until_a_short_page(api: Caller, path: str, **query: Any) -> JSON:
    answer = first = api.get(path, page=1, per_page=PAGE, **query)
    records, page = answer.records, 1
    while len(answer.records) == PAGE:
        page += 1
        answer = api.get(path, page=page, per_page=PAGE, **query)
        records += answer.records
    return {"headers": first.headers, "records": records}


Habit = Callable[..., JSON]
HABITS: tuple[Habit, ...] = (
    count_then_pages,
    count_page_one_then_pages,
    follow_links,
    follow_meta,
    one_at_a_time,
    until_an_empty_page,
    until_a_short_page,
)
any_amount = pytest.mark.parametrize("amount", AMOUNTS)
something = pytest.mark.parametrize("amount", AMOUNTS[1:])
any_habit = pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__)


@any_amount
@any_habit
def test_every_habit_reads_the_whole_list(mock: Mock, habit: Habit, amount: int) -> None:
    sandbox = a_world(mock, amount)

    assert [len(habit(sandbox.api, path)["records"]) for path in LISTS] == [amount] * len(LISTS)


# Good clients.


@any_amount
@any_habit
def test_one_who_asks_for_what_changed_is_not_blamed(mock: Mock, habit: Habit, amount: int) -> None:
    sandbox = a_world(mock, amount)
    api, since = sandbox.api_with(*SCOPES), dict.fromkeys(LISTS, "")
    for turn in range(3):
        for path in LISTS:
            query = {"updated_since": since[path]} if turn else {}
            since[path] = habit(api, path, **query)["headers"]["x-updated-since-request-synced-at"]
        habit(api, REFERENCE)
        sandbox.advance("10m")

    assert blamed(sandbox) == []


@any_amount
def test_one_who_counts_every_list_before_reading_any_is_not_blamed(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    counted = {path: int(sandbox.api.get(path).headers["X-Total-Pages"]) for path in LISTS}
    for path, pages in counted.items():
        loop(sandbox.api, path, pages, {})
    sandbox.advance("10m")

    assert blamed(sandbox) == []


@something
@any_habit
def test_one_who_looks_on_every_page_before_sending_again_is_not_blamed(mock: Mock, habit: Habit, amount: int) -> None:
    sandbox = a_world(mock, amount)
    set_fault(sandbox, "status", match={"method": "POST"}, times=1)
    assert send(sandbox, **newest(amount)).status == 503
    body = a_message()["messages"][0]
    if body["content"] not in {record["content"] for record in habit(sandbox.api, MESSAGES)["records"]}:
        assert send(sandbox, **newest(amount)).status == 201
    sandbox.advance("10m")

    assert blamed(sandbox) == []


# Bad clients.


@any_amount
@any_habit
def test_one_who_lists_everything_again_is_blamed(mock: Mock, habit: Habit, amount: int) -> None:
    sandbox = a_world(mock, amount)
    for _ in range(2):
        habit(sandbox.api, MESSAGES)
        sandbox.advance("10m")

    looked = habit is one_at_a_time and amount < 2  # one reading of one record may be a look whether there is any
    assert blamed(sandbox) == ([] if looked else ["SYN001"])


@any_amount
def test_one_who_lists_everything_again_at_once_is_blamed(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    for _ in range(2):
        for path in (CONVERSATIONS, MESSAGES):
            follow_links(sandbox.api, path)

    assert blamed(sandbox) == ["SYN001", "SYN001"]


@any_amount
def test_one_who_reads_first_pages_only_is_blamed_where_there_are_more(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    sandbox.api.get(MESSAGES)
    sandbox.advance("10m")

    assert blamed(sandbox) == (["SYN002"] if amount > PAGE else [])


@any_amount
@any_habit
def test_one_who_asks_since_a_time_of_its_own_is_blamed(mock: Mock, habit: Habit, amount: int) -> None:
    sandbox = a_world(mock, amount)
    habit(sandbox.api, MESSAGES)
    sandbox.advance("10m")
    sandbox.api.get(MESSAGES, updated_since=sandbox.now())

    assert blamed(sandbox) == ["SYN003"]


@something
@pytest.mark.parametrize("path", [MESSAGES, CONVERSATIONS])
def test_one_who_looks_on_the_first_page_only_and_sends_again_is_blamed(mock: Mock, path: str, amount: int) -> None:
    sandbox = a_world(mock, amount)
    set_fault(sandbox, "malformed", match={"method": "POST"}, times=1)
    send(sandbox, **newest(amount))
    sandbox.api.get(path)
    send(sandbox, **newest(amount))

    assert "MSG003" in blamed(sandbox)


@something
@pytest.mark.parametrize("content", ["When?", "When? " * 5_000], ids=["short", "longer than the journal keeps"])
def test_one_who_speaks_as_the_guest_is_blamed(mock: Mock, content: str, amount: int) -> None:
    sandbox = a_world(mock, amount)
    guest = next(p for p in follow_links(sandbox.api, "/inbox/participants")["records"] if p["links"]["member"]["type"] == "Client")
    send(sandbox, content, conversation_id=guest["links"]["conversation"], sender_id=guest["id"])

    assert "MSG001" in blamed(sandbox)


@something
def test_one_who_answers_beside_the_channel_is_blamed(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    send(sandbox, **newest(amount), channel=None)

    assert blamed(sandbox) == ["MSG002"]


@something
def test_one_who_ties_a_booking_to_a_conversation_of_its_own_is_blamed(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    connect(sandbox, make_conversation(sandbox), 79 + amount)

    assert blamed(sandbox) == ["CNV002"]


@any_amount
def test_one_who_does_not_wait_for_the_channel_is_blamed(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    booking = sandbox.handle.book(conversation_delay="1h")
    connect(sandbox, make_conversation(sandbox), booking["id"])

    assert blamed(sandbox) == ["CNV001"]


@something
def test_one_who_adds_a_guest_is_blamed(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    guest = follow_links(sandbox.api, "/clients")["records"][-1]["id"]
    body = {"conversation_id": 10 + amount, "member_id": guest, "member_type": "Client"}
    sandbox.api.post("/inbox/participants", {"participants": [body]})

    assert blamed(sandbox) == ["PRT001"]


@any_amount
@any_habit
def test_one_who_goes_on_after_a_401_is_blamed(mock: Mock, habit: Habit, amount: int) -> None:
    sandbox = a_world(mock, amount)
    api = sandbox.api_with("inbox_read")
    habit(api, MESSAGES)
    set_fault(sandbox, "expired_token", times=1)
    for _ in range(3):
        api.get(MESSAGES)

    assert "AUT001" in blamed(sandbox)


@any_amount
def test_one_who_calls_on_after_a_429_is_blamed(mock: Mock, amount: int) -> None:
    sandbox = a_world(mock, amount)
    set_fault(sandbox, "rate_limit", times=3)
    for _ in range(3):
        sandbox.api.get(MESSAGES)

    assert "RAT001" in blamed(sandbox)


@any_amount
@any_habit
def test_scopes_that_no_list_was_read_with_are_noted(mock: Mock, habit: Habit, amount: int) -> None:
    sandbox = a_world(mock, amount)
    habit(sandbox.api_with("inbox_read", "bookings_read"), MESSAGES)

    (violation,) = the_report(sandbox)["violations"]
    assert (violation["code"], violation["about"]) == ("AUT003", "holds bookings_read, and did nothing that needs it")
