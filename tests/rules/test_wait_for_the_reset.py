"""RAT001: the client called again after a 429, before the reset."""

from typing import Any

import pytest

from fake import Caller, Sandbox
from faulty import set_fault
from inbox_contracts.rules.rate_limit import wait_for_the_reset
from rules.judged import an_entry, blamed, evidence, some_evidence, the_report, violations_of
from whole import CONVERSATIONS, MESSAGES

CODE = "RAT001"


@pytest.fixture
def limited(inbox: Sandbox) -> Sandbox:
    """The client has just been answered 429; the hour is over at one o'clock."""
    set_fault(inbox, "rate_limit", match={"path": MESSAGES}, times=1)
    assert inbox.api.get(MESSAGES).status == 429
    return inbox


def test_the_same_was_asked_again_at_once(limited: Sandbox) -> None:
    limited.api.get(MESSAGES)

    assert blamed(limited) == [CODE]
    assert evidence(limited, CODE) == ["GET /inbox/messages 429", "GET /inbox/messages 429"]


def test_it_went_on_with_other_things(limited: Sandbox) -> None:
    limited.api.get(CONVERSATIONS)
    limited.api.get("/bookings")

    assert evidence(limited, CODE) == ["GET /inbox/messages 429", "GET /bookings 429"]


def test_it_waited_but_not_long_enough(limited: Sandbox) -> None:
    limited.advance("59m")
    limited.api.get(MESSAGES)

    assert blamed(limited) == [CODE]


def test_many_calls_are_told_as_one(limited: Sandbox) -> None:
    for _ in range(5):
        limited.api.get(MESSAGES)

    (violation,) = the_report(limited)["violations"]
    assert violation["about"].startswith("called 5 times more after a 429 at 2030-06-01T12:00:00Z")
    assert "served again at 2030-06-01T13:00:00Z" in violation["about"]


def test_every_hour_counts(limited: Sandbox) -> None:
    limited.api.get(MESSAGES)
    limited.advance("1h")
    set_fault(limited, "rate_limit", match={"path": CONVERSATIONS}, times=1)
    limited.api.get(CONVERSATIONS)
    limited.api.get(CONVERSATIONS)

    assert blamed(limited) == [CODE, CODE]


# Not when.


def test_after_the_reset_it_may_call(limited: Sandbox) -> None:
    limited.advance("1h")
    assert limited.api.get(MESSAGES).status == 200

    assert blamed(limited) == []


def test_one_call_may_have_been_under_way(limited: Sandbox) -> None:
    limited.api.get(CONVERSATIONS)
    limited.advance("1h")
    limited.api.get(CONVERSATIONS)

    assert blamed(limited) == []


def test_it_may_call_when_retry_after_is_over(inbox: Sandbox) -> None:
    set_fault(inbox, "status", status=429, retry_after=30, times=1)
    inbox.api.get(MESSAGES)
    inbox.advance("30s")
    inbox.api.get(MESSAGES)

    assert blamed(inbox) == []


def test_tokens_are_not_counted(limited: Sandbox) -> None:
    Caller(limited.transport, base="/oauth").post("/token", {"grant_type": "refresh_token"})
    Caller(limited.transport, base="/oauth").post("/token", {"grant_type": "refresh_token"})

    assert blamed(limited) == []


def test_another_application_has_an_hour_of_its_own(limited: Sandbox) -> None:
    airbnb = Caller(limited.transport, limited.application("Airbnb")["token"])
    airbnb.get(CONVERSATIONS)
    airbnb.get(CONVERSATIONS)

    assert CODE not in blamed(limited)


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Reset": "soon"}, {"X-RateLimit-Reset": "9" * 30}, {"Retry-After": "-1"}])
def test_a_429_that_names_no_time_asks_for_nothing(headers: dict[str, str]) -> None:
    assert violations_of(wait_for_the_reset, some_evidence(an_entry(1, status=429, headers=headers), an_entry(2))) == []


def test_the_sooner_of_two_times_counts() -> None:
    told: dict[str, Any] = {"status": 429, "headers": {"X-RateLimit-Reset": "1906549200", "Retry-After": "3"}}

    assert violations_of(wait_for_the_reset, some_evidence(an_entry(1, **told), an_entry(5))) == []
    assert [violation.entries for violation in violations_of(wait_for_the_reset, some_evidence(an_entry(1, **told), an_entry(3)))] == [
        (1, 3)
    ]


TOLD: dict[str, Any] = {"status": 429, "headers": {"X-RateLimit-Reset": "1906549200"}}


def test_calls_that_were_under_way_when_it_was_refused_could_not_know() -> None:
    under_way = [an_entry(number, "GET", f"/inbox/{number}", arrived_after=1, **TOLD) for number in (3, 4, 5)]

    assert violations_of(wait_for_the_reset, some_evidence(an_entry(2, **TOLD), *under_way)) == []


def test_threads_that_go_on_for_ever_are_blamed() -> None:
    calls = [an_entry(number, "GET", f"/inbox/{number}", arrived_after=number - 2, **TOLD) for number in range(3, 9)]

    assert violations_of(wait_for_the_reset, some_evidence(an_entry(2, **TOLD), *calls)) != []
