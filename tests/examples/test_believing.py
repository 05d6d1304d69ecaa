"""What the reference clients believe."""

from collections.abc import Callable

import pytest

from builders import a_body, a_booking
from driven import Told, an_opened_booking, believed, truth
from faulty import set_fault

TellOf = Callable[..., Told]


def is_right(told: Told) -> bool:
    return believed(told.sync()) == believed(truth(told.sandbox))


def test_the_first_sync_brings_past_bookings_and_closed_conversations_too(told_of: TellOf) -> None:
    told = told_of(
        bookings=[
            a_booking(),
            a_booking(id=70, conversation=9, created_at="-90d", start_at="-60d", end_at="-50d"),
            a_booking(id=71, conversation=10, channel="booking-com"),
        ],
    )
    told.sandbox.api.put("/inbox/conversations/10", a_body("conversations", closed=True))
    belief = told.sync()
    assert {found["id"] for found in belief["bookings"]} == {70, 71, 80}
    assert {found["id"]: found["closed"] for found in belief["conversations"]} == {9: False, 10: True, 11: False}
    assert believed(belief) == believed(truth(told.sandbox))


def test_a_sync_reads_every_page(told_of: TellOf) -> None:
    told = told_of(page_cap=2, bookings=[a_booking(id=80 + n, conversation=11 + n) for n in range(5)])
    assert len(told.sync()["conversations"]) == 5
    assert len(told.requests("GET", "inbox/conversations")) == 3


def test_a_page_that_shifts_brings_nothing_twice(told_of: TellOf) -> None:
    told = told_of(page_cap=2, bookings=[a_booking(id=80 + n, conversation=11 + n) for n in range(5)])
    set_fault(told.sandbox, "page_shift", match={"path": "/inbox/conversations"}, times=1)
    assert is_right(told)


def test_what_changes_afterwards_is_asked_for_by_updated_since(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    told.sync()
    told.sandbox.advance("5m")
    told.sandbox.admin.post("/conversations/11/messages", {"content": "Is there a garage?"})
    told.sandbox.api.put("/inbox/conversations/11", a_body("conversations", closed=True))
    assert is_right(told)
    first, second, *_ = told.requests("GET", "inbox/messages")
    assert "updated_since" not in first["query"]
    assert "updated_since=2030-06-01+12%3A00%3A00+UTC" in second["query"]


def test_a_cancelled_booking_is_forgotten(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    told.sync()
    told.sandbox.admin.post("/bookings/80/cancel")
    belief = told.sync()
    assert belief["bookings"] == []
    assert [found["booking_ids"] for found in belief["conversations"]] == [[80]]


def test_a_sync_that_is_cut_short_is_made_good_the_next_time(told_of: TellOf) -> None:
    told = told_of(page_cap=2, bookings=[a_booking(id=80 + n, conversation=11 + n) for n in range(5)])
    set_fault(told.sandbox, "status", status=503, match={"path": "/inbox/conversations", "nth": 2})
    assert told.driver.ask("sync") == {"ok": False, "later": True}
    assert is_right(told)
    assert all("updated_since" not in entry["query"] for entry in told.requests("GET", "inbox/conversations"))


def test_a_booking_that_is_cancelled_between_a_listing_cut_short_and_the_next_one_is_forgotten(told_of: TellOf) -> None:
    told = told_of(page_cap=2, bookings=[a_booking(id=80 + n, conversation=11 + n) for n in range(3)])
    set_fault(told.sandbox, "status", status=503, match={"path": "/bookings", "nth": 2})
    assert told.driver.ask("sync") == {"ok": False, "later": True}
    told.sandbox.admin.post("/bookings/80/cancel")
    assert {found["id"] for found in told.sync()["bookings"]} == {81, 82}
    told.sandbox.advance("5m")
    assert is_right(told)


@pytest.mark.parametrize("kind", ["timeout_before", "truncated", "malformed", "rate_limit"])
def test_whatever_keeps_an_answer_back_is_put_off(told_of: TellOf, kind: str) -> None:
    told = told_of(**an_opened_booking())
    fault = set_fault(told.sandbox, kind, match={"path": "/inbox/participants"})  # some HTTP libraries repeat a GET by themselves
    assert told.driver.ask("sync") == {"ok": False, "later": True}
    told.sandbox.admin.delete(f"/faults/{fault['id']}")
    told.sandbox.advance("1h")
    assert is_right(told)


def test_a_token_that_is_refused_by_a_page_is_refreshed(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    set_fault(told.sandbox, "status", status=401, body="<h1>Who are you?</h1>", match={"path": "/inbox/participants"}, times=1)
    assert is_right(told)
    assert [entry["status"] for entry in told.requests("GET", "inbox/participants")][:2] == [401, 200]


def test_after_a_429_nothing_is_asked_for_until_somebody_wants_it(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    set_fault(told.sandbox, "rate_limit", match={"path": "/bookings"}, times=1)
    assert told.driver.ask("sync") == {"ok": False, "later": True}
    assert [entry["status"] for entry in told.requests("GET", "bookings")] == [429]
    assert told.requests("GET", "inbox/conversations") == []


def test_a_token_that_expires_in_the_middle_is_refreshed_and_so_is_its_successor(told_of: TellOf) -> None:
    told = told_of(page_cap=2, bookings=[a_booking(id=80 + n, conversation=11 + n) for n in range(5)])
    told.sync()
    for _ in range(2):
        told.sandbox.advance("2h")
        told.sandbox.advance("1m")
        assert is_right(told)
    entries = told.sandbox.handle.journal()
    assert [entry["status"] for entry in entries if entry["path"] == "/oauth/token"][-2:] == [200, 200]


def test_a_fresh_world_makes_it_forget_the_old_one(told_of: TellOf) -> None:
    told_of(**an_opened_booking()).sync()
    assert told_of().sync() == {"bookings": [], "conversations": []}
