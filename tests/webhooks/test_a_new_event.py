"""An event that nobody has heard of is one file: it is listed, subscribed to, delivered, and survives a trial."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_booking, a_message, a_scenario
from driver import Driver
from fake import JSON, Mock
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import World
from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.webhooks import event_types
from mutants.clients.broken import InThisProcess
from plugged import a_fake_of_its_own, plugged
from receiver import receiving, subscribe

INBOX = a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])
EVENT = "inbox_message_heard"
SOURCE = f'''
"""Events of the inbox that nobody has heard of."""

from inbox_mock.webhooks.event_types import EventType

EVENT_TYPES = (
    EventType(
        name="{EVENT}",
        says="a message was heard",
        plural="messages",
        scopes=("inbox_read",),
        accompanies=("inbox_message_created",),
    ),
)
'''


@pytest.fixture
def extended(tmp_path: Path) -> Iterator[Mock]:
    """A fake that knows the event."""
    with plugged(event_types, "hearing", SOURCE, tmp_path):
        yield a_fake_of_its_own()


def test_the_catalogue_and_the_admin_api_list_it(extended: Mock) -> None:
    catalogue = extended.admin.get("/catalogue").json

    assert EVENT in catalogue["events"]
    (shown,) = [found for found in catalogue["event_types"] if found["name"] == EVENT]
    assert shown == {"name": EVENT, "says": "a message was heard", "resource": "messages", "scopes": ["inbox_read"]}
    assert EVENT in str(extended.admin.get("/openapi.json").json)


def test_a_subscription_through_the_admin_api_receives_it(extended: Mock) -> None:
    sandbox = extended.sandbox(INBOX)
    with receiving() as receiver:
        subscribe(sandbox, receiver.url, EVENT)
        message = sandbox.api.post("/inbox/messages", a_message(content="Hear, hear!")).record
        sandbox.advance("1m")

    assert receiver.events == [EVENT]
    assert receiver.last.json["resource"]["message"]["id"] == message["id"]


def test_a_subscription_in_a_scenario_receives_it(extended: Mock) -> None:
    with receiving() as receiver:
        sandbox = extended.sandbox({**INBOX, "webhooks": [{"url": receiver.url, "events": [EVENT]}]})
        sandbox.api.post("/inbox/messages", a_message())
        sandbox.advance("1m")

    assert receiver.events == [EVENT]


def test_a_fault_can_be_set_for_it(extended: Mock) -> None:
    sandbox = extended.sandbox(a_scenario())

    assert sandbox.admin.post("/faults", {"kind": "lost", "match": {"event": EVENT}}).status == 201


def test_a_client_in_a_trial_receives_it_and_passes(extended: Mock) -> None:
    assert EVENT in extended.admin.get("/catalogue").json["events"]
    stay = {"id": 101, "rental": 16, "channel": "airbnb", "start_at": "+3d", "end_at": "+5d", "conversation_delay": "0s"}
    steps: tuple[JSON, ...] = (
        {"guest_books": stay},
        {"time_passes": "1m"},
        {"guest_writes": {"booking": 101, "content": "Hello?"}},
        {"client_syncs": {}},
    )
    world = World({"rentals": [{"id": 16}], "webhooks": [{"url": "http://127.0.0.1:9000/webhooks"}]}, steps)
    with Harness() as harness:
        verdict = run(InThisProcess(Driver()), replay=world, harness=harness)

    assert verdict.passed


def test_a_reordered_webhook_waits_for_the_next_change_and_not_for_its_companion(extended: Mock) -> None:
    sandbox = extended.sandbox(INBOX)
    with receiving() as receiver:
        subscribe(sandbox, receiver.url, "inbox_message_created", EVENT)
        sandbox.admin.post("/faults", {"kind": "reordered", "times": 1, "match": {"event": "inbox_message_created"}})
        for content in ("first", "second"):
            sandbox.api.post("/inbox/messages", a_message(content=content))
            sandbox.advance("0s")

    assert [payload["resource"]["message"]["content"] for payload in receiver.of("inbox_message_created")] == ["second", "first"]


def test_without_its_file_it_is_unknown(mock: Mock) -> None:
    answer = mock.sandbox(a_scenario()).admin.post("/webhooks", {"url": "http://127.0.0.1:9000/", "events": [EVENT]})

    assert answer.status == 422
    assert EVENT not in mock.admin.get("/catalogue").json["events"]


def test_a_second_event_of_a_name_is_refused(tmp_path: Path) -> None:
    twice = SOURCE.replace(EVENT, "booking_created")
    with (
        plugged(event_types, "twice", twice, tmp_path),
        pytest.raises(DeclarationError, match=r"the name 'booking_created' is declared twice: in \S+\.documented and in \S+\.twice"),
    ):
        event_types.event_types()
