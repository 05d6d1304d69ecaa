"""What the reference clients make of webhooks."""

import json
from collections.abc import Callable

import pytest

from builders import a_body, a_booking
from driven import Driven, Told, an_opened_booking, believed, truth
from inbox_mock.webhooks.sender import sign

TellOf = Callable[..., Told]


def a_webhook(told: Told) -> str:
    """A webhook's body that tells of a conversation as it is now."""
    record = told.sandbox.api.get("/inbox/conversations/11").record
    return json.dumps({"account_id": 1, "event": "inbox_conversation_updated", "resource": {"links": {}, "conversation": record}})


VECTORS = [
    ("36ed189dd28fd9576d7745c74fac7d4c1bfa03da37d6e5d7a667b67f6e8d16ed", "foo", "9141f44bfaa6a41812e4e9655ffd02d3c927ac5e"),
    (
        "application-secret",
        '{"account_id":1059638630,"event":"inbox_message_created","resource":{"links":{},"messages":[{"id":5}]}}',
        "f34de39d7dd34cee9688929f79825c7f366910be",
    ),
]
"""The first is published in the specs of BookingSync's own receiver, the second was computed by Ruby."""


@pytest.mark.parametrize(("secret", "body", "signature"), VECTORS, ids=["published", "of several lines"])
def test_signatures_are_those_of_the_real_service(driver: Driven, secret: str, body: str, signature: str) -> None:
    nobody = {"token": "t", "refresh_token": "r", "client_id": "c", "client_secret": "s"}
    driver.ask("start", api_url="http://127.0.0.1:9/api/v3", webhook_secret=secret, **nobody)
    heard = driver.ask("webhook", headers={"X-Content-Signature": signature}, body=body)
    assert heard == {"ok": True, "accepted": True}


@pytest.mark.parametrize("length", [0, 44, 45, 46, 57, 90, 3000])
def test_a_genuine_webhook_is_accepted_however_long_it_is(told_of: TellOf, length: int) -> None:
    told = told_of()
    body = "x" * length
    assert told.hears(body, sign(told.webhook_secret, body.encode()))


def test_a_forged_webhook_is_refused(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    body = a_webhook(told)
    assert not told.hears(body, sign("somebody else's secret", body.encode()))
    assert not told.hears(body.replace("11", "12"), sign(told.webhook_secret, body.encode()))
    assert not told.hears(body, "")
    assert not told.hears(body, "é")


def test_a_webhook_asks_for_nothing_at_once(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    body = a_webhook(told)
    before = len(told.requests("GET", "inbox/conversations"))
    told.hears(body, sign(told.webhook_secret, body.encode()))
    assert len(told.requests("GET", "inbox/conversations")) == before


def test_an_old_webhook_does_not_overrule_what_is_known(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    old = a_webhook(told)
    told.sandbox.advance("5m")
    told.sandbox.api.put("/inbox/conversations/11", a_body("conversations", closed=True))
    told.sync()
    told.sandbox.advance("5m")
    told.hears(old, sign(told.webhook_secret, old.encode()))
    assert believed(told.sync()) == believed(truth(told.sandbox))


def test_a_webhook_tells_of_a_booking_that_was_tied_to_a_conversation(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking(bookings=[a_booking(), a_booking(id=81, conversation=12)]))
    told.sync()
    told.sandbox.advance("5m")
    told.sandbox.api.put("/inbox/conversations/11/connect_booking", a_body("bookings", id=81))
    body = a_webhook(told)
    told.hears(body, sign(told.webhook_secret, body.encode()))
    (eleven,) = (found for found in told.sync()["conversations"] if found["id"] == 11)
    assert sorted(eleven["booking_ids"]) == [80, 81]


def test_a_webhook_about_a_conversation_that_nobody_has_is_no_obstacle(told_of: TellOf) -> None:
    told = told_of(**an_opened_booking())
    body = a_webhook(told).replace('"id": 11,', '"id": 999,')
    assert told.hears(body, sign(told.webhook_secret, body.encode()))
    assert believed(told.sync()) == believed(truth(told.sandbox))
