"""Receivers that call the API while they are being told: no lock and no transaction stands in their way."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import Mock, OverSocket, Sandbox
from lowered import lower
from receiver import Receiver, deliveries, receiving, subscribe

pytestmark = pytest.mark.both_transports

PATIENCE_SECONDS = 30


def test_a_call_during_a_delivery_is_answered_at_once(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "client_created")
    seen: list[str] = []
    receiver.on_request = lambda received: seen.append(
        inbox.api.get(f"/clients/{received.json['resource']['client']['id']}").record["fullname"]
    )

    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    inbox.advance("0s")

    assert seen == ["Ada Lindner"]


def test_what_a_receiver_writes_is_told_in_the_same_advance(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_conversation_created", "inbox_message_created")

    def answer(_received: object) -> None:
        if receiver.events[-1] == "inbox_conversation_created":
            inbox.api.post("/inbox/messages", a_message(content="Welcome."))

    receiver.on_request = answer
    inbox.admin.post("/bookings", {"conversation_delay": "10m", "host_participant": False})

    found = inbox.advance("10m")

    assert receiver.events == ["inbox_conversation_created", "inbox_message_created"]
    assert [event["at"] for event in found["happened"]] == ["2030-06-01T12:10:00Z"] * 3


def test_a_receiver_that_answers_each_message_with_another_does_not_hold_the_clock(
    inbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, "EVENTS", 20)
    subscribe(inbox, receiver.url, "inbox_message_created")
    receiver.on_request = lambda _received: inbox.api.post("/inbox/messages", a_message(content="And another thing."))
    inbox.api.post("/inbox/messages", a_message())

    found = inbox.advance("0s")

    assert len(found["happened"]) == 21
    assert found["why"] == "stopped after 20 events of one moment, each caused by another"


def test_an_advance_during_an_advance_of_the_same_sandbox_is_refused(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "client_created")
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    answers = []
    receiver.on_request = lambda _received: answers.append(inbox.admin.post("/clock/advance", {"by": "1m"}))

    assert inbox.advance("0s")["now"] == "2030-06-01T12:00:00Z"

    (answer,) = answers
    assert answer.status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == "busy"


def test_another_sandbox_advances_meanwhile(mock: Mock, inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "client_created")
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    other = mock.sandbox()
    seen = []
    receiver.on_request = lambda _received: seen.append(other.advance("1m")["now"])

    inbox.advance("0s")

    assert seen == ["2030-06-01T12:01:00Z"]


def test_a_receiver_may_reset_the_sandbox(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "client_created")
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    receiver.on_request = lambda _received: inbox.admin.post("/reset")

    inbox.advance("1m")

    assert deliveries(inbox) == []
    assert inbox.api.get("/clients").ids == [1]


def test_a_receiver_may_delete_the_sandbox(mock: Mock, inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "client_created")
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    receiver.on_request = lambda _received: mock.admin.delete(f"/sandboxes/{inbox.id}")

    assert inbox.admin.post("/clock/advance", {"by": "1m"}).status == 404


def test_requests_are_answered_while_a_receiver_thinks(served: str, receiver: Receiver) -> None:
    sandbox = Mock(OverSocket(served)).sandbox(a_scenario())
    subscribe(sandbox, receiver.url, "client_created")
    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    receiver.holds = True

    with ThreadPoolExecutor(1) as pool:
        advance = pool.submit(sandbox.advance, "0s")
        assert receiver.arrived.wait(PATIENCE_SECONDS)
        other = Sandbox(OverSocket(served), sandbox.made)
        listed, posted = other.api.get("/clients").status, other.api.post("/clients", a_body("clients", fullname="Another")).status
        assert not advance.done()
        receiver.holds = False
        receiver.released.set()
        advance.result(PATIENCE_SECONDS)

    assert (listed, posted) == (200, 201)


@pytest.mark.parametrize("sandboxes", [8])
def test_eight_advances_at_once_whose_receivers_call_back(served: str, sandboxes: int) -> None:
    with ExitStack() as stack:
        receivers = [stack.enter_context(receiving()) for _ in range(sandboxes)]
        made = [_that_calls_back(served, receiver) for receiver in receivers]
        start = Event()

        def advance(sandbox: Sandbox) -> list[str]:
            start.wait(PATIENCE_SECONDS)
            return [event["about"]["outcome"] for event in sandbox.advance("1h")["happened"] if event["kind"] == "webhook_sent"]

        with ThreadPoolExecutor(sandboxes) as pool:
            running = [pool.submit(advance, sandbox) for sandbox in made]
            start.set()
            outcomes = [future.result(PATIENCE_SECONDS * 2) for future in running]

    assert outcomes == [["delivered"] * 2] * sandboxes
    assert [sandbox.api.get("/inbox/messages").meta["X-Total-Count"] for sandbox in made] == ["1"] * sandboxes


def _that_calls_back(served: str, receiver: Receiver) -> Sandbox:
    """A sandbox whose conversation opens in ten minutes, and whose receiver then writes into it."""
    sandbox = Mock(OverSocket(served)).sandbox(a_scenario(bookings=[a_booking(created_at="-0s", host_participant="jan")]))
    subscribe(sandbox, receiver.url, "inbox_conversation_created", "inbox_message_created")
    caller = Sandbox(OverSocket(served), sandbox.made)

    def call_back(_received: object) -> None:
        if receiver.events[-1] == "inbox_conversation_created":
            sender = caller.api.get("/inbox/participants").ids[-1]
            assert caller.api.post("/inbox/messages", a_message(sender_id=sender)).status == 201

    receiver.on_request = call_back
    return sandbox
