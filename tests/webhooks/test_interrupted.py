"""A webhook whose sender ends before the result is recorded is sent again, under the name by which its receiver knows it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from builders import a_body, a_scenario
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Fake
from inbox_mock.domain.errors import Conflict
from inbox_mock.webhooks.advance import a_year_on, advance, deliver_due
from inbox_mock.webhooks.deliveries import DeliveryRequest, DeliveryResult
from inbox_mock.webhooks.sender import WebhookSender
from receiver import Receiver, deliveries, subscribe

TOLD = "the server ended before it recorded the result: it may have arrived, and is sent again"


class EndedError(BaseException):
    """The process has ended: nothing that follows is done."""


def end_while_sending(fake: Fake, sandbox: Sandbox) -> None:
    """Let the first webhook arrive, and the process that sends it end."""

    class Ending(WebhookSender):
        def __call__(self, request: DeliveryRequest) -> DeliveryResult:
            fake.sender(request)
            raise EndedError

    with pytest.raises(EndedError):
        advance(fake.sandboxes.get(sandbox.id), Ending(), a_year_on)


@pytest.fixture
def sandbox(fake: Fake, receiver: Receiver) -> Sandbox:
    """A sandbox in process, in which one webhook is due."""
    made = Mock(InProcess(fake.app)).sandbox(a_scenario())
    subscribe(made, receiver.url, "client_created")
    made.api.post("/clients", a_body("clients", fullname="Halldor Helgason"))
    return made


@pytest.fixture
def interrupted(fake: Fake, sandbox: Sandbox) -> Sandbox:
    """A sandbox whose webhook arrived, and whose sender ended before that was recorded."""
    end_while_sending(fake, sandbox)
    return sandbox


def test_it_is_sent_again_by_who_advances_next(interrupted: Sandbox, receiver: Receiver) -> None:
    assert len(receiver.received) == 1

    interrupted.advance("0s")

    first, again = receiver.received
    assert first == again
    assert [delivery["outcome"] for delivery in deliveries(interrupted)] == ["delivered"]


def test_its_attempts_say_that_it_may_have_arrived_twice(interrupted: Sandbox) -> None:
    interrupted.advance("0s")

    (delivery,) = deliveries(interrupted)
    assert [(attempt["status"], attempt["why"]) for attempt in delivery["attempts"]] == [(None, TOLD), (200, None)]


def test_it_is_sent_again_once_only(interrupted: Sandbox, receiver: Receiver) -> None:
    interrupted.advance("0s")
    interrupted.advance("1h")

    assert len(receiver.received) == 2


def test_under_a_running_clock_it_is_due_at_once(fake: Fake, sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.handle.clock.run()
    end_while_sending(fake, sandbox)
    kept = fake.sandboxes.get(sandbox.id)

    assert sandbox.id in fake.sandboxes.home.due(fake.factory.wall())
    assert deliver_due(kept, fake.sender) == 1
    assert kept.due is None
    assert len(receiver.received) == 2


def test_a_sandbox_that_is_reset_does_not_send_what_was_interrupted(interrupted: Sandbox, receiver: Receiver) -> None:
    interrupted.admin.post("/reset")
    interrupted.advance("1h")

    assert len(receiver.received) == 1


def test_a_fork_does_not_send_what_the_other_one_was_sending(fake: Fake, interrupted: Sandbox, receiver: Receiver) -> None:
    fork = Sandbox(interrupted.transport, interrupted.admin.post("/fork").json)
    fork.advance("1h")

    assert len(receiver.received) == 1
    assert fake.sandboxes.get(fork.id).due is None


def test_nobody_else_sends_meanwhile(fake: Fake, sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox_mock.webhooks.advance.PATIENCE_SECONDS", 0.05)
    kept = fake.sandboxes.get(sandbox.id)
    with kept.storage.advancing():
        assert deliver_due(kept, fake.sender) == 0
        with pytest.raises(Conflict):
            advance(kept, fake.sender, a_year_on)

    assert receiver.received == []


def test_each_attempt_has_the_name_of_its_delivery_and_no_other_delivery_has_it(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(sandbox, receiver.url, "client_updated", retries=2)
    sandbox.api.put("/clients/1", a_body("clients", fullname="Another Name"))
    sandbox.advance("1h")
    sandbox.admin.post("/reset")
    sandbox.api.post("/clients", a_body("clients", fullname="Halldor Helgason"))
    subscribe(sandbox, receiver.url, "client_updated")
    sandbox.api.put("/clients/1", a_body("clients", fullname="Another Name"))
    sandbox.advance("1h")

    names = [received.header("X-Mock-Delivery") for received in receiver.received]
    assert len(names) == 5
    assert len(set(names)) == 3


def test_an_advance_waits_for_a_webhook_that_is_being_sent_because_it_was_due(fake: Fake, sandbox: Sandbox, receiver: Receiver) -> None:
    kept = fake.sandboxes.get(sandbox.id)
    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    receiver.holds = True
    with ThreadPoolExecutor(2) as pool:
        sending = pool.submit(deliver_due, kept, fake.sender)
        assert receiver.arrived.wait(10)
        advancing = pool.submit(advance, kept, fake.sender, a_year_on)
        while not kept.advancing.locked():
            pass
        receiver.holds = False
        receiver.released.set()

        assert advancing.result(10).why is None
        assert sending.result(10) == 1

    assert [received.json["resource"]["client"]["fullname"] for received in receiver.received] == ["Halldor Helgason", "Ada Lindner"]
