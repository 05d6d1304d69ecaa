"""Trying again, on the sandbox's clock; and delivering once more by hand."""

import pytest

from builders import a_body
from fake import JSON, Sandbox
from receiver import Receiver, deliveries, subscribe

pytestmark = pytest.mark.both_transports


def tell(sandbox: Sandbox) -> None:
    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))


def attempts(sandbox: Sandbox) -> list[tuple[str, int]]:
    (found,) = deliveries(sandbox)
    return [(attempt["at"], attempt["status"]) for attempt in found["attempts"]]


def test_nothing_is_tried_again_unless_asked_for(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(inbox, receiver.url)
    tell(inbox)

    inbox.advance("30d")

    assert len(receiver.received) == 1


def test_retries_come_after_one_two_and_four_minutes(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(inbox, receiver.url, retries=3)
    tell(inbox)

    inbox.advance("1d")

    assert attempts(inbox) == [
        ("2030-06-01T12:00:00Z", 500),
        ("2030-06-01T12:01:00Z", 500),
        ("2030-06-01T12:03:00Z", 500),
        ("2030-06-01T12:07:00Z", 500),
    ]


def test_what_arrived_is_not_tried_again(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(inbox, receiver.url, retries=3)
    tell(inbox)
    inbox.advance("0s")

    receiver.status = 200
    inbox.advance("1d")

    assert [status for _, status in attempts(inbox)] == [500, 200]
    assert deliveries(inbox)[0]["outcome"] == "delivered"


def test_a_retry_is_the_same_body_with_the_same_signature(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(inbox, receiver.url, retries=1)
    tell(inbox)
    inbox.advance("0s")
    inbox.api.put("/clients/1", a_body("clients", fullname="Another Name"))

    inbox.advance("1m")

    first, again = (received for received in receiver.received if received.json["event"] == "client_created")
    assert again == first


def test_a_delivery_is_repeated_by_hand(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url)
    tell(inbox)
    inbox.advance("5m")

    answer = inbox.admin.post(f"/deliveries/{deliveries(inbox)[0]['id']}/redeliver")

    assert answer.status == 200
    assert [attempt["at"] for attempt in answer.json["attempts"]] == ["2030-06-01T12:00:00Z", "2030-06-01T12:05:00Z"]
    assert receiver.received[0] == receiver.received[1]


def test_a_repeated_delivery_tells_how_it_went(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(inbox, receiver.url)
    tell(inbox)
    inbox.advance("0s")
    receiver.status = 200

    answer: JSON = inbox.admin.post(f"/deliveries/{deliveries(inbox)[0]['id']}/redeliver").json

    assert answer["outcome"] == "delivered"


def test_an_unknown_delivery_is_not_repeated(inbox: Sandbox) -> None:
    assert inbox.admin.post("/deliveries/1/redeliver").status == 404
