"""What others did during a recording comes again at its time, with the webhooks that tell of it."""

from typing import Any

from builders import a_booking, a_scenario
from fake import Caller, Mock, Sandbox
from importing.recorded import recorded
from inbox_mock.importing import import_exchanges
from inbox_mock.recordings.exchange import Exchange
from inbox_mock.resources.privacy import EVERYTHING

PATHS = ("/inbox/conversations", "/inbox/messages", "/inbox/participants", "/clients", "/bookings?include_canceled=true")


def looks(api: Caller) -> list[Any]:
    return [api.get(path).records for path in PATHS]


def again(mock: Mock, exchanges: list[Exchange]) -> Sandbox:
    return mock.sandbox(import_exchanges(exchanges, keep=EVERYTHING).scenario)


def test_what_a_guest_writes_and_staff_change_comes_at_its_time(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")]))
    api, exchanges = recorded(sandbox)
    before = looks(api)
    sandbox.advance("10m")
    sandbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "May we bring our dog?"})
    sandbox.advance("5m")
    sandbox.admin.call("PATCH", "/conversations/11", {"closed": True})
    sandbox.advance("5m")
    after = looks(api)

    repeated = again(mock, exchanges)

    assert looks(repeated.api) == before
    repeated.advance("20m")
    assert looks(repeated.api) == after


def test_a_booking_that_comes_with_its_guest_and_its_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    api, exchanges = recorded(sandbox)
    before = looks(api)
    sandbox.advance("1h")
    sandbox.admin.post("/bookings", {"channel": "airbnb", "conversation_delay": "0s", "guest": {"fullname": "Clementina Kling"}})
    sandbox.advance("1h")
    after = looks(api)

    repeated = again(mock, exchanges)

    assert looks(repeated.api) == before
    repeated.advance("2h")
    assert looks(repeated.api) == after


def test_a_booking_that_is_cancelled(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")]))
    api, exchanges = recorded(sandbox)
    before = looks(api)
    sandbox.advance("1h")
    sandbox.admin.post("/bookings/80/cancel")
    after = looks(api)

    repeated = again(mock, exchanges)

    assert looks(repeated.api) == before
    repeated.advance("1h")
    assert looks(repeated.api) == after
