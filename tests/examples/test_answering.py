"""How the reference clients answer guests."""

from collections.abc import Callable

import pytest

from builders import a_body, a_booking
from driven import Told, an_opened_booking
from fake import JSON
from faulty import set_fault

TellOf = Callable[..., Told]
MESSAGES = {"method": "POST", "path": "/inbox/messages"}


def test_an_answer_reaches_the_guest(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    assert told.reply("You can arrive from four o'clock.") == "done"
    assert told.guest_reads() == ["You can arrive from four o'clock."]


def test_an_answer_waits_for_the_channel_and_makes_no_conversation_meanwhile(told_of: TellOf) -> None:
    told = told_of(bookings=[])
    booking_id = told.book(conversation_delay="10m")
    assert told.reply("Welcome!", booking_id) == "later"
    told.sandbox.advance("10m")
    assert told.reply("Welcome!", booking_id) == "done"
    (conversation,) = told.sync()["conversations"]
    assert told.guest_reads(conversation["id"]) == ["Welcome!"]
    assert told.requests("POST", "inbox/conversations") == []


def test_a_conversation_of_somebody_elses_is_not_taken_for_the_channels(told_of: TellOf) -> None:
    told = told_of(bookings=[])
    booking_id = told.book(conversation_delay="10m", host_participant=True)
    made = told.sandbox.api.post("/inbox/conversations", a_body("conversations", subject="Self-made")).record
    told.sandbox.api.put(f"/inbox/conversations/{made['id']}/connect_booking", a_body("bookings", id=booking_id))
    assert told.reply("Welcome!", booking_id) == "later"
    told.sandbox.advance("10m")
    assert told.reply("Welcome!", booking_id) == "done"
    (opened,) = (found for found in told.sync()["conversations"] if found["id"] != made["id"])
    assert told.guest_reads(opened["id"]) == ["Welcome!"]


@pytest.mark.parametrize("created_by", ["both", "links", "attributes"])
def test_who_made_a_conversation_is_read_wherever_it_stands(told_of: TellOf, created_by: str) -> None:
    told = told_of(**an_opened_booking(assume={"created_by": created_by}))
    assert told.reply("Welcome!") == "done"


def test_a_direct_booking_is_answered_in_the_conversation_that_staff_made(told_of: TellOf) -> None:
    told = told_of(bookings=[{"id": 90, "channel": "direct", "rental": 16, "start_at": "+3d", "end_at": "+9d"}])
    made = told.sandbox.api.post("/inbox/conversations", a_body("conversations", subject="Hello")).record
    told.sandbox.api.put(f"/inbox/conversations/{made['id']}/connect_booking", a_body("bookings", id=90))
    assert told.reply("Welcome!", 90) == "done"
    (conversation,) = told.sync()["conversations"]
    assert [message["content"] for message in conversation["messages"]] == ["Welcome!"]


def test_a_host_is_added_where_there_is_none_and_only_once(told_of: TellOf) -> None:
    told = told_of(bookings=[a_booking()])
    assert told.reply("One.") == told.reply("Two.") == "done"
    assert sorted(told.guest_reads()) == ["One.", "Two."]
    assert [entry["status"] for entry in told.requests("POST", "inbox/participants")] == [201]


def test_the_host_who_is_added_is_the_one_to_whom_the_conversation_is_assigned(told_of: TellOf) -> None:
    told = told_of(bookings=[a_booking()])
    marie = told.sandbox.api.post("/hosts", a_body("hosts", firstname="Marie", lastname="Curie")).record
    told.sandbox.api.put("/inbox/conversations/11", a_body("conversations", assignee_id=marie["id"]))
    told.reply("Welcome!")
    (conversation,) = told.sync()["conversations"]
    assert ("Host", marie["id"]) in [(found["member_type"], found["member_id"]) for found in conversation["participants"]]


def test_nobody_speaks_as_a_host_of_another_conversation(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking(bookings=[a_booking(), a_booking(id=81, conversation=12)]))
    told.reply("Welcome!", 81)
    told.reply("Welcome back!", 80)
    assert told.guest_reads(12) == ["Welcome!"]
    assert told.guest_reads(11) == ["Welcome back!"]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after"},
        {"kind": "timeout_before"},
        {"kind": "truncated"},
        {"kind": "status", "status": 503},
        {"kind": "rate_limit"},
        {"kind": "expired_token"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_an_answer_reaches_the_guest_once_whatever_becomes_of_the_first_attempt(told_of: TellOf, fault: JSON) -> None:
    told = told_of(**an_opened_booking())
    set_fault(told.sandbox, **fault, match=MESSAGES, times=1)
    if told.reply("Welcome!") == "later":
        told.sandbox.advance("1h")
        assert told.reply("Welcome!") == "done"
    assert told.guest_reads() == ["Welcome!"]


def test_the_same_words_may_be_said_twice_on_purpose(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    assert told.reply("Thank you!") == told.reply("Thank you!") == "done"
    assert told.guest_reads() == ["Thank you!", "Thank you!"]


def test_words_that_were_said_before_are_not_taken_for_an_answer_that_was_lost(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    assert told.reply("Thank you!") == "done"
    set_fault(told.sandbox, "timeout_before", match=MESSAGES, times=1)
    assert told.reply("Thank you!") == "later"
    assert told.reply("Thank you!") == "done"
    assert told.guest_reads() == ["Thank you!", "Thank you!"]


def test_a_guests_own_words_are_not_taken_for_the_answer(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    told.sandbox.admin.post("/conversations/11/messages", {"content": "Welcome!"})
    set_fault(told.sandbox, "timeout_before", match=MESSAGES, times=1)
    assert told.reply("Welcome!") == "later"
    assert told.reply("Welcome!") == "done"
    assert told.guest_reads() == ["Welcome!"]


def test_a_text_arrives_as_it_was_written(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    content = 'Schöne Grüße 🐕 "ja"\u2028 מפתח\n\ttab'
    assert told.reply(content) == "done"
    assert told.guest_reads() == [content]


def test_a_page_that_refuses_is_a_refusal_as_well(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    set_fault(told.sandbox, "status", status=403, body="<h1>Forbidden</h1>", match=MESSAGES, times=1)
    assert told.driver.ask("reply", booking_id=80, content="Welcome!") == {"ok": False}
    assert [entry["status"] for entry in told.requests("POST", "inbox/messages")] == [403]


def test_what_the_service_refuses_is_not_tried_again(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    set_fault(told.sandbox, "status", status=422, match=MESSAGES, times=1)
    assert told.driver.ask("reply", booking_id=80, content="Welcome!") == {"ok": False}
    assert [entry["status"] for entry in told.requests("POST", "inbox/messages")] == [422]
