"""Shipped scenarios of what goes wrong: with requests, and with webhooks."""

import pytest
import requests

from builders import a_message
from fake import Mock, OverSocket, Sandbox
from inbox_mock.webhooks.sender import sign
from receiver import Received, Receiver
from scenarios.library.seen import BOOKING, MESSAGES, contents, heard, thread, told

QUESTION, NEXT = "What time can we arrive?", "And where do we park?"


def is_genuine(sandbox: Sandbox, received: Received) -> bool:
    secret = sandbox.application("Your application")["client_secret"]
    return received.header("X-Content-Signature") == sign(secret, received.body)


def test_server_error(mock: Mock) -> None:
    sandbox = mock.sandbox("server-error")

    assert [sandbox.api.get(MESSAGES).status for _ in range(4)] == [503, 503, 503, 200]


def test_timeout_but_stored(served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox("timeout-but-stored")

    with pytest.raises(requests.ConnectionError):
        sandbox.api.post(MESSAGES, a_message(content="From four."))
    sandbox.advance("1m")

    assert contents(sandbox) == ["What time can we arrive?", "From four."]
    assert thread(sandbox)[-1] == ("host", "From four.")


def test_stale_read(mock: Mock) -> None:
    sandbox = mock.sandbox("stale-read")

    sandbox.advance("80s")
    stale = sandbox.api.get(MESSAGES)
    sandbox.advance("40s")

    assert (stale.ids, contents(sandbox)) == ([], [QUESTION])
    assert stale.headers["x-updated-since-request-synced-at"] == "2030-06-01 12:01:00 UTC"


def test_webhook_duplicated(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-duplicated", receiver)

    sandbox.advance("1h")

    assert told(receiver) == [QUESTION, QUESTION, NEXT]


def test_webhook_reordered(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-reordered", receiver)

    sandbox.advance("1h")

    assert told(receiver) == [NEXT, QUESTION]


def test_webhook_forged(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-forged", receiver)

    sandbox.advance("1h")

    assert [is_genuine(sandbox, received) for received in receiver.received] == [False, True]


def test_webhook_lost(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-lost", receiver)

    sandbox.advance("1h")

    assert (told(receiver), contents(sandbox)) == ([NEXT], [QUESTION, NEXT])


def test_webhook_stale(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "webhook-stale", receiver)

    sandbox.advance("1h")

    payloads = [payload["resource"]["booking"]["start_at"] for payload in receiver.of("booking_updated")]
    assert payloads == ["2030-07-11T16:00:00Z"] * 2
    assert sandbox.api.get(BOOKING).record["start_at"] == "2030-07-21T16:00:00Z"
