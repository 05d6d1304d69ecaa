"""Webhooks of a clock that runs leave by themselves."""

from builders import a_body, a_booking, a_scenario
from fake import Mock, OverSocket, Sandbox
from receiver import Receiver, deliveries, subscribe

PATIENCE_SECONDS = 30


def running(served: str, rate: int = 1, **changes: object) -> Sandbox:
    return Mock(OverSocket(served)).sandbox(a_scenario(**changes), clock={"mode": "real", "rate": rate})


def test_a_webhook_leaves_by_itself(served: str, receiver: Receiver) -> None:
    sandbox = running(served)
    subscribe(sandbox, receiver.url)

    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))

    assert receiver.arrived.wait(PATIENCE_SECONDS)
    assert receiver.events == ["client_created"]


def test_what_the_clock_brings_is_told_though_nobody_asks(served: str, receiver: Receiver) -> None:
    sandbox = running(served, 3600, bookings=[a_booking(created_at="-0s", conversation_delay="1h")])
    subscribe(sandbox, receiver.url, "inbox_conversation_created")

    assert receiver.arrived.wait(PATIENCE_SECONDS)
    assert receiver.last.json["resource"]["conversation"]["links"]["bookings"] == [80]


def test_each_is_sent_once_though_the_clock_is_advanced_too(served: str, receiver: Receiver) -> None:
    sandbox = running(served)
    subscribe(sandbox, receiver.url)
    for number in range(10):
        sandbox.api.post("/clients", a_body("clients", fullname=f"Client {number}"))
        sandbox.advance("1s")

    sandbox.admin.post("/clock/advance", {"until": "idle"})

    assert sorted(received.json["resource"]["client"]["fullname"] for received in receiver.received) == [f"Client {n}" for n in range(10)]


def test_advancing_a_clock_that_runs_never_takes_it_back(served: str, receiver: Receiver) -> None:
    sandbox = running(served, 100_000)
    subscribe(sandbox, receiver.url)
    during: list[str] = []
    receiver.on_request = lambda _received: during.append(Sandbox(OverSocket(served), sandbox.made).now())
    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))

    sandbox.advance("1s")

    assert receiver.arrived.wait(PATIENCE_SECONDS)
    assert sandbox.now() >= during[-1]


def test_a_receiver_of_a_running_clock_may_call_back(served: str, receiver: Receiver) -> None:
    sandbox = running(served)
    subscribe(sandbox, receiver.url)
    caller, seen = Sandbox(OverSocket(served), sandbox.made), []
    receiver.on_request = lambda _received: seen.append(caller.api.get("/clients").status)

    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))

    assert receiver.arrived.wait(PATIENCE_SECONDS)
    assert seen == [200]


def test_what_is_under_way_can_be_looked_up(served: str, receiver: Receiver) -> None:
    sandbox = running(served)
    subscribe(sandbox, receiver.url)
    receiver.holds = True

    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    assert receiver.arrived.wait(PATIENCE_SECONDS)

    assert [delivery["outcome"] for delivery in deliveries(sandbox)] == ["pending"]
