"""WHK001 and WHK002: the client took a forged webhook, or refused a right one."""

from collections.abc import Iterator

import pytest

from fake import Sandbox
from faulty import set_fault
from receiver import Receiver, deliveries, receiving, subscribe
from rules.judged import blamed, evidence, send, the_report

CREATED = "inbox_message_created"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def deliver(sandbox: Sandbox, receiver: Receiver, *, forged: bool = False, **more: object) -> None:
    """Have a webhook sent."""
    subscribe(sandbox, receiver.url, CREATED, **more)
    if forged:
        set_fault(sandbox, "forged", match={"event": CREATED}, times=1)
    assert send(sandbox).status == 201
    sandbox.advance("0s")


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_forged_webhook_was_accepted(inbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.status, receiver.body = status, b""
    deliver(inbox, receiver, forged=True)

    assert blamed(inbox) == ["WHK001"]
    assert evidence(inbox, "WHK001") == [f"POST {receiver.url} {status}"]


def test_one_that_is_delivered_again_is_still_forged(inbox: Sandbox, receiver: Receiver) -> None:
    deliver(inbox, receiver, forged=True)
    inbox.admin.post(f"/deliveries/{deliveries(inbox)[0]['id']}/redeliver")
    inbox.advance("0s")

    assert blamed(inbox) == ["WHK001", "WHK001"]


@pytest.mark.parametrize("status", [401, 403, 422, 500, 302])
def test_a_forged_webhook_may_be_refused_in_any_way(inbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.status = status
    deliver(inbox, receiver, forged=True)

    assert blamed(inbox) == []


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_right_webhook_was_refused(inbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.status = status
    deliver(inbox, receiver)

    assert blamed(inbox) == ["WHK002"]
    assert evidence(inbox, "WHK002") == [f"POST {receiver.url} {status}"]


def test_every_attempt_counts(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 401
    deliver(inbox, receiver, retries=1)
    inbox.advance("1h")

    assert blamed(inbox) == ["WHK002", "WHK002"]


# Not when.


def test_a_right_webhook_was_accepted(inbox: Sandbox, receiver: Receiver) -> None:
    deliver(inbox, receiver)

    assert blamed(inbox) == []
    assert the_report(inbox)["webhooks"] == 1


@pytest.mark.parametrize("status", [500, 503, 302, 404, 405, 408, 410, 413, 425, 429])
def test_one_who_fails_or_is_not_there_has_not_refused(inbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.status = status
    deliver(inbox, receiver)

    assert blamed(inbox) == []


def test_one_who_is_down_has_not_refused(inbox: Sandbox) -> None:
    with receiving() as gone:
        subscribe(inbox, gone.url, CREATED)
    send(inbox)
    inbox.advance("0s")

    assert the_report(inbox)["webhooks"] == 1
    assert blamed(inbox) == []


def test_one_that_never_came_was_not_refused(inbox: Sandbox, receiver: Receiver) -> None:
    set_fault(inbox, "lost", match={"event": CREATED})
    deliver(inbox, receiver)

    assert blamed(inbox) == []


def test_the_same_again_may_be_refused_as_known(inbox: Sandbox, receiver: Receiver) -> None:
    set_fault(inbox, "duplicated", match={"event": CREATED})
    receiver.on_request = lambda _: setattr(receiver, "status", 200 if len(receiver.received) == 1 else 409)
    deliver(inbox, receiver)

    assert len(receiver.received) == 2
    assert blamed(inbox) == []
